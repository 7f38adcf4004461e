// The Signer of the simulator: every key, signature and encapsulation follows from one seed, to the byte. Never for a real line:
// whoever has the seed has everything. X-Wing comes with whoever runs it (src/suites/xwing-noble.ts).
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign } from "node:crypto"
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js"
import { slh_dsa_sha2_128s } from "@noble/post-quantum/slh-dsa.js"
import { algorithms, type Kem, type PublicKey } from "../core/suite.ts"
import { tlsIdentity } from "./certificate.ts"
import type { NodeKeys, RootSigner, Signer, TlsIdentity } from "./signer.ts"

export type SeededKeys = Signer & RootSigner & { readonly tls: TlsIdentity; readonly base: Uint8Array }

/** `xwing` is given the stream that all chance is drawn from. */
export const seededKeys = (seed: Uint8Array, xwing: (chance: (bytes: number) => Uint8Array) => Kem): SeededKeys => {
  const draw = stream(seed)
  const kem = xwing(draw)
  let [first, ...others]: SeededPair[] = [pairOf(seed, "")]
  let made = 0
  const named = (by: PublicKey | undefined): SeededPair => {
    const pair = by ? [first!, ...others].find(each => each.keys.some(key => isSame(key, by))) : first
    if (pair === undefined) throw new Error("a node key that is not here was to sign; it is asked for first")
    return pair
  }
  const epochs = new Map([[0, derived(seed, "base")]])
  const base = kem.publicKey(derived(seed, "base"))
  return {
    get keys() {
      return first!.keys
    },
    holds: key => [first!, ...others].some(pair => pair.keys.some(each => isSame(each, key))),
    sign: (messages, by) => messages.map(message => Uint8Array.from(sign(null, message, named(by).classical))),
    signPost: (message, context, by) =>
      ml_dsa65.sign(message, named(by).post.secretKey, { context, extraEntropy: false }),
    makeNodeKeys() {
      others[0] ??= pairOf(seed, ` ${++made}`)
      return others[0].keys
    },
    keepNodeKeys(key) {
      const kept = [first!, ...others].find(pair => pair.keys.some(each => isSame(each, key)))
      if (kept) [first, ...others] = [kept]
    },
    makeEpochKey(number) {
      const held = epochs.get(number)
      if (held !== undefined) return kem.publicKey(held)
      const made = draw(32) // from the stream and not from the number: once erased it cannot be derived again
      epochs.set(number, made)
      return kem.publicKey(made)
    },
    eraseEpochKey(number) {
      epochs.get(number)?.fill(0)
      epochs.delete(number)
    },
    encapsulate(publicKey) {
      const made = kem.encapsulate(publicKey)
      if (made === undefined)
        throw new Error("a malformed epoch key came as far as the signer; it is refused where it comes in")
      return made
    },
    decapsulate(number, enc) {
      const held = epochs.get(number)
      return held === undefined ? undefined : kem.decapsulate(held, enc)
    },
    ...rootSigner(seed),
    tls: tlsIdentity(ed25519Private(derived(seed, "tls"))),
    base,
  }
}

type SeededPair = {
  readonly keys: NodeKeys
  readonly classical: KeyObject
  readonly post: ReturnType<typeof ml_dsa65.keygen>
}

/** Ed25519 whatever is asked for: ECDSA cannot be had without chance here. */
const pairOf = (seed: Uint8Array, nth: string): SeededPair => {
  const classical = ed25519Private(derived(seed, `node${nth}`))
  const post = ml_dsa65.keygen(derived(seed, `ml-dsa-65${nth}`))
  const keys = [
    { alg: algorithms.ed25519, public: publicOf(classical) },
    { alg: algorithms.mlDsa65, public: post.publicKey },
  ] as const
  return { keys, classical, post }
}

const isSame = (a: PublicKey, b: PublicKey): boolean => a.alg === b.alg && Buffer.compare(a.public, b.public) === 0

/** SLH-DSA in its deterministic variant takes 1.5 s a signature here, so its key is made only when asked for. */
const rootSigner = (seed: Uint8Array): RootSigner => {
  const classical = ed25519Private(derived(seed, "root"))
  let made: ReturnType<typeof slh_dsa_sha2_128s.keygen> | undefined
  const post = () => {
    made ??= slh_dsa_sha2_128s.keygen(
      Uint8Array.of(...derived(seed, "slh"), ...derived(seed, "slh public").subarray(0, 16)),
    )
    return made
  }
  return {
    roots: () => [
      { alg: algorithms.ed25519, public: publicOf(classical) },
      { alg: algorithms.slhDsa128s, public: post().publicKey },
    ],
    rootSign(message, prefix) {
      const signed = Uint8Array.of(...prefix, ...message)
      const slow = slh_dsa_sha2_128s.sign(signed, post().secretKey, { context: prefix, extraEntropy: false })
      return [Uint8Array.from(sign(null, signed, classical)), slow]
    },
  }
}

/** SHA-256 over seed and counter. */
const stream = (seed: Uint8Array): ((bytes: number) => Uint8Array) => {
  let count = 0
  return bytes => {
    const drawn = new Uint8Array(Math.ceil(bytes / 32) * 32)
    for (let at = 0; at < drawn.length; at += 32) drawn.set(derived(seed, `stream ${count++}`), at)
    return drawn.slice(0, bytes)
  }
}

const derived = (seed: Uint8Array, label: string): Uint8Array =>
  Uint8Array.from(hash("sha256", Buffer.concat([seed, Buffer.from(label)]), "buffer"))

const ed25519Private = (key: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.from(key), format: "raw-private", asymmetricKeyType: "ed25519" })

const publicOf = (privateKey: KeyObject): Uint8Array =>
  Uint8Array.from(createPublicKey(privateKey).export({ format: "raw-public" }))
