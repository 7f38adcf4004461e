// What the node asks of its keys. Private keys never leave this room; an HSM and a file answer to the same interface.
import type { Classical, PublicKey } from "../core/suite.ts"

export type NodeKeys = readonly [PublicKey, PublicKey]

export type SecondKey = {
  readonly suite: number
  readonly public: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

export type Signer = {
  /** The node's own keys: [0] signs entries and heads, [1] is ML-DSA-65 and signs heads and openings beside it. While they are being
   *  changed, the ones that were. */
  readonly keys: NodeKeys
  /** Whether the private half of a node key is here. (K-6) */
  holds(key: PublicKey): boolean
  /** Signature of each message by the node key named, else by `keys[0]`; the messages of one batch. */
  sign(messages: readonly Uint8Array[], by?: PublicKey): Promise<Uint8Array[]> | Uint8Array[]
  /** Signature by the ML-DSA-65 key named, else by `keys[1]`, under a context. */
  signPost(message: Uint8Array, context: Uint8Array, by?: PublicKey): Promise<Uint8Array> | Uint8Array
  /** The key of our own country's suite, where our card names one. (CH-13) */
  readonly second?: SecondKey | undefined
  /** New node keys, kept beside those in force. Asked again before they are in force, it answers with the ones that it has. */
  makeNodeKeys(alg: Classical): Promise<NodeKeys> | NodeKeys
  /** These are in force for good: all other node keys are erased, once what was asked before is signed. Where they are not held,
   *  nothing is erased. */
  keepNodeKeys(key: PublicKey): Promise<void> | void
  /** A new X-Wing key pair is made and kept under `number`; its public key (1,216 B). Number 0 is the card's. */
  makeEpochKey(number: number): Promise<Uint8Array> | Uint8Array
  /** Erases the private key for good. */
  eraseEpochKey(number: number): Promise<void> | void
  /** X-Wing encapsulation to a peer's public key: HPKE `enc` (1,120 B) and the 32-byte shared secret. */
  encapsulate(
    publicKey: Uint8Array,
  ): Promise<{ enc: Uint8Array; secret: Uint8Array }> | { enc: Uint8Array; secret: Uint8Array }
  /** Undefined when no such key is held, or `enc` is malformed. */
  decapsulate(number: number, enc: Uint8Array): Promise<Uint8Array | undefined> | Uint8Array | undefined
}

/** The authority's roots: they sign the card, the charter and later changes of keys, and nothing else. May be kept offline. */
export type RootSigner = {
  /** Ed25519 and SLH-DSA-SHA2-128s, as the card lists them. Throws, as rootSign does, where the roots are kept elsewhere. */
  roots(): readonly [PublicKey, PublicKey]
  /** By each root over prefix ‖ message; for SLH-DSA the prefix is the context string as well. Takes half a second. (CH-3) */
  rootSign(message: Uint8Array, prefix: Uint8Array): Promise<Uint8Array[]> | Uint8Array[]
}

/** The key and certificate of the outer coat. `spki` is the SHA-256 that the card carries and the peer pins. */
export type TlsIdentity = { readonly key: string; readonly cert: string; readonly spki: Uint8Array }
