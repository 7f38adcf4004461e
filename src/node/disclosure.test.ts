// What a charter's disclosure keeps at home, on two whole nodes: what is withheld is not said, and persons are named as was agreed.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { ask, json, seated } from "../../test/fixtures/asking.ts"
import { homeOf } from "../../test/fixtures/homes.ts"
import type { LineView, MessagePage, OrderReply } from "../api/shapes.ts"
import { overtold, saidBy } from "../core/disclosure.ts"
import { isRefusal } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import { setTerms } from "./ceremony.ts"
import { meet, openSide, pair } from "./home.ts"
import { openLog } from "./log.ts"
import { type StartedNode, startNode } from "./main.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-disclosure-"))
const nodes: StartedNode[] = []
after(async () => {
  for (const node of nodes) await node.stop()
  rmSync(folder, { recursive: true })
})

test("CH-8: a rung that is not reported is not written and drawn as such, and a person is named by role where the charter says so", async () => {
  const paths = []
  for (const [code, listen] of [
    ["aland", "127.0.0.1:0"],
    ["bland", ""],
  ] as const) {
    const side = await homeOf(folder, code, listen)
    assert.ok(!isRefusal(await setTerms(side, { disclosure: "displayed:withheld,ring:withheld,acknowledged:office" })))
    paths.push(side.path)
  }
  const sides = paths.map(path => openSide(path))
  for (const [at, side] of sides.entries()) {
    const ceremony = await meet(side, sides[1 - at]!.card)
    assert.ok(!isRefusal(ceremony))
    assert.equal(await pair(side, ceremony, ceremony.words), true)
  }
  const log = openLog("test", "silent")
  nodes.push(await startNode(paths[0]!, { log }))
  nodes.push(await startNode(paths[1]!, { log, peer: `127.0.0.1:${nodes[0]!.peerPort}` }))
  const ports = nodes.map(node => node.apiPort)
  const headers = sides.map((side, at) => ({
    ...json,
    ...seated(side, ports[at]!, { name: "Sato Hanako", role: "watch" }),
  }))
  const get = async <T>(at: number, path: string): Promise<T> =>
    JSON.parse((await ask(ports[at]!, path, { headers: headers[at]! })).text)
  const post = (at: number, path: string, body: object) =>
    ask(ports[at]!, path, { method: "POST", headers: headers[at]!, body: JSON.stringify(body) })
  const order = { kind: "message", act: "a".repeat(32), text: "x", language: "en", precedence: "PRIORITY" }
  const sent = await post(0, "/api/orders", { ...order, traffic: "test", refs: [] })
  const { hash }: OrderReply = JSON.parse(sent.text)
  const view = async (at: number) =>
    (await get<MessagePage>(at, "/api/messages")).messages.find(message => message.hash === hash)
  let there = await view(1)
  while (there === undefined) there = await view(1)
  assert.equal(there.officer, "Sato Hanako", "a message is told by name")
  assert.equal((await post(1, "/api/displayed", { hash })).status, 204)
  const acknowledged = { kind: "acknowledged", act: "b".repeat(32), refs: [hash] }
  assert.equal((await post(1, "/api/orders", acknowledged)).status, 200)
  const rungs = async () => (await view(0))?.rungs ?? []
  let known = await rungs()
  while (!known.some(({ rung }) => rung === "acknowledged")) known = await rungs()
  assert.deepEqual(
    known.filter(({ rung }) => rung === "displayed" || rung === "ring"),
    [],
  )
  assert.equal(known.find(({ rung }) => rung === "acknowledged")?.officer, "watch")
  assert.deepEqual((await get<LineView>(0, "/api/line")).withheld, ["displayed", "ring"])
})

test("CH-8: neither a node's word nor an officer's entry tells more than the roster's level", () => {
  const officer = { name: "Sato Hanako", role: "watch" }
  const roster = (level: number) => [{ item: 16, level }]
  assert.equal(saidBy([], kinds.message, officer), "Sato Hanako")
  assert.equal(saidBy(roster(1), kinds.acknowledged, officer), "watch")
  assert.equal(saidBy(roster(2), kinds.message, officer), "officer")
  const told = { name: "Sato Hanako", office: { en: "Watch", ja: "当直", zh: "值班" } }
  assert.equal(overtold([], told), undefined)
  assert.equal(overtold(roster(1), told), "name")
  assert.equal(overtold(roster(1), { office: told.office }), undefined)
  assert.equal(overtold(roster(2), { office: told.office }), "office")
})
