// Logs that begin anew, and keys that are revoked: two real nodes, keys in files, disks in memory.
import assert from "node:assert/strict"
import { copyFileSync } from "node:fs"
import { test } from "node:test"
import {
  accusations,
  byRoots,
  charter,
  confirmed,
  fileOf,
  fresh,
  parties,
  rotated,
  type Side,
  salt,
  say,
  sizeAt,
  started,
  verified,
} from "../../test/fixtures/keyed.ts"
import { until } from "../../test/fixtures/pair.ts"
import type { memoryDisk } from "../store/memory.ts"
import type { Store } from "../store/store.ts"
import { nodeSuite } from "../suites/node.ts"
import { hex } from "./hash.ts"
import { restoredSnapshot } from "./line.ts"
import { isRefusal, refuse } from "./refusal.ts"
import { kinds } from "./registry.ts"

const why = { why: "The record was put back from a copy.", language: "en" }
const anew = async (side: Side, more: object = {}): Promise<void> => {
  const reply = await byRoots(side, { what: "generation", ...why, ...more })
  assert.ok(!isRefusal(reply), JSON.stringify(reply))
  assert.equal(reply.seq, 1)
}
const generationOf = (side: Side, author: number): number => side.running.status().logs[author]!.generation
const even = (a: Side, b: Side): boolean =>
  [0, 1].every(
    author => generationOf(a, author) === generationOf(b, author) && sizeAt(a, author) === sizeAt(b, author),
  ) &&
  confirmed(a) > 0 &&
  confirmed(b) > 0
const marks = (store: Store): string[] => store.marks().map(mark => mark.refusal.refusal)

const marked = (disk: ReturnType<typeof memoryDisk>, us: 0 | 1): Store => {
  const store = disk.open()
  const left = { snapshot: store.state()!, unconfirmed: [], recent: [], changes: [] }
  const state = restoredSnapshot({ charter, us, suite: nodeSuite, charterBody: parties[us].charterBody }, left)
  store.append({ rows: [], heads: [], asides: [], marks: [], state })
  return store
}

test("K-9: a log begins anew while both talk: numbers start again, the old one stays provable, and both go on", async () => {
  const { line, a, b, disk } = await fresh()
  await rotated(a)
  await say(a)
  await anew(a)
  const first = await say(a)
  await until("b follows", () => generationOf(b, 0) === 2 && even(a, b))
  assert.equal(b.store.read({ author: 0, generation: 2, from: first, to: first }, 1).length, 1)
  await say(b)
  await until("even", () => even(a, b))
  for (const side of [a, b]) {
    const proved = await verified(side.store)
    assert.deepEqual([proved.faults, proved.first], [0, []])
    assert.deepEqual(
      proved.logs.filter(log => log.author === 0).map(log => [log.generation, log.disavowed]),
      [
        [1, 0],
        [2, 0],
      ],
    )
  }
  assert.deepEqual([...accusations(a.told), ...accusations(b.told)], [])
  await a.stop()
  const again = await started(0, line, disk.open())
  await say(again)
  await until("even after a start", () => even(again, b))
  assert.deepEqual(accusations(b.told), [])
})

test("K-9, L-11: two that were both restored go on by new generations, and what the other holds beyond is disowned", async () => {
  const { line, a, b, disk } = await fresh()
  const copy = disk.clone()
  await say(a)
  await say(a)
  await until("stored there", () => even(a, b))
  const before = sizeAt(b, 0)
  await a.stop()
  // As if the other side were restored as well, no answer is waited for: its people decide.
  line.cut()
  const again = await started(0, line, marked(copy, 0))
  const held = sizeAt(again, 0)
  await anew(again)
  assert.equal(again.running.status().restored, false)
  await until("b follows", () => generationOf(b, 0) === 2 && even(again, b))
  assert.equal(marks(b.store).filter(code => code === "disowned").length, before - held)
  assert.deepEqual(accusations(b.told), ["disowned"])
  await say(again)
  await until("even", () => even(again, b))
  const proved = await verified(b.store)
  assert.deepEqual([proved.faults, proved.first], [0, []])
  assert.equal(proved.logs.find(log => log.author === 0 && log.generation === 1)?.disavowed, before - held)
  // What b had seen of it is no fault of b's where it is not held.
  const here = await verified(again.store)
  assert.deepEqual([here.faults, here.first], [0, []])
  assert.ok(here.seenBeyond > 0)
})

test("K-9: what the new generation names of the old one is fetched before it opens", async () => {
  const { line, a, b } = await fresh()
  line.cut()
  for (let at = 0; at < 3; at++) await say(a)
  const closed = sizeAt(a, 0)
  await anew(a)
  await say(a)
  line.mend()
  await until("b follows", () => generationOf(b, 0) === 2 && even(a, b))
  assert.equal(b.store.count(0, 1).contiguous, closed)
  assert.deepEqual(accusations(b.told), [])
})

test("K-8: a revocation by the roots: what came after the trusted place is marked, and the revoked key is refused by name", async () => {
  const { line, a, b, disk } = await fresh()
  await say(a)
  await until("even", () => even(a, b))
  const trusted = sizeAt(a, 0)
  await say(a)
  await say(a)
  const copy = disk.clone()
  const reply = await byRoots(a, { what: "revocation", generation: 1, seq: trusted })
  assert.ok(!isRefusal(reply), JSON.stringify(reply))
  await say(a)
  await until("b follows", () => even(a, b))
  assert.deepEqual(new Set(marks(b.store)), new Set(["key-revoked"]))
  assert.equal(marks(b.store).length, reply.seq - 1 - trusted)
  assert.deepEqual(marks(a.store), marks(b.store))
  assert.deepEqual(accusations(b.told), ["key-revoked"])
  const proved = await verified(b.store)
  assert.deepEqual([proved.faults, proved.first], [0, []])
  assert.equal(proved.logs.find(log => log.author === 0)?.disavowed, reply.seq - 1 - trusted)
  await a.stop()
  // The thief of the old home speaks.
  copyFileSync(`${fileOf(0)}.first`, fileOf(0))
  const thief = await started(0, line, copy.open())
  await thief.running.order({
    ...{ kind: kinds.message, traffic: 2, precedence: 1, refs: [], action: [], info: [], handling: 0, releases: [] },
    act: salt(),
  })
  await until("turned away", () => accusations(b.told).includes("bad-opening"))
  assert.equal(sizeAt(b, 0), sizeAt(a, 0))
})

test("K-8, K-9, A-47: without the signatures of the roots nothing is revoked and nothing begins anew", async () => {
  const { a, b } = await fresh()
  const asked = await a.office.prepare({ what: "generation", ...why }, "Administrator")
  assert.ok(!isRefusal(asked))
  const signatures = (await b.signer.rootSign(Uint8Array.fromHex(asked.message), Uint8Array.fromHex(asked.prefix))).map(
    hex,
  )
  const { sheet } = asked
  assert.deepEqual(await a.office.commit({ sheet, signatures }), refuse("wrong-roots"))
  const newer = await a.office.prepare({ what: "revocation" }, "Administrator")
  assert.ok(!isRefusal(newer))
  assert.deepEqual(await a.office.commit({ sheet, signatures }), refuse("wrong-sheet"))
  assert.deepEqual(await a.office.commit({ sheet: newer.sheet, signatures }), refuse("wrong-roots"))
  assert.deepEqual(await a.office.commit({ signatures }), refuse("wrong-sheet"))
  assert.deepEqual(await a.office.commit({ sheet: newer.sheet }), refuse("bad-request", { field: "signatures" }))
  // What was refused waits on, and the right signatures are still taken.
  assert.equal(a.office.sheet()?.sheet, newer.sheet)
  assert.deepEqual(
    await a.office.prepare({ what: "generation", why: "" }, "Administrator"),
    refuse("bad-request", { field: "why, language" }),
  )
  await say(a)
  await until("even", () => even(a, b))
})
