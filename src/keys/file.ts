// The Signer on a file, for a side without a hardware module (page: docs/OPERATING). Seeds, readable by their owner alone, sealed
// under the home's passphrase where it has one, replaced atomically. X-Wing comes with whoever runs it (src/suites/xwing-node.ts).
import { randomBytes } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { algorithms, type Kem, type PublicKey } from "../core/suite.ts"
import { createAtomically, ensurePrivateDirectory, replaceAtomically } from "./atomic.ts"
import { tlsIdentity } from "./certificate.ts"
import { type Kek, type Keyring, keyring, keyringOf } from "./lock.ts"
import { isOf, makePair, type NodePair, type OpenPair, openPair, pairIn, pairValue, publicPair } from "./node-keys.ts"
import { bytesIn, type Fields, objectIn, openPrivate, privateText, readPrivate } from "./private-file.ts"
import { ed25519Private, publicOf } from "./raw.ts"
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
  /** The pair in force, then one that is to come. */
  node: readonly NodePair[]
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
    node: [makePair(algorithms.ed25519)],
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
  let pairs = secrets.node.map(openPair)
  const keep = (options: { readonly scrub: boolean }): void => replaceAtomically(path, toText(secrets, kek), options)
  return {
    get keys() {
      return pairs[0]!.keys
    },
    holds: key => pairs.some(pair => isOf(pair, key)),
    sign: (messages, by) => messages.map(message => pairOf(pairs, by).sign(message)),
    signPost: (message, context, by) => pairOf(pairs, by).signPost(message, context),

    makeNodeKeys(alg) {
      const held = secrets.node.slice(1).findIndex(pair => pair.alg === alg)
      if (held >= 0) return pairs[held + 1]!.keys
      secrets.node = [secrets.node[0]!, makePair(alg)]
      pairs = secrets.node.map(openPair)
      keep({ scrub: false })
      return pairs[1]!.keys
    },

    // K-6: from here on nobody can sign as we did before. Gone from the file first, then from memory.
    keepNodeKeys(key) {
      const kept = pairs.findIndex(pair => isOf(pair, key))
      if (kept < 0 || pairs.length === 1) return
      const gone = secrets.node.filter((_, at) => at !== kept)
      secrets.node = [secrets.node[kept]!]
      pairs = [pairs[kept]!]
      keep({ scrub: true })
      for (const pair of gone) for (const bytes of [pair.classical, pair.mlDsa65]) bytes.fill(0)
    },

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

const pairOf = (pairs: readonly OpenPair[], by: PublicKey | undefined): OpenPair => {
  const pair = by === undefined ? pairs[0] : pairs.find(each => isOf(each, by))
  if (pair === undefined) throw new Error("a node key that is not here was to sign; it is asked for first")
  return pair
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

const toText = ({ node, tls, epochs }: Secrets, kek: Kek | null): string => {
  const shown = {
    node: node.map(publicPair).map(([first, second]) => [first.public.toHex(), second.public.toHex()]),
    tls: publicOf(algorithms.ed25519, ed25519Private(tls.ed25519)).public.toHex(),
    epochs: [...epochs.keys()],
  }
  const secret = {
    // One pair of Ed25519 stands as it did before keys could change.
    node: node.length > 1 || node[0]!.alg !== algorithms.ed25519 ? node.map(pairValue) : firstPair(node[0]!),
    tls: { ed25519: tls.ed25519.toHex() },
    epochs: Object.fromEntries([...epochs].map(([number, seed]) => [number, seed.toHex()])),
  }
  return privateText("node-keys", kek, shown, secret)
}

const firstPair = ({ classical, mlDsa65 }: NodePair): object => ({
  ed25519: classical.toHex(),
  mlDsa65: mlDsa65.toHex(),
})

const secretsIn = (path: string, secret: Fields): Secrets => {
  // Before keys could change there was one pair.
  const node = Array.isArray(secret.node) && secret.node.length > 0 ? secret.node : [secret.node]
  const tls = objectIn(path, "tls", secret.tls)
  const epochs = Object.entries(objectIn(path, "epochs", secret.epochs))
  return {
    node: node.map((pair, at) => pairIn(path, at === 0 ? "node" : `node.${at}`, pair)),
    tls: { ed25519: bytesIn(path, "tls.ed25519", tls.ed25519, seedBytes) },
    epochs: new Map(
      epochs.map(([number, seed]) => [Number(number), bytesIn(path, `epochs.${number}`, seed, seedBytes)]),
    ),
  }
}
