// A node's desk for documents, on a disk that dies at a write.
import assert from "node:assert/strict"
import { test } from "node:test"
import { encodeMessageBody, encodeStoredDocumentBody } from "../core/body.ts"
import type { Entry } from "../core/entry.ts"
import { hex } from "../core/hash.ts"
import { isRefusal } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import { LineRecord } from "../record/record.ts"
import { memoryDisk } from "../store/memory.ts"
import type { Store } from "../store/store.ts"
import { nodeSuite } from "../suites/node.ts"
import { DocumentDesk, type DocumentDeskOptions } from "./document-desk.ts"
import type { Running } from "./run.ts"

const root = new Uint8Array(32).fill(1)
const rootOf = (at: number): Uint8Array => new Uint8Array(32).fill(0x10 + at)

const deskOn = (store: Store, changed: Partial<DocumentDeskOptions> = {}): DocumentDesk =>
  new DocumentDesk({
    ...{
      us: 0,
      store,
      suite: nodeSuite,
      roomBytes: 1_000,
      spareBytes: () => Number.POSITIVE_INFINITY,
      look: undefined,
      now: () => 0,
    },
    record: new LineRecord({ us: 0, parties: 2, replyClocks: [] }),
    running: { documents: () => {}, order: () => assert.fail("nothing is said") },
    ...{ salt: () => new Uint8Array(16), changed: () => {}, refused: () => {} },
    ...changed,
  })

test("D-7: a document that is dropped when the process ends is not said to be here, whenever that was", () => {
  for (const dies of [1, 2]) {
    let writes = -1
    const disk = memoryDisk(() => (writes >= 0 && ++writes === dies ? "after" : "no"))
    const store = disk.open()
    const announced = [{ root, size: 3, author: 1, entry: new Uint8Array(32).fill(2) }]
    store.append({ rows: [], heads: [], asides: [], marks: [], announced, state: new Uint8Array(1) })
    const id = store.documents.find(root)?.id ?? 0
    store.documents.putChunk(id, 0, Uint8Array.of(1, 2, 3))
    store.documents.setGot(id, "here")
    writes = 0
    assert.throws(() => deskOn(store).drop({ root: root.toHex() }))
    writes = -1
    const later = disk.open()
    deskOn(later).start()
    const { got, held } = later.documents.find(root) ?? {}
    assert.deepEqual([got, held], ["dropped", 0], `died at write ${dies}`)
  }
})

const [ours, theirs] = [new Uint8Array(32).fill(3), new Uint8Array(32).fill(4)]

/** On which both sides have named the same three bytes, all here, taken in by us. */
const bothNamed = (): Store => {
  const store = memoryDisk().open()
  const { documents } = store
  const id = documents.begin()
  documents.putChunk(id, 0, Uint8Array.of(1, 2, 3))
  documents.finish(id, { root, size: 3, leaves: root })
  const named = [ours, theirs].map((entry, author) => ({ root, size: 3, author, entry }))
  store.append({ rows: [], heads: [], asides: [], marks: [], announced: named, state: new Uint8Array(1) })
  return store
}

const entryOf = (
  author: number,
  seq: number,
  kind: number,
  hash: Uint8Array,
  refs: readonly Uint8Array[] = [],
): Entry => ({
  ...{
    line: root,
    author,
    generation: 1,
    seq,
    ownRoot: root,
    seen: [],
    time: 0,
    traffic: 0,
    precedence: 1,
    kind,
    refs,
  },
  ...{ action: [], info: [], handling: 0, releases: [] },
  ...{ bytes: root, hash, signed: root, kid: root, alg: -19, signature: root },
})
const receipt = (): Entry => entryOf(1, 2, kinds["document-stored"], root, [ours])

test("D-6: a withdrawal stands whatever comes after it, and what is said of theirs says nothing of ours", () => {
  const store = bothNamed()
  const desk = deskOn(store)
  const body = { salt: new Uint8Array(16), bytes: encodeStoredDocumentBody(root) }
  const provenThere = (): void =>
    desk.told({ type: "rows", rows: [{ held: { entry: receipt(), body }, gapBefore: false }] })
  provenThere()
  desk.told({ type: "document", peer: 1, root, what: "withdrawn", held: 0, of: 1 })
  const states = () => [0, 1].map(author => desk.view(author, { name: "a", mediaType: "a/b", size: 3, root }).state)
  assert.deepEqual(states(), ["there", "gone"])
  desk.withdraw({ root: root.toHex() })
  provenThere()
  desk.told({ type: "document", peer: 1, root, what: "wrong", held: 0, of: 1 })
  assert.deepEqual(states(), ["withdrawn", "wrong"])
})

test("D-6: theirs, dropped here, stays where it is one of ours that is given, and goes when that is withdrawn", () => {
  const store = bothNamed()
  const desk = deskOn(store)
  const held = (): number => store.documents.find(root)?.held ?? 0
  desk.drop({ root: root.toHex() })
  deskOn(store).start()
  assert.equal(held(), 1)
  desk.withdraw({ root: root.toHex() })
  assert.equal(held(), 0)
})

test("D-5: after a start what was asked for goes on, and of what was wanted as much as has room; the rest when it has", () => {
  const disk = memoryDisk()
  const store = disk.open()
  const sizes = [500, 300, 400, 100]
  const announced = sizes.map((size, at) => ({
    ...{ root: rootOf(at), size, author: 1, entry: theirs },
    isWanted: at !== 3,
  }))
  store.append({ rows: [], heads: [], asides: [], marks: [], announced, state: new Uint8Array(1) })
  const wanted: string[] = []
  let room = -1
  const documents: Running["documents"] = order => {
    if (order.type === "documentRoom") room = order.bytes
    if (order.type === "documentWanted") wanted.push(`${sizes.indexOf(order.size)}`)
  }
  const running = { documents, order: () => assert.fail("nothing is said") }
  const desk = deskOn(store, { running })
  desk.start()
  assert.deepEqual([wanted.splice(0), room], [["0", "1"], 200])
  const heard = (what: "coming" | "withdrawn", at: number): void =>
    desk.told({ type: "document", peer: 1, root: rootOf(at), what, held: 0, of: 1 })
  for (const at of [0, 1]) heard("coming", at)
  desk.fetch({ root: rootOf(3).toHex() })
  assert.deepEqual([wanted.splice(0), room], [["3"], 100])
  heard("coming", 3)
  heard("withdrawn", 0)
  assert.deepEqual([wanted.splice(0), room], [["2"], 200])
  deskOn(disk.open(), { running, roomBytes: 10 }).start()
  assert.deepEqual([wanted, room], [["3"], 0])
})

const wanting = (count: () => void): DocumentDeskOptions["running"] => ({
  documents: order => order.type === "documentWanted" && count(),
  order: () => assert.fail("nothing is said"),
})

test("D-10: a document that the disk has no room for says so, and is tried once more after a start", () => {
  const store = memoryDisk().open()
  const announced = [{ root, size: 300, author: 1, entry: theirs, isWanted: true }]
  store.append({ rows: [], heads: [], asides: [], marks: [], announced, state: new Uint8Array(1) })
  let wanted = 0
  let spare = 1_000
  const running = wanting(() => {
    wanted += 1
  })
  const refusals: string[] = []
  const changed = {
    running,
    spareBytes: () => spare,
    refused: (it: { refusal: string }) => void refusals.push(it.refusal),
  }
  const desk = deskOn(store, changed)
  desk.start()
  desk.told({ type: "document", peer: 1, root, what: "coming", held: 0, of: 1 })
  desk.told({ type: "document", peer: 1, root, what: "notKept", held: 0, of: 1 })
  const view = () => desk.view(1, { name: "a", mediaType: "a/b", size: 300, root })
  assert.deepEqual([view().state, view().reason, wanted, refusals], ["stopped", "no-space", 1, ["no-space"]])
  spare = 299
  const named = { root: root.toHex() }
  assert.deepEqual([refusalOf(desk.fetch(named)), refusalOf(desk.uploads.begin())], ["no-space", undefined])
  deskOn(store, changed).start()
  assert.equal(wanted, 1)
  spare = 300
  deskOn(store, changed).start()
  assert.equal(wanted, 2)
  spare = 0
  assert.equal(refusalOf(desk.uploads.begin()), "no-space")
})

const refusalOf = (said: unknown): string | undefined => (isRefusal(said) ? said.refusal : undefined)

test("D-10: a document of which a part cannot be read says so, is not given out, and can be fetched anew", () => {
  const store = memoryDisk().open()
  const announced = [{ root, size: 3, author: 1, entry: theirs, isWanted: true }]
  store.append({ rows: [], heads: [], asides: [], marks: [], announced, state: new Uint8Array(1) })
  const { id } = store.documents.find(root) ?? assert.fail()
  store.documents.putChunk(id, 0, Uint8Array.of(1, 2, 3))
  store.documents.setGot(id, "here")
  const chunk = (): never => assert.fail("damaged")
  let wanted = 0
  const running = wanting(() => {
    wanted += 1
  })
  const desk = deskOn({ ...store, documents: { ...store.documents, chunk } }, { running })
  const view = () => desk.view(1, { name: "a", mediaType: "a/b", size: 3, root })
  assert.deepEqual([view().state, view().reason], ["stopped", "damaged-document"])
  const content = desk.content({ root: root.toHex() }.root)
  assert.ok(!isRefusal(content))
  assert.throws(() => [...content.chunks])
  assert.equal(store.documents.find(root)?.got, "damaged")
  desk.fetch({ root: root.toHex() })
  assert.deepEqual([store.documents.find(root)?.held, wanted], [0, 1])
})

test("D-9: what was removed while it was looked at is neither here nor said to be, nor what comes after it by that look", async () => {
  for (const again of [false, true]) {
    const store = memoryDisk().open()
    const announced = [{ root, size: 3, author: 1, entry: theirs, isWanted: true }]
    store.append({ rows: [], heads: [], asides: [], marks: [], announced, state: new Uint8Array(1) })
    const { id } = store.documents.find(root) ?? assert.fail()
    store.documents.putChunk(id, 0, Uint8Array.of(1, 2, 3))
    const answers: ((isGood: boolean) => void)[] = []
    const look = () => new Promise<boolean>(resolve => void answers.push(resolve))
    const desk = deskOn(store, { look, running: wanting(() => {}) })
    const view = () => desk.view(1, { name: "a", mediaType: "a/b", size: 3, root }).state
    desk.start()
    assert.equal(view(), "looked-at")
    desk.drop({ root: root.toHex() })
    if (again) desk.fetch({ root: root.toHex() })
    for (const answer of answers) answer(true)
    await new Promise(setImmediate)
    assert.deepEqual([view(), store.documents.find(root)?.got], ["not-asked", again ? "asked" : "dropped"])
  }
})

test("D-9: a document of which a part cannot be read when it is looked at is not here, and not held back either", async () => {
  const store = memoryDisk().open()
  const announced = [{ root, size: 3, author: 1, entry: theirs, isWanted: true }]
  store.append({ rows: [], heads: [], asides: [], marks: [], announced, state: new Uint8Array(1) })
  store.documents.putChunk(store.documents.find(root)?.id ?? 0, 0, Uint8Array.of(1, 2, 3))
  const chunk = (): never => assert.fail("damaged")
  const look = async (chunks: Iterable<Uint8Array>) => [...chunks].length > 0
  const refusals: string[] = []
  const refused = (it: { refusal: string }) => void refusals.push(it.refusal)
  deskOn({ ...store, documents: { ...store.documents, chunk } }, { look, refused, running: wanting(() => {}) }).start()
  await new Promise(setImmediate)
  assert.deepEqual([store.documents.find(root)?.got, refusals], ["damaged", ["damaged-document"]])
})

test("D-7: a receipt that a process had no time to say, or to take notice of, is made up for at the next start, once", async () => {
  for (const isSaid of [false, true]) {
    const store = bothNamed()
    const proofs = [rootOf(7), rootOf(8)]
    const entries = [
      entryOf(0, 1, kinds.message, ours),
      entryOf(1, 1, kinds.message, theirs),
      entryOf(1, 2, kinds["document-stored"], rootOf(7), [ours]),
      ...(isSaid ? [entryOf(0, 2, kinds["document-stored"], rootOf(8), [theirs])] : []),
    ]
    const record = new LineRecord({ us: 0, parties: 2, replyClocks: [] })
    record.feed(entries.map(entry => ({ entry, bodyBytes: 40, at: 0, gapBefore: false })))
    const body = { salt: new Uint8Array(16), body: encodeStoredDocumentBody(root) }
    const document = { name: "a", mediaType: "a/b", size: 3, root }
    const naming = encodeMessageBody({ language: "en", text: "See", documents: [document] })
    const find = (hash: Uint8Array) => ({
      ...{ author: 1, generation: 1, seq: 2, hash, bytes: root, at: 0, gapBefore: false, ...body },
      ...(!proofs.some(proof => hex(proof) === hex(hash)) && { body: naming }),
    })
    const { id } = store.documents.find(root) ?? assert.fail()
    store.documents.setGot(id, "unsaid")
    const orders: string[] = []
    const order: Running["order"] = async ({ kind, refs }) => {
      orders.push(`${kind} ${hex(refs[0] ?? root)}`)
      return { entry: receipt() }
    }
    const running = { documents: () => {}, order }
    deskOn({ ...store, find }, { record, running }).start()
    await new Promise(setImmediate)
    deskOn({ ...store, find }, { record, running }).start()
    const said = store.documents.find(root)
    assert.deepEqual([said?.got, said?.given], ["here", `there ${hex(rootOf(7))}`])
    assert.deepEqual(orders, isSaid ? [] : [`30 ${hex(theirs)}`])
  }
})

test("D-6: questions for one document cost no more than one look into the record a second, also after the clock is set back", () => {
  const store = bothNamed()
  let [now, looks, told] = [10_000, 0, 0]
  const find = (of: Uint8Array) => {
    looks += 1
    return store.documents.find(of)
  }
  const changed = () => {
    told += 1
  }
  const desk = deskOn({ ...store, documents: { ...store.documents, find } }, { now: () => now, changed })
  const asked = (): void => desk.told({ type: "asked", peer: 1, root, held: 1 })
  for (let at = 0; at < 100; at++) asked()
  assert.deepEqual([looks <= 2, told], [true, 1])
  now = 5_000
  asked()
  assert.equal(told, 2)
})

test("D-3: what was taken in and is named by nothing goes after seven days, or when it is one of too many", () => {
  const disk = memoryDisk()
  let now = 0
  const take = (store: Store, at: number): void => {
    const desk = deskOn(store, { now: () => now })
    const begun = desk.uploads.begin()
    assert.ok(!isRefusal(begun))
    desk.uploads.part(begun.upload, "0", Uint8Array.of(at, at >> 8))
    assert.ok(!isRefusal(desk.uploads.finish(begun)))
  }
  const store = disk.open()
  for (let at = 0; at < 66; at++) {
    now = at
    take(store, at)
  }
  assert.equal(store.documents.all().length, 64)
  const [first] = store.documents.all()
  const named = { root: first?.root ?? root, size: 2, author: 0, entry: ours }
  store.append({ rows: [], heads: [], asides: [], marks: [], announced: [named], state: new Uint8Array(1) })
  now = 7 * 86_400_000 + 60
  const later = disk.open()
  deskOn(later, { now: () => now }).start()
  assert.deepEqual(
    later.documents.all().map(({ root }) => hex(root) === hex(named.root)),
    [true, ...Array.from({ length: 6 }, () => false)],
  )
})
