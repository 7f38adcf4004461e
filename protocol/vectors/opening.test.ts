// Openings that were refused, and refusals that were recorded: what a node does with them once it stands on an epoch of the vectors.
import { deepEqual, equal, ok } from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { breakCode } from "../../src/core/break.ts"
import { encode, type Value } from "../../src/core/cbor.ts"
import { encodePart, joinParts } from "../../src/core/frame.ts"
import { concat, hex, utf8 } from "../../src/core/hash.ts"
import { breakAheadMs } from "../../src/core/limits.ts"
import { type RefusalCode, refusals } from "../../src/core/refusal.ts"
import { sealFrame } from "../../src/core/seal.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import { exampleLine } from "./line.ts"
import { madeBefore } from "./make.ts"
import { bytes, type EpochVectors, encOf, pairedReader, type Reader } from "./reader.ts"

type Breaks = {
  readonly openings: readonly { readonly frame: string; readonly sharedSecret: string; readonly number: string }[]
  readonly id: string
  readonly secret: string
}
const vectors: EpochVectors & { readonly answered: { readonly frame: string }; readonly breaks: Breaks } = JSON.parse(
  readFileSync(join(import.meta.dirname, "epoch.json"), "utf8"),
)
const line = await exampleLine(madeBefore())
const reader = (): Reader => pairedReader(line, vectors, [vectors.openings[0]!.frame])

/** The reader hears it a good second after what it heard last. */
const later = (node: Reader, frame: Uint8Array): void =>
  node.happens({ type: "heard", now: node.line.now + 1_100, path: 0, frame })

/** What party 0 says of a frame (its counter) or an opening (its hash). */
const refusal = (epoch: number, code: RefusalCode, of: number | Uint8Array): Uint8Array => {
  const fields: [number, Value][] = [
    [1, 1],
    [2, line.charter.line],
    [3, 0],
    [4, 1],
    [5, epoch],
    [6, refusals[code][0]],
    [7, 0],
    [8, of],
  ]
  const payload = encode(new Map(fields))
  const [signature] = line.parties[0].keys.sign([concat(utf8("parley/1 opening-refused"), payload)]) as Uint8Array[]
  return concat(Uint8Array.of(4), encode([payload, signature!]))
}

/** Party 0 says that it can read epoch 1. */
const confirms = (node: Reader, counter: number): void => {
  const { key, iv } = vectors.openings[2]!
  const plain = joinParts([encodePart({ type: "epoch-ok", epoch: 1 })])
  const keys = { key: bytes(key), iv: bytes(iv) }
  const way = { line: line.charter.line, from: 0, to: 1 }
  later(node, sealFrame(suite, keys, way, { epoch: 1, path: 0, counter, plain }))
  equal(node.line.state.peers.get(0)?.sending?.confirmed, true)
}

const epochOf = (node: Reader): number | undefined => node.line.state.peers.get(0)?.sending?.epoch

test("EP-7: the opening that the vectors' refusals name is the reader's own", () => {
  const own = reader().sent.filter(frame => frame[0] === 2)
  ok(own.some(frame => hex(frame) === vectors.answered.frame))
})

test("EP-7: a refusal that was recorded costs no second epoch when it is shown again", () => {
  const node = reader()
  const recorded = refusal(1, "unknown-secret", suite.sha256(bytes(vectors.answered.frame)))
  later(node, recorded)
  equal(epochOf(node), 2)
  node.sent.length = 0
  for (let times = 0; times < 5; times++) later(node, recorded)
  equal(epochOf(node), 2)
  deepEqual(
    node.sent.filter(frame => frame[0] === 2),
    [],
  )
  deepEqual(node.told, [])
})

test("EP-7: a refusal held back until the opening was taken after all is passed over", () => {
  const node = reader()
  confirms(node, 3)
  for (const code of ["unknown-secret", "undecipherable", "replayed-frame"] as const)
    later(node, refusal(1, code, suite.sha256(bytes(vectors.answered.frame))))
  equal(epochOf(node), 1)
  equal(node.line.state.peers.get(0)?.usePairing, false)
})

test("EP-7: of a frame, only one that was sealed since EPOCH-OK came is believed not to be read", () => {
  const node = reader()
  confirms(node, 3)
  const sending = node.line.state.peers.get(0)!.sending!
  ok(sending.provenFrom > 0)
  for (const counter of [0, sending.provenFrom - 1, sending.counter + 100])
    later(node, refusal(1, "unknown-epoch", counter))
  later(node, refusal(2, "unknown-epoch", sending.provenFrom))
  equal(epochOf(node), 1)
  // It says something more, the other has lost its memory, and names that very frame.
  node.happens({ type: "woke", now: node.line.now + 1_900 })
  const named = node.line.state.peers.get(0)!.sending!.counter - 1
  ok(named >= sending.provenFrom)
  later(node, refusal(1, "unknown-epoch", named))
  equal(epochOf(node), 2)
})

test("EP-7: a refusal that names another opening, or nothing, is passed over", () => {
  const node = reader()
  later(node, refusal(1, "unknown-secret", suite.sha256(bytes(vectors.openings[3]!.frame))))
  later(node, refusal(1, "unknown-secret", 0))
  later(node, refusal(1, "unknown-epoch", new Uint8Array(32)))
  equal(epochOf(node), 1)
})

test("EP-7, F-4: a forged frame with a counter of 2^64 − 1, of an epoch that is held or not, is refused and harms nothing", () => {
  for (const epoch of [1, 200]) {
    const node = reader()
    const frame = new Uint8Array(40).fill(0xff)
    frame.set([1, epoch, 0, 0])
    node.hears(frame)
    deepEqual(node.told, ["bad-frame"])
  }
})

test("EP-9, EP-10, EP-11: the break openings of the vectors are held, have their numbers, and make the new pairing", () => {
  const { openings, id, secret } = vectors.breaks
  const node = reader()
  const theirs = openings[1]!
  node.encapsulated = { enc: encOf(bytes(theirs.frame)), secret: bytes(theirs.sharedSecret) }
  node.hears(bytes(openings[0]!.frame))
  deepEqual(node.told, ["break-held"])
  const peer = node.line.state.peers.get(0)!
  deepEqual(
    openings.map(({ frame }) => breakCode(suite.sha256(bytes(frame)))),
    openings.map(({ number }) => number),
  )
  equal(hex(peer.breakOurs!.opening), theirs.frame)
  const code = openings[0]!.number
  node.happens({ type: "breakDecided", now: 5_000, order: 1, peer: 0, code, confirmed: true, officer: "x" })
  equal(hex(peer.pairing!.id), id)
  equal(hex(peer.pairing!.secret), secret)
  equal(peer.pairing!.proven, false)
})

test("EP-9: a break opening with one bit of either signature turned, or of a day and more to come, is not held", () => {
  const { frame } = vectors.breaks.openings[0]!
  for (const at of [3_000, -3_400]) {
    const node = reader()
    const forged = bytes(frame)
    forged[at < 0 ? forged.length + at : at]! ^= 1
    node.hears(forged)
    deepEqual([node.told, node.line.state.peers.get(0)!.breakTheirs], [["bad-opening"], null])
  }
  const early = reader()
  early.happens({ type: "heard", now: 5_000 - breakAheadMs - 1, path: 0, frame: bytes(frame) })
  deepEqual([early.told, early.line.state.peers.get(0)!.breakTheirs], [["old-break"], null])
})
