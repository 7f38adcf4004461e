import { deepEqual, equal, ok, throws } from "node:assert/strict"
import { test } from "node:test"
import { fc } from "../../test/fixtures/property.ts"
import { hex } from "./hash.ts"
import { JointOrder, jointOrder, type Orderable, type Place, type Placed } from "./order.ts"

const tenYears = 10 * 365 * 86_400_000
const start = 1_677_000_000_000

/** A hash that says where the entry stands, with its first byte given: ties are broken both ways. */
const hashOf = (author: number, generation: number, seq: number, first: number): Uint8Array => {
  const hash = new Uint8Array(32)
  new DataView(hash.buffer).setUint32(4, seq)
  hash.set([first, author, generation])
  return hash
}

/** One event of a history. Log `log` writes; it has heard from the others what `hears` says, in eighths of what there is. */
const step = fc.record({
  log: fc.nat(3),
  hears: fc.tuple(fc.nat(8), fc.nat(8), fc.nat(8)),
  clock: fc.constantFrom(0, 0, 1, 5, 500, tenYears, -tenYears),
  first: fc.nat(3),
  ref: fc.option(fc.tuple(fc.nat(3), fc.nat(30)), { freq: 4 }),
  lie: fc.constantFrom(0, 0, 0, 0, 0, 0, 3, 40),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
// Two logs of author 0, of which the second is a new generation; authors 1 and 2 have one each.
const names = [
  { author: 0, generation: 1 },
  { author: 1, generation: 1 },
  { author: 2, generation: 1 },
  { author: 0, generation: 2 },
]

const historyOf = (steps: readonly Step[], lying: boolean): Orderable[][] => {
  const logs: Orderable[][] = names.map(() => [])
  const heard = names.map(() => new Map<number, number>())
  for (const [at, { log: to, hears, clock, first, ref, lie }] of steps.entries()) {
    const { author, generation } = names[to]!
    const log = logs[to]!
    for (const [place, share] of hears.entries()) {
      const have = Math.floor((logs[place]!.length * share) / 8)
      heard[to]!.set(place, Math.max(have, heard[to]!.get(place) ?? 0))
    }
    const seen = [...heard[to]!]
      .map(([place, size]) => ({ ...names[place]!, size: size + (lying ? lie : 0) }))
      .filter(it => it.size > 0 && it.author !== author)
    const target = ref && logs[ref[0]]!.at(-1 - ref[1])
    // A new generation begins by naming the last entry of the old one.
    const old = generation === 2 && log.length === 0 ? logs[0]!.at(-1) : undefined
    const refs = [target, old].flatMap(it => (it ? [it.hash] : []))
    const seq = log.length + 1
    log.push({
      author,
      generation,
      seq,
      hash: hashOf(author, generation, seq, first),
      time: start + at + clock,
      seen,
      refs,
    })
  }
  return logs
}

const history = (lying: boolean) => fc.array(step, { maxLength: 60 }).map(steps => historyOf(steps, lying))

/** An order that finds references among all that exists, held without a gap or not. */
const orderOver = (logs: readonly (readonly Orderable[])[]): JointOrder => {
  const places = new Map(logs.flat().map(entry => [hex(entry.hash), entry]))
  return new JointOrder(hash => places.get(hex(hash)))
}
const plain = (placed: readonly Placed[]): Placed[] =>
  placed.map(({ author, generation, seq, hash, effective }) => ({ author, generation, seq, hash, effective }))

for (const lying of [false, true])
  test(`O-3: entries that come in any order give the merge from scratch at every moment${lying ? ", though parties claim what they cannot have seen" : ""}`, () => {
    fc.assert(
      fc.property(history(lying), fc.array(fc.tuple(fc.nat(3), fc.nat(9), fc.boolean())), (logs, arrivals) => {
        const order = orderOver(logs)
        const held: Orderable[][] = logs.map(() => [])
        const bring = (from: number, count: number): void => {
          for (const entry of logs[from]!.slice(held[from]!.length, held[from]!.length + count)) {
            order.add(entry)
            held[from]!.push(entry)
          }
        }
        for (const [from, count, look] of arrivals) {
          bring(from, count)
          if (look) deepEqual(plain(order.placed()), jointOrder(held))
        }
        for (const [from, log] of logs.entries()) bring(from, log.length)
        deepEqual(plain(order.placed()), jointOrder(logs))
        for (const [at, entry] of order.placed().entries()) equal(order.position(entry), at)
      }),
      { numRuns: 400 },
    )
  })

test("O-1: causes come first, whatever the clocks say, and effective times never fall", () => {
  fc.assert(
    fc.property(history(false), logs => {
      const placed = jointOrder(logs)
      const name = ({ author, generation, seq }: Place): string => `${author}/${generation}/${seq}`
      const position = new Map(placed.map((entry, at) => [name(entry), at]))
      const byHash = new Map(logs.flat().map(entry => [hex(entry.hash), entry]))
      equal(placed.length, logs.flat().length)
      for (const entry of logs.flat()) {
        const causes = [
          ...entry.seen.map(it => ({ ...it, seq: it.size })),
          ...entry.refs.map(ref => byHash.get(hex(ref))!),
        ]
        if (entry.seq > 1) causes.push({ ...entry, seq: entry.seq - 1 })
        for (const cause of causes) ok(position.get(name(cause))! < position.get(name(entry))!)
      }
      for (const [at, entry] of placed.entries()) ok(at === 0 || entry.effective >= placed[at - 1]!.effective)
    }),
    { numRuns: 200 },
  )
})

test("O-4: what is proven is what can be followed from entry to entry, and nothing else", () => {
  fc.assert(
    fc.property(history(false), logs => {
      const order = orderOver(logs)
      for (const entry of logs.flat()) order.add(entry)
      const all = logs.flat()
      const byHash = new Map(all.map(entry => [hex(entry.hash), entry]))
      const past = new Map<Orderable, Set<Orderable>>()
      const pastOf = (entry: Orderable): Set<Orderable> => {
        const known = past.get(entry)
        if (known) return known
        const set = new Set<Orderable>()
        past.set(entry, set)
        const of = (it: { author: number; generation: number }, seq: number): Orderable | undefined =>
          all.find(one => one.author === it.author && one.generation === it.generation && one.seq === seq)
        const causes = [
          of(entry, entry.seq - 1),
          ...entry.seen.map(it => of(it, it.size)),
          ...entry.refs.map(ref => byHash.get(hex(ref))),
        ]
        for (const cause of causes) if (cause) for (const it of [cause, ...pastOf(cause)]) set.add(it)
        return set
      }
      for (const a of all)
        for (const b of all) {
          const expected =
            a !== b && pastOf(a).has(b) ? "after" : pastOf(b).has(a) && a !== b ? "before" : "not provable"
          equal(order.relation(a, b), expected)
        }
    }),
    { numRuns: 60 },
  )
})

const entry = (
  author: number,
  seq: number,
  time: number,
  seen: Orderable["seen"] = [],
  refs: Uint8Array[] = [],
): Orderable => ({
  author,
  generation: 1,
  seq,
  hash: hashOf(author, 1, seq, 0),
  time,
  seen,
  refs,
})
const shown = (placed: readonly Placed[]): string => placed.map(it => `${it.author}.${it.seq}`).join(" ")

test("O-2: a clock ten years ahead holds up nothing that does not follow from it", () => {
  const logs = [
    [entry(0, 1, start), entry(0, 2, start + tenYears), entry(0, 3, start + 20)],
    [entry(1, 1, start + 5), entry(1, 2, start + 10), entry(1, 3, start + 30, [{ author: 0, generation: 1, size: 2 }])],
  ]
  equal(shown(jointOrder(logs)), "0.1 1.1 1.2 0.2 0.3 1.3")
})

test("O-3: logs that claim to have seen each other in a circle are ordered all the same", () => {
  const circle = (author: number, other: number): Orderable[] => [
    entry(author, 1, start + author, [{ author: other, generation: 1, size: 2 }]),
    entry(author, 2, start + 9, [{ author: other, generation: 1, size: 2 }]),
  ]
  const logs = [circle(0, 1), circle(1, 0), [entry(2, 1, start + 20)]]
  const order = orderOver(logs)
  for (const it of logs.toReversed().flat()) order.add(it)
  deepEqual(plain(order.placed()), jointOrder(logs))
  equal(order.size, 5)
})

test("O-3: an entry beyond a gap is our own fault to add", () => {
  const order = new JointOrder(() => undefined)
  throws(() => order.add(entry(0, 2, start)))
  order.add(entry(0, 1, start))
  throws(() => order.add(entry(0, 1, start)))
  equal(order.position(entry(1, 1, start)), undefined)
  equal(order.relation(entry(0, 1, start), entry(1, 1, start)), "not provable")
})
