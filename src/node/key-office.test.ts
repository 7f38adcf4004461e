// Keys that change while two nodes talk, are cut off, die and are restored: with real keys in files, and disks in memory.
import assert from "node:assert/strict"
import { copyFileSync, readFileSync } from "node:fs"
import { test } from "node:test"
import {
  accusations,
  confirmed,
  fileOf,
  fresh,
  rotated,
  salt,
  say,
  sizeAt,
  started,
  verified,
} from "../../test/fixtures/keyed.ts"
import { until } from "../../test/fixtures/pair.ts"
import { isRefusal, refuse } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import { openKeys } from "../keys/file.ts"
import { xwingNode } from "../suites/xwing-node.ts"

test("K-2, K-4: keys change while both talk, to another algorithm too; entries, heads and openings are judged by their place", async () => {
  const { line, a, b } = await fresh()
  await say(a)
  const first = await rotated(a)
  await say(a)
  await rotated(b, "P-256")
  await say(b)
  const second = await rotated(a, "P-384")
  const last = await say(a)
  await until("b holds it all", () => sizeAt(b, 0) >= last && confirmed(a) >= last)
  await until("heads by the newest keys", () => b.store.heads(0, 1).some(head => head.size >= last))
  line.cut()
  line.mend()
  const after = await say(a)
  await until("new epochs are opened with the new keys", () => confirmed(a) >= after)
  assert.deepEqual([...accusations(a.told), ...accusations(b.told)], [])
  const [card, one, two] = a.office.list().filter(key => key.party === 0)
  assert.deepEqual([card!.after, one!.after, two!.after], [0, first, second])
  assert.deepEqual([one!.algorithm, two!.algorithm, one!.inForce, two!.inForce], ["Ed25519", "P-384", false, true])
  assert.deepEqual(
    a.office
      .list()
      .filter(key => key.party === 0)
      .map(key => key.held),
    [false, false, true],
  )
  for (const side of [a, b]) {
    const proved = await verified(side.store)
    assert.deepEqual([proved.faults, proved.first], [0, []])
    assert.equal(
      proved.logs.reduce((sum, log) => sum + log.signatures, 0),
      proved.entries,
    )
  }
})

test("K-5: keys that change while nothing passes are shown before the peer could read anything sealed by them", async () => {
  const { line, a, b, disk } = await fresh()
  line.cut()
  await rotated(a)
  await rotated(b)
  await rotated(a)
  const last = await say(a)
  await a.stop()
  // A process that starts opens a fresh epoch, signed with keys of which the other holds nothing yet.
  const again = await started(0, line, disk.open())
  await until("b holds it all", () => sizeAt(b, 0) >= last && confirmed(again) >= last)
  assert.deepEqual([...accusations(again.told), ...accusations(b.told)], [])
  assert.ok(line.passed.some(frame => frame[0] === 5))
})

test("K-5: a change of keys that is not the peer's own is refused, and believed by nobody", async () => {
  const { line, a, b, disk } = await fresh()
  line.cut()
  await rotated(a)
  const last = await say(a)
  await a.stop()
  let shown = 0
  line.editWith(frame => {
    if (frame[0] !== 5) return frame
    shown++
    return shown === 1 ? frame.with(frame.length - 4, frame.at(-4)! ^ 1) : frame
  })
  const again = await started(0, line, disk.open())
  await until("shown again, and then true", () => confirmed(again) >= last, 8_000)
  assert.ok(shown > 1)
  assert.deepEqual([...new Set(accusations(b.told))], ["bad-frame"])
})

test("K-6: after a crash the keys of the record are in force, and the old ones are gone from the file", async () => {
  const { line, a, b, disk } = await fresh()
  const old = a.signer.keys
  const before = readFileSync(fileOf(0), "utf8")
  await rotated(a)
  assert.ok(!a.signer.holds(old[0]))
  const [{ ed25519, mlDsa65 }] = [JSON.parse(before).secret.node]
  for (const secret of [ed25519, mlDsa65]) assert.ok(!readFileSync(fileOf(0), "utf8").includes(secret))
  await a.stop()
  const again = await started(0, line, disk.open())
  const last = await say(again)
  await until("b goes on", () => confirmed(again) >= last)
  await again.stop()
  // New keys were made, and the process died before their entry was durable.
  const pending = openKeys(fileOf(0), xwingNode).makeNodeKeys(-19)
  const third = await started(0, line, disk.open())
  const said = await say(third)
  await until("b goes on with the old ones", () => confirmed(third) >= said)
  assert.ok(!isRefusal(await pending) && !third.signer.holds((await pending)[0]))
  assert.deepEqual(accusations(b.told), [])
})

test("K-6: a home that was restored from before its keys changed signs nothing, and says so", async () => {
  const { line, a, disk } = await fresh()
  await rotated(a)
  await say(a)
  await a.stop()
  copyFileSync(`${fileOf(0)}.first`, fileOf(0))
  const restored = await started(0, line, disk.open())
  const answer = await restored.running.order({
    ...{ kind: kinds.message, traffic: 2, precedence: 1, refs: [], action: [], info: [], handling: 0, releases: [] },
    act: salt(),
  })
  assert.deepEqual(answer, refuse("key-missing"))
  assert.deepEqual(await restored.office.rotate({}), refuse("key-missing"))
})

test("K-3: a node refuses an order of its own people that would change its keys unlawfully", async () => {
  const { a } = await fresh()
  const order = {
    kind: kinds.key,
    traffic: 3,
    precedence: 2,
    refs: [],
    action: [],
    info: [],
    handling: 0,
    releases: [],
  }
  const answer = await a.running.order({ ...order, body: { salt: salt(), bytes: Uint8Array.of(0xa0) } })
  assert.ok(isRefusal(answer) && answer.refusal === "bad-key-change")
  // … nor one that is merely a word of the language that this is written in.
  for (const algorithm of ["RSA", "p-256", "constructor", "__proto__", -19, ["P-256"]]) {
    assert.deepEqual(await a.office.rotate({ algorithm }), refuse("bad-request", { field: "algorithm" }))
    const asked = { what: "revocation", generation: 1, seq: 1, algorithm }
    assert.deepEqual(await a.office.prepare(asked, "Ishii"), refuse("bad-request", { field: "algorithm" }))
  }
  await say(a)
})
