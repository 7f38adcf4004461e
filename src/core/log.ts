// The Merkle tree of one author's log (page: protocol/log.md, sections 1 and 2; RFC 9162, section 2.1). Kept as its frontier: the
// roots of the full subtrees that the size is made of, so that a log of any length costs at most 53 hashes of memory.
import { decode, encode } from "./cbor.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import type { Hash, Suite } from "./suite.ts"

/** `peaks`: one per bit that is set in `size`, largest subtree first. */
export type Frontier = { readonly size: number; readonly peaks: readonly Hash[] }

export const emptyFrontier = (): Frontier => ({ size: 0, peaks: [] })

/** SHA-256 of nothing. (L-1) */
export const emptyRoot = (suite: Suite): Hash => suite.sha256(nothing)

const nothing = new Uint8Array(0)
// One buffer for all node hashes: the suite has read it when it returns.
const pair = new Uint8Array(65)
pair[0] = 0x01

/** Hash of an inner node. (L-1) */
export const nodeHash = (left: Hash, right: Hash, suite: Suite): Hash => {
  pair.set(left, 1)
  pair.set(right, 33)
  return suite.sha256(pair)
}

/** The frontier with one leaf more; one node hash on the average. The old one stays as it was. (L-1) */
export const append = (frontier: Frontier, leaf: Hash, suite: Suite): Frontier => {
  const peaks = [...frontier.peaks]
  let peak = leaf
  // As in adding one to the size: each carry joins the two subtrees of equal height.
  for (let carry = frontier.size; carry % 2 === 1; carry = (carry - 1) / 2) {
    const left = peaks.pop()
    if (left === undefined) throw new Error("a frontier has one peak per bit of its size")
    peak = nodeHash(left, peak, suite)
  }
  peaks.push(peak)
  return { size: frontier.size + 1, peaks }
}

/** (L-1) */
export const rootOf = (frontier: Frontier, suite: Suite): Hash => {
  let root = frontier.peaks.at(-1)
  if (root === undefined) return emptyRoot(suite)
  for (let at = frontier.peaks.length - 2; at >= 0; at--) root = nodeHash(frontier.peaks[at]!, root, suite)
  return root
}

/** A log of some size, and its root. */
export type Grown = { readonly frontier: Frontier; readonly root: Hash }

/** With one leaf more. */
export const grown = (frontier: Frontier, leaf: Hash, suite: Suite): Grown => {
  const longer = append(frontier, leaf, suite)
  return { frontier: longer, root: rootOf(longer, suite) }
}

export const encodeFrontier = (frontier: Frontier): Uint8Array => encode([frontier.size, frontier.peaks])

/** The peaks are copies: a frontier outlives the snapshot that it came from. */
export const decodeFrontier = (bytes: Uint8Array): Frontier | Refusal => {
  const value = decode(bytes, { bytesMax: 2_048, depthMax: 2 }) // 53 peaks of 34 B are 1,802 B
  if (isRefusal(value)) return value
  if (!Array.isArray(value) || value.length !== 2) return refuse("malformed", { field: "frontier" })
  const [size, rows] = value
  if (typeof size !== "number" || size < 0 || !Array.isArray(rows)) return refuse("malformed", { field: "frontier" })
  const peaks: Hash[] = []
  for (const row of rows) {
    if (!(row instanceof Uint8Array && row.length === 32)) return refuse("malformed", { field: "peaks" })
    peaks.push(row.slice())
  }
  return peaks.length === bitsSet(size) ? { size, peaks } : refuse("malformed", { field: "peaks" })
}

/** How many peaks a tree of that size has. */
export const bitsSet = (size: number): number => {
  let count = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2
  return count
}
