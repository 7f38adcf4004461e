// What is carried by hand between two nodes whose line is cut: keys in files, disks in memory, and a clock that can be put forward.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { cutApart, later, officeOf } from "../../test/fixtures/carried.ts"
import { fileOf, fresh, say, sizeAt } from "../../test/fixtures/keyed.ts"
import { until } from "../../test/fixtures/pair.ts"
import type { ParcelFile } from "../api/parcels.ts"
import { encodeMessageBody } from "../core/body.ts"
import { isCarriedKey } from "../core/carried.ts"
import { chunkLeaf, documentRoot } from "../core/document.ts"
import { concat } from "../core/hash.ts"
import { carriedMs, carriedRenewMs, chunkBytes } from "../core/limits.ts"
import { joinParts, parcelSequence, partsOf } from "../core/parts.ts"
import { isRefusal, refuse } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import { nodeSuite } from "../suites/node.ts"
import { framesOf } from "./parcel.ts"
import type { ParcelOffice } from "./parcel-office.ts"

/** Numbers of the keys for carried media in a file. */
const keysIn = (path: string): number[] => JSON.parse(readFileSync(path, "utf8")).public.epochs.filter(isCarriedKey)

const made = async (office: ParcelOffice): Promise<ParcelFile> => {
  const file = await office.make()
  assert.ok(!isRefusal(file), JSON.stringify(file))
  return file
}

test("EP-13, EP-14, EP-15, EP-16: what one side says comes to the other in a parcel, as often and in whatever order it is read", async () => {
  const { a, b, officeA, officeB } = await cutApart()
  const first = await say(a)
  const early = await made(officeA)
  const last = await say(a)
  const late = await made(officeA)
  assert.deepEqual([early.to >= first, late.to >= last, late.isWhole], [true, true, true])
  assert.notEqual(early.name, late.name)
  for (const [parcel, grows] of [
    [late, true],
    [early, false],
    [late, false],
  ] as const) {
    const taken = await officeB.take({ bytes: parcel.bytes })
    assert.ok(!isRefusal(taken) && taken.isOpen, JSON.stringify(taken))
    assert.equal(taken.fresh > 0, grows)
  }
  assert.ok(sizeAt(b, 0) >= last)
  // The receipt goes back the same way.
  const confirmedBefore = a.running.status().peers[0]!.confirmed
  const back = await made(officeB)
  assert.ok(!isRefusal(await officeA.take({ bytes: back.bytes })))
  await until("the receipt counts", () => a.running.status().peers[0]!.confirmed >= last)
  assert.ok(confirmedBefore < last)
  const empty = await made(officeA)
  assert.ok(empty.from > early.to)
  for (const side of [a, b])
    assert.deepEqual(
      side.told.filter(tell => tell.type === "refused"),
      [],
    )
})

test("EP-16: a parcel that was altered, cut off or mixed up is refused by name, and nothing of it is taken", async () => {
  const { a, b, officeA, officeB } = await cutApart()
  for (let at = 0; at < 3; at++) await say(a)
  const { bytes } = await made(officeA)
  const whole = Buffer.from(bytes, "base64")
  const before = sizeAt(b, 0)
  const codeOf = async (file: Uint8Array): Promise<string> => {
    const answer = await officeB.take({ bytes: Buffer.from(file).toString("base64") })
    return isRefusal(answer) ? answer.refusal : "taken"
  }
  const opening = 4 + whole.readUInt32BE(0)
  for (let at = 0; at < whole.length; at += at < opening ? 13 : 97) {
    const altered = Buffer.from(whole)
    altered[at]! ^= 1
    const code = await codeOf(altered)
    assert.ok(
      ["malformed", "wrong-line", "bad-opening", "bad-frame", "unknown-secret"].includes(code),
      `${at}: ${code}`,
    )
  }
  for (const cut of [0, 3, opening - 1, opening + 4, whole.length - 1])
    assert.equal(await codeOf(whole.subarray(0, cut)), "malformed", `${cut}`)
  assert.equal(await codeOf(whole.subarray(opening)), "malformed", "no opening")
  assert.equal(await codeOf(Buffer.concat([whole, whole.subarray(opening)])), "bad-frame", "a frame twice")
  assert.equal(await codeOf(new Uint8Array(8_388_609)), "too-large")
  assert.deepEqual(await officeB.take({ bytes: "?" }), refuse("bad-request", { field: "bytes" }))
  assert.deepEqual(await officeA.take({ bytes }), refuse("looped-frame", { peer: 1 }), "our own")
  assert.equal(sizeAt(b, 0), before)
  assert.equal(await codeOf(whole), "taken")
})

test("EP-13, EP-17, R-7: a parcel whose key is erased is said to be undecipherable, once, and what was in it comes by the next", async () => {
  const all = await cutApart()
  const { a, b, line, officeA, officeB } = all
  await say(a)
  const old = await made(officeA)
  const held = (): number[] => keysIn(fileOf(1)).map(number => number - 2 ** 32)
  for (const [ms, number] of [
    [carriedRenewMs, 2],
    [carriedRenewMs, 3],
    [carriedMs, 4],
  ] as const) {
    await later(all, ms + 1)
    await until(`key ${number}`, () => held().includes(number))
  }
  b.running.watched(null, 0)
  await until("those of more than 30 days are erased", () => held().join() === "4")
  await until("all is even", () => [0, 1].every(author => sizeAt(a, author) === sizeAt(b, author)))
  line.cut()
  for (let at = 0; at < 2; at++) {
    const answer = await officeB.take({ bytes: old.bytes })
    assert.ok(!isRefusal(answer) && !answer.isOpen, JSON.stringify(answer))
  }
  const said = b.store.since(0, 10_000).filter(({ row }) => row.author === 1 && row.bytes.toHex().includes(old.name))
  assert.equal(said.length, 1)
  const back = await made(officeB)
  const rows = a.told.length
  assert.ok(!isRefusal(await officeA.take({ bytes: back.bytes })))
  await until("it is heard", () => {
    for (const tell of a.told.slice(rows)) officeA.told(tell)
    return officeA.list()[0]?.unopened !== undefined
  })
  assert.ok(officeA.unopened(old.generation, old.to))
  const last = await say(a)
  const next = await made(officeA)
  const taken = await officeB.take({ bytes: next.bytes })
  assert.ok(!isRefusal(taken) && taken.isOpen)
  assert.ok(sizeAt(b, 0) >= last)
})

test("EP-22: a parcel is no larger than was asked, the next goes on where it ends, and an entry that does not fit is too-large", async () => {
  const { a, b, officeA, officeB } = await cutApart()
  let last = 0
  for (let at = 0; at < 4; at++) last = await say(a)
  let after = 0
  let count = 0
  for (let isWhole = false; !isWhole; count++) {
    const parcel = await officeA.make({ after, bytesMax: 3_000 })
    assert.ok(!isRefusal(parcel), JSON.stringify(parcel))
    const bytes = Buffer.from(parcel.bytes, "base64")
    assert.ok(bytes.length <= 3_000 && parcel.to >= parcel.from && (after === 0 || parcel.from === after + 1))
    const whole = joinParts(parcelSequence, partsOf(parcelSequence, bytes, nodeSuite).join("\n"), nodeSuite)
    assert.ok(!isRefusal(whole))
    const taken = await officeB.take({ bytes: Buffer.from(whole).toString("base64") })
    assert.ok(!isRefusal(taken) && taken.isOpen, JSON.stringify(taken))
    after = parcel.to
    isWhole = parcel.isWhole
  }
  assert.ok(count > 1 && after >= last && sizeAt(b, 0) >= last)
  const [small, remembered] = [await officeA.make({ bytesMax: 1_500 }), officeA.list().length]
  assert.equal(isRefusal(small) && small.refusal, "too-large")
  assert.equal(remembered, count)
  for (const bytesMax of [-1, 1.5, "9", 8_388_609])
    assert.deepEqual(await officeA.make({ bytesMax }), refuse("bad-request", { field: "bytesMax" }))
})

test("EP-14: without a key of the other side there is no parcel", async () => {
  const { a } = await fresh()
  assert.deepEqual(await officeOf(a, 0).make(), refuse("no-carried-key", { peer: 1 }))
})

test("EP-15, D-6: parts of a document that come in one parcel with the entry that names it are taken", async () => {
  const { a, b } = await cutApart()
  const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => at & 0xff)
  const chunks = [bytes.subarray(0, chunkBytes), bytes.subarray(chunkBytes)]
  const leaves = chunks.map(chunk => chunkLeaf(chunk, nodeSuite))
  const document = { name: "a.bin", mediaType: "a/b", size: bytes.length, root: documentRoot(leaves, nodeSuite) }
  const id = a.store.documents.begin()
  for (const [index, chunk] of chunks.entries()) a.store.documents.putChunk(id, index, chunk)
  a.store.documents.finish(id, { ...document, leaves: concat(...leaves) })
  b.running.documents({ type: "documentRoom", bytes: 1_000_000 })
  const body = {
    salt: new Uint8Array(16),
    bytes: encodeMessageBody({ language: "en", text: "See", documents: [document] }),
  }
  const said = await a.running.order({
    ...{ kind: kinds.message, traffic: 2, precedence: 1, refs: [], action: [], info: [], handling: 0, releases: [] },
    body,
  })
  assert.ok("entry" in said)
  const parcel = await a.running.parcel(1, { document: { root: document.root, chunk: 0 } })
  assert.ok(!isRefusal(parcel))
  const frames = framesOf(parcel.bytes)
  assert.ok(!isRefusal(frames))
  await b.running.carried(0, frames)
  await until("all of it", () => b.store.documents.find(document.root)?.held === 2)
})
