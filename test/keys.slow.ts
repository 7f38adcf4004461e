// A home that was restored from before its keys changed: it finds its way back by the roots, which takes a dead path's time.
import assert from "node:assert/strict"
import { copyFileSync } from "node:fs"
import { test } from "node:test"
import { isRefusal } from "../src/core/refusal.ts"
import { byRoots, confirmed, fileOf, fresh, rotated, type Side, say, sizeAt, started } from "./fixtures/keyed.ts"
import { until } from "./fixtures/pair.ts"

const generationOf = (side: Side): number => side.running.status().logs[0]!.generation
const even = (a: Side, b: Side): boolean =>
  [0, 1].every(author => sizeAt(a, author) === sizeAt(b, author)) && confirmed(a) > 0 && confirmed(b) > 0

test("K-6, K-9: a home restored from before its keys changed goes on with keys that the roots bring", async () => {
  const { line, a, b, disk } = await fresh()
  copyFileSync(fileOf(0), `${fileOf(0)}.before`)
  await rotated(a)
  await until("even", () => even(a, b))
  await a.stop()
  copyFileSync(`${fileOf(0)}.before`, fileOf(0))
  const again = await started(0, line, disk.open())
  const reply = await byRoots(again, { what: "generation", why: "An old copy was put back.", language: "en" })
  assert.ok(!isRefusal(reply), JSON.stringify(reply))
  await until("b follows", () => generationOf(b) === 2 && even(again, b), 20_000)
  await say(again)
  await until("even", () => even(again, b), 20_000)
  assert.deepEqual(
    again.office
      .list()
      .filter(key => key.party === 0 && key.inForce)
      .map(key => key.held),
    [true],
  )
})
