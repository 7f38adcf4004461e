import { deepEqual, equal } from "node:assert/strict"
import { test } from "node:test"
import { fc } from "../../test/fixtures/property.ts"
import * as bodies from "./body.ts"
import { encode, type Value } from "./cbor.ts"
import { isRefusal } from "./refusal.ts"

const text = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
  .filter(it => !it.includes("\0") && it.isWellFormed())
const language = fc.constantFrom("en", "ja", "zh", "zh-Hans-CN")
const names = fc.record({ en: text, ja: text, zh: text }, { noNullPrototype: true })
const uint = fc.maxSafeNat()
const time = fc.integer({ min: 0, max: 253_402_300_799_999 })
const when = fc.constantFrom(
  ["2023-02-22T09:30+09:00", "instant"] as const,
  ["2023-02-22T00:30:00.250Z", "instant"] as const,
  ["2024-02-29", "day"] as const,
  ["2023-12", "month"] as const,
  ["2023-21", "season"] as const,
  ["1972", "year"] as const,
)
const map = (...entries: [number, Value][]): Uint8Array => encode(new Map(entries))
const refusal = (value: unknown): string | undefined => (isRefusal(value) ? value.refusal : undefined)

test("E-13: every body is read back as it was written", () => {
  const { assert, property, record, constantFrom, nat } = fc
  const same = <T>(made: fc.Arbitrary<T>, write: (it: T) => Uint8Array, read: (bytes: Uint8Array) => unknown): void =>
    assert(property(made, it => deepEqual(read(write(it)), { ...it })))
  const message = record({ language, text, subject: text }, { requiredKeys: ["language", "text"] })
  same(message, bodies.encodeMessageBody, bodies.decodeMessageBody)
  same(record({ until: time, reason: text, language }), bodies.encodeDeferredBody, bodies.decodeDeferredBody)
  same(record({ reason: text, language }), bodies.encodeDeclinedBody, bodies.decodeDeclinedBody)
  same(record({ code: uint }), bodies.encodeRefusedBody, bodies.decodeRefusedBody)
  same(record({ step: nat(), since: time }), bodies.encodeRingBody, bodies.decodeRingBody)
  const epochKey = record({
    number: fc.integer({ min: 1, max: 2 ** 40 }),
    public: fc.nat(255).map(byte => new Uint8Array(1_216).fill(byte)),
    class: constantFrom<0 | 1>(0, 1),
  })
  same(epochKey, bodies.encodeEpochKeyBody, bodies.decodeEpochKeyBody)
  const reported = fc
    .record({
      dated: when,
      account: constantFrom("press", "both", "tokyo"),
      source: text,
      section: text,
      title: names,
      text: names,
    })
    .map(({ dated: [day, precision], ...rest }) => ({ when: day, precision, ...rest }))
  same(reported, bodies.encodeReportedRecordBody, bodies.decodeReportedRecordBody)
})

const decoders = {
  message: bodies.decodeMessageBody,
  deferred: bodies.decodeDeferredBody,
  declined: bodies.decodeDeclinedBody,
  refused: bodies.decodeRefusedBody,
  ring: bodies.decodeRingBody,
  charter: bodies.decodeCharterBody,
  "epoch-key": bodies.decodeEpochKeyBody,
  "reported-record": bodies.decodeReportedRecordBody,
}

test("E-13: any bytes are a body or a refusal, for every kind", () => {
  const leaf = fc.oneof(
    fc.nat(30),
    fc.string({ maxLength: 5 }).filter(it => !it.includes("\0") && it.isWellFormed()),
    fc.constant(null),
  )
  const someMap = fc
    .array(fc.tuple(fc.nat(8), leaf), { maxLength: 8 })
    .map(entries => encode(new Map<number, Value>(entries)))
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), someMap), bytes => {
      for (const decoder of Object.values(decoders)) decoder(bytes)
    }),
    { numRuns: 500 },
  )
})

test("E-16: an unknown critical key of a body is refused, one from 64 on is passed over", () => {
  equal(refusal(bodies.decodeMessageBody(map([1, "en"], [2, "x"], [5, 0]))), "newer-law")
  equal(refusal(bodies.decodeMessageBody(map([1, "en"], [2, "x"], [256, 0]))), "malformed")
  deepEqual(bodies.decodeMessageBody(map([1, "en"], [2, "x"], [64, 0])), { language: "en", text: "x" })
  equal(refusal(bodies.decodeEpochKeyBody(map([1, 1], [2, new Uint8Array(1_216)], [3, 2]))), "newer-law")
})

test("E-13: a message without text, with a language that is none, or with too long a subject is refused", () => {
  equal(refusal(bodies.decodeMessageBody(map([1, "en"], [2, ""]))), "empty-text")
  for (const tag of ["", "e n", "-en", "abcdefghi", "x-1234567-1234567", 1])
    equal(refusal(bodies.decodeMessageBody(map([1, tag], [2, "x"]))), "malformed")
  equal(refusal(bodies.decodeMessageBody(map([1, "ja"], [2, "x"], [3, "気".repeat(86)]))), "too-large")
  equal(refusal(bodies.decodeMessageBody(map([1, "ja"], [2, "x"], [3, "気".repeat(85)]))), undefined)
  equal(refusal(bodies.decodeMessageBody(new Uint8Array(65_537))), "too-large")
  equal(refusal(bodies.decodeMessageBody(Uint8Array.of(0xa2, 1, 0x61, 0x65, 2, 0x61, 0xff))), "bad-text")
})

test("E-13: text that cannot be written is refused before it is", () => {
  equal(bodies.checkText("気球 🕊️", 20), true)
  equal(refusal(bodies.checkText("\ud83d", 20)), "bad-text")
  equal(refusal(bodies.checkText("a\0", 20)), "bad-text")
  equal(refusal(bodies.checkText("気球", 5)), "too-large")
  fc.assert(fc.property(text, it => bodies.checkText(it, Buffer.byteLength(it)) === true))
})

test("LI-2: a body at IMMEDIATE and above is at most 4,096 bytes", () => {
  deepEqual([0, 1, 2, 3, 4].map(bodies.bodyBytesMaxAt), [65_536, 65_536, 65_536, 4_096, 4_096])
})

test("E-17: a reported time is a date of the calendar, as exact as it says", () => {
  const record = {
    account: "press",
    source: "",
    section: "",
    title: { en: "", ja: "", zh: "" },
    text: { en: "", ja: "", zh: "" },
  }
  const read = (day: string, precision: (typeof bodies.precisions)[number]) =>
    refusal(bodies.decodeReportedRecordBody(bodies.encodeReportedRecordBody({ ...record, when: day, precision })))
  const wrong = [
    ["2023-02-29", "day"],
    ["1900-02-29", "day"],
    ["2023-04-31", "day"],
    ["2023-02-00", "day"],
    ["2023-13", "month"],
    ["2023-00", "month"],
    ["2023-25", "season"],
    ["2023-02", "day"],
    ["2023-02-22", "month"],
    ["2023-02-22T24:00Z", "instant"],
    ["2023-02-30T10:00Z", "instant"],
    ["2023-02-22T10:00", "instant"],
    ["23", "year"],
  ] as const
  for (const [day, precision] of wrong) equal(read(day, precision), "malformed", day)
  for (const day of ["2000-02-29", "2023-12-31"]) equal(read(day, "day"), undefined, day)
})
