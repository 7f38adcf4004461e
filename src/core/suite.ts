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

/** A public key as the charter and the registry carry it. `public`: Ed25519 32 B, P-256/P-384 uncompressed point, ML-DSA-65 1,952 B. */
export type PublicKey = { readonly alg: Algorithm; readonly public: Uint8Array }

export type Suite = {
  sha256(...parts: readonly Uint8Array[]): Hash
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array
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
}
