// X-Wing (draft-connolly-cfrg-xwing-kem) without a platform, for the simulator and as the oracle of xwing-node.ts. Chance is
// handed in, so that a seed replays to the byte (page: protocol/epoch.md, section 3).
import { x25519 } from "@noble/curves/ed25519.js"
import { sha3_256, shake256 } from "@noble/hashes/sha3.js"
import { concatBytes } from "@noble/hashes/utils.js"
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js"
import type { Kem } from "../core/suite.ts"

const seedBytes = 32
const mlKemPublicBytes = 1_184
const mlKemEncBytes = 1_088
const x25519Bytes = 32
const label = Uint8Array.fromHex("5c2e2f2f5e5c")

/** `chance` gives the 64 bytes of each encapsulation: 32 for ML-KEM, 32 for X25519. */
export const xwingNoble = (chance: (bytes: number) => Uint8Array): Kem => ({
  publicKey(seed) {
    const { mlKem, x } = expand(seed)
    return concatBytes(mlKem.publicKey, x25519.getPublicKey(x))
  },

  encapsulate(publicKey) {
    if (publicKey.length !== mlKemPublicBytes + x25519Bytes) return undefined
    const eseed = chance(64)
    const made = encapsulateMlKem(publicKey.subarray(0, mlKemPublicBytes), eseed.subarray(0, 32))
    if (made === undefined) return undefined
    const pkX = publicKey.subarray(mlKemPublicBytes)
    const ephemeral = eseed.subarray(32)
    const ctX = x25519.getPublicKey(ephemeral)
    const secret = combine({ ssM: made.sharedSecret, ssX: exchange(ephemeral, pkX), ctX, pkX })
    return { enc: concatBytes(made.cipherText, ctX), secret }
  },

  decapsulate(seed, enc) {
    if (enc.length !== mlKemEncBytes + x25519Bytes) return undefined
    const { mlKem, x } = expand(seed)
    const ctX = enc.subarray(mlKemEncBytes)
    const ssM = ml_kem768.decapsulate(enc.subarray(0, mlKemEncBytes), mlKem.secretKey)
    return combine({ ssM, ssX: exchange(x, ctX), ctX, pkX: x25519.getPublicKey(x) })
  },
})

const expand = (seed: Uint8Array) => {
  if (seed.length !== seedBytes) throw new Error(`an X-Wing seed has ${seedBytes} bytes`)
  const expanded = shake256(seed, { dkLen: 96 })
  return { mlKem: ml_kem768.keygen(expanded.subarray(0, 64)), x: expanded.subarray(64) }
}

/** Undefined when a coefficient is not below the modulus (FIPS 203, section 7.2). */
const encapsulateMlKem = (publicKey: Uint8Array, seed: Uint8Array) => {
  try {
    return ml_kem768.encapsulate(publicKey, seed)
  } catch {
    return undefined
  }
}

const exchange = (privateKey: Uint8Array, other: Uint8Array): Uint8Array => {
  try {
    return x25519.getSharedSecret(privateKey, other)
  } catch {
    // The library refuses a point of small order, whose product is zero; X-Wing takes the zero, and rests on ML-KEM alone.
    return new Uint8Array(x25519Bytes)
  }
}

type Parts = { readonly ssM: Uint8Array; readonly ssX: Uint8Array; readonly ctX: Uint8Array; readonly pkX: Uint8Array }
const combine = ({ ssM, ssX, ctX, pkX }: Parts): Uint8Array => sha3_256(concatBytes(ssM, ssX, ctX, pkX, label))
