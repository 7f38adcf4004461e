// What goes round without a way back, and is put together at the other end: with symbols lost, altered, foreign, and sealed by a sender
// that lies. No sockets here; those are in test/one-way.slow.ts.
import assert from "node:assert/strict"
import { test } from "node:test"
import { prng } from "../sim/prng.ts"
import type { CarriedAnswer } from "../src/core/event.ts"
import { concat } from "../src/core/hash.ts"
import { objectBytesMax, objectsMax } from "../src/core/limits.ts"
import { isRefusal, type Refusal, refuse } from "../src/core/refusal.ts"
import { datagramBytes, sealSymbol } from "../src/core/symbol.ts"
import { Carousel, type CarouselObject, ranks } from "../src/node/carousel.ts"
import type { ParcelOffice } from "../src/node/parcel-office.ts"
import { loadRaptorQ } from "../src/node/raptorq.ts"
import type { Running } from "../src/node/run.ts"
import { Symbols } from "../src/node/symbols.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { cutApart } from "./fixtures/carried.ts"
import { charter, type Side, say, sizeAt } from "./fixtures/keyed.ts"
import { until } from "./fixtures/pair.ts"

const raptorq = await loadRaptorQ()
const suite = nodeSuite
const outward = () => ({ line: charter.line, from: 0, to: 1 })

const keyAt = ({ running }: Side, id: Uint8Array): Uint8Array => {
  const [key] = running.symbolKeys(1, "out", id)
  assert.ok(key)
  return key
}
const carouselOf = (a: Side): Carousel => new Carousel({ suite, raptorq, way: outward(), keyOf: id => keyAt(a, id) })

const symbolsAt = ({ running }: { readonly running: Pick<Running, "carried" | "symbolKeys"> }) => {
  const refusals: Refusal[] = []
  const refused = (refusal: Refusal): void => void refusals.push(refusal)
  const symbols = new Symbols({ charter, us: 1, suite, raptorq, running, refused, now: () => 1 })
  return { symbols, refusals, codes: () => [...new Set(refusals.map(({ refusal }) => refusal))].sort() }
}

const parcelOf = async (office: ParcelOffice, rank: CarouselObject["rank"] = ranks.said): Promise<CarouselObject> => {
  const made = await office.made({})
  assert.ok(!isRefusal(made))
  return { id: made.name.slice(0, 16), bytes: made.bytes, rank, sent: () => undefined }
}

/** All datagrams of the next rounds, at one a millisecond. */
const rounds = (carousel: Carousel, count: number): Uint8Array[] => {
  const all: Uint8Array[] = []
  for (let now = 0; all.length < count && now < 60_000; now++) {
    const datagram = carousel.next(now)
    if (datagram) all.push(datagram)
  }
  return all
}

test("EP-19, EP-20, EP-21: what goes round arrives although a fifth of it is lost; each symbol is sealed alike, and none twice otherwise", async () => {
  const { a, b, officeA } = await cutApart()
  let last = 0
  for (let at = 0; at < 40; at++) last = await say(a)
  const object = await parcelOf(officeA)
  let sent = 0
  const carousel = carouselOf(a)
  carousel.put({ ...object, sent: () => sent++ })
  const { symbols, refusals } = symbolsAt(b)
  const random = prng(7)
  const byNonce = new Map<string, string>()
  for (const datagram of rounds(carousel, 60)) {
    assert.equal(datagram.length, datagramBytes)
    assert.ok(datagram.length <= 1_200)
    const [nonce, sealed] = [datagram.subarray(0, 21).toHex(), datagram.toHex()]
    assert.equal(byNonce.get(nonce) ?? sealed, sealed)
    byNonce.set(nonce, sealed)
    if (!random.chance(0.2)) symbols.heard(datagram)
  }
  await until("all of it", () => sizeAt(b, 0) >= last)
  assert.deepEqual([sent, refusals], [1, []])
  assert.deepEqual(symbols.held, { objects: 0, bytes: 0 }, "what is read is forgotten, and is not begun again")
  carousel.take(object.id)
  assert.equal(carousel.next(1e9), undefined)
})

test("EP-20: what is urgent goes first, at once and several times, however large the rest is; then the newest", async () => {
  const { a } = await cutApart()
  const carousel = carouselOf(a)
  const object = (mark: number, bytes: number, rank: CarouselObject["rank"] = ranks.said): CarouselObject => ({
    ...{ id: new Uint8Array(16).fill(mark), bytes: new Uint8Array(bytes).fill(mark), rank, sent: () => undefined },
  })
  const marks = (count: number): number[] => rounds(carousel, count).map(datagram => datagram[1]!)
  carousel.put(object(1, 200_000))
  carousel.put(object(2, 200_000))
  assert.deepEqual(new Set(marks(20)), new Set([2]))
  carousel.put(object(3, 2_000, ranks.urgent))
  const next = marks(400)
  const urgent = 2 + 4 // symbols, and those for repair
  assert.deepEqual(new Set(next.slice(0, 3 * urgent)), new Set([3]))
  assert.ok(next.slice(3 * urgent).filter(mark => mark === 3).length < 200, "half of the path at the most")
  assert.ok(next.indexOf(1) > next.indexOf(2), "the newest before the older")
})

test("EP-19: a symbol that is not the other side's, or was altered, is refused by name before anything is put together", async () => {
  const { a, b, officeA } = await cutApart()
  const last = await say(a)
  const object = await parcelOf(officeA)
  const carousel = carouselOf(a)
  carousel.put(object)
  const { symbols, codes, refusals } = symbolsAt(b)
  const good = rounds(carousel, 10)
  const [first] = good
  assert.ok(first)
  for (let at = 1; at < first.length; at += 31) {
    const altered = first.slice()
    altered[at]! ^= 1
    symbols.heard(altered)
  }
  const about = { bytes: object.bytes.length, hash: suite.sha256(object.bytes) }
  const [packet] = raptorq.encode(object.bytes, { skip: 0, count: 0 })
  assert.ok(packet)
  const sealed = { id: object.id, packet, object: about }
  symbols.heard(sealSymbol(suite, new Uint8Array(32), outward(), sealed))
  symbols.heard(sealSymbol(suite, keyAt(a, object.id), { ...outward(), from: 1, to: 0 }, sealed))
  assert.deepEqual([codes(), symbols.held.objects], [["bad-symbol"], 0])
  for (const other of [
    first.subarray(1),
    concat(first, Uint8Array.of(0)),
    new Uint8Array(datagramBytes),
    new Uint8Array(),
  ])
    symbols.heard(other)
  assert.deepEqual(codes(), ["bad-symbol", "malformed"])
  const before = refusals.length
  for (const datagram of good) symbols.heard(datagram)
  await until("what is true arrives", () => sizeAt(b, 0) >= last)
  assert.equal(refusals.length, before)
})

test("EP-21: what a sender has sealed wrongly is refused by name, takes no more than its share of memory, and loses nothing else", async () => {
  const { a, b, officeA } = await cutApart()
  const last = await say(a)
  const object = await parcelOf(officeA)
  const { symbols, codes, refusals } = symbolsAt(b)
  const seal = (id: Uint8Array, packet: Uint8Array, bytes: number, hash: Uint8Array = new Uint8Array(32)): void =>
    symbols.heard(sealSymbol(suite, keyAt(a, id), outward(), { id, packet, object: { bytes, hash } }))
  const packets = raptorq.encode(object.bytes, { skip: 0, count: 40 })
  const lie = new Uint8Array(16).fill(1)
  // Another hash than that of the whole; then symbols that do not belong together, under the hash of something.
  for (const packet of packets) seal(lie, packet, object.bytes.length)
  assert.deepEqual([codes(), symbols.held.objects], [["wrong-object"], 0])
  for (const [at, packet] of packets.entries())
    seal(
      lie,
      packet.map((byte, of) => (of > 3 ? byte ^ at : byte)),
      3_000,
    )
  assert.deepEqual([codes(), symbols.held.objects], [["wrong-object"], 0])
  // A whole parcel under another's name, and bytes that are none.
  const hash = suite.sha256(object.bytes)
  for (const packet of packets.slice(0, 8)) seal(lie, packet, object.bytes.length, hash)
  const none = new Uint8Array(3_000).fill(9)
  const other = new Uint8Array(16).fill(2)
  for (const packet of raptorq.encode(none, { skip: 0, count: 0 })) seal(other, packet, none.length, suite.sha256(none))
  await until("both are judged", () => codes().length === 2)
  assert.deepEqual(codes(), ["malformed", "wrong-object"])
  // A block that is not there, no bytes, more than a parcel has.
  const before = refusals.length
  const [packet] = packets
  assert.ok(packet)
  seal(other.fill(3), concat(Uint8Array.of(200), packet.subarray(1)), 3_000)
  for (const bytes of [0, 8_388_609, 0xffff_ffff]) seal(other, packet, bytes)
  assert.deepEqual([refusals.length - before, refusals.at(-1)?.refusal, symbols.held.objects], [4, "malformed", 0])
  // Ever new ones.
  for (let at = 0; at < 200; at++) seal(new Uint8Array(16).fill(at + 10), packet, 8_388_608)
  assert.ok(symbols.held.objects <= objectsMax && symbols.held.bytes <= objectBytesMax)
  // Under the id of a true one, before it and between.
  const carousel = carouselOf(a)
  carousel.put(object)
  for (const [at, datagram] of rounds(carousel, 10).entries()) {
    seal(object.id, packets[at]!, object.bytes.length)
    seal(object.id, packets[at]!, 3_000)
    symbols.heard(datagram)
  }
  await until("what is true arrives after all", () => sizeAt(b, 0) >= last)
})

test("EP-21: what puts the pieces together may stop, and does so for one object alone", t => {
  t.mock.method(console, "error", () => undefined)
  const bytes = new Uint8Array(3_000).map((_, at) => at)
  assert.equal(raptorq.decode(3_000, [new Uint8Array(3)]), undefined)
  assert.deepEqual(raptorq.decode(3_000, raptorq.encode(bytes, { skip: 3, count: 6 }).slice(3)), bytes)
})

test("EP-21: an object of which nothing could be taken yet is put together and read again, some times, and once it is taken no more", async () => {
  const { a, b, officeA } = await cutApart()
  await say(a)
  const carousel = carouselOf(a)
  carousel.put(await parcelOf(officeA))
  const sent = rounds(carousel, 200)
  const answers: CarriedAnswer[] = [
    refuse("malformed"),
    { name: "", isOpen: false, entries: 0, fresh: 0, chunks: 0 },
    { name: "", isOpen: true, entries: 1, fresh: 0, chunks: 0 },
    { name: "", isOpen: true, entries: 1, fresh: 1, chunks: 0 },
  ]
  const readAll = async (answer: (read: number) => CarriedAnswer): Promise<number> => {
    let reads = 0
    const symbolKeys: Running["symbolKeys"] = (...of) => b.running.symbolKeys(...of)
    const { symbols } = symbolsAt({ running: { symbolKeys, carried: async () => answer(reads++) } })
    for (const datagram of sent) {
      symbols.heard(datagram)
      await new Promise(setImmediate)
    }
    return reads
  }
  assert.equal(await readAll(read => answers[read] ?? assert.fail("read once more")), answers.length)
  assert.equal(await readAll(() => refuse("malformed")), 8)
})
