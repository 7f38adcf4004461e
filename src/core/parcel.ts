// A parcel: entries sealed for a disk in somebody's bag, under keys of its own (page: protocol/epoch.md, section 7; protocol/frame.md).
import { decode, encode, type Value } from "./cbor.ts"
import { decodeParts, type Part } from "./frame.ts"
import { concat, utf8 } from "./hash.ts"
import { frameBytesMax, openingBytesMax } from "./limits.ts"
import { readPayload, readPsk, verifyBy } from "./opening.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import { counterOf, type FrameKeys, frameKinds, headerBytes, openFrame, sealFrame, tagBytes } from "./seal.ts"
import { type Built, derive, pairingSecret } from "./secret.ts"
import type { Line, Peer } from "./state.ts"
import type { Hash } from "./suite.ts"

export const parcelLabel = utf8("parley/1 parcel")
/** The first byte of its opening. */
export const parcelKind = 0x06
const encBytes = 1_120

/** What a parcel to this party is sealed to: its newest key of class 1, and the pairing. */
export type ParcelTo = {
  readonly number: number
  readonly public: Uint8Array
  readonly psk: Built
  readonly secret: Uint8Array
}

export const parcelTo = (line: Line, peer: Peer): ParcelTo | Refusal => {
  const key = line.state.carried.theirs.get(peer.party)
  const made = peer.pairing?.proven ? peer.pairing : null
  const secret = made?.secret ?? pairingSecret(line, peer)
  if (!key || !secret) return refuse("no-carried-key", { peer: peer.party })
  return { ...key, psk: made ? [3, made.id] : [0], secret }
}

/** What node key 0 signs after `parcelLabel`. `enc`: made for this parcel alone. (EP-14) */
export const parcelPayload = (
  line: Line,
  peer: Peer,
  { number, psk }: ParcelTo,
  enc: Uint8Array,
  now: number,
): Uint8Array =>
  encode(
    new Map<number, Value>([
      [1, 1],
      [2, line.charter.line],
      [3, line.us],
      [4, peer.party],
      [5, 0],
      [6, number],
      [7, enc],
      [8, psk],
      [9, now],
    ]),
  )

export const parcelFrame = (payload: Uint8Array, signature: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(parcelKind), encode([payload, signature]))

export const parcelName = (line: Line, frame: Uint8Array): Hash => line.suite.sha256(frame)

type Way = { readonly from: number; readonly to: number }

/** Of which line an opening says that its parcel is, and which way: nothing of it is proven before `readParcel`. (EP-18) */
export const parcelWay = (frame: Uint8Array): (Way & { readonly line: Uint8Array }) | Refusal => {
  const list = frame[0] === parcelKind ? decode(frame.subarray(1), { bytesMax: openingBytesMax, depthMax: 4 }) : null
  const [payload] = Array.isArray(list) && list.length === 2 ? (list as readonly Value[]) : []
  const fields = payload instanceof Uint8Array ? decode(payload, { bytesMax: openingBytesMax, depthMax: 4 }) : null
  if (!(fields instanceof Map)) return refuse("malformed", { frame: "parcel" })
  const [line, from, to] = [fields.get(2), fields.get(3), fields.get(4)]
  if (!(line instanceof Uint8Array) || typeof from !== "number" || typeof to !== "number")
    return refuse("malformed", { frame: "parcel" })
  return { line, from, to }
}

export const parcelKeys = (
  line: Line,
  way: Way,
  shared: Uint8Array,
  secret: { psk: Built; key: Uint8Array },
): FrameKeys => {
  const { psk: _, ...keys } = derive(line, { ...way, epoch: 0 }, shared, secret, parcelLabel)
  return keys
}

export const sealInParcel = (
  line: Line,
  to: number,
  keys: FrameKeys,
  counter: number,
  plain: Uint8Array,
): Uint8Array => {
  const way = { line: line.charter.line, from: line.us, to }
  return sealFrame(line.suite, keys, way, { epoch: 0, path: 0, counter, plain })
}

export type HeardParcel = {
  readonly name: Hash
  readonly keyNumber: number
  readonly enc: Uint8Array
  readonly psk: Built
}

/** The opening of a parcel that this party has made for us. (EP-16) */
export const readParcel = (line: Line, peer: Peer, frame: Uint8Array): HeardParcel | Refusal => {
  if (frame[0] !== parcelKind) return refuse("malformed", { frame: "parcel" })
  const list = decode(frame.subarray(1), { bytesMax: openingBytesMax, depthMax: 4 })
  if (isRefusal(list)) return list
  const [payload, signature] = Array.isArray(list) && list.length === 2 ? (list as readonly Value[]) : []
  const fields = readPayload(line, peer, payload)
  if (isRefusal(fields)) return fields
  const [epoch, keyNumber, enc] = [fields.get(5), fields.get(6), fields.get(7)]
  const psk = readPsk(fields.get(8))
  if (epoch !== 0 || typeof keyNumber !== "number" || keyNumber < 1) return refuse("malformed", { frame: "parcel" })
  if (!(enc instanceof Uint8Array && enc.length === encBytes)) return refuse("malformed", { frame: "parcel" })
  if (!psk || (psk[0] !== 0 && psk[0] !== 3)) return refuse("malformed", { frame: "parcel" })
  if (!verifyBy(line, peer, parcelLabel, payload as Uint8Array, signature))
    return refuse("bad-opening", { peer: peer.party })
  return { name: parcelName(line, frame), keyNumber, enc, psk }
}

/** All frames, each at its place, or nothing of any. (EP-16) */
export const openParcel = (
  line: Line,
  from: number,
  keys: FrameKeys,
  frames: readonly Uint8Array[],
): readonly Part[] | Refusal => {
  const way = { line: line.charter.line, from, to: line.us }
  const all: Part[] = []
  for (const [at, frame] of frames.entries()) {
    const isFit = frame[0] === frameKinds.sealed && frame.length >= headerBytes + tagBytes
    const plain = isFit && counterOf(frame) === at ? openFrame(line.suite, keys, way, frame) : undefined
    if (plain === undefined || plain.length > frameBytesMax) return refuse("bad-frame", { frame: at })
    const parts = decodeParts(plain, line.suite)
    if (isRefusal(parts)) return parts
    all.push(...parts)
  }
  return all
}
