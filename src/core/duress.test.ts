import assert from "node:assert/strict"
import { test } from "node:test"
import { hasDuressWord, readDuressWord } from "./duress.ts"
import { isRefusal } from "./refusal.ts"

const has = (word: string, text: string): boolean => {
  const read = readDuressWord(word)
  return isRefusal(read) ? assert.fail(`${word} is refused`) : hasDuressWord(text, read)
}

test("A-43: the word is found whatever its case, width and white space, and only as a word where the script has spaces", () => {
  for (const [word, text] of [
    ["Blue  Heron", "They saw a BLUE\n\theron at noon."],
    ["heron", "ＨＥＲＯＮ"],
    ["Straße", "An der STRASSE."],
    ["ΣΟΦΟΣ", "σοφος, he said"],
    ["heron", "he\u00adron"],
    ["heron", "青heron鷺"],
    ["青い灯台", "本日は青い\n灯台の点検を行う。"],
    ["アオサギ", "海上にｱｵｻｷﾞを認めた"],
    ["白鹭洲", "请转告白鹭洲方面。"],
    ["heron-7", "Call sign heron-7."],
  ] as const)
    assert.ok(has(word, text), `${word} in ${text}`)
  for (const [word, text] of [
    ["heron", "the ronin"],
    ["heron", "herons"],
    ["heron", "he ron"],
    ["青い灯台", "青い船と灯台"],
    ["heron-7", "heron-71"],
    ["heron", ""],
  ] as const)
    assert.ok(!has(word, text), `${word} not in ${text}`)
})

test("A-43: a word has 4 to 64 code points, 3 where the script writes none apart; a refusal does not name it", () => {
  for (const word of ["four", "白鹭洲", "アオサ", "x".repeat(64)])
    assert.equal(typeof readDuressWord(word), "string", word)
  for (const word of ["", "   ", "one", "白鹭", "....", "1 . 2", "x".repeat(65), "白".repeat(2_000)])
    assert.deepEqual(readDuressWord(word), { refusal: "bad-duress-word", details: {} }, word)
})
