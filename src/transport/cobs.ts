// Frames on a bare line of bytes: each stuffed so that it holds no zero (COBS), under a CRC-32, with a zero before and behind it
// (page: protocol/frame.md, F-17). What the line spoils costs the frame that it hits, and never the next.
import { crc32 } from "node:zlib"

/** Why bytes of the line were dropped. */
export type Spoilt = "too-long" | "not-a-frame" | "bad-check"

const checkBytes = 4
/** A group is at most 254 bytes and the one before them that counts them. */
const groupMax = 254
const aroundBytes = 3

/** What so many bytes take of the line at most. */
export const lineBytes = (length: number): number =>
  length + checkBytes + Math.floor((length + checkBytes) / groupMax) + aroundBytes

export const cobsFrame = (what: Uint8Array): Uint8Array => {
  const check = new Uint8Array(checkBytes)
  new DataView(check.buffer).setUint32(0, crc32(what))
  const line = new Uint8Array(lineBytes(what.length))
  let countAt = 1
  let at = 2
  for (const bytes of [what, check])
    for (const byte of bytes) {
      if (byte !== 0) line[at++] = byte
      if (byte !== 0 && at - countAt <= groupMax) continue
      line[countAt] = at - countAt
      countAt = at++
    }
  line[countAt] = at - countAt
  // The zero behind it is there already.
  return line.subarray(0, at + 1)
}

/** Without its stuffing; undefined for what cannot be stuffed so. */
const unstuffed = (stuffed: Uint8Array): Uint8Array | undefined => {
  const plain = new Uint8Array(stuffed.length)
  let length = 0
  let at = 0
  for (let count = stuffed[0]; count !== undefined; count = stuffed[at]) {
    if (at + count > stuffed.length) return undefined
    plain.set(stuffed.subarray(at + 1, at + count), length)
    at += count
    length += count - 1
    if (count <= groupMax && at < stuffed.length) length += 1
  }
  return plain.subarray(0, length)
}

const checked = (stuffed: Uint8Array): Uint8Array | Spoilt => {
  const plain = unstuffed(stuffed)
  if (plain === undefined || plain.length <= checkBytes) return "not-a-frame"
  const what = plain.slice(0, -checkBytes)
  const { buffer, byteOffset } = plain
  return new DataView(buffer, byteOffset).getUint32(what.length) === crc32(what) ? what : "bad-check"
}

/** Takes bytes of the line as they come, and holds no more of them than one frame of `bytesMax` takes. */
export const cobsReader = (
  bytesMax: number,
  heard: (what: Uint8Array) => void,
  spoilt: (reason: Spoilt) => void,
): ((chunk: Uint8Array) => void) => {
  const held = new Uint8Array(lineBytes(bytesMax))
  let length = 0
  const end = (): void => {
    const bytes = length
    length = 0
    if (bytes === 0) return
    if (bytes > held.length) return spoilt("too-long")
    const what = checked(held.subarray(0, bytes))
    if (typeof what === "string") return spoilt(what)
    if (what.length > bytesMax) return spoilt("too-long")
    heard(what)
  }
  return chunk => {
    let from = 0
    while (from < chunk.length) {
      const zero = chunk.indexOf(0, from)
      const to = zero < 0 ? chunk.length : zero
      // One byte beyond what is held says that it was too long, however long it was.
      if (length + to - from <= held.length) held.set(chunk.subarray(from, to), length)
      length = Math.min(length + to - from, held.length + 1)
      if (zero >= 0) end()
      from = to + 1
    }
  }
}
