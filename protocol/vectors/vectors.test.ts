// Every vector through the code, on the platform's suite and, where it costs little, on @noble's. What a file expects is what the law
// says of it, so a change of the code that changes an answer fails here before it meets another party.
import { deepEqual, equal, ok } from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { brotliCompressSync, brotliDecompressSync } from "node:zlib"
import * as bodies from "../../src/core/body.ts"
import { decode, encode } from "../../src/core/cbor.ts"
import {
  charterOf,
  checkCharterSignatures,
  decodeCard,
  decodeCharter,
  decodeRootSignatures,
} from "../../src/core/charter.ts"
import { checkSignature, decodeEntry } from "../../src/core/entry.ts"
import { decodeParts, joinParts } from "../../src/core/frame.ts"
import { concat, hex } from "../../src/core/hash.ts"
import { checkHead, type Head, note, parseNote } from "../../src/core/head.ts"
import { jointOrder, type Orderable } from "../../src/core/order.ts"
import { paddedBytes } from "../../src/core/pad.ts"
import { type Consistency, checkConsistency, checkInclusion, type Inclusion, treeRoot } from "../../src/core/proof.ts"
import { isRefusal } from "../../src/core/refusal.ts"
import { kinds } from "../../src/core/registry.ts"
import { freshWindow, isReplay, markReceived, openFrame } from "../../src/core/seal.ts"
import { rebuild } from "../../src/core/short.ts"
import { pairingWords, wordLists } from "../../src/keys/pairing-words.ts"
import { nobleSuite } from "../../src/suites/noble.ts"
import { nodeSuite } from "../../src/suites/node.ts"
import { sm } from "../../src/suites/sm.ts"
import { type ExampleLine, exampleLine } from "./line.ts"
import { madeBefore, stale } from "./make.ts"
import { bytes, type EpochVectors, pairedReader, Reader, type SaidHex } from "./reader.ts"

const noble = nobleSuite({
  compress: plain => brotliCompressSync(plain),
  decompress(packed, bytesMax) {
    try {
      return brotliDecompressSync(packed, { maxOutputLength: bytesMax })
    } catch {
      return undefined
    }
  },
})
const suites = { node: nodeSuite, noble } as const
const doors = Object.entries(suites)

const read = <T>(name: string): T => JSON.parse(readFileSync(join(import.meta.dirname, name), "utf8")) as T
const outcome = (value: unknown): string => (isRefusal(value) ? value.refusal : "ok")

type Named = { readonly name: string; readonly clause: string; readonly expect: string }

const line: ExampleLine = await exampleLine(madeBefore())

test("L-1: the vectors and the pages' examples are what the code gives", async () => deepEqual(await stale(), []))

for (const { name, clause, expect, bytes: given } of read<{ cases: (Named & { bytes: string })[] }>("cbor.json").cases)
  test(`C-1, C-2, LI-1, LI-3: CBOR (${clause}), ${name}: ${expect}`, () => {
    const value = decode(bytes(given), { bytesMax: 4_096, depthMax: 8 })
    equal(outcome(value), expect)
    if (!isRefusal(value)) equal(hex(encode(value)), given)
  })

const entries = read<{ cases: (Named & SaidHex & { hash?: string })[] }>("entry.json").cases
for (const { name, clause, expect, cose, hash, salt, body } of entries)
  test(`E-1 to E-19, LI-1 to LI-5: entry (${clause}), ${name}: ${expect}`, () => {
    for (const [, suite] of doors) {
      const entry = decodeEntry(bytes(cose), suite)
      const key = line.charter.parties[0]!.nodeKeys[0]!
      equal(outcome(isRefusal(entry) ? entry : checkSignature(entry, [key], suite)), expect)
      if (isRefusal(entry)) continue
      if (hash !== undefined) equal(hex(entry.hash), hash)
      if (body !== undefined) equal(hex(suite.sha256(bytes(salt!), bytes(body))), hex(entry.bodyHash!))
    }
  })

const readers = new Map<number, (body: Uint8Array) => unknown>([
  [kinds.message, bodies.decodeMessageBody],
  [kinds.answer, bodies.decodeMessageBody],
  [kinds["document-stored"], bodies.decodeStoredDocumentBody],
  [kinds.deferred, bodies.decodeDeferredBody],
  [kinds.declined, bodies.decodeDeclinedBody],
  [kinds.refused, bodies.decodeRefusedBody],
  [kinds.ring, bodies.decodeRingBody],
  [kinds["epoch-key"], bodies.decodeEpochKeyBody],
  [kinds.charter, bodies.decodeCharterBody],
  [kinds["reported-record"], bodies.decodeReportedRecordBody],
])
for (const { name, clause, expect, kind, body } of read<{ cases: (Named & { kind: number; body: string })[] }>(
  "body.json",
).cases)
  test(`E-13, E-16, E-17, R-9, R-10, R-11, EP-2, LI-8: body (${clause}), ${name}: ${expect}`, () =>
    equal(outcome(readers.get(kind)!(bytes(body))), expect))

type Scene = Named & { readonly heard: readonly (SaidHex & { readonly told: readonly string[] })[] }
const scenes = read<{ first: SaidHex; cases: Scene[] }>("log.json")
for (const { name, clause, heard } of scenes.cases)
  test(`L-1, L-5, L-7, L-8, L-9, L-11, R-4, R-6, S-6: log (${clause}), ${name}: ${heard.flatMap(it => it.told).join(", ") || "taken"}`, () => {
    const reader = new Reader(line)
    reader.heard(scenes.first)
    for (const said of heard) {
      reader.told.length = 0
      reader.heard(said)
      deepEqual(reader.told, said.told)
    }
  })

const changes = read<{ first: SaidHex; cases: Scene[] }>("key.json")
for (const { name, clause, heard } of changes.cases)
  test(`K-1 to K-3: key (${clause}), ${name}: ${heard.flatMap(it => it.told).join(", ") || "taken"}`, () => {
    const reader = new Reader(line)
    reader.heard(changes.first)
    for (const said of heard) {
      reader.told.length = 0
      reader.heard(said)
      deepEqual(reader.told, said.told)
    }
  })

type HeadHex = Omit<Head, "root" | "ed25519" | "mlDsa65"> & Record<"root" | "ed25519" | "mlDsa65", string>
type HeadCase = Named & {
  head?: HeadHex
  note?: string
  edit?: ["root" | "ed25519" | "mlDsa65" | "size", number, number]
}
const heads = read<{ cases: HeadCase[] }>("head.json").cases
for (const { name, clause, expect, edit } of heads)
  test(`L-4: head (${clause}), ${name}: ${expect}`, () => {
    const given = heads[0]!.head!
    const head = { ...given, root: bytes(given.root), ed25519: bytes(given.ed25519), mlDsa65: bytes(given.mlDsa65) }
    const keys = line.charter.parties[0]!.nodeKeys
    if (edit?.[0] === "size") head.size ^= edit[2]
    else if (edit) head[edit[0]][edit[1]]! ^= edit[2]
    for (const [, suite] of doors) equal(outcome(checkHead(line.charter.line, head, keys, suite)), expect)
    if (expect !== "ok") return
    const written = note(line.charter.line, head, [keys[0]!, keys[1]!], nodeSuite)
    equal(written, heads[0]!.note)
    deepEqual(
      parseNote(written, () => keys, nodeSuite),
      { line: line.charter.line, head },
    )
  })

const leaves = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, at) =>
    nodeSuite.sha256(Uint8Array.of(0), new TextEncoder().encode(`leaf ${at + 1}`)),
  )
type Proven = { root: string; path: string[] }
type ProofCase = Named & {
  size?: number
  root?: string
  inclusion?: Proven & Pick<Inclusion, "seq" | "size">
  consistency?: Proven & Pick<Consistency, "oldSize" | "size"> & { oldRoot: string }
}
for (const { name, clause, expect, size, root, inclusion, consistency } of read<{ cases: ProofCase[] }>("proof.json")
  .cases)
  test(`L-1, L-2, L-3: proof (${clause}), ${name}: ${expect}`, () => {
    for (const [, suite] of doors) {
      if (size !== undefined) equal(hex(treeRoot(leaves(size), suite)), root)
      const of = (it: Proven) => ({ root: bytes(it.root), path: it.path.map(bytes) })
      if (inclusion) {
        const leaf = leaves(Math.max(5, inclusion.seq))[(expect === "ok" ? inclusion.seq : 5) - 1]!
        equal(checkInclusion({ ...inclusion, ...of(inclusion), leaf }, suite), expect === "ok")
      }
      if (consistency)
        equal(
          checkConsistency({ ...consistency, ...of(consistency), oldRoot: bytes(consistency.oldRoot) }, suite),
          expect === "ok",
        )
    }
  })

type OrderedHex = Omit<Orderable, "hash" | "refs"> & { readonly hash: string; readonly refs: string[] }
for (const { name, clause, logs, placed } of read<{ cases: (Named & { logs: OrderedHex[][]; placed: number[][] })[] }>(
  "order.json",
).cases)
  test(`O-1, O-2, O-3: order (${clause}), ${name}`, () => {
    const held = logs.map(log => log.map(it => ({ ...it, hash: bytes(it.hash), refs: it.refs.map(bytes) })))
    deepEqual(
      jointOrder(held).map(it => [it.author, it.seq, it.effective]),
      placed,
    )
    deepEqual(
      jointOrder(held.toReversed()).map(it => [it.author, it.seq, it.effective]),
      placed,
    )
  })

type Sealing = Named &
  Record<"key" | "iv" | "line" | "frame", string> & { from: number; to: number; plain?: string; types?: string[] }
const frames = read<{
  sealing: Sealing[]
  layered: (Sealing & Record<"innerKey" | "innerIv", string>)[]
  replay: (Named & { counters: number[]; taken: string[] })[]
  parts: (Named & { plain: string; types?: string[] })[]
  padding: (Named & { plain?: string; bytes?: number; most?: number; filled?: number })[]
  short: (Named & Record<"line" | "ownRoot" | "part" | "cose", string> & { author: number; before?: string })[]
}>("frame.json")
for (const { name, clause, expect, key, iv, line: id, from, to, frame, plain } of frames.sealing)
  test(`F-4: frame (${clause}), ${name}: ${expect}`, () => {
    for (const [, suite] of doors) {
      const opened = openFrame(suite, { key: bytes(key), iv: bytes(iv) }, { line: bytes(id), from, to }, bytes(frame))
      equal(opened === undefined ? "bad-frame" : "ok", expect)
      if (opened !== undefined) equal(hex(opened), plain)
    }
  })
for (const { name, clause, expect, ...given } of frames.layered)
  test(`F-14, F-15: frame (${clause}), ${name}: ${expect}`, () => {
    const inner = { suite: sm, key: bytes(given.innerKey), iv: bytes(given.innerIv) }
    const way = { line: bytes(given.line), from: given.from, to: given.to }
    for (const [, suite] of doors) {
      const opened = openFrame(suite, { key: bytes(given.key), iv: bytes(given.iv), inner }, way, bytes(given.frame))
      equal(opened === undefined ? "bad-frame" : hex(opened), given.plain ?? expect)
    }
  })
for (const { name, clause, counters, taken } of frames.replay)
  test(`F-6: window (${clause}), ${name}`, () => {
    const window = freshWindow()
    const answers = counters.map(counter => {
      if (isReplay(window, counter)) return "replayed-frame"
      markReceived(window, counter)
      return "ok"
    })
    deepEqual(answers, taken)
  })
for (const { name, clause, expect, plain, types } of frames.parts)
  test(`F-2, F-7, F-8: parts (${clause}), ${name}: ${expect}`, () => {
    for (const [, suite] of doors) {
      const parts = decodeParts(bytes(plain), suite)
      equal(outcome(parts), expect)
      if (!isRefusal(parts))
        deepEqual(
          parts.map(it => it.type),
          types,
        )
    }
  })
for (const { name, clause, plain, bytes: size, most, filled } of frames.padding)
  test(`F-10: length (${clause}), ${name}`, () => {
    if (plain !== undefined) ok(!isRefusal(decodeParts(bytes(plain), nodeSuite)))
    if (size !== undefined) equal(Math.min(paddedBytes(size + 3), most!), filled)
  })

for (const { name, clause, line: id, author, ownRoot, before, part, cose } of frames.short)
  test(`F-16: short entry (${clause}), ${name}`, () => {
    const parts = decodeParts(joinParts([bytes(part)]), nodeSuite)
    const [short] = isRefusal(parts) ? [] : parts
    const last = before === undefined ? null : decodeEntry(bytes(before), nodeSuite)
    ok(short?.type === "short" && !isRefusal(last))
    const made = rebuild(short, { line: bytes(id), author, ownRoot: bytes(ownRoot), last }, nodeSuite)
    ok(made !== undefined && !isRefusal(made))
    equal(hex(made.entry.bytes), cose)
  })

const epochs = read<EpochVectors & { fragments: { frames: string[] }; refused: (Named & { frame: string })[] }>(
  "epoch.json",
)

test("EP-3, EP-4, F-4: a node that hears the openings of the vectors opens what is sealed under them", () => {
  const reader = pairedReader(line, epochs, [epochs.openings[0]!.frame])
  deepEqual(reader.told, [])
  deepEqual(
    reader.rows.filter(it => it.author === 0).map(it => it.seq),
    [1, 2],
  )
})

test("EP-8: an opening in fragments, in any order, is the opening", () => {
  const reader = pairedReader(line, epochs, epochs.fragments.frames.toReversed())
  deepEqual(reader.told, [])
  equal(reader.line.state.logs[0]!.frontier.size, 2)
})

test("F-6: a sealed frame of the vectors, heard twice: replayed-frame", () => {
  const reader = pairedReader(line, epochs, [epochs.openings[0]!.frame])
  reader.happens({ type: "heard", now: reader.line.now, path: 0, frame: bytes(epochs.sealed[2]!.frame) })
  deepEqual(reader.told, ["replayed-frame"])
})

for (const { name, clause, expect, frame } of epochs.refused)
  test(`EP-3, EP-4, F-3: opening (${clause}), ${name}: ${expect}`, () => {
    const reader = pairedReader(line, epochs, [epochs.openings[0]!.frame])
    reader.happens({ type: "heard", now: reader.line.now, path: 0, frame: bytes(frame) })
    deepEqual(reader.told, [expect])
  })

type Charters = {
  cards: (Named & { card?: string; hash?: string; field?: string; edit?: [number, string] })[]
  charter: { hash: string; line: string; head: string; bytes: number }
  signatures: (Named & { author: number; body?: string; bodyOf?: number; flip?: number })[]
  words: { numbers: number[]; en: string; ja: string; zh: string }
}
const charters = read<Charters>("charter.json")
for (const { name, clause, expect, card, hash, field, edit } of charters.cards)
  test(`CH-3: card (${clause}), ${name}: ${expect}`, () => {
    const given = bytes(card ?? charters.cards[0]!.card!)
    if (edit) given.set(bytes(edit[1]), edit[0])
    const made = decodeCard(given, nodeSuite)
    equal(outcome(made), expect)
    if (isRefusal(made)) equal(made.details.field, field)
    else equal(hex(made.hash), hash)
  })

test("CH-4: the charter of the two cards is the vectors'", () => {
  const [a, b] = charters.cards.slice(0, 2).map(it => decodeCard(bytes(it.card!), nodeSuite))
  ok(a && b && !isRefusal(a) && !isRefusal(b))
  const charter = charterOf(b, a, nodeSuite)
  ok(!isRefusal(charter))
  equal(hex(charter.hash), charters.charter.hash)
  equal(hex(charter.line), charters.charter.line)
  equal(charter.bytes.length, charters.charter.bytes)
  deepEqual(decodeCharter(charter.bytes, nodeSuite), charter)
  const head = bytes(charters.charter.head)
  deepEqual(concat(head, a.bytes), charter.bytes.subarray(0, head.length + a.bytes.length))
})

for (const { name, clause, expect, author, body, bodyOf, flip } of charters.signatures)
  test(`CH-5: charter (${clause}), ${name}: ${expect}`, () => {
    const given = bytes(body ?? charters.signatures[bodyOf!]!.body!)
    if (flip !== undefined) given[given.length + flip]! ^= 1
    const signatures = decodeRootSignatures(given)
    ok(!isRefusal(signatures))
    equal(outcome(checkCharterSignatures(line.charter, author, signatures, nodeSuite)), expect)
  })

test("CH-6: the words of the two cards, in three languages", async () => {
  const numbers = await pairingWords(line.parties[0].card, line.parties[1].card)
  deepEqual(numbers, charters.words.numbers)
  for (const language of ["en", "ja", "zh"] as const)
    equal(numbers.map(number => wordLists[language][number]).join(" "), charters.words[language])
})
