// One entry: what a party says, signed, at one place of its log (page: protocol/entry.md). Decoding gives an Entry that is already
// well formed, or a Refusal; whether it fits the log is core/log.ts's to say.
import { decode, encode, type Value } from "./cbor.ts"
import { kidOf } from "./charter.ts"
import { equal, hex } from "./hash.ts"
import {
  cborDepthMax,
  desksMax,
  entryBytesMax,
  officerCharsMax,
  partiesMax,
  refsMax,
  releasesMax,
  timeMsMax,
} from "./limits.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import {
  field,
  firstFreeCritical,
  firstNonCritical,
  lastNonCritical,
  precedences,
  saysSomething,
  traffics,
} from "./registry.ts"
import type { Hash, PublicKey, Suite } from "./suite.ts"

/** The largest contiguous size of a peer's log that the author held durably, and the root computed from it. (E-8) */
export type Seen = {
  readonly author: number
  readonly generation: number
  readonly size: number
  readonly root: Hash
}

/** A desk of a party, by its place in the charter's list of that party's desks. */
export type DeskAddress = { readonly party: number; readonly desk: number }

/** A person's release. `node`: said by the node, `officer` is the name given out under the disclosure policy, proof empty.
 *  `key`: `proof` is the officer key's signature over the act digest. `passkey`: `proof` is the WebAuthn assertion. (E-19) */
export type Release = {
  readonly type: "node" | "key" | "passkey"
  readonly officer: string
  readonly proof: Uint8Array
}

/** Where an entry stands, generation apart. */
export type InLog = { readonly author: number; readonly generation: number; readonly seq: number }

/** The signed fields. Absent optional fields are absent on the wire. Times are UTC milliseconds since 1970 by the author's clock. */
export type Fields = {
  readonly line: Uint8Array // 16 B
  readonly author: number // place in the charter's parties, from 0
  readonly generation: number // from 1
  readonly seq: number // from 1
  readonly ownRoot: Hash // the author's tree root at size seq − 1; the empty root for 1
  readonly seen: readonly Seen[] // by author, ascending; a peer of which nothing is held is left out
  readonly time: number
  readonly notAfter?: number
  readonly traffic: number // index in registry.traffics
  readonly number?: number // from 1, gapless per author, generation and traffic; only what says something has one
  readonly precedence: number // index in registry.precedences
  readonly kind: number
  readonly refs: readonly Hash[]
  readonly bodyHash?: Hash // SHA-256(salt ‖ body)
  readonly action: readonly DeskAddress[]
  readonly info: readonly DeskAddress[]
  readonly handling: number // 0: none; else place in the charter's labels, from 1
  readonly act?: Uint8Array // 16 B
  readonly releases: readonly Release[]
  readonly sole?: number // when the second officer was asked, who has not answered; ms (OF-9)
}

export type Entry = Fields & {
  readonly bytes: Uint8Array // the whole COSE_Sign1
  readonly hash: Hash // leaf hash: SHA-256(0x00 ‖ bytes). What refs, receipts and people name it by.
  readonly signed: Uint8Array // Sig_structure, what the signature covers
  readonly kid: Uint8Array // first 8 bytes of SHA-256 of the public key
  readonly alg: number
  readonly signature: Uint8Array
}

/** A body and its salt travel beside the entry. */
export type Body = { readonly salt: Uint8Array; readonly bytes: Uint8Array }

/** An entry with the body that travels beside it: absent when there is none, or when it is not held. */
export type Carried = { readonly entry: Entry; readonly body?: Body }

/** What is signed, before it is signed: an effect away from `assemble`. */
export type Unsigned = {
  readonly fields: Fields
  readonly kid: Uint8Array
  readonly alg: number
  readonly protectedBytes: Uint8Array
  readonly payload: Uint8Array
  readonly signed: Uint8Array
}

const lawVersion = 1
const kidBytes = 8
const hashBytes = 32
const idBytes = 16
const header = { alg: 1, kid: 4 } as const // RFC 9052, section 3.1
const none = new Uint8Array(0)
const leafPrefix = Uint8Array.of(0x00) // RFC 9162, section 2.1.1
const signaturePrefix = encode(["Signature1"]).slice(1) // RFC 9052, section 4.4
const releaseTypes = ["node", "key", "passkey"] as const

/** By the author's own country's suite. (E-21) */
export type SecondSignature = { readonly suite: number; readonly signature: Uint8Array }

/** The payload's bytes. Fields out of their range are our own fault; `decodeEntry` is what judges. (E-1) */
export const encodePayload = (fields: Fields, second?: SecondSignature): Uint8Array => {
  const payload = new Map<number, Value>([
    [field.version, lawVersion],
    [field.line, fields.line],
    [field.author, fields.author],
    [field.generation, fields.generation],
    [field.seq, fields.seq],
    [field.ownRoot, fields.ownRoot],
  ])
  const { seen, refs, action, info, releases } = fields
  if (seen.length > 0)
    payload.set(
      field.seen,
      seen.map(it => [it.author, it.generation, it.size, it.root]),
    )
  payload.set(field.time, fields.time)
  if (fields.notAfter !== undefined) payload.set(field.notAfter, fields.notAfter)
  payload.set(field.traffic, fields.traffic)
  if (fields.number !== undefined) payload.set(field.number, fields.number)
  payload.set(field.precedence, fields.precedence)
  payload.set(field.kind, fields.kind)
  if (refs.length > 0) payload.set(field.refs, refs)
  if (fields.bodyHash !== undefined) payload.set(field.bodyHash, fields.bodyHash)
  if (action.length > 0) payload.set(field.action, desksValue(action))
  if (info.length > 0) payload.set(field.info, desksValue(info))
  if (fields.handling !== 0) payload.set(field.handling, fields.handling)
  if (fields.act !== undefined) payload.set(field.act, fields.act)
  if (releases.length > 0)
    payload.set(
      field.releases,
      releases.map(it => [releaseTypes.indexOf(it.type), it.officer, it.proof]),
    )
  if (fields.sole !== undefined) payload.set(field.sole, fields.sole)
  if (second) payload.set(field.second, [second.suite, second.signature])
  return encode(payload)
}

export const desksValue = (desks: readonly DeskAddress[]): Value => desks.map(it => [it.party, it.desk])

/** The protected header. (E-1) */
export const encodeHeader = (kid: Uint8Array, alg: number): Uint8Array =>
  encode(
    new Map<number, Value>([
      [header.alg, alg],
      [header.kid, kid],
    ]),
  )

/** The COSE Sig_structure of an entry, and its parts. (E-15) */
export const toSign = (fields: Fields, kid: Uint8Array, alg: number, second?: SecondSignature): Unsigned => {
  const payload = encodePayload(fields, second)
  const protectedBytes = encodeHeader(kid, alg)
  return { fields, kid, alg, protectedBytes, payload, signed: encode(["Signature1", protectedBytes, none, payload]) }
}

/** Bytes of the entry once it is signed: to be asked before a person's act is put under a signature. (LI-1) */
export const entryBytes = (parts: Unsigned, signatureBytes: number): number =>
  encode([parts.protectedBytes, new Map(), parts.payload, new Uint8Array(signatureBytes)]).length

/** The entry of a signature that our own key made. (E-1) */
export const assemble = (parts: Unsigned, signature: Uint8Array, suite: Suite): Entry => {
  const bytes = encode([parts.protectedBytes, new Map(), parts.payload, signature])
  const { fields, signed, kid, alg } = parts
  return { ...fields, bytes, hash: leafHash(bytes, suite), signed, kid, alg, signature }
}

/** The name of an entry, and its leaf in the author's tree. Covers the signature, so that none can be exchanged. (E-1) */
export const leafHash = (bytes: Uint8Array, suite: Suite): Hash => suite.sha256(leafPrefix, bytes)

/** What an entry commits to of its body. The salt keeps a short body from being guessed by its hash. (E-12) */
export const bodyHash = (body: Body, suite: Pick<Suite, "sha256">): Hash => suite.sha256(body.salt, body.bytes)

/** `keys`: what the author has declared. The suite refuses what two verifiers could judge differently: high s, keys of low order. (E-15) */
export const checkSignature = (entry: Entry, keys: readonly PublicKey[], suite: Suite): true | Refusal => {
  const named = keys.filter(key => key.alg === entry.alg && equal(kidOf(key, suite), entry.kid))
  const facts = { author: entry.author, generation: entry.generation, seq: entry.seq, kid: hex(entry.kid) }
  if (named.length === 0) return refuse("unknown-key", facts)
  return named.some(key => suite.verify(key, entry.signed, entry.signature)) || refuse("bad-signature", facts)
}

/** Bytes → a well-formed entry. Its bytes are kept whole, so keys 64 to 255 are stored and relayed unread. Parts of the entry are
 *  views of `bytes`: whoever keeps an entry gives it bytes of its own. (E-1, E-2, E-16) */
export const decodeEntry = (bytes: Uint8Array, suite: Suite, hash?: Hash): Entry | Refusal => {
  const cose = decode(bytes, { bytesMax: entryBytesMax, depthMax: cborDepthMax })
  if (isRefusal(cose)) return cose
  if (!Array.isArray(cose) || cose.length !== 4) return refuse("malformed", { field: "COSE_Sign1" })
  const [protectedBytes, unprotected, payload, signature]: readonly Value[] = cose
  if (!(protectedBytes instanceof Uint8Array && payload instanceof Uint8Array && signature instanceof Uint8Array))
    return refuse("malformed", { field: "COSE_Sign1" })
  if (!(unprotected instanceof Map && unprotected.size === 0)) return refuse("malformed", { field: "unprotected" })
  const key = decodeHeader(protectedBytes)
  if (isRefusal(key)) return key
  const fields = decodePayload(payload)
  if (isRefusal(fields)) return fields
  const signed = sigStructure(bytes, protectedBytes, payload)
  return { ...fields, bytes, hash: hash ?? leafHash(bytes, suite), signed, kid: key.kid, alg: key.alg, signature }
}

const decodeHeader = (bytes: Uint8Array): { readonly kid: Uint8Array; readonly alg: number } | Refusal => {
  const headers = decode(bytes, { bytesMax: entryBytesMax, depthMax: cborDepthMax })
  if (isRefusal(headers)) return headers
  if (!(headers instanceof Map)) return refuse("malformed", { field: "protected" })
  // Every protected header is critical here: what we do not know might say how the signature is to be read.
  for (const key of headers.keys())
    if (key !== header.alg && key !== header.kid) return refuse("newer-law", { header: key })
  const [alg, kid] = [headers.get(header.alg), headers.get(header.kid)]
  if (typeof alg !== "number" || !isBytes(kid, kidBytes)) return refuse("malformed", { field: "protected" })
  return { alg, kid }
}

/** Protected header and payload stand in the entry as they stand in the Sig_structure, heads included: they are copied together. */
const sigStructure = (bytes: Uint8Array, protectedBytes: Uint8Array, payload: Uint8Array): Uint8Array => {
  const protectedEnd = protectedBytes.byteOffset - bytes.byteOffset + protectedBytes.length
  const payloadEnd = payload.byteOffset - bytes.byteOffset + payload.length
  const signed = new Uint8Array(signaturePrefix.length + payloadEnd)
  signed[0] = 0x84
  signed.set(signaturePrefix, 1)
  signed.set(bytes.subarray(1, payloadEnd), 1 + signaturePrefix.length)
  // No external data, where the entry has its empty unprotected header.
  signed[protectedEnd + signaturePrefix.length] = 0x40
  return signed
}

const decodePayload = (bytes: Uint8Array): Fields | Refusal => {
  const payload = decode(bytes, { bytesMax: entryBytesMax, depthMax: cborDepthMax })
  if (isRefusal(payload)) return payload
  if (!(payload instanceof Map)) return wrong("payload")
  // E-2 before E-16: in another version the same keys may mean something else.
  const version = payload.get(field.version)
  if (version !== lawVersion) return refuse("wrong-version", typeof version === "number" ? { version } : {})
  for (const key of payload.keys()) {
    if (key < 1 || (key >= firstFreeCritical && key < firstNonCritical)) return refuse("newer-law", { key })
    if (key > lastNonCritical) return refuse("malformed", { key })
  }
  const place = decodePlace(payload)
  if (isRefusal(place)) return place
  const said = decodeSaid(payload)
  if (isRefusal(said)) return said
  const addressed = decodeAddressed(payload)
  return isRefusal(addressed) ? addressed : { ...place, ...said, ...addressed }
}

type Payload = ReadonlyMap<number, Value>
type Place = Pick<Fields, "line" | "author" | "generation" | "seq" | "ownRoot" | "seen" | "time">
type Said = Pick<Fields, "notAfter" | "traffic" | "number" | "precedence" | "kind" | "bodyHash" | "handling" | "act">
type Addressed = Pick<Fields, "refs" | "action" | "info" | "releases" | "sole">

/** Where the entry stands: line, author, place in the log, and what it had before it. (E-3 to E-9) */
const decodePlace = (payload: Payload): Place | Refusal => {
  const line = payload.get(field.line)
  if (!isBytes(line, idBytes)) return wrong("line")
  const author = payload.get(field.author)
  if (!isNumber(author, 0, partiesMax - 1)) return wrong("author")
  const generation = payload.get(field.generation)
  if (!isNumber(generation, 1)) return wrong("generation")
  const seq = payload.get(field.seq)
  if (!isNumber(seq, 1)) return wrong("seq")
  const ownRoot = payload.get(field.ownRoot)
  if (!isBytes(ownRoot, hashBytes)) return wrong("ownRoot")
  const time = payload.get(field.time)
  if (!isNumber(time, 0, timeMsMax)) return wrong("time")
  const rows = list(payload, field.seen, partiesMax - 1)
  if (isRefusal(rows)) return rows
  const seen: Seen[] = []
  for (const row of rows) {
    if (!Array.isArray(row) || row.length !== 4) return wrong("seen")
    const [peer, peerGeneration, size, root]: readonly Value[] = row
    if (!isNumber(peer, 0, partiesMax - 1) || !isNumber(peerGeneration, 1) || !isNumber(size, 1)) return wrong("seen")
    if (!isBytes(root, hashBytes)) return wrong("seen")
    // E-8: one claim per peer, in one order; of oneself the own root speaks.
    const before = seen.at(-1)
    if (peer === author || (before !== undefined && peer <= before.author)) return wrong("seen")
    seen.push({ author: peer, generation: peerGeneration, size, root })
  }
  return { line, author, generation, seq, ownRoot, seen, time }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** What kind of word it is. (E-9 to E-14) */
const decodeSaid = (payload: Payload): Said | Refusal => {
  const traffic = payload.get(field.traffic)
  if (!isNumber(traffic, 0)) return wrong("traffic")
  if (traffic >= traffics.length) return refuse("newer-law", { traffic })
  const precedence = payload.get(field.precedence)
  if (!isNumber(precedence, 0)) return wrong("precedence")
  if (precedence >= precedences.length) return refuse("newer-law", { precedence })
  const kind = payload.get(field.kind)
  if (!isNumber(kind, 1)) return wrong("kind")
  // E-10: a gap in the numbers must mean a missing word, so all that says something has one, and nothing else.
  const number = payload.get(field.number)
  const numbered = saysSomething(kind)
  if (numbered ? !isNumber(number, 1) : number !== undefined) return refuse("wrong-number", { kind })
  if (numbered && traffics[traffic] === "service") return refuse("malformed", { kind, traffic })
  const handling = payload.get(field.handling)
  if (handling !== undefined && !isNumber(handling, 1)) return wrong("handling")
  const said: Mutable<Said> = { traffic, precedence, kind, handling: handling ?? 0 }
  if (typeof number === "number") said.number = number
  const notAfter = payload.get(field.notAfter)
  if (notAfter !== undefined) {
    if (!isNumber(notAfter, 0, timeMsMax)) return wrong("notAfter")
    said.notAfter = notAfter
  }
  const hash = payload.get(field.bodyHash)
  if (hash !== undefined) {
    if (!isBytes(hash, hashBytes)) return wrong("bodyHash")
    said.bodyHash = hash
  }
  const act = payload.get(field.act)
  if (act !== undefined) {
    if (!isBytes(act, idBytes)) return wrong("act")
    said.act = act
  }
  return said
}

/** What it refers to, to whom it goes, and who released it. (E-14, E-18, E-19) */
const decodeAddressed = (payload: Payload): Addressed | Refusal => {
  const refs = list(payload, field.refs, refsMax)
  if (isRefusal(refs)) return refs
  if (!isHashes(refs)) return wrong("refs")
  const action = decodeDesks(payload, "action")
  if (isRefusal(action)) return action
  const info = decodeDesks(payload, "info")
  if (isRefusal(info)) return info
  const rows = list(payload, field.releases, releasesMax)
  if (isRefusal(rows)) return rows
  // E-14: a person's key signs the act; without one there is nothing that it could have signed.
  if (rows.length > 0 && !payload.has(field.act)) return wrong("act")
  const releases: Release[] = []
  for (const row of rows) {
    if (!Array.isArray(row) || row.length !== 3) return wrong("releases")
    const [place, officer, proof]: readonly Value[] = row
    if (!isNumber(place, 0) || typeof officer !== "string" || !(proof instanceof Uint8Array)) return wrong("releases")
    const type = releaseTypes[place]
    if (type === undefined) return refuse("newer-law", { release: place })
    if ([...officer].length > officerCharsMax) return refuse("too-large", { field: "officer" })
    if ((proof.length === 0) !== (type === "node")) return wrong("releases")
    releases.push({ type, officer, proof })
  }
  const sole = payload.get(field.sole)
  if (sole === undefined) return { refs, action, info, releases }
  // E-20: who releases alone still releases.
  return isNumber(sole, 0, timeMsMax) && rows.length > 0 ? { refs, action, info, releases, sole } : wrong("sole")
}

const decodeDesks = (payload: Payload, name: "action" | "info"): DeskAddress[] | Refusal => {
  const rows = list(payload, field[name], desksMax)
  if (isRefusal(rows)) return rows
  const desks: DeskAddress[] = []
  for (const row of rows) {
    if (!Array.isArray(row) || row.length !== 2) return wrong(name)
    const [party, desk]: readonly Value[] = row
    if (!isNumber(party, 0, partiesMax - 1) || !isNumber(desk, 0)) return wrong(name)
    desks.push({ party, desk })
  }
  return desks
}

/** A list that is left out when it is empty: written as empty, it would be a second encoding of the same entry. (E-1) */
const list = (payload: Payload, key: number, most: number): readonly Value[] | Refusal => {
  const items = payload.get(key)
  if (items === undefined) return []
  if (!Array.isArray(items) || items.length === 0) return refuse("malformed", { key })
  return items.length > most ? refuse("too-large", { key, items: items.length, most }) : items
}

const wrong = (name: keyof typeof field | "payload"): Refusal => refuse("malformed", { field: name })
const isBytes = (value: Value | undefined, length: number): value is Uint8Array =>
  value instanceof Uint8Array && value.length === length
const isNumber = (value: Value | undefined, least: number, most = Number.MAX_SAFE_INTEGER): value is number =>
  typeof value === "number" && value >= least && value <= most
const isHashes = (values: readonly Value[]): values is readonly Hash[] =>
  values.every(value => isBytes(value, hashBytes))
