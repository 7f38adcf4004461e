// The simulator's own tests, and a few short seeds of it; `npm run sim -- --seeds 500` is the long run, `-- --canary` the planted bugs.
import assert from "node:assert/strict"
import { test } from "node:test"
import { disk } from "./disk.ts"
import { noFaults } from "./faults.ts"
import { prng } from "./prng.ts"
import { runSeed } from "./seed.ts"
import { type Profile, wire } from "./wire.ts"
import { Found, processWorld, universe } from "./world.ts"

const short = { bursts: 3 }

for (const [seed, what, kinds] of [
  [1, "honest nodes", ["drop", "powerLoss"]],
  [3, "a noisy liar", ["flood", "wrongLine"]],
  [66, "a fork, and chunks that are not what their root says", ["fork", "wrongChunk"]],
  [17, "thirty days of silence, and a home put back", ["silence30d", "putBack", "rotation", "pathRemoved"]],
] as const)
  test(`S-1: ${what}: nothing is lost, nothing untrue is told, and both records converge (seed ${seed}, short)`, async () => {
    const result = await runSeed(seed, short)
    assert.equal(result.found, null)
    assert.ok(result.entries > 20)
    for (const kind of kinds) assert.ok(result.faults[kind] > 0, `the seed has no ${kind} any more: take another`)
  })

test("S-1: a modem line; and one seed is one history, to the byte", async () => {
  const [first, second, other] = [await runSeed(53, short), await runSeed(53, short), await runSeed(45, short)]
  for (const { found } of [first, second, other]) assert.equal(found, null)
  assert.equal(first.hash, second.hash)
  assert.notEqual(first.hash, other.hash)
})

test("one seed gives one stream of chance, and a fork another", () => {
  const draw = (seed: number) => [...prng(seed).bytes(8)]
  assert.deepEqual(draw(7), draw(7))
  assert.notDeepEqual(draw(7), draw(8))
  assert.notDeepEqual([...prng(7).fork("a").bytes(8)], [...prng(7).fork("b").bytes(8)])
  const counts = new Array<number>(10).fill(0)
  const chance = prng(1)
  for (let times = 0; times < 10_000; times++) counts[chance.below(10)]! += 1
  assert.ok(
    counts.every(count => count > 850 && count < 1_150),
    counts.join(),
  )
})

test("tasks run by time, then in the order of asking, with what promises do between them", async () => {
  const all = universe(1_000)
  const seen: string[] = []
  const at = (ms: number, name: string) => all.after(ms, () => void Promise.resolve().then(() => seen.push(name)))
  for (const [ms, name] of [
    [5, "d"],
    [0, "a"],
    [3, "c"],
    [0, "b"],
    [5, "e"],
  ] as const)
    at(ms, name)
  at(4, "never")()
  await all.run(1_010)
  assert.equal(seen.join(""), "abcde")
  assert.equal(all.now(), 1_010)
})

test("a world that never rests is found, and so is what a check reports", async () => {
  const all = universe(0)
  const again = (): void => void all.after(0, again)
  again()
  await assert.rejects(all.run(10), Found)
  const other = universe(0)
  other.after(1, () => other.found("a lie"))
  await assert.rejects(other.run(10), /a lie/)
})

test("a process that died does nothing more, and its one timer is replaced by the next", async () => {
  const all = universe(0)
  let skew = 0
  const world = processWorld(
    all,
    () => skew,
    error => assert.fail(String(error)),
  )
  const seen: number[] = []
  world.at(5, () => seen.push(5))
  world.at(7, () => seen.push(7))
  await all.run(10)
  skew = -1_000_000
  assert.equal(world.now(), 10 - 1_000_000)
  world.at(world.now() + 5, () => seen.push(15))
  await all.run(20)
  world.later(() => seen.push(99))
  world.kill()
  await all.run(30)
  assert.deepEqual(seen, [7, 15])
})

const calm: Profile = {
  traits: { name: "test", rate: 8_000, fragmentBytes: 1_000, queueBytes: 1_000 },
  latencyMs: 10,
  jitterMs: 0,
  drop: 0,
  double: 0,
  delay: 0,
  reorder: 0,
  corrupt: 0,
  replay: 0,
  garbage: 0,
  loop: 0,
}

const ends = (profile: Profile) => {
  const all = universe(0)
  const faults = noFaults()
  const path = wire(all, prng(3), faults, profile)
  const seen: string[] = []
  const plugs = [0, 1].map(end => {
    const plug = path.plug(end)
    void plug.transport.start({
      opened: () => seen.push(`${end} opened`),
      heard: frame => seen.push(`${end} heard ${frame.length}`),
      flushed: bytes => seen.push(`${end} flushed ${bytes}`),
      closed: () => seen.push(`${end} closed`),
    })
    return plug
  })
  return { all, faults, path, seen, plugs }
}

test("a calm path carries frames whole, at its rate, and tells when they are gone", async () => {
  const { all, seen, plugs } = ends(calm)
  await all.run(2_000)
  seen.length = 0
  plugs[0]!.transport.send(new Uint8Array(100))
  await all.run(2_099)
  assert.deepEqual(seen, [])
  await all.run(2_200)
  assert.deepEqual(seen, ["0 flushed 100", "1 heard 100"])
})

test("a path that is cut says so to both ends, or to one, or to none; mended, it connects again", async () => {
  const { all, seen, plugs, path } = ends(calm)
  await all.run(2_000)
  path.cut()
  assert.deepEqual(seen.splice(0).slice(-2), ["0 closed", "1 closed"])
  path.mend()
  await all.run(4_000)
  assert.deepEqual(seen.splice(0).sort(), ["0 opened", "1 opened"])
  path.mute(0)
  plugs[0]!.transport.send(new Uint8Array(1))
  plugs[1]!.transport.send(new Uint8Array(2))
  await all.run(5_000)
  assert.deepEqual(seen.splice(0).sort(), ["0 flushed 1", "0 heard 2", "1 flushed 2"])
  path.halfOpen(1)
  await all.run(9_000)
  assert.deepEqual(seen.splice(0), ["1 closed"])
  path.mend()
  await all.run(12_000)
  assert.deepEqual(seen.splice(0).sort(), ["0 closed", "0 opened", "1 opened"])
})

test("a disk that dies before a write has nothing of it, after it everything; what was never synced is lost", () => {
  const died: string[] = []
  const here = disk({ died: when => died.push(when) })
  const append = (store: ReturnType<typeof here.open>, seq: number) =>
    store.append({
      rows: [
        {
          author: 0,
          generation: 1,
          seq,
          hash: new Uint8Array(32).fill(seq),
          bytes: Uint8Array.of(seq),
          at: 0,
          gapBefore: false,
        },
      ],
      heads: [],
      asides: [],
      marks: [],
      state: Uint8Array.of(seq),
    })
  append(here.open(), 1)
  here.dieAtWrite("before")
  assert.throws(() => append(here.open(), 2))
  assert.equal(here.truth.log(0, 1).contiguous, 1)
  here.dieAtWrite("after")
  assert.throws(() => append(here.open(), 2))
  assert.equal(here.truth.log(0, 1).contiguous, 2)
  assert.deepEqual(died, ["before", "after"])
  assert.equal(here.open().count(0, 1).contiguous, 2)
  here.lie()
  append(here.open(), 3)
  assert.equal(here.truth.log(0, 1).contiguous, 2)
  here.sync()
  append(here.open(), 4)
  here.crash()
  assert.equal(here.truth.log(0, 1).contiguous, 3)
  assert.equal(here.open().count(0, 1).contiguous, 3)
})
