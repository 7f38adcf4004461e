// The sealed key of last resort: an officer's key in a file of its own, under eleven words that are printed once and kept by no program
// (page: protocol/security.md, A-42). Ten words are chance, 110 bits; the eleventh follows from them, so that a word that was read
// wrongly is found before anything is tried. What the words open is common PKCS #8: should this program be gone, `openssl pkey` reads it.
import { createHash, createPrivateKey, type KeyObject, randomInt } from "node:crypto"
import { readFileSync } from "node:fs"
import type { Classical, PublicKey } from "../core/suite.ts"
import { typedWords, wordDigits } from "../core/words.ts"
import { createAtomically, ensurePrivateDirectory, refuseOpenAccess } from "./atomic.ts"
import { type OfficerSigner, officerSigner, publicPart } from "./officer-key.ts"
import { wordLists } from "./pairing-words.ts"
import { generatedKey } from "./raw.ts"

const chanceCount = 10
const wordsMax = 2_048
const marker = "-----BEGIN ENCRYPTED PRIVATE KEY-----"

/** Eleven numbers below 2,048. */
export type SealedWords = readonly number[]

const checkOf = (chance: readonly number[]): number =>
  createHash("sha256")
    .update(`parley/1 sealed key ${passphraseOf(chance)}`)
    .digest()
    .readUInt16BE(0) % wordsMax

const passphraseOf = (words: readonly number[]): string => words.map(wordDigits).join(" ")

/** The file must not exist. The words are in no file. */
export const createSealedKey = (path: string, alg: Classical): { public: PublicKey; words: SealedWords } => {
  ensurePrivateDirectory(path)
  const chance = Array.from({ length: chanceCount }, () => randomInt(wordsMax))
  const words = [...chance, checkOf(chance)]
  const key = generatedKey(alg)
  // The words have more chance in them than any derivation could add.
  const seal = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: passphraseOf(words) } as const
  createAtomically(path, key.export(seal).toString())
  return { public: publicPart(path, key), words }
}

export const isSealedKey = (path: string): boolean => readFileSync(path, "utf8").startsWith(marker)

/** Words of any of the lists, or numbers of four digits; undefined where they are not eleven that go together. */
export const readSealedWords = (typed: string): SealedWords | undefined => {
  const words = typedWords(typed, Object.values(wordLists)).map(({ number }) => number)
  const chance = words.slice(0, chanceCount)
  const isWhole = words.length === chanceCount + 1 && words.every(number => number >= 0)
  return isWhole && words[chanceCount] === checkOf(chance) ? words : undefined
}

/** Throws in a sentence that holds nothing of the words. */
export const openSealedKey = (path: string, words: SealedWords): OfficerSigner => {
  refuseOpenAccess(path)
  let key: KeyObject
  try {
    key = createPrivateKey({ key: readFileSync(path, "utf8"), passphrase: passphraseOf(words) })
  } catch {
    throw new Error(`${path} does not open with these words; is it the sheet of another key?`)
  }
  return officerSigner(path, key)
}
