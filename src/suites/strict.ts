// What every suite refuses alike, so that one signature is good for both parties or for neither (page: protocol/entry.md, section
// "Signatures"). A library's own leniency must never decide whether two nodes hold the same record.
import { ed25519 } from "@noble/curves/ed25519.js"
import { p256, p384 } from "@noble/curves/nist.js"
import { type Algorithm, algorithms } from "../core/suite.ts"

type Lengths = { readonly key: number; readonly signature: number }

const lengths: Readonly<Record<Algorithm, Lengths>> = {
  [algorithms.ed25519]: { key: 32, signature: 64 },
  [algorithms.esp256]: { key: 65, signature: 64 },
  [algorithms.esp384]: { key: 97, signature: 96 },
  [algorithms.mlDsa65]: { key: 1_952, signature: 3_309 },
  [algorithms.slhDsa128s]: { key: 32, signature: 7_856 },
}
const contextBytesMax = 255 // FIPS 204 and 205

export const isKeyLength = (alg: Algorithm, key: Uint8Array): boolean => lengths[alg]?.key === key.length

/** Uncompressed points only: one key has one encoding, and so one kid. */
export const isUncompressed = (key: Uint8Array): boolean => key[0] === 4

/** Signature and context of the form that the algorithm has; for ECDSA also low s, since (r, n − s) would verify as well. (E-15) */
export const isSignatureForm = (alg: Algorithm, signature: Uint8Array, context: Uint8Array): boolean => {
  if (lengths[alg]?.signature !== signature.length) return false
  if (alg === algorithms.mlDsa65 || alg === algorithms.slhDsa128s) return context.length <= contextBytesMax
  if (context.length > 0) return false // these algorithms would not sign it
  if (alg === algorithms.esp256) return isAtMost(signature.subarray(32), halfOrder256)
  if (alg === algorithms.esp384) return isAtMost(signature.subarray(48), halfOrder384)
  return true
}

/** A canonical encoding of a point of prime order. With any other key the cofactored and the cofactorless check can differ. (E-15) */
export const isPrimeOrder = (key: Uint8Array): boolean => {
  try {
    const point = ed25519.Point.fromBytes(key, false)
    return !point.is0() && point.isTorsionFree()
  } catch {
    return false // not a point
  }
}

const bigEndian = (value: bigint, bytes: number): Uint8Array =>
  Uint8Array.fromHex(value.toString(16).padStart(2 * bytes, "0"))
const halfOrder256 = bigEndian(p256.Point.Fn.ORDER >> 1n, 32)
const halfOrder384 = bigEndian(p384.Point.Fn.ORDER >> 1n, 48)

/** Big-endian numbers of one length. */
const isAtMost = (value: Uint8Array, bound: Uint8Array): boolean => {
  for (const [at, byte] of value.entries()) {
    const limit = bound[at] ?? 0
    if (byte !== limit) return byte < limit
  }
  return true
}
