// A side has lost what its epochs left behind, and keeps its keys: what both sides must do before anything is read again (page:
// protocol/epoch.md, section 6). The loop is the real one; a disk that is new is a record that was lost.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { decodeBreakBody } from "../src/core/body.ts"
import { decode, encode, type Value } from "../src/core/cbor.ts"
import { isRefusal, type Refusal } from "../src/core/refusal.ts"
import { kinds } from "../src/core/registry.ts"
import { keyOffice } from "../src/node/key-office.ts"
import { type MemoryDisk, memoryDisk } from "../src/store/memory.ts"
import type { Store } from "../src/store/store.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { Cable, confirms, isUp, type Node, refusalsOf } from "./fixtures/cable.ts"
import { pairedParties } from "./fixtures/pair.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-break-"))
let pair: Awaited<ReturnType<typeof pairedParties>>
before(async () => {
  pair = await pairedParties(folder)
})
after(() => rmSync(folder, { recursive: true }))

type Scene = { readonly line: Cable; readonly a: Node; b: Node }

/** Both have talked; then party 1 is started on an empty disk. */
const lost = async (): Promise<Scene> => {
  const line = new Cable(pair)
  const a = await line.start(0)
  const first = await line.start(1)
  await line.until("up", () => isUp(a) && isUp(first))
  await confirms(line, a, a.order("before, from here"))
  await confirms(line, first, first.order("before, from there"))
  first.kill()
  await line.wait(5_000)
  const b = await line.start(1, { lived: true })
  await line.until("both know", () => [a, b].every(node => node.running.status().breaks[0]?.held === true), 60_000)
  return { line, a, b }
}

const numberOf = (node: Node): string => node.running.status().breaks[0]?.read ?? ""
const decide = async (line: Cable, at: Node, peer: number, code: string, confirmed = true): Promise<Refusal | null> => {
  let answer: Refusal | null | undefined
  at.running.decideBreak({ peer, code, confirmed, officer: "Åsa" }).then(it => {
    answer = it
  })
  await line.until("decided", () => answer !== undefined)
  return answer ?? null
}
const breaksIn = (store: Store, author: number): unknown[] =>
  store
    .read({ author, generation: 1, from: 1, to: 9_999 }, 1e7)
    .flatMap(row => (row.body ? [decodeBreakBody(row.body)] : []))
    .filter(body => !isRefusal(body))
const same = (line: Cable, a: Node, b: Node): Promise<void> =>
  line.until("equal records", () =>
    [0, 1].every(author => a.running.status().logs[author]?.size === b.running.status().logs[author]?.size),
  )

test("EP-9, EP-10, EP-11, L-11: a side that lost its record begins anew once both officers have heard the other's number", async () => {
  const { line, a, b } = await lost()
  assert.match(numberOf(a), /^\d{4}( \d{4}){3}$/)
  assert.notEqual(numberOf(a), numberOf(b))
  assert.ok(refusalsOf(a).includes("break-held"))
  assert.ok(b.running.status().restored, "it signs nothing meanwhile")
  assert.equal(b.running.status().logs[1]?.size, 0)

  assert.equal(await decide(line, a, 1, numberOf(b)), null)
  await line.wait(10_000)
  assert.ok(!isUp(a), "one officer's word opens nothing")
  assert.equal(await decide(line, b, 0, numberOf(a).replaceAll(" ", "")), null)
  await line.until("up", () => isUp(a) && isUp(b), 30_000)
  await line.until("caught up", () => !b.running.status().restored, 60_000)
  await confirms(line, a, a.order("after, from here"))
  await confirms(line, b, b.order("after, from there"))
  await same(line, a, b)
  assert.deepEqual(
    [a, b].map(node => node.running.status().breaks),
    [[], []],
  )
  for (const author of [0, 1]) assert.equal(breaksIn(a.store, author).length, 1)
  assert.equal(kinds.break, 7)
  for (const bad of ["two-histories", "seen-mismatch", "false-receipt", "bad-frame"])
    assert.ok(!refusalsOf(a).includes(bad) && !refusalsOf(b).includes(bad), bad)
})

test("EP-10: unconfirmed, or confirmed with another number, a request to begin anew does nothing", async () => {
  const { line, a, b } = await lost()
  const wrong = await decide(line, a, 1, numberOf(a))
  assert.equal(wrong?.refusal, "no-break")
  assert.equal((await decide(line, a, 1, ""))?.refusal, "no-break")
  await line.wait(600_000)
  assert.ok(!isUp(a) && !isUp(b))
  assert.equal(b.running.status().logs[0]?.size, 0)
  assert.equal(breaksIn(a.store, 0).length, 0)
  // Ten minutes of it do not wear the line out: an opening now and then, and no store of epochs.
  assert.ok(line.passed.filter(it => it.frame[0] === 2).length < 2_000)
})

test("EP-10: a request that an officer sets aside is over, and is not taken when it is shown again", async () => {
  const { line, a, b } = await lost()
  const code = numberOf(b)
  const shown = line.passed.filter(it => it.from === 1 && it.frame[0] === 2).map(it => it.frame)
  assert.equal(await decide(line, a, 1, code, false), null)
  const from = a.told.length
  for (const frame of shown) line.inject(0, frame)
  await line.wait(2_000)
  const since = a.told.slice(from).flatMap(it => (it.type === "refused" ? [it.refusal.refusal] : []))
  assert.ok(since.includes("old-break"))
  assert.equal((await decide(line, a, 1, code))?.refusal, "no-break")
  // Whoever still has need asks again, under another number.
  await line.until("asks again", () => a.running.status().breaks[0]?.held === true, 120_000)
  assert.notEqual(numberOf(b), code)
  assert.equal((await decide(line, a, 1, code))?.refusal, "no-break")
})

test("EP-9: forged in any byte, a request to begin anew is not held", async () => {
  const { line, a, b } = await lost()
  const request = line.passed.findLast(it => it.from === 1 && it.frame[0] === 2 && it.frame.length > 4_400)?.frame
  assert.ok(request)
  b.kill()
  const fresh = new Cable(pair)
  const c = await fresh.start(0)
  const d = await fresh.start(1)
  await fresh.until("up", () => isUp(c) && isUp(d))
  for (let at = 0; at < request.length; at += 97) {
    const forged = request.slice()
    forged[at]! ^= 1
    fresh.inject(0, forged)
    await fresh.wait(10)
    assert.deepEqual(c.running.status().breaks, [], `byte ${at}`)
  }
  assert.ok(refusalsOf(c).includes("bad-opening"))
  assert.ok(isUp(c) && isUp(d))
  await confirms(fresh, c, c.order("still there"))
  assert.equal(a.running.status().breaks.length, 1)
})

/** The node's own state without anything that sealing rests on. */
const forget = (disk: MemoryDisk): void => {
  const store = disk.open()
  const state = decode(store.state() ?? new Uint8Array(0), { bytesMax: 1e6, depthMax: 8 })
  if (isRefusal(state) || !Array.isArray(state)) throw new Error("the snapshot does not read")
  const [version, logs, peers, ...rest] = state as readonly Value[]
  const without = (peers as readonly (readonly Value[])[]).map(row =>
    row.map((it, at) => ([2, 3, 4, 10, 11, 12].includes(at) ? null : at === 7 ? [] : it)),
  )
  store.append({ rows: [], heads: [], asides: [], marks: [], state: encode([version!, logs!, without, ...rest]) })
}

test("EP-9: where both kept their records and lost their secrets, nobody goes on without both officers", async () => {
  const line = new Cable(pair)
  const disks = [memoryDisk(), memoryDisk()] as const
  let [a, b] = [await line.start(0, { store: disks[0].open() }), await line.start(1, { store: disks[1].open() })]
  await line.until("up", () => isUp(a) && isUp(b))
  await confirms(line, a, a.order("before"))
  a.kill()
  b.kill()
  for (const disk of disks) forget(disk)
  await line.wait(1_000)
  a = await line.start(0, { store: disks[0].open() })
  b = await line.start(1, { store: disks[1].open() })
  await line.until("both know", () => [a, b].every(node => node.running.status().breaks[0]?.held === true), 60_000)
  await line.wait(60_000)
  assert.ok(!isUp(a) && !isUp(b))
  assert.equal(await decide(line, b, 0, numberOf(a)), null)
  assert.equal(await decide(line, a, 1, numberOf(b)), null)
  await line.until("up", () => isUp(a) && isUp(b), 30_000)
  await confirms(line, b, b.order("after"))
})

test("EP-12, L-11: where both lost everything it is a first contact, and neither signs what might be a second history", async () => {
  const line = new Cable(pair)
  const [a, b] = [await line.start(0, { lived: true }), await line.start(1, { lived: true })]
  await line.until("up", () => isUp(a) && isUp(b))
  await line.wait(60_000)
  for (const node of [a, b]) {
    assert.deepEqual(node.running.status().breaks, [])
    assert.ok(node.running.status().restored)
    assert.ok(node.running.status().logs.every(log => log.size === 0))
  }
  let answer: unknown
  a.order("too early").then(it => {
    answer = it
  })
  await line.until("answered", () => isRefusal(answer) && answer.refusal === "restored")
})

test("L-11: a home that has lost its record before the other side had any of it begins again", async () => {
  const line = new Cable(pair)
  const [a, b] = [await line.start(0), await line.start(1, { lived: true })]
  await line.until("up", () => isUp(a) && isUp(b))
  await line.until("it may sign", () => !b.running.status().restored)
  await confirms(line, b, b.order("a beginning"))
})

test("EP-11: after a break that one side lost again, the next break is another", async () => {
  const { line, a, b } = await lost()
  await decide(line, a, 1, numberOf(b))
  await decide(line, b, 0, numberOf(a))
  await line.until("up", () => isUp(a) && isUp(b), 30_000)
  await line.until("caught up", () => !b.running.status().restored, 60_000)
  await same(line, a, b)
  const first = line.passed.filter(it => it.from === 1 && it.frame[0] === 2).map(it => it.frame)
  b.kill()
  await line.wait(5_000)
  const disk = memoryDisk()
  let again = await line.start(1, { lived: true, store: disk.open() })
  await line.until("both know", () => [a, again].every(it => it.running.status().breaks[0]?.held === true), 60_000)
  for (const frame of first) line.inject(0, frame)
  assert.equal(await decide(line, a, 1, numberOf(again)), null)
  // A start in between changes nothing: what was made and confirmed is durable.
  const [number, read] = [numberOf(a), numberOf(again)]
  again.kill()
  await line.wait(2_000)
  again = await line.start(1, { lived: true, store: disk.open() })
  await line.until("held again", () => again.running.status().breaks[0]?.held === true, 60_000)
  assert.equal(numberOf(again), read)
  assert.equal(await decide(line, again, 0, number), null)
  await line.until("up again", () => isUp(a) && isUp(again), 30_000)
  await line.until("caught up again", () => !again.running.status().restored, 60_000)
  await confirms(line, a, a.order("a third beginning"))
  assert.equal(breaksIn(a.store, 0).length, 2)
})

test("K-6, EP-9, L-11: a side that lost its record after its keys had changed opens with those that it holds, and is whole again", async () => {
  const own = await pairedParties(mkdtempSync(join(folder, "rotated-")))
  const line = new Cable(own)
  const a = await line.start(0)
  const first = await line.start(1)
  await line.until("up", () => isUp(a) && isUp(first))
  await confirms(line, a, a.order("before, from here"))
  await confirms(line, first, first.order("before, from there"))
  const { charter, parties } = own
  const { keys: signer } = parties[1]
  const salt = () => new Uint8Array(16).fill(9)
  const office = keyOffice({
    charter,
    us: 1,
    suite: nodeSuite,
    running: first.running,
    store: first.store,
    signer,
    salt,
    now: line.all.now,
  })
  const old = signer.keys[0]
  const rotated = office.rotate({})
  let done = false
  rotated.then(() => {
    done = true
  })
  await line.until("rotated", () => done && !signer.holds(old))
  await confirms(line, first, first.order("with the new ones"))
  first.kill()
  await line.wait(5_000)
  const b = await line.start(1, { lived: true })
  await line.until("both know", () => [a, b].every(node => node.running.status().breaks[0]?.held === true), 60_000)
  assert.ok(refusalsOf(b).includes("key-missing"))
  assert.equal(await decide(line, a, 1, numberOf(b)), null)
  assert.equal(await decide(line, b, 0, numberOf(a)), null)
  await line.until("caught up", () => isUp(b) && !b.running.status().restored, 90_000)
  await confirms(line, b, b.order("after, from there"))
  await same(line, a, b)
  assert.deepEqual(
    refusalsOf(a).filter(code => code === "bad-opening"),
    [],
  )
})
