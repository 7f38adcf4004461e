// The life of a home's node keys, for its administrators: what is in force, and how it is changed (page: protocol/key.md). It writes what
// roots and keys sign; whether that may be said is the core's to judge, and its place in the log the loop's.
import type { SheetFile, SheetView } from "../api/keys.ts"
import type { KeyView, OrderReply } from "../api/shapes.ts"
import { checkText, isLanguage } from "../core/body.ts"
import { type Charter, checkRootSignatures, kidOf, type RootSignature } from "../core/charter.ts"
import { decodeEntry } from "../core/entry.ts"
import type { Order } from "../core/event.ts"
import { concat, fromHex, hex } from "../core/hash.ts"
import {
  encodeGenerationBody,
  encodeKeyBody,
  generationPrefix,
  generationSigned,
  keyPrefix,
  keySigned,
  type NodeKeys,
  type Tenure,
  tenureAfter,
} from "../core/key.ts"
import { reasonBytesMax } from "../core/limits.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { kinds, precedences, traffics } from "../core/registry.ts"
import { sheetName } from "../core/sheet.ts"
import { algorithmName, type Classical, classicalOf, type Suite } from "../core/suite.ts"
import type { Signer } from "../keys/signer.ts"
import type { StoreReader } from "../store/store.ts"
import { isObject } from "./requests.ts"
import type { Running } from "./run.ts"

export type KeyOfficeOptions = {
  readonly charter: Charter
  readonly us: number
  readonly suite: Suite
  readonly running: Pick<Running, "order" | "tenures" | "status" | "own">
  readonly store: Pick<StoreReader, "read">
  readonly signer: Signer
  /** 16 random bytes. */
  readonly salt: () => Uint8Array
  readonly now: () => number
}

export type KeyOffice = {
  list(): KeyView[]
  /** The node keys of this home give way to new ones. */
  rotate(request: unknown): Promise<OrderReply | Refusal>
  /** What the roots are to sign for a revocation or a new generation. The node never needs them: whoever has them signs it elsewhere. */
  prepare(request: unknown, by: string): Promise<SheetFile | Refusal>
  /** Says what was prepared, with the roots' signatures. */
  commit(request: unknown): Promise<OrderReply | Refusal>
  /** What waits for the roots: the last that was prepared, until it is said or the node stops. */
  sheet(): SheetView | null
}

export const keyOffice = (options: KeyOfficeOptions): KeyOffice => {
  const { charter, us, suite, running, signer } = options
  let prepared: (Prepared & Pick<SheetView, "by" | "at"> & { readonly file: SheetFile }) | undefined
  const inForce = (party: number): Tenure => {
    const { generation, size } = running.status().logs[party]!
    return tenureAfter(running.tenures(party), generation, size)
  }
  return {
    list: () =>
      charter.parties.flatMap((_, party) => {
        const now = inForce(party)
        return running.tenures(party).map(tenure => ({
          party,
          generation: tenure.generation,
          after: tenure.after,
          algorithm: algorithmName(tenure.keys[0].alg),
          kid: hex(kidOf(tenure.keys[0], suite)),
          inForce: tenure === now,
          held: party === us && signer.holds(tenure.keys[0]),
        }))
      }),

    async rotate(request) {
      const before = inForce(us).keys
      const alg = isObject(request) ? classicalOf(request.algorithm ?? algorithmName(before[0].alg)) : undefined
      if (alg === undefined) return refuse("bad-request", { field: "algorithm" })
      if (!signer.holds(before[0])) return refuse("key-missing")
      const body = await rotationBody(options, before, await signer.makeNodeKeys(alg))
      return say(options, { kind: kinds.key, body })
    },

    async prepare(request, by) {
      const asked = isObject(request) ? request : {}
      const before = inForce(us).keys
      const alg = classicalOf(asked.algorithm ?? algorithmName(before[0].alg))
      if (alg === undefined) return refuse("bad-request", { field: "algorithm" })
      const made = asked.what === "revocation" ? await revocation(options, asked, before, alg) : undefined
      const next = asked.what === "generation" ? await newGeneration(options, asked, before, alg) : made
      if (next === undefined) return refuse("bad-request", { field: "what" })
      if (isRefusal(next)) return next
      prepared = { ...next, file: fileOf(options, next), by, at: options.now() }
      return prepared.file
    },

    async commit(request) {
      const waits = prepared
      if (waits === undefined) return refuse("wrong-sheet")
      const rows = signaturesOf(options, waits, request)
      if (isRefusal(rows)) return rows
      const answer = await say(options, waits.order(rows))
      // What was refused is still there to be signed again; what was said is not.
      if (!isRefusal(answer) && prepared === waits) prepared = undefined
      return answer
    },

    sheet: () => (prepared === undefined ? null : { ...prepared.file, by: prepared.by, at: prepared.at }),
  }
}

type Asked = Record<string, unknown>
type Said = Pick<Order, "kind" | "upTo"> & { readonly body: Uint8Array; readonly refs?: readonly Uint8Array[] }
type Prepared = {
  readonly message: Uint8Array
  readonly prefix: Uint8Array
  readonly order: (roots: readonly RootSignature[]) => Said
}

const fileOf = ({ charter, us, suite }: KeyOfficeOptions, { prefix, message }: Prepared): SheetFile => ({
  parley: "sheet/1",
  sheet: hex(sheetName(prefix, message, suite)),
  code: charter.parties[us]!.code,
  prefix: hex(prefix),
  message: hex(message),
})

/** What came back from the roots, for the sheet that waits here and no other, and only if they have signed it. */
const signaturesOf = (
  { charter, us, suite }: KeyOfficeOptions,
  { prefix, message }: Prepared,
  request: unknown,
): RootSignature[] | Refusal => {
  const given = isObject(request) && Array.isArray(request.signatures) ? request.signatures : []
  const signatures = given.map(each => (typeof each === "string" ? fromHex(each) : undefined))
  if (!isObject(request) || given.length === 0 || !signatures.every(each => each !== undefined))
    return refuse("bad-request", { field: "signatures" })
  if (request.sheet !== hex(sheetName(prefix, message, suite))) return refuse("wrong-sheet")
  const card = charter.parties[us]!
  const rows = card.roots.map((root, at) => ({
    alg: root.alg,
    kid: kidOf(root, suite),
    signature: signatures[at] ?? new Uint8Array(0),
  }))
  const fault = checkRootSignatures(card, rows, { message, prefix }, suite)
  return fault === undefined && signatures.length === rows.length ? rows : refuse("wrong-roots")
}

const proofsBy = async ({ signer }: KeyOfficeOptions, keys: NodeKeys, prefix: Uint8Array, message: Uint8Array) => {
  const signed = concat(prefix, message)
  const [first] = await signer.sign([signed], keys[0])
  return [first!, await signer.signPost(signed, prefix, keys[1])] as const
}

/** The keys in force are not ours alone any more: trusted is what stands up to a place, by default all that we hold. (K-8) */
const revocation = async (
  options: KeyOfficeOptions,
  asked: Asked,
  before: NodeKeys,
  alg: Classical,
): Promise<Prepared | Refusal> => {
  const { charter, us, suite, running, signer } = options
  const own = running.own()
  const trusted = { generation: countOf(asked.generation, own.generation), seq: countOf(asked.seq, own.size) }
  if (trusted.generation < 1 || trusted.seq < 0) return refuse("bad-request", { field: "generation, seq" })
  const keys = await signer.makeNodeKeys(alg)
  const change = { type: "revocation", replaces: kidOf(before[0], suite), keys, trusted } as const
  const message = keySigned(charter, us, change)
  const proofs = await proofsBy(options, keys, keyPrefix, message)
  const order = (roots: readonly RootSignature[]): Said => ({
    kind: kinds.key,
    body: encodeKeyBody({ ...change, proofs, roots }),
  })
  return { message, prefix: keyPrefix, order }
}

/** Our log begins anew after what we hold of it, or after an earlier place that is named. (K-9) */
const newGeneration = async (
  options: KeyOfficeOptions,
  asked: Asked,
  before: NodeKeys,
  alg: Classical,
): Promise<Prepared | Refusal> => {
  const { charter, us, running, store, signer } = options
  const { why, language } = asked
  if (typeof why !== "string" || why.trim() === "" || checkText(why, reasonBytesMax) !== true || !isTag(language))
    return refuse("bad-request", { field: "why, language" })
  const own = running.own()
  const size = countOf(asked.seq, own.size)
  const upTo = size < own.size
  const range = { author: us, generation: own.generation, from: Math.max(1, size), to: size + 1 }
  const rows = store.read(range, Number.MAX_SAFE_INTEGER)
  const following = rows.find(row => row.seq === size + 1)
  const root = upTo ? following && rootBefore(following.bytes, options.suite) : own.root
  if (size < 0 || size > own.size || root === undefined) return refuse("bad-request", { field: "seq" })
  const keys = asked.newKeys === true || !signer.holds(before[0]) ? await signer.makeNodeKeys(alg) : null
  const opening = { size, root, language, why, keys }
  const message = generationSigned(charter, us, own.generation + 1, opening)
  const proofs = keys && (await proofsBy(options, keys, generationPrefix, message))
  const last = rows.find(row => row.seq === size)
  const order = (roots: readonly RootSignature[]): Said => ({
    kind: kinds.generation,
    body: encodeGenerationBody({ ...opening, proofs, roots }),
    refs: last ? [last.hash] : [],
    ...(upTo && { upTo }),
  })
  return { message, prefix: generationPrefix, order }
}

const isTag = (value: unknown): value is string => typeof value === "string" && isLanguage(value)

const rootBefore = (bytes: Uint8Array, suite: Suite): Uint8Array | undefined => {
  const entry = decodeEntry(bytes, suite)
  return isRefusal(entry) ? undefined : entry.ownRoot
}

const countOf = (value: unknown, absent: number): number =>
  value === undefined ? absent : typeof value === "number" && Number.isSafeInteger(value) ? value : -1

/** Signed by the new keys and by the old ML-DSA-65 key; the entry itself will be signed by the old key 0. (K-2) */
const rotationBody = async (
  { charter, us, suite, signer }: KeyOfficeOptions,
  before: NodeKeys,
  keys: NodeKeys,
): Promise<Uint8Array> => {
  const replaces = kidOf(before[0], suite)
  const signed = concat(keyPrefix, keySigned(charter, us, { type: "rotation", replaces, keys }))
  const [first] = await signer.sign([signed], keys[0])
  const proofs = [first!, await signer.signPost(signed, keyPrefix, keys[1])] as const
  const post = await signer.signPost(signed, keyPrefix, before[1])
  return encodeKeyBody({ type: "rotation", replaces, keys, proofs, post })
}

const say = async ({ running, salt }: KeyOfficeOptions, said: Said): Promise<OrderReply | Refusal> => {
  const order: Omit<Order, "id"> = {
    kind: said.kind,
    ...(said.upTo && { upTo: said.upTo }),
    traffic: traffics.indexOf("service"),
    precedence: precedences.indexOf("PRIORITY"),
    refs: said.refs ?? [],
    body: { salt: salt(), bytes: said.body },
    action: [],
    info: [],
    handling: 0,
    releases: [],
  }
  const answer = await running.order(order)
  if (isRefusal(answer)) return answer
  return { hash: hex(answer.entry.hash), seq: answer.entry.seq, number: null }
}
