// What comes before any key is there and is longer than a path's frame, put together (page: protocol/epoch.md, EP-8).
import { concat, hex } from "./hash.ts"
import { openingBytesMax, shownBytesMax } from "./limits.ts"
import type { Path } from "./path-state.ts"
import { type Refusal, refuse } from "./refusal.ts"
import { frameKinds } from "./seal.ts"

/** Pieces of one opening, or of a change of keys that is shown: 20,480 bytes in fragments of 88 or more. (EP-8, K-5) */
const piecesMax = 255

/** Kind, id (4), index, count, bytes: the whole frame once its last piece is here. (EP-8) */
export const joinOpening = (path: Path, frame: Uint8Array): Uint8Array | Refusal | undefined => {
  const [index, count] = [frame[5]!, frame[6]!]
  const isLawful = frame.length >= 8 && frame.length <= openingBytesMax && index < count && count <= piecesMax
  if (!isLawful) return refuse("bad-frame", { bytes: frame.length })
  const id = hex(frame.subarray(1, 5))
  const pieces = path.openingParts.get(id) ?? new Array<Uint8Array | undefined>(count).fill(undefined)
  if (pieces.length !== count) return undefined
  pieces[index] = frame.subarray(7)
  if (path.openingParts.size >= 4 && !path.openingParts.has(id)) path.openingParts.clear()
  path.openingParts.set(id, pieces)
  const whole = pieces.filter(piece => piece !== undefined)
  if (whole.length < count) return undefined
  path.openingParts.delete(id)
  const joined = concat(...whole)
  const isShown = joined[0] === frameKinds.keysShown
  if (joined.length > (isShown ? shownBytesMax : openingBytesMax)) return undefined
  return isShown || joined[0] === frameKinds.opening ? joined : undefined
}
