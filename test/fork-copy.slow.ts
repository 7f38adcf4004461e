// A home is put back from a copy, by hand and unmarked, and says something else: its rival entry lies below what the other side has
// receipted, and is never pushed. What follows it is enough: the alarm stays, with a proof. (L-12, A-40, EV-19)
import assert from "node:assert/strict"
import { cpSync, rmSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import type { LineView } from "../src/api/shapes.ts"
import { nodeOf } from "../src/cli/ask.ts"
import { hex } from "../src/core/hash.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { judge } from "../src/evidence/judge.ts"
import { fingerprint } from "../src/evidence/trust.ts"
import { openCharter, type Side } from "../src/node/home.ts"
import { openLog } from "../src/node/log.ts"
import { type StartedNode, startNode } from "../src/node/main.ts"
import { nodeSuite as suite } from "../src/suites/node.ts"
import { ask, headersOf, json } from "./fixtures/asking.ts"
import { buildConsole } from "./fixtures/console.ts"
import { pairedHomes } from "./fixtures/homes.ts"
import { actOf } from "./fixtures/pair.ts"

const log = openLog("test", "silent")
let folder = ""
let sides: readonly [Side, Side]
let honest: StartedNode | undefined
let copied: StartedNode | undefined

const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 30_000; !(await holds()); ) {
    assert.ok(Date.now() < end, what)
    await setTimeout(50)
  }
}
const start = async (): Promise<void> => {
  honest ??= await startNode(sides[0].path, { log })
  copied = await startNode(sides[1].path, { log, peer: `127.0.0.1:${honest.peerPort}` })
}
const stop = async (): Promise<void> => {
  await copied?.stop()
  await honest?.stop()
  ;[copied, honest] = [undefined, undefined]
}
const say = (text: string): Promise<unknown> => {
  const said = { kind: "message", traffic: "test", precedence: "ROUTINE", language: "en", refs: [] } as const
  return nodeOf(sides[1].path)!.order({ ...said, text, act: hex(actOf(text)) })
}

before(async () => {
  await buildConsole()
  ;({ folder, sides } = await pairedHomes())
  await start()
  await say("Drill.")
  await until("it is stored", () => copied!.status().queued === 0)
  await stop()
  cpSync(sides[1].path, join(folder, "copy"), { recursive: true })
  await start()
  await say("Drill A.")
  await until("it is stored", () => copied!.status().queued === 0)
  await stop()
  rmSync(sides[1].path, { recursive: true })
  cpSync(join(folder, "copy"), sides[1].path, { recursive: true })
  // Alone, it is not told that it lacks anything.
  copied = await startNode(sides[1].path, { log, peer: "127.0.0.1:9" })
  for (const text of ["Drill B.", "Drill C.", "Drill D."]) await say(text)
  await copied.stop()
  await start()
})
after(async () => {
  await stop()
  rmSync(folder, { recursive: true })
})

test("L-12, A-40, EV-19: what a copy says after its other history raises the alarm, and one fingerprint judges the proof", async () => {
  const asked = async (path: string, body?: object): Promise<Awaited<ReturnType<typeof ask>>> => {
    const headers = { ...json, ...headersOf(sides[0], honest!.apiPort, "watch") }
    return ask(honest!.apiPort, path, body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers })
  }
  const line = async (): Promise<LineView> => JSON.parse((await asked("/api/line")).text)
  await until("the alarm", async () => ((await line()).alarms ?? []).length > 0)
  const alarms = (await line()).alarms ?? []
  const { us } = openCharter(sides[1].path)
  assert.deepEqual(
    alarms.map(({ what, party }) => [what, party]),
    [["two-histories", us]],
  )
  const [theirs, ours] = [fingerprint(sides[1].card, suite), fingerprint(sides[0].card, suite)]
  const headers = { ...json, ...headersOf(sides[0], honest!.apiPort, "watch") }
  const reply = await fetch(`http://127.0.0.1:${honest!.apiPort}/api/alarms/proof`, {
    ...{ method: "POST", headers, body: JSON.stringify({ id: alarms[0]!.id }) },
  })
  assert.equal(reply.status, 200)
  const bundle = new Uint8Array(await reply.arrayBuffer())
  for (const [given, expected] of [
    [theirs, true],
    [ours, "untrusted"],
  ] as const) {
    const found = judge(bundle, [given], suite)
    if (isRefusal(found)) return assert.fail(found.refusal)
    assert.equal(found.outcome === true ? true : found.outcome.refusal, expected)
    assert.equal(found.forks?.length, 1)
  }
})
