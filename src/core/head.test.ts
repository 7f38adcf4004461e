import { deepEqual, equal, ok } from "node:assert/strict"
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto"
import { test } from "node:test"
import { fc } from "../../test/fixtures/property.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { fromBase64, utf8 } from "./hash.ts"
import { checkHead, type Head, headContext, headText, note, parseNote } from "./head.ts"
import { isRefusal, type Refusal } from "./refusal.ts"
import { algorithms, type PublicKey } from "./suite.ts"

const raw = (key: KeyObject, bytes: number): Uint8Array =>
  new Uint8Array(key.export({ type: "spki", format: "der" }).subarray(-bytes))
const [first, second] = [generateKeyPairSync("ed25519"), generateKeyPairSync("ml-dsa-65")]
const keys: readonly [PublicKey, PublicKey] = [
  { alg: algorithms.ed25519, public: raw(first.publicKey, 32) },
  { alg: algorithms.mlDsa65, public: raw(second.publicKey, 1_952) },
]
const line = new Uint8Array(16).fill(0xab)
const keysOf = (author: number): readonly PublicKey[] => (author === 1 ? keys : [])
const refusal = (value: object | true): string | undefined => (isRefusal(value) ? value.refusal : undefined)

const make = (size: number, context = headContext): Head => {
  const checkpoint = { author: 1, generation: 2, size, root: new Uint8Array(32).fill(7) }
  const text = utf8(headText(line, checkpoint))
  const mlDsa65 = new Uint8Array(sign(null, text, { key: second.privateKey, context }))
  return { ...checkpoint, ed25519: new Uint8Array(sign(null, text, first.privateKey)), mlDsa65 }
}
const head = make(1_234)

test("L-4: the text of a head is a C2SP checkpoint", () => {
  equal(
    headText(line, head),
    "parley/1/abababababababababababababababab/1/2\n1234\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
  )
})

test("L-4: a head holds by both signatures, and by neither alone", () => {
  equal(checkHead(line, head, keys, suite), true)
  const wrong: readonly (true | Refusal)[] = [
    checkHead(line, { ...head, size: 1_235 }, keys, suite),
    checkHead(line, { ...head, root: new Uint8Array(32) }, keys, suite),
    checkHead(line, { ...head, author: 0 }, keys, suite),
    checkHead(new Uint8Array(16), head, keys, suite),
    checkHead(line, { ...head, ed25519: new Uint8Array(64) }, keys, suite),
    checkHead(line, { ...head, mlDsa65: new Uint8Array(3_309) }, keys, suite),
    checkHead(line, { ...head, mlDsa65: new Uint8Array(0) }, keys, suite),
    checkHead(line, make(1_234, utf8("parley/1 opening")), keys, suite),
    checkHead(line, head, [keys[0]], suite),
    checkHead(line, head, [], suite),
  ]
  for (const it of wrong) equal(refusal(it), "bad-head-signature")
})

test("L-4: a note is what it was made from, and its Ed25519 line is checkable by the signed-note format alone", () => {
  const text = note(line, head, keys, suite)
  deepEqual(parseNote(text, keysOf, suite), { line, head })
  const [body = "", lines = ""] = text.split("\n\n")
  const [, origin = "", blob = ""] = /^— (\S+) (\S+)\n/.exec(lines) ?? []
  equal(origin, body.split("\n")[0])
  const bytes = fromBase64(blob)!
  const id = createHash("sha256").update(`${origin}\n\x01`).update(keys[0].public).digest().subarray(0, 4)
  deepEqual([...bytes.subarray(0, 4)], [...id])
  const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(keys[0].public).toString("base64url") }
  ok(verify(null, Buffer.from(`${body}\n`), createPublicKey({ key: jwk, format: "jwk" }), bytes.subarray(4)))
})

test("L-4: a witness's line is passed over; a missing, doubled or damaged one of ours is refused", () => {
  const text = note(line, head, keys, suite)
  deepEqual(parseNote(`${text}— witness.example AAAAAAA=\n`, keysOf, suite), { line, head })
  const rows = text.split("\n")
  const without = (place: number): string => rows.filter((_, at) => at !== place).join("\n")
  equal(refusal(parseNote(without(4), keysOf, suite)), "bad-head-signature")
  equal(refusal(parseNote(without(5), keysOf, suite)), "bad-head-signature")
  equal(refusal(parseNote(`${text}${rows[4]}\n`, keysOf, suite)), "bad-head-signature")
  equal(refusal(parseNote(text, () => [], suite)), "unknown-author")
  const damaged = [
    without(3),
    text.slice(0, -1),
    text.replace("1234", "01234"),
    text.replace("1234", "99999999999999999"),
    text.replace("parley/1/", "parley/2/"),
    text.replace("/1/2\n", "/16/2\n"),
    text.replace("BwcH", "Bw+"),
    text.replace("—", "-"),
    `\n${text}`,
    "",
  ]
  for (const it of damaged) equal(refusal(parseNote(it, keysOf, suite)), "malformed", JSON.stringify(it.slice(0, 80)))
  equal(refusal(parseNote("x".repeat(70_000), keysOf, suite)), "too-large")
})

test("L-4: any text is a note that is written the same way again, or a refusal", () => {
  const text = note(line, head, keys, suite)
  const near = fc.tuple(fc.nat(text.length), fc.nat(3), fc.string({ maxLength: 3 })).map(([at, cut, put]) => {
    const place = at % 300
    return text.slice(0, place) + put + text.slice(place + cut)
  })
  fc.assert(
    fc.property(fc.oneof(fc.string(), near), it => {
      const read = parseNote(it, keysOf, suite)
      if (!isRefusal(read)) equal(note(read.line, read.head, keys, suite), it)
    }),
    { numRuns: 500 },
  )
})
