// Terms of a charter: what both cards propose alike (page: protocol/charter.md, section 1), and the readers that cards share with them.
import type { Value } from "./cbor.ts"
import { type Disclosure, disclosureValue, readDisclosure } from "./disclosure.ts"
import { cardItemsMax, nameCharsMax, releasesMax } from "./limits.ts"
import { kinds, precedences, saysSomething } from "./registry.ts"
import { isPlainLine } from "./text.ts"

export type Names = { readonly en: string; readonly ja: string; readonly zh: string }

export type Terms = {
  readonly example: boolean
  readonly languages: readonly string[]
  /** By precedence index: how long an answer may take, ms. */
  readonly replyClocks: readonly { readonly precedence: number; readonly ms: number }[]
  readonly flashBudget: { readonly count: number; readonly ms: number }
  readonly retentionYears: number
  readonly labels: readonly Names[]
  readonly releases: readonly { readonly precedence: number; readonly persons: number }[]
  readonly disclosure: Disclosure
  readonly forms: Uint8Array
  /** Kinds whose entries need an officer's own proof, from which precedence on. (OF-8) */
  readonly proofs: readonly { readonly kind: number; readonly precedence: number }[]
  /** How long a second officer has to answer before one may release alone, ms. (OF-9) */
  readonly soleMs: number
}

export const termsValue = (terms: Terms): Value =>
  new Map<number, Value>([
    [1, terms.example],
    [2, terms.languages],
    [3, terms.replyClocks.map(clock => [clock.precedence, clock.ms])],
    [4, [terms.flashBudget.count, terms.flashBudget.ms]],
    [5, terms.retentionYears],
    [6, disclosureValue(terms.disclosure)],
    [7, terms.labels.map(namesValue)],
    [8, terms.releases.map(release => [release.precedence, release.persons])],
    [9, terms.forms],
    [10, terms.proofs.map(proof => [proof.kind, proof.precedence])],
    [11, terms.soleMs],
  ])

export type Field = Value | undefined

export const readTerms = (value: Field): Terms | undefined => {
  if (!(value instanceof Map) || value.size !== 11) return undefined
  const map: ReadonlyMap<number, Value> = value
  const example = map.get(1)
  const languages = readList(map.get(2), each => readText(each, languageTag))
  const clocks = readByPrecedence(map.get(3), Number.MAX_SAFE_INTEGER)
  const budget = readPair(map.get(4))
  const retentionYears = readUint(map.get(5))
  const disclosure = readDisclosure(map.get(6))
  const labels = readList(map.get(7), readNames)
  const releases = readByPrecedence(map.get(8), releasesMax)
  const forms = map.get(9)
  const proofs = readProofs(map.get(10))
  const soleMs = readUint(map.get(11))
  if (typeof example !== "boolean" || !languages || !clocks || !budget || retentionYears === undefined) return undefined
  if (!disclosure || !labels || !releases || !(forms instanceof Uint8Array) || ![0, 32].includes(forms.length))
    return undefined
  if (!proofs || soleMs === undefined) return undefined
  return {
    example,
    languages,
    replyClocks: clocks.map(([precedence, ms]) => ({ precedence, ms })),
    flashBudget: { count: budget[0], ms: budget[1] },
    retentionYears,
    labels,
    releases: releases.map(([precedence, persons]) => ({ precedence, persons })),
    disclosure,
    forms,
    proofs: proofs.map(([kind, precedence]) => ({ kind, precedence })),
    soleMs,
  }
}

// Values, and back. A reader gives undefined for what is not of the form.

export const namesValue = (names: Names): Value => textsValue([names.en, names.ja, names.zh])
export const textsValue = (texts: readonly string[]): Value =>
  new Map(texts.map((text, at): [number, Value] => [at + 1, text]))
export const asArray = (value: Field): readonly Value[] => (Array.isArray(value) ? value : [])

export const readUint = (value: Field): number | undefined =>
  typeof value === "number" && value >= 0 ? value : undefined

export const languageTag = /^[A-Za-z0-9-]{2,16}$/

export const readText = (value: Field, form: RegExp): string | undefined =>
  typeof value === "string" && form.test(value) ? value : undefined

export const readName = (value: Field): string | undefined =>
  typeof value === "string" && value.length > 0 && value.length <= nameCharsMax && isPlainLine(value)
    ? value
    : undefined

export const readList = <Item>(value: Field, read: (item: Field) => Item | undefined): Item[] | undefined => {
  if (!Array.isArray(value) || value.length > cardItemsMax) return undefined
  const items = value.map(read).filter(item => item !== undefined)
  return items.length === value.length ? items : undefined
}

const readPair = (value: Field): [number, number] | undefined => {
  const pair = readList(value, readUint)
  return pair?.length === 2 ? [pair[0]!, pair[1]!] : undefined
}

/** Pairs [precedence, 1 … most], each precedence at most once and in order. */
export const readByPrecedence = (value: Field, most: number): [number, number][] | undefined => {
  const pairs = readList(value, readPair)
  const inOrder = pairs?.every(([precedence, amount], at) => {
    const before = pairs[at - 1]?.[0] ?? -1
    return precedence > before && precedence < precedences.length && amount >= 1 && amount <= most
  })
  return inOrder ? pairs : undefined
}

/** What people do, and what says something: never what a node says of itself. */
const mayNeedProof = (kind: number): boolean =>
  saysSomething(kind) || (kind >= kinds.acknowledged && kind <= kinds.refused)

/** Pairs [kind, least precedence], by kind ascending, none twice. */
const readProofs = (value: Field): [number, number][] | undefined => {
  const pairs = readList(value, readPair)
  const inOrder = pairs?.every(
    ([kind, precedence], at) =>
      kind > (pairs[at - 1]?.[0] ?? 0) && mayNeedProof(kind) && precedence < precedences.length,
  )
  return inOrder ? pairs : undefined
}

export const readNames = (value: Field): Names | undefined => {
  if (!(value instanceof Map) || value.size !== 3) return undefined
  const [en, ja, zh] = [readName(value.get(1)), readName(value.get(2)), readName(value.get(3))]
  return en !== undefined && ja !== undefined && zh !== undefined ? { en, ja, zh } : undefined
}
