import { deepEqual, equal, ok, throws } from "node:assert/strict"
import { test } from "node:test"
import { encode as cbor2Encode } from "cbor2"
import { decode as cborgDecode, encode as cborgEncode } from "cborg"
import { fc } from "../../test/fixtures/property.ts"
import { decode, encode, type Value } from "./cbor.ts"
import { compare, fromHex, hex } from "./hash.ts"
import { isRefusal, type RefusalCode } from "./refusal.ts"

const limits = { bytesMax: 65_536, depthMax: 8 }
const integer = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: -300, max: 300 }),
  fc.integer({ min: -70_000, max: 70_000 }),
)
const key = fc.oneof(fc.integer({ min: -30, max: 300 }), fc.maxSafeInteger())
const text = fc.string({ unit: "grapheme", maxLength: 40 }).filter(it => !it.includes("\0") && it.isWellFormed())
const { value } = fc.letrec<{ value: Value; leaf: Value }>(tie => ({
  leaf: fc.oneof(integer, fc.boolean(), fc.constant(null), fc.uint8Array({ maxLength: 40 }), text),
  value: fc.oneof(
    { maxDepth: 6, depthSize: "small" },
    tie("leaf"),
    fc.array(tie("value"), { maxLength: 30 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 30 }).map(entries => new Map(entries)),
  ),
}))

const bytesOf = (from: string): Uint8Array => fromHex(from) ?? Uint8Array.of()
const refusalOf = (bytes: Uint8Array, most = limits): RefusalCode | undefined => {
  const read = decode(bytes, most)
  return isRefusal(read) ? read.refusal : undefined
}

test("C-1: what is encoded decodes to the same value, and two other libraries write the same bytes", () => {
  fc.assert(
    fc.property(value, it => {
      const bytes = encode(it)
      const read = decode(bytes, limits)
      ok(!isRefusal(read), JSON.stringify(read))
      deepEqual(read, it)
      deepEqual(encode(read), bytes)
      equal(hex(bytes), hex(cborgEncode(it)))
      equal(hex(bytes), hex(cbor2Encode(it, { cde: true })))
    }),
    { numRuns: 400 },
  )
})

test("C-1: any bytes are a value that encodes to these bytes, as another library reads them, or a refusal; never a throw", () => {
  const near = fc.tuple(value, fc.nat(), fc.nat(255)).map(([it, at, byte]) => {
    const bytes = encode(it)
    bytes[at % bytes.length] = byte
    return bytes
  })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), near), bytes => {
      const read = decode(bytes, limits)
      if (isRefusal(read)) return
      deepEqual(encode(read), bytes)
      deepEqual(read, cborgDecode(bytes, { useMaps: true, strict: true, rejectDuplicateMapKeys: true }))
    }),
    { numRuns: 4_000 },
  )
})

test("C-1: of all values of three bytes, a share of one in 29: what is taken has no other encoding", () => {
  let taken = 0
  for (let word = 0; word < 0x1000000; word += 29) {
    const bytes = Uint8Array.of(word >> 16, (word >> 8) & 255, word & 255)
    const read = decode(bytes, limits)
    if (isRefusal(read)) continue
    taken++
    if (compare(encode(read), bytes) !== 0) equal(hex(encode(read)), hex(bytes))
  }
  ok(taken > 1_000)
})

const malformed: readonly (readonly [string, string, RefusalCode])[] = [
  ["an unsorted map", "a202000100", "malformed"],
  ["a negative key before a positive one", "a220000000", "malformed"],
  ["a key twice", "a201000100", "malformed"],
  ["a key that is text", "a1616100", "malformed"],
  ["a key that is an array", "a18000", "malformed"],
  ["an integer in one byte too many", "1817", "malformed"],
  ["an integer in two bytes too many", "1900ff", "malformed"],
  ["an integer in four bytes too many", "1a0000ffff", "malformed"],
  ["an integer in eight bytes too many", "1b00000000ffffffff", "malformed"],
  ["a length in one byte too many", "5801ff", "malformed"],
  ["an integer above 2^53 − 1", "1b0020000000000000", "malformed"],
  ["an integer below −(2^53 − 1)", "3b001fffffffffffff", "malformed"],
  ["bytes of indefinite length", "5f4100ff", "malformed"],
  ["text of indefinite length", "7f6161ff", "malformed"],
  ["an array of indefinite length", "9fff", "malformed"],
  ["a map of indefinite length", "bfff", "malformed"],
  ["a float of two bytes", "f93c00", "malformed"],
  ["a float of four bytes", "fa3f800000", "malformed"],
  ["a float of eight bytes", "fb3ff0000000000000", "malformed"],
  ["minus zero", "f98000", "malformed"],
  ["undefined", "f7", "malformed"],
  ["a simple value", "f8ff", "malformed"],
  ["a break alone", "ff", "malformed"],
  ["a reserved head", "1c", "malformed"],
  ["a tag", "c11a514b67b0", "malformed"],
  ["the tag of a big integer", "c24101", "malformed"],
  ["text that is not UTF-8", "62c328", "bad-text"],
  ["text in an overlong form", "62c0af", "bad-text"],
  ["half of a surrogate pair", "63eda080", "bad-text"],
  ["long text that is not UTF-8", `781e${"61".repeat(29)}ff`, "bad-text"],
  ["U+0000 in short text", "63610062", "bad-text"],
  ["U+0000 in long text", `781e${"61".repeat(29)}00`, "bad-text"],
  ["bytes after the value", "0000", "malformed"],
  ["nothing", "", "malformed"],
  ["an array of 2^32 items", "9affffffff", "malformed"],
  ["an array of 2^53 − 1 items", "9b001fffffffffffff", "malformed"],
  ["a map of 2^32 entries", "baffffffff", "malformed"],
  ["bytes of 2^53 − 1", "5b001fffffffffffff", "malformed"],
  ["text of 2^32 bytes", "7affffffff61", "malformed"],
  ["a truncated head", "19ff", "malformed"],
  ["a truncated array", "8200", "malformed"],
  ["a map without its last value", "a101", "malformed"],
  ["truncated bytes", "4200", "malformed"],
]

for (const [name, from, expected] of malformed)
  test(`C-1: ${name} is refused as ${expected}`, () => {
    equal(refusalOf(bytesOf(from)), expected)
  })

test("LI-3: nesting is refused beyond its depth, 100,000 deep as well, and the deepest allowed is read", () => {
  const nested = (depth: number): Uint8Array => bytesOf(`${"81".repeat(depth)}00`)
  equal(refusalOf(nested(8)), undefined)
  equal(refusalOf(nested(9)), "too-deep")
  equal(refusalOf(nested(100_000), { bytesMax: 200_000, depthMax: 8 }), "too-deep")
  equal(refusalOf(bytesOf("a100".repeat(50_000)), { bytesMax: 200_000, depthMax: 8 }), "too-deep")
  equal(refusalOf(bytesOf("00"), { bytesMax: 1, depthMax: 0 }), undefined)
})

test("LI-1: bytes beyond the size are refused before they are read", () => {
  equal(refusalOf(new Uint8Array(65_537)), "too-large")
  equal(refusalOf(bytesOf("83000000"), { bytesMax: 3, depthMax: 8 }), "too-large")
})

test("C-1: every prefix of a value is refused", () => {
  const bytes = encode([
    new Map<number, Value>([
      [1, "ひ"],
      [-1, [null, 70_000, Uint8Array.of(1)]],
    ]),
    2 ** 40,
    false,
  ])
  for (let length = 0; length < bytes.length; length++) equal(refusalOf(bytes.subarray(0, length)), "malformed")
})

test("C-1: map keys are written in order, whatever their order in memory", () => {
  equal(
    hex(
      encode(
        new Map([
          [-1, 0],
          [24, 0],
          [0, 0],
          [-2, 0],
        ]),
      ),
    ),
    "a4000018180020002100",
  )
})

test("C-1: what the profile cannot carry is our own fault, and throws", () => {
  for (const wrong of [0.5, -0, 2 ** 53, Number.NaN, "\ud800", "a\0b"]) throws(() => encode([wrong]))
})
