// The sealed frame itself: header, nonce, tag, and the window against replay (page: protocol/frame.md, sections 1 and 3).
import { concat } from "./hash.ts"
import { replayWindow } from "./limits.ts"
import type { NationalSuite, Suite } from "./suite.ts"

export const frameKinds = {
  sealed: 0x01,
  opening: 0x02,
  openingFragment: 0x03,
  openingRefused: 0x04,
  keysShown: 0x05,
} as const
export const headerBytes = 12
export const tagBytes = 16

/** `inner`: of the sender's own country's suite, where the receiver opens it: a layer within, and never in its place. (F-14) */
export type FrameKeys = {
  readonly key: Uint8Array
  readonly iv: Uint8Array
  readonly inner?: { readonly suite: NationalSuite; readonly key: Uint8Array; readonly iv: Uint8Array }
}
/** Which way: from one party to another on one line. */
export type Direction = { readonly line: Uint8Array; readonly from: number; readonly to: number }

const aadOf = (header: Uint8Array, way: Direction): Uint8Array =>
  concat(header, way.line, Uint8Array.of(way.from, way.to))

/** nonce = iv ⊕ counter, the counter in the last eight bytes. (F-4) */
const nonceOf = (iv: Uint8Array, header: Uint8Array): Uint8Array => {
  const nonce = iv.slice()
  for (let at = 4; at < 12; at++) nonce[at]! ^= header[at]!
  return nonce
}

export const sealFrame = (
  suite: Suite,
  keys: FrameKeys,
  way: Direction,
  frame: { epoch: number; path: number; counter: number; plain: Uint8Array },
): Uint8Array => {
  const header = new Uint8Array(headerBytes)
  header[0] = frameKinds.sealed
  header[1] = frame.epoch & 255
  header[2] = frame.path & 255
  new DataView(header.buffer).setBigUint64(4, BigInt(frame.counter))
  const { key, iv, inner } = keys
  const aad = aadOf(header, way)
  const plain = inner ? inner.suite.seal(inner.key, nonceOf(inner.iv, header), aad, frame.plain) : frame.plain
  return concat(header, suite.seal(key, nonceOf(iv, header), aad, plain))
}

/** Undefined when a tag is false. */
export const openFrame = (suite: Suite, keys: FrameKeys, way: Direction, frame: Uint8Array): Uint8Array | undefined => {
  const header = frame.subarray(0, headerBytes)
  const { key, iv, inner } = keys
  const aad = aadOf(header, way)
  const opened = suite.open(key, nonceOf(iv, header), aad, frame.subarray(headerBytes))
  return opened && inner ? inner.suite.open(inner.key, nonceOf(inner.iv, header), aad, opened) : opened
}

/** What a frame has around its plaintext, with the inner layer or without. */
export const aroundBytes = (isLayered: boolean): number => headerBytes + (isLayered ? 2 : 1) * tagBytes

export const counterOf = (frame: Uint8Array): number =>
  Number(new DataView(frame.buffer, frame.byteOffset, headerBytes).getBigUint64(4))

/** Counters received: the highest, and which of the `replayWindow` before it. Marked only after the tag verifies. (F-6) */
export type Window = { highest: number; readonly held: Uint8Array }

export const freshWindow = (): Window => ({ highest: -1, held: new Uint8Array(replayWindow) })

export const isReplay = (window: Window, counter: number): boolean => {
  if (counter > window.highest) return false
  return counter <= window.highest - replayWindow || window.held[counter % replayWindow] === 1
}

export const markReceived = (window: Window, counter: number): void => {
  const forgetFrom = Math.max(window.highest + 1, counter - replayWindow + 1)
  for (let at = forgetFrom; at < counter; at++) window.held[at % replayWindow] = 0
  window.held[counter % replayWindow] = 1
  if (counter > window.highest) window.highest = counter
}
