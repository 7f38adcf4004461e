import assert from "node:assert/strict"
import { test } from "node:test"
import { fc } from "../../test/fixtures/property.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { decodeParts, encodePart, joinParts } from "./frame.ts"
import { frameBytesMax } from "./limits.ts"
import { padded, paddedBytes } from "./pad.ts"
import { isRefusal } from "./refusal.ts"

const part = (bytes: number): Uint8Array =>
  encodePart({ type: "fragment", id: 1, offset: 0, total: bytes, bytes: new Uint8Array(bytes) })

test("F-10: whatever is said, its length is one of few", () => {
  const small = new Set(
    Array.from({ length: 4_000 }, (_, bytes) => joinParts(padded([part(bytes)], frameBytesMax)).length),
  )
  assert.deepEqual([...small], [256, 512, 1_024, 2_048, 4_096])
  const all = new Set(Array.from({ length: 65_536 }, (_, bytes) => paddedBytes(bytes)))
  assert.equal(all.size, 5 + 4 * 16)
})

test("F-10: padding fills to the byte, is passed over, and costs a sixteenth at most above 4 KiB", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9_000), { minLength: 1, maxLength: 40 }), fc.nat(frameBytesMax), (sizes, most) => {
      const parts = sizes.map(part)
      const bytes = joinParts(parts).length
      const filled = joinParts(padded(parts, most))
      if (most - bytes > 5) assert.equal(filled.length, Math.min(paddedBytes(filled.length), most))
      if (bytes > 4_096) assert.ok(filled.length <= bytes * 1.0625 + 5)
      const read = decodeParts(filled, suite)
      assert.ok(!isRefusal(read))
      assert.equal(read.filter(it => it.type !== "pad").length, parts.length)
    }),
    { numRuns: 200 },
  )
})
