// The word for duress: how it is written, and whether a text contains it (page: protocol/security.md, A-43). It works alike for scripts
// that put spaces between words and for those that do not.
import { type Refusal, refuse } from "./refusal.ts"

/** Scripts whose words stand without a space between them. */
const unspaced = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u30FC\u3005`
const between = new RegExp(`(?<=[${unspaced}]) | (?=[${unspaced}])`, "gu")
const isUnspaced = new RegExp(`^[${unspaced}]$`, "u")
const isLetter = /^[\p{L}\p{M}\p{N}]$/u

const pointsMin = 4
/** Of such a script a character says as much as a syllable or a word. */
const pointsMinUnspaced = 3
const pointsMax = 64
/** Before it is brought into its form: more than 64 code points can become of no fewer. */
const charsMax = 1_024

/** NFKC and case apart; white space is one space, and none beside a script that has none; what cannot be seen is nothing. */
const folded = (text: string): string =>
  text
    .normalize("NFKC")
    .replaceAll(/\p{Cf}/gu, "")
    .toUpperCase()
    .toLowerCase()
    .normalize("NFKC")
    .replaceAll("ς", "σ")
    .replaceAll(/\s+/gu, " ")
    .replaceAll(between, "")
    .trim()

/** The word in the form in which it is kept; refused as too short or too long, and never named in the refusal. */
export const readDuressWord = (typed: string): string | Refusal => {
  const word = typed.length > charsMax ? "" : folded(typed)
  const points = [...word]
  const letters = points.filter(point => isLetter.test(point))
  const least = letters.length > 0 && letters.every(letter => isUnspaced.test(letter)) ? pointsMinUnspaced : pointsMin
  return letters.length < least || points.length > pointsMax ? refuse("bad-duress-word") : word
}

/** `word` as `readDuressWord` gave it. "heron" is not in "the ronin", nor in "herons". */
export const hasDuressWord = (text: string, word: string): boolean => {
  const said = folded(text)
  for (let at = said.indexOf(word); at >= 0; at = said.indexOf(word, at + 1)) {
    const end = at + word.length
    if (!joins(said.slice(0, at), word) && !joins(word, said.slice(end))) return true
  }
  return false
}

/** Whether the end of one and the beginning of the other are of one word. */
const joins = (before: string, after: string): boolean => {
  const [left = "", right = ""] = [[...before.slice(-2)].at(-1), [...after.slice(0, 2)][0]]
  return isLetter.test(left) && isLetter.test(right) && !isUnspaced.test(left) && !isUnspaced.test(right)
}
