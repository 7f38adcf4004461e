import assert from "node:assert/strict"
import { test } from "node:test"
import { fc } from "../../test/fixtures/property.ts"
import { nodeSuite } from "../suites/node.ts"
import { addPart, base45, cardParts, fromBase45, type Held, joinParts, wholeCard } from "./card-parts.ts"
import { utf8 } from "./hash.ts"
import { cardBytesMax, cardPartsMax } from "./limits.ts"
import { isRefusal } from "./refusal.ts"

const card = Uint8Array.from({ length: 11_556 }, (_, at) => (at * 7 + (at >> 5)) & 255)
const other = card.with(5, 1)
const codeOf = (value: unknown): string => (isRefusal(value) ? value.refusal : "accepted")
const held = (parts: readonly string[]): Held => {
  let sofar: Held | undefined
  for (const part of parts) {
    const next = addPart(sofar, part)
    if (isRefusal(next)) assert.fail(next.refusal)
    sofar = next
  }
  return sofar ?? assert.fail()
}

test("CH-9: a card is the same after its parts, in any order and more than once", () => {
  const parts = cardParts(card, nodeSuite)
  assert.equal(parts.length, 17)
  for (const part of parts) assert.match(part, /^PARLEY-CARD-1\/\d+\/17\/[0-9A-F]{16}\/[0-9A-Z $%*+\-./:]{1,1080}$/)
  assert.deepEqual(joinParts([...parts, ...parts.toReversed()].join("\n"), nodeSuite), card)
  assert.deepEqual(wholeCard(held(parts), nodeSuite), card)
  assert.equal(wholeCard(held(parts.slice(1)), nodeSuite), undefined)
})

test("CH-9: parts of two cards are mixed-parts, and what was held stays", () => {
  const [mine, theirs] = [cardParts(card, nodeSuite), cardParts(other, nodeSuite)]
  assert.equal(codeOf(addPart(held(mine.slice(0, 3)), theirs[5]!)), "mixed-parts")
  assert.equal(codeOf(joinParts([...mine.slice(0, 16), theirs[16]].join("\n"), nodeSuite)), "mixed-parts")
  const second = mine[0]!.slice(0, -3) + mine[0]!.slice(-3).split("").toReversed().join("0").slice(0, 3)
  assert.notEqual(codeOf(addPart(held(mine.slice(0, 1)), second)), "accepted")
})

test("CH-9: a part that is damaged, missing, or one of too many is bad-part", () => {
  const parts = cardParts(card, nodeSuite)
  const id = parts[0]!.split("/")[3]
  for (const bad of [
    "",
    "PARLEY-CARD-2/1/1/0000000000000000/00",
    `PARLEY-CARD-1/0/17/${id}/00`,
    `PARLEY-CARD-1/18/17/${id}/00`,
    `PARLEY-CARD-1/1/${cardPartsMax + 1}/${id}/00`,
    `PARLEY-CARD-1/1/17/${id}/:::`,
    `PARLEY-CARD-1/1/17/${id}/0000`,
    `PARLEY-CARD-1/1/17/${id}/${base45(new Uint8Array(721))}`,
  ])
    assert.equal(codeOf(addPart(undefined, bad)), "bad-part", bad.slice(0, 40))
  assert.equal(codeOf(joinParts(parts.slice(0, 16).join("\n"), nodeSuite)), "bad-part")
  assert.equal(codeOf(joinParts(Array.from({ length: 200 }, () => parts[0]).join("\n"), nodeSuite)), "bad-part")
  const altered = parts.with(
    3,
    parts[3]!.replace(/.$/, end => (end === "0" ? "1" : "0")),
  )
  assert.equal(codeOf(joinParts(altered.join("\n"), nodeSuite)), "bad-part")
  assert.ok(cardBytesMax <= cardPartsMax * 720)
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
  fc.assert(fc.property(fc.string(), text => codeOf(addPart(undefined, text)) === "bad-part"))
  assert.equal(fromBase45("GGW"), undefined, "65,536 does not fit two bytes")
})
