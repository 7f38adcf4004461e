import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { cardBody, cardOf, signedCard, terms } from "../../test/fixtures/cards.ts"
import { fc } from "../../test/fixtures/property.ts"
import { createKeys, type FileKeys } from "../keys/file.ts"
import { nobleSuite } from "../suites/noble.ts"
import { nodeSuite } from "../suites/node.ts"
import { sm } from "../suites/sm.ts"
import { xwingNode } from "../suites/xwing-node.ts"
import { encode, type Value } from "./cbor.ts"
import {
  type Card,
  type CardBody,
  cardText,
  charterOf,
  charterPrefix,
  charterSignedBytes,
  checkCharterSignatures,
  decodeCard,
  decodeCharter,
  decodeRootSignatures,
  encodeCard,
  encodeCardBody,
  encodeRootSignatures,
  parseCardText,
} from "./charter.ts"
import { isRefusal, type Refusal } from "./refusal.ts"
import { algorithms, type Suite } from "./suite.ts"

let folder: string
let [keysA, keysB]: FileKeys[] = []
let [cardA, cardB]: Card[] = []
const a = (): Card => cardA ?? assert.fail()
const b = (): Card => cardB ?? assert.fail()

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "parley-charter-"))
  keysA = createKeys(join(folder, "a", "keys.json"), xwingNode)
  keysB = createKeys(join(folder, "b", "keys.json"), xwingNode)
  cardA = await cardOf("north", keysA, nodeSuite)
  cardB = await cardOf("south", keysB, nodeSuite)
})
after(() => rmSync(folder, { recursive: true }))

const good = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) assert.fail(JSON.stringify(value))
  return value
}
const refusedAs = (value: unknown): string => {
  if (!isRefusal(value)) return "accepted"
  return value.refusal === "bad-card" ? `bad-card ${value.details.field}` : value.refusal
}
/** Every signature is good: faults of the fields alone are looked for. */
const trusting: Suite = { ...nodeSuite, verify: () => true }
const unsigned = (changed: Partial<CardBody>): Uint8Array =>
  encodeCard(encodeCardBody(cardBody("north", keysA ?? assert.fail(), changed)), [
    new Uint8Array(64),
    new Uint8Array(7_856),
  ])

test("CH-3: a card says what its party wrote, with either suite, and survives mail as one line of text", () => {
  const { bytes, hash, ...body } = a()
  assert.deepEqual(body, cardBody("north", keysA ?? assert.fail()))
  assert.deepEqual(hash, nodeSuite.sha256(bytes))
  assert.deepEqual(good(decodeCard(bytes, nobleSuite())), a())
  const text = cardText(a())
  assert.match(text, /^parley-card-1 [A-Za-z0-9_-]+$/)
  assert.deepEqual(good(parseCardText(`\n ${text.replace(/(.{76})/g, "$1\r\n")}\n`, nodeSuite)), a())
  for (const bad of ["", "parley-card-2 AAAA", "parley-card-1 ", "parley-card-1 A*", text.slice(0, -4)])
    assert.ok(isRefusal(parseCardText(bad, nodeSuite)), bad.slice(0, 20))
})

test("CH-3: a card altered in any byte is refused, and none makes the decoder throw", () => {
  const { bytes } = a()
  for (let at = 0; at < bytes.length; at += 97) {
    const altered = bytes.with(at, bytes[at]! ^ 1)
    assert.ok(isRefusal(decodeCard(altered, nodeSuite)), `byte ${at}`)
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), noise => isRefusal(decodeCard(noise, nodeSuite))))
  assert.equal(refusedAs(decodeCard(new Uint8Array(40_000), nodeSuite)), "too-large")
})

test("CH-3: a card signed with other roots than its own is refused", async () => {
  const forged = await signedCard(cardBody("north", keysA ?? assert.fail()), keysB ?? assert.fail())
  assert.equal(refusedAs(decodeCard(forged, nodeSuite)), "bad-card signature")
})

test("CH-13: what a card says of national suites is held to its form; a key is judged by who knows its suite", () => {
  const key = sm.publicOf(sm.make())
  const own = (suite: number, bytes: Uint8Array) => ({ suite, public: bytes })
  const cases: readonly (readonly [string, NonNullable<CardBody["national"]>])[] = [
    ["accepted", { own: own(1, key), opens: [1] }],
    ["accepted", { own: own(1, key), opens: [] }],
    ["accepted", { opens: [1, 7] }],
    ["accepted", { own: own(255, new Uint8Array(4_096)), opens: [] }],
    ["bad-card national", { opens: [] }],
    ["bad-card national", { opens: [7, 1] }],
    ["bad-card national", { opens: [1, 1] }],
    ["bad-card national", { opens: [0] }],
    ["bad-card national", { opens: [256] }],
    ["bad-card national", { opens: [1, 2, 3, 4, 5, 6, 7, 8, 9] }],
    ["bad-card national", { own: own(0, key), opens: [] }],
    ["bad-card national", { own: own(9, new Uint8Array(0)), opens: [] }],
    ["bad-card national", { own: own(9, new Uint8Array(4_097)), opens: [] }],
    ["bad-card national", { own: own(1, key.with(64, key[64]! ^ 1)), opens: [1] }],
  ]
  for (const [expected, national] of cases)
    assert.equal(refusedAs(decodeCard(unsigned({ national }), trusting)), expected, JSON.stringify(national.opens))
  // Without the suite the key is data.
  const { national: _, ...common } = trusting
  const unsound = unsigned({ national: { own: own(1, key.with(64, key[64]! ^ 1)), opens: [1] } })
  assert.equal(refusedAs(decodeCard(unsound, common)), "accepted")
})

test("CH-3, LI-7: each field is held to its form, and the refusal names it", () => {
  const { names } = a()
  const [first, second] = a().roots
  assert.ok(first && second)
  const torsion = { alg: algorithms.ed25519, public: new Uint8Array(32) } // of order four
  const cases: readonly (readonly [string, Partial<CardBody>])[] = [
    ["accepted", {}],
    ["accepted", { relyingParty: { id: "parley.localhost", origin: "http://tokyo.parley.localhost:7301" } }],
    ["accepted", { addresses: [], desks: [] }],
    ["bad-card code", { code: "North" }],
    ["bad-card names", { names: { ...names, ja: "" } }],
    ["bad-card names", { names: { ...names, zh: "长".repeat(201) } }],
    ["bad-card roots", { roots: [first] }],
    ["bad-card roots", { roots: [second, first] }],
    ["bad-card nodeKeys", { nodeKeys: [first, second] }],
    ["bad-card keys", { roots: [torsion, second] }],
    ["bad-card keys", { nodeKeys: [first, ...a().nodeKeys.slice(1)] }],
    ["bad-card tlsSpki", { tlsSpki: new Uint8Array(31) }],
    ["bad-card base", { base: new Uint8Array(1_215) }],
    ["bad-card base", { base: new Uint8Array(1_216).fill(255) }],
    ["bad-card addresses", { addresses: ["127.0.0.1"] }],
    ["bad-card addresses", { addresses: Array.from({ length: 65 }, () => "a:1") }],
    ["bad-card desks", { desks: [...a().desks, ...a().desks] }],
    ["bad-card zone", { zone: "Asia Tokyo" }],
    ["bad-card language", { language: "日本語" }],
    ["bad-card nonce", { nonce: new Uint8Array(16) }],
    ["bad-card relyingParty", { relyingParty: { id: "x", origin: "javascript:1" } }],
    ["bad-card terms", { terms: { ...terms, replyClocks: [...terms.replyClocks].reverse() } }],
    ["bad-card terms", { terms: { ...terms, releases: [{ precedence: 5, persons: 1 }] } }],
    ["bad-card terms", { terms: { ...terms, releases: [{ precedence: 4, persons: 5 }] } }],
    ["bad-card terms", { terms: { ...terms, forms: new Uint8Array(31) } }],
  ]
  for (const [expected, changed] of cases)
    assert.equal(refusedAs(decodeCard(unsigned(changed), trusting)), expected, JSON.stringify(Object.keys(changed)))
})

test("CH-4: both sides make the same charter, whichever card is named first", () => {
  const charter = good(charterOf(a(), b(), nodeSuite))
  assert.deepEqual(good(charterOf(b(), a(), nobleSuite())), charter)
  assert.deepEqual(charter.line, nodeSuite.sha256(charter.bytes).slice(0, 16))
  assert.ok(charter.parties[0]!.hash.toHex() < charter.parties[1]!.hash.toHex())
  assert.deepEqual(good(decodeCharter(charter.bytes, nodeSuite)), charter)
  const [first, second] = charter.parties.map(party => party.bytes)
  const of = (...cards: readonly (Uint8Array | undefined)[]): Uint8Array =>
    encode(
      new Map<number, Value>([
        [1, 1],
        [2, cards.map(card => card ?? assert.fail())],
      ]),
    )
  assert.deepEqual(of(first, second), charter.bytes)
  assert.equal(refusedAs(decodeCharter(of(second, first), nodeSuite)), "malformed", "the other order")
  assert.equal(refusedAs(decodeCharter(of(first, first), nodeSuite)), "bad-card card")
  assert.equal(refusedAs(decodeCharter(of(first), nodeSuite)), "malformed")
  assert.equal(refusedAs(decodeCharter(of(first, second, second), nodeSuite)), "malformed")
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), noise => isRefusal(decodeCharter(noise, nodeSuite))))
})

test("CH-4: other terms, the same card, the same code or a shared key make no charter", () => {
  const other = (changed: Partial<CardBody>): Card => ({ ...b(), ...changed })
  assert.equal(refusedAs(charterOf(a(), other({ terms: { ...terms, retentionYears: 31 } }), nodeSuite)), "terms-differ")
  assert.equal(refusedAs(charterOf(a(), a(), nodeSuite)), "bad-card card")
  assert.equal(refusedAs(charterOf(a(), other({ code: "north" }), nodeSuite)), "bad-card code")
  assert.equal(refusedAs(charterOf(a(), other({ base: a().base }), nodeSuite)), "bad-card key")
  assert.equal(refusedAs(charterOf(a(), other({ nodeKeys: a().nodeKeys }), nodeSuite)), "bad-card key")
})

test("CH-5: the roots' signatures over the charter are good for their own party and this charter alone", async () => {
  const charter = good(charterOf(a(), b(), nodeSuite))
  const author = charter.parties[0]!.code === "north" ? 0 : 1
  const raw = await (keysA ?? assert.fail()).rootSign(charter.bytes, charterPrefix)
  const rows = good(decodeRootSignatures(encodeRootSignatures(a(), raw, nodeSuite)))
  const check = (of = charter, by = author, signed = rows) => checkCharterSignatures(of, by, signed, nodeSuite)?.refusal
  assert.equal(check(), undefined)
  assert.ok(nodeSuite.verify(a().roots[0]!, charterSignedBytes(charter), raw[0]!))
  assert.equal(check(charter, 1 - author), "unknown-key")
  assert.equal(check(charter, 2), "unknown-author")
  assert.equal(check(charter, author, rows.slice(0, 1)), "unknown-key")
  assert.equal(check(charter, author, [...rows, rows[0]!]), "unknown-key")
  assert.equal(check({ ...charter, bytes: charter.bytes.slice(1) }), "bad-signature")
  const onlyOne = [rows[0]!, { ...rows[1]!, signature: new Uint8Array(7_856) }]
  assert.equal(check(charter, author, onlyOne), "bad-signature", "both roots must sign")
  assert.ok(isRefusal(decodeRootSignatures(Uint8Array.of(0xa0))))
})
