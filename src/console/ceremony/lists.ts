// The lists of the ceremony's words (BIP-39), for reading out and for completion. (CH-6)
import { wordlist as english } from "@scure/bip39/wordlists/english.js"
import { wordlist as japanese } from "@scure/bip39/wordlists/japanese.js"
import { wordlist as chinese } from "@scure/bip39/wordlists/simplified-chinese.js"
import type { Language } from "../../api/shapes.ts"
import { typedWords, wordDigits } from "../../core/words.ts"

export const wordLists: Readonly<Record<Language, readonly string[]>> = { en: english, ja: japanese, zh: chinese }
export const allLists = Object.values(wordLists)

export type Form = Language | "numbers"

export const shownAs = (number: number, form: Form): string =>
  form === "numbers" ? wordDigits(number) : (wordLists[form][number] ?? "")

const completionsMax = 6
const firstCharsMin = 2

/** Words that begin with what was typed; none when it is one already, or says too little. */
export const completions = (typed: string): string[] => {
  const begun = typed.trim().normalize("NFKD").toLowerCase()
  if (begun.length < firstCharsMin || /^[0-9]/.test(begun)) return []
  const found = [...english, ...japanese].filter(word => word.normalize("NFKD").startsWith(begun))
  return found.length === 1 && found[0]?.normalize("NFKD") === begun ? [] : found.slice(0, completionsMax)
}

/** Several words in one place, as a paste brings them. */
export const split = (typed: string): string[] => typedWords(typed, allLists).map(({ text }) => text.normalize("NFC"))

export const isKnown = (typed: string): boolean => {
  const words = typedWords(typed, allLists)
  return words.length === 1 && (words[0]?.number ?? -1) >= 0
}
