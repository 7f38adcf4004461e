// Keys as bytes, to and from the platform's.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { algorithmName, algorithms, type Classical, type PublicKey } from "../core/suite.ts"

export const ed25519Private = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.from(seed), format: "raw-private", asymmetricKeyType: "ed25519" })

export const mlDsaPrivate = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.from(seed), format: "raw-seed", asymmetricKeyType: "ml-dsa-65" })

export const publicOf = (alg: PublicKey["alg"], privateKey: KeyObject): PublicKey => ({
  alg,
  public: Uint8Array.from(createPublicKey(privateKey).export({ format: "raw-public" })),
})

const orders = {
  [algorithms.esp256]: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  [algorithms.esp384]:
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
} as const

/** E-15: of the two s that verify, the lower one, so that nobody can make a second signature of the first. */
export const lowS = (alg: Classical, signature: Uint8Array): Uint8Array => {
  if (alg === algorithms.ed25519) return signature
  const half = signature.length / 2
  const s = BigInt(`0x${signature.subarray(half).toHex()}`)
  const low = s > orders[alg] / 2n ? orders[alg] - s : s
  return Uint8Array.of(...signature.subarray(0, half), ...Uint8Array.fromHex(low.toString(16).padStart(2 * half, "0")))
}

/** Of an algorithm: Ed25519, or ECDSA on the curve of its name. */
export const generatedKey = (alg: Classical): KeyObject =>
  alg === algorithms.ed25519
    ? generateKeyPairSync("ed25519").privateKey
    : generateKeyPairSync("ec", { namedCurve: algorithmName(alg) }).privateKey

/** ECDSA as r ‖ s. */
export const classicalSignature = (alg: Classical, key: KeyObject, message: Uint8Array): Uint8Array => {
  if (alg === algorithms.ed25519) return Uint8Array.from(sign(null, message, key))
  const hash = alg === algorithms.esp256 ? "sha256" : "sha384"
  return lowS(alg, sign(hash, message, { key, dsaEncoding: "ieee-p1363" }))
}
