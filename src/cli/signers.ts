// Whose key signs on the command line: a file of an officer's own, or the sealed one, which asks for its words on the terminal (page:
// protocol/security.md, A-42).
import { isSealedKey, openOfficerKey, openSealedKey, readSealedWords, readSecret } from "../node/main.ts"
import { Usage } from "./say.ts"
import { hidden } from "./unlock.ts"

type Signer = ReturnType<typeof openOfficerKey>

/** `wordsFile`: for where there is no terminal; else they are typed, and nothing of them is shown. */
export const signerOf = async (file: string, wordsFile: string | undefined): Promise<Signer> => {
  if (!isSealedKey(file)) return openOfficerKey(file)
  if (wordsFile === undefined && !process.stdin.isTTY)
    throw new Usage(`${file} is sealed, and there is no terminal to type its words at; give --words-file.`)
  const typed = wordsFile === undefined ? await hidden(`The eleven words of ${file}: `) : readSecret(wordsFile)
  const words = readSealedWords(typed)
  if (words === undefined) throw new Usage("These are not eleven words that go together; read the sheet again.")
  return openSealedKey(file, words)
}
