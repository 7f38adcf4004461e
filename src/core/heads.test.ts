// Heads that contradict the record or each other: kept aside as proof, whichever way and order they come in. (L-12)
import assert from "node:assert/strict"
import { before, beforeEach, test } from "node:test"
import { type ExampleLine, exampleLine, Pen, type Said } from "../../protocol/vectors/line.ts"
import { madeBefore } from "../../protocol/vectors/make.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { heardEntry } from "./accept.ts"
import type { Effect, Event } from "./event.ts"
import { decodeParts } from "./frame.ts"
import { utf8 } from "./hash.ts"
import type { Head } from "./head.ts"
import { heardHead } from "./heads.ts"
import { headEntriesMax } from "./limits.ts"
import { newLine, step } from "./line.ts"
import { append } from "./log.ts"
import { isRefusal } from "./refusal.ts"
import { kinds } from "./registry.ts"
import type { Line, Log } from "./state.ts"

let example: ExampleLine
before(async () => {
  example = await exampleLine(madeBefore())
})

let line: Line
let log: Log
let pen: Pen
let said: Said[]
let told: string[]
let kept: Head[][]

const path = { peer: 1 } as Parameters<typeof heardHead>[1]
const settle = (): void => run(step(line, { type: "settle", now: line.now }))
const hear = (head: Head): void => {
  line.out = []
  heardHead(line, path, head)
  run(line.out)
  settle()
}
const deliver = (...all: Said[]): void => {
  for (const { entry, body } of all) {
    line.out = []
    const part = { cose: entry.bytes, salt: body?.salt ?? null, body: body?.bytes ?? null }
    heardEntry(line, line.state.peers.get(1)!, part)
    run(line.out)
  }
  settle()
}
const run = (effects: readonly Effect[]): void => {
  for (const effect of effects) {
    const answer = answerTo(effect)
    if (!answer) continue
    run(step(line, answer))
    settle()
  }
}
const answerTo = (effect: Effect): Event | undefined => {
  const now = line.now
  if (effect.do === "tell" && effect.tell.type === "refused") told.push(effect.tell.refusal.refusal)
  if (effect.do === "sign")
    return { type: "signed", now, signature: (example.parties[0].keys.sign([effect.message]) as Uint8Array[])[0]! }
  if (effect.do === "append") {
    for (const { bytes, refusal } of effect.asides) if (refusal.refusal === "bad-head") kept.push(headsIn(bytes))
    return { type: "appended", now }
  }
  if (effect.do !== "recall" || effect.author !== 1) return undefined
  return { type: "recalled", now, id: effect.id, held: said[effect.seq - 1] ?? null }
}
const headsIn = (bytes: Uint8Array): Head[] => {
  const parts = decodeParts(bytes, suite)
  return isRefusal(parts) ? [] : parts.flatMap(part => (part.type === "head" ? [part.head] : []))
}
const message = (): Said => pen.say({ kind: kinds.message, traffic: 2 })
/** So many entries of party 1, the first its charter, and its head of each size. */
const write = (count: number): Head[] => {
  const heads: Head[] = []
  while (said.length < count) {
    said.push(said.length === 0 ? pen.charter() : message())
    heads.push(pen.head())
  }
  return heads
}
const other = suite.sha256(utf8("another tree"))
const lie = (size: number, root = other): Head => pen.head({ size, root })
const sizes = (): number[][] => kept.map(heads => heads.map(({ size }) => size))

const beginAgain = (): void => {
  const { charter, parties } = example
  line = newLine({ charter, us: 0, suite, charterBody: parties[0].charterBody })
  line.now = 5_000
  line.state.epochKeyAt = 1
  log = line.state.logs[1]!
  pen = new Pen(example, 1)
  ;[said, told, kept] = [[], [], []]
}
beforeEach(beginAgain)

test("L-12: a head of the size held, or of one below a verified head, that says another root is kept aside as proof", () => {
  const heads = write(5)
  deliver(...said)
  hear(lie(5))
  hear(heads[4]!)
  assert.equal(log.headSize, 5)
  hear(lie(3))
  hear(lie(3))
  assert.deepEqual(sizes(), [[5], [3]])
  assert.deepEqual(kept.flat(), [lie(5), lie(3)])
  for (const head of heads) hear(head)
  assert.deepEqual([told, log.headSize, log.broken], [["bad-head", "bad-head"], 5, false])
})

test("L-12: of two histories that part at one size, what differs above is no other; what parts below is", () => {
  write(6)
  deliver(...said)
  for (const size of [4, 5, 6, 2, 3]) hear(lie(size))
  assert.deepEqual(sizes(), [[4], [2]])
  assert.deepEqual(told, ["bad-head", "bad-head"], "the rest is nothing new")
})

test("L-12: after two entries of one place, heads above them are their consequence; one below them is kept", () => {
  write(5)
  deliver(...said)
  const fork = new Pen(example, 1)
  fork.charter()
  fork.say({ kind: kinds.message, traffic: 2 })
  deliver(fork.say({ kind: kinds.message, traffic: 1 }))
  assert.deepEqual(told, ["two-histories"])
  hear(lie(3))
  hear(lie(4))
  assert.deepEqual(sizes(), [])
  hear(lie(2))
  assert.deepEqual(sizes(), [[2]])
})

test("L-12: an entry whose own root is another parts the log before it; heads from there on are its consequence", () => {
  write(4)
  deliver(...said)
  const fork = new Pen(example, 1)
  fork.charter()
  for (let seq = 2; seq < 4; seq++) fork.say({ kind: kinds.message, traffic: 2 })
  fork.say({ kind: kinds.message, traffic: 1 })
  deliver(fork.say({ kind: kinds.message, traffic: 2 }))
  assert.deepEqual([told, log.broken], [["wrong-own-root"], true])
  hear(lie(4))
  assert.deepEqual(sizes(), [])
  hear(lie(3))
  assert.deepEqual(sizes(), [[3]])
})

test("L-12: two heads of a size that is not held contradict each other, whether its entries come or not", () => {
  const heads = write(4)
  deliver(said[0]!)
  hear(heads[3]!)
  hear(heads[3]!)
  assert.deepEqual(told, [])
  hear(lie(4))
  assert.deepEqual(sizes(), [[4, 4]])
  assert.deepEqual(kept[0], [heads[3], lie(4)])
  deliver(...said.slice(1))
  assert.deepEqual([log.frontier.size, log.headSize, told], [4, 4, ["bad-head"]])
})

test("L-12: a head that came before its entries is compared when they have come, gathered or past it", () => {
  write(4)
  deliver(said[0]!)
  hear(lie(3))
  deliver(said[1]!, said[2]!)
  assert.deepEqual([sizes(), log.frontier.size], [[[3]], 3], "its entries were gathered under it")
  pen = new Pen(example, 1)
  ;[said, told, kept] = [[], [], []]
  line = newLine({ charter: example.charter, us: 0, suite, charterBody: example.parties[0].charterBody })
  line.now = 5_000
  line.state.epochKeyAt = 1
  log = line.state.logs[1]!
  write(5)
  log.judgedTo = 5
  hear(lie(2))
  deliver(...said)
  assert.deepEqual([sizes(), log.frontier.size], [[[2]], 5], "they went past it in one step")
})

test("L-12: where one of the entries under it is false, the head waits for the true one", () => {
  const heads = write(3)
  deliver(said[0]!)
  const forged = pen.sign({ ...said[1]!.entry, time: 7 }, undefined, example.parties[0])
  hear(lie(3))
  deliver(forged, said[2]!)
  assert.deepEqual([sizes(), log.frontier.size], [[], 1])
  deliver(...said.slice(1))
  assert.deepEqual([sizes(), log.frontier.size], [[[3]], 3])
  hear(heads[2]!)
  assert.equal(log.headSize, 3)
})

test("L-12: what stands under a true head and does not follow stops the log; unsigned itself, it is no proof of two histories", () => {
  for (const [by, code] of [
    [example.parties[0], "bad-signature"],
    [undefined, "wrong-own-root"],
  ] as const) {
    beginAgain()
    write(1)
    deliver(said[0]!)
    const false_ = pen.take(pen.sign({ kind: kinds.message, traffic: 2, ownRoot: other }, undefined, by))
    hear(pen.head())
    deliver(false_)
    assert.deepEqual([told, log.broken], [[code], true])
  }
})

test("L-12: a false signature proves nothing, at whatever size", () => {
  write(4)
  deliver(...said.slice(0, 3))
  for (const size of [1, 3]) hear({ ...lie(size), mlDsa65: lie(2).mlDsa65 })
  assert.deepEqual(told, ["bad-head-signature", "bad-head-signature"])
  hear({ ...lie(4), ed25519: lie(2).ed25519 })
  assert.deepEqual([told.length, sizes()], [2, []], "it may be of keys that are not known yet")
})

test("L-12, K-9: of a closed generation a head is compared as far as that is the author's word", () => {
  const heads = write(4)
  deliver(...said)
  Object.assign(log, { generation: 2, closed: [3] })
  for (const head of [heads[0]!, heads[1]!, lie(3), lie(4), pen.head({ generation: 3, size: 1, root: other })])
    hear(head)
  assert.deepEqual([told, log.headSize], [[], 0])
  hear(lie(2))
  assert.deepEqual([sizes(), told], [[[2]], ["bad-head"]])
})

test("L-6, L-11, K-6: a head that is overdue is not asked for by a home that may sign nothing, whether a copy, in doubt or without its key", () => {
  const own = line.state.logs[0]!
  while (own.frontier.size < headEntriesMax) own.frontier = append(own.frontier, other, suite)
  const asked = (): number => step(line, { type: "settle", now: line.now }).filter(it => it.do === "attest").length
  for (const hindrance of [{ restored: true }, { doubtSince: line.now }, { keyless: true }] as const) {
    const before = { ...line.state }
    Object.assign(line.state, hindrance)
    assert.equal(asked(), 0, JSON.stringify(hindrance))
    Object.assign(line.state, before)
  }
  assert.equal(asked(), 1)
  const id = line.state.asks.keys().toArray()[0]!
  step(line, { type: "attested", now: line.now, id, ed25519: null, mlDsa65: null })
  assert.deepEqual([asked(), line.state.keyless], [0, true], "the signer has said that it cannot")
})
