import assert from "node:assert/strict"
import { test } from "node:test"
import type { MessageView } from "../api/shapes.ts"
import { memoryDisk } from "../store/memory.ts"
import { Duress } from "./duress.ts"
import { seats } from "./routes.ts"

const message = (author: number, text: string, subject?: string): MessageView => ({
  ...{ position: 1, hash: "ab", author, generation: 1, seq: 2, number: 1, kind: "message", precedence: "ROUTINE" },
  ...{ traffic: "drill", written: 1, received: 2, refs: [], action: [], info: [], language: "en", text, bytes: 9 },
  ...{ rungs: [], gapBefore: false, concurrent: false, rings: false, ...(subject !== undefined && { subject }) },
})

test("A-44: the mark is on a message of theirs that contains the word, in subject or text, before watch and releaser alone", () => {
  const duress = new Duress({ us: 0, store: memoryDisk().open() })
  assert.equal(duress.put({ word: "Blue Heron" }), true)
  const marked = (view: MessageView, seat: (typeof seats)[number]): boolean =>
    duress.shown(view, seat).duress === true &&
    JSON.stringify(duress.told({ type: "message", message: view }, seat)).includes('"duress":true')
  for (const seat of seats) {
    const onWatch = seat === "watch" || seat === "releaser"
    assert.equal(marked(message(1, "A blue  heron was seen."), seat), onWatch, seat)
    assert.equal(marked(message(1, "Nothing.", "BLUE HERON"), seat), onWatch, seat)
    assert.equal(marked(message(0, "A blue heron was seen."), seat), false)
    assert.equal(marked(message(1, "A heron, blue."), seat), false)
  }
  const view = message(1, "A blue heron was seen.")
  duress.told({ type: "message", message: view }, "watch")
  assert.ok(!JSON.stringify(duress.told({ type: "message", message: view }, "auditor")).includes("duress"))
})

test("A-43: the word stays over a restart, is forgotten when cleared, and no refusal names it", () => {
  const disk = memoryDisk()
  const theirs = message(1, "heron")
  const duress = new Duress({ us: 0, store: disk.open() })
  assert.equal(duress.put({ word: "heron" }), true)
  assert.ok(new Duress({ us: 0, store: disk.open() }).shown(theirs, "watch").duress)
  assert.deepEqual(duress.put({ word: "cat" }), { refusal: "bad-duress-word", details: {} })
  for (const wrong of [null, {}, { word: 7 }, []])
    assert.deepEqual(duress.put(wrong), { refusal: "bad-request", details: { field: "word" } })
  const again = new Duress({ us: 0, store: disk.open() })
  assert.ok(again.shown(theirs, "watch").duress, "what was refused has changed nothing")
  assert.equal(again.put({ word: "" }), true)
  assert.equal(new Duress({ us: 0, store: disk.open() }).shown(theirs, "watch").duress, undefined)
})
