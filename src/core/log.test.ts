import { deepEqual, equal } from "node:assert/strict"
import { test } from "node:test"
import { fc } from "../../test/fixtures/property.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { leafHash } from "./entry.ts"
import { fromHex, hex } from "./hash.ts"
import { append, decodeFrontier, emptyFrontier, emptyRoot, encodeFrontier, rootOf } from "./log.ts"
import { treeRoot } from "./proof.ts"
import { isRefusal } from "./refusal.ts"
import type { Hash } from "./suite.ts"

// The inputs and roots that the implementations of RFC 6962 test themselves with.
const inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
const roots = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
const leavesOf = (count: number): Hash[] => Array.from({ length: count }, (_, at) => leafHash(Uint8Array.of(at), suite))

test("L-1: the roots of the eight well-known trees, and of the empty one", () => {
  const leaves = inputs.map(input => leafHash(fromHex(input)!, suite))
  let frontier = emptyFrontier()
  equal(hex(rootOf(frontier, suite)), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  deepEqual(emptyRoot(suite), rootOf(frontier, suite))
  for (const [at, leaf] of leaves.entries()) {
    frontier = append(frontier, leaf, suite)
    equal(hex(rootOf(frontier, suite)), roots[at])
    equal(hex(treeRoot(leaves, suite, 0, at + 1)), roots[at])
  }
})

test("L-1: a frontier grown leaf by leaf has the root of the whole tree at every size, and the old one stays", () => {
  const leaves = leavesOf(200)
  let frontier = emptyFrontier()
  for (const [at, leaf] of leaves.entries()) {
    const before = encodeFrontier(frontier)
    const grown = append(frontier, leaf, suite)
    deepEqual(encodeFrontier(frontier), before)
    frontier = grown
    deepEqual(rootOf(frontier, suite), treeRoot(leaves, suite, 0, at + 1))
    deepEqual(decodeFrontier(encodeFrontier(frontier)), frontier)
  }
})

test("L-1: any bytes are a frontier with one peak per bit, or a refusal", () => {
  const made = fc.tuple(fc.maxSafeNat(), fc.array(fc.uint8Array({ minLength: 31, maxLength: 32 }), { maxLength: 4 }))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        made.map(([size, peaks]) => encodeFrontier({ size, peaks })),
      ),
      bytes => {
        const read = decodeFrontier(bytes)
        if (isRefusal(read)) return
        deepEqual(encodeFrontier(read), bytes)
        equal(read.peaks.length, BigInt(read.size).toString(2).replaceAll("0", "").length)
      },
    ),
  )
  equal(isRefusal(decodeFrontier(encodeFrontier({ size: 3, peaks: leavesOf(1) }))), true)
  equal(isRefusal(decodeFrontier(encodeFrontier({ size: 2, peaks: leavesOf(1) }))), false)
})
