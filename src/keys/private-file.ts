// One private file of a home (page: protocol/security.md, section 5): what it holds and its public parts to be read by anybody, its secrets
// sealed under the lock of the home, or, in a home without a passphrase, in the clear. JSON, since a person must be able to see what
// it is. An error names the place and never the value: it goes into logs.
import { existsSync, readFileSync } from "node:fs"
import { refuseOpenAccess } from "./atomic.ts"
import { hexOf, type Kek, type Keyring, type Lock, lockValue, openUnder, parseLock, sealUnder } from "./lock.ts"

export const fileVersion = 2

export type Fields = Record<string, unknown>

/** What such a file says. `kek`: null where it lies in the clear. */
export type Opened = { readonly shown: Fields; readonly secret: Fields; readonly kek: Kek | null }

export type Holds = "node-keys" | "root-keys" | "record-key"

export const privateText = (holds: Holds, kek: Kek | null, shown: object, secret: object): string => {
  const lock = kek && lockValue(kek.lock)
  const plain = new TextEncoder().encode(JSON.stringify(secret))
  const kept = kek === null ? { secret } : { sealed: sealUnder(kek, beside(holds, lock, shown), plain).toHex() }
  plain.fill(0)
  return `${JSON.stringify({ version: fileVersion, holds, lock, public: shown, ...kept }, null, 2)}\n`
}

/** What stands in the clear beside the sealed part is bound to it. */
const beside = (holds: Holds, lock: unknown, shown: unknown): Uint8Array =>
  new TextEncoder().encode(`parley/1 home\n${JSON.stringify([fileVersion, holds, lock, shown])}`)

/** Throws when the file is open to others, is damaged, or was written by a newer version. */
export const openPrivate = (path: string, holds: Holds, ring: Keyring): Opened => {
  const file = readPrivate(path)
  const { lock, shown } = headerOf(path, holds, file)
  if (lock === null) return { shown, secret: objectIn(path, "secret", file.secret), kek: null }
  const kek = ring(lock, path)
  const sealed = typeof file.sealed === "string" ? hexOf(file.sealed, file.sealed.length / 2) : undefined
  const plain = sealed && openUnder(kek, beside(holds, file.lock, shown), sealed)
  if (plain === undefined) throw damaged(path, "its sealed part")
  const secret = objectIn(path, "its sealed part", parsed(path, new TextDecoder().decode(plain)))
  plain.fill(0)
  return { shown, secret, kek }
}

/** Its public parts, which need no passphrase. */
export const publicParts = (path: string, holds: Holds): Fields => headerOf(path, holds, readPrivate(path)).shown

/** The lock of a file; null when it lies in the clear or is not there. */
export const lockOf = (path: string): Lock | null => {
  if (!existsSync(path)) return null
  const file = readPrivate(path)
  return file.version === 1 ? null : lockIn(path, file)
}

const headerOf = (path: string, holds: Holds, file: Fields): { lock: Lock | null; shown: Fields } => {
  if (file.version !== fileVersion)
    throw new Error(`${path} is of version ${String(file.version)}; this program knows ${fileVersion}`)
  if (file.holds !== holds) throw damaged(path, "holds")
  return { lock: lockIn(path, file), shown: objectIn(path, "public", file.public) }
}

const lockIn = (path: string, file: Fields): Lock | null => {
  if (file.lock === null) return null
  const lock = parseLock(objectIn(path, "lock", file.lock))
  if (lock === undefined) throw damaged(path, "lock")
  return lock
}

export const readPrivate = (path: string): Fields => {
  refuseOpenAccess(path)
  return objectIn(path, "", parsed(path, readFileSync(path, "utf8")))
}

export const damaged = (path: string, place: string): Error =>
  new Error(`${path} is damaged at ${place || "its outermost object"}`)

const parsed = (path: string, text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw damaged(path, "its JSON") // the parser's own message quotes the text
  }
}

export const objectIn = (path: string, place: string, value: unknown): Fields => {
  if (typeof value !== "object" || value === null) throw damaged(path, place)
  return Object.fromEntries(Object.entries(value))
}

export const bytesIn = (path: string, place: string, value: unknown, bytes: number): Uint8Array => {
  const read = hexOf(value, bytes)
  if (read === undefined) throw damaged(path, place)
  return read
}
