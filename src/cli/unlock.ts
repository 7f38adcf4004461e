// Where a passphrase comes from: a file, a credential of the service manager, or the terminal. Never an argument or a variable, which
// other users and logs may see.
import {
  credentialFile,
  isFileLocked,
  isLocked,
  type Keyring,
  keyring,
  passphraseCharsMin,
  readSecret,
} from "../node/main.ts"
import { Usage } from "./say.ts"

export type PassphraseOptions = { readonly passphraseFile?: string }

export const passphraseFileHelp =
  "holds the passphrase; left out, it is the credential parley-passphrase of the service manager, or is asked for"

/** For a home that may be locked. Where nobody can be asked, what needs the passphrase is refused as `locked`. */
export const ringFor = async (home: string, options: PassphraseOptions): Promise<Keyring> => {
  if (!isLocked(home)) return keyring()
  const given = givenPassphrase(options)
  if (given !== undefined) return keyring(given)
  return process.stdin.isTTY ? keyring(await hidden(`Passphrase of ${home}: `)) : keyring()
}

/** For the file of the root keys, wherever it lies. */
export const ringForRoots = async (file: string, options: PassphraseOptions): Promise<Keyring> => {
  if (!isFileLocked(file)) return keyring()
  const given = givenPassphrase(options)
  if (given !== undefined) return keyring(given)
  return process.stdin.isTTY ? keyring(await hidden(`Passphrase of ${file}: `)) : keyring()
}

/** For the roots of a home, or of a file elsewhere, which may have a passphrase of its own. */
export const ringForRootsOf = (home: string, root: string | undefined, options: PassphraseOptions): Promise<Keyring> =>
  root === undefined ? ringFor(home, options) : ringForRoots(root, options)

/** For what can go on without it: undefined where nobody gives it. */
export const ringIfGiven = async (home: string, options: PassphraseOptions): Promise<Keyring | undefined> => {
  if (!isLocked(home)) return keyring()
  const given = givenPassphrase(options)
  if (given !== undefined) return keyring(given)
  if (!process.stdin.isTTY) return undefined
  const typed = await hidden(`Passphrase of ${home}, or Enter to go on without its texts: `)
  return typed === "" ? undefined : keyring(typed)
}

/** A passphrase that will lock something. Asked for twice on a terminal; undefined where nobody can be asked. */
export const newPassphrase = async (options: PassphraseOptions, what: string): Promise<string | undefined> => {
  const given = givenPassphrase(options)
  if (given !== undefined) return longEnough(given)
  if (!process.stdin.isTTY) return undefined
  const typed = longEnough(await hidden(`${what}, at least ${passphraseCharsMin} characters: `))
  if ((await hidden("The same again: ")) !== typed) throw new Usage("The two were not the same; nothing was done.")
  return typed
}

const longEnough = (passphrase: string): string => {
  if ([...passphrase].length >= passphraseCharsMin) return passphrase
  throw new Usage(`A passphrase has at least ${passphraseCharsMin} characters; several words that nobody could guess.`)
}

const givenPassphrase = ({ passphraseFile }: PassphraseOptions): string | undefined => {
  const file = passphraseFile ?? credentialFile("parley-passphrase")
  return file === undefined ? undefined : readSecret(file)
}

/** What was typed ahead of a question. */
let ahead = ""

/** Asks on the terminal and shows nothing of what is typed. */
export const hidden = (question: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { stdin, stderr } = process
    let typed = ""
    const end = (settle: () => void): void => {
      stdin.off("data", read).pause().setRawMode(false)
      stderr.write("\n")
      settle()
    }
    const read = (chunk: string): void => {
      const letters = [...ahead, ...chunk]
      ahead = ""
      for (const [at, letter] of letters.entries()) {
        if (letter === "\r" || letter === "\n") {
          ahead = letters.slice(at + 1).join("")
          return end(() => resolve(typed))
        }
        if (letter === "\u0003" || letter === "\u0004") return end(() => reject(new Error("No passphrase was given.")))
        if (letter === "\u007f" || letter === "\b") typed = [...typed].slice(0, -1).join("")
        else typed += letter
      }
    }
    stderr.write(question)
    stdin.setRawMode(true).setEncoding("utf8").on("data", read).resume()
    if (ahead !== "") read("")
  })
