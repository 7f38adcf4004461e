// The sealed key of last resort: it opens with its eleven words, in any list or as numbers, and with nothing else.
import assert from "node:assert/strict"
import { createPublicKey, verify } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { algorithms } from "../core/suite.ts"
import { wordDigits } from "../core/words.ts"
import { openOfficerKey } from "./officer-key.ts"
import { wordLists } from "./pairing-words.ts"
import { createSealedKey, isSealedKey, openSealedKey, readSealedWords } from "./sealed-key.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-sealed-"))
after(() => rmSync(folder, { recursive: true }))

test("A-42: the eleven words open the key, in any of the three lists or as numbers; the file holds none of them", async () => {
  const file = join(folder, "a.pem")
  const { public: made, words } = createSealedKey(file, algorithms.ed25519)
  assert.equal(words.length, 11)
  assert.ok(isSealedKey(file))
  assert.equal(statSync(file).mode & 0o077, 0)
  const typed = [
    words.map(wordDigits).join(" "),
    ...Object.values(wordLists).map(list => words.map(at => list[at]).join(" ")),
  ]
  for (const each of typed) assert.deepEqual(readSealedWords(each), words, each)
  const signer = openSealedKey(file, words)
  assert.deepEqual(signer.public, made)
  const digest = new Uint8Array(32).fill(7)
  const key = createPublicKey({
    key: Buffer.from(made.public),
    format: "raw-public",
    asymmetricKeyType: "ed25519",
  } as never)
  assert.ok(verify(null, digest, key, await signer.sign(digest)))
  assert.ok(!typed.some(each => readFileSync(file, "utf8").includes(each)))
  assert.throws(() => openOfficerKey(file), /can be read/, "without the words it is no key")
})

test("A-42: a word that was read wrongly, left out or added is found before anything is tried, and is never named", () => {
  const file = join(folder, "b.pem")
  const { words } = createSealedKey(file, algorithms.esp256)
  const digits = words.map(wordDigits)
  const wrong = [digits.slice(1), [...digits, "0001"], digits.with(10, wordDigits((words[10]! + 1) % 2_048)), []]
  for (const each of wrong) assert.equal(readSealedWords(each.join(" ")), undefined)
  const other = createSealedKey(join(folder, "c.pem"), algorithms.esp256).words
  assert.throws(
    () => openSealedKey(file, other),
    (error: Error) => /sheet of another key/.test(error.message) && !error.message.includes(wordDigits(other[0]!)),
  )
  assert.throws(() => createSealedKey(file, algorithms.esp256), /never overwritten/)
})
