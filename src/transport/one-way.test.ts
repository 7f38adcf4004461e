// The sending end of a path without a way back, whose pace is its own.
import assert from "node:assert/strict"
import { test } from "node:test"
import { sendOneWay } from "./one-way.ts"

test("EP-20: what goes round goes on while the clock is set back", async t => {
  let wall = 4_000_000_000_000
  t.mock.method(Date, "now", () => {
    wall -= 60_000
    return wall
  })
  const times: number[] = []
  let enough: (() => void) | undefined
  const heard = new Promise<void>(resolve => {
    enough = resolve
  })
  const next = (now: number): Uint8Array => {
    times.push(now)
    if (times.length === 20) enough?.()
    return new Uint8Array(9)
  }
  const sender = await sendOneWay({ host: "127.0.0.1", port: 9, rate: 1e6 }, next, () => undefined)
  await heard
  await sender.stop()
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  )
})
