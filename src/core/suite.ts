// What the core asks of cryptography. Each suite is one file in src/suites, given to the core by whoever runs it. All functions
// here are synchronous and deterministic: what needs chance or a private key is an effect (core/line.ts), done by src/keys.

/** SHA-256 digest, 32 bytes. */
export type Hash = Uint8Array & { readonly __hash?: never }

/** COSE algorithm numbers (RFC 9864, RFC 9964; SLH-DSA by draft-ietf-cose-sphincs-plus). */
export const algorithms = {
  ed25519: -19,
  esp256: -9,
  esp384: -51,
  mlDsa65: -49,
  slhDsa128s: -51_000, // private use: the draft's number is not final; page charter, section 2
} as const
export type Algorithm = (typeof algorithms)[keyof typeof algorithms]

/** Those of a node key 0 and of an officer's own key (CH-3, OF-4), under the names by which people and files know them. ECDSA is for a
 *  hardware module without Ed25519. */
export const classical = {
  Ed25519: algorithms.ed25519,
  "P-256": algorithms.esp256,
  "P-384": algorithms.esp384,
} as const
export type ClassicalName = keyof typeof classical
export type Classical = (typeof classical)[ClassicalName]

const named = new Map<unknown, Classical>(Object.entries(classical))
const names = new Map<unknown, string>(Object.entries(classical).map(([name, alg]) => [alg, name]))

/** Undefined for what is not of the three. */
export const classicalOf = (name: unknown): Classical | undefined => named.get(name)
/** Its number for what is not of the three. */
export const algorithmName = (alg: number): string => names.get(alg) ?? String(alg)
export const isClassical = (alg: number): alg is Classical => names.has(alg)

/** A public key as the charter and the registry carry it. `public`: Ed25519 32 B, P-256/P-384 uncompressed point, ML-DSA-65 1,952 B. */
export type PublicKey = { readonly alg: Algorithm; readonly public: Uint8Array }

export type Suite = {
  sha256(...parts: readonly Uint8Array[]): Hash
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array
  /** Whether a public key may be used at all: of its algorithm's length, a point of the curve, and for Ed25519 canonical and of
   *  prime order. `verify` is false for any other. Asked of every key of a card at pairing. (CH-3) */
  sound(key: PublicKey): boolean
  /** `context` is the ML-DSA and SLH-DSA context string, empty for the others. False for any malformed key or signature, never a throw. */
  verify(key: PublicKey, message: Uint8Array, signature: Uint8Array, context?: Uint8Array): boolean
  /** AES-256-GCM with a 12-byte nonce; the 16-byte tag follows the ciphertext. */
  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array
  /** Undefined when the tag is false. */
  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined
  /** Brotli, strongest. */
  compress(plain: Uint8Array): Uint8Array
  /** Undefined when it is not brotli or would exceed `bytesMax`. */
  decompress(packed: Uint8Array, bytesMax: number): Uint8Array | undefined
  /** The national suites that are known here; without it none is. */
  readonly national?: readonly NationalSuite[]
}

/** A country's own algorithms, beside the common suite and never in its place. (CH-13) */
export type NationalSuite = {
  /** As the registry has it. */
  readonly number: number
  /** As people name it on a command line. */
  readonly name: string
  readonly signatureBytes: number
  readonly frameKeyBytes: number
  sound(publicKey: Uint8Array): boolean
  /** False for any malformed key or signature, never a throw. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  /** An AEAD with a 12-byte nonce; its 16-byte tag follows the ciphertext. */
  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array
  /** Undefined when the tag is false. */
  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined
}

/** The private side of it. Given to src/keys by whoever runs it. */
export type NationalKeys = {
  readonly number: number
  /** A new private key, in the form in which it is kept. */
  make(): Uint8Array
  publicOf(privateKey: Uint8Array): Uint8Array
  sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array
}

/** X-Wing, the key encapsulation of the sealing epochs. Given to src/keys by whoever runs it: only keys need it, and privately. */
export type Kem = {
  /** The public key (1,216 B) of a 32-byte seed, which is the private key. */
  publicKey(seed: Uint8Array): Uint8Array
  /** Undefined when the public key is malformed. */
  encapsulate(publicKey: Uint8Array): { readonly enc: Uint8Array; readonly secret: Uint8Array } | undefined
  /** Undefined when `enc` is not 1,120 B. Otherwise always a secret: a false `enc` gives one that nobody shares. */
  decapsulate(seed: Uint8Array, enc: Uint8Array): Uint8Array | undefined
}
