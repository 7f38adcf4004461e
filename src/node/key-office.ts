// The life of a home's node keys, for its administrators: what is in force, and how it is changed (page: protocol/key.md). It writes what
// roots and keys sign; whether that may be said is the core's to judge, and its place in the log the loop's.
import type { KeyView, OrderReply } from "../api/shapes.ts"
import { type Charter, kidOf } from "../core/charter.ts"
import type { Order } from "../core/event.ts"
import { hex } from "../core/hash.ts"
import { encodeKeyBody, keyPrefix, type NodeKeys, rotationSigned, type Tenure, tenureAfter } from "../core/key.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { kinds, precedences, traffics } from "../core/registry.ts"
import { algorithms, type PublicKey, type Suite } from "../core/suite.ts"
import type { Classical, Signer } from "../keys/signer.ts"
import { isObject } from "./requests.ts"
import type { Running } from "./run.ts"

export type KeyOfficeOptions = {
  readonly charter: Charter
  readonly us: number
  readonly suite: Suite
  readonly running: Pick<Running, "order" | "tenures" | "status">
  readonly signer: Signer
  /** 16 random bytes. */
  readonly salt: () => Uint8Array
}

export type KeyOffice = {
  list(): KeyView[]
  /** The node keys of this home give way to new ones. */
  rotate(request: unknown): Promise<OrderReply | Refusal>
}

const names: Readonly<Record<string, Classical>> = {
  Ed25519: algorithms.ed25519,
  "P-256": algorithms.esp256,
  "P-384": algorithms.esp384,
}
const nameOf = ({ alg }: PublicKey): string =>
  Object.entries(names).find(([, each]) => each === alg)?.[0] ?? String(alg)

export const keyOffice = (options: KeyOfficeOptions): KeyOffice => {
  const { charter, us, suite, running, signer } = options
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
          algorithm: nameOf(tenure.keys[0]),
          kid: hex(kidOf(tenure.keys[0], suite)),
          inForce: tenure === now,
          held: party === us && signer.holds(tenure.keys[0]),
        }))
      }),

    async rotate(request) {
      const before = inForce(us).keys
      const asked = isObject(request) ? (request.algorithm ?? nameOf(before[0])) : undefined
      const alg = typeof asked === "string" ? names[asked] : undefined
      if (alg === undefined) return refuse("bad-request", { field: "algorithm" })
      if (!signer.holds(before[0])) return refuse("key-missing")
      return say(options, await rotationBody(options, before, await signer.makeNodeKeys(alg)))
    },
  }
}

/** Signed by the new keys and by the old ML-DSA-65 key; the entry itself will be signed by the old key 0. (K-2) */
const rotationBody = async (
  { charter, us, suite, signer }: KeyOfficeOptions,
  before: NodeKeys,
  keys: NodeKeys,
): Promise<Uint8Array> => {
  const replaces = kidOf(before[0], suite)
  const signed = rotationSigned(charter, us, { replaces, keys })
  const [first] = await signer.sign([signed], keys[0])
  const proofs = [first!, await signer.signPost(signed, keyPrefix, keys[1])] as const
  const post = await signer.signPost(signed, keyPrefix, before[1])
  return encodeKeyBody({ type: "rotation", replaces, keys, proofs, post })
}

const say = async ({ running, salt }: KeyOfficeOptions, bytes: Uint8Array): Promise<OrderReply | Refusal> => {
  const order: Omit<Order, "id"> = {
    kind: kinds.key,
    traffic: traffics.indexOf("service"),
    precedence: precedences.indexOf("PRIORITY"),
    refs: [],
    body: { salt: salt(), bytes },
    action: [],
    info: [],
    handling: 0,
    releases: [],
  }
  const answer = await running.order(order)
  if (isRefusal(answer)) return answer
  return { hash: hex(answer.entry.hash), seq: answer.entry.seq, number: null }
}
