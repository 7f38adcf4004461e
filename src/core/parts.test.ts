import assert from "node:assert/strict"
import { test } from "node:test"
import { fc } from "../../test/fixtures/property.ts"
import { nodeSuite } from "../suites/node.ts"
import { utf8 } from "./hash.ts"
import { cardBytesMax, codesBytesMax, partBytesMax, partsMax } from "./limits.ts"
import {
  addPart,
  base45,
  cardSequence,
  fromBase45,
  type Held,
  joinParts,
  parcelSequence,
  partsOf,
  wholeOf,
} from "./parts.ts"
import { isRefusal } from "./refusal.ts"

const card = Uint8Array.from({ length: 11_556 }, (_, at) => (at * 7 + (at >> 5)) & 255)
const other = card.with(5, 1)
const codeOf = (value: unknown): string => (isRefusal(value) ? value.refusal : "accepted")
const held = (parts: readonly string[]): Held => {
  let sofar: Held | undefined
  for (const part of parts) {
    const next = addPart(cardSequence, sofar, part)
    if (isRefusal(next)) assert.fail(next.refusal)
    sofar = next
  }
  return sofar ?? assert.fail()
}

test("CH-9: a card is the same after its parts, in any order and more than once", () => {
  const parts = partsOf(cardSequence, card, nodeSuite)
  assert.equal(parts.length, 17)
  for (const part of parts) assert.match(part, /^PARLEY-CARD-1\/\d+\/17\/[0-9A-F]{16}\/[0-9A-Z $%*+\-./:]{1,1080}$/)
  assert.deepEqual(joinParts(cardSequence, [...parts, ...parts.toReversed()].join("\n"), nodeSuite), card)
  assert.deepEqual(wholeOf(cardSequence, held(parts), nodeSuite), card)
  assert.equal(wholeOf(cardSequence, held(parts.slice(1)), nodeSuite), undefined)
})

test("CH-9: parts of two cards are mixed-parts, and what was held stays", () => {
  const [mine, theirs] = [partsOf(cardSequence, card, nodeSuite), partsOf(cardSequence, other, nodeSuite)]
  assert.equal(codeOf(addPart(cardSequence, held(mine.slice(0, 3)), theirs[5]!)), "mixed-parts")
  assert.equal(codeOf(joinParts(cardSequence, [...mine.slice(0, 16), theirs[16]].join("\n"), nodeSuite)), "mixed-parts")
  const second = mine[0]!.slice(0, -3) + mine[0]!.slice(-3).split("").toReversed().join("0").slice(0, 3)
  assert.notEqual(codeOf(addPart(cardSequence, held(mine.slice(0, 1)), second)), "accepted")
})

test("CH-9: a part that is damaged, missing, or one of too many is bad-part", () => {
  const parts = partsOf(cardSequence, card, nodeSuite)
  const id = parts[0]!.split("/")[3]
  for (const bad of [
    "",
    "PARLEY-CARD-2/1/1/0000000000000000/00",
    `PARLEY-CARD-1/0/17/${id}/00`,
    `PARLEY-CARD-1/18/17/${id}/00`,
    `PARLEY-CARD-1/1/${partsMax + 1}/${id}/00`,
    `PARLEY-CARD-1/1/17/${id}/:::`,
    `PARLEY-CARD-1/1/17/${id}/0000`,
    `PARLEY-CARD-1/1/17/${id}/${base45(new Uint8Array(721))}`,
  ])
    assert.equal(codeOf(addPart(cardSequence, undefined, bad)), "bad-part", bad.slice(0, 40))
  assert.equal(codeOf(joinParts(cardSequence, parts.slice(0, 16).join("\n"), nodeSuite)), "bad-part")
  assert.equal(
    codeOf(joinParts(cardSequence, Array.from({ length: 200 }, () => parts[0]).join("\n"), nodeSuite)),
    "bad-part",
  )
  const altered = parts.with(
    3,
    parts[3]!.replace(/.$/, end => (end === "0" ? "1" : "0")),
  )
  assert.equal(codeOf(joinParts(cardSequence, altered.join("\n"), nodeSuite)), "bad-part")
  assert.ok(cardBytesMax <= partsMax * partBytesMax)
})

test("CH-9: Base45 is that of RFC 9285, and nothing makes it throw", () => {
  for (const [plain, written] of [
    ["AB", "BB8"],
    ["Hello!!", "%69 VD92EX0"],
    ["base-45", "UJCLQE7W581"],
    ["ietf!", "QED8WEX0"],
  ] as const) {
    assert.equal(base45(utf8(plain)), written)
    assert.deepEqual(fromBase45(written), utf8(plain))
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), bytes => Buffer.compare(fromBase45(base45(bytes))!, bytes) === 0),
  )
  fc.assert(fc.property(fc.string(), text => codeOf(addPart(cardSequence, undefined, text)) === "bad-part"))
  assert.equal(fromBase45("GGW"), undefined, "65,536 does not fit two bytes")
})

/** A page of text, sealed, and another of the same length. */
const parcel = Uint8Array.from({ length: 9_001 }, (_, at) => (at * 11 + (at >> 3)) & 255)
const page = partsOf(parcelSequence, parcel, nodeSuite)
const next = partsOf(parcelSequence, parcel.with(7, 1), nodeSuite)

test("EP-22: a parcel is the same after its codes, in any order and more than once, and nothing is given before the last", () => {
  assert.equal(page.length, 13)
  for (const part of page) assert.match(part, /^PARLEY-PARCEL-1\/\d+\/13\/[0-9A-F]{16}\/[0-9A-Z $%*+\-./:]{1,1080}$/)
  let held: Held | undefined
  for (const part of [...page.toReversed(), ...page].slice(0, 20)) {
    const sofar = addPart(parcelSequence, held, part)
    if (isRefusal(sofar)) assert.fail(sofar.refusal)
    const whole = wholeOf(parcelSequence, sofar, nodeSuite)
    assert.deepEqual(whole, sofar.parts.size === 13 ? parcel : undefined)
    held = sofar
  }
  const most = new Uint8Array(codesBytesMax).fill(7)
  const parts = partsOf(parcelSequence, most, nodeSuite)
  assert.equal(parts.length, partsMax)
  assert.deepEqual(joinParts(parcelSequence, parts.join("\n"), nodeSuite), most)
})

test("EP-22: codes of two parcels, one that is damaged, missing or a card's, and more than a parcel may be, are refused by name", () => {
  const codeIn = (...parts: readonly (string | undefined)[]): string =>
    codeOf(joinParts(parcelSequence, parts.join("\n"), nodeSuite))
  assert.equal(codeIn(...page.slice(0, 12), next[12]), "mixed-parts")
  assert.equal(
    codeIn(
      page[0],
      page[1],
      page[0]?.replace(/.$/, end => (end === "0" ? "1" : "0")),
    ),
    "mixed-parts",
  )
  assert.equal(codeIn(...page.with(3, page[3]?.replace(/.$/, end => (end === "0" ? "1" : "0")) ?? "")), "bad-part")
  assert.equal(codeIn(...page.slice(1)), "bad-part")
  for (const part of [...partsOf(cardSequence, parcel, nodeSuite), page[0]?.replace("-1/", "-2/") ?? "", "PARLEY-", ""])
    assert.equal(codeOf(addPart(parcelSequence, undefined, part)), "bad-part")
  assert.equal(codeOf(addPart(cardSequence, undefined, page[0] ?? "")), "bad-part")
  assert.equal(codeIn(...partsOf(parcelSequence, new Uint8Array(codesBytesMax + 1), nodeSuite)), "too-large")
  fc.assert(fc.property(fc.string(), text => codeOf(addPart(parcelSequence, undefined, text)) === "bad-part"))
})
