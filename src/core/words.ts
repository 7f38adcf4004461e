// The words of the ceremony: 110 bits of the two cards, read out and typed in crosswise (page: protocol/charter.md, section 7). The
// digest is a scrypt of both cards, made in src/keys; the lists of words are handed in.
import { isRefusal, type Refusal, refuse } from "./refusal.ts"

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

/** One word as it was typed; number −1 where it is in no list. */
export type TypedWord = { readonly text: string; readonly number: number }

/** What somebody typed, word by word, with whatever between them. (CH-6) */
export const typedWords = (text: string, lists: readonly (readonly string[])[]): TypedWord[] => {
  const typed = text.slice(0, textCharsMax).normalize("NFKD").toLowerCase()
  const tokens = typed.split(/[^\p{L}\p{M}\p{N}]+/u).filter(token => token !== "")
  const run = tokens.join("")
  // Figures may stand in any groups, as people write them; only their number says where a word ends.
  if (/^[0-9]+$/.test(run))
    return (run.match(/[0-9]{1,4}/g) ?? []).map(group => ({
      text: group,
      number: group.length === digits && Number(group) <= wordMax ? Number(group) : -1,
    }))
  return tokens.flatMap(token => wordsOf(token, lists))
}

/** Ten words of any of the lists, or ten four-digit numbers. (CH-6) */
export const parseWords = (text: string, lists: readonly (readonly string[])[]): readonly number[] | Refusal => {
  if (text.length > textCharsMax) return refuse("wrong-words", { characters: text.length })
  const words = typedWords(text, lists)
  const unknown = words.findIndex(({ number }) => number < 0)
  if (unknown >= 0) return refuse("wrong-words", { words: words.length, place: unknown + 1 })
  if (words.length !== wordsCount) return refuse("wrong-words", { words: words.length })
  return words.map(({ number }) => number)
}

/** True, or which word is not the one that was read out. (CH-6) */
export const checkWords = (
  text: string,
  expected: readonly number[],
  lists: readonly (readonly string[])[],
): true | Refusal => {
  const words = parseWords(text, lists)
  if (isRefusal(words)) return words
  const wrong = words.findIndex((number, at) => number !== expected[at])
  return wrong < 0 ? true : refuse("wrong-words", { words: words.length, place: wrong + 1 })
}

/** A token; where it is no word, its characters, since Chinese is written without spaces. */
const wordsOf = (token: string, lists: readonly (readonly string[])[]): TypedWord[] => {
  const whole = { text: token, number: numberOf(token, lists) }
  const letters = [...token]
  if (whole.number >= 0 || letters.length > wordsCount) return [whole]
  const characters = letters.map(text => ({ text, number: numberOf(text, lists) }))
  return characters.every(({ number }) => number >= 0) ? characters : [whole]
}

const numberOf = (word: string, lists: readonly (readonly string[])[]): number => {
  for (const list of lists) {
    const number = list.findIndex(each => each === word || each.normalize("NFKD") === word)
    if (number >= 0) return number
  }
  return -1
}
