// A symbol: a piece of a parcel on a way that has no way back, sealed by itself, so that it is known whose it is before anything is put
// together (page: protocol/epoch.md, section 8). What the pieces come to is another file's work; nothing here is kept.
import { concat, utf8 } from "./hash.ts"
import { parcelBytesMax, symbolBytes } from "./limits.ts"
import { type Refusal, refuse } from "./refusal.ts"
import { type Direction, tagBytes } from "./seal.ts"
import { pairingSecret } from "./secret.ts"
import type { Line } from "./state.ts"
import type { Hash, Suite } from "./suite.ts"

const kind = 0x07
const label = utf8("parley/1 symbol")
/** The first bytes of a parcel's name. */
export const objectIdBytes = 16
/** The payload id of RFC 6330: block and symbol. */
export const payloadIdBytes = 4
const headerBytes = 1 + objectIdBytes + payloadIdBytes
const aboutBytes = 4 + 32
/** All of them are as long as this. (EP-19) */
export const datagramBytes = headerBytes + aboutBytes + symbolBytes + tagBytes

/** One key for each parcel and direction, from every pairing that may be in use: HKDF-SHA256, one block. (EP-19) */
export const symbolKeys = (line: Line, party: number, way: "out" | "in", object: Uint8Array): readonly Uint8Array[] => {
  const { charter, us, suite } = line
  const peer = line.state.peers.get(party)
  if (!peer) return []
  const made = peer.pairing
  const first = made?.proven ? null : pairingSecret(line, peer)
  const ends = way === "out" ? [us, party] : [party, us]
  const info = concat(charter.line, Uint8Array.from(ends), charter.hash, object, Uint8Array.of(1))
  return [first, made?.secret ?? null].flatMap(secret =>
    secret === null ? [] : [suite.hmacSha256(suite.hmacSha256(label, secret), info)],
  )
}

/** The whole that a symbol is a piece of. */
export type SymbolObject = { readonly bytes: number; readonly hash: Hash }

/** `packet`: payload id ‖ symbol. One object's packet has one content, so no nonce is used twice. (EP-19) */
export const sealSymbol = (
  suite: Suite,
  key: Uint8Array,
  way: Direction,
  { id, packet, object }: { readonly id: Uint8Array; readonly packet: Uint8Array; readonly object: SymbolObject },
): Uint8Array => {
  const header = concat(Uint8Array.of(kind), id, packet.subarray(0, payloadIdBytes))
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, object.bytes)
  const plain = concat(length, object.hash, packet.subarray(payloadIdBytes))
  return concat(header, suite.seal(key, nonceOf(header), aadOf(header, way), plain))
}

const nonceOf = (header: Uint8Array): Uint8Array => {
  const nonce = new Uint8Array(12)
  nonce.set(header.subarray(headerBytes - payloadIdBytes), 12 - payloadIdBytes)
  return nonce
}

const aadOf = (header: Uint8Array, { line, from, to }: Direction): Uint8Array =>
  concat(header, line, Uint8Array.of(from, to))

/** Which object a datagram says that it is of; undefined for what is no symbol at all. */
export const symbolObjectId = (datagram: Uint8Array): Uint8Array | undefined =>
  datagram[0] === kind && datagram.length === datagramBytes ? datagram.subarray(1, 1 + objectIdBytes) : undefined

export type HeardSymbol = { readonly object: SymbolObject; readonly packet: Uint8Array }

/** Undefined packets never come out: a false tag is `bad-symbol`, and what the other side itself has sealed wrongly `malformed`. */
export const openSymbol = (
  suite: Suite,
  keys: readonly Uint8Array[],
  way: Direction,
  datagram: Uint8Array,
): HeardSymbol | Refusal => {
  const header = datagram.subarray(0, headerBytes)
  for (const key of keys) {
    const plain = suite.open(key, nonceOf(header), aadOf(header, way), datagram.subarray(headerBytes))
    if (plain === undefined) continue
    const bytes = new DataView(plain.buffer, plain.byteOffset).getUint32(0)
    const payloadId = header.subarray(headerBytes - payloadIdBytes)
    // All that a parcel may be is one block. Another number of a block stops what puts the pieces together.
    if (bytes === 0 || bytes > parcelBytesMax || payloadId[0] !== 0) return refuse("malformed", { frame: "symbol" })
    const packet = concat(payloadId, plain.subarray(aboutBytes))
    return { object: { bytes, hash: plain.slice(4, aboutBytes) }, packet }
  }
  return refuse("bad-symbol", {})
}

/** How many pieces the whole has, without repair. */
export const symbolsOf = ({ bytes }: SymbolObject): number => Math.ceil(bytes / symbolBytes)
