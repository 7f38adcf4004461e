// Entries that come short (frame, F-16; sync, S-11): what a node makes of them, and when it asks for more.
import { deepEqual, equal, ok } from "node:assert/strict"
import { test } from "node:test"
import type { Value } from "../../src/core/cbor.ts"
import { decodeParts, encodePart, joinParts } from "../../src/core/frame.ts"
import { hex } from "../../src/core/hash.ts"
import { heardShort } from "../../src/core/heard-short.ts"
import { emptyRoot, rootOf } from "../../src/core/log.ts"
import { isRefusal } from "../../src/core/refusal.ts"
import { field, kinds } from "../../src/core/registry.ts"
import { shorten } from "../../src/core/short.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import { exampleLine, Pen, type Said, saidOf } from "./line.ts"
import { madeBefore } from "./make.ts"
import { Reader } from "./reader.ts"

const line = await exampleLine(madeBefore())
const options = { isHeld: true, packs: false, goesOn: true }
const traits = { rate: 100_000_000, fragmentBytes: 65_536, queueBytes: 65_536 }
const storedOf = ({ entry, body }: Said) => ({
  ...{ seq: entry.seq, bytes: entry.bytes },
  ...(body && { salt: body.salt, body: body.bytes }),
})

/** A node that holds the first party's charter entry, and a pen for what that party says next. */
const meet = () => {
  const node = new Reader(line)
  const pen = new Pen(line, 0)
  node.heard(saidOf(pen.say({ kind: kinds.charter }, line.parties[0].charterBody)))
  node.happens({ type: "pathOpened", now: node.line.now, path: 1, peer: 0, traits })
  node.line.state.paths.get(1)!.helloSent = true
  const own = node.line.state.logs[1]!
  const seen = [{ author: 1, generation: 1, size: own.frontier.size, root: rootOf(own.frontier, suite) }]
  return { node, pen, seen }
}

/** As its author sends it behind `last`. */
const deliver = (
  node: Reader,
  said: Said,
  last: Said | null,
  change: (rest: Map<number, Value>) => void = () => {},
) => {
  const before = last && shorten(storedOf(last), null, options, suite).before
  const { part } = shorten(storedOf(said), before, options, suite)
  const parts = part && decodeParts(joinParts([part]), suite)
  ok(parts && !isRefusal(parts) && parts[0]?.type === "short")
  const rest = new Map(parts[0].rest)
  change(rest)
  node.line.out = []
  heardShort(node.line, node.line.state.peers.get(0)!, { ...parts[0], rest })
  node.effects(node.line.out)
  node.settle()
}

const theirs = (node: Reader): string[] => node.rows.filter(it => it.author === 0).map(it => hex(it.cose))
const want = (seq: number): string => hex(encodePart({ type: "want", author: 0, generation: 1, from: seq, to: seq }))
const asked = (node: Reader): string[] =>
  [...node.line.state.paths.values()].flatMap(path => path.queue.flat().map(({ part }) => hex(part)))

test("S-11, F-16: an entry that comes short is the entry that was signed", () => {
  const { node, pen, seen } = meet()
  const first = pen.say({ kind: kinds.message, seen }, Uint8Array.of(1))
  deliver(node, first, null)
  const second = pen.say({ kind: kinds.message, seen }, Uint8Array.of(2))
  deliver(node, second, first)
  const third = pen.say({ kind: kinds.stored, seen })
  deliver(node, third, second)
  deepEqual(
    theirs(node).slice(1),
    [first, second, third].map(({ entry }) => hex(entry.bytes)),
  )
  deepEqual(node.told, [])
})

test("S-11: what was signed otherwise than it is made is asked for whole, and held against nobody", () => {
  const { node, pen, seen } = meet()
  const said = pen.say({ kind: kinds.message, seen }, Uint8Array.of(1))
  deliver(node, said, null, rest => rest.set(field.time, 7))
  deepEqual([theirs(node).length, node.told], [1, []])
  ok(asked(node).includes(want(2)))
  node.heard(saidOf(said))
  equal(theirs(node).length, 2)
})

test("S-11: what leaves out an entry before that is not at hand is asked for whole", () => {
  const { node, pen, seen } = meet()
  const first = pen.say({ kind: kinds.message, seen }, Uint8Array.of(1))
  const second = pen.say({ kind: kinds.message, seen }, Uint8Array.of(2))
  node.heard(saidOf(first))
  node.line.state.logs[0]!.last = null
  deliver(node, second, first)
  deepEqual([theirs(node).length, node.told], [2, []])
  ok(asked(node).includes(want(3)))
})

test("S-11, L-8: another entry for a place that is taken is asked for whole, and then proves two histories", () => {
  const { node, pen, seen } = meet()
  const first = pen.sign({ kind: kinds.message, seen }, Uint8Array.of(1))
  const second = pen.sign({ kind: kinds.message, seen }, Uint8Array.of(2))
  node.heard(saidOf(pen.take(first)))
  deliver(node, first, null)
  ok(!asked(node).includes(want(2)), "the same entry is nothing")
  deliver(node, second, null)
  ok(asked(node).includes(want(2)))
  deepEqual(node.told, [])
  node.heard(saidOf(second))
  deepEqual(node.told, ["two-histories"])
})

test("S-11: what lies beyond the next place only claims that it exists, and a log begins whole", () => {
  const { node, pen, seen } = meet()
  const lost = pen.say({ kind: kinds.message, seen }, Uint8Array.of(1))
  deliver(node, pen.say({ kind: kinds.message, seen }, Uint8Array.of(2)), lost)
  deepEqual([theirs(node).length, node.told, node.line.state.logs[0]!.claimed], [1, [], 3])
  const begins = new Pen(line, 0).say({ kind: kinds.charter, ownRoot: emptyRoot(suite) }, line.parties[0].charterBody)
  equal(shorten(storedOf(begins), null, options, suite).part, undefined)
})
