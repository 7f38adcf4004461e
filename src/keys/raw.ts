// Keys as bytes, to and from the platform's.
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto"
import type { PublicKey } from "../core/suite.ts"

export const ed25519Private = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.from(seed), format: "raw-private", asymmetricKeyType: "ed25519" })

export const mlDsaPrivate = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.from(seed), format: "raw-seed", asymmetricKeyType: "ml-dsa-65" })

export const publicOf = (alg: PublicKey["alg"], privateKey: KeyObject): PublicKey => ({
  alg,
  public: Uint8Array.from(createPublicKey(privateKey).export({ format: "raw-public" })),
})
