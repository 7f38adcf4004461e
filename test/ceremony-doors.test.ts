// The doors of an unpaired home, attacked like those of a node (doors.test.ts): who may use which route of the ceremony, cell by cell; and
// what anybody is told when a node of either kind fails.
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { fastify } from "fastify"
import { gate } from "../src/node/gate.ts"
import { originsOf } from "../src/node/guard.ts"
import { monitorSecret, type Side } from "../src/node/home.ts"
import { openLog } from "../src/node/log.ts"
import { ceremonyRoutes, type Route, routes, type Seat, seats } from "../src/node/routes.ts"
import { digestOf } from "../src/node/secret.ts"
import { type ServedCeremony, serveCeremony } from "../src/node/serve-ceremony.ts"
import { type Answer, ask, type Headers, json, originOf, seated } from "./fixtures/asking.ts"
import { homeOf } from "./fixtures/homes.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-ceremony-doors-"))
let side: Side
let ceremony: ServedCeremony
let port = 0

before(async () => {
  side = await homeOf(folder, "aland", "")
  ceremony = await serveCeremony({ side, port: 0, now: Date.now, log: openLog("test", "silent") })
  port = ceremony.port
})
after(async () => {
  await ceremony.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** An unpaired home has no node, so no program has a secret for it: what a CLI or a reader of figures could show lets nobody in. */
const isPerson = (seat: Seat): boolean => !["cli", "monitor", "nobody"].includes(seat)
const headersOf = (seat: Seat): Headers => {
  if (seat === "cli") return { authorization: `Bearer ${randomBytes(32).toString("base64url")}` }
  if (seat === "monitor") return { authorization: `Bearer ${monitorSecret(side.path)}` }
  if (seat === "nobody") return { origin: originOf(port) }
  return seated(side, port, { name: seat, role: seat })
}

const knock = ({ method, path }: Route, seat: Seat): Promise<Answer> => {
  const headers = headersOf(seat)
  if (method === "GET") return ask(port, path.replace("*", ""), { headers })
  const token = side.signIns.issue({ name: "Administrator", role: "administrator" }, Date.now() + 60_000)
  return ask(port, path, { method, headers: { ...json, ...headers }, body: JSON.stringify({ token }) })
}

for (const route of ceremonyRoutes)
  test(`A-20: of the ceremony, ${route.method} ${route.path} is open to ${route.seats.filter(seat => isPerson(seat) || route.seats.includes("nobody")).join(", ")}, and closed to all others`, async () => {
    for (const seat of seats) {
      const { status, refusal } = await knock(route, seat)
      const isOpen = route.seats.includes("nobody") || (isPerson(seat) && route.seats.includes(seat))
      if (isOpen) assert.ok(![401, 403, 421, 429, 500].includes(status), `${seat}: ${status} ${refusal}`)
      else
        assert.deepEqual([status, refusal], isPerson(seat) ? [403, "not-allowed"] : [401, "not-signed-in"], `${seat}`)
    }
  })

test("A-20: each door serves its own table and nothing of the other's, and no socket is open before there is a line", async () => {
  const own = new Set(ceremonyRoutes.map(({ method, path }) => `${method} ${path}`))
  for (const route of routes.filter(({ method, path }) => !own.has(`${method} ${path}`))) {
    const path = route.path.replace(":hash", "0".repeat(64))
    const headers = { ...json, ...headersOf("administrator") }
    const given = route.method === "GET" ? {} : { method: "POST", body: "{}" }
    assert.equal((await ask(port, path, { ...given, headers })).refusal, "not-found", path)
  }
  assert.equal(
    ceremonyRoutes.some(({ isSocket }) => isSocket),
    false,
  )
})

test("A-45: a node that fails says so, with a number that leads into its log, and with nothing else", async () => {
  for (const table of [routes, ceremonyRoutes]) {
    const lines: string[] = []
    const app = fastify({ logger: false })
    const log = openLog("test", "trace", { write: line => void lines.push(line) })
    const doors = { cookie: "c", sessions: side.sessions, cliDigest: digestOf("a"), monitorDigest: digestOf("b") }
    const origins = originsOf({ code: "aland", port: 80, origins: [], frames: [] })
    gate(app, { origins: () => origins, doors, now: () => 7, log, ceremony: { routes: table } })
    app.post("/api/sign-in", () => {
      throw Object.assign(new Error("EIO: /var/lib/parley/keys.json, of the secret word"), { code: "EIO" })
    })
    app.post("/api/sign-out", () => Promise.reject(Object.assign(new Error("a secret word"), { statusCode: 503 })))
    for (const url of ["/api/sign-in", "/api/sign-out"]) {
      const headers = { host: "127.0.0.1:80", origin: "http://127.0.0.1:80", "content-type": "application/json" }
      const answer = await app.inject({ method: "POST", url, headers, payload: "{}" })
      const { refusal, details, at, ...more }: Record<string, unknown> = JSON.parse(answer.body)
      assert.deepEqual([answer.statusCode, refusal, at, Object.keys(more)], [500, "failed", 7, ["sentence"]])
      const { number }: { number?: string } = Object(details)
      assert.match(number ?? "", /^[0-9a-f]{8}$/)
      assert.deepEqual(Object.keys(Object(details)), ["number"])
      const found = lines.filter(line => line.includes(`"${number}"`))
      assert.equal(found.length, 1, "the log has its place")
      for (const said of [answer.body, ...found]) assert.doesNotMatch(said, /secret|keys\.json|\.ts|stack/)
    }
    await app.close()
  }
})
