// Every kind of frame, each with every bit turned and cut at every length, against a node that has a line: each is refused by its name and
// none changes what is held. Then what is whole and out of place: heard twice, late, from another epoch, line, way or path.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { exampleLine } from "../protocol/vectors/line.ts"
import { madeBefore } from "../protocol/vectors/make.ts"
import { bytes, pairedReader, type Reader } from "../protocol/vectors/reader.ts"
import { decode, encode } from "../src/core/cbor.ts"
import { concat, hex } from "../src/core/hash.ts"
import { snapshotOf } from "../src/core/line.ts"
import { refusals } from "../src/core/refusal.ts"
import { type FrameKeys, frameKinds, sealFrame } from "../src/core/seal.ts"
import { nodeSuite } from "../src/suites/node.ts"

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../protocol/vectors/${name}.json`, import.meta.url), "utf8"))
const [epochVectors, keyVectors] = ["epoch", "key"].map(read)
const example = await exampleLine(madeBefore())
const { line } = example.charter
/** A node that stands on epoch 1 of its peer, and holds nothing of the peer's log yet. */
const fresh = (): Reader => pairedReader(example, { ...epochVectors, sealed: [] }, [epochVectors.openings[0].frame])
const peerOf = ({ line }: Reader) => line.state.peers.get(0)!

const silence = "passed over"
/** Of a frame up to here every bit is turned, of a longer one a bit of every byte. */
const shortBytes = 1_300

type Keys = Pick<FrameKeys, "key" | "iv">
const keysOfEpoch = (epoch: number): Keys => {
  const { key, iv } = epochVectors.openings[epoch + 1]
  return { key: bytes(key), iv: bytes(iv) }
}
const pong = encode([[8, 1, 2]])
const sealed = (
  said: Partial<{ keys: Keys; line: Uint8Array; from: number; epoch: number; path: number; counter: number }>,
) => {
  const { keys = keysOfEpoch(1), from = 0, epoch = 1, path = 0, counter = 3 } = said
  return sealFrame(
    nodeSuite,
    keys,
    { line: said.line ?? line, from, to: 1 - from },
    { epoch, path, counter, plain: pong },
  )
}

/** All of the line that is written, and what is kept of a peer beside it. Pieces of an opening are no part of it: they claim nothing. */
const heldBy = (node: Reader): string => {
  const { receiving, shownKeys, early, sending } = peerOf(node)
  const windows = receiving.map(({ epoch, window }) => [epoch, window])
  const facts = [node.rows.length, node.dropped, windows, shownKeys, early.length, sending?.epoch, sending?.confirmed]
  const text = JSON.stringify(facts, (_, value) => (typeof value === "bigint" ? String(value) : value))
  return text + hex(nodeSuite.sha256(snapshotOf(node.line)))
}

/** What a node says to a frame: the name told to its people, else the one that its answer to the peer has, else "passed over". */
const saidTo = (node: Reader, frames: readonly Uint8Array[]): string => {
  node.told.length = 0
  node.sent.length = 0
  for (const frame of frames) node.hears(frame)
  return node.told[0] ?? answerIn(node) ?? silence
}

const answerIn = ({ sent }: Reader): string | undefined => {
  const answer = sent.find(frame => frame[0] === frameKinds.openingRefused)
  if (!answer) return undefined
  const [payload] = decode(answer.subarray(1), { bytesMax: 5_000, depthMax: 4 }) as [Uint8Array]
  const number = (decode(payload, { bytesMax: 5_000, depthMax: 4 }) as Map<number, number>).get(6)
  return Object.entries(refusals).find(([, [of]]) => of === number)?.[0]
}

const rotation = keyVectors.cases[0].heard[0]
const opening = bytes(epochVectors.openings[3].frame)
/** The opening as a path of 400 bytes carries it. (EP-8) */
const pieces = [0, 1, 2, 3].map(at => {
  const begins = Uint8Array.of(frameKinds.openingFragment, ...nodeSuite.sha256(opening).subarray(0, 4), at, 4)
  return concat(begins, opening.subarray(at * 393, (at + 1) * 393))
})

/** A change of the first byte makes another kind of it; all others are found in the CBOR, or by the signature. */
const asOpening = ["bad-frame", "malformed", "bad-text", "wrong-line", "bad-opening"]
const openingsIn = ({ sent }: Reader): number => sent.filter(frame => frame[0] === frameKinds.opening).length

type Kind = {
  readonly frame: Uint8Array
  /** Heard after the altered frame: what completes it. */
  readonly rest?: readonly Uint8Array[]
  /** Every name by which an altered one is refused; no other may come, and each must. */
  readonly names: readonly string[]
  /** Whether the true one is taken, after all that was false. */
  readonly taken: (node: Reader) => boolean
}

const kinds: Readonly<Record<string, Kind>> = {
  "sealed frame": {
    frame: sealed({}),
    names: ["bad-frame", "malformed", "unknown-epoch"],
    taken: node => peerOf(node).receiving[0]!.window.highest === 3,
  },
  opening: { frame: opening, names: asOpening, taken: node => peerOf(node).heardEpoch === 2 },
  "fragment of an opening": {
    frame: pieces[0]!,
    rest: pieces.slice(1),
    // Another id, or another count, is another opening of which the rest never comes.
    names: [...asOpening, silence],
    taken: node => peerOf(node).heardEpoch === 2,
  },
  "refusal of an opening": {
    frame: bytes(epochVectors.openingRefused[0].frame),
    names: asOpening,
    taken: node => openingsIn(node) === 1,
  },
  "change of keys shown": {
    frame: concat(Uint8Array.of(5), encode([bytes(rotation.cose), bytes(rotation.salt), bytes(rotation.body)])),
    // In silence: of a generation that is over, and so held already.
    names: [
      ...["bad-frame", "malformed", "too-large", "bad-text", "newer-law", "wrong-version", "bad-key-change", silence],
    ],
    taken: node => peerOf(node).shownKeys.length > 0,
  },
}

/** Each byte with one bit turned, or all eight in turn where a frame is short, and every length but the whole. */
function* faultsOf(frame: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < frame.length; at++)
    for (let bit = 0; bit < (frame.length > shortBytes ? 1 : 8); bit++) {
      const given = frame.slice()
      given[at]! ^= 1 << (frame.length > shortBytes ? at % 8 : bit)
      yield given
    }
  for (let length = 0; length < frame.length; length++) yield frame.slice(0, length)
}

for (const [kind, { frame, rest = [], names, taken }] of Object.entries(kinds))
  test(`F-3, F-4, EP-3: a ${kind} with any byte changed, or cut at any length, is refused by name and changes nothing`, () => {
    let node = fresh()
    let before = heldBy(node)
    const seen = new Set<string>()
    for (const given of faultsOf(frame)) {
      let said = saidTo(node, [given, ...rest])
      assert.equal(heldBy(node), before, `changed by ${hex(given)}`)
      if (said === silence) {
        // One answer a second: a node that has said nothing yet says what it is.
        node = fresh()
        before = heldBy(node)
        said = saidTo(node, [given, ...rest])
        assert.equal(heldBy(node), before)
      }
      seen.add(said)
    }
    assert.deepEqual([...seen].sort(), [...names].sort())
    node.line.now += 2_000
    assert.equal(saidTo(node, [frame, ...rest]), silence)
    assert.equal(taken(node), true, "the true one is taken")
  })

type Place = {
  readonly name: string
  readonly clause: string
  /** Heard before, and taken. */
  readonly first?: readonly Uint8Array[]
  readonly frame: Uint8Array
  readonly says: string
}

const otherLine = line.map(byte => byte ^ 1)
const changed = (frame: Uint8Array, at: number): Uint8Array =>
  frame.map((byte, here) => (here === at ? byte ^ 1 : byte))
const counted = (counter: number): Uint8Array => sealed({ counter })
const taken = "taken"

const places: readonly Place[] = [
  { name: "a frame heard twice", clause: "F-6", first: [counted(3)], frame: counted(3), says: "replayed-frame" },
  { name: "a frame after the next", clause: "F-6", first: [counted(4)], frame: counted(3), says: taken },
  { name: "1,023 frames late", clause: "F-6", first: [counted(1_026)], frame: counted(3), says: taken },
  { name: "1,024 frames late", clause: "F-6", first: [counted(1_027)], frame: counted(3), says: "replayed-frame" },
  { name: "of an epoch that is not held", clause: "EP-7", frame: sealed({ epoch: 9 }), says: "unknown-epoch" },
  { name: "by another epoch's keys", clause: "F-4", frame: sealed({ keys: keysOfEpoch(2) }), says: "bad-frame" },
  {
    name: "of an epoch 256 later",
    clause: "F-4",
    frame: sealed({ keys: keysOfEpoch(2), epoch: 257 }),
    says: "bad-frame",
  },
  { name: "of another line", clause: "F-4", frame: sealed({ line: otherLine }), says: "bad-frame" },
  { name: "our own way, come back", clause: "F-4", frame: sealed({ from: 1 }), says: "bad-frame" },
  { name: "of another path of the sender's", clause: "F-4", frame: sealed({ path: 7 }), says: taken },
  { name: "whose path was altered", clause: "F-4", frame: changed(sealed({ path: 7 }), 2), says: "bad-frame" },
  { name: "whose flags were altered", clause: "F-4", frame: changed(sealed({}), 3), says: "bad-frame" },
  { name: "an opening heard twice", clause: "EP-3", first: [opening], frame: opening, says: silence },
  {
    name: "an opening of ours, come back",
    clause: "F-4",
    frame: bytes(epochVectors.openings[1].frame),
    says: "looped-frame",
  },
  {
    name: "a refusal heard twice",
    clause: "EP-7",
    first: [kinds["refusal of an opening"]!.frame],
    frame: kinds["refusal of an opening"]!.frame,
    says: silence,
  },
  {
    name: "keys shown twice",
    clause: "K-5",
    first: [kinds["change of keys shown"]!.frame],
    frame: kinds["change of keys shown"]!.frame,
    says: silence,
  },
]

for (const { name, clause, first = [], frame, says } of places)
  test(`${clause}: ${name}: ${says}`, () => {
    const node = fresh()
    for (const before of first) node.hears(before)
    const before = heldBy(node)
    const said = saidTo(node, [frame])
    assert.equal(said, says === taken ? silence : says)
    assert.equal(heldBy(node) === before, says !== taken)
  })

const year = 365 * 86_400_000

for (const [what, starts, says] of [
  ["a node that has run all year", false, ["passed over", "passed over", "replayed-frame"]],
  ["a node started since", true, ["passed over", "replayed-frame", "unknown-epoch"]],
] as const)
  test(`EP-3, EP-6, F-6: what a path gives up after a year, both openings and a frame, is named to ${what} and changes nothing`, () => {
    const node = fresh()
    const late = [bytes(epochVectors.openings[0].frame), bytes(epochVectors.openings[2].frame), counted(3)]
    node.hears(counted(3))
    node.hears(opening)
    assert.equal(peerOf(node).heardEpoch, 2)
    // Keys of epochs are in memory alone.
    if (starts) peerOf(node).receiving = []
    node.happens({ type: "woke", now: node.line.now + year })
    const traits = { rate: 1e9, fragmentBytes: 262_144, queueBytes: 1_048_576 }
    node.happens({ type: "pathOpened", now: node.line.now, path: 0, peer: 0, traits })
    const before = heldBy(node)
    for (const [at, frame] of late.entries()) {
      node.line.now += 1_100
      assert.equal(saidTo(node, [frame]), says[at])
      assert.equal(heldBy(node), before)
    }
  })
