// What a pong tells of a path, and what one tells that answers nothing; and how much of what a peer asks may wait for it.
import assert from "node:assert/strict"
import { before, beforeEach, test } from "node:test"
import { type ExampleLine, exampleLine, Pen } from "../../protocol/vectors/line.ts"
import { madeBefore } from "../../protocol/vectors/make.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { askDueAt } from "./fetch.ts"
import { join } from "./fragment.ts"
import { decodeParts, type Part } from "./frame.ts"
import { concat } from "./hash.ts"
import { newLine, step } from "./line.ts"
import { enqueueOnce } from "./once.ts"
import { immediate } from "./outbox.ts"
import type { Path } from "./path-state.ts"
import { dropDeadPaths, heardPing, heardPong, tailDueAt } from "./ping.ts"
import { sendPing } from "./probe.ts"
import { isRefusal } from "./refusal.ts"
import { serve } from "./serve.ts"
import type { Line, Peer } from "./state.ts"
import { heardHello, pump } from "./sync.ts"

let example: ExampleLine
before(async () => {
  example = await exampleLine(madeBefore())
})

const traits = { name: "tls", rate: 1e9, keepsOrder: true, fragmentBytes: 262_144, queueBytes: 1_048_576 } as const
let line: Line
let peer: Peer
let path: Path
beforeEach(() => {
  const { charter, parties } = example
  line = newLine({ charter, us: 0, suite, charterBody: parties[0].charterBody })
  step(line, { type: "pathOpened", now: 50_000, path: 3, peer: 1, traits })
  path = line.state.paths.get(3)!
  peer = line.state.peers.get(1)!
})

const pong = (echo: number): void =>
  heardPong(line, peer, path, { type: "pong", echo, now: line.now, frames: 1, bytes: 100 })

test("S-9: a pong whose ping was never said, or was answered before, tells nothing of its path", () => {
  sendPing(line, path)
  const [asked] = path.pings
  path.isDoubtful = true
  line.now += 400
  for (const echo of [0, 49_999, line.now, line.now + 7]) pong(echo)
  assert.deepEqual([path.roundTripMs, path.isDoubtful, path.pings.length], [null, true, 1])
  pong(asked!.echo)
  assert.deepEqual([path.roundTripMs, path.isDoubtful, path.pings.length], [400, false, 0])
  line.now += 60_000
  path.isDoubtful = true
  pong(asked!.echo)
  assert.deepEqual([path.roundTripMs, peer.roundTripMs, path.isDoubtful], [400, 400, true])
})

test("S-9: a round trip is taken from when the ping was said by our clock, which may be set back meanwhile", () => {
  sendPing(line, path)
  const [asked] = path.pings
  step(line, { type: "woke", now: line.now + 300 })
  step(line, { type: "woke", now: line.now - 40_000 })
  line.now += 100
  pong(asked!.echo)
  assert.equal(path.roundTripMs, 400)
})

test("S-9: of pings that are said in one millisecond each is known by its pong", () => {
  for (let at = 0; at < 3; at++) {
    path.queue.forEach(parts => {
      parts.length = 0
    })
    sendPing(line, path)
  }
  assert.equal(new Set(path.pings.map(({ echo }) => echo)).size, 3)
  line.now += 5
  pong(path.pings[1]!.echo)
  assert.equal(path.pings.length, 1, "what was said before it is answered with it")
})

const keys = { key: new Uint8Array(32), iv: new Uint8Array(12) }
const proven = { confirmed: true, provenFrom: 0 }
/** The types of the parts that wait, by how many. */
const waiting = (): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { part } of path.queue.flat()) {
    const [only] = partsOf(part)
    if (only) counts[only.type] = (counts[only.type] ?? 0) + 1
  }
  return counts
}
const partsOf = (part: Uint8Array): readonly Part[] => {
  const parts = decodeParts(concat(Uint8Array.of(0x81), part), suite)
  assert.ok(!isRefusal(parts))
  return parts
}
const hello = (): void =>
  heardHello(line, peer, path, {
    ...{ type: "hello", charterHash: line.charter.hash, have: [], credit: 4_194_304, now: line.now },
    ...{ restored: false, takesShort: true },
  })

test("S-4: of a hundred thousand pings of a peer that reads nothing one pong waits, that of the newest", () => {
  for (let at = 0; at < 100_000; at++) {
    path.framesHeard += 1
    heardPing(line, peer, path, { now: at, lastHuman: null, consoles: 0 })
  }
  assert.deepEqual(waiting(), { pong: 1 })
  const [only] = path.queue.flat().flatMap(({ part }) => partsOf(part))
  assert.ok(only?.type === "pong" && only.echo === 99_999 && only.frames === 100_000)
})

test("S-4: greeted again and again by a peer that reads nothing, a node lets nothing wait twice", () => {
  path.inFlight = traits.queueBytes
  line.state.urgent.push(3, 4, 9)
  line.state.newestHead = new Pen(example, 0).head({ size: 0 })
  line.state.logs[1]!.claimed = 40
  peer.sending = { ...keys, epoch: 1, anew: false, counter: 0, opening: keys.key, openedAt: line.now, ...proven }
  for (let at = 0; at < 2_000; at++) {
    line.now += 3_001
    hello()
    peer.haveDue = line.now
    peer.headSentTo = -1
    pump(line)
    line.now += 3_001
    pump(line)
  }
  assert.deepEqual(waiting(), { hello: 1, ping: 1, head: 1, want: 1, have: 1 })
  assert.equal(path.wants.length, 3)
  assert.equal(path.pings.length, 1, "one ping is asked, and was asked when it began to wait")
  assert.equal(path.pings[0]?.at, 56_002)
})

test("S-4: of questions that differ 256 wait at the most, and what is read for a peer no more than its credit", () => {
  for (let at = 0; at < 1_000; at++)
    enqueueOnce(path, { name: `want 1 1 ${at} ${at}`, precedence: immediate, part: new Uint8Array(9) })
  assert.equal(path.queue[immediate]!.length, 256)
  const serves = (): number => {
    line.out = []
    serve(line, path)
    return line.out.length
  }
  ;[path.helloSent, peer.helloHeard] = [true, true]
  path.wants.push({ author: 0, generation: 1, from: 1, to: 1 })
  path.queue[2]!.push({ precedence: 2, part: new Uint8Array(4_194_305) })
  assert.equal(serves(), 0)
  path.queue[2] = []
  assert.equal(serves(), 1)
})

test("S-9: time in which the node itself was not awake, or by which its clock was set on, is nobody's silence", () => {
  sendPing(line, path)
  line.state.wakeAt = line.now + 3_000
  step(line, { type: "woke", now: line.now + 3_600_000 })
  dropDeadPaths(line)
  assert.ok(line.state.paths.has(3), "no path is taken for dead")
  assert.equal(line.now - path.pings[0]!.at, 3_000)
  line.state.wakeAt = line.now + 3_000
  for (let waited = 0; waited < 2; waited++) {
    step(line, { type: "woke", now: line.now + 3_000 })
    line.state.wakeAt = line.now + 3_000
  }
  dropDeadPaths(line)
  assert.ok(!line.state.paths.has(3), "what was waited for in vain is silence")
})

test("S-9: a ping that was lost keeps back the next for no more than twice the time, and so on", () => {
  const lossy: Path = { ...path, traits: { ...traits, loses: true } }
  peer.sentTo = 1
  assert.equal(tailDueAt(lossy, peer), lossy.sentAt + 1_000)
  sendPing(line, lossy)
  assert.equal(tailDueAt(lossy, peer), lossy.sentAt + 2_000)
})

test("S-7: a ping for the tail that the path does not take is not due again at once, but once more after its time", () => {
  const lossy: Path = { ...path, traits: { ...traits, loses: true } }
  peer.sentTo = 1
  sendPing(line, lossy)
  line.now = tailDueAt(lossy, peer)
  sendPing(line, lossy)
  assert.deepEqual([lossy.pings.length, lossy.sentAt], [1, 50_000], "it waits")
  assert.equal(tailDueAt(lossy, peer), line.now + 2_000)
})

test("F-8: of one part no more than 4,096 pieces are kept, and what is cut smaller is refused", () => {
  const piece = (offset: number) =>
    ({ type: "fragment", id: 7, offset, total: 262_144, bytes: new Uint8Array(1) }) as const
  const said = Array.from({ length: 4_097 }, (_, at) => join(path, piece(2 * at), suite))
  assert.ok(said.slice(0, -1).every(it => it === undefined))
  const last = said.at(-1)
  assert.ok(isRefusal(last) && last.refusal === "malformed")
  assert.equal(path.joining.size, 0)
})

test("D-5: nothing is due of a document while no path can take a question", () => {
  const root = new Uint8Array(32).fill(5)
  step(line, { type: "documentWanted", now: line.now, peer: 1, root, size: 9_000, held: [] })
  ;[peer.helloHeard, path.helloSent] = [true, true]
  pump(line)
  assert.ok(askDueAt(line) > line.now && askDueAt(line) < Infinity)
  path.helloSent = false
  assert.equal(askDueAt(line), Number.POSITIVE_INFINITY)
})
