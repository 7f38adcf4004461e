// What of a record is sealed at rest, and how (page: protocol/security.md, section 5): texts with their salts, since a short text can be
// guessed by its hash, and the core's snapshot, which holds the secrets of epochs. Entries and heads stay readable: they hold no text,
// and a record must be provable by who may not read it.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto"
import type { Row } from "./store.ts"

/** What a row says beside its entry. */
export type Said = Pick<Row, "salt" | "body">
export type Place = Pick<Row, "author" | "generation" | "seq" | "hash">

export type Cipher = {
  /** Of a row with salt or body; undefined where they may stay readable. */
  sealRow(row: Row): Uint8Array | undefined
  /** Undefined when it was altered, or belongs to another place. */
  openRow(place: Place, box: Uint8Array): Said | undefined
  seal(name: string, plain: Uint8Array): Uint8Array
  open(name: string, box: Uint8Array): Uint8Array | undefined
  /** Under which something is found again that must not be told by its hash: the same for the same, and nothing without the key. */
  nameOf(hash: Uint8Array): Uint8Array
}

const absent = 255
const headerBytes = 2
const tagBytes = 16
const randomKeyBytes = 32
const noNonce = new Uint8Array(12)

/** `isOpen`: rows whose bodies hold nothing but what proves a record. */
export const recordCipher = (key: Uint8Array, isOpen: (row: Row) => boolean): Cipher => ({
  sealRow(row) {
    if (isOpen(row)) return undefined
    const header = Uint8Array.of(row.salt?.length ?? absent, row.body === undefined ? 0 : 1)
    const plain = Buffer.concat([row.salt ?? empty, row.body ?? empty])
    return joined(header, sealOnce(rowKey(key, row, header), besideOf(row), plain))
  },
  openRow(place, box) {
    const header = box.subarray(0, headerBytes)
    const plain = openOnce(rowKey(key, place, header), besideOf(place), box.subarray(headerBytes))
    if (plain === undefined) return undefined
    const saltLength = header[0] === absent ? 0 : header[0]!
    return {
      ...(header[0] !== absent && { salt: plain.subarray(0, saltLength) }),
      ...(header[1] === 1 && { body: plain.subarray(saltLength) }),
    }
  },
  seal(name, plain) {
    const random = randomBytes(randomKeyBytes)
    return joined(random, sealOnce(derived(key, `parley/1 ${name}`, random), empty, plain))
  },
  open(name, box) {
    const random = box.subarray(0, randomKeyBytes)
    return openOnce(derived(key, `parley/1 ${name}`, random), empty, box.subarray(randomKeyBytes))
  },
  nameOf: hash => derived(key, "parley/1 name", hash),
})

/** Bytes of the body in a sealed row, which an index needs and nobody is kept from knowing. */
export const bodyBytesOf = (boxBytes: number, header: Uint8Array): number =>
  header[1] === 1 ? boxBytes - headerBytes - tagBytes - (header[0] === absent ? 0 : (header[0] ?? 0)) : 0

const empty = new Uint8Array(0)

const joined = (first: Uint8Array, then: Uint8Array): Uint8Array => {
  const both = new Uint8Array(first.length + then.length)
  both.set(first)
  both.set(then, first.length)
  return both
}

const derived = (key: Uint8Array, ...parts: readonly (string | Uint8Array)[]): Uint8Array => {
  const mac = createHmac("sha256", key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

/** An entry's hash fixes its salt and body, so a key that follows from it and from which of them are there seals one text and no other. */
const rowKey = (key: Uint8Array, { hash }: Place, header: Uint8Array): Uint8Array =>
  derived(key, "parley/1 body", header, hash)

const besideOf = ({ author, generation, seq }: Place): Uint8Array => {
  const bytes = new DataView(new ArrayBuffer(16))
  bytes.setUint32(0, author)
  bytes.setUint32(4, generation)
  bytes.setBigUint64(8, BigInt(seq))
  return new Uint8Array(bytes.buffer)
}

/** AES-256-GCM under a key that seals once, and so without a nonce. */
const sealOnce = (key: Uint8Array, beside: Uint8Array, plain: Uint8Array): Uint8Array => {
  const cipher = createCipheriv("aes-256-gcm", key, noNonce).setAAD(beside)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

const openOnce = (key: Uint8Array, beside: Uint8Array, sealed: Uint8Array): Uint8Array | undefined => {
  if (sealed.length < tagBytes) return undefined
  const decipher = createDecipheriv("aes-256-gcm", key, noNonce).setAAD(beside)
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  try {
    return joined(decipher.update(sealed.subarray(0, -tagBytes)), decipher.final())
  } catch {
    return undefined // what the platform says of a false tag names nothing that we do not know
  }
}
