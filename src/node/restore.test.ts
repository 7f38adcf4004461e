// Homes that were put back from a copy: nothing is signed before the peer has answered. Disks in memory, keys in files.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { actOf, pairedParties, startNode, type TestNode, until, wire } from "../../test/fixtures/pair.ts"
import type { Order } from "../core/event.ts"
import { type LineOptions, restoredSnapshot } from "../core/line.ts"
import { refuse } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import { type MemoryDisk, memoryDisk } from "../store/memory.ts"
import type { Store } from "../store/store.ts"
import { nodeSuite } from "../suites/node.ts"
import { restoreView } from "./line-view.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-restore-"))
after(() => rmSync(folder, { recursive: true }))
let pair: Awaited<ReturnType<typeof pairedParties>>
before(async () => {
  pair = await pairedParties(folder)
})
const nodes: TestNode[] = []
after(async () => {
  for (const node of nodes) await node.stop()
})

const started = async (us: 0 | 1, line: ReturnType<typeof wire>, store: Store): Promise<TestNode> => {
  const node = await startNode(pair.parties[us], pair.charter, line.ends[us], { store })
  nodes.push(node)
  return node
}

/** The home as `parley restore` leaves it. */
const marked = (disk: MemoryDisk, us: 0 | 1): Store => {
  const store = disk.open()
  const options: LineOptions = { ...pair, us, suite: nodeSuite, charterBody: pair.parties[us].charterBody }
  const snapshot = store.state()!
  const state = restoredSnapshot(options, { snapshot, unconfirmed: [], recent: [], changes: [] })
  store.append({ rows: [], heads: [], asides: [], marks: [], state })
  return store
}

let said = 0
const message = (): Omit<Order, "id"> => ({
  ...{ kind: kinds.message, traffic: 2, precedence: 1, refs: [], action: [], info: [], handling: 0, releases: [] },
  act: actOf(`restore ${++said}`),
})
const say = async (node: TestNode): Promise<number> => {
  const answer = await node.running.order(message())
  assert.ok("entry" in answer, JSON.stringify(answer))
  return answer.entry.seq
}
const sizes = ({ running }: TestNode): number[] => running.status().logs.map(log => log.size)
const isRestored = ({ running }: TestNode): boolean => running.status().restored
const isEven = (a: TestNode, b: TestNode): boolean => String(sizes(a)) === String(sizes(b)) && sizes(a)[0]! > 1

const both = async () => {
  const line = wire()
  const disks = [memoryDisk(), memoryDisk()] as const
  const a = await started(0, line, disks[0].open())
  const b = await started(1, line, disks[1].open())
  await until("both know of each other", () => isEven(a, b))
  return { line, disks, a, b }
}

test("L-11, A-49: a home that was marked as restored signs nothing before its first answer, though its link is down", async () => {
  const { line, disks, a, b } = await both()
  const copy = disks[0].clone()
  const last = await say(a)
  await until("stored there", () => isEven(a, b))
  await a.stop()
  await b.stop()
  const again = await started(0, line, marked(copy, 0))
  assert.deepEqual(await again.running.order(message()), refuse("restored"))
  const before = sizes(again)
  const alone = { party: 1, up: false, answered: false, restored: false }
  const waits = {
    ours: before[0]!,
    generation: 1,
    claimed: before[0]!,
    newer: false,
    forked: false,
    lacking: 0,
    peers: [alone],
  }
  assert.deepEqual(restoreView(again.running.status(), 0), waits, "what its people are told")
  await again.stop()
  const third = await started(0, line, copy.open())
  assert.deepEqual(await third.running.order(message()), refuse("restored"), "a restart does not forget it")
  assert.deepEqual(sizes(third), before)
  const other = await started(1, line, disks[1].open())
  await until("whole again", () => !isRestored(third) && isEven(third, other))
  assert.equal(restoreView(third.running.status(), 0), undefined)
  assert.ok((await say(third)) > last)
  await until("stored there", () => isEven(third, other))
  for (const node of [third, other])
    assert.deepEqual(
      node.told.filter(tell => tell.type === "refused"),
      [],
    )
})

test("L-11: a copy that lacks nothing goes on as soon as the peer has answered", async () => {
  const { line, disks, a, b } = await both()
  await a.stop()
  const again = await started(0, line, marked(disks[0].clone(), 0))
  await until("the peer has answered", () => !isRestored(again))
  await say(again)
  await until("stored there", () => isEven(again, b))
})

test("L-11: what its own entries had seen of the other is here again before it signs", async () => {
  const { line, disks, a, b } = await both()
  const copy = disks[0].clone()
  for (let at = 0; at < 5; at++) await say(b)
  await until("seen by an entry of its own", () => isEven(a, b))
  await a.stop()
  const again = await started(0, line, marked(copy, 0))
  await until("whole again", () => !isRestored(again))
  const entry = await again.running.order(message())
  assert.ok("entry" in entry && entry.entry.seen[0]!.size >= sizes(b)[1]! - 1)
  await until("stored there", () => isEven(again, b))
  assert.deepEqual(
    b.told.filter(tell => tell.type === "refused"),
    [],
  )
})

test("L-11, A-49: two that were both restored wait for each other, and neither signs", async () => {
  const { line, disks, a, b } = await both()
  const copies = [disks[0].clone(), disks[1].clone()] as const
  await say(a)
  await say(b)
  await until("even", () => isEven(a, b))
  await a.stop()
  await b.stop()
  const again = [await started(0, line, marked(copies[0], 0)), await started(1, line, marked(copies[1], 1))] as const
  await until("the link is up", () => again.every(node => node.running.status().peers[0]!.up))
  for (const node of again) assert.deepEqual(await node.running.order(message()), refuse("restored"))
  assert.ok(again.every(isRestored))
  for (const [us, node] of again.entries()) {
    const [peer] = restoreView(node.running.status(), us)?.peers ?? []
    assert.deepEqual(peer, { party: 1 - us, up: true, answered: false, restored: true })
  }
})
