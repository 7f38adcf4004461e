// Frames on a stream: a length of four bytes, big-endian, and the frame (page: protocol/frame.md, section 6). A frame is handed on
// whole or not at all.
import { strict as assert } from "node:assert"
import type { Socket } from "node:net"

/** The largest sealed frame is 262,144 bytes of plaintext and 28 around it; the rest is room that costs nothing. (F-3) */
export const streamFrameBytesMax = 270_000
/** Small frames of one turn are written together up to this; more than one write's worth would only delay `flushed`. */
const writeBytes = 65_536

export const lengthBytes = 4

export type FrameReader = {
  /** Takes bytes of the stream; says why the stream cannot be followed any further, where that is so. */
  push(chunk: Uint8Array): "too-large" | undefined
  /** Nothing is handed on any more, even of bytes that are being taken just now. */
  stop(): void
}

export const frameReader = (heard: (frame: Uint8Array) => void): FrameReader => {
  const header = new Uint8Array(lengthBytes)
  let headerBytes = 0
  let frame: Uint8Array | undefined
  let filled = 0
  let stopped = false
  return {
    push: chunk => {
      let at = 0
      while (at < chunk.length && !stopped) {
        if (!frame) {
          header[headerBytes++] = chunk[at++]!
          if (headerBytes < lengthBytes) continue
          const length = new DataView(header.buffer).getUint32(0)
          if (length > streamFrameBytesMax) {
            stopped = true
            return "too-large"
          }
          frame = new Uint8Array(length)
          filled = 0
          headerBytes = 0
        }
        const take = chunk.subarray(at, at + frame.length - filled)
        frame.set(take, filled)
        filled += take.length
        at += take.length
        if (filled < frame.length) continue
        const whole = frame
        frame = undefined
        heard(whole)
      }
      return undefined
    },
    stop: () => {
      stopped = true
    },
  }
}

/** What stands before a frame, in a stream and in a file of frames alike. (F-9) */
export const lengthOf = (frame: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(lengthBytes)
  new DataView(bytes.buffer).setUint32(0, frame.length)
  return bytes
}

/** Writes frames to a socket, those of one turn together; `flushed` hears of the frames' bytes, without their lengths. */
export const frameWriter = (socket: Socket, flushed: (bytes: number) => void): ((frame: Uint8Array) => void) => {
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  const write = (): void => {
    if (waiting.length === 0) return
    const bytes = waitingBytes
    const group = Buffer.concat(waiting)
    waiting = []
    waitingBytes = 0
    socket.write(group, error => {
      if (!error) flushed(bytes)
    })
  }
  return frame => {
    assert(frame.length <= streamFrameBytesMax, "a frame larger than the path's fragment")
    if (waiting.length === 0) queueMicrotask(write)
    waiting.push(lengthOf(frame), frame)
    waitingBytes += frame.length
    if (waitingBytes >= writeBytes) write()
  }
}
