// Several paths at one node that stands on an epoch of the vectors: which of them a thing takes, and what one is taken for.
import { deepEqual, equal, ok } from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import type { PathTraits } from "../../src/core/event.ts"
import { decodeParts, encodePart, joinParts } from "../../src/core/frame.ts"
import { drain, enqueue } from "../../src/core/outbox.ts"
import type { Path } from "../../src/core/path-state.ts"
import { pathsFor } from "../../src/core/paths.ts"
import { lossOf, tailDueAt } from "../../src/core/ping.ts"
import { isRefusal } from "../../src/core/refusal.ts"
import { openFrame, sealFrame } from "../../src/core/seal.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import { exampleLine } from "./line.ts"
import { madeBefore } from "./make.ts"
import { bytes, type EpochVectors, pairedReader, type Reader } from "./reader.ts"

const vectors: EpochVectors = JSON.parse(readFileSync(join(import.meta.dirname, "epoch.json"), "utf8"))
const line = await exampleLine(madeBefore())
const reader = (): Reader => pairedReader(line, vectors, [vectors.openings[0]!.frame])
const fast: PathTraits = { rate: 1e9, fragmentBytes: 262_144, queueBytes: 1_048_576 }
const thin: PathTraits = { rate: 9_600, fragmentBytes: 1_400, pieceBytes: 200, queueBytes: 10_000 }

/** From the first party, under epoch 1. */
const sealed = (counter: number, ...parts: Uint8Array[]): Uint8Array => {
  const { key, iv } = vectors.openings[2]!
  const way = { line: line.charter.line, from: 0, to: 1 }
  const frame = { epoch: 1, path: 0, counter, plain: joinParts(parts) }
  return sealFrame(suite, { key: bytes(key), iv: bytes(iv) }, way, frame)
}

const pathAt = (node: Reader, id: number): Path => node.line.state.paths.get(id)!
const opens = (node: Reader, path: number, traits: PathTraits): void =>
  node.happens({ type: "pathOpened", now: node.line.now, path, peer: 0, traits })
const hears = (node: Reader, path: number, frame: Uint8Array): void =>
  node.happens({ type: "heard", now: node.line.now, path, frame })
const taken = (node: Reader, precedence: number): number[] =>
  pathsFor(node.line, node.line.state.peers.get(0)!, precedence).map(({ id }) => id)
const passes = (node: Reader, ms: number): void => node.happens({ type: "woke", now: node.line.now + ms })

/** Lengths of the frames that leave a path, when all that waits there goes. */
const leaving = (node: Reader, path: Path): number[] => {
  node.line.out = []
  drain(node.line, path, node.line.state.peers.get(0)!)
  return node.line.out.flatMap(effect => (effect.do === "send" ? [effect.frame.length] : []))
}

const filler = (size: number): Uint8Array =>
  encodePart({ type: "fragment", id: 1, offset: 0, total: 9_000, bytes: new Uint8Array(size) })

test("S-5: what is not urgent takes the cheapest path, and of two that cost the same the faster", () => {
  const node = reader()
  opens(node, 1, { ...fast, rate: 1e7 })
  deepEqual(taken(node, 1), [0])
  opens(node, 2, { ...fast, rate: 1e10 })
  deepEqual(taken(node, 1), [2])
  opens(node, 3, { ...fast, rate: 1e11, cost: 2 })
  deepEqual([taken(node, 2), taken(node, 3), taken(node, 4)], [[2], [0, 1, 2, 3], [0, 1, 2, 3]])
})

test("S-5: a path whose pong is late is left for one that answers, and taken again when it does", () => {
  const node = reader()
  opens(node, 1, { ...fast, rate: 1e7 })
  const asked = pathAt(node, 0).pings[0]!.at
  passes(node, 1_900)
  deepEqual(taken(node, 1), [0])
  passes(node, 200)
  deepEqual([pathAt(node, 0).isDoubtful, taken(node, 1)], [true, [1]])
  hears(node, 0, sealed(4, encodePart({ type: "pong", echo: asked, now: 1, frames: 2, bytes: 80 })))
  deepEqual([pathAt(node, 0).isDoubtful, taken(node, 1)], [false, [0]])
})

test("S-9: pongs tell the round trip of their path and the share of frames that did not come", () => {
  const node = reader()
  const path = pathAt(node, 0)
  passes(node, 3_100)
  const { at, frames } = path.pings.at(-1)!
  node.line.now += 40
  hears(node, 0, sealed(3, encodePart({ type: "pong", echo: at, now: 1, frames, bytes: 500 })))
  deepEqual([path.roundTripMs, lossOf(path), path.pings], [40, 0, []])
  path.framesSent += 98
  passes(node, 3_100)
  const later = path.pings.at(-1)!
  hears(node, 0, sealed(4, encodePart({ type: "pong", echo: later.at, now: 1, frames: later.frames - 20, bytes: 900 })))
  ok(Math.abs(lossOf(path)! - 20 / later.frames) < 1e-9)
})

/** A pong to the newest ping, after so many ms. */
const answers = (node: Reader, counter: number, ms: number, bytesThere: number): void => {
  const { at, frames } = pathAt(node, 0).pings.at(-1)!
  node.line.now = at + ms
  hears(node, 0, sealed(counter, encodePart({ type: "pong", echo: at, now: 1, frames, bytes: bytesThere })))
}

test("S-12: what is not urgent is kept to a window; it grows while pongs come soon, and shrinks when they are late", () => {
  const node = reader()
  const path = pathAt(node, 0)
  equal(path.window, 65_536)
  answers(node, 3, 20, 500)
  const first = path.window
  ok(first > 65_536 && first <= 262_144, String(first))
  const fill = (bytes: number): void => {
    for (let sum = 0; sum < bytes; sum += 60_000) enqueue(path, { precedence: 1, part: filler(60_000) })
    passes(node, 1)
  }
  fill(600_000)
  const underWay = path.bytesSent - path.bytesPassed
  ok(underWay >= first && underWay < first + 70_000, String(underWay))
  ok(path.pings.length > 0, "what became of it is asked at once")
  enqueue(path, { precedence: 4, part: filler(900) })
  passes(node, 1)
  equal(path.queue[4]!.length, 0)
  // A ping that left when the window was full tells of it; which of them did, its frames decide.
  let counter = 4
  for (; counter < 9 && path.window === first; counter++) answers(node, counter, 25, 50_000 * counter)
  equal(path.window, 2 * first)
  for (let tries = 0; tries < 4 && path.window >= first; tries++) {
    fill(600_000)
    answers(node, counter, 5_000, 50_000 * counter)
    counter += 1
  }
  ok(path.window < first, String(path.window))
})

test("S-12: what is asked for keeps to the window, whatever its precedence; what is urgent and new goes past it", () => {
  const node = reader()
  const path = pathAt(node, 0)
  const entry = { author: 1, generation: 1, seq: 90 }
  for (let count = 0; count < 40; count++)
    enqueue(path, { precedence: 4, part: filler(5_000), entry: { ...entry, seq: 50 + count }, isAsked: true })
  enqueue(path, { precedence: 4, part: filler(700), entry })
  leaving(node, path)
  ok(path.bytesSent - path.bytesPassed < path.window + 70_000)
  ok(path.queue[4]!.length > 10)
  ok(path.queue[4]!.every(({ isAsked }) => isAsked))
})

test("S-12: a path that swallows what it is given, while the other end is heard, opens again with a sixteenth; a cut is no such thing", () => {
  const swallows = (isHeard: boolean): number => {
    const node = reader()
    node.line.now += 5_000
    if (isHeard) hears(node, 0, sealed(3, encodePart({ type: "have", have: [] })))
    node.happens({ type: "pathClosed", now: node.line.now, path: 0 })
    opens(node, 0, fast)
    return pathAt(node, 0).window
  }
  deepEqual([swallows(true), swallows(false)], [4_096, 65_536])
})

test("S-4: what others wait for is cut short; what is urgent, or alone and no bulk, goes whole", () => {
  const node = reader()
  opens(node, 1, thin)
  const path = pathAt(node, 1)
  leaving(node, path)
  enqueue(path, { precedence: 1, part: filler(900) })
  deepEqual(leaving(node, path).length, 1)
  enqueue(path, { precedence: 1, part: filler(900) })
  enqueue(path, { precedence: 1, part: filler(900) })
  const pieces = leaving(node, path)
  ok(pieces.length > 6 && pieces.slice(0, -1).every(length => length <= 200), String(pieces))
  enqueue(path, { precedence: 0, part: filler(900) })
  ok(leaving(node, path).every(length => length <= 200))
  enqueue(path, { precedence: 0, part: filler(150) })
  enqueue(path, { precedence: 4, part: filler(900) })
  deepEqual(
    leaving(node, path).map(length => length > 900),
    [true, false],
  )
})

test("S-4: what another path has brought meanwhile, as a receipt has proven, is not sent; what is asked for is", () => {
  const node = reader()
  const path = pathAt(node, 0)
  leaving(node, path)
  const entry = { author: 1, generation: 1, seq: 1 }
  node.line.state.peers.get(0)!.confirmed = 1
  enqueue(path, { precedence: 1, part: filler(100), entry })
  deepEqual(leaving(node, path), [])
  enqueue(path, { precedence: 1, part: filler(100), entry, isAsked: true })
  equal(leaving(node, path).length, 1)
})

test("F-4: what a path brings back of our own is named as that, frames and openings", () => {
  const node = reader()
  passes(node, 3_100)
  node.told.length = 0
  const own = [
    ...node.sent.filter(frame => frame[0] === 1).slice(-1),
    ...node.sent.filter(frame => frame[0] === 2).slice(-1),
  ]
  equal(own.length, 2)
  for (const frame of own) {
    node.line.state.peers.get(0)!.refusedAt = Number.NEGATIVE_INFINITY
    node.line.state.peers.get(0)!.refusedOpeningAt = Number.NEGATIVE_INFINITY
    node.hears(frame)
  }
  deepEqual(node.told, ["looped-frame", "looped-frame"])
})

test("S-5: what is urgent goes twice where a frame may vanish unseen", () => {
  const node = reader()
  opens(node, 1, { ...thin, loses: true })
  const path = pathAt(node, 1)
  leaving(node, path)
  const before = node.sent.length
  node.happens({ type: "ordered", now: node.line.now, order: { ...order, id: 1 } })
  const parts = node.sent.slice(before).flatMap(frame => opened(node, frame))
  const { peers } = node.line.state
  equal(parts.filter(type => type === "entry" || type === "short").length, peers.get(0)!.helloHeard ? 3 : 0)
  ok(peers.get(0)!.helloHeard)
})

const order = {
  kind: 1,
  traffic: 2,
  precedence: 4,
  refs: [],
  body: { salt: new Uint8Array(16), bytes: Uint8Array.of(0xa2, 0x01, 0x62, 0x65, 0x6e, 0x02, 0x61, 0x78) },
  action: [],
  info: [],
  handling: 0,
  releases: [],
}

const opened = (node: Reader, frame: Uint8Array): string[] => {
  const { sending } = node.line.state.peers.get(0)!
  const way = { line: node.line.charter.line, from: 1, to: 0 }
  const plain = frame[0] === 1 && sending ? openFrame(suite, sending, way, frame) : undefined
  const parts = plain ? decodeParts(plain, suite) : []
  return isRefusal(parts) ? [] : parts.map(({ type }) => type)
}

test("S-9: where frames vanish unseen, a ping says soon how much there is of what was not receipted", () => {
  const node = reader()
  opens(node, 1, { ...fast, rate: 1e10, loses: true })
  const [path, peer] = [pathAt(node, 1), node.line.state.peers.get(0)!]
  path.pings = []
  path.roundTripMs = 700
  equal(tailDueAt(path, peer), Number.POSITIVE_INFINITY)
  peer.sentTo = peer.confirmed + 1
  equal(tailDueAt(path, peer), path.sentAt + 1_400)
  equal(tailDueAt(pathAt(node, 0), peer), Number.POSITIVE_INFINITY)
  passes(node, 1_500)
  equal(path.pings.length, 1)
})

test("S-9: with a clock that is set back what was measured of a path goes back as far, and once", () => {
  const node = reader()
  const path = pathAt(node, 0)
  answers(node, 3, 20, 500)
  const [heard, opened] = [path.lastPong!.at, path.openedAt]
  passes(node, -1_000)
  deepEqual([path.lastPong!.at, path.openedAt], [heard - 1_000, opened - 1_000])
})
