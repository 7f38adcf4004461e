// The Signer on a file, for a side without a hardware module (page: docs/OPERATING). One JSON file of seeds, readable by its owner
// alone, replaced atomically. X-Wing comes with whoever runs it (src/suites/xwing-node.ts).
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto"
import { readFileSync } from "node:fs"
import { algorithms, type Kem, type PublicKey } from "../core/suite.ts"
import { createAtomically, ensurePrivateDirectory, refuseOpenAccess, replaceAtomically } from "./atomic.ts"
import { tlsIdentity } from "./certificate.ts"
import type { RootSigner, Signer, TlsIdentity } from "./signer.ts"

export type FileKeys = Signer &
  RootSigner & {
    readonly tls: TlsIdentity
    /** The X-Wing public key that the card carries; undefined once it was erased. */
    readonly base: Uint8Array | undefined
  }

/** Everything private, as it stands in the file: seeds, but for SLH-DSA, whose private key is 64 bytes. */
type Secrets = {
  readonly root?: { readonly ed25519: Uint8Array; readonly slhDsa128s: Uint8Array }
  readonly node: { readonly ed25519: Uint8Array; readonly mlDsa65: Uint8Array }
  readonly tls: { readonly ed25519: Uint8Array }
  readonly epochs: Map<number, Uint8Array>
}

const version = 1
const seedBytes = 32
const slhBytes = 64

/** Makes every key of a side and writes them durably. The file must not exist; its directory is made with mode 0700. */
export const createKeys = (path: string, kem: Kem): FileKeys => {
  ensurePrivateDirectory(path)
  const seed = (): Uint8Array => Uint8Array.from(randomBytes(seedBytes))
  const slh = generateKeyPairSync("slh-dsa-sha2-128s").privateKey.export({ format: "raw-private" })
  const secrets: Secrets = {
    root: { ed25519: seed(), slhDsa128s: Uint8Array.from(slh) },
    node: { ed25519: seed(), mlDsa65: seed() },
    tls: { ed25519: seed() },
    epochs: new Map([[0, seed()]]),
  }
  createAtomically(path, toText(secrets))
  return keysOf(path, secrets, kem)
}

/** Throws when the file is open to others, is damaged, or was written by a newer version. */
export const openKeys = (path: string, kem: Kem): FileKeys => {
  refuseOpenAccess(path)
  return keysOf(path, fromText(path, readFileSync(path, "utf8")), kem)
}

const keysOf = (path: string, secrets: Secrets, kem: Kem): FileKeys => {
  const nodeKey = ed25519Private(secrets.node.ed25519)
  const postKey = raw("raw-seed", "ml-dsa-65", secrets.node.mlDsa65)
  const keep = (options: { readonly scrub: boolean }): void => replaceAtomically(path, toText(secrets), options)
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

    ...rootSigner(path, secrets),
    tls: tlsIdentity(ed25519Private(secrets.tls.ed25519)),
    get base() {
      const seed = secrets.epochs.get(0)
      return seed === undefined ? undefined : kem.publicKey(seed)
    },
  }
}

/** Roots may be moved offline by taking `root` out of the file; the node runs on without them. */
const rootSigner = (path: string, { root }: Secrets): RootSigner => {
  const away = (): never => {
    throw new Error(`${path} holds no root keys; this is done where they are kept`)
  }
  if (root === undefined) return { roots: away, rootSign: away }
  const classical = ed25519Private(root.ed25519)
  const post = raw("raw-private", "slh-dsa-sha2-128s", root.slhDsa128s)
  const roots = [publicOf(algorithms.ed25519, classical), publicOf(algorithms.slhDsa128s, post)] as const
  return {
    roots: () => roots,
    rootSign(message, prefix) {
      const signed = Buffer.concat([prefix, message])
      return [plain(sign(null, signed, classical)), plain(sign(null, signed, { key: post, context: prefix }))]
    },
  }
}

const raw = (
  format: "raw-seed" | "raw-private",
  asymmetricKeyType: "ed25519" | "ml-dsa-65" | "slh-dsa-sha2-128s",
  key: Uint8Array,
): KeyObject => createPrivateKey({ key: Buffer.from(key), format, asymmetricKeyType })

const ed25519Private = (seed: Uint8Array): KeyObject => raw("raw-private", "ed25519", seed)

const publicOf = (alg: PublicKey["alg"], privateKey: KeyObject): PublicKey => ({
  alg,
  public: plain(createPublicKey(privateKey).export({ format: "raw-public" })),
})

const plain = (bytes: Buffer): Uint8Array => Uint8Array.from(bytes)

const toText = ({ root, node, tls, epochs }: Secrets): string => {
  const written = {
    version,
    ...(root && { root: { ed25519: root.ed25519.toHex(), slhDsa128s: root.slhDsa128s.toHex() } }),
    node: { ed25519: node.ed25519.toHex(), mlDsa65: node.mlDsa65.toHex() },
    tls: { ed25519: tls.ed25519.toHex() },
    epochs: Object.fromEntries([...epochs].map(([number, seed]) => [number, seed.toHex()])),
  }
  return `${JSON.stringify(written, null, 2)}\n`
}

const fromText = (path: string, text: string): Secrets => {
  const file = objectIn(path, "", parsed(path, text))
  if (file.version !== version)
    throw new Error(`${path} is of version ${String(file.version)}; this program knows ${version}`)
  const node = objectIn(path, "node", file.node)
  const tls = objectIn(path, "tls", file.tls)
  const root = file.root === undefined ? undefined : objectIn(path, "root", file.root)
  const epochs = Object.entries(objectIn(path, "epochs", file.epochs))
  return {
    ...(root && {
      root: {
        ed25519: secretIn(path, "root.ed25519", root.ed25519, seedBytes),
        slhDsa128s: secretIn(path, "root.slhDsa128s", root.slhDsa128s, slhBytes),
      },
    }),
    node: {
      ed25519: secretIn(path, "node.ed25519", node.ed25519, seedBytes),
      mlDsa65: secretIn(path, "node.mlDsa65", node.mlDsa65, seedBytes),
    },
    tls: { ed25519: secretIn(path, "tls.ed25519", tls.ed25519, seedBytes) },
    epochs: new Map(
      epochs.map(([number, seed]) => [Number(number), secretIn(path, `epochs.${number}`, seed, seedBytes)]),
    ),
  }
}

// Errors name the place and never the value: they go into logs.
const damaged = (path: string, place: string): Error =>
  new Error(`${path} is damaged at ${place || "its outermost object"}`)

const parsed = (path: string, text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw damaged(path, "its JSON") // the parser's own message quotes the text
  }
}

const objectIn = (path: string, place: string, value: unknown): Record<string, unknown> => {
  if (typeof value !== "object" || value === null) throw damaged(path, place)
  return Object.fromEntries(Object.entries(value))
}

const secretIn = (path: string, place: string, value: unknown, bytes: number): Uint8Array => {
  if (typeof value !== "string" || !/^[0-9a-f]*$/.test(value) || value.length !== 2 * bytes) throw damaged(path, place)
  return Uint8Array.fromHex(value)
}
