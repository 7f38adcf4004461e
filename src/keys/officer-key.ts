// An officer's own key in software, of type 1 (page: protocol/officer.md): one PEM file, readable by its owner alone, in the clear. For a
// side without security keys, and for tests; whoever has the file is that officer.
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto"
import { readFileSync } from "node:fs"
import { algorithms, type Classical, type PublicKey } from "../core/suite.ts"
import { createAtomically, ensurePrivateDirectory, refuseOpenAccess } from "./atomic.ts"
import { classicalSignature, generatedKey } from "./raw.ts"
import { tokenKeyIn } from "./token-key.ts"

export type OfficerSigner = {
  readonly public: PublicKey
  /** Over the act digest; ECDSA as r ‖ s with the lower s. A module takes its time. (OF-5, E-15) */
  sign(digest: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/** The file must not exist. */
export const createOfficerKey = (path: string, alg: Classical): PublicKey => {
  ensurePrivateDirectory(path)
  const key = generatedKey(alg)
  createAtomically(path, key.export({ type: "pkcs8", format: "pem" }).toString())
  return publicOf(path, createPublicKey(key))
}

/** Of a file with a private or a public key in PEM, or of one in a module: who enrols an officer needs no more of it. */
export const officerPublicKey = (path: string): PublicKey =>
  tokenKeyIn(path) ?? publicOf(path, read(path, createPublicKey))

export const openOfficerKey = (path: string): OfficerSigner => {
  if (readFileSync(path, "utf8").includes("-----BEGIN PUBLIC KEY-----"))
    throw new Error(`${path} holds a public key; who signs needs the private one.`)
  refuseOpenAccess(path)
  return officerSigner(path, read(path, createPrivateKey))
}

export const officerSigner = (path: string, key: KeyObject): OfficerSigner => {
  const held = publicPart(path, key)
  return { public: held, sign: digest => classicalSignature(held.alg, key, digest) }
}

/** Of a private key. */
export const publicPart = (path: string, key: KeyObject): PublicPart => publicOf(path, createPublicKey(key))

const read = (path: string, open: (pem: string) => KeyObject): KeyObject => {
  const pem = readFileSync(path, "utf8")
  try {
    return open(pem)
  } catch {
    throw new Error(`${path} holds no key in PEM that can be read.`) // the reader's own message may quote it
  }
}

type PublicPart = PublicKey & { readonly alg: Classical }

const publicOf = (path: string, key: KeyObject): PublicPart => {
  const bytes = (): Uint8Array => Uint8Array.from(key.export({ format: "raw-public" }))
  if (key.asymmetricKeyType === "ed25519") return { alg: algorithms.ed25519, public: bytes() }
  const curve = key.asymmetricKeyDetails?.namedCurve
  if (curve === "prime256v1") return { alg: algorithms.esp256, public: bytes() }
  if (curve === "secp384r1") return { alg: algorithms.esp384, public: bytes() }
  throw new Error(`${path} holds a key of another kind; an officer's is Ed25519, P-256 or P-384.`)
}
