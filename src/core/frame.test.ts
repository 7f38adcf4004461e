import assert from "node:assert/strict"
import { test } from "node:test"
import { fc } from "../../test/fixtures/property.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { decodeParts, encodeEntryPart, encodePart, joinParts, type Part } from "./frame.ts"
import { equal } from "./hash.ts"
import { isRefusal } from "./refusal.ts"
import { counterOf, freshWindow, isReplay, markReceived, openFrame, sealFrame } from "./seal.ts"

const whole = (part: Uint8Array): Part[] => {
  const parts = decodeParts(joinParts([part]), suite)
  assert.ok(!isRefusal(parts))
  return parts
}

const count = fc.nat(Number.MAX_SAFE_INTEGER)
const have = fc.array(
  fc.record(
    {
      author: fc.nat(15),
      generation: count,
      size: count,
      ahead: fc.array(fc.tuple(count, count), { maxLength: 4 }),
    },
    { noNullPrototype: true },
  ),
  { maxLength: 4 },
)

test("F-2: every part reads as it was written", () => {
  fc.assert(
    fc.property(
      have,
      count,
      fc.boolean(),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (list, now, restored, hash) => {
        const parts: Exclude<Part, { type: "entry" | "short" | "pad" }>[] = [
          { type: "hello", charterHash: hash, have: list, credit: now, now, restored, takesShort: !restored },
          { type: "have", have: list },
          { type: "want", author: 1, generation: 1, from: 1, to: 2 },
          { type: "ping", now, lastHuman: restored ? now : null, consoles: 2, have: list },
          { type: "pong", echo: now, now, frames: 3, bytes: 400 },
          { type: "epoch-ok", epoch: now },
          { type: "fragment", id: 3, offset: 0, total: 64, bytes: hash },
        ]
        for (const part of parts) assert.deepEqual(whole(encodePart(part)), [part])
      },
    ),
    { numRuns: 50 },
  )
})

test("F-7: a body is compressed on a thin path only when that is shorter, and reads the same", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 500 }), fc.boolean(), (body, thin) => {
      const entry = { cose: Uint8Array.of(1, 2, 3), salt: new Uint8Array(16), body }
      const part = encodeEntryPart(entry, thin, suite)
      assert.ok(part.length <= encodeEntryPart(entry, false, suite).length)
      assert.deepEqual(whole(part), [{ type: "entry", ...entry }])
    }),
    { numRuns: 50 },
  )
})

test("F-7: a body that would swell beyond the law is refused, not unpacked", () => {
  const bomb = suite.compress(new Uint8Array(1_000_000))
  const body = { cose: Uint8Array.of(1), salt: new Uint8Array(16), body: bomb }
  const part = encodeEntryPart(body, false, suite)
  part[part.length - 1] = 1
  const parts = decodeParts(joinParts([part]), suite)
  assert.ok(isRefusal(parts))
})

test("F-2: any bytes are parts or a refusal, never a throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
      const parts = decodeParts(bytes, suite)
      assert.ok(isRefusal(parts) || Array.isArray(parts))
    }),
    { numRuns: 500 },
  )
})

const keys = { key: new Uint8Array(32).fill(1), iv: new Uint8Array(12).fill(2) }
const way = { line: new Uint8Array(16).fill(3), from: 0, to: 1 }

test("F-4: a frame opens only whole, only in its direction, and only with its key", () => {
  const plain = Uint8Array.of(5, 6, 7)
  const frame = sealFrame(suite, keys, way, { epoch: 258, path: 1, counter: 2 ** 40, plain })
  assert.equal(frame[1], 2, "the low byte of the epoch")
  assert.equal(counterOf(frame), 2 ** 40)
  assert.ok(equal(openFrame(suite, keys, way, frame)!, plain))
  assert.equal(openFrame(suite, keys, { ...way, from: 1, to: 0 }, frame), undefined)
  assert.equal(openFrame(suite, { ...keys, key: new Uint8Array(32) }, way, frame), undefined)
  for (let at = 0; at < frame.length; at++) {
    const altered = frame.slice()
    altered[at]! ^= 1
    assert.equal(openFrame(suite, keys, way, altered), undefined, `byte ${at}`)
  }
})

test("F-6: the window takes every counter once, in any order within 1,024, and none that is older", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5_000), { maxLength: 400 }), counters => {
      const window = freshWindow()
      const taken = new Set<number>()
      let highest = -1
      for (const counter of counters) {
        const expected = taken.has(counter) || (highest >= 0 && counter <= highest - 1_024)
        assert.equal(isReplay(window, counter), expected, `${counter} after ${highest}`)
        if (expected) continue
        markReceived(window, counter)
        taken.add(counter)
        highest = Math.max(highest, counter)
      }
    }),
    { numRuns: 200 },
  )
})
