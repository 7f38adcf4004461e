// Proofs that an entry is in a tree, and that one tree continues another (page: protocol/log.md, section 3; RFC 9162, sections 2.1.3
// and 2.1.4). Made from leaf hashes, checked without them. Places count from 1, as `seq` does.
import { equal } from "./hash.ts"
import { emptyRoot, nodeHash } from "./log.ts"
import type { Hash, Suite } from "./suite.ts"

/** Root over leaves `from` … `to`, the second not included. Without bounds: of all. (L-1) */
export const treeRoot = (leaves: readonly Hash[], suite: Suite, from = 0, to = leaves.length): Hash => {
  if (from === to) return emptyRoot(suite)
  if (to - from === 1) return leaves[from]!
  const middle = from + split(to - from)
  return nodeHash(treeRoot(leaves, suite, from, middle), treeRoot(leaves, suite, middle, to), suite)
}

/** Largest power of two below `size`. */
const split = (size: number): number => {
  let power = 1
  while (power * 2 < size) power *= 2
  return power
}

/** Root over leaves `from` … `to`, the second not included. */
export type RootOf = (from: number, to: number) => Hash

const plainly =
  (leaves: readonly Hash[], suite: Suite): RootOf =>
  (from, to) =>
    treeRoot(leaves, suite, from, to)

/** As `treeRoot`, with every full subtree hashed once: for who makes many proofs of one log. (L-1) */
export const rootsOf = (leaves: readonly Hash[], suite: Suite): RootOf => {
  const levels = [leaves]
  for (let below = leaves; below.length > 1; below = levels.at(-1)!)
    levels.push(
      Array.from({ length: below.length >> 1 }, (_, at) => nodeHash(below[2 * at]!, below[2 * at + 1]!, suite)),
    )
  const root: RootOf = (from, to) => {
    if (from === to) return emptyRoot(suite)
    const length = to - from
    const power = split(length)
    if (length === 1) return leaves[from]!
    // Left parts are always whole and stand at a multiple of their length; what is left over is not.
    if (length === 2 * power && from % length === 0) return levels[Math.log2(length)]![from / length]!
    return nodeHash(root(from, from + power), root(from + power, to), suite)
  }
  return root
}

/** Path from the leaf at `seq` to the root over all `leaves`. (L-2) */
export const inclusionProof = (
  leaves: readonly Hash[],
  seq: number,
  suite: Suite,
  root: RootOf = plainly(leaves, suite),
): Hash[] => {
  if (!Number.isInteger(seq) || seq < 1 || seq > leaves.length) throw new Error(`no leaf ${seq} in ${leaves.length}`)
  const path: Hash[] = []
  let [from, to] = [0, leaves.length]
  while (to - from > 1) {
    const middle = from + split(to - from)
    if (seq <= middle) {
      path.push(root(middle, to))
      to = middle
    } else {
      path.push(root(from, middle))
      from = middle
    }
  }
  return path.reverse()
}

export type Inclusion = {
  readonly seq: number
  readonly size: number
  readonly leaf: Hash
  readonly root: Hash
  readonly path: readonly Hash[]
}

/** False for any other number, length or hash; never a throw. (L-2; RFC 9162, section 2.1.3.2) */
export const checkInclusion = ({ seq, size, leaf, root, path }: Inclusion, suite: Suite): boolean => {
  if (!isSize(size) || !isSize(seq) || seq > size || !allHashes([leaf, root, ...path])) return false
  let [place, last] = [seq - 1, size - 1]
  let computed = leaf
  for (const step of path) {
    if (last === 0) return false
    if (place % 2 === 1 || place === last) {
      computed = nodeHash(step, computed, suite)
      // A last leaf that stands alone is carried up until it has a left neighbour.
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)]
    } else {
      computed = nodeHash(computed, step, suite)
    }
    ;[place, last] = [Math.floor(place / 2), Math.floor(last / 2)]
  }
  return last === 0 && equal(computed, root)
}

/** That the tree over all `leaves` begins with the tree over the first `size`. (L-3) */
export const consistencyProof = (
  leaves: readonly Hash[],
  size: number,
  suite: Suite,
  root: RootOf = plainly(leaves, suite),
): Hash[] => {
  if (!Number.isInteger(size) || size < 1 || size > leaves.length)
    throw new Error(`no tree of ${size} in ${leaves.length}`)
  const path: Hash[] = []
  let [from, to] = [0, leaves.length]
  // Down to the subtree that ends where the old tree ends; beside it, all that lies off the way.
  while (to !== size) {
    const middle = from + split(to - from)
    if (size <= middle) {
      path.push(root(middle, to))
      to = middle
    } else {
      path.push(root(from, middle))
      from = middle
    }
  }
  // Left out when it is the whole old tree: the reader holds that root.
  if (from > 0) path.push(root(from, to))
  return path.reverse()
}

export type Consistency = {
  readonly oldSize: number
  readonly oldRoot: Hash
  readonly size: number
  readonly root: Hash
  readonly path: readonly Hash[]
}

/** An old size of 0 is refused: the empty tree is the beginning of every tree and proves nothing. (L-3; RFC 9162, section 2.1.4.2) */
export const checkConsistency = ({ oldSize, oldRoot, size, root, path }: Consistency, suite: Suite): boolean => {
  if (!isSize(oldSize) || !isSize(size) || oldSize > size || !allHashes([oldRoot, root, ...path])) return false
  if (oldSize === size) return path.length === 0 && equal(oldRoot, root)
  let [place, last] = [oldSize - 1, size - 1]
  while (place % 2 === 1) [place, last] = [(place - 1) / 2, Math.floor(last / 2)]
  // The old tree is one full subtree exactly when nothing is left of its place: then its root is the first step.
  const [first, ...rest] = place === 0 ? [oldRoot, ...path] : path
  if (first === undefined) return false
  let [oldComputed, computed] = [first, first]
  for (const step of rest) {
    if (last === 0) return false
    if (place % 2 === 1 || place === last) {
      oldComputed = nodeHash(step, oldComputed, suite)
      computed = nodeHash(step, computed, suite)
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)]
    } else {
      computed = nodeHash(computed, step, suite)
    }
    ;[place, last] = [Math.floor(place / 2), Math.floor(last / 2)]
  }
  return last === 0 && equal(oldComputed, oldRoot) && equal(computed, root)
}

const isSize = (size: number): boolean => Number.isSafeInteger(size) && size >= 1
const allHashes = (hashes: readonly Uint8Array[]): boolean => hashes.every(hash => hash.length === 32)
