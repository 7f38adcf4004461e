// The charter: who stands on the line and under which terms (page: protocol/charter.md). Built from two cards, the same bytes on
// both sides; its hash names the line.
import { decode, encode, type Value } from "./cbor.ts"
import { type Desk, deskValue, readDesks } from "./desk.ts"
import { base64url, compare, concat, equal, fromBase64url, utf8 } from "./hash.ts"
import { isXwingPublic } from "./hpke.ts"
import { cardBytesMax, cborDepthMax } from "./limits.ts"
import { type National, nationalOf, nationalValue, readNational } from "./national.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import { type Algorithm, algorithms, type Hash, isClassical, type PublicKey, type Suite } from "./suite.ts"
import { termDifferences } from "./term-fields.ts"
import {
  asArray,
  type Field,
  languageTag,
  type Names,
  namesValue,
  readList,
  readNames,
  readTerms,
  readText,
  type Terms,
  termsValue,
  textsValue,
} from "./terms.ts"

export type { Names, Terms } from "./terms.ts"

export type Card = {
  readonly bytes: Uint8Array
  readonly hash: Hash
  readonly code: string
  readonly names: Names
  readonly roots: readonly PublicKey[]
  readonly nodeKeys: readonly PublicKey[]
  readonly tlsSpki: Hash
  readonly base: Uint8Array
  readonly addresses: readonly string[]
  readonly desks: readonly Desk[]
  readonly zone: string
  readonly language: string
  readonly nonce: Uint8Array
  readonly relyingParty?: { readonly id: string; readonly origin: string }
  readonly terms: Terms
  readonly national?: National
}

export type Charter = {
  readonly bytes: Uint8Array
  readonly hash: Hash
  readonly line: Uint8Array
  readonly parties: readonly Card[]
  readonly terms: Terms
}

/** What a party writes into its card; the signatures of its roots make it a Card. */
export type CardBody = Omit<Card, "bytes" | "hash">

/** One root's signature over the charter, as it stands in the body of a `charter` entry. */
export type RootSignature = { readonly alg: number; readonly kid: Uint8Array; readonly signature: Uint8Array }

const version = 1
/** What roots sign begins with one of these; for SLH-DSA it is the context string as well. (CH-3) */
export const cardPrefix = utf8("parley/1 card")
export const charterPrefix = utf8("parley/1 charter")
const textStart = "parley-card-1 "

export const encodeCardBody = (card: CardBody): Uint8Array => {
  const body = new Map<number, Value>([
    [1, version],
    [2, card.code],
    [3, namesValue(card.names)],
    [4, keysValue(card.roots)],
    [5, keysValue(card.nodeKeys)],
    [6, card.tlsSpki],
    [7, card.base],
    [8, card.addresses],
    [9, card.desks.map(deskValue)],
    [10, card.zone],
    [11, card.language],
    [12, card.nonce],
  ])
  if (card.relyingParty) body.set(13, textsValue([card.relyingParty.id, card.relyingParty.origin]))
  body.set(14, termsValue(card.terms))
  return encode(card.national ? body.set(15, nationalValue(card.national)) : body)
}

/** `signatures`: by each root in the card's order, over cardPrefix ‖ body. */
export const encodeCard = (body: Uint8Array, signatures: readonly Uint8Array[]): Uint8Array =>
  encode([body, signatures])

/** A card whose keys are sound and whose roots have signed it; else a refusal that names the field. (CH-3) */
export const decodeCard = (bytes: Uint8Array, suite: Suite): Card | Refusal => {
  const card = decode(bytes, { bytesMax: cardBytesMax, depthMax: cborDepthMax })
  if (isRefusal(card))
    return card.refusal === "too-large" ? card : refuse("bad-card", { field: "cbor", why: card.refusal })
  const [bodyBytes, list, more] = asArray(card)
  const signatures = asArray(list).filter(each => each instanceof Uint8Array)
  if (!(bodyBytes instanceof Uint8Array) || more !== undefined) return refuse("bad-card", { field: "card" })
  const body = decode(bodyBytes, { bytesMax: cardBytesMax, depthMax: cborDepthMax })
  if (!(body instanceof Map)) return refuse("bad-card", { field: "body" })
  if (body.get(1) !== version) return refuse("wrong-version", { card: String(body.get(1)) })
  const read = readCardBody(body)
  if (typeof read === "string") return refuse("bad-card", { field: read })
  const fault = keyFault(read, suite)
  if (fault !== undefined) return refuse("bad-card", { field: fault })
  if (asArray(list).length !== signatures.length || !rootsSigned(read.roots, signatures, bodyBytes, cardPrefix, suite))
    return refuse("bad-card", { field: "signature" })
  return { ...read, bytes, hash: suite.sha256(bytes) }
}

/** One line for the eye, the clipboard and a QR code. */
export const cardText = (card: Card): string => textStart + base64url(card.bytes)

/** Takes what mail and paper do to a line: other white space, and breaks inside. */
export const parseCardText = (text: string, suite: Suite): Card | Refusal => {
  const trimmed = text.trim()
  const version = /^parley-card-(\d{1,9})\s/.exec(trimmed)?.[1]
  if (version !== undefined && version !== "1") return refuse("wrong-version", { card: version })
  const bytes = trimmed.startsWith(textStart.trim())
    ? fromBase64url(trimmed.slice(textStart.trim().length).replace(/\s/g, ""))
    : undefined
  return bytes === undefined ? refuse("bad-card", { field: "text" }) : decodeCard(bytes, suite)
}

/** The charter of two cards, the same whichever is named first. (CH-4) */
export const charterOf = (cardA: Card, cardB: Card, suite: Suite): Charter | Refusal => {
  const [first, second] = compare(cardA.hash, cardB.hash) < 0 ? [cardA, cardB] : [cardB, cardA]
  const same = sameness(first, second)
  if (same !== undefined) return refuse("bad-card", { field: same, why: "both cards have the same" })
  const differing = termDifferences(first.terms, second.terms)
  if (differing.length > 0) return refuse("terms-differ", { fields: differing.join(" ") })
  const bytes = encode(
    new Map<number, Value>([
      [1, version],
      [2, [first.bytes, second.bytes]],
    ]),
  )
  const hash = suite.sha256(bytes)
  return { bytes, hash, line: hash.slice(0, 16), parties: [first, second], terms: first.terms }
}

/** A charter read back, with everything checked that was checked at pairing. */
export const decodeCharter = (bytes: Uint8Array, suite: Suite): Charter | Refusal => {
  const map = decode(bytes, { bytesMax: 2 * cardBytesMax + 64, depthMax: cborDepthMax })
  if (isRefusal(map)) return map
  if (!(map instanceof Map)) return refuse("malformed", { field: "charter" })
  if (map.get(1) !== version) return refuse("wrong-version", { charter: String(map.get(1)) })
  const [a, b] = asArray(map.get(2)).map(card =>
    card instanceof Uint8Array ? decodeCard(card, suite) : refuse("bad-card", { field: "card" }),
  )
  if (a === undefined || b === undefined) return refuse("malformed", { field: "parties" })
  if (isRefusal(a)) return a
  if (isRefusal(b)) return b
  const charter = charterOf(a, b, suite)
  // Order, count and unknown keys: there is one encoding of one charter.
  return isRefusal(charter) || equal(charter.bytes, bytes) ? charter : refuse("malformed", { field: "charter" })
}

/** What the roots of both sides sign in entry 1 of their logs. */
export const charterSignedBytes = (charter: Charter): Uint8Array => concat(charterPrefix, charter.bytes)

export const kidOf = (key: PublicKey, suite: Suite): Uint8Array => suite.sha256(key.public).slice(0, 8)

/** The body of a `charter` entry, from the signatures of all roots in the card's order. */
export const encodeRootSignatures = (card: Card, signatures: readonly Uint8Array[], suite: Suite): Uint8Array => {
  return encode(new Map<number, Value>([[1, rootSignatureRows(card, signatures, suite)]]))
}

/** Rows [alg, kid, signature], as they stand in bodies that roots sign. */
export const rootSignatureRows = (card: Card, signatures: readonly Uint8Array[], suite: Suite): Value =>
  card.roots.map((root, at) => [root.alg, kidOf(root, suite), signatures[at] ?? empty])

export const decodeRootSignatures = (body: Uint8Array): readonly RootSignature[] | Refusal => {
  const map = decode(body, { bytesMax: cardBytesMax, depthMax: cborDepthMax })
  if (isRefusal(map)) return map
  return readRootSignatures(map instanceof Map && map.size === 1 ? map.get(1) : undefined)
}

/** Rows [alg, kid, signature], one for each root. */
export const readRootSignatures = (value: Field): readonly RootSignature[] | Refusal => {
  const signatures: RootSignature[] = []
  for (const row of asArray(value)) {
    const [alg, kid, signature, more] = asArray(row)
    if (
      typeof alg !== "number" ||
      !(kid instanceof Uint8Array) ||
      !(signature instanceof Uint8Array) ||
      more !== undefined
    )
      return refuse("malformed", { field: "root signatures" })
    signatures.push({ alg, kid, signature })
  }
  return signatures.length > 0 ? signatures : refuse("malformed", { field: "root signatures" })
}

/** Whether every root of one party has signed this charter, in the card's order; undefined when so. (CH-5) */
export const checkCharterSignatures = (
  charter: Charter,
  author: number,
  signatures: readonly RootSignature[],
  suite: Suite,
): Refusal | undefined => {
  const card = charter.parties[author]
  if (card === undefined) return refuse("unknown-author", { author })
  return checkRootSignatures(card, signatures, { message: charter.bytes, prefix: charterPrefix }, suite)
}

/** Whether every root of a party has signed prefix ‖ message, in the card's order; undefined when so. (CH-5) */
export const checkRootSignatures = (
  { roots, code }: Card,
  signatures: readonly RootSignature[],
  { message, prefix }: { readonly message: Uint8Array; readonly prefix: Uint8Array },
  suite: Suite,
): Refusal | undefined => {
  const named = roots.every((root, at) => {
    const row = signatures[at]
    return row?.alg === root.alg && equal(row.kid, kidOf(root, suite))
  })
  if (!named || signatures.length !== roots.length) return refuse("unknown-key", { party: code })
  const raw = signatures.map(each => each.signature)
  return rootsSigned(roots, raw, message, prefix, suite) ? undefined : refuse("bad-signature", { party: code })
}

const empty = new Uint8Array(0)

const rootsSigned = (
  roots: readonly PublicKey[],
  signatures: readonly Uint8Array[],
  message: Uint8Array,
  prefix: Uint8Array,
  suite: Suite,
): boolean => {
  const signed = concat(prefix, message)
  return (
    signatures.length === roots.length &&
    roots.every((root, at) =>
      suite.verify(root, signed, signatures[at] ?? empty, root.alg === algorithms.slhDsa128s ? prefix : empty),
    )
  )
}

/** What two parties may not share: one card twice, one code on both sides' screens, or one key, which could speak for both. */
const sameness = (a: Card, b: Card): string | undefined => {
  if (equal(a.bytes, b.bytes)) return "card"
  if (a.code === b.code) return "code"
  if (equal(a.base, b.base) || equal(a.tlsSpki, b.tlsSpki)) return "key"
  const keysOf = ({ roots, nodeKeys, national }: Card): Uint8Array[] =>
    [...roots, ...nodeKeys, ...(national?.own ? [national.own] : [])].map(key => key.public)
  return keysOf(b).some(key => keysOf(a).some(our => equal(our, key))) ? "key" : undefined
}

const keyFault = (card: CardBody, suite: Suite): string | undefined => {
  const keys = [...card.roots, ...card.nodeKeys]
  if (!keys.every(key => suite.sound(key))) return "keys"
  // A root that is also a node key would not be kept offline; and a kid names one key.
  if (keys.some((key, at) => keys.slice(at + 1).some(other => equal(key.public, other.public)))) return "keys"
  // CH-13: what is not known here is not judged here.
  const own = card.national?.own
  if (own && nationalOf(suite, own.suite)?.sound(own.public) === false) return "national"
  return isXwingPublic(card.base) ? undefined : "base"
}

// Values of the fields, and back. A reader gives undefined for what is not of the form; `readCardBody` names the field.

const keysValue = (keys: readonly PublicKey[]): Value => keys.map(key => [key.alg, key.public])

/** The body, or the name of the field that is not of the form. */
const readCardBody = (body: ReadonlyMap<number, Value>): CardBody | string => {
  const read = {
    code: readText(body.get(2), /^[a-z0-9-]{1,16}$/),
    names: readNames(body.get(3)),
    roots: readKeys(body.get(4), algorithms.slhDsa128s),
    nodeKeys: readKeys(body.get(5), algorithms.mlDsa65),
    tlsSpki: readBytes(body.get(6), 32),
    base: readBytes(body.get(7), 1_216),
    addresses: readList(body.get(8), each => readText(each, hostAndPort)),
    desks: readDesks(body.get(9)),
    zone: readText(body.get(10), /^[A-Za-z0-9_+/-]{1,64}$/),
    language: readText(body.get(11), languageTag),
    nonce: readBytes(body.get(12), 32),
    relyingParty: body.has(13) ? readRelyingParty(body.get(13)) : null,
    terms: readTerms(body.get(14)),
    national: body.has(15) ? readNational(body.get(15)) : null,
  }
  if (body.size !== 13 + Number(body.has(13)) + Number(body.has(15))) return "unknown field"
  for (const [name, value] of Object.entries(read)) if (value === undefined) return name
  const { relyingParty, national, ...others } = read
  // None is undefined, as seen above.
  return { ...others, ...(relyingParty && { relyingParty }), ...(national && { national }) } as CardBody
}

const hostAndPort = /^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):[1-9][0-9]{0,4}$/
const readBytes = (value: Field, length: number): Uint8Array | undefined =>
  value instanceof Uint8Array && value.length === length ? value : undefined

export const readRelyingParty = (value: Field): { id: string; origin: string } | undefined => {
  if (!(value instanceof Map) || value.size !== 2) return undefined
  const id = readText(value.get(1), /^[a-z0-9.-]{1,253}$/)
  const origin = readText(value.get(2), /^https?:\/\/[a-z0-9.-]{1,253}(?::[1-9][0-9]{0,4})?$/)
  return id !== undefined && origin !== undefined ? { id, origin } : undefined
}

/** Two keys: a classical one, for a hardware module without Ed25519 an ECDSA one, and beside it the post-quantum one named. */
const readKeys = (value: Field, second: Algorithm): PublicKey[] | undefined => {
  const keys = readList(value, each => {
    const [alg, bytes, more] = asArray(each)
    const known = Object.values(algorithms).find(algorithm => algorithm === alg)
    return known !== undefined && bytes instanceof Uint8Array && more === undefined
      ? { alg: known, public: bytes }
      : undefined
  })
  return keys?.length === 2 && isClassical(keys[0]!.alg) && keys[1]!.alg === second ? keys : undefined
}
