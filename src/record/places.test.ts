import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"
import { fc } from "../../test/fixtures/property.ts"
import type { Entry } from "../core/entry.ts"
import { jointOrder } from "../core/order.ts"
import { kinds } from "../core/registry.ts"
import { Facts } from "./facts.ts"
import { Places } from "./places.ts"

const none = new Uint8Array(0)

type Drawn = { readonly author: number; readonly time: number; readonly seen: number; readonly ref: number }

/** Logs of two or three authors, with clocks, claims and references as they come; also claims that cannot be true. */
const entriesOf = (drawn: readonly Drawn[]): Entry[] => {
  const sizes = [0, 0, 0]
  const made: Entry[] = []
  for (const { author, time, seen, ref } of drawn) {
    const seq = ++sizes[author]!
    const other = (author + 1) % 3
    const refs = ref < made.length ? [made[ref]!.hash] : []
    made.push({
      line: none,
      author,
      generation: 1,
      seq,
      ownRoot: none,
      seen: seen > 0 ? [{ author: other, generation: 1, size: seen, root: none }] : [],
      time,
      traffic: 0,
      precedence: 1,
      kind: kinds.message,
      refs,
      action: [],
      info: [],
      handling: 0,
      releases: [],
      bytes: none,
      hash: Uint8Array.from(createHash("sha256").update(`${author} ${seq}`).digest()),
      signed: none,
      kid: none,
      alg: -19,
      signature: none,
    })
  }
  return made
}

const drawn = fc.record({
  author: fc.nat({ max: 2 }),
  time: fc.nat({ max: 40 }),
  seen: fc.nat({ max: 8 }),
  ref: fc.nat({ max: 60 }),
})

const circle: Drawn[] = [
  { author: 0, time: 1, seen: 0, ref: 0 },
  { author: 0, time: 0, seen: 0, ref: 0 },
  { author: 1, time: 2, seen: 0, ref: 2 },
  { author: 0, time: 0, seen: 0, ref: 0 },
  { author: 1, time: 0, seen: 1, ref: 0 },
  { author: 2, time: 0, seen: 0, ref: 4 },
]

test("O-1, O-3: the order over the columns is the order of the core, whatever came when and however often it was read", () => {
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 30 }), (list, swaps) => {
      const entries = entriesOf(list)
      const arrival = [...entries]
      for (const [at, swap] of swaps.entries()) {
        if (at >= arrival.length) break
        const other = swap % arrival.length
        ;[arrival[at], arrival[other]] = [arrival[other]!, arrival[at]!]
      }
      const facts = new Facts()
      const places = new Places(facts)
      const missing: { readonly referrer: number; readonly hash: Uint8Array }[] = []
      for (const entry of arrival) {
        const refs = entry.refs.map(ref => facts.hashes.find(ref)).filter(ref => ref >= 0)
        const place = facts.add({ entry, bodyBytes: 0, at: 0, gapBefore: false }, refs)
        places.added(place)
        for (const hash of entry.refs) if (facts.hashes.find(hash) < 0) missing.push({ referrer: place, hash })
        for (const { referrer, hash } of missing) {
          if (facts.hashes.find(hash) !== place) continue
          facts.addRef(referrer, place)
          places.caused(referrer)
        }
        if (entry.time % 3 === 0) places.settle()
      }
      places.settle()
      const expected = jointOrder([0, 1, 2].map(author => entries.filter(entry => entry.author === author)))
      assert.deepEqual(
        places.order.map(place => `${facts.author(place)}:${facts.seq[place]}`),
        expected.map(({ author, seq }) => `${author}:${seq}`),
      )
    }),
    // The example: 2:1 and 1:2 claim each other, 2:1 is placed by force behind a later time, and then 0:1 closes the gap before 0:2.
    { numRuns: 2_000, examples: [[circle, [5]]] },
  )
})
