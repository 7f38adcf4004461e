// X-Wing (draft-connolly-cfrg-xwing-kem) on the platform's ML-KEM-768 and X25519 (page: protocol/epoch.md, section 3). The twin
// for browser and simulator is xwing-noble.ts.
import {
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  hash,
  type KeyObject,
  randomBytes,
} from "node:crypto"
import type { Kem } from "../core/suite.ts"

const seedBytes = 32
const mlKemPublicBytes = 1_184
const mlKemEncBytes = 1_088
const x25519Bytes = 32
const label = Uint8Array.fromHex("5c2e2f2f5e5c")

export const xwingNode: Kem = {
  publicKey(seed) {
    const { mlKem, x25519 } = expand(seed)
    return Uint8Array.from(Buffer.concat([rawPublic(mlKem), rawPublic(x25519)]))
  },

  encapsulate(publicKey) {
    if (publicKey.length !== mlKemPublicBytes + x25519Bytes) return undefined
    const to = mlKemPublic(publicKey.subarray(0, mlKemPublicBytes))
    if (to === undefined) return undefined
    const pkX = publicKey.subarray(mlKemPublicBytes)
    const ephemeral = x25519Private(randomBytes(x25519Bytes))
    const ctX = rawPublic(ephemeral)
    const { sharedKey, ciphertext } = encapsulate(to)
    const secret = combine({ ssM: sharedKey, ssX: exchange(ephemeral, pkX), ctX, pkX })
    return { enc: Uint8Array.from(Buffer.concat([ciphertext, ctX])), secret }
  },

  decapsulate(seed, enc) {
    if (enc.length !== mlKemEncBytes + x25519Bytes) return undefined
    const { mlKem, x25519 } = expand(seed)
    const ctX = enc.subarray(mlKemEncBytes)
    const ssM = decapsulate(mlKem, enc.subarray(0, mlKemEncBytes))
    return combine({ ssM, ssX: exchange(x25519, ctX), ctX, pkX: rawPublic(x25519) })
  },
}

const expand = (seed: Uint8Array): { readonly mlKem: KeyObject; readonly x25519: KeyObject } => {
  if (seed.length !== seedBytes) throw new Error(`an X-Wing seed has ${seedBytes} bytes`)
  const expanded = hash("shake256", seed, { outputEncoding: "buffer", outputLength: 96 })
  return {
    mlKem: createPrivateKey({ key: expanded.subarray(0, 64), format: "raw-seed", asymmetricKeyType: "ml-kem-768" }),
    x25519: x25519Private(expanded.subarray(64)),
  }
}

const x25519Private = (key: Buffer): KeyObject =>
  createPrivateKey({ key, format: "raw-private", asymmetricKeyType: "x25519" })

const rawPublic = (key: KeyObject): Buffer => createPublicKey(key).export({ format: "raw-public" })

/** Undefined when a coefficient is not below the modulus (FIPS 203, section 7.2). */
const mlKemPublic = (bytes: Uint8Array): KeyObject | undefined => {
  try {
    return createPublicKey({ key: Buffer.from(bytes), format: "raw-public", asymmetricKeyType: "ml-kem-768" })
  } catch {
    return undefined
  }
}

const exchange = (privateKey: KeyObject, other: Uint8Array): Uint8Array => {
  const publicKey = createPublicKey({ key: Buffer.from(other), format: "raw-public", asymmetricKeyType: "x25519" })
  try {
    return diffieHellman({ privateKey, publicKey })
  } catch {
    // The platform refuses a point of small order, whose product is zero; X-Wing takes the zero, and rests on ML-KEM alone.
    return new Uint8Array(x25519Bytes)
  }
}

type Parts = { readonly ssM: Uint8Array; readonly ssX: Uint8Array; readonly ctX: Uint8Array; readonly pkX: Uint8Array }
const combine = ({ ssM, ssX, ctX, pkX }: Parts): Uint8Array =>
  Uint8Array.from(hash("sha3-256", Buffer.concat([ssM, ssX, ctX, pkX, label]), "buffer"))
