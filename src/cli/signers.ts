// Whose key signs on the command line: a file of an officer's own, one in a module, which asks for its PIN, or the sealed one, which asks
// for its words (page: protocol/security.md, A-11 and A-42).
import {
  credentialFile,
  isSealedKey,
  openOfficerKey,
  openSealedKey,
  readSealedWords,
  readSecret,
  signByToken,
  tokenKeyIn,
} from "../node/main.ts"
import { Usage } from "./say.ts"
import { hidden } from "./unlock.ts"

type Signer = ReturnType<typeof openOfficerKey>

/** For where there is no terminal: files with the words of a sealed key, and the PIN of a token. Else they are typed, and not shown. */
export type SecretFiles = { readonly wordsFile?: string; readonly pinFile?: string }

export const signerOf = async (file: string, { wordsFile, pinFile }: SecretFiles): Promise<Signer> => {
  const held = tokenKeyIn(file)
  if (held !== undefined) {
    const pin = await pinOf(held.token, pinFile)
    return { public: { alg: held.alg, public: held.public }, sign: digest => signByToken(held, pin, digest) }
  }
  if (!isSealedKey(file)) return openOfficerKey(file)
  if (wordsFile === undefined && !process.stdin.isTTY)
    throw new Usage(`${file} is sealed, and there is no terminal to type its words at; give --words-file.`)
  const typed = wordsFile === undefined ? await hidden(`The eleven words of ${file}: `) : readSecret(wordsFile)
  const words = readSealedWords(typed)
  if (words === undefined) throw new Usage("These are not eleven words that go together; read the sheet again.")
  return openSealedKey(file, words)
}

export const pinOf = async (token: string, pinFile: string | undefined): Promise<string> => {
  const file = pinFile ?? credentialFile("parley-pin")
  if (file !== undefined) return readSecret(file)
  if (!process.stdin.isTTY) throw new Usage(`There is no terminal to type the PIN of ${token} at; give --pin-file.`)
  return hidden(`PIN of ${token}: `)
}
