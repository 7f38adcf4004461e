// Which key a place asks for, and heads that are heard before their keys are. (K)
import assert from "node:assert/strict"
import { before, test } from "node:test"
import { type ExampleLine, exampleLine, Pen, saidOf } from "../../protocol/vectors/line.ts"
import { madeBefore } from "../../protocol/vectors/make.ts"
import { Reader } from "../../protocol/vectors/reader.ts"
import { kidOf } from "../../src/core/charter.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { equal } from "./hash.ts"
import { heardHead } from "./heads.ts"
import {
  cardTenure,
  decodeTenures,
  encodeKeyBody,
  encodeTenures,
  keysAfter,
  keysOf,
  type Tenure,
  tenureOf,
} from "./key.ts"
import { keyChangesMax } from "./limits.ts"
import { isRefusal, refuse } from "./refusal.ts"
import { kinds } from "./registry.ts"

let line: ExampleLine
before(async () => {
  line = await exampleLine(madeBefore())
})

/** A log of three: the charter, a rotation, a message by the new key. */
const log = () => {
  const pen = new Pen(line, 0)
  const first = pen.charter()
  const change = pen.rotation()
  const second = pen.say({ kind: kinds.key, precedence: 2 }, encodeKeyBody(change))
  const old = pen.keys
  pen.keys = change.keys
  const third = pen.say({ kind: kinds.message, traffic: 2 })
  return { pen, old, change, said: [first, second, third] }
}

const hears = (reader: Reader, head: ReturnType<Pen["head"]>): void => {
  const path = { id: 0, peer: 0 } as Parameters<typeof heardHead>[1]
  heardHead(reader.line, path, head)
  reader.settle()
}

test("K-4: a head of keys that are not known yet is kept, covers nothing, and is judged when its keys have come", () => {
  const { pen, said } = log()
  const reader = new Reader(line)
  hears(reader, pen.head())
  assert.deepEqual([reader.told, reader.line.state.logs[0]!.pendingHeads.length], [[], 0])
  for (const each of said) reader.heard(saidOf(each))
  assert.deepEqual([reader.told, reader.line.state.logs[0]!.headSize], [[], 3])
})

test("K-4: a head that is signed with the keys before its last entry is refused when its size is held", () => {
  const { pen, old, said } = log()
  const reader = new Reader(line)
  pen.keys = [old[0], old[1]]
  hears(reader, pen.head())
  for (const each of said) reader.heard(saidOf(each))
  assert.deepEqual([reader.told, reader.line.state.logs[0]!.headSize], [["bad-head-signature"], 0])
})

test("K-1: keys follow from the place, on both sides of a change, and survive being kept", () => {
  const { old, change } = log()
  const [first] = [cardTenure(line.charter.parties, 0)]
  const tenures: Tenure[] = [first, { generation: 1, after: 2, keys: change.keys, byRoots: false, revoked: false }]
  const kept = decodeTenures(encodeTenures(tenures))
  assert.ok(!isRefusal(kept))
  for (const each of [tenures, kept]) {
    assert.deepEqual(
      [1, 2, 3].map(seq => equal(keysOf(each, 1, seq)[0].public, old[0].public)),
      [true, true, false],
    )
    assert.ok(equal(keysAfter(each, 1, 2)[0].public, change.keys[0].public))
  }
})

test("LI-9: a log that has changed its keys 256 times changes them no more", () => {
  const { pen, change } = log()
  const held = cardTenure(line.charter.parties, 0)
  const entry = { generation: 1, seq: 1_000, kind: kinds.key }
  const body = { salt: new Uint8Array(16), bytes: encodeKeyBody({ ...change, replaces: kidOf(held.keys[0], suite) }) }
  const tenured = (changes: number) =>
    tenureOf(
      { charter: line.charter, author: 0, tenures: [held, ...new Array<Tenure>(changes).fill(held)] },
      { entry, body },
      suite,
    )
  assert.ok(!isRefusal(tenured(keyChangesMax - 1)))
  assert.deepEqual(tenured(keyChangesMax), refuse("bad-key-change", { field: "more changes than the law allows" }))
  assert.equal(pen.frontier.size, 3)
})
