import { deepEqual, equal, throws } from "node:assert/strict"
import { test } from "node:test"
import { fc } from "../../test/fixtures/property.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { leafHash } from "./entry.ts"
import { fromHex, hex } from "./hash.ts"
import { checkConsistency, checkInclusion, consistencyProof, inclusionProof, treeRoot } from "./proof.ts"
import type { Hash } from "./suite.ts"

const most = 70
const leaves: readonly Hash[] = Array.from({ length: most }, (_, at) => leafHash(Uint8Array.of(at), suite))
const roots = Array.from({ length: most + 1 }, (_, size) => treeRoot(leaves, suite, 0, size))
const first = (size: number): readonly Hash[] => leaves.slice(0, size)

/** Every way of spoiling a path by one step, and one flipped bit. */
const spoilt = (path: readonly Hash[]): (readonly Hash[])[] => {
  const flipped = path.map((step, at) => {
    const other = step.slice()
    other[at % 32]! ^= 1
    return [...path.slice(0, at), other, ...path.slice(at + 1)]
  })
  return [
    ...flipped,
    [...path, leaves[0]!],
    [leaves[0]!, ...path],
    ...(path.length > 0 ? [path.slice(1), path.slice(0, -1)] : []),
  ]
}

test("L-2: every leaf of every tree up to 70 is proven; another place, leaf, height, root or step is not", () => {
  for (let size = 1; size <= most; size++)
    for (let seq = 1; seq <= size; seq++) {
      const claim = {
        seq,
        size,
        leaf: leaves[seq - 1]!,
        root: roots[size]!,
        path: inclusionProof(first(size), seq, suite),
      }
      equal(checkInclusion(claim, suite), true, `${seq} of ${size}`)
      equal(checkInclusion({ ...claim, size: 4 * size }, suite), false)
      equal(checkInclusion({ ...claim, leaf: leaves[seq % most]! }, suite), false)
      equal(checkInclusion({ ...claim, root: roots[size - 1]! }, suite), false)
      if (size > 20 && size % 8 > 1) continue
      for (const path of spoilt(claim.path)) equal(checkInclusion({ ...claim, path }, suite), false)
      for (let other = 0; other <= size + 1; other++)
        if (other !== seq) equal(checkInclusion({ ...claim, seq: other }, suite), false)
    }
})

test("L-3: every tree up to 70 is proven to continue every smaller one; another height, root or step is not", () => {
  for (let size = 1; size <= most; size++)
    for (let oldSize = 1; oldSize <= size; oldSize++) {
      const path = consistencyProof(first(size), oldSize, suite)
      const claim = { oldSize, size, oldRoot: roots[oldSize]!, root: roots[size]!, path }
      equal(checkConsistency(claim, suite), true, `${oldSize} in ${size}`)
      equal(checkConsistency({ ...claim, size: 4 * size }, suite), false)
      equal(checkConsistency({ ...claim, oldRoot: roots[oldSize - 1]! }, suite), false)
      equal(checkConsistency({ ...claim, root: roots[size - 1]! }, suite), false)
      if (size > 20 && size % 8 > 1) continue
      for (const wrong of spoilt(path)) equal(checkConsistency({ ...claim, path: wrong }, suite), false)
    }
})

test("L-3: the empty tree is the beginning of every tree, and is refused as a proof of anything", () => {
  const claim = { oldSize: 0, size: 3, oldRoot: roots[0]!, root: roots[3]!, path: [] }
  equal(checkConsistency(claim, suite), false)
  equal(checkConsistency({ ...claim, size: 0, root: roots[0]! }, suite), false)
  throws(() => consistencyProof(first(3), 0, suite))
  throws(() => consistencyProof(first(3), 4, suite))
  throws(() => inclusionProof(first(3), 0, suite))
})

test("L-2, L-3: the well-known paths of RFC 6962", () => {
  const inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
  const known = inputs.map(input => leafHash(fromHex(input)!, suite))
  deepEqual(inclusionProof(known, 1, suite).map(hex), [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
  ])
  deepEqual(consistencyProof(known.slice(0, 7), 3, suite).map(hex), consistencyPath)
  deepEqual(consistencyProof(known, 1, suite).map(hex), inclusionProof(known, 1, suite).map(hex))
  deepEqual(consistencyProof(known, 6, suite).map(hex), [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  ])
})

// By RFC 9162, section 2.1.5: PROOF(3, D[7]) = [c, d, g, l]; here with the well-known leaves.
const consistencyPath = (() => {
  const inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
  const known = inputs.map(input => leafHash(fromHex(input)!, suite))
  const over = (from: number, to: number): string => hex(treeRoot(known, suite, from, to))
  return [over(2, 3), over(3, 4), over(0, 2), over(4, 7)]
})()

test("L-2, L-3: any numbers and hashes are judged, never thrown at", () => {
  const hash = fc.oneof(fc.constantFrom(...leaves), fc.uint8Array({ minLength: 31, maxLength: 33 }))
  const size = fc.oneof(fc.integer({ min: -2, max: 9 }), fc.maxSafeInteger(), fc.double())
  fc.assert(
    fc.property(size, size, hash, hash, fc.array(hash, { maxLength: 60 }), (a, b, leaf, root, path) => {
      checkInclusion({ seq: a, size: b, leaf, root, path }, suite)
      checkConsistency({ oldSize: a, size: b, oldRoot: leaf, root, path }, suite)
    }),
  )
})
