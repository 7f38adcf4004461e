import assert from "node:assert/strict"
import { test } from "node:test"
import { fc } from "../../test/fixtures/property.ts"
import { wordLists } from "../keys/pairing-words.ts"
import { isRefusal } from "./refusal.ts"
import { parseWords, wordDigits, wordNumbers } from "./words.ts"

const lists = [wordLists.en, wordLists.ja, wordLists.zh]
const numbers = [0, 1, 2_047, 1_024, 5, 77, 2_000, 300, 9, 1_999]
const shown = (list: readonly string[]): string[] => numbers.map(number => list[number] ?? assert.fail())

test("CH-6: the words are the first 110 bits, eleven at a time, most significant first", () => {
  assert.deepEqual(wordNumbers(new Uint8Array(16)), Array(10).fill(0))
  assert.deepEqual(wordNumbers(new Uint8Array(16).fill(255)), Array(10).fill(2_047))
  assert.deepEqual(wordNumbers(Uint8Array.of(0, 0x20, ...new Uint8Array(14))), [1, ...Array(9).fill(0)])
  const last = new Uint8Array(16)
  last.set([0x04, 0x03], 13) // bits 109 and beyond: only the first is a word's
  assert.deepEqual(wordNumbers(last), [...Array(9).fill(0), 1])
})

test("CH-6: ten words in any of the languages are read back, however they are set apart", () => {
  for (const list of lists) {
    const words = shown(list)
    for (const between of [" ", "、", "\n", " · ", ",  "])
      assert.deepEqual(parseWords(words.join(between), lists), numbers)
  }
  assert.deepEqual(parseWords(shown(wordLists.en).join(" ").toUpperCase(), lists), numbers)
  assert.deepEqual(parseWords(shown(wordLists.ja).join("　").normalize("NFC"), lists), numbers)
  assert.deepEqual(parseWords(shown(wordLists.zh).join(""), lists), numbers, "Chinese is written without spaces")
  assert.deepEqual(
    parseWords(
      shown(wordLists.zh)
        .join("")
        .replace(/^(.{5})/u, "$1，"),
      lists,
    ),
    numbers,
  )
})

test("CH-6: ten four-digit numbers are read back, in groups, in a run and in full-width figures", () => {
  const digits = numbers.map(wordDigits)
  assert.equal(digits[1], "0001")
  for (const between of ["", " ", "-", " / ", "\n"]) assert.deepEqual(parseWords(digits.join(between), lists), numbers)
  const wide = digits.join(" ").replace(/[0-9]/g, digit => String.fromCodePoint(digit.charCodeAt(0) + 0xfee0))
  assert.deepEqual(parseWords(wide, lists), numbers)
})

test("CH-6: too few, too many, unknown or too large is refused, and nothing typed makes it throw", () => {
  const words = shown(wordLists.en)
  const digits = numbers.map(wordDigits)
  const bad = [
    "",
    words.slice(1).join(" "),
    [...words, "abandon"].join(" "),
    words.with(3, "parley").join(" "),
    digits.with(3, "2048").join(" "),
    digits.with(3, "204").join(" "),
    "的".repeat(1_001),
  ]
  for (const text of bad) assert.equal(refusalOf(text), "wrong-words", text.slice(0, 40))
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), text => refusalOf(text) === "wrong-words"))
})

test("CH-6: the lists hold 2,048 different words each, and no word stands for two numbers in two lists", () => {
  const places = new Map<string, number>()
  for (const list of lists) {
    assert.equal(new Set(list).size, 2_048)
    for (const [number, word] of list.entries()) {
      assert.equal(places.get(word.normalize("NFKD")) ?? number, number, word)
      places.set(word.normalize("NFKD"), number)
    }
  }
})

const refusalOf = (text: string): string => {
  const read = parseWords(text, lists)
  return isRefusal(read) ? read.refusal : "accepted"
}
