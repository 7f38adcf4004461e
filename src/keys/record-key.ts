// The key that seals a record's texts, in a file of its own: a copy of the record can be read with it and the passphrase, and without the
// keys that sign (page: protocol/security.md, section 5). Only a locked home has one. It is made once: another passphrase seals the key
// anew, and not the record.
import { randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import { createAtomically, replaceAtomically } from "./atomic.ts"
import type { Kek, Keyring } from "./lock.ts"
import { bytesIn, openPrivate, privateText } from "./private-file.ts"

const keyBytes = 32

export const createRecordKey = (path: string, kek: Kek): void =>
  createAtomically(path, textOf(Uint8Array.from(randomBytes(keyBytes)), kek))

/** Undefined in a home that has none. */
export const openRecordKey = (path: string, ring: Keyring): Uint8Array | undefined =>
  existsSync(path) ? bytesIn(path, "key", openPrivate(path, "record-key", ring).secret.key, keyBytes) : undefined

export const relockRecordKey = (path: string, ring: Keyring, kek: Kek): void => {
  const key = openRecordKey(path, ring)
  if (key === undefined) createRecordKey(path, kek)
  else replaceAtomically(path, textOf(key, kek), { scrub: true })
}

const textOf = (key: Uint8Array, kek: Kek): string => privateText("record-key", kek, {}, { key: key.toHex() })
