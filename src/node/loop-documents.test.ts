// Documents between two whole loops: fetched in chunks beside what is said, by any path, and again from where they were left.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { actOf, pairedParties, startNode, type TestNode, until, wire } from "../../test/fixtures/pair.ts"
import { encodeMessageBody } from "../core/body.ts"
import { chunkLeaf, chunksOf, documentRoot, type Manifest } from "../core/document.ts"
import { concat, equal } from "../core/hash.ts"
import { chunkBytes } from "../core/limits.ts"
import { isRefusal } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import { memoryDisk } from "../store/memory.ts"
import type { Store } from "../store/store.ts"
import { nodeSuite } from "../suites/node.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-documents-"))
let pair: Awaited<ReturnType<typeof pairedParties>>
before(async () => {
  pair = await pairedParties(folder)
})
after(() => rmSync(folder, { recursive: true }))

const content = (size: number, seed: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, at) => (at * 2_654_435_761 + seed + (at >> 9)) & 0xff)

/** As a node takes a document in. `wrong`: a chunk that is given otherwise than the root says. */
const takeIn = ({ documents }: Store, bytes: Uint8Array, wrong = -1): Manifest => {
  const id = documents.begin()
  const leaves = []
  const given = []
  for (let index = 0; index < chunksOf(bytes.length); index++) {
    const chunk = bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes)
    const other = index === wrong ? chunk.toReversed() : chunk
    leaves.push(chunkLeaf(chunk, nodeSuite))
    given.push(chunkLeaf(other, nodeSuite))
    documents.putChunk(id, index, other)
  }
  const root = documentRoot(leaves, nodeSuite)
  documents.finish(id, { root, size: bytes.length, leaves: concat(...given) })
  return { name: "chart.pdf", mediaType: "application/pdf", size: bytes.length, root }
}

const say = async (
  node: TestNode,
  text: string,
  documents: readonly Manifest[] = [],
  precedence = 1,
): Promise<number> => {
  const answer = await node.running.order({
    ...{ kind: kinds.message, traffic: 2, precedence, refs: [], action: [], info: [], handling: 0, releases: [] },
    body: { salt: new Uint8Array(16).fill(7), bytes: encodeMessageBody({ language: "en", text, documents }) },
    act: actOf(text),
  })
  assert.ok(!isRefusal(answer))
  return answer.entry.seq
}

const held = ({ store }: TestNode, { root }: Manifest): Uint8Array | undefined => {
  const document = store.documents.find(root)
  if (document === undefined || document.held < chunksOf(document.size)) return undefined
  return concat(...store.documents.chunks(document.id).map(index => store.documents.chunk(document.id, index)!))
}
const last = (node: TestNode) => node.told.findLast(tell => tell.type === "document")

const two = async (t: { after(undo: () => Promise<void>): void }, line: ReturnType<typeof wire>) => {
  const a = await startNode(pair.parties[0], pair.charter, line.ends[0])
  const b = await startNode(pair.parties[1], pair.charter, line.ends[1])
  b.running.documents({ type: "documentRoom", bytes: 10_000_000 })
  t.after(async () => {
    await a.stop()
    await b.stop()
  })
  return { a, b }
}

test("D-3, D-5: a document that a message names is fetched chunk by chunk, and both sides see how far it is", async t => {
  const { a, b } = await two(t, wire())
  const bytes = content(5 * chunkBytes + 1_234, 1)
  const document = takeIn(a.store, bytes)
  await say(a, "with a chart", [document])
  await until("whole", () => held(b, document) !== undefined)
  assert.ok(equal(held(b, document)!, bytes))
  assert.deepEqual(last(b), { type: "document", peer: 0, root: document.root, what: "whole", held: 6, of: 6 })
  assert.ok(a.told.some(tell => tell.type === "asked" && equal(tell.root, document.root)))
})

test("D-5: of frames that vanish only what they brought is asked for again, and a cut costs no chunk that is here", async t => {
  const line = wire({ fragmentBytes: 1_400, loses: true })
  const { a, b } = await two(t, line)
  const seq = await say(a, "in good weather")
  await until("the line", () => a.running.status().peers[0]!.confirmed >= seq)
  let count = 0
  line.editWith(frame => (frame.length > 1_000 && ++count % 7 === 0 ? undefined : frame))
  const bytes = content(3 * chunkBytes, 2)
  const document = takeIn(a.store, bytes)
  await say(a, "in bad weather", [document])
  await until("the first chunk", () => (b.store.documents.find(document.root)?.held ?? 0) > 0)
  line.cut()
  line.mend()
  const urgent = await say(a, "urgent", [], 4)
  await until("the urgent word", () => a.running.status().peers[0]!.confirmed >= urgent)
  await until("whole", () => held(b, document) !== undefined)
  assert.ok(equal(held(b, document)!, bytes))
})

test("D-4: a chunk that is not what the message says is refused by name, and the document given up after a few", async t => {
  const { a, b } = await two(t, wire())
  const document = takeIn(a.store, content(2 * chunkBytes, 3), 1)
  await say(a, "with a false part", [document])
  await until("given up", () => last(b)?.what === "wrong")
  const refusals = b.told.flatMap(tell => (tell.type === "refused" ? [tell.refusal.refusal] : []))
  assert.deepEqual(refusals, ["wrong-chunk", "wrong-chunk", "wrong-chunk"])
  const after = await say(a, "the line is well")
  await until("what follows", () => a.running.status().peers[0]!.confirmed >= after)
})

test("D-6: what is withdrawn, unknown or not announced is not given, and the asker is told", async t => {
  const { a, b } = await two(t, wire())
  const document = takeIn(a.store, content(chunkBytes, 4))
  a.store.documents.setGiven(a.store.documents.find(document.root)!.id, "withdrawn")
  await say(a, "taken back", [document])
  await until("told", () => last(b)?.what === "withdrawn")
  const secret = takeIn(a.store, content(chunkBytes, 5))
  b.running.documents({ type: "documentWanted", peer: 0, root: secret.root, size: secret.size, held: [] })
  await until("told", () => equal(last(b)!.root, secret.root) && last(b)!.what === "withdrawn")
  assert.equal(held(b, secret), undefined)
})

test("D-5: a process that starts again goes on with the chunks that are here; without room nothing is fetched unasked", async t => {
  const line = wire()
  const disk = memoryDisk()
  const a = await startNode(pair.parties[0], pair.charter, line.ends[0])
  let b = await startNode(pair.parties[1], pair.charter, line.ends[1], { store: disk.open() })
  t.after(async () => {
    await a.stop()
    await b.stop()
  })
  const bytes = content(4 * chunkBytes, 6)
  const document = takeIn(a.store, bytes)
  const seq = await say(a, "no room", [document])
  await until("the message", () => a.running.status().peers[0]!.confirmed >= seq)
  const kept = b.store.documents.find(document.root)!
  assert.deepEqual([kept.held, kept.announced.length], [0, 1])
  b.store.documents.putChunk(kept.id, 2, bytes.subarray(2 * chunkBytes, 3 * chunkBytes))
  await b.stop()
  b = await startNode(pair.parties[1], pair.charter, line.ends[1], { store: disk.open() })
  const chunks = b.store.documents.chunks(kept.id)
  b.running.documents({ type: "documentWanted", peer: 0, root: document.root, size: document.size, held: chunks })
  await until("whole", () => held(b, document) !== undefined)
  assert.ok(equal(held(b, document)!, bytes))
})

test("D-5: a document that is named again is not fetched again, whether it is here or was dropped", async t => {
  const { a, b } = await two(t, wire())
  const document = takeIn(a.store, content(2 * chunkBytes, 8))
  await say(a, "once", [document])
  await until("whole", () => held(b, document) !== undefined)
  const { id } = b.store.documents.find(document.root)!
  const count = () => b.told.filter(tell => tell.type === "document").length
  const before = count()
  for (const state of ["wanted", "here", "dropped", "held-back"]) {
    b.store.documents.setGot(id, state)
    const seq = await say(a, `again: ${state}`, [document])
    await until("the message", () => a.running.status().peers[0]!.confirmed >= seq)
    assert.deepEqual([b.store.documents.find(document.root)!.got, count()], [state, before])
  }
  const named = takeIn(b.store, content(chunkBytes, 9))
  takeIn(a.store, content(chunkBytes, 9))
  b.running.documents({ type: "documentRoom", bytes: 0 })
  await say(a, "what both have", [named])
  await until("here at once", () => last(b)?.what === "whole" && equal(last(b)!.root, named.root))
  assert.ok(!a.told.some(tell => tell.type === "asked" && equal(tell.root, named.root)))
})

const diskFault = (): never => {
  throw new Error("A part of a document could not be stored.", { cause: new Error("the disk is full") })
}

test("D-10: a part that the disk does not take, or has no room for, ends that document alone, and the line goes on", async t => {
  for (const full of ["disk", "reserve"]) {
    const line = wire()
    const store = memoryDisk().open()
    let writes = 0
    const putChunk = full === "disk" ? diskFault : store.documents.putChunk
    const documents = { ...store.documents, putChunk }
    const spareBytes = () => (full === "reserve" && ++writes > 1 ? 10 : 10_000_000)
    const a = await startNode(pair.parties[0], pair.charter, line.ends[0])
    const b = await startNode(pair.parties[1], pair.charter, line.ends[1], {
      store: { ...store, documents },
      spareBytes,
    })
    t.after(async () => {
      await a.stop()
      await b.stop()
    })
    b.running.documents({ type: "documentRoom", bytes: 10_000_000 })
    await say(a, "with a chart", [takeIn(a.store, content(2 * chunkBytes, 10))])
    await until("ended", () => last(b)?.what === "notKept")
    const seq = await say(a, "the line is well", [takeIn(a.store, content(2 * chunkBytes, 11))])
    await until("what follows", () => a.running.status().peers[0]!.confirmed >= seq)
    if (full === "reserve")
      assert.deepEqual(
        b.store.documents.all().map(({ got, held }) => [got, held]),
        [
          ["wanted", 0],
          ["", 0],
        ],
      )
  }
})

test("D-6, D-10: a part that cannot be read, or was altered, is not given: the asker is told, and our people by name", async t => {
  for (const fault of ["unread", "altered"]) {
    const line = wire()
    const store = memoryDisk().open()
    const chunk = (id: number, index: number) =>
      fault === "altered" ? store.documents.chunk(id, index)?.toReversed() : diskFault()
    const a = await startNode(pair.parties[0], pair.charter, line.ends[0], {
      store: { ...store, documents: { ...store.documents, chunk } },
    })
    const b = await startNode(pair.parties[1], pair.charter, line.ends[1])
    t.after(async () => {
      await a.stop()
      await b.stop()
    })
    b.running.documents({ type: "documentRoom", bytes: 10_000_000 })
    const document = takeIn(a.store, content(2 * chunkBytes, 12))
    await say(a, "with a chart", [document])
    await until("told", () => last(b)?.what === "withdrawn")
    const refusals = a.told.flatMap(tell => (tell.type === "refused" ? [tell.refusal.refusal] : []))
    assert.deepEqual([refusals, a.store.documents.find(document.root)?.given], [["damaged-document"], "damaged"])
    const seq = await say(a, "the line is well")
    await until("what follows", () => a.running.status().peers[0]!.confirmed >= seq)
  }
})

test("D-5: of one root with two sizes the true one is fetched, and a false one is never that of ours", async t => {
  const { a, b } = await two(t, wire())
  const document = takeIn(a.store, content(3 * chunkBytes, 13))
  const sized = async (named: Manifest, size: number): Promise<void> => {
    const seq = await say(a, `of ${size}`, [{ ...named, size }])
    await until("the message", () => a.running.status().peers[0]!.confirmed >= seq)
  }
  await sized(document, 2 * chunkBytes)
  await until("ended", () => last(b)?.what === "withdrawn" || last(b)?.what === "wrong")
  const { id } = b.store.documents.find(document.root)!
  b.store.documents.setGot(id, "wrong")
  await sized(document, document.size)
  await until("whole", () => held(b, document) !== undefined)
  const first = takeIn(b.store, content(2 * chunkBytes, 14))
  const say2 = await say(a, "ours, with a false size", [{ ...first, size: 5 }])
  await until("the message", () => a.running.status().peers[0]!.confirmed >= say2)
  assert.deepEqual(
    [b.store.documents.find(first.root)?.size, b.store.documents.find(first.root)?.got],
    [first.size, ""],
  )
})
