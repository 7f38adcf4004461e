// The two parties of every simulated line. Their cards are signed once and kept in parties.json, since an SLH-DSA signature without
// chance takes 1.5 s; `node sim/parties.ts` writes the file anew after a change of the card's or the charter's layout.
import { readFileSync, writeFileSync } from "node:fs"
import { argv } from "node:process"
import {
  type Charter,
  cardPrefix,
  charterOf,
  charterPrefix,
  decodeCard,
  encodeCard,
  encodeCardBody,
  encodeRootSignatures,
} from "../src/core/charter.ts"
import { utf8 } from "../src/core/hash.ts"
import { encodeOfficerBody, officerPrefix, officerSignedBytes } from "../src/core/officer.ts"
import { isRefusal, type Refusal } from "../src/core/refusal.ts"
import { kinds } from "../src/core/registry.ts"
import type { Kem, Suite } from "../src/core/suite.ts"
import { type SeededKeys, seededKeys } from "../src/keys/seeded.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { xwingNoble } from "../src/suites/xwing-noble.ts"
import { type Person, peopleOf } from "./people.ts"

type Chance = (bytes: number) => Uint8Array

export const partyNames = ["north", "south"] as const
const file = new URL("./parties.json", import.meta.url)

/** Node keys are the same in every seed, as the cards name them; what is drawn comes from the seed. */
export const keysOf = (name: string, chance: Chance): SeededKeys =>
  seededKeys(nodeSuite.sha256(utf8(`parley simulator ${name}`)), (): Kem => xwingNoble(chance))

export type Parties = {
  readonly charter: Charter
  readonly names: readonly string[]
  readonly bodies: readonly Uint8Array[]
  /** Who is enrolled of each, and the bodies that their roots have signed. */
  readonly people: readonly (readonly [Person, Person])[]
  readonly enrolments: readonly (readonly Uint8Array[])[]
}

/** In the charter's order. */
export const parties = (suite: Suite): Parties => {
  const kept = JSON.parse(readFileSync(file, "utf8")) as Kept
  const [a, b] = kept.cards.map(text => good(decodeCard(Uint8Array.fromBase64(text), suite)))
  if (!a || !b) throw new Error("parties.json holds two cards")
  const charter = good(charterOf(a, b, suite))
  const names = charter.parties.map(card => card.code)
  return {
    charter,
    names,
    bodies: names.map(name => Uint8Array.fromBase64(kept.bodies[name] ?? "")),
    people: names.map(peopleOf),
    enrolments: names.map(name => (kept.enrolments[name] ?? []).map(body => Uint8Array.fromBase64(body))),
  }
}

type Kept = {
  readonly cards: readonly string[]
  readonly bodies: Readonly<Record<string, string>>
  readonly enrolments: Readonly<Record<string, readonly string[]>>
}

const good = <Value>(value: Value | Refusal): Value => {
  if (isRefusal(value)) throw new Error(`parties.json is of another layout: ${JSON.stringify(value)}`)
  return value
}

const terms: Charter["terms"] = {
  example: true,
  languages: ["en", "ja", "zh"],
  replyClocks: [{ precedence: 4, ms: 300_000 }],
  flashBudget: { count: 6, ms: 3_600_000 },
  retentionYears: 30,
  labels: [{ en: "Not for publication", ja: "公表しない", zh: "不公开" }],
  releases: [{ precedence: 4, persons: 2 }],
  disclosure: [{ item: 1, level: 2 }],
  forms: new Uint8Array(0),
  proofs: [{ kind: kinds.acknowledged, precedence: 4 }],
  soleMs: 300_000,
}

const desks = [{ code: "coast", names: { en: "Coast guard", ja: "海上保安", zh: "海警" } }]

const write = async (): Promise<void> => {
  const chance: Chance = bytes => new Uint8Array(bytes)
  const all = partyNames.map(name => ({ name, keys: keysOf(name, chance) }))
  const cards = []
  for (const { name, keys } of all) {
    const body = encodeCardBody({
      code: name,
      names: { en: name, ja: name, zh: name },
      roots: keys.roots(),
      nodeKeys: keys.keys,
      tlsSpki: keys.tls.spki,
      base: keys.base,
      addresses: [],
      desks,
      zone: "UTC",
      language: "en",
      nonce: nodeSuite.sha256(utf8(name)),
      terms,
    })
    cards.push(good(decodeCard(encodeCard(body, await keys.rootSign(body, cardPrefix)), nodeSuite)))
  }
  const charter = good(charterOf(cards[0]!, cards[1]!, nodeSuite))
  const bodies: Record<string, string> = {}
  const enrolments: Record<string, string[]> = {}
  for (const { name, keys } of all) {
    const author = charter.parties.findIndex(each => each.code === name)
    const card = charter.parties[author]!
    const signatures = await keys.rootSign(charter.bytes, charterPrefix)
    bodies[name] = encodeRootSignatures(card, signatures, nodeSuite).toBase64()
    const by = { line: charter.line, author, card }
    enrolments[name] = []
    for (const { officer } of peopleOf(name)) {
      const signed = await keys.rootSign(officerSignedBytes(by, officer), officerPrefix)
      enrolments[name].push(encodeOfficerBody(by, officer, signed, nodeSuite).toBase64())
    }
  }
  const kept: Kept = { cards: charter.parties.map(card => card.bytes.toBase64()), bodies, enrolments }
  writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`)
}

if (argv[1] === file.pathname.replace(/parties\.json$/, "parties.ts")) await write()
