// A part that is larger than a path's frame goes in pieces, named by what they are pieces of (page: protocol/frame.md, F-8).
import { encodePart, type Part } from "./frame.ts"
import { frameBytesMax } from "./limits.ts"
import type { Outgoing, Path } from "./path-state.ts"
import { type Refusal, refuse } from "./refusal.ts"
import type { Suite } from "./suite.ts"

/** A fragment's own CBOR around its bytes, at most: list, type, three numbers of up to five bytes, and the head of the bytes. */
const aroundBytes = 20
/** Parts of a path that may wait for their missing pieces. */
const joiningMax = 16
/** Pieces of one part: of the longest, an entry with its body, each then has 17 bytes. */
const piecesMax = 4_096

/** The first four bytes of the part's SHA-256. A counter would begin again with a home that was put back from a copy, and pieces of two
 *  parts would be joined; and a part that is sent again goes on where it was cut off. (F-8) */
const nameOf = (part: Uint8Array, suite: Suite): number => {
  const [a, b, c, d] = suite.sha256(part)
  return (a! * 256 + b!) * 65_536 + c! * 256 + d!
}

/** What waits on a path, as pieces that take at most `room` bytes of a frame each. */
/** Pieces have no name: they are of no use without one another. */
export const cut = ({ part, name: _name, ...outgoing }: Outgoing, room: number, suite: Suite): Outgoing[] => {
  const id = nameOf(part, suite)
  const total = part.length
  const most = room - aroundBytes
  const pieces: Outgoing[] = []
  for (let offset = 0; offset < total; offset += most) {
    const bytes = part.subarray(offset, Math.min(offset + most, total))
    const piece = encodePart({ type: "fragment", id, offset, total, bytes })
    pieces.push({ ...outgoing, part: piece, ...(offset + most < total && { isUnfinished: true }) })
  }
  return pieces
}

/** The whole part, once its last piece is here; undefined before. What never becomes whole is dropped for newer ones, and what does not
 *  have its name was cut otherwise, and is asked for again. */
export const join = (
  path: Path,
  { id, offset, total, bytes }: Extract<Part, { type: "fragment" }>,
  suite: Suite,
): Uint8Array | Refusal | undefined => {
  if (offset + bytes.length > total || total > frameBytesMax || bytes.length === 0)
    return refuse("malformed", { part: "fragment" })
  const whole = path.joining.get(id) ?? { bytes: new Uint8Array(total), got: new Set<number>(), filled: 0 }
  if (whole.bytes.length !== total || whole.got.has(offset)) return undefined
  if (whole.got.size === piecesMax) {
    path.joining.delete(id)
    return refuse("malformed", { part: "fragment" })
  }
  whole.bytes.set(bytes, offset)
  whole.got.add(offset)
  whole.filled += bytes.length
  path.joining.set(id, whole)
  if (path.joining.size > joiningMax) path.joining.delete(path.joining.keys().next().value!)
  if (whole.filled < total) return undefined
  path.joining.delete(id)
  return nameOf(whole.bytes, suite) === id ? whole.bytes : undefined
}
