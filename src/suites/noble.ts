// The common suite without a platform: what a browser and the simulator run. Deterministic and free of node:*. Slower than
// node.ts; both pass the same vectors (vectors.test.ts).
import { gcm } from "@noble/ciphers/aes.js"
import { ed25519 } from "@noble/curves/ed25519.js"
import { p256, p384 } from "@noble/curves/nist.js"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256, sha512 } from "@noble/hashes/sha2.js"
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js"
import { slh_dsa_sha2_128s } from "@noble/post-quantum/slh-dsa.js"
import { algorithms, type PublicKey, type Suite } from "../core/suite.ts"
import { isKeyLength, isPrimeOrder, isSignatureForm, isUncompressed } from "./strict.ts"

/** Brotli is the one part that no small library has. A console meets bodies already unpacked; the simulator hands in the platform's. */
export type Packing = Pick<Suite, "compress" | "decompress">

export const nobleSuite = (packing: Packing = withoutPacking): Suite => ({
  sha256(...parts) {
    const [first] = parts
    if (parts.length === 1 && first !== undefined) return sha256(first)
    const streaming = sha256.create()
    for (const part of parts) streaming.update(part)
    return streaming.digest()
  },

  hmacSha256: (key, data) => hmac(sha256, key, data),

  sound: isSound,

  verify(key, message, signature, context = none) {
    if (!isSignatureForm(key.alg, signature, context) || !isSound(key)) return false
    try {
      return verifyBy(key, message, signature, context)
    } catch {
      return false // a malformed signature
    }
  },

  seal: (key, nonce, aad, plain) => gcm(key, nonce, aad).encrypt(plain),

  open(key, nonce, aad, sealed) {
    if (sealed.length < 16) return undefined
    try {
      return gcm(key, nonce, aad).decrypt(sealed)
    } catch {
      return undefined // the tag is false
    }
  },

  ...packing,
})

const none = new Uint8Array(0)

const withoutPacking: Packing = {
  compress: () => {
    throw new Error("this suite was given no compression: only a node packs bodies")
  },
  decompress: () => {
    throw new Error("this suite was given no compression: only a node unpacks bodies")
  },
}

const verifyBy = (key: PublicKey, message: Uint8Array, signature: Uint8Array, context: Uint8Array): boolean => {
  switch (key.alg) {
    case algorithms.ed25519:
      return verifyEd25519(key.public, message, signature)
    case algorithms.esp256:
      return p256.verify(signature, message, key.public, { lowS: true, prehash: true })
    case algorithms.esp384:
      return p384.verify(signature, message, key.public, { lowS: true, prehash: true })
    case algorithms.mlDsa65:
      return ml_dsa65.verify(signature, message, key.public, { context })
    case algorithms.slhDsa128s:
      return slh_dsa_sha2_128s.verify(signature, message, key.public, { context })
    default:
      return key.alg satisfies never
  }
}

// E-15: RFC 8032 leaves two equations open. The library checks the cofactored one, the platform the cofactorless one, and an author
// could sign so that they differ. The law takes the platform's: sB − kA, encoded, is R byte for byte.
const verifyEd25519 = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
  const { BASE, Fn } = ed25519.Point
  const s = littleEndian(signature.subarray(32))
  if (s >= Fn.ORDER) return false
  const digest = sha512.create().update(signature.subarray(0, 32)).update(key).update(message).digest()
  const k = littleEndian(digest) % Fn.ORDER
  const minusA = ed25519.Point.fromBytes(key, false).negate()
  const r = BASE.multiplyUnsafe(s).add(minusA.multiplyUnsafe(k)).toBytes()
  return r.every((byte, at) => byte === signature[at])
}

const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${bytes.toReversed().toHex()}`)

/** Keys found sound, so that the prime-order check is paid once; unsound ones are not kept. */
const soundKeys = new Set<string>()
const soundKeysMax = 1_024

const isSound = (key: PublicKey): boolean => {
  const { alg, public: bytes } = key
  if (!isKeyLength(alg, bytes)) return false
  if (alg === algorithms.mlDsa65 || alg === algorithms.slhDsa128s) return true // every string of that length is a key
  const name = `${alg} ${bytes.toHex()}`
  if (soundKeys.has(name)) return true
  const sound = alg === algorithms.ed25519 ? isPrimeOrder(bytes) : isUncompressed(bytes) && isOnCurve(key)
  if (!sound) return false
  for (const oldest of soundKeys) {
    if (soundKeys.size < soundKeysMax) break
    soundKeys.delete(oldest)
  }
  soundKeys.add(name)
  return true
}

const isOnCurve = ({ alg, public: bytes }: PublicKey): boolean =>
  alg === algorithms.esp256 ? p256.utils.isValidPublicKey(bytes, false) : p384.utils.isValidPublicKey(bytes, false)
