// The Signer on a file, for a side without a hardware module (page: docs/OPERATING). Seeds, readable by their owner alone, sealed
// under the home's passphrase where it has one, replaced atomically. X-Wing comes with whoever runs it (src/suites/xwing-node.ts).
import { randomBytes, sign } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { algorithms, type Kem } from "../core/suite.ts"
import { createAtomically, ensurePrivateDirectory, replaceAtomically } from "./atomic.ts"
import { tlsIdentity } from "./certificate.ts"
import { type Kek, type Keyring, keyring, keyringOf } from "./lock.ts"
import { bytesIn, type Fields, objectIn, openPrivate, privateText, readPrivate } from "./private-file.ts"
import { ed25519Private, mlDsaPrivate, publicOf } from "./raw.ts"
import { createRoots, openRoots, rootPathOf, rootSigner, rootText } from "./root.ts"
import type { RootSigner, Signer, TlsIdentity } from "./signer.ts"

export type FileKeys = Signer &
  RootSigner & {
    readonly tls: TlsIdentity
    /** The X-Wing public key that the card carries; undefined once it was erased. */
    readonly base: Uint8Array | undefined
  }

/** Everything private of a node, as seeds. */
type Secrets = {
  readonly node: { readonly ed25519: Uint8Array; readonly mlDsa65: Uint8Array }
  readonly tls: { readonly ed25519: Uint8Array }
  readonly epochs: Map<number, Uint8Array>
}

const seedBytes = 32
const slhBytes = 64

/** Makes every key of a side and writes them durably, the roots in a file beside. Neither may exist; their directory is made with
 *  mode 0700. `kek`: under which they are sealed; null for a home in the clear. */
export const createKeys = (path: string, kem: Kem, kek: Kek | null = null): FileKeys => {
  ensurePrivateDirectory(path)
  const seed = (): Uint8Array => Uint8Array.from(randomBytes(seedBytes))
  const secrets: Secrets = {
    node: { ed25519: seed(), mlDsa65: seed() },
    tls: { ed25519: seed() },
    epochs: new Map([[0, seed()]]),
  }
  createAtomically(path, toText(secrets, kek))
  createRoots(rootPathOf(path), kek)
  return keysOf(path, secrets, kek, kem, keyringOf(kek))
}

/** Throws when the file is open to others, is damaged, or was written by a newer version; KeysRefused when it does not open. */
export const openKeys = (path: string, kem: Kem, ring: Keyring = keyring()): FileKeys => {
  bringForward(path)
  const { secret, kek } = openPrivate(path, "node-keys", ring)
  return keysOf(path, secretsIn(path, secret), kek, kem, ring)
}

const keysOf = (path: string, secrets: Secrets, kek: Kek | null, kem: Kem, ring: Keyring): FileKeys => {
  const nodeKey = ed25519Private(secrets.node.ed25519)
  const postKey = mlDsaPrivate(secrets.node.mlDsa65)
  const keep = (options: { readonly scrub: boolean }): void => replaceAtomically(path, toText(secrets, kek), options)
  return {
    keys: [publicOf(algorithms.ed25519, nodeKey), publicOf(algorithms.mlDsa65, postKey)],
    sign: messages => messages.map(message => plain(sign(null, message, nodeKey))),
    signPost: (message, context) => plain(sign(null, message, { key: postKey, context })),

    // Asked twice for one number, as after a crash, it answers with the key that it has: the first answer may have been published.
    makeEpochKey(number) {
      const held = secrets.epochs.get(number)
      if (held !== undefined) return kem.publicKey(held)
      const seed = Uint8Array.from(randomBytes(seedBytes))
      secrets.epochs.set(number, seed)
      keep({ scrub: false })
      return kem.publicKey(seed)
    },

    // EP-6: from here on nobody can open what was sealed to it. Gone from the file first, then from memory.
    eraseEpochKey(number) {
      const seed = secrets.epochs.get(number)
      if (seed === undefined) return
      secrets.epochs.delete(number)
      keep({ scrub: true })
      seed.fill(0)
    },

    encapsulate(publicKey) {
      const made = kem.encapsulate(publicKey)
      if (made === undefined)
        throw new Error("a malformed epoch key came as far as the signer; it is refused where it comes in")
      return made
    },

    decapsulate(number, enc) {
      const seed = secrets.epochs.get(number)
      return seed === undefined ? undefined : kem.decapsulate(seed, enc)
    },

    ...rootSigner(rootPathOf(path), ring),
    tls: tlsIdentity(ed25519Private(secrets.tls.ed25519)),
    get base() {
      const seed = secrets.epochs.get(0)
      return seed === undefined ? undefined : kem.publicKey(seed)
    },
  }
}

/** Throws, before anything is written, when the ring does not open the node's keys, or the roots that lie beside. */
export const requireOpening = (path: string, ring: Keyring): void => {
  if (existsSync(rootPathOf(path))) openRoots(rootPathOf(path), ring)
  if (readPrivate(path).version !== 1) openPrivate(path, "node-keys", ring)
}

/** The node's keys and the roots again, under another lock or for the first time under one. A crash in between leaves one of them as it
 *  was: the same again completes it. */
export const relockKeys = (path: string, ring: Keyring, kek: Kek): void => {
  bringForward(path)
  const { secret } = openPrivate(path, "node-keys", ring)
  if (existsSync(rootPathOf(path))) relockRoots(path, ring, kek)
  replaceAtomically(path, toText(secretsIn(path, secret), kek), { scrub: true })
}

export const relockRoots = (path: string, ring: Keyring, kek: Kek): void => {
  const roots = rootPathOf(path)
  replaceAtomically(roots, rootText(openRoots(roots, ring), kek), { scrub: true })
}

/** Version 1 lay in the clear, roots and all, in one file. The roots are written first: a crash leaves them in both. */
const bringForward = (path: string): void => {
  const file = readPrivate(path)
  if (file.version !== 1) return
  const secrets = secretsIn(path, file)
  const roots = rootPathOf(path)
  if (file.root !== undefined) {
    const root = objectIn(path, "root", file.root)
    const ed25519 = bytesIn(path, "root.ed25519", root.ed25519, seedBytes)
    const text = rootText({ ed25519, slhDsa128s: bytesIn(path, "root.slhDsa128s", root.slhDsa128s, slhBytes) }, null)
    if (!existsSync(roots)) createAtomically(roots, text)
    else if (readFileSync(roots, "utf8") !== text) throw new Error(`${roots} holds other root keys than ${path}`)
  }
  replaceAtomically(path, toText(secrets, null), { scrub: true })
}

const plain = (bytes: Buffer): Uint8Array => Uint8Array.from(bytes)

const toText = ({ node, tls, epochs }: Secrets, kek: Kek | null): string => {
  const shown = {
    node: {
      ed25519: publicOf(algorithms.ed25519, ed25519Private(node.ed25519)).public.toHex(),
      mlDsa65: publicOf(algorithms.mlDsa65, mlDsaPrivate(node.mlDsa65)).public.toHex(),
    },
    tls: publicOf(algorithms.ed25519, ed25519Private(tls.ed25519)).public.toHex(),
    epochs: [...epochs.keys()],
  }
  const secret = {
    node: { ed25519: node.ed25519.toHex(), mlDsa65: node.mlDsa65.toHex() },
    tls: { ed25519: tls.ed25519.toHex() },
    epochs: Object.fromEntries([...epochs].map(([number, seed]) => [number, seed.toHex()])),
  }
  return privateText("node-keys", kek, shown, secret)
}

const secretsIn = (path: string, secret: Fields): Secrets => {
  const node = objectIn(path, "node", secret.node)
  const tls = objectIn(path, "tls", secret.tls)
  const epochs = Object.entries(objectIn(path, "epochs", secret.epochs))
  return {
    node: {
      ed25519: bytesIn(path, "node.ed25519", node.ed25519, seedBytes),
      mlDsa65: bytesIn(path, "node.mlDsa65", node.mlDsa65, seedBytes),
    },
    tls: { ed25519: bytesIn(path, "tls.ed25519", tls.ed25519, seedBytes) },
    epochs: new Map(
      epochs.map(([number, seed]) => [Number(number), bytesIn(path, `epochs.${number}`, seed, seedBytes)]),
    ),
  }
}
