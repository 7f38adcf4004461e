// The line of the examples and vectors: two invented nodes whose every key follows from a seed, and a pen for either log. The roots'
// SLH-DSA signatures take seconds to make, so those that the vectors hold already are taken and verified; `make` alone makes them.
import {
  type Card,
  type CardBody,
  type Charter,
  cardPrefix,
  charterOf,
  charterPrefix,
  checkCharterSignatures,
  decodeCard,
  decodeRootSignatures,
  encodeCard,
  encodeCardBody,
  encodeRootSignatures,
  kidOf,
  type Terms,
} from "../../src/core/charter.ts"
import { assemble, type Body, bodyHash, type Entry, type Fields, toSign } from "../../src/core/entry.ts"
import { compare, concat, equal, fromHex, hex, utf8 } from "../../src/core/hash.ts"
import { type Head, headContext, headText } from "../../src/core/head.ts"
import { keyPrefix, keySigned, type NodeKeys, type Rotation } from "../../src/core/key.ts"
import { append, emptyFrontier, type Frontier, rootOf } from "../../src/core/log.ts"
import { isRefusal } from "../../src/core/refusal.ts"
import { kinds, saysSomething } from "../../src/core/registry.ts"
import { type SeededKeys, seededKeys } from "../../src/keys/seeded.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import { xwingNoble } from "../../src/suites/xwing-noble.ts"
import { type EnrolledOfficers, exampleOfficers } from "./officers.ts"

export type Party = {
  readonly us: number
  readonly seed: Uint8Array
  readonly keys: SeededKeys
  readonly card: Card
  /** Body of its charter entry. */
  readonly charterBody: Uint8Array
}

export type ExampleLine = {
  readonly charter: Charter
  readonly parties: readonly [Party, Party]
  /** Of the first party. */
  readonly officers: EnrolledOfficers
}

/** What was made before, in hex: cards and charter bodies by code, officers' bodies by name. */
export type Made = {
  readonly sides: Readonly<Record<string, { readonly card: string; readonly charterBody: string }>>
  readonly officers: Readonly<Record<string, string>>
}
export const nothingMade: Made = { sides: {}, officers: {} }

/** 2026-10-01T00:00:00Z, in ms: when the examples are said. */
export const start = 1_790_812_800_000

const terms: Terms = {
  example: true,
  languages: ["en", "ja", "zh"],
  replyClocks: [
    { precedence: 3, ms: 1_800_000 },
    { precedence: 4, ms: 300_000 },
  ],
  flashBudget: { count: 6, ms: 3_600_000 },
  retentionYears: 30,
  labels: [{ en: "Not for publication", ja: "公表しない", zh: "不公开" }],
  releases: [{ precedence: 4, persons: 2 }],
  disclosure: [
    { item: 1, level: 2 },
    { item: 16, level: 1 },
  ],
  forms: new Uint8Array(0),
  proofs: [
    { kind: 19, precedence: 4 },
    { kind: 20, precedence: 3 },
    { kind: 32, precedence: 3 },
    { kind: 33, precedence: 3 },
  ],
  soleMs: 300_000,
}

type Described = Pick<CardBody, "names" | "addresses" | "desks" | "zone" | "language">
const watch = { code: "watch", names: { en: "Watch", ja: "当直", zh: "值班" } }
const rescue = {
  code: "rescue",
  names: { en: "Rescue coordination", ja: "救難調整", zh: "搜救协调" },
  clocks: [{ precedence: 4, ms: 90_000 }],
}
const described: Readonly<Record<string, Described>> = {
  tokyo: {
    names: { en: "Tokyo", ja: "東京", zh: "东京" },
    addresses: ["192.0.2.1:7311"],
    desks: [watch, rescue],
    zone: "Asia/Tokyo",
    language: "ja",
  },
  beijing: {
    names: { en: "Beijing", ja: "北京", zh: "北京" },
    addresses: ["[2001:db8::1]:7311"],
    desks: [watch],
    zone: "Asia/Shanghai",
    language: "zh",
  },
}

const hashed = (...parts: string[]): Uint8Array => suite.sha256(...parts.map(utf8))
const must = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(what)
  return value
}

const cardOf = async (code: string, keys: SeededKeys, made: string | undefined): Promise<Card> => {
  const body = encodeCardBody({
    code,
    ...must(described[code], "no such party"),
    roots: keys.roots(),
    nodeKeys: keys.keys,
    tlsSpki: keys.tls.spki,
    base: keys.base,
    nonce: hashed("nonce of ", code),
    terms,
  })
  const bytes = made === undefined ? encodeCard(body, await keys.rootSign(body, cardPrefix)) : fromHex(made)
  const card = decodeCard(must(bytes, "a card in hex"), suite)
  if (isRefusal(card)) throw new Error(`the card of ${code} is refused: ${JSON.stringify(card)}`)
  if (!equal(encodeCardBody(card), body)) throw new Error(`the card of ${code} is not what it was; run make.ts`)
  return card
}

const charterBodyOf = async (
  charter: Charter,
  us: number,
  keys: SeededKeys,
  made: string | undefined,
): Promise<Uint8Array> => {
  const card = must(charter.parties[us], "a party")
  const body =
    made === undefined
      ? encodeRootSignatures(card, await keys.rootSign(charter.bytes, charterPrefix), suite)
      : must(fromHex(made), "a body in hex")
  const signatures = decodeRootSignatures(body)
  if (isRefusal(signatures) || checkCharterSignatures(charter, us, signatures, suite) !== undefined)
    throw new Error(`the charter signatures of ${card.code} are not what they were; run make.ts`)
  return body
}

export const exampleLine = async (made: Made = nothingMade): Promise<ExampleLine> => {
  const sides = []
  for (const code of ["tokyo", "beijing"]) {
    const seed = hashed("parley/1 example ", code)
    const keys = seededKeys(seed, xwingNoble)
    sides.push({ code, seed, keys, card: await cardOf(code, keys, made.sides[code]?.card) })
  }
  sides.sort((a, b) => compare(a.card.hash, b.card.hash))
  const charter = charterOf(sides[0]!.card, sides[1]!.card, suite)
  if (isRefusal(charter)) throw new Error(`the charter is refused: ${charter.refusal}`)
  const parties: Party[] = []
  for (const [us, { code, seed, keys, card }] of sides.entries()) {
    const charterBody = await charterBodyOf(charter, us, keys, made.sides[code]?.charterBody)
    parties.push({ us, seed, keys, card, charterBody })
  }
  const both: [Party, Party] = [parties[0]!, parties[1]!]
  return { charter, parties: both, officers: await exampleOfficers(charter.line, both, made.officers) }
}

export type Said = { readonly entry: Entry; readonly body?: Body }

export const saidOf = ({
  entry,
  body,
}: Said): { readonly cose: string; readonly salt?: string; readonly body?: string } => ({
  cose: hex(entry.bytes),
  ...(body ? { salt: hex(body.salt), body: hex(body.bytes) } : {}),
})

/** Sixteen bytes that look drawn and are not. */
export const act = (name: string): Uint8Array => hashed("act of ", name).slice(0, 16)

/** Writes one party's log; may be told to write what the law refuses. */
export class Pen {
  readonly #line: ExampleLine
  readonly #party: Party
  frontier: Frontier = emptyFrontier()
  readonly numbers = [0, 0, 0, 0]
  time = start
  /** The node keys in force. */
  keys: NodeKeys

  constructor(line: ExampleLine, us: number) {
    this.#line = line
    this.#party = line.parties[us]!
    this.keys = this.#party.keys.keys
  }

  get root(): Uint8Array {
    return rootOf(this.frontier, suite)
  }

  /** The next entry, signed and not yet of the log. `body` is hashed with a salt by its own hash. */
  sign(changed: Partial<Fields> & { readonly kind: number }, bytes?: Uint8Array, by: Party = this.#party): Said {
    const { charter } = this.#line
    const body = bytes && { salt: suite.sha256(utf8("salt"), bytes).slice(0, 16), bytes }
    const traffic = changed.traffic ?? (saysSomething(changed.kind) ? 0 : 3)
    const fields: Fields = {
      line: charter.line,
      author: this.#party.us,
      generation: 1,
      seq: this.frontier.size + 1,
      ownRoot: this.root,
      seen: [],
      time: this.time,
      precedence: 1,
      refs: [],
      action: [],
      info: [],
      handling: 0,
      releases: [],
      ...(saysSomething(changed.kind) ? { number: this.numbers[traffic]! + 1 } : {}),
      ...(body ? { bodyHash: bodyHash(body, suite) } : {}),
      ...changed,
      traffic,
    }
    const key =
      fields.author === this.#party.us ? this.keys[0] : (charter.parties[fields.author]?.nodeKeys[0] ?? this.keys[0])
    const unsigned = toSign(fields, kidOf(key, suite), key.alg)
    const own = by === this.#party ? this.keys[0] : undefined
    const [signature] = by.keys.sign([unsigned.signed], own) as Uint8Array[]
    const entry = assemble(unsigned, signature!, suite)
    return body ? { entry, body } : { entry }
  }

  /** The entry takes its place. */
  take(said: Said): Said {
    this.frontier = append(this.frontier, said.entry.hash, suite)
    if (said.entry.number !== undefined) this.numbers[said.entry.traffic] = said.entry.number
    this.time += 1_000
    return said
  }

  say(changed: Partial<Fields> & { readonly kind: number }, body?: Uint8Array): Said {
    return this.take(this.sign(changed, body))
  }

  charter(): Said {
    return this.say({ kind: kinds.charter, precedence: 2 }, this.#party.charterBody)
  }

  /** What the other side has seen once it holds all of this. */
  seen(): Fields["seen"] {
    return [{ author: this.#party.us, generation: 1, size: this.frontier.size, root: this.root }]
  }

  head(changed: Partial<Head> = {}): Head {
    const unsigned = { author: this.#party.us, generation: 1, size: this.frontier.size, root: this.root, ...changed }
    const text = utf8(headText(this.#line.charter.line, unsigned))
    const [ed25519] = this.#party.keys.sign([text], this.keys[0]) as Uint8Array[]
    const mlDsa65 = this.#party.keys.signPost(text, headContext, this.keys[1]) as Uint8Array
    return { ...unsigned, ed25519: ed25519!, mlDsa65 }
  }

  /** The body of a rotation to the party's next keys. (K-2) */
  rotation(changed: Partial<Rotation> = {}): Rotation {
    const { keys } = this.#party
    const next = { replaces: kidOf(this.keys[0], suite), keys: keys.makeNodeKeys(-19) as NodeKeys, ...changed }
    const signed = concat(keyPrefix, keySigned(this.#line.charter, this.#party.us, { type: "rotation", ...next }))
    const post = (by: NodeKeys): Uint8Array => keys.signPost(signed, keyPrefix, by[1]) as Uint8Array
    const held = keys.holds(next.keys[0]) ? next.keys : this.keys
    const [first] = keys.sign([signed], held[0]) as Uint8Array[]
    return { type: "rotation", proofs: [first!, post(held)], post: post(this.keys), ...next, ...changed }
  }
}
