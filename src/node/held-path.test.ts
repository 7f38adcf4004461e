// A path that cannot be opened when a node starts: down with its reason, tried again, and no hindrance to any other.
import assert from "node:assert/strict"
import { test } from "node:test"
import { until } from "../../test/fixtures/pair.ts"
import { refuse } from "../core/refusal.ts"
import type { PathEvents, Transport } from "../transport/transport.ts"
import { heldPath } from "./held-path.ts"
import { OpenPaths } from "./open-paths.ts"

const still = (name: string, start: (events: PathEvents) => Promise<void>, isOneWay?: true): Transport => ({
  traits: { name, rate: 9_600, fragmentBytes: 256, queueBytes: 64, ...(isOneWay && { isOneWay }) },
  start,
  send: () => undefined,
  drop: () => undefined,
  stop: async () => undefined,
})
const taken = (): Promise<void> =>
  Promise.reject(
    new Error("The peer's port cannot be opened.", { cause: Object.assign(new Error(""), { code: "EADDRINUSE" }) }),
  )

test("S-10: a path that cannot be opened is down with its reason and tried again; the others run", async t => {
  const happened: string[] = []
  const paths = new OpenPaths(
    () => 7,
    ({ type }) => happened.push(type),
  )
  t.after(() => paths.stop())
  const noted: string[] = []
  let attempts = 0
  const made = (): Transport => {
    attempts += 1
    return still("tls", attempts < 4 ? taken : async events => events.opened())
  }
  const failed = (reason: string): void => void noted.push(reason)
  const bad = heldPath({ name: "no such name", make: () => refuse("bad-request", { field: "name" }), failed })
  await paths.add({ peer: 1, transport: heldPath({ name: "tls", make: made, failed, firstPauseMs: 1 }) })
  await paths.add({ peer: 1, transport: bad })
  await paths.add({ peer: 1, transport: still("other", async events => events.opened()) })
  const shown = (): string[] =>
    paths.list().map(({ transport, isUp, reason }) => `${transport.traits.name} ${isUp} ${reason}`)
  assert.deepEqual(shown(), [
    "tls false The peer's port cannot be opened. EADDRINUSE",
    "no such name false bad-request, field: name",
    "other true ",
  ])
  await until("opened", () => attempts === 4)
  assert.equal(shown()[0], "tls true ")
  assert.equal(noted.length, 2, "the same reason is noted once")
  assert.deepEqual(happened, ["pathOpened", "pathOpened"], "what never was open closes nothing")
})

test("S-10: what a path says of its peer that it does not reach is its reason, since when it is down stays; once it opens it has none", async () => {
  let now = 1
  const paths = new OpenPaths(
    () => now,
    () => undefined,
  )
  let events: PathEvents | undefined
  let miss: ((reason: string) => void) | undefined
  const make = (told: (reason: string) => void): Transport => {
    miss = told
    return still("modem", async given => {
      events = given
    })
  }
  await paths.add({ peer: 1, transport: heldPath({ name: "modem", make, failed: assert.fail }) })
  now = 5_000
  miss?.("ENOENT")
  const [path] = paths.list()
  assert.deepEqual([path?.isUp, path?.reason, path?.since], [false, "ENOENT", 1])
  events?.opened()
  miss?.("ENOENT")
  assert.deepEqual([paths.list()[0]?.isUp, paths.list()[0]?.reason], [true, ""])
  await paths.stop()
})

test("S-10: one that must open rejects, and one that is taken away is tried no more", async () => {
  const paths = new OpenPaths(
    () => 0,
    () => undefined,
  )
  let attempts = 0
  const make = (): Transport => {
    attempts += 1
    return still("tls", taken)
  }
  const path = { name: "tls", make, failed: () => undefined, firstPauseMs: 1 }
  await assert.rejects(paths.add({ peer: 1, transport: heldPath({ ...path, mustOpen: true }) }), /cannot be opened/)
  assert.deepEqual(paths.list(), [])
  await paths.add({ peer: 1, transport: heldPath(path) })
  await until("tried again", () => attempts > 3)
  assert.equal(await paths.remove("tls"), true)
  const tried = attempts
  await new Promise(resolve => setTimeout(resolve, 30))
  assert.equal(attempts, tried)
})

test("S-10: what a path says after it was taken away is not said of the one that has its number", async () => {
  const paths = new OpenPaths(
    () => 0,
    () => undefined,
  )
  let events: PathEvents | undefined
  const late = still("late", async given => {
    events = given
  })
  await paths.add({ peer: 1, transport: late })
  await paths.remove("late")
  await paths.add({ peer: 1, transport: still("new", async given => given.opened()) })
  events?.closed("stopped")
  assert.deepEqual([paths.list()[0]?.isUp, paths.list()[0]?.reason], [true, ""])
})
