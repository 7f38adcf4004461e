// The words of the ceremony: 110 bits of the two cards, read out and typed in crosswise (page: protocol/charter.md, section 5). The
// digest is a scrypt of both cards, made in src/keys; the lists of words are handed in.
import { type Refusal, refuse } from "./refusal.ts"

export const wordsCount = 10
const bitsPerWord = 11
const wordMax = 2 ** bitsPerWord - 1
const digits = 4
/** Ten of the longest words with much between them. */
const textCharsMax = 1_000

/** The first 110 bits, most significant first, as ten numbers below 2,048. (CH-6) */
export const wordNumbers = (digest: Uint8Array): number[] => {
  let bits = 0n
  for (const byte of digest.subarray(0, 16)) bits = (bits << 8n) | BigInt(byte)
  return Array.from({ length: wordsCount }, (_, place) =>
    Number((bits >> BigInt(128 - bitsPerWord * (place + 1))) & BigInt(wordMax)),
  )
}

/** A number as it is shown and read out: always four digits. */
export const wordDigits = (number: number): string => String(number).padStart(digits, "0")

/** What somebody typed: ten words of any of the lists, or ten four-digit numbers, with whatever between them. (CH-6) */
export const parseWords = (text: string, lists: readonly (readonly string[])[]): readonly number[] | Refusal => {
  if (text.length > textCharsMax) return refuse("wrong-words", { characters: text.length })
  const typed = text.normalize("NFKD").toLowerCase()
  const tokens = typed.split(/[^\p{L}\p{M}\p{N}]+/u).filter(token => token !== "")
  const run = tokens.join("")
  // Figures may stand in any groups, as people write them; only their number says where a word ends.
  const numbers = /^[0-9]+$/.test(run)
    ? (run.match(/[0-9]{1,4}/g) ?? []).map(group => (group.length === digits ? Number(group) : -1))
    : tokens.flatMap(token => wordsOf(token, lists))
  const known = numbers.filter(number => number >= 0 && number <= wordMax).length
  if (numbers.length !== wordsCount || known !== wordsCount)
    return refuse("wrong-words", { words: numbers.length, known })
  return numbers
}

/** A token's number; where it is no word, those of its characters, since Chinese is written without spaces. −1 for what is neither. */
const wordsOf = (token: string, lists: readonly (readonly string[])[]): number[] => {
  const whole = numberOf(token, lists)
  if (whole >= 0) return [whole]
  const letters = [...token]
  if (letters.length > wordsCount) return [-1]
  const characters = letters.map(character => numberOf(character, lists))
  return characters.every(number => number >= 0) ? characters : [-1]
}

const numberOf = (word: string, lists: readonly (readonly string[])[]): number => {
  for (const list of lists) {
    const number = list.findIndex(each => each === word || each.normalize("NFKD") === word)
    if (number >= 0) return number
  }
  return -1
}
