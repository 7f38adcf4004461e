// What stands between a home's private files and whoever has the disk: a key-encryption key that follows from a passphrase (page:
// protocol/security.md, section 5). Nothing here is for the wire.
import { createCipheriv, createDecipheriv, randomBytes, scryptSync, timingSafeEqual } from "node:crypto"
import { type Refusal, refuse } from "../core/refusal.ts"

/** How the key follows from the passphrase. `check` comes out beside it, and tells a wrong passphrase from a damaged file. */
export type Lock = {
  readonly n: number
  readonly r: number
  readonly p: number
  readonly salt: Uint8Array
  readonly check: Uint8Array
}

/** The key-encryption key of a lock. */
export type Kek = { readonly lock: Lock; readonly key: Uint8Array }

/** Opens the locks of one home; throws KeysRefused. */
export type Keyring = (lock: Lock, path: string) => Kek

/** Private files that do not open: `locked`, or `wrong-passphrase`. Nothing was changed. */
export class KeysRefused extends Error {
  readonly refusal: Refusal

  constructor(message: string, refusal: Refusal) {
    super(message)
    this.refusal = refusal
  }
}

/** 128 MiB and about half a second a guess. */
const cost = { n: 131_072, r: 8, p: 1 } as const
const keyBytes = 32
const checkBytes = 16
const saltBytes = 32
const nonceBytes = 12
const tagBytes = 16
/** A file asks for no more memory than this: 1 GiB. */
const memoryMax = 1_073_741_824

export const passphraseCharsMin = 12

/** A new lock. `n` is another only in tests. */
export const newKek = (passphrase: string, n: number = cost.n): Kek => {
  const lock = { ...cost, n, salt: Uint8Array.from(randomBytes(saltBytes)) }
  const { key, check } = derived(lock, passphrase)
  return { lock: { ...lock, check }, key }
}

/** Of the passphrases given, the one that fits. Each lock is derived once, though several files have it. */
export const keyring = (...passphrases: readonly string[]): Keyring => {
  const held = new Map<string, Kek>()
  return (lock, path) => {
    const name = JSON.stringify(lockValue(lock))
    const known = held.get(name)
    if (known !== undefined) return known
    if (passphrases.length === 0)
      throw new KeysRefused(
        `${path} is locked; it opens with the passphrase of its home, typed at a terminal or given by --passphrase-file.`,
        refuse("locked"),
      )
    for (const passphrase of passphrases) {
      const { key, check } = derived(lock, passphrase)
      if (!timingSafeEqual(check, lock.check)) continue
      held.set(name, { lock, key })
      return { lock, key }
    }
    throw new KeysRefused(`${path} does not open with this passphrase.`, refuse("wrong-passphrase"))
  }
}

/** Of one lock that is open already, or of a home in the clear. */
export const keyringOf =
  (kek: Kek | null): Keyring =>
  (lock, path) =>
    kek !== null && JSON.stringify(lockValue(kek.lock)) === JSON.stringify(lockValue(lock))
      ? kek
      : keyring()(lock, path)

const derived = (
  { n, r, p, salt }: Omit<Lock, "check">,
  passphrase: string,
): Omit<Kek, "lock"> & { check: Uint8Array } => {
  // NFC: the same words are typed as other code points on another system.
  const made = scryptSync(passphrase.normalize("NFC"), salt, keyBytes + checkBytes, { N: n, r, p, maxmem: memoryMax })
  return { key: Uint8Array.from(made.subarray(0, keyBytes)), check: Uint8Array.from(made.subarray(keyBytes)) }
}

/** AES-256-GCM under a random nonce, which goes before: few files are written under one key. */
export const sealUnder = ({ key }: Kek, beside: Uint8Array, plain: Uint8Array): Uint8Array => {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(beside)
  return Uint8Array.from(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]))
}

/** Undefined when a byte of it, or of what stands beside it, was altered. */
export const openUnder = ({ key }: Kek, beside: Uint8Array, sealed: Uint8Array): Uint8Array | undefined => {
  if (sealed.length < nonceBytes + tagBytes) return undefined
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceBytes)).setAAD(beside)
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  try {
    return Uint8Array.from(Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]))
  } catch {
    return undefined // what the platform says of a false tag names nothing that we do not know
  }
}

/** As a file holds it. */
export const lockValue = ({ n, r, p, salt, check }: Lock): object => ({
  kdf: "scrypt",
  n,
  r,
  p,
  salt: salt.toHex(),
  check: check.toHex(),
})

/** Undefined when it is none that we know, or would ask for too much memory. */
export const parseLock = (value: Record<string, unknown>): Lock | undefined => {
  const { kdf, n, r, p } = value
  const [salt, check] = [hexOf(value.salt, saltBytes), hexOf(value.check, checkBytes)]
  if (kdf !== "scrypt" || !isCount(n) || !isCount(r) || !isCount(p)) return undefined
  if (n < 2 || (n & (n - 1)) !== 0 || 128 * r * (n + p + 2) > memoryMax) return undefined
  return salt && check && { n, r, p, salt, check }
}

const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value > 0 && value <= 1_048_576

/** Bytes in lower-case hex, of exactly that length. */
export const hexOf = (value: unknown, bytes: number): Uint8Array | undefined =>
  typeof value === "string" && value.length === 2 * bytes && /^[0-9a-f]*$/.test(value)
    ? Uint8Array.fromHex(value)
    : undefined
