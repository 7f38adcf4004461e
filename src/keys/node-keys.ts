// The node's own signing keys of a file: those in force, and beside them those that are to come (page: protocol/key.md, section 3).
// A pair is a classical key, Ed25519 or where a peer's law asks for it ECDSA, and ML-DSA-65.
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto"
import { algorithms, type PublicKey } from "../core/suite.ts"
import { bytesIn, type Fields, objectIn } from "./private-file.ts"
import { ed25519Private, mlDsaPrivate, publicOf } from "./raw.ts"
import type { Classical, NodeKeys } from "./signer.ts"

/** As it stands in the file. `classical`: the seed of an Ed25519 key, or an ECDSA key as PKCS #8. */
export type NodePair = { readonly alg: Classical; readonly classical: Uint8Array; readonly mlDsa65: Uint8Array }

const seedBytes = 32
const curves = { [algorithms.esp256]: "P-256", [algorithms.esp384]: "P-384" } as const
const orders = {
  [algorithms.esp256]: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  [algorithms.esp384]:
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
} as const

export const makePair = (alg: Classical): NodePair => ({
  alg,
  classical:
    alg === algorithms.ed25519
      ? Uint8Array.from(randomBytes(seedBytes))
      : Uint8Array.from(
          generateKeyPairSync("ec", { namedCurve: curves[alg] }).privateKey.export({ format: "der", type: "pkcs8" }),
        ),
  mlDsa65: Uint8Array.from(randomBytes(seedBytes)),
})

const classicalKey = ({ alg, classical }: NodePair): KeyObject =>
  alg === algorithms.ed25519
    ? ed25519Private(classical)
    : createPrivateKey({ key: Buffer.from(classical), format: "der", type: "pkcs8" })

export const publicPair = (pair: NodePair): NodeKeys => [
  publicOf(pair.alg, classicalKey(pair)),
  publicOf(algorithms.mlDsa65, mlDsaPrivate(pair.mlDsa65)),
]

export type OpenPair = {
  readonly keys: NodeKeys
  sign(message: Uint8Array): Uint8Array
  signPost(message: Uint8Array, context: Uint8Array): Uint8Array
}

export const openPair = (pair: NodePair): OpenPair => {
  const key = classicalKey(pair)
  const post = mlDsaPrivate(pair.mlDsa65)
  return {
    keys: publicPair(pair),
    sign: message => classicalSignature(pair.alg, key, message),
    signPost: (message, context) => Uint8Array.from(sign(null, message, { key: post, context })),
  }
}

export const isOf = (pair: OpenPair, key: PublicKey): boolean =>
  pair.keys.some(each => each.alg === key.alg && Buffer.compare(each.public, key.public) === 0)

const classicalSignature = (alg: Classical, key: KeyObject, message: Uint8Array): Uint8Array => {
  if (alg === algorithms.ed25519) return Uint8Array.from(sign(null, message, key))
  const hash = alg === algorithms.esp256 ? "sha256" : "sha384"
  return lowS(sign(hash, message, { key, dsaEncoding: "ieee-p1363" }), orders[alg])
}

/** E-15: of the two s that verify, the lower one, so that nobody can make a second signature of the first. */
const lowS = (signature: Uint8Array, order: bigint): Uint8Array => {
  const half = signature.length / 2
  const s = BigInt(`0x${signature.subarray(half).toHex()}`)
  const low = s > order / 2n ? order - s : s
  return Uint8Array.of(...signature.subarray(0, half), ...Uint8Array.fromHex(low.toString(16).padStart(2 * half, "0")))
}

const names = {
  [algorithms.ed25519]: "Ed25519",
  [algorithms.esp256]: "P-256",
  [algorithms.esp384]: "P-384",
} as const
const algOf = (name: unknown): Classical | undefined =>
  ([algorithms.ed25519, algorithms.esp256, algorithms.esp384] as const).find(alg => names[alg] === name)

export const pairValue = ({ alg, classical, mlDsa65 }: NodePair): object => ({
  alg: names[alg],
  classical: classical.toHex(),
  mlDsa65: mlDsa65.toHex(),
})

/** Of a file: its first pair as it always stood there, or by its algorithm. Errors name the place and never the value. */
export const pairIn = (path: string, place: string, value: unknown): NodePair => {
  const fields: Fields = objectIn(path, place, value)
  const mlDsa65 = bytesIn(path, `${place}.mlDsa65`, fields.mlDsa65, seedBytes)
  if (fields.alg === undefined)
    return {
      alg: algorithms.ed25519,
      classical: bytesIn(path, `${place}.ed25519`, fields.ed25519, seedBytes),
      mlDsa65,
    }
  const alg = algOf(fields.alg)
  if (alg === undefined) throw new Error(`${path} is damaged at ${place}.alg`)
  const bytes = typeof fields.classical === "string" ? fields.classical.length / 2 : 0
  return { alg, classical: bytesIn(path, `${place}.classical`, fields.classical, bytes), mlDsa65 }
}
