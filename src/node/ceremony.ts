// The pairing ceremony of one home (page: protocol/charter.md, sections 5 and 6): terms, cards, and two persons who confirm. Nothing is
// signed before every word is right; what was done stands in the home as a record that can be printed.
import { randomBytes } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { CeremonyRecord, Person, WordForm } from "../api/ceremony.ts"
import {
  type Card,
  cardPrefix,
  cardText,
  decodeCard,
  encodeCard,
  encodeCardBody,
  parseCardText,
} from "../core/charter.ts"
import { equal, hex } from "../core/hash.ts"
import { nameCharsMax } from "../core/limits.ts"
import { cardSequence, isPart, joinParts } from "../core/parts.ts"
import { type Proposal, type Proposed, propose } from "../core/proposal.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { adopt, type TermField } from "../core/term-fields.ts"
import { checkWords } from "../core/words.ts"
import { replaceAtomically } from "../keys/atomic.ts"
import { wordLists } from "../keys/pairing-words.ts"
import { nodeSuite } from "../suites/node.ts"
import { type Ceremony, files, isPaired, pair, type Side } from "./home.ts"

const recordVersion = 1
const recordFile = "ceremony.json"
const lists = Object.values(wordLists)

/** The other side's card: one line of text, or its parts, one a line. (CH-3, CH-9) */
export const readCard = (side: Side, text: string): Card | Refusal => {
  const bytes = isPart(cardSequence, text) ? joinParts(cardSequence, text, nodeSuite) : undefined
  if (isRefusal(bytes)) return bytes
  const card = bytes === undefined ? parseCardText(text, nodeSuite) : decodeCard(bytes, nodeSuite)
  if (isRefusal(card)) return card
  // An older card of ours has the same roots.
  const ours = side.card.roots.some(root => card.roots.some(other => equal(root.public, other.public)))
  return ours ? refuse("own-card", { code: card.code }) : card
}

/** The same side with a card made anew. */
export const withCard = (side: Side, card: Card): Side => ({
  path: side.path,
  settings: side.settings,
  card,
  signIns: side.signIns,
  sessions: side.sessions,
  get keys() {
    return side.keys
  },
})

/** Proposes other terms: our roots sign a new card, and what the other side holds of ours is void. (CH-7) */
export const setTerms = (side: Side, changes: Partial<Proposal>): Promise<Card | Refusal> => {
  const proposed = propose(side.card, changes)
  return isRefusal(proposed) ? Promise.resolve(proposed) : reissue(side, proposed)
}

export const takeTerms = (side: Side, theirs: Card, fields: readonly TermField[]): Promise<Card | Refusal> =>
  reissue(side, { ...side.card, terms: adopt(side.card.terms, theirs.terms, fields) })

const reissue = async (side: Side, { terms, desks, relyingParty }: Proposed): Promise<Card | Refusal> => {
  if (isPaired(side.path)) return refuse("paired-already")
  const { relyingParty: _, ...held } = side.card
  const nonce = Uint8Array.from(randomBytes(32))
  const body = encodeCardBody({ ...held, terms, desks, nonce, ...(relyingParty && { relyingParty }) })
  const card = decodeCard(encodeCard(body, await side.keys.rootSign(body, cardPrefix)), nodeSuite)
  if (isRefusal(card)) return card.refusal === "bad-card" ? refuse("bad-terms", card.details) : card
  replaceAtomically(join(side.path, files.card), `${cardText(card)}\n`, { scrub: false })
  return card
}

/** True, or which word is wrong. (CH-6) */
export const checkTyped = ({ words }: Ceremony, typed: string): true | Refusal => checkWords(typed, words, lists)

/** Two named persons confirm, and our roots sign; on an example line one is enough, and needs no name. (CH-5, CH-6, CH-10) */
export const confirm = async (
  side: Side,
  ceremony: Ceremony,
  persons: readonly Person[],
  { place, at }: { readonly place: string; readonly at: number },
): Promise<CeremonyRecord | Refusal> => {
  const { charter, words } = ceremony
  if (isPaired(side.path)) return refuse("paired-already")
  const fault = personsFault(persons, charter.terms.example)
  if (fault !== undefined) return fault
  for (const [at, { typed }] of persons.entries()) {
    const right = checkTyped(ceremony, typed)
    if (isRefusal(right)) return refuse(right.refusal, { ...right.details, person: at + 1 })
  }
  const record: CeremonyRecord = {
    line: hex(charter.line),
    charter: hex(charter.hash),
    us: charter.parties.findIndex(party => equal(party.hash, side.card.hash)),
    parties: charter.parties.map(({ code, names, hash }) => ({ code, names, card: hex(hash) })),
    words,
    persons: persons.map(({ name, typed }) => ({ name: name.trim(), form: formOf(typed) })),
    place: place.trim().slice(0, nameCharsMax),
    at,
  }
  replaceAtomically(
    join(side.path, recordFile),
    `${JSON.stringify({ version: recordVersion, ...record }, null, 2)}\n`,
    {
      scrub: false,
    },
  )
  const paired = await pair(side, ceremony, words)
  return isRefusal(paired) ? paired : record
}

const personsFault = (persons: readonly Person[], example: boolean): Refusal | undefined => {
  const names = persons.map(({ name }) => name.trim().normalize("NFKC").toLowerCase())
  if (names.some(name => name.length > nameCharsMax) || persons.length > 2)
    return refuse("bad-request", { field: "persons" })
  const named = names.filter(name => name !== "")
  if (new Set(named).size < named.length || persons.length === 0)
    return refuse("same-person", { persons: named.length })
  return example || named.length === 2 ? undefined : refuse("same-person", { persons: named.length })
}

const formOf = (typed: string): WordForm => {
  const plain = typed.normalize("NFKD").toLowerCase()
  if (/^[^\p{L}]+$/u.test(plain)) return "numbers"
  const first = plain.split(/[^\p{L}\p{M}]+/u).find(word => word !== "") ?? ""
  const has = (language: "en" | "ja" | "zh", word: string): boolean =>
    wordLists[language].some(each => each.normalize("NFKD") === word)
  return has("en", first) ? "en" : has("ja", first) ? "ja" : "zh"
}

/** What was done, of a home that was paired with its record; undefined where there is none. */
export const readCeremony = (path: string): CeremonyRecord | undefined => {
  const file = join(path, recordFile)
  if (!existsSync(file)) return undefined
  const value: unknown = JSON.parse(readFileSync(file, "utf8"))
  if (isRecord(value)) return value
  throw new Error(`${file} is damaged.`)
}

const isRecord = (value: unknown): value is CeremonyRecord =>
  typeof value === "object" &&
  value !== null &&
  "version" in value &&
  value.version === recordVersion &&
  ["line", "charter", "us", "parties", "words", "persons", "place", "at"].every(field => field in value)
