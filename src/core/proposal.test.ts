import assert from "node:assert/strict"
import { test } from "node:test"
import { terms } from "../../test/fixtures/cards.ts"
import { fc } from "../../test/fixtures/property.ts"
import { replyMs } from "./desk.ts"
import { disclosed, disclosureLevels, disclosureValue, levelOf, readDisclosure } from "./disclosure.ts"
import { type Proposed, proposalFields, proposalOf, propose } from "./proposal.ts"
import { isRefusal } from "./refusal.ts"
import { adopt, type TermField, termDifferences, termFields } from "./term-fields.ts"

const desk = { code: "watch", names: { en: "Watch", ja: "当直", zh: "值班" } }
const held: Proposed = {
  terms,
  desks: [desk, { ...desk, code: "rescue", clocks: [{ precedence: 4, ms: 60_000 }] }],
  relyingParty: { id: "line.example", origin: "https://line.example" },
}
const changed = (changes: Parameters<typeof propose>[1]): Proposed => {
  const proposed = propose(held, changes)
  if (isRefusal(proposed)) assert.fail(JSON.stringify(proposed))
  return proposed
}
const fault = (changes: Parameters<typeof propose>[1]): string => {
  const proposed = propose(held, changes)
  return isRefusal(proposed) ? `${proposed.refusal} ${proposed.details.field}` : "accepted"
}

test("CH-7: a proposal as text is the same proposal, field by field", () => {
  assert.deepEqual(changed(proposalOf(held)), held)
  assert.equal(proposalOf(held).desks, "watch | Watch | 当直 | 值班\nrescue | Watch | 当直 | 值班 | FLASH:1m")
  const { terms: next } = changed({ replyClocks: "flash:5m, routine:2d", flashBudget: "3/1h", retentionYears: "12" })
  assert.deepEqual(next.replyClocks, [
    { precedence: 1, ms: 172_800_000 },
    { precedence: 4, ms: 300_000 },
  ])
  assert.deepEqual(next.flashBudget, { count: 3, ms: 3_600_000 })
  assert.equal("relyingParty" in changed({ relyingParty: "" }), false)
})

test("CH-7: terms that cannot be are refused as bad-terms with the field's name, and nothing written makes it throw", () => {
  for (const [field, text] of [
    ["example", "perhaps"],
    ["languages", ""],
    ["languages", "en,en"],
    ["languages", "日本語"],
    ["replyClocks", "LOUD:5m"],
    ["replyClocks", "FLASH:0m"],
    ["replyClocks", "FLASH:5m,FLASH:6m"],
    ["flashBudget", "6"],
    ["retentionYears", "-1"],
    ["disclosure", "acknowledged:withheld"],
    ["disclosure", "ring:office"],
    ["disclosure", "shoes:name"],
    ["labels", "one | two"],
    ["releases", "FLASH:5"],
    ["proofs", "stored:FLASH"],
    ["soleMs", "soon"],
    ["forms", "00"],
    ["desks", "Watch | a | b | c"],
    ["desks", "w | a | b | c\nw | a | b | c"],
    ["relyingParty", "line.example javascript:1"],
  ] as const)
    assert.equal(fault({ [field]: text }), `bad-terms ${field}`, text)
  fc.assert(
    fc.property(fc.constantFrom(...proposalFields), fc.string({ unit: "grapheme" }), (field, text) => {
      const proposed = propose(held, { [field]: text })
      return isRefusal(proposed) || typeof proposalOf(proposed)[field] === "string"
    }),
  )
})

test("CH-4, CH-7: every field that differs is named, and taken over it differs no more", () => {
  const others: Readonly<Record<TermField, string>> = {
    example: "no",
    languages: "en",
    replyClocks: "",
    flashBudget: "1/1m",
    retentionYears: "1",
    disclosure: "",
    labels: "",
    releases: "FLASH:2",
    proofs: "message:BULK",
    soleMs: "10m",
    forms: "",
  }
  for (const field of termFields) {
    const theirs = changed({ [field]: others[field] }).terms
    assert.deepEqual(termDifferences(terms, theirs), [field])
    assert.deepEqual(termDifferences(adopt(terms, theirs, [field]), theirs), [])
  }
  assert.deepEqual(termDifferences(terms, changed(others).terms), [...termFields])
})

test("CH-7: the reply clock is the shortest of the action desks', else the charter's, else none", () => {
  const clocks = [{ precedence: 4, ms: 300_000 }]
  const [slow, fast] = [{ clocks: [{ precedence: 4, ms: 90_000 }] }, { clocks: [{ precedence: 4, ms: 60_000 }] }]
  assert.equal(replyMs(4, [slow, undefined, fast], clocks), 60_000)
  assert.equal(replyMs(4, [{}], clocks), 300_000)
  assert.equal(replyMs(2, [slow], clocks), undefined)
})

test("CH-8: disclosure takes each item at its own levels, once and in order, and no rung is more open than the roster", () => {
  const rows = [
    { item: disclosed.displayed, level: 3 },
    { item: disclosed.roster, level: 1 },
  ]
  assert.deepEqual(readDisclosure(disclosureValue(rows)), rows)
  assert.equal(levelOf(rows, "displayed"), "withheld")
  assert.equal(levelOf(rows, "acknowledged"), "office")
  assert.equal(levelOf(rows, "ring"), "name")
  assert.equal(levelOf([], "released"), "name")
  for (const bad of [
    [[1, 0]],
    [[2, 1]],
    [[3, 3]],
    [[16, 3]],
    [[9, 1]],
    [
      [16, 1],
      [1, 3],
    ],
    [
      [1, 1],
      [1, 2],
    ],
    [1, 2],
    [[1, 1, 1]],
    7,
  ])
    assert.equal(readDisclosure(bad), undefined, JSON.stringify(bad))
  assert.equal(disclosureLevels.length, 4)
})
