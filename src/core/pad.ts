// Lengths that say little (page: protocol/frame.md, section 7). A frame on a path with bytes to spare is filled up to one of few
// lengths by a part that says nothing; a thin path gets none, since there the length is time.
import { encode } from "./cbor.ts"
import { partNumbers } from "./frame.ts"
import { padLeast, padPowersMax } from "./limits.ts"

/** The length that a plaintext of so many bytes is given: powers of two at first, then Padmé, whose steps grow with the length and
 *  cost a sixteenth at most. (F-10) */
export const paddedBytes = (bytes: number): number => {
  if (bytes <= padLeast) return padLeast
  if (bytes <= padPowersMax) return 2 ** (32 - Math.clz32(bytes - 1))
  const exponent = 31 - Math.clz32(bytes)
  const step = 2 ** (exponent - (32 - Math.clz32(exponent)))
  return Math.ceil(bytes / step) * step
}

const partLeast = 3
const headBytes = (count: number): number => (count < 24 ? 1 : count < 256 ? 2 : count < 65_536 ? 3 : 5)

/** A part of exactly so many bytes, 3 at least: zeros, and empty fields where one head of a byte string is longer than the next. */
const padding = (total: number): Uint8Array => {
  for (const filler of [0, 1, 2])
    for (const head of [1, 2, 3, 5]) {
      const count = total - 2 - filler - head
      if (count < 0 || headBytes(count) !== head) continue
      const fields = new Array<Uint8Array>(filler).fill(new Uint8Array(0))
      return encode([partNumbers.pad, new Uint8Array(count), ...fields])
    }
  throw new Error(`no padding of ${total} bytes`)
}

/** The parts of one frame with what fills it; `most` is what a plaintext may have on its path. */
export const padded = (parts: readonly Uint8Array[], most: number): readonly Uint8Array[] => {
  const bytes = parts.reduce((sum, part) => sum + part.length, headBytes(parts.length + 1))
  const room = Math.min(paddedBytes(bytes + partLeast), most) - bytes
  return room < partLeast ? parts : [...parts, padding(room)]
}
