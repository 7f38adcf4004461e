// Parts about documents that a peer should not have sent, under its own seal: out of bounds, too many, of what nobody asked for. None takes
// memory without bound, and none moves what is right.
import { deepEqual, equal, ok } from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { encode, type Value } from "../../src/core/cbor.ts"
import { chunkLeaf, chunkRecord, documentRoot, recordBytesAt } from "../../src/core/document.ts"
import { askedBytesMax, asksMax, chunkBytes, documentsWantedMax } from "../../src/core/limits.ts"
import { sealFrame } from "../../src/core/seal.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import { exampleLine } from "./line.ts"
import { madeBefore } from "./make.ts"
import { bytes, type EpochVectors, pairedReader, type Reader } from "./reader.ts"

const vectors: EpochVectors = JSON.parse(readFileSync(join(import.meta.dirname, "epoch.json"), "utf8"))
const line = await exampleLine(madeBefore())
const [ask, piece, lack] = [12, 13, 14]

/** A node that stands on epoch 1, and the frames that its peer seals for it. */
const stage = () => {
  const node = pairedReader(line, vectors, [vectors.openings[0]!.frame])
  const { key, iv } = vectors.openings[2]!
  let counter = 4
  const hears = (...parts: Value[]): string[] => {
    node.told.length = 0
    const frame = { epoch: 1, path: 0, counter: counter++, plain: encode(parts) }
    const way = { line: line.charter.line, from: 0, to: 1 }
    node.hears(sealFrame(suite, { key: bytes(key), iv: bytes(iv) }, way, frame))
    return [...node.told]
  }
  return { node, hears }
}

/** Of so many whole chunks. */
const documentOf = (chunks: number, filling = 1) => {
  const chunk = new Uint8Array(chunkBytes).fill(filling)
  const leaves = Array.from({ length: chunks }, () => chunkLeaf(chunk, suite))
  const record = (index: number): Uint8Array => chunkRecord(leaves, index, chunk, suite)
  return { root: documentRoot(leaves, suite), size: chunks * chunkBytes, record }
}

const wants = (node: Reader, { root, size }: { readonly root: Uint8Array; readonly size: number }): void =>
  node.happens({ type: "documentWanted", now: node.line.now, peer: 0, root, size, held: [] })
const wanted = (node: Reader) => [...node.line.state.documents.wanted.values()]
const roomTaken = (node: Reader): number =>
  wanted(node).reduce((sum, { coming }) => sum + [...coming.values()].reduce((all, it) => all + it.record.length, 0), 0)

test("D-4, D-6: pieces and lacks out of bounds are refused by name or passed over, and what is right still comes", () => {
  const { node, hears } = stage()
  const { root, size, record } = documentOf(2)
  wants(node, { root, size })
  const name = root.slice(0, 8)
  const byte = new Uint8Array(1)
  for (const [part, said] of [
    [[piece, name, 0, -1, byte], ["malformed"]],
    [[piece, name, 0, 0, new Uint8Array(0)], ["malformed"]],
    [[piece, root, 0, 0, byte], ["malformed"]],
    [[lack, name, 109], ["malformed"]],
    [[ask, root, 0, 5, 5, 0], ["malformed"]],
    [[ask, root, 0, 9, 5, 0], ["malformed"]],
    [[piece, name, 2, 0, byte], []],
    [[piece, name, 2 ** 40, 0, byte], []],
    [[piece, new Uint8Array(8), 0, 0, byte], []],
    [[lack, new Uint8Array(32), 109], []],
    [[piece, name, 0, recordBytesAt(size, 0), byte], ["wrong-chunk"]],
    [[piece, name, 0, 2 ** 52, byte], ["wrong-chunk"]],
  ] as const)
    deepEqual(hears([...part]), said, String(part))
  equal(wanted(node).length, 1)
  for (const index of [0, 1]) deepEqual(hears([piece, name, index, 0, record(index)]), [])
  deepEqual([...wanted(node)[0]!.keeping], [0, 1])
})

test("D-5: a flood of pieces that nobody asked for takes no more room than is asked for ahead", () => {
  const { node, hears } = stage()
  const documents = Array.from({ length: documentsWantedMax + 1 }, (_, at) => documentOf(20, at + 1))
  for (const document of documents) wants(node, document)
  equal(wanted(node).length, documentsWantedMax)
  const byte = new Uint8Array(1)
  for (const { root } of documents)
    hears(...Array.from({ length: 20 }, (_, index): Value => [piece, root.slice(0, 8), index, 7, byte]))
  ok(roomTaken(node) <= 2 * askedBytesMax + documentsWantedMax * 66_000, `${roomTaken(node)} bytes`)
})

test("D-5: of a giver who gives all but a little of every chunk no more is asked for than there is room", () => {
  const { node, hears } = stage()
  const { root, size, record } = documentOf(400)
  node.line.state.peers.get(0)!.helloHeard = true
  for (const path of node.line.state.paths.values()) path.helloSent = true
  wants(node, { root, size })
  for (let index = 0; index < 400; index++) {
    hears([piece, root.slice(0, 8), index, 0, record(index).subarray(1_000)])
    node.settle()
  }
  const [document] = wanted(node)
  ok(document!.coming.size > 60, `${document!.coming.size} chunks are asked for`)
  ok(roomTaken(node) <= 2 * askedBytesMax + 66_000, `${roomTaken(node)} bytes`)
})

test("D-6: of many questions a path keeps so many; of what is not announced the answer is LACK, and the rest is forgotten", () => {
  const { node, hears } = stage()
  const root = new Uint8Array(32).fill(7)
  hears(...Array.from({ length: 500 }, (_, at): Value => [ask, root, at, 0, 10, 0]))
  const path = node.line.state.paths.get(0)!
  ok(path.asks.length <= asksMax, `${path.asks.length}`)
  node.happens({
    ...{ type: "chunkRead", now: node.line.now, path: 0, root, index: 0, record: null, code: "document-withdrawn" },
  })
  deepEqual(path.asks, [])
})

test("S-9, D-5: when the clock is set back, what was asked for of a document is asked for again in its time", () => {
  const { node } = stage()
  node.line.state.peers.get(0)!.helloHeard = true
  for (const path of node.line.state.paths.values()) path.helloSent = true
  wants(node, documentOf(1))
  node.settle()
  const [coming] = [...wanted(node)[0]!.coming.values()]
  const turn = coming!.turn
  node.happens({ type: "woke", now: node.line.now - 4_000 })
  node.happens({ type: "woke", now: node.line.now + 1_100 })
  ok(coming!.turn > turn)
})
