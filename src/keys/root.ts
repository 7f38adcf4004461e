// The authority's roots in a file of their own, so that they are taken offline by moving one file (page: docs/OPERATING). A node runs
// without it; what needs it says that it is missing. It is opened for one signature and forgotten.
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto"
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { algorithms } from "../core/suite.ts"
import { createAtomically } from "./atomic.ts"
import type { Kek, Keyring } from "./lock.ts"
import { bytesIn, openPrivate, privateText, publicParts } from "./private-file.ts"
import { ed25519Private, publicOf } from "./raw.ts"
import type { RootSigner } from "./signer.ts"

const seedBytes = 32
const slhPublicBytes = 32
const slhBytes = 64

/** Ed25519 is kept as its seed, SLH-DSA as the 64 bytes of its private key. */
export type RootSecrets = { readonly ed25519: Uint8Array; readonly slhDsa128s: Uint8Array }

/** Beside the file of the node's keys. */
export const rootPathOf = (keysPath: string): string => join(dirname(keysPath), "root.json")

export const createRoots = (path: string, kek: Kek | null): void =>
  createAtomically(
    path,
    rootText(
      {
        ed25519: Uint8Array.from(randomBytes(seedBytes)),
        slhDsa128s: Uint8Array.from(
          generateKeyPairSync("slh-dsa-sha2-128s").privateKey.export({ format: "raw-private" }),
        ),
      },
      kek,
    ),
  )

export const rootText = (secrets: RootSecrets, kek: Kek | null): string => {
  const shown = {
    ed25519: publicOf(algorithms.ed25519, ed25519Private(secrets.ed25519)).public.toHex(),
    slhDsa128s: publicOf(algorithms.slhDsa128s, slhPrivate(secrets.slhDsa128s)).public.toHex(),
  }
  const secret = { ed25519: secrets.ed25519.toHex(), slhDsa128s: secrets.slhDsa128s.toHex() }
  return privateText("root-keys", kek, shown, secret)
}

export const openRoots = (path: string, ring: Keyring): RootSecrets => {
  const { secret } = openPrivate(requireRoots(path), "root-keys", ring)
  return {
    ed25519: bytesIn(path, "ed25519", secret.ed25519, seedBytes),
    slhDsa128s: bytesIn(path, "slhDsa128s", secret.slhDsa128s, slhBytes),
  }
}

/** Asks for the file at each signature, so that it may be taken away and put back beside a running node. */
export const rootSigner = (path: string, ring: Keyring): RootSigner => ({
  roots() {
    const shown = publicParts(requireRoots(path), "root-keys")
    return [
      { alg: algorithms.ed25519, public: bytesIn(path, "ed25519", shown.ed25519, seedBytes) },
      { alg: algorithms.slhDsa128s, public: bytesIn(path, "slhDsa128s", shown.slhDsa128s, slhPublicBytes) },
    ]
  },
  rootSign(message, prefix) {
    const secrets = openRoots(path, ring)
    const signed = Buffer.concat([prefix, message])
    const made = [
      sign(null, signed, ed25519Private(secrets.ed25519)),
      sign(null, signed, { key: slhPrivate(secrets.slhDsa128s), context: prefix }),
    ]
    for (const secret of [secrets.ed25519, secrets.slhDsa128s]) secret.fill(0)
    return made.map(signature => Uint8Array.from(signature))
  },
})

const requireRoots = (path: string): string => {
  if (existsSync(path)) return path
  throw new Error(`${path} is not here, and this needs the root keys; put the file back for as long as it takes.`)
}

const slhPrivate = (key: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.from(key), format: "raw-private", asymmetricKeyType: "slh-dsa-sha2-128s" })
