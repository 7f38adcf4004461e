// The node's own signing keys of a file: those in force, and beside them those that are to come (page: protocol/key.md, section 3).
// A pair is a classical key, Ed25519 or where a peer's law asks for it ECDSA, and ML-DSA-65.
import { createPrivateKey, type KeyObject, randomBytes, sign } from "node:crypto"
import { algorithmName, algorithms, type Classical, classicalOf, type PublicKey } from "../core/suite.ts"
import type { HardKey, HardModule, HardRef } from "./pkcs11.ts"
import { bytesIn, damaged, type Fields, objectIn } from "./private-file.ts"
import { classicalSignature, ed25519Private, generatedKey, mlDsaPrivate, publicOf } from "./raw.ts"
import type { NodeKeys } from "./signer.ts"

/** As it stands in the file. `classical`: the seed of an Ed25519 key, an ECDSA key as PKCS #8, or where a hardware module has it. */
export type NodePair = {
  readonly alg: Classical
  readonly classical: Uint8Array | HardRef
  readonly mlDsa65: Uint8Array
}

/** Of a pair whose classical key is in a module. */
export const hardOf = ({ classical }: NodePair): HardRef | undefined =>
  classical instanceof Uint8Array ? undefined : classical

const seedBytes = 32
/** Of an algorithm, or around a classical key that a module has made. */
export const makePair = (of: Classical | HardRef): NodePair => ({
  alg: typeof of === "number" ? of : of.alg,
  classical: typeof of === "number" ? makeClassical(of) : of,
  mlDsa65: Uint8Array.from(randomBytes(seedBytes)),
})

const makeClassical = (alg: Classical): Uint8Array =>
  Uint8Array.from(
    alg === algorithms.ed25519 ? randomBytes(seedBytes) : generatedKey(alg).export({ format: "der", type: "pkcs8" }),
  )

export const erasePair = ({ classical, mlDsa65 }: NodePair): void => {
  if (classical instanceof Uint8Array) classical.fill(0)
  mlDsa65.fill(0)
}

const classicalKey = (alg: Classical, bytes: Uint8Array): KeyObject =>
  alg === algorithms.ed25519
    ? ed25519Private(bytes)
    : createPrivateKey({ key: Buffer.from(bytes), format: "der", type: "pkcs8" })

export const publicPair = ({ alg, classical, mlDsa65 }: NodePair): NodeKeys => [
  classical instanceof Uint8Array ? publicOf(alg, classicalKey(alg, classical)) : { alg, public: classical.public },
  publicOf(algorithms.mlDsa65, mlDsaPrivate(mlDsa65)),
]

export type OpenPair = {
  readonly keys: NodeKeys
  readonly sign: (messages: readonly Uint8Array[]) => Promise<Uint8Array[]> | Uint8Array[]
  signPost(message: Uint8Array, context: Uint8Array): Uint8Array
}

export const openPair = (pair: NodePair, module: HardModule | undefined): OpenPair => {
  const { alg, classical } = pair
  const post = mlDsaPrivate(pair.mlDsa65)
  return {
    keys: publicPair(pair),
    sign: classical instanceof Uint8Array ? softSigner(alg, classical) : hardSigner(classical, module),
    signPost: (message, context) => Uint8Array.from(sign(null, message, { key: post, context })),
  }
}

const softSigner = (alg: Classical, bytes: Uint8Array): OpenPair["sign"] => {
  const key = classicalKey(alg, bytes)
  return messages => messages.map(message => classicalSignature(alg, key, message))
}

/** The module is opened at the first signature. */
const hardSigner = (ref: HardRef, module: HardModule | undefined): OpenPair["sign"] => {
  let opened: Promise<HardKey> | undefined
  return async messages => {
    if (module === undefined) throw new Error(`The key ${ref.label} is in a hardware module, and none is configured.`)
    opened ??= module.open(ref)
    return (await opened).sign(messages)
  }
}

export const isOf = (pair: OpenPair, key: PublicKey): boolean =>
  pair.keys.some(each => each.alg === key.alg && Buffer.compare(each.public, key.public) === 0)

const pairValue = ({ alg, classical, mlDsa65 }: NodePair): object => ({
  alg: algorithmName(alg),
  ...(classical instanceof Uint8Array
    ? { classical: classical.toHex() }
    : { module: { label: classical.label, public: classical.public.toHex() } }),
  mlDsa65: mlDsa65.toHex(),
})

/** One pair of Ed25519 in a file stands as it did before keys could change. */
export const pairValues = (pairs: readonly NodePair[]): object => {
  const [first, second] = pairs
  return first?.alg === algorithms.ed25519 && first.classical instanceof Uint8Array && second === undefined
    ? { ed25519: first.classical.toHex(), mlDsa65: first.mlDsa65.toHex() }
    : pairs.map(pairValue)
}

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
  const alg = classicalOf(fields.alg)
  if (alg === undefined) throw new Error(`${path} is damaged at ${place}.alg`)
  if (fields.module !== undefined)
    return { alg, classical: hardRefIn(path, `${place}.module`, alg, fields.module), mlDsa65 }
  const bytes = typeof fields.classical === "string" ? fields.classical.length / 2 : 0
  return { alg, classical: bytesIn(path, `${place}.classical`, fields.classical, bytes), mlDsa65 }
}

const pointBytes = { [algorithms.ed25519]: 32, [algorithms.esp256]: 65, [algorithms.esp384]: 97 } as const

const hardRefIn = (path: string, place: string, alg: Classical, value: unknown): HardRef => {
  const { label, public: point } = objectIn(path, place, value)
  if (typeof label !== "string") throw damaged(path, `${place}.label`)
  return { label, alg, public: bytesIn(path, `${place}.public`, point, pointBytes[alg]) }
}
