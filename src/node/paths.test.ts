// Several paths at once between two whole loops: one goes, another comes, and nothing that is said is lost or doubled.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { actOf, pairedParties, startNode, type TestNode, until, wire } from "../../test/fixtures/pair.ts"
import type { Order } from "../core/event.ts"
import { utf8 } from "../core/hash.ts"
import { isRefusal } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-paths-"))
let pair: Awaited<ReturnType<typeof pairedParties>>
before(async () => {
  pair = await pairedParties(folder)
})
after(() => rmSync(folder, { recursive: true }))

const message = (text: string, precedence = 1): Omit<Order, "id"> => ({
  ...{ kind: kinds.message, traffic: 2, precedence, refs: [], action: [], info: [], handling: 0, releases: [] },
  body: { salt: new Uint8Array(16).fill(7), bytes: utf8(text) },
  act: actOf(text),
})

const say = async (node: TestNode, text: string, precedence?: number): Promise<number> => {
  const answer = await node.running.order(message(text, precedence))
  assert.ok(!isRefusal(answer))
  return answer.entry.seq
}
const isHeld = (node: TestNode, seq: number): boolean => node.running.status().peers[0]!.confirmed >= seq
const states = (node: TestNode): string[] => node.running.paths().map(({ name, state }) => `${name} ${state}`)

test("S-5, S-10: paths come and go while the line runs; what one took with it goes by another at once", async t => {
  const [one, two] = [wire({ name: "one" }), wire({ name: "two", rate: 1e8 })]
  const a = await startNode(pair.parties[0], pair.charter, one.ends[0])
  const b = await startNode(pair.parties[1], pair.charter, one.ends[1])
  t.after(async () => {
    await a.stop()
    await b.stop()
  })
  const first = await say(a, "by the only one")
  await until("held", () => isHeld(a, first))
  await Promise.all([
    a.running.addPath({ peer: 1, transport: two.ends[0] }),
    b.running.addPath({ peer: 0, transport: two.ends[1] }),
  ])
  await until("both up", () => states(a).join() === "one up,two up")
  // Both ways of the first swallow what they are given, and nobody is told: then it is cut.
  one.editWith(() => undefined)
  const swallowed = await say(a, "swallowed")
  assert.ok(!isHeld(a, swallowed))
  const urgent = await say(a, "urgent, by both", 4)
  await until("the urgent one", () => b.running.status().logs[0]!.ahead > 0 || isHeld(a, urgent))
  one.cut()
  await until("what was swallowed, too", () => isHeld(a, urgent) && isHeld(a, swallowed))
  assert.deepEqual(states(a), ["one down", "two up"])
  assert.equal(await a.running.removePath("one"), true)
  assert.equal(await a.running.removePath("one"), false)
  assert.deepEqual(states(a), ["two up"])
  const last = await say(a, "by the other")
  await until("held", () => isHeld(a, last))
  const [path] = a.running.paths()
  assert.ok(path?.roundTripMs !== null && path?.heardAt !== null, "its round trip is measured from the start")
  assert.equal(b.store.count(0, 1).rows, a.running.own().size)
})
