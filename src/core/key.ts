// The node keys of a party, by position in its log (page: protocol/key.md). A key is never judged by a time: which key an entry or a
// head is judged by follows from the entries before it. The same functions serve a node, the verifier of a record and the console.
import { decode, encode, type Value } from "./cbor.ts"
import { type Charter, checkRootSignatures, kidOf, type RootSignature, readRootSignatures } from "./charter.ts"
import { type Body, type Carried, checkSignature, type Fields } from "./entry.ts"
import { concat, equal, hex, utf8 } from "./hash.ts"
import { bodyBytesMax, cborDepthMax, keyChangesMax, languageBytesMax, reasonBytesMax } from "./limits.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import { kinds } from "./registry.ts"
import { algorithms, isClassical, type PublicKey, type Suite } from "./suite.ts"

/** Key 0 is a classical one, key 1 ML-DSA-65. They change together. */
export type NodeKeys = readonly [PublicKey, PublicKey]

/** Keys in force after `after` entries of a generation, until the next tenure. `byRoots`: they sign entry `after` itself as well. */
export type Tenure = {
  readonly generation: number
  readonly after: number
  readonly keys: NodeKeys
  readonly byRoots: boolean
  /** The roots have said that what it signed beyond a place is not its owner's. */
  revoked: boolean
}

/** The keys in force give way to others; signed by the old ones, as the entry that it is, and by the new ones. (K-2) */
export type Rotation = {
  readonly type: "rotation"
  readonly replaces: Uint8Array // kid of the key in force
  readonly keys: NodeKeys
  readonly proofs: readonly [Uint8Array, Uint8Array]
  readonly post: Uint8Array // by the ML-DSA-65 key in force
}
/** The keys in force are somebody else's as well, or nobody's: signed by the roots, and as the entry that it is by the new keys. (K-8) */
export type Revocation = {
  readonly type: "revocation"
  readonly replaces: Uint8Array
  readonly keys: NodeKeys
  readonly proofs: readonly [Uint8Array, Uint8Array]
  /** The last place that is trusted. */
  readonly trusted: { readonly generation: number; readonly seq: number }
  readonly roots: readonly RootSignature[]
}
export type KeyChange = Rotation | Revocation

/** A log begun anew: what of the old one stands, why, and with which keys the new one goes on. (K-9) */
export type Opening = {
  readonly size: number
  readonly root: Uint8Array
  readonly language: string
  readonly why: string
  readonly keys: NodeKeys | null
  readonly proofs: readonly [Uint8Array, Uint8Array] | null
  readonly roots: readonly RootSignature[]
}

/** What roots and new keys sign begins with it; it is the context string of ML-DSA-65 and SLH-DSA as well. */
export const keyPrefix = utf8("parley/1 key")
export const generationPrefix = utf8("parley/1 generation")
const what = { rotation: 1, revocation: 2 } as const

export const cardTenure = (parties: Charter["parties"], author: number): Tenure => {
  const [first, second] = parties[author]!.nodeKeys
  return { generation: 1, after: 0, keys: [first!, second!], byRoots: false, revoked: false }
}

/** The keys after so many entries: those that sign the next one, and the head of that size. (K-1) */
export const tenureAfter = (tenures: readonly Tenure[], generation: number, size: number): Tenure =>
  tenures.findLast(it => it.generation < generation || (it.generation === generation && it.after <= size)) ??
  tenures[0]!

export const keysAfter = (tenures: readonly Tenure[], generation: number, size: number): NodeKeys =>
  tenureAfter(tenures, generation, size).keys

/** The keys that entry `seq` is judged by, once what it changes is known. (K-1) */
export const keysOf = (tenures: readonly Tenure[], generation: number, seq: number): NodeKeys =>
  tenures.find(it => it.byRoots && it.generation === generation && it.after === seq)?.keys ??
  keysAfter(tenures, generation, seq - 1)

/** The last place up to which one key judges, from `seq` on. */
export const stretchEnd = (tenures: readonly Tenure[], generation: number, seq: number): number =>
  Math.min(
    ...tenures
      .filter(it => it.generation === generation)
      .map(it => (it.byRoots ? it.after - 1 : it.after))
      .filter(last => last >= seq),
    tenures.some(it => it.byRoots && it.generation === generation && it.after === seq) ? seq : Infinity,
  )

export const isKeyChange = (kind: number): boolean => kind === kinds.key || kind === kinds.generation

const keysValue = (keys: NodeKeys): Value => keys.map(key => [key.alg, key.public])

/** What the new keys sign, for a rotation the old ML-DSA-65 key, for a revocation the roots. Without its prefix. (K-2, K-8) */
export const keySigned = (
  charter: Charter,
  author: number,
  change: Pick<Rotation, "type" | "replaces" | "keys"> | Pick<Revocation, "type" | "replaces" | "keys" | "trusted">,
): Uint8Array => {
  const { type, replaces, keys } = change
  const said: Value[] = [charter.line, author, what[type], replaces, keysValue(keys)]
  if (change.type === "revocation") said.push([change.trusted.generation, change.trusted.seq])
  return encode(said)
}

/** What the roots and the new keys sign of a new generation. Without its prefix. (K-9) */
export const generationSigned = (
  charter: Charter,
  author: number,
  generation: number,
  opening: Pick<Opening, "size" | "root" | "language" | "why" | "keys">,
): Uint8Array => {
  const { size, root, language, why, keys } = opening
  return encode([charter.line, author, generation, size, root, language, why, keys && keysValue(keys)])
}

const rootsValue = (roots: readonly RootSignature[]): Value => roots.map(it => [it.alg, it.kid, it.signature])

export const encodeKeyBody = (change: KeyChange): Uint8Array => {
  const body = new Map<number, Value>([
    [1, what[change.type]],
    [2, change.replaces],
    [3, keysValue(change.keys)],
    [4, change.proofs],
  ])
  if (change.type === "rotation") body.set(5, change.post)
  else body.set(6, [change.trusted.generation, change.trusted.seq]).set(7, rootsValue(change.roots))
  return encode(body)
}

export const encodeGenerationBody = (opening: Opening): Uint8Array => {
  const body = new Map<number, Value>([
    [1, opening.size],
    [2, opening.root],
    [3, opening.language],
    [4, opening.why],
  ])
  if (opening.keys && opening.proofs) body.set(5, keysValue(opening.keys)).set(6, opening.proofs)
  return encode(body.set(7, rootsValue(opening.roots)))
}

const bad = (field: string): Refusal => refuse("bad-key-change", { field })

export const decodeKeyBody = (bytes: Uint8Array): KeyChange | Refusal => {
  const body = decode(bytes, { bytesMax: bodyBytesMax, depthMax: cborDepthMax })
  if (!(body instanceof Map)) return bad("body")
  const [type, replaces, keys, proofs] = [body.get(1), body.get(2), readKeys(body.get(3)), readProofs(body.get(4))]
  if (!(replaces instanceof Uint8Array && replaces.length === 8)) return bad("replaces")
  if (!keys) return bad("keys")
  if (!proofs) return bad("proofs")
  if (type === what.rotation && body.size === 5) {
    const post = body.get(5)
    return post instanceof Uint8Array ? { type: "rotation", replaces, keys, proofs, post } : bad("post")
  }
  if (type !== what.revocation || body.size !== 6) return bad("what")
  const [place, roots] = [body.get(6), readRootSignatures(body.get(7))]
  const [generation, seq] = Array.isArray(place) && place.length === 2 ? (place as readonly Value[]) : []
  if (typeof generation !== "number" || typeof seq !== "number" || generation < 1 || seq < 0) return bad("trusted")
  return isRefusal(roots)
    ? bad("roots")
    : { type: "revocation", replaces, keys, proofs, trusted: { generation, seq }, roots }
}

const badGeneration = (field: string): Refusal => refuse("bad-generation", { field })

export const decodeGenerationBody = (bytes: Uint8Array): Opening | Refusal => {
  const body = decode(bytes, { bytesMax: bodyBytesMax, depthMax: cborDepthMax })
  if (!(body instanceof Map) || body.size !== (body.has(5) ? 7 : 5)) return badGeneration("body")
  const [size, root, language, why] = [body.get(1), body.get(2), body.get(3), body.get(4)]
  if (typeof size !== "number" || size < 0 || !(root instanceof Uint8Array && root.length === 32))
    return badGeneration("size, root")
  if (typeof language !== "string" || typeof why !== "string" || language.length > languageBytesMax)
    return badGeneration("why")
  if (utf8(why).length > reasonBytesMax) return badGeneration("why")
  const keys = body.has(5) ? readKeys(body.get(5)) : null
  const proofs = body.has(5) ? readProofs(body.get(6)) : null
  const roots = readRootSignatures(body.get(7))
  if (keys === undefined || proofs === undefined) return badGeneration("keys")
  return isRefusal(roots) ? badGeneration("roots") : { size, root, language, why, keys, proofs, roots }
}

export const readKeys = (value: Value | undefined): NodeKeys | undefined => {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [first, second] = value.map(row => {
    const [alg, bytes] = Array.isArray(row) && row.length === 2 ? (row as readonly Value[]) : []
    const known = Object.values(algorithms).find(algorithm => algorithm === alg)
    return known !== undefined && bytes instanceof Uint8Array ? { alg: known, public: bytes } : undefined
  })
  return first && second && isClassical(first.alg) && second.alg === algorithms.mlDsa65 ? [first, second] : undefined
}

const readProofs = (value: Value | undefined): readonly [Uint8Array, Uint8Array] | undefined => {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [first, second]: readonly Value[] = value
  return first instanceof Uint8Array && second instanceof Uint8Array ? [first, second] : undefined
}

/** Everything that a change is judged by: the line, whose log it stands in, and the keys so far. */
export type Holder = { readonly charter: Charter; readonly author: number; readonly tenures: readonly Tenure[] }

/** An entry that changes keys, signed or about to be, with its body. */
export type Change = { readonly entry: Pick<Fields, "generation" | "seq" | "kind">; readonly body?: Body }

/** The tenure that an entry begins when it takes its place, or why it changes nothing. (K-2, K-3, K-8, K-9) */
export const tenureOf = (holder: Holder, held: Change, suite: Suite): Tenure | Refusal => {
  if (holder.tenures.length > keyChangesMax) return bad("more changes than the law allows")
  if (held.entry.kind === kinds.generation) return generationTenure(holder, held, suite)
  const change = held.body ? decodeKeyBody(held.body.bytes) : bad("body")
  if (isRefusal(change)) return change
  const { generation, seq } = held.entry
  const before = keysAfter(holder.tenures, generation, seq - 1)
  if (!equal(change.replaces, kidOf(before[0], suite))) return bad("replaces")
  const fault = freshness(holder, change.keys, suite) ?? proofFault(holder, before, change, suite)
  if (fault !== undefined) return bad(fault)
  if (change.type === "revocation" && !isBefore(change.trusted, held.entry)) return bad("trusted")
  return { generation, after: seq, keys: change.keys, byRoots: change.type === "revocation", revoked: false }
}

type Spot = { readonly generation: number; readonly seq: number }
const isBefore = (a: Spot, b: Spot): boolean =>
  a.generation < b.generation || (a.generation === b.generation && a.seq < b.seq)

/** Whether its size and root are those of the old log is for who holds that to say. */
const generationTenure = ({ charter, author, tenures }: Holder, { entry, body }: Change, suite: Suite) => {
  const opening =
    body && entry.seq === 1 && entry.generation > 1 ? decodeGenerationBody(body.bytes) : badGeneration("body")
  if (isRefusal(opening)) return opening
  const signed = generationSigned(charter, author, entry.generation, opening)
  if (
    checkRootSignatures(charter.parties[author]!, opening.roots, { message: signed, prefix: generationPrefix }, suite)
  )
    return badGeneration("roots")
  const { keys, proofs, size } = opening
  const begin = { generation: entry.generation, after: 1, byRoots: true, revoked: false }
  if (!keys || !proofs) return { ...begin, keys: keysAfter(tenures, entry.generation - 1, size) }
  const whole = concat(generationPrefix, signed)
  const isProven = suite.verify(keys[0], whole, proofs[0]) && suite.verify(keys[1], whole, proofs[1], generationPrefix)
  return isProven && !freshness({ charter, author, tenures }, keys, suite) ? { ...begin, keys } : badGeneration("keys")
}

/** A key that anybody on this line has or had may not come again: it could speak for both, or for the past. (K-3) */
const freshness = ({ charter, tenures }: Holder, keys: NodeKeys, suite: Suite): string | undefined => {
  if (!keys.every(key => suite.sound(key))) return "keys"
  const known = [
    ...charter.parties.flatMap(card => [...card.roots, ...card.nodeKeys]),
    ...tenures.flatMap(tenure => [...tenure.keys]),
  ]
  return keys.some(key => known.some(other => equal(other.public, key.public))) ? "keys" : undefined
}

const proofFault = ({ charter, author }: Holder, before: NodeKeys, change: KeyChange, suite: Suite) => {
  const signed = concat(keyPrefix, keySigned(charter, author, change))
  const [first, second] = change.keys
  const isProven =
    suite.verify(first, signed, change.proofs[0]) && suite.verify(second, signed, change.proofs[1], keyPrefix)
  if (!isProven) return "proofs"
  if (change.type === "rotation") return suite.verify(before[1], signed, change.post, keyPrefix) ? undefined : "post"
  const message = keySigned(charter, author, change)
  return checkRootSignatures(charter.parties[author]!, change.roots, { message, prefix: keyPrefix }, suite)
    ? "roots"
    : undefined
}

/** The keys that sign the entry itself: those of its place, or for what the roots have signed the ones that it brings. (K-1) */
const signersOf = (holder: Holder, held: Change, suite: Suite): PublicKey => {
  const { generation, seq, kind } = held.entry
  const tenure = isKeyChange(kind) ? tenureOf(holder, held, suite) : undefined
  if (tenure !== undefined && !isRefusal(tenure) && tenure.byRoots) return tenure.keys[0]
  return keysOf(holder.tenures, generation, seq)[0]
}

/** An entry's own signature, by the key that its place asks for. (K-1, E-15) */
export const judge = (holder: Holder, held: Carried, suite: Suite): true | Refusal => {
  const { entry } = held
  const proof = checkSignature(entry, [signersOf(holder, held, suite)], suite)
  if (proof === true || proof.refusal !== "unknown-key") return proof
  const past = holder.tenures.find(it => equal(kidOf(it.keys[0], suite), entry.kid))
  if (!past) return proof
  return refuse(past.revoked ? "key-revoked" : "key-replaced", { ...proof.details, kid: hex(entry.kid) })
}

/** Places of a log, both ends included. */
export type Span = { readonly generation: number; readonly from: number; readonly to: number }
export const isIn = (span: Span, { generation, seq }: Spot): boolean =>
  span.generation === generation && span.from <= seq && seq <= span.to
const toTheEnd = Number.MAX_SAFE_INTEGER

/** What a revocation says is not its owner's: everything after the trusted place and before itself. Its keys are named as revoked from
 *  now on. (K-8) */
export const revokedBy = (tenures: readonly Tenure[], { entry, body }: Change): Span[] => {
  const change = body && entry.kind === kinds.key ? decodeKeyBody(body.bytes) : undefined
  if (change === undefined || isRefusal(change) || change.type !== "revocation") return []
  const { generation, seq } = change.trusted
  const spans: Span[] = []
  for (let at = generation; at <= entry.generation; at++)
    spans.push({
      generation: at,
      from: at === generation ? seq + 1 : 1,
      to: at === entry.generation ? entry.seq - 1 : toTheEnd,
    })
  for (const [at, tenure] of tenures.entries()) {
    const next = tenures[at + 1]
    const reaches = !next || isBefore(change.trusted, { generation: next.generation, seq: next.after })
    if (reaches && isBefore({ generation: tenure.generation, seq: tenure.after }, entry)) tenure.revoked = true
  }
  return spans.filter(span => span.from <= span.to)
}

/** What a new generation leaves behind: everything of the old one beyond the size that it names. (K-9) */
export const disownedBy = ({ entry, body }: Change): Span | undefined => {
  const opening = body && entry.kind === kinds.generation ? decodeGenerationBody(body.bytes) : undefined
  if (opening === undefined || isRefusal(opening)) return undefined
  return { generation: entry.generation - 1, from: opening.size + 1, to: toTheEnd }
}

/** For who keeps what he has verified. */
export const encodeTenures = (tenures: readonly Tenure[]): Uint8Array =>
  encode(tenures.map(it => [it.generation, it.after, keysValue(it.keys), it.byRoots, it.revoked]))

export const decodeTenures = (bytes: Uint8Array): Tenure[] | Refusal => {
  const rows = decode(bytes, { bytesMax: bytes.length, depthMax: cborDepthMax })
  if (isRefusal(rows)) return rows
  const read = (Array.isArray(rows) ? (rows as readonly Value[]) : []).map(row => {
    const [generation, after, rawKeys, byRoots, revoked] = Array.isArray(row) ? (row as readonly Value[]) : []
    const keys = readKeys(rawKeys)
    const isWhole = typeof generation === "number" && typeof after === "number" && typeof byRoots === "boolean"
    return isWhole && keys ? { generation, after, keys, byRoots, revoked: revoked === true } : undefined
  })
  const whole = read.filter(tenure => tenure !== undefined)
  return whole.length > 0 && whole.length === read.length ? whole : refuse("malformed", { field: "tenures" })
}
