// The node keys of a party, by position in its log (page: protocol/key.md). A key is never judged by a time: which key an entry or a
// head is judged by follows from the entries before it. The same functions serve a node, the verifier of a record and the console.
import { decode, encode, type Value } from "./cbor.ts"
import { type Charter, kidOf } from "./charter.ts"
import { type Body, checkSignature, type Entry, type Fields } from "./entry.ts"
import { concat, equal, hex, utf8 } from "./hash.ts"
import { bodyBytesMax, cborDepthMax, keyChangesMax } from "./limits.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import { kinds } from "./registry.ts"
import { algorithms, type PublicKey, type Suite } from "./suite.ts"

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
export type KeyChange = Rotation

/** What roots and new keys sign begins with it; it is the context string of ML-DSA-65 and SLH-DSA as well. */
export const keyPrefix = utf8("parley/1 key")
const what = { rotation: 1 } as const
const classical: readonly number[] = [algorithms.ed25519, algorithms.esp256, algorithms.esp384]

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

export const isKeyChange = (kind: number): boolean => kind === kinds.key

const keysValue = (keys: NodeKeys): Value => keys.map(key => [key.alg, key.public])

/** What the new keys sign, and for a rotation the old ML-DSA-65 key. (K-2) */
export const rotationSigned = (
  charter: Charter,
  author: number,
  change: Pick<Rotation, "replaces" | "keys">,
): Uint8Array =>
  concat(keyPrefix, encode([charter.line, author, what.rotation, change.replaces, keysValue(change.keys)]))

export const encodeKeyBody = (change: KeyChange): Uint8Array =>
  encode(
    new Map<number, Value>([
      [1, what.rotation],
      [2, change.replaces],
      [3, keysValue(change.keys)],
      [4, change.proofs],
      [5, change.post],
    ]),
  )

const bad = (field: string): Refusal => refuse("bad-key-change", { field })

export const decodeKeyBody = (bytes: Uint8Array): KeyChange | Refusal => {
  const body = decode(bytes, { bytesMax: bodyBytesMax, depthMax: cborDepthMax })
  if (!(body instanceof Map)) return bad("body")
  const [type, replaces, keys, proofs] = [body.get(1), body.get(2), readKeys(body.get(3)), readProofs(body.get(4))]
  if (!(replaces instanceof Uint8Array && replaces.length === 8)) return bad("replaces")
  if (!keys) return bad("keys")
  if (!proofs) return bad("proofs")
  const post = body.get(5)
  if (type !== what.rotation || body.size !== 5) return bad("what")
  return post instanceof Uint8Array ? { type: "rotation", replaces, keys, proofs, post } : bad("post")
}

const readKeys = (value: Value | undefined): NodeKeys | undefined => {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [first, second] = value.map(row => {
    const [alg, bytes] = Array.isArray(row) && row.length === 2 ? (row as readonly Value[]) : []
    const known = Object.values(algorithms).find(algorithm => algorithm === alg)
    return known !== undefined && bytes instanceof Uint8Array ? { alg: known, public: bytes } : undefined
  })
  return first && second && classical.includes(first.alg) && second.alg === algorithms.mlDsa65
    ? [first, second]
    : undefined
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

/** The tenure that an entry begins when it takes its place, or why it changes nothing. (K-2, K-3) */
export const tenureOf = (holder: Holder, { entry, body }: Change, suite: Suite): Tenure | Refusal => {
  const change = body ? decodeKeyBody(body.bytes) : bad("body")
  if (isRefusal(change)) return change
  const { tenures } = holder
  const { generation, seq } = entry
  const before = keysAfter(tenures, generation, seq - 1)
  if (!equal(change.replaces, kidOf(before[0], suite))) return bad("replaces")
  if (tenures.length > keyChangesMax) return bad("more changes than the law allows")
  const fault = freshness(holder, change.keys, suite) ?? proofFault(holder, before, change, suite)
  if (fault !== undefined) return bad(fault)
  return { generation, after: seq, keys: change.keys, byRoots: false, revoked: false }
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

const proofFault = ({ charter, author }: Holder, before: NodeKeys, change: Rotation, suite: Suite) => {
  const signed = rotationSigned(charter, author, change)
  const [first, second] = change.keys
  const isProven =
    suite.verify(first, signed, change.proofs[0]) && suite.verify(second, signed, change.proofs[1], keyPrefix)
  if (!isProven) return "proofs"
  return suite.verify(before[1], signed, change.post, keyPrefix) ? undefined : "post"
}

/** An entry's own signature, by the key that its place asks for. (K-1, E-15) */
export const judge = (tenures: readonly Tenure[], entry: Entry, suite: Suite): true | Refusal => {
  const proof = checkSignature(entry, [keysOf(tenures, entry.generation, entry.seq)[0]], suite)
  if (proof === true || proof.refusal !== "unknown-key") return proof
  const past = tenures.find(it => equal(kidOf(it.keys[0], suite), entry.kid))
  return past ? refuse("key-replaced", { ...proof.details, kid: hex(entry.kid) }) : proof
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
