// Rules that are not bytes: what a node does once it stands on an epoch of the vectors. One test for each clause that no room tests.
import { deepEqual, equal, ok } from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { decode, encode } from "../../src/core/cbor.ts"
import { decodeCard, encodeCard, encodeCardBody } from "../../src/core/charter.ts"
import { decodeParts, encodePart, joinParts } from "../../src/core/frame.ts"
import { fromUtf8 } from "../../src/core/hash.ts"
import { epochFramesMax } from "../../src/core/limits.ts"
import { drain, enqueue } from "../../src/core/outbox.ts"
import { pathsFor } from "../../src/core/paths.ts"
import { isRefusal, refusals } from "../../src/core/refusal.ts"
import { kinds } from "../../src/core/registry.ts"
import { counterOf, openFrame, sealFrame } from "../../src/core/seal.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import { frameReader } from "../../src/transport/framing.ts"
import { exampleLine, Pen, saidOf } from "./line.ts"
import { madeBefore } from "./make.ts"
import { bytes, type EpochVectors, pairedReader, type Reader } from "./reader.ts"

type Vectors = EpochVectors & { readonly openingRefused: readonly { readonly name: string; readonly frame: string }[] }
const vectors: Vectors = JSON.parse(readFileSync(join(import.meta.dirname, "epoch.json"), "utf8"))
const line = await exampleLine(madeBefore())
const reader = (): Reader => pairedReader(line, vectors, [vectors.openings[0]!.frame])

/** A frame from the first party under epoch 1; the vectors have used counters 0 to 2. */
const sealed = (counter: number, ...parts: Uint8Array[]): Uint8Array => {
  const { key, iv } = vectors.openings[2]!
  const way = { line: line.charter.line, from: 0, to: 1 }
  return sealFrame(suite, { key: bytes(key), iv: bytes(iv) }, way, {
    epoch: 1,
    path: 0,
    counter,
    plain: joinParts(parts),
  })
}

/** What the reader has sent under its newest epoch, opened. */
const opened = ({ line: { state, charter }, sent }: Reader) => {
  const { sending } = state.peers.get(0)!
  return sent.flatMap(frame => {
    const plain = frame[0] === 1 && sending && openFrame(suite, sending, { line: charter.line, from: 1, to: 0 }, frame)
    const parts = plain && decodeParts(plain, suite)
    return parts && !isRefusal(parts) ? [{ counter: counterOf(frame), parts }] : []
  })
}

const openings = ({ sent }: Reader): number => sent.filter(frame => frame[0] === 2).length

test("F-5: counters of an epoch begin at 0 and rise by one, whatever is sent", () => {
  const node = reader()
  for (let at = 3; at < 8; at++)
    node.hears(sealed(at, encodePart({ type: "ping", now: at, lastHuman: null, consoles: 0, have: [] })))
  const counters = opened(node).map(frame => frame.counter)
  ok(counters.length >= 5)
  deepEqual(
    counters,
    counters.map((_, at) => at),
  )
})

test("F-8: pieces of a part come in any order, one twice, and are the part that they name", () => {
  const node = reader()
  const whole = encodePart({ type: "ping", now: 77, lastHuman: null, consoles: 0, have: [] })
  const name = Buffer.from(suite.sha256(whole)).readUInt32BE(0)
  const piece = (offset: number, end: number, id = name): Uint8Array =>
    encodePart({ type: "fragment", id, offset, total: whole.length, bytes: whole.subarray(offset, end) })
  node.hears(sealed(7, piece(0, 4, 9)))
  node.hears(sealed(8, piece(4, whole.length, 9)))
  node.hears(sealed(3, piece(4, whole.length)))
  node.hears(sealed(4, piece(4, whole.length)))
  node.hears(sealed(5, piece(0, 4)))
  const pongs = opened(node).flatMap(({ parts }) => parts.filter(part => part.type === "pong" && part.echo === 77))
  equal(pongs.length, 1)
  node.hears(sealed(6, encodePart({ type: "fragment", id: 10, offset: 3, total: 4, bytes: new Uint8Array(2) })))
  deepEqual(node.told, ["malformed"])
})

test("F-9: a stream's frames come whole behind their lengths, and one above 270,000 bytes ends it", () => {
  const heard: Uint8Array[] = []
  const stream = frameReader(frame => heard.push(frame))
  for (const byte of [0, 0, 0, 2, 7, 8, 0, 0, 0, 1]) equal(stream.push(Uint8Array.of(byte)), undefined)
  deepEqual(heard, [Uint8Array.of(7, 8)])
  equal(frameReader(() => undefined).push(Uint8Array.of(0, 0x04, 0x1e, 0xb1)), "too-large")
})

test("CH-1: hello under another charter closes the path", () => {
  const node = reader()
  const hello = {
    type: "hello",
    charterHash: new Uint8Array(32),
    have: [],
    credit: 4_096,
    now: 1,
    restored: false,
    takesShort: true,
  } as const
  node.hears(sealed(3, encodePart(hello)))
  deepEqual(node.told, ["other-charter"])
  deepEqual(node.dropped, ["other-charter"])
})

test("S-3: more than twice the credit between two writes closes the path", () => {
  const node = reader()
  const heavy = encode([99, new Uint8Array(200_000)])
  // Heard in one turn, as the loop does it: nothing is written in between.
  for (let at = 3; at < 50 && node.dropped.length === 0; at++) node.hearsAtOnce(sealed(at, heavy))
  deepEqual(node.dropped, ["over-credit"])
})

test("S-4: what is of higher precedence goes first, in frames of its own", () => {
  const node = reader()
  const path = node.line.state.paths.get(0)!
  for (const precedence of [0, 2, 4, 2])
    enqueue(path, { precedence, part: encodePart({ type: "pong", echo: precedence, now: 0, frames: 3, bytes: 400 }) })
  node.sent.length = 0
  node.line.out = []
  drain(node.line, path, node.line.state.peers.get(0)!)
  for (const effect of node.line.out) if (effect.do === "send") node.sent.push(effect.frame)
  const echoes = opened(node).map(({ parts }) => parts.flatMap(part => (part.type === "pong" ? [part.echo] : [])))
  deepEqual(echoes, [[4], [2, 2], [0]])
})

test("S-5: what is urgent takes every path, all else the fastest", () => {
  const node = reader()
  const traits = { rate: 9_600, fragmentBytes: 1_400, queueBytes: 10_000 }
  node.happens({ type: "pathOpened", now: node.line.now, path: 1, peer: 0, traits })
  const peer = node.line.state.peers.get(0)!
  const paths = (precedence: number): number[] => pathsFor(node.line, peer, precedence).map(path => path.id)
  deepEqual([0, 1, 2, 3, 4].map(paths), [[0], [0], [0], [0, 1], [0, 1]])
})

test("S-8, R-7: what is reserved has its number; a receipt that names no parcel is stored, and no receipt is given for it", () => {
  equal(refusals.withheld[0], 34)
  const node = reader()
  const pen = new Pen(line, 0)
  pen.charter()
  pen.say(
    { kind: kinds.message, traffic: 2 },
    encode(
      new Map([
        [1, "en"],
        [2, "Radio check."],
      ]),
    ),
  )
  const before = node.line.state.logs[1]!.frontier.size
  node.heard(saidOf(pen.say({ kind: kinds.undecipherable })))
  deepEqual(node.told, [])
  equal(node.line.state.logs[0]!.frontier.size, 3)
  equal(node.line.state.logs[1]!.frontier.size, before)
})

test("LI-7: a card of 64 addresses and desks is read, one of 65 or of more than 32,768 bytes is refused", () => {
  const { card } = line.parties[0]
  const written = (addresses: string[], name: string) => {
    const names = { en: name, ja: name, zh: name }
    return decodeCard(encodeCard(encodeCardBody({ ...card, names, addresses }), []), suite)
  }
  const fault = (read: ReturnType<typeof written>): unknown => isRefusal(read) && (read.details.field ?? read.refusal)
  const host = "a.example:1"
  equal(fault(written(Array(64).fill(host), "x".repeat(200))), "signature") // all is read but its signatures
  equal(fault(written(Array(65).fill(host), "x")), "addresses")
  equal(fault(written([host], "x".repeat(201))), "names")
  equal(fault(written([host], "x".repeat(20_000))), "too-large")
})

test("L-6: a head is made when the own log has been quiet for 250 ms, and not before", () => {
  const node = reader()
  const heads = (): number => node.attested.filter(message => fromUtf8(message)?.startsWith("parley/1/")).length
  const { now } = node.line
  node.line.state.ownEntryAt = now
  node.happens({ type: "woke", now: now + 249 })
  equal(heads(), 0)
  node.happens({ type: "woke", now: now + 250 })
  equal(heads(), 1)
})

test("EP-5: a worn epoch is followed by another, and ends for good 65,536 frames later", () => {
  const node = reader()
  const peer = node.line.state.peers.get(0)!
  const ping = encodePart({ type: "ping", now: 5, lastHuman: null, consoles: 0, have: [] })
  const before = openings(node)
  const worn = peer.sending!
  worn.counter = epochFramesMax
  node.hears(sealed(3, ping))
  equal(openings(node), before + 1)
  equal(peer.sending!.epoch, worn.epoch + 1)
  peer.sending = { ...peer.sending!, counter: epochFramesMax + 65_536 }
  peer.opening = true // the next is not ready
  node.sent.length = 0
  node.hears(sealed(4, ping))
  equal(node.sent.length, 0)
})

for (const { name, frame } of vectors.openingRefused)
  test(`EP-7: a refused opening, ${name}, is answered by an opening, once a second`, () => {
    const node = reader()
    const before = openings(node)
    const later = { type: "heard", now: node.line.now + 2_000, path: 0, frame: bytes(frame) } as const
    node.happens(later)
    node.happens({ ...later, now: later.now + 1 })
    equal(openings(node), before + 1)
  })

test("EP-7: a frame of an epoch that is not held is answered by name", () => {
  const node = reader()
  const frame = sealed(3).slice()
  frame[1] = 200
  node.hears(frame)
  const [answer] = node.sent.filter(each => each[0] === 4)
  ok(answer)
  const [payload] = decode(answer.subarray(1), { bytesMax: 5_120, depthMax: 4 }) as [Uint8Array]
  const fields = decode(payload, { bytesMax: 5_120, depthMax: 4 }) as Map<number, number>
  equal(fields.get(5), 200)
  equal(fields.get(6), refusals["unknown-epoch"][0])
  equal(fields.get(7), 1)
})
