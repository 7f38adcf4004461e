// The Signer on a file, for a side without a hardware module (page: docs/OPERATING). Seeds, readable by their owner alone, sealed
// under the home's passphrase where it has one, replaced atomically. X-Wing comes with whoever runs it (src/suites/xwing-node.ts).
import { randomBytes } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { algorithms, type Kem, type NationalKeys, type PublicKey } from "../core/suite.ts"
import { createAtomically, ensurePrivateDirectory, replaceAtomically } from "./atomic.ts"
import { tlsIdentity } from "./certificate.ts"
import { type Kek, type Keyring, keyring, keyringOf } from "./lock.ts"
import {
  erasePair,
  hardOf,
  isOf,
  makePair,
  type NodePair,
  type OpenPair,
  openPair,
  pairIn,
  pairValues,
  publicPair,
} from "./node-keys.ts"
import type { HardModule, HardRef } from "./pkcs11.ts"
import { bytesIn, damaged, type Fields, objectIn, openPrivate, privateText, readPrivate } from "./private-file.ts"
import { ed25519Private, publicOf } from "./raw.ts"
import { createRoots, openRoots, rootPathOf, rootSigner, rootText } from "./root.ts"
import type { NodeKeys, RootSigner, SecondKey, Signer, TlsIdentity } from "./signer.ts"

export type FileKeys = Signer &
  RootSigner & {
    readonly tls: TlsIdentity
    /** The X-Wing public key that the card carries; undefined once it was erased. */
    readonly base: Uint8Array | undefined
    /** Throws when the classical key is in a module that does not answer, or has another. Of two, while they change, one suffices. */
    ready(): Promise<void>
    /** Whether an epoch key was ever made besides the card's: the node has run, and has signed. */
    lived(): boolean
  }

/** Everything private of a node that is in its file. */
type Secrets = {
  /** The pair in force, then one that is to come. */
  node: readonly NodePair[]
  readonly tls: { readonly ed25519: Uint8Array }
  readonly epochs: Map<number, Uint8Array>
  /** Of our own country's suite, in the form in which that keeps it. */
  readonly national?: NationalSecret | undefined
}
type NationalSecret = { readonly suite: number; readonly public: Uint8Array; readonly key: Uint8Array }

const seedBytes = 32
const slhBytes = 64

export type KeyOptions = {
  /** Under which they are sealed; without it they lie in the clear. */
  readonly kek?: Kek | null
  /** Made in a hardware module before, instead of an Ed25519 key in the file. */
  readonly hard?: HardRef | undefined
  readonly module?: HardModule | undefined
  /** A key of our own country's suite is made beside the others. */
  readonly national?: NationalKeys | undefined
}

/** Makes every key of a side and writes them durably, the roots in a file beside. Neither may exist; their directory is made with
 *  mode 0700. */
export const createKeys = (
  path: string,
  kem: Kem,
  { kek = null, hard, module, national }: KeyOptions = {},
): FileKeys => {
  ensurePrivateDirectory(path)
  const seed = (): Uint8Array => Uint8Array.from(randomBytes(seedBytes))
  const secrets: Secrets = {
    node: [makePair(hard ?? algorithms.ed25519)],
    tls: { ed25519: seed() },
    epochs: new Map([[0, seed()]]),
    national: national && nationalSecret(national),
  }
  createAtomically(path, toText(secrets, kek))
  createRoots(rootPathOf(path), kek)
  return keysOf({ path, secrets, kek, kem, ring: keyringOf(kek), module, nationals: national ? [national] : [] })
}

const nationalSecret = ({ number: suite, make, publicOf: publicPart }: NationalKeys): NationalSecret => {
  const key = make()
  return { suite, public: publicPart(key), key }
}

export type OpenOptions = {
  readonly module?: HardModule | undefined
  /** The national suites that are known here. */
  readonly nationals?: readonly NationalKeys[]
}

/** Throws when the file is open to others, is damaged, or was written by a newer version; KeysRefused when it does not open. */
export const openKeys = (path: string, kem: Kem, ring: Keyring = keyring(), options: OpenOptions = {}): FileKeys => {
  bringForward(path)
  const { secret, kek } = openPrivate(path, "node-keys", ring)
  const { module, nationals = [] } = options
  return keysOf({ path, secrets: secretsIn(path, secret), kek, kem, ring, module, nationals })
}

type Kept = {
  readonly path: string
  readonly secrets: Secrets
  readonly kek: Kek | null
  readonly kem: Kem
  readonly ring: Keyring
  readonly module: HardModule | undefined
  readonly nationals: readonly NationalKeys[]
}

const keysOf = ({ path, secrets, kek, kem, ring, module, nationals }: Kept): FileKeys => {
  const opened = (): OpenPair[] => secrets.node.map(pair => openPair(pair, module))
  let pairs = opened()
  const keep = (options: { readonly scrub: boolean }): void => replaceAtomically(path, toText(secrets, kek), options)
  return {
    get keys() {
      return pairs[0]!.keys
    },
    holds: key => pairs.some(pair => isOf(pair, key)),
    sign: (messages, by) => pairOf(pairs, by).sign(messages),
    signPost: (message, context, by) => pairOf(pairs, by).signPost(message, context),
    second: secrets.national && secondKey(secrets.national, nationals),

    makeNodeKeys(alg) {
      const held = secrets.node.slice(1).findIndex(pair => pair.alg === alg)
      if (held >= 0) return pairs[held + 1]!.keys
      const put = (pair: NodePair): NodeKeys => {
        secrets.node = [secrets.node[0]!, pair]
        pairs = opened()
        keep({ scrub: false })
        return pairs[1]!.keys
      }
      // What is in a module stays in a module.
      return hardOf(secrets.node[0]!) !== undefined && module !== undefined
        ? module.make(alg).then(made => put(makePair(made)))
        : put(makePair(alg))
    },

    // K-6: from here on nobody can sign as we did before. Gone from the module and the file first, then from memory.
    keepNodeKeys(key) {
      const kept = pairs.findIndex(pair => isOf(pair, key))
      if (kept < 0 || pairs.length === 1) return
      const gone = secrets.node.filter((_, at) => at !== kept)
      const forget = (): void => {
        secrets.node = [secrets.node[kept]!]
        pairs = [pairs[kept]!]
        keep({ scrub: true })
        for (const pair of gone) erasePair(pair)
      }
      const hard = gone.map(hardOf).filter(ref => ref !== undefined)
      if (hard.length === 0 || module === undefined) return forget()
      return Promise.all(hard.map(ref => module.destroy(ref))).then(forget)
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

    async ready() {
      const tried = await Promise.allSettled(pairs.map(async pair => pair.sign([])))
      const [failed, ...others] = tried.filter(each => each.status === "rejected")
      if (failed !== undefined && others.length === tried.length - 1) throw failed.reason
    },

    ...rootSigner(rootPathOf(path), ring),
    tls: tlsIdentity(ed25519Private(secrets.tls.ed25519)),
    lived: () => [...secrets.epochs.keys()].some(number => number > 0),
    get base() {
      const seed = secrets.epochs.get(0)
      return seed === undefined ? undefined : kem.publicKey(seed)
    },
  }
}

/** Undefined where this program does not know the suite. */
const secondKey = (held: NationalSecret, nationals: readonly NationalKeys[]): SecondKey | undefined => {
  const national = nationals.find(({ number }) => number === held.suite)
  return national && { ...held, sign: message => national.sign(held.key, message) }
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

const toText = ({ node, tls, epochs, national }: Secrets, kek: Kek | null): string => {
  const shown = {
    node: node.map(publicPair).map(([first, second]) => [first.public.toHex(), second.public.toHex()]),
    tls: publicOf(algorithms.ed25519, ed25519Private(tls.ed25519)).public.toHex(),
    epochs: [...epochs.keys()],
    ...(national && { national: { suite: national.suite, public: national.public.toHex() } }),
  }
  const secret = {
    node: pairValues(node),
    tls: { ed25519: tls.ed25519.toHex() },
    epochs: Object.fromEntries([...epochs].map(([number, seed]) => [number, seed.toHex()])),
    ...(national && { national: { ...national, public: national.public.toHex(), key: national.key.toHex() } }),
  }
  return privateText("node-keys", kek, shown, secret)
}

const secretsIn = (path: string, secret: Fields): Secrets => {
  // Before keys could change there was one pair.
  const node = Array.isArray(secret.node) && secret.node.length > 0 ? secret.node : [secret.node]
  const tls = objectIn(path, "tls", secret.tls)
  const epochs = Object.entries(objectIn(path, "epochs", secret.epochs))
  return {
    ...(secret.national !== undefined && { national: nationalIn(path, secret.national) }),
    node: node.map((pair, at) => pairIn(path, at === 0 ? "node" : `node.${at}`, pair)),
    tls: { ed25519: bytesIn(path, "tls.ed25519", tls.ed25519, seedBytes) },
    epochs: new Map(
      epochs.map(([number, seed]) => [Number(number), bytesIn(path, `epochs.${number}`, seed, seedBytes)]),
    ),
  }
}

const nationalIn = (path: string, value: unknown): NationalSecret => {
  const fields = objectIn(path, "national", value)
  const { suite } = fields
  if (typeof suite !== "number") throw damaged(path, "national.suite")
  const bytes = (name: "public" | "key"): Uint8Array => {
    const text = fields[name]
    return bytesIn(path, `national.${name}`, text, typeof text === "string" ? text.length / 2 : 0)
  }
  return { suite, public: bytes("public"), key: bytes("key") }
}
