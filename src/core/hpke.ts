// The key schedule of HPKE (RFC 9180, section 5.1) in base and psk mode, exports only (page: protocol/epoch.md, section 4). The KEM
// is in src/suites, its private half behind src/keys; what comes here is the shared secret. Auth mode does not exist for X-Wing:
// an opening is signed instead (EP-3).
import { concat, utf8 } from "./hash.ts"
import type { Suite } from "./suite.ts"

const xwing = 0x647a
const hkdfSha256 = 0x0001
const aes256Gcm = 0x0002
const hashBytes = 32
const modes = { base: 0, psk: 1 } as const
/** RFC 9180, section 9.5: a pre-shared key of less entropy than this could be guessed from one opening. */
const pskBytesMin = 32

type Mode =
  | { readonly mode: "base"; readonly psk?: never; readonly pskId?: never }
  | { readonly mode: "psk"; readonly psk: Uint8Array; readonly pskId: Uint8Array }

export type Setup = Mode & {
  readonly suite: Suite
  readonly sharedSecret: Uint8Array
  readonly info: Uint8Array
  /** Other numbers than ours are for the RFC's own vectors. */
  readonly kemId?: number
  readonly aeadId?: number
}

export type Exporter = { export(context: Uint8Array | string, length: number): Uint8Array }

/** Both ends of an epoch call this with the same values and get the same exports. */
export const setup = (from: Setup): Exporter => {
  const { suite, sharedSecret, info, kemId = xwing, aeadId = aes256Gcm } = from
  const psk = from.mode === "psk" ? from.psk : empty
  const pskId = from.mode === "psk" ? from.pskId : empty
  if (from.mode === "psk" && (psk.length < pskBytesMin || pskId.length === 0))
    throw new Error("psk mode needs a key of at least 32 bytes and its id")

  const suiteId = concat(utf8("HPKE"), uint16(kemId), uint16(hkdfSha256), uint16(aeadId))
  const extract = (salt: Uint8Array, label: string, key: Uint8Array): Uint8Array =>
    suite.hmacSha256(salt, concat(utf8("HPKE-v1"), suiteId, utf8(label), key))
  const expand = (key: Uint8Array, label: string, about: Uint8Array, length: number): Uint8Array =>
    hkdfExpand(suite, key, concat(uint16(length), utf8("HPKE-v1"), suiteId, utf8(label), about), length)

  const pskIdHash = extract(empty, "psk_id_hash", pskId)
  const infoHash = extract(empty, "info_hash", info)
  const secret = extract(sharedSecret, "secret", psk)
  const context = concat(Uint8Array.of(modes[from.mode]), pskIdHash, infoHash)
  const exporterSecret = expand(secret, "exp", context, hashBytes)
  return {
    export: (about, length) => expand(exporterSecret, "sec", typeof about === "string" ? utf8(about) : about, length),
  }
}

const mlKemPolynomialBytes = 1_152
const mlKemModulus = 3_329

/** Whether an X-Wing public key can be sealed to: its length, and every ML-KEM coefficient below the modulus (FIPS 203, section
 *  7.2). Asked where a key comes in, so that no encapsulation can fail later. (EP-2) */
export const isXwingPublic = (key: Uint8Array): boolean => {
  if (key.length !== 1_216) return false
  for (let at = 0; at < mlKemPolynomialBytes; at += 3) {
    const [low = 0, middle = 0, high = 0] = key.subarray(at, at + 3)
    if ((low | ((middle & 15) << 8)) >= mlKemModulus || ((middle >> 4) | (high << 4)) >= mlKemModulus) return false
  }
  return true
}

const hkdfExpand = (suite: Suite, key: Uint8Array, info: Uint8Array, length: number): Uint8Array => {
  if (length > 255 * hashBytes) throw new Error("an HKDF export is at most 8,160 bytes")
  const out = new Uint8Array(length)
  let block = empty
  for (let at = 0, count = 1; at < length; at += hashBytes, count++) {
    block = suite.hmacSha256(key, concat(block, info, Uint8Array.of(count)))
    out.set(block.subarray(0, length - at), at)
  }
  return out
}

const empty: Uint8Array = new Uint8Array(0)
const uint16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255)
