import { deepEqual, equal, notDeepEqual, ok } from "node:assert/strict"
import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { test } from "node:test"
import { fc } from "../../test/fixtures/property.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { actDigest } from "./act.ts"
import { decode, encode, type Value } from "./cbor.ts"
import { kidOf } from "./charter.ts"
import {
  assemble,
  bodyHash,
  checkSignature,
  decodeEntry,
  type Entry,
  encodePayload,
  entryBytes,
  type Fields,
  toSign,
} from "./entry.ts"
import { hex } from "./hash.ts"
import { isRefusal, type Refusal, type RefusalCode } from "./refusal.ts"
import { field, saysSomething } from "./registry.ts"
import { algorithms, type PublicKey } from "./suite.ts"

const pair = generateKeyPairSync("ed25519")
const rawPublic = (key: KeyObject): Uint8Array =>
  new Uint8Array(key.export({ type: "spki", format: "der" }).subarray(-32))
const key: PublicKey = { alg: algorithms.ed25519, public: rawPublic(pair.publicKey) }
const kid = kidOf(key, suite)
const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte)

const plainMessage: Fields = {
  line: filled(16, 1),
  author: 1,
  generation: 1,
  seq: 7,
  ownRoot: filled(32, 2),
  seen: [{ author: 0, generation: 1, size: 5, root: filled(32, 3) }],
  time: 1_677_049_200_000,
  notAfter: 1_677_135_600_000,
  traffic: 0,
  number: 3,
  precedence: 2,
  kind: 32,
  refs: [filled(32, 4)],
  bodyHash: filled(32, 5),
  action: [{ party: 0, desk: 1 }],
  info: [],
  handling: 0,
  act: filled(16, 6),
  releases: [{ type: "node", officer: "Sato", proof: new Uint8Array(0) }],
}

const signed = (fields: Fields, by = pair.privateKey): Entry => {
  const parts = toSign(fields, kid, algorithms.ed25519)
  return assemble(parts, new Uint8Array(sign(null, parts.signed, by)), suite)
}
const refusalOf = (value: Entry | Refusal): RefusalCode | undefined => (isRefusal(value) ? value.refusal : undefined)

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const uint = (least: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: least, max: least + 40 }),
    fc.maxSafeNat().filter(it => it >= least),
  )
const time = fc.integer({ min: 0, max: 253_402_300_799_999 })
const whole = { noNullPrototype: true }
const desks = fc.array(fc.record({ party: fc.nat(15), desk: uint(0) }, whole), { maxLength: 16 })
const release = fc.oneof(
  fc
    .constantFrom("佐藤", "", "x".repeat(64))
    .map(officer => ({ type: "node" as const, officer, proof: new Uint8Array(0) })),
  fc
    .tuple(fc.constantFrom("key" as const, "passkey" as const), fc.uint8Array({ minLength: 1, maxLength: 80 }))
    .map(([type, proof]) => ({ type, officer: "🕊️", proof })),
)
const required = {
  line: bytes(16),
  author: fc.nat(15),
  generation: uint(1),
  seq: uint(1),
  ownRoot: bytes(32),
  seen: fc.array(fc.record({ author: fc.nat(15), generation: uint(1), size: uint(1), root: bytes(32) }, whole), {
    maxLength: 5,
  }),
  time,
  traffic: fc.nat(2),
  precedence: fc.nat(4),
  kind: fc.oneof(fc.integer({ min: 1, max: 80 }), uint(64)),
  refs: fc.array(bytes(32), { maxLength: 8 }),
  action: desks,
  info: desks,
  handling: uint(0),
  releases: fc.array(release, { maxLength: 4 }),
}
const optional = { notAfter: time, bodyHash: bytes(32), act: bytes(16) }
const anyFields: fc.Arbitrary<Fields> = fc
  .record({ ...required, ...optional }, { requiredKeys: Object.keys(required) as (keyof typeof required)[] })
  .map(made => {
    const seen = [...new Map(made.seen.filter(it => it.author !== made.author).map(it => [it.author, it])).values()]
    seen.sort((a, b) => a.author - b.author)
    const releases = made.act === undefined ? [] : made.releases
    return { ...made, seen, releases, ...(saysSomething(made.kind) ? { number: made.seq } : {}) }
  })

test("E-1: every entry that can be written is read back as it was, with the hash and the bytes that were signed", () => {
  fc.assert(
    fc.property(anyFields, bytes(64), (fields, signature) => {
      const parts = toSign(fields, kid, algorithms.ed25519)
      const entry = assemble(parts, signature, suite)
      equal(entry.bytes.length, entryBytes(parts, 64))
      deepEqual(decodeEntry(entry.bytes, suite), entry)
      equal(hex(entry.hash), createHash("sha256").update(Uint8Array.of(0)).update(entry.bytes).digest("hex"))
    }),
    { numRuns: 300 },
  )
})

test("E-1: an entry within a larger buffer is read from its own bytes", () => {
  const entry = signed(plainMessage)
  const frame = new Uint8Array(entry.bytes.length + 20)
  frame.set(entry.bytes, 9)
  deepEqual(decodeEntry(frame.subarray(9, 9 + entry.bytes.length), suite), entry)
})

test("E-1: any bytes are an entry or a refusal; one altered byte never gives the same entry", () => {
  const { bytes: whole } = signed(plainMessage)
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 })), it => ok(isRefusal(decodeEntry(it, suite)))),
    { numRuns: 500 },
  )
  for (let at = 0; at < whole.length; at++)
    for (const flip of [1, 0x20, 0x80]) {
      const altered = whole.slice()
      altered[at]! ^= flip
      const read = decodeEntry(altered, suite)
      if (isRefusal(read)) continue
      const proof = checkSignature(read, [key], suite)
      ok(isRefusal(proof), `byte ${at}`)
    }
})

const altered = (change: (payload: Map<number, Value>) => void, fields: Fields = plainMessage): Uint8Array => {
  const payload = decode(encodePayload(fields), { bytesMax: 4_096, depthMax: 8 })
  if (!(payload instanceof Map)) throw new Error("a payload is a map")
  change(payload)
  const { protectedBytes } = toSign(fields, kid, algorithms.ed25519)
  return encode([protectedBytes, new Map(), encode(payload), filled(64, 9)])
}
const set = (name: keyof typeof field, value: Value) => (payload: Map<number, Value>) => {
  payload.set(field[name], value)
}
const seenRow = (author: number, size = 1): Value => [author, 1, size, filled(32, 3)]

const cases: readonly (readonly [string, (payload: Map<number, Value>) => void, RefusalCode])[] = [
  ["E-2: another version", set("version", 2), "wrong-version"],
  ["E-2: no version", payload => payload.delete(field.version), "wrong-version"],
  ["E-2: another version with fields of its own", payload => payload.set(1, 2).set(21, 0), "wrong-version"],
  ["E-3: a line of 15 bytes", set("line", filled(15, 1)), "malformed"],
  ["E-3: no line", payload => payload.delete(field.line), "malformed"],
  ["E-4: a negative author", set("author", -1), "malformed"],
  ["LI-5: a seventeenth author", set("author", 16), "malformed"],
  ["E-5: generation 0", set("generation", 0), "malformed"],
  ["E-6: seq 0", set("seq", 0), "malformed"],
  ["E-6: no seq", payload => payload.delete(field.seq), "malformed"],
  ["E-7: an own root of 31 bytes", set("ownRoot", filled(31, 1)), "malformed"],
  ["E-8: an empty seen", set("seen", []), "malformed"],
  ["E-8: seen of oneself", set("seen", [seenRow(1)]), "malformed"],
  ["E-8: seen twice of one peer", set("seen", [seenRow(0), seenRow(0)]), "malformed"],
  ["E-8: seen out of order", set("seen", [seenRow(2), seenRow(0)]), "malformed"],
  ["E-8: nothing seen, written as something", set("seen", [seenRow(0, 0)]), "malformed"],
  ["E-8: a row of seen too short", set("seen", [[0, 1, 1]]), "malformed"],
  [
    "E-8: seen of more parties than there are",
    set(
      "seen",
      Array.from({ length: 16 }, (_, at) => seenRow(at + 2)),
    ),
    "too-large",
  ],
  ["E-9: a time beyond the year 9999", set("time", 253_402_300_800_000), "malformed"],
  ["E-9: a time as text", set("time", "now"), "malformed"],
  ["E-9: a not-after that is null", set("notAfter", null), "malformed"],
  ["E-10: traffic of a newer law", set("traffic", 4), "newer-law"],
  ["E-10: a message without its number", payload => payload.delete(field.number), "wrong-number"],
  ["E-10: number 0", set("number", 0), "wrong-number"],
  ["E-10: a receipt with a number", set("kind", 16), "wrong-number"],
  ["E-10: a message counted as housekeeping", set("traffic", 3), "malformed"],
  ["E-11: a precedence of a newer law", set("precedence", 5), "newer-law"],
  ["E-18: an empty list of desks", set("action", []), "malformed"],
  ["E-18: a desk of a party that cannot be", set("info", [[16, 0]]), "malformed"],
  [
    "LI-4: seventeen desks",
    set(
      "info",
      Array.from({ length: 17 }, () => [0, 0]),
    ),
    "too-large",
  ],
  [
    "LI-4: sixty-five references",
    set(
      "refs",
      Array.from({ length: 65 }, () => filled(32, 4)),
    ),
    "too-large",
  ],
  ["E-18: a reference of 31 bytes", set("refs", [filled(31, 4)]), "malformed"],
  ["E-12: a body hash of 33 bytes", set("bodyHash", filled(33, 4)), "malformed"],
  ["E-14: an act of 8 bytes", set("act", filled(8, 4)), "malformed"],
  ["E-14: a release of no act", payload => payload.delete(field.act), "malformed"],
  ["E-19: a release of a newer law", set("releases", [[3, "x", filled(1, 1)]]), "newer-law"],
  ["E-19: a key's release without its proof", set("releases", [[1, "x", filled(0, 1)]]), "malformed"],
  ["E-19: a node's release with a proof", set("releases", [[0, "x", filled(1, 1)]]), "malformed"],
  ["LI-4: an officer's name of 65 characters", set("releases", [[0, "x".repeat(65), filled(0, 1)]]), "too-large"],
  [
    "LI-4: five releases",
    set(
      "releases",
      Array.from({ length: 5 }, () => [0, "x", filled(0, 1)]),
    ),
    "too-large",
  ],
  ["E-13: a name with U+0000", payload => payload.set(200, filled(1, 1)).set(field.kind, 0), "malformed"],
  ["E-18: handling 0, which is left out", set("handling", 0), "malformed"],
  ["E-20: a sole without a release", payload => payload.set(21, 0).delete(field.releases), "malformed"],
  ["E-16: an unknown critical key", payload => payload.set(22, 0), "newer-law"],
  ["E-16: the last critical key", payload => payload.set(63, 0), "newer-law"],
  ["E-16: key 0", payload => payload.set(0, 0), "newer-law"],
  ["E-16: a negative key", payload => payload.set(-1, 0), "newer-law"],
  ["E-16: a key beyond all", payload => payload.set(256, 0), "malformed"],
]
for (const [name, change, expected] of cases)
  test(`${name} is refused as ${expected}`, () => equal(refusalOf(decodeEntry(altered(change), suite)), expected))

test("E-16: unknown kinds and keys 64 to 255 are taken, and kept in the bytes", () => {
  const bytes = altered(payload => payload.set(64, "later").set(255, [1]).set(field.kind, 9_999))
  const entry = decodeEntry(bytes, suite)
  ok(!isRefusal(entry))
  equal(entry.kind, 9_999)
  deepEqual(entry.bytes, bytes)
})

test("E-1: what is not a COSE_Sign1 with an empty unprotected header is refused", () => {
  const { protectedBytes, payload } = toSign(plainMessage, kid, algorithms.ed25519)
  const signature = filled(64, 9)
  const header = (entries: [number, Value][]): Uint8Array => encode(new Map(entries))
  const wrong: readonly (readonly [Value, RefusalCode])[] = [
    [[protectedBytes, new Map(), payload], "malformed"],
    [[protectedBytes, new Map([[4, kid]]), payload, signature], "malformed"],
    [[protectedBytes, null, payload, signature], "malformed"],
    [[protectedBytes, new Map(), null, signature], "malformed"],
    [[header([[1, -19]]), new Map(), payload, signature], "malformed"],
    [
      [
        header([
          [1, -19],
          [4, filled(7, 1)],
        ]),
        new Map(),
        payload,
        signature,
      ],
      "malformed",
    ],
    [
      [
        header([
          [1, -19],
          [2, [64]],
          [4, kid],
        ]),
        new Map(),
        payload,
        signature,
      ],
      "newer-law",
    ],
    [[new Uint8Array(0), new Map(), payload, signature], "malformed"],
    [[protectedBytes, new Map(), encode([]), signature], "malformed"],
    [[protectedBytes, new Map(), payload, filled(4_096, 1)], "too-large"],
    [new Map(), "malformed"],
  ]
  for (const [value, expected] of wrong) equal(refusalOf(decodeEntry(encode(value), suite)), expected)
  equal(refusalOf(decodeEntry(new Uint8Array([0xd2, ...signed(plainMessage).bytes]), suite)), "malformed")
})

test("E-15: the signature is the author's key's, over this entry", () => {
  const entry = signed(plainMessage)
  equal(checkSignature(entry, [key], suite), true)
  const other = generateKeyPairSync("ed25519")
  const otherKey: PublicKey = { alg: algorithms.ed25519, public: rawPublic(other.publicKey) }
  const refusal = (value: true | Refusal) => value !== true && value.refusal
  equal(refusal(checkSignature(entry, [], suite)), "unknown-key")
  equal(refusal(checkSignature(entry, [otherKey], suite)), "unknown-key")
  equal(refusal(checkSignature({ ...entry, alg: algorithms.esp256 }, [key], suite)), "unknown-key")
  equal(refusal(checkSignature(signed(plainMessage, other.privateKey), [key], suite)), "bad-signature")
  equal(refusal(checkSignature({ ...entry, signature: new Uint8Array(0) }, [key], suite)), "bad-signature")
})

test("E-15: an ECDSA signature has low s; its twin with high s is refused", () => {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const point = new Uint8Array(publicKey.export({ type: "spki", format: "der" }).subarray(-65))
  const p256: PublicKey = { alg: algorithms.esp256, public: point }
  const parts = toSign(plainMessage, kidOf(p256, suite), p256.alg)
  const made = new Uint8Array(sign("sha256", parts.signed, { key: privateKey, dsaEncoding: "ieee-p1363" }))
  const s = BigInt(`0x${hex(made.subarray(32))}`)
  const withS = (value: bigint): Entry => {
    const turned = made.slice()
    turned.set(Buffer.from(value.toString(16).padStart(64, "0"), "hex"), 32)
    return assemble(parts, turned, suite)
  }
  const [low, high] = s <= order / 2n ? [s, order - s] : [order - s, s]
  equal(checkSignature(withS(low), [p256], suite), true)
  ok(isRefusal(checkSignature(withS(high), [p256], suite)))
})

test("E-14: the act digest covers every field of the act, and nothing of the place in the log", () => {
  const digest = hex(actDigest(plainMessage, suite))
  const elsewhere: Fields = {
    ...plainMessage,
    seq: 9,
    generation: 2,
    number: 8,
    time: 1,
    ownRoot: filled(32, 9),
    seen: [],
    releases: [],
  }
  equal(hex(actDigest(elsewhere, suite)), digest)
  const { notAfter: _time, ...endless } = plainMessage
  const { bodyHash: _hash, ...bodiless } = plainMessage
  const others: readonly Fields[] = [
    { ...plainMessage, line: filled(16, 9) },
    { ...plainMessage, author: 0 },
    { ...plainMessage, act: filled(16, 9) },
    { ...plainMessage, traffic: 1 },
    { ...plainMessage, precedence: 4 },
    { ...plainMessage, notAfter: 0 },
    endless,
    { ...plainMessage, kind: 33 },
    { ...plainMessage, refs: [] },
    { ...plainMessage, action: [], info: plainMessage.action },
    { ...plainMessage, handling: 1 },
    { ...plainMessage, bodyHash: filled(32, 9) },
    bodiless,
  ]
  const digests = new Set([digest, ...others.map(it => hex(actDigest(it, suite)))])
  equal(digests.size, others.length + 1)
})

test("E-12: the body hash covers the salt and the body", () => {
  const body = { salt: filled(16, 1), bytes: filled(9, 2) }
  equal(hex(bodyHash(body, suite)), createHash("sha256").update(body.salt).update(body.bytes).digest("hex"))
  notDeepEqual(bodyHash({ ...body, salt: filled(16, 2) }, suite), bodyHash(body, suite))
})
