// The doors of a node, attacked: who may use which route, how often, under which name, from which page, and for how long. One real node.
import assert from "node:assert/strict"
import { readdirSync, rmSync, utimesSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { fastify } from "fastify"
import type { MessagePage, SessionView } from "../src/api/shapes.ts"
import { gate } from "../src/node/gate.ts"
import { putOfficer, type Side } from "../src/node/home.ts"
import { frameBytesMax, socketsMax } from "../src/node/live.ts"
import { openLog } from "../src/node/log.ts"
import { type StartedNode, startNode } from "../src/node/main.ts"
import { limiter, paces } from "../src/node/rate.ts"
import { type Route, routes, type Seat, seats } from "../src/node/routes.ts"
import { digestOf } from "../src/node/secret.ts"
import { idleMs, sessionMs } from "../src/node/sessions.ts"
import { writeSettings } from "../src/node/settings.ts"
import {
  type Answer,
  ask,
  askRaw,
  closed,
  type Headers,
  headersOf,
  json,
  openSocket,
  originOf,
  seated,
} from "./fixtures/asking.ts"
import { pairedHomes } from "./fixtures/homes.ts"

let folder = ""
let side: Side
let node: StartedNode
let port = 0
const log = openLog("test", "silent")

before(async () => {
  const made = await pairedHomes()
  folder = made.folder
  side = made.sides[0]
  writeSettings(join(side.path, "settings.json"), { ...side.settings, origins: ["https://line.example"] })
  node = await startNode(side.path, { log, times: { headersMs: 200, requestMs: 300, checkMs: 50 } })
  port = node.apiPort
})
after(async () => {
  await node.stop()
  rmSync(folder, { recursive: true })
})

const place = (route: Route): string => route.path.replace(":hash", "0".repeat(64)).replace("*", "")
const post = (path: string, headers: Headers, body = "{}"): Promise<Answer> =>
  ask(port, path, { method: "POST", headers: { ...json, ...headers }, body })
/** Of the type that the route takes. */
const typed = ({ isOctets }: Route): Headers => (isOctets ? { "content-type": "application/octet-stream" } : {})
const statusOf = async (route: Route, seat: Seat): Promise<readonly [number, string | undefined]> => {
  const headers = headersOf(side, port, seat)
  if (route.isSocket) {
    const socket = await openSocket(port, headers, route.path)
    if (typeof socket === "number") return [socket, undefined]
    socket.terminate()
    return [101, undefined]
  }
  const token = side.signIns.issue({ name: "Watch officer", role: "watch" }, Date.now() + 60_000)
  const asked = route.method === "GET" ? ask(port, place(route), { headers }) : undefined
  const { status, refusal } = await (asked ??
    post(place(route), { ...headers, ...typed(route) }, JSON.stringify({ token })))
  return [status, refusal]
}

for (const route of routes)
  test(`A-20: ${route.method} ${route.path} is open to ${route.seats.join(", ")}, and closed to all others`, async () => {
    for (const seat of seats) {
      const [status, refusal] = await statusOf(route, seat)
      if (route.seats.includes(seat)) assert.ok(![401, 403, 421, 429, 500].includes(status), `${seat}: ${status}`)
      else if (route.isSocket) assert.equal(status, seat === "nobody" ? 401 : 403, seat)
      else assert.deepEqual([status, refusal], seat === "nobody" ? [401, "not-signed-in"] : [403, "not-allowed"], seat)
    }
  })

test("A-20: a route without a row cannot be served, and what has no row is not found, whoever asks", async () => {
  const app = fastify()
  const doors = { cookie: "c", sessions: side.sessions, cliDigest: digestOf("a"), monitorDigest: digestOf("b") }
  gate(app, { origins: () => undefined, doors, now: Date.now, log })
  assert.throws(() => app.get("/api/new", () => "here"), /GET \/api\/new has no row/)
  assert.throws(() => app.get("/api/line", { bodyLimit: 1e9 }, () => "here"), /takes more than its row/)
  for (const seat of ["watch", "nobody"] as const) {
    const headers = headersOf(side, port, seat)
    assert.equal((await ask(port, "/api/new", { headers })).refusal, "not-found")
    assert.equal((await post("/api/new", headers)).refusal, "not-found")
    assert.equal((await ask(port, "/api/line", { method: "OPTIONS", headers })).refusal, "not-found")
  }
})

test("A-21: who asks too often waits, told how long; nobody else does, and what was refused was not done", async () => {
  const [busy, other] = [headersOf(side, port, "watch"), headersOf(side, port, "watch")]
  const text = "asked too often"
  const act = { kind: "message", text, language: "en", precedence: "ROUTINE", traffic: "test", refs: [] }
  // Not the size of the log: a node says things of its own as well, and so may what was asked before.
  const said = async (): Promise<number> => {
    const { messages }: MessagePage = JSON.parse((await ask(port, "/api/messages", { headers: busy })).text)
    return messages.filter(message => message.text === text).length
  }
  // Those that say something come last.
  const many = Array.from({ length: paces.orders.holds * 3 }, (_, at) =>
    post("/api/orders", busy, at < 280 ? "{}" : JSON.stringify({ ...act, act: at.toString(16).padStart(32, "a") })),
  )
  const answers = await Promise.all(many)
  const refused = answers.filter(({ refusal }) => refusal === "too-many-requests")
  assert.ok(refused.length > 0)
  for (const { status, headers } of refused) assert.deepEqual([status, headers["retry-after"]], [429, "1"])
  const done = answers.filter(({ status }) => status === 200).length
  assert.equal(await said(), done)
  assert.equal((await post("/api/orders", other, "{}")).refusal, "bad-request")
})

test("A-21: a store fills steadily, up to what it holds; of too many names the longest silent is forgotten", () => {
  const draw = limiter({ perSecond: 2, holds: 3 })
  assert.deepEqual(
    [0, 0, 0, 0].map(() => draw("a", 0)),
    [0, 0, 0, 500],
  )
  assert.equal(draw("b", 0), 0)
  assert.equal(draw("a", 250), 250)
  assert.equal(draw("a", 500), 0)
  assert.equal(draw("a", 400), 500, "a clock that goes back gives nothing")
  for (let name = 0; name < 9_999; name++) draw(`${name}`, 500)
  assert.ok(draw("a", 500) > 0)
  for (let name = 0; name < 10_000; name++) draw(`${name}`, 500)
  assert.equal(draw("a", 500), 0)
})

test("A-22: a name that is not the node's is refused, whatever it points to", async () => {
  const cookie = headersOf(side, port, "watch").cookie!
  const wrong = [
    "rebound.example",
    `rebound.example:${port}`,
    "127.0.0.1",
    `127.0.0.1:${port + 1}`,
    `bland.parley.localhost:${port}`,
  ]
  for (const host of [...wrong, `127.0.0.1:${port}.rebound.example`, `aland.parley.localhost.:${port}`])
    for (const path of ["/api/line", "/health", "/metrics", "/"]) {
      const { status, refusal } = await ask(port, path, { headers: { cookie, host } })
      assert.deepEqual([status, refusal], [421, "wrong-host"], host + path)
    }
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, `aland.parley.localhost:${port}`])
    assert.equal((await ask(port, "/api/line", { headers: { cookie, host } })).status, 200, host)
  assert.match(await askRaw(port, "GET / HTTP/1.1\r\n\r\n"), /^HTTP\/1\.1 400 /, "no name at all")
  assert.match(await askRaw(port, "GET http://rebound.example/ HTTP/1.0\r\n\r\n"), /"wrong-host"/)
})

test("A-23: a page of another origin can do nothing, by request, form or socket, and is told nothing", async () => {
  const { cookie = "" } = headersOf(side, port, "watch")
  const neighbours = [
    `http://localhost:${port}`,
    `http://aland.parley.localhost:${port}`,
    `http://127.0.0.1:${port + 1}`,
  ]
  for (const origin of ["http://example.org", "null", "", `https://127.0.0.1:${port}`, ...neighbours]) {
    const headers = { cookie, origin }
    assert.deepEqual(
      [(await post("/api/human", headers)).refusal, await openSocket(port, headers)],
      ["wrong-origin", 403],
      origin,
    )
    assert.equal((await ask(port, "/api/line", { headers })).refusal, "wrong-origin", origin)
  }
  assert.equal((await post("/api/human", { cookie })).refusal, "wrong-origin", "no origin at all")
  assert.equal(await openSocket(port, { cookie }), 403)
  const own = { cookie, origin: originOf(port) }
  for (const site of ["cross-site", "same-site"]) {
    const headers = { ...own, "sec-fetch-site": site }
    assert.equal((await post("/api/human", headers)).refusal, "wrong-origin", site)
    for (const path of ["/api/line", "/health", "/mark.svg"])
      assert.equal((await ask(port, path, { headers: { cookie, "sec-fetch-site": site } })).refusal, "wrong-origin")
    const page = { "sec-fetch-site": site, "sec-fetch-mode": "navigate" }
    assert.equal((await ask(port, "/", { headers: page })).status, 200, "a page may lead here")
    assert.equal((await ask(port, "/api/line", { headers: { cookie, ...page } })).refusal, "wrong-origin")
  }
  assert.equal((await post("/api/human", { ...own, "sec-fetch-site": "same-origin" })).status, 204)
  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "",
  ]) {
    const { status, refusal } = await post("/api/human", { ...own, "content-type": type })
    assert.deepEqual([status, refusal], [415, "bad-request"], type)
  }
  assert.equal((await ask(port, "/api/line", { headers: own })).headers["access-control-allow-origin"], undefined)
})

test("A-24: a session that was signed out is refused everywhere, and its sockets are closed", async () => {
  const headers = headersOf(side, port, "watch")
  const socket = await openSocket(port, headers)
  assert.ok(typeof socket !== "number")
  const gone = closed(socket)
  assert.equal((await post("/api/sign-out", headers)).status, 204)
  assert.equal(await gone, 1008)
  for (const route of routes.filter(({ seats }) => !seats.includes("nobody"))) {
    if (route.isSocket) assert.equal(await openSocket(port, headers, route.path), 401)
    else if (route.method === "GET") assert.equal((await ask(port, place(route), { headers })).refusal, "not-signed-in")
    else assert.equal((await post(place(route), { ...headers, ...typed(route) })).refusal, "not-signed-in", route.path)
  }
})

test("A-24: whoever signs in gets a session of their own: one that was there before ends, and none is taken from a request", async () => {
  const headers = headersOf(side, port, "auditor")
  const planted = `parley-aland-session=${"A".repeat(43)}`
  for (const cookie of [headers.cookie!, planted]) {
    const token = side.signIns.issue({ name: "Watch officer", role: "watch" }, Date.now() + 60_000)
    const { headers: given, status } = await post("/api/sign-in", { ...headers, cookie }, JSON.stringify({ token }))
    assert.equal(status, 204)
    const made = /=([\w-]{43});/.exec(String(given["set-cookie"]))?.[1]
    assert.ok(made && !cookie.includes(made))
    assert.equal((await ask(port, "/api/line", { headers: { cookie } })).status, 401)
  }
  const both = `${headersOf(side, port, "watch").cookie}; ${headersOf(side, port, "watch").cookie}`
  assert.equal((await ask(port, "/api/line", { headers: { cookie: both } })).status, 401, "two of one name")
})

test("A-24: a session ends when it was not used for half a day, after a week, and with its officer's role", async () => {
  const line = async (headers: Headers): Promise<string | number> => {
    const { status, refusal } = await ask(port, "/api/line", { headers })
    return refusal ?? status
  }
  const officer = { name: "Watch officer", role: "watch" } as const
  assert.equal(await line(seated(side, port, officer, Date.now() - sessionMs)), "not-signed-in")
  assert.equal(await line(seated(side, port, officer, Date.now() - sessionMs + 60_000)), 200)
  const idle = seated(side, port, officer)
  const socket = await openSocket(port, idle)
  assert.ok(typeof socket !== "number")
  const gone = closed(socket)
  const files = readdirSync(join(side.path, "sessions"))
  const asleep = (Date.now() - idleMs - 1_000) / 1_000
  for (const file of files) utimesSync(join(side.path, "sessions", file), asleep, asleep)
  assert.equal(await line(idle), "not-signed-in")
  assert.equal(await gone, 1008, "its socket ends with it")
  const demoted = seated(side, port, officer)
  assert.equal(await line(demoted), 200)
  putOfficer(side.path, { name: officer.name, role: "auditor" })
  assert.equal(await line(demoted), "not-signed-in")
})

test("A-24: an administrator sees who is signed in and ends a session, everywhere and at once", async () => {
  const [keeper, watch] = [headersOf(side, port, "administrator"), headersOf(side, port, "watch")]
  const socket = await openSocket(port, watch)
  assert.ok(typeof socket !== "number")
  const gone = closed(socket)
  const { text } = await ask(port, "/api/sessions", { headers: keeper })
  const views: SessionView[] = JSON.parse(text)
  assert.equal(views.filter(({ isOwn }) => isOwn).length, 1)
  const ended = views.find(({ consoles, officer }) => consoles === 1 && officer.role === "watch")
  assert.ok(ended && ended.since <= ended.usedAt + 1_000)
  for (const secret of [watch, keeper].map(({ cookie = "" }) => cookie.split("=")[1] ?? "?"))
    assert.ok(!text.includes(secret), "what is listed lets nobody in")
  for (const id of ["../keys.json", "", "0".repeat(16), "f".repeat(64)])
    assert.equal((await post("/api/sessions/end", keeper, JSON.stringify({ id }))).refusal, "not-found", id)
  assert.equal((await post("/api/sessions/end", keeper, JSON.stringify({ id: ended.id }))).status, 204)
  assert.equal(await gone, 1008)
  assert.equal((await ask(port, "/api/line", { headers: watch })).refusal, "not-signed-in")
})

test("A-26: what is too large, too deep, too slow or of another form is refused by name, and changes nothing", async () => {
  const headers = headersOf(side, port, "watch")
  const refusal = async (body: string, path = "/api/orders"): Promise<string | undefined> =>
    (await post(path, headers, body)).refusal
  assert.equal(await refusal(`{"__proto__":{"kind":"message"}}`), "bad-request")
  assert.equal(await refusal(`{"constructor":{"prototype":{"kind":"message"}}}`), "bad-request")
  assert.equal(await refusal(`${'{"a":'.repeat(9)}1${"}".repeat(9)}`), "too-deep")
  assert.equal(await refusal("[".repeat(200_000) + "]".repeat(200_000)), "too-deep")
  assert.equal(await refusal(`{"a":`), "bad-request")
  assert.equal(await refusal(""), "bad-request")
  assert.equal(await refusal(`"${"a".repeat(600_000)}"`), "too-large")
  assert.equal(await refusal(`"${"a".repeat(1_100)}"`, "/api/human"), "too-large")
  assert.equal((await ask(port, `/api/messages?${"a".repeat(2_100)}`, { headers })).refusal, "too-large")
  assert.equal((await ask(port, `/api/entries/${"a".repeat(300)}`, { headers })).refusal, "not-found")
  const raw = (lines: string): Promise<string> => askRaw(port, `${lines}\r\nhost: 127.0.0.1:${port}\r\n\r\n`)
  const known = [
    [`GET / HTTP/1.1\r\nx: ${"a".repeat(9_000)}`, "431", "too-large"],
    ["GET /%zz HTTP/1.1\r\nconnection: close", "400", "bad-request"],
    ["GET / HTTP/1.1\r\nx y: z", "400", "bad-request"],
    ["POST /api/human HTTP/1.1\r\ncontent-length: 2\r\ntransfer-encoding: chunked", "400", "bad-request"],
    ["NOSUCH / HTTP/1.1", "400", "bad-request"],
    ["GET /api/line HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket", "400", "bad-request"],
  ] as const
  for (const [lines, status, name] of known) {
    const answer = await raw(lines)
    assert.ok(answer.startsWith(`HTTP/1.1 ${status} `) && answer.includes(`{"refusal":"${name}"`), answer)
    assert.match(answer, /\r\ncontent-security-policy: default-src 'none'/)
  }
  // Bytes that come a few at a time, and a body that never comes: neither holds a connection.
  for (const bytes of ["", "GET / HTTP/1.1\r\nhost: a"]) assert.match(await askRaw(port, bytes), /^HTTP\/1\.1 408 /)
  const cookie = `cookie: ${headers.cookie}\r\norigin: ${originOf(port)}`
  const half = `POST /api/human HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${cookie}\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`
  assert.match(await askRaw(port, half), /^HTTP\/1\.1 408 /)
})

test("A-26: a socket that speaks, speaks too much, or is one too many is closed", async () => {
  const headers = headersOf(side, port, "watch")
  const open = async () => {
    const socket = await openSocket(port, headers)
    assert.ok(typeof socket !== "number")
    return socket
  }
  for (const [said, code] of [
    ["a", 1008],
    ["a".repeat(frameBytesMax + 1), 1009],
  ] as const) {
    const socket = await open()
    const gone = closed(socket)
    socket.send(said)
    assert.equal(await gone, code)
  }
  const pinging = await open()
  const silenced = closed(pinging)
  for (let at = 0; at < 20; at++) pinging.ping()
  await silenced
  const first = await open()
  const gone = closed(first)
  const more = await Promise.all(Array.from({ length: socketsMax }, open))
  await gone
  for (const socket of more) socket.terminate()
})

test("A-26: nothing of the machine but the console's own files is served", async () => {
  const up = ["/../package.json", "/..%2fpackage.json", "/%2e%2e/%2e%2e/package.json", "/assets/../../../package.json"]
  const odd = [
    "/assets/..%5c..%5cpackage.json",
    "//etc/passwd",
    "/assets/%00",
    "/.hidden",
    "/assets/",
    "/assets",
    "/index.html/x",
  ]
  for (const path of [...up, ...odd]) {
    const answer = await askRaw(port, `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: close\r\n\r\n`)
    assert.match(answer, /^HTTP\/1\.1 (400|403|404) /, path)
    assert.match(answer, /"refusal":"(not-found|bad-request)"/, path)
    assert.ok(!answer.includes(import.meta.dirname), "nor where it lies")
  }
})

test("A-23, A-25: every answer carries the strict headers, and under HTTPS the cookie is bound to its host", async () => {
  const seen = [
    await ask(port, "/"),
    await ask(port, "/nowhere"),
    await ask(port, "/api/line"),
    await post("/api/new", {}),
  ]
  seen.push(await ask(port, "/health", { headers: { host: "rebound.example" } }), await ask(port, "/health"))
  for (const { headers } of seen) {
    assert.match(String(headers["content-security-policy"]), /^default-src 'none'; script-src 'self'; style-src 'self'/)
    assert.doesNotMatch(String(headers["content-security-policy"]), /unsafe|https?:\/\/(?!127|localhost|aland)/)
    const said = [
      "x-content-type-options",
      "referrer-policy",
      "cross-origin-opener-policy",
      "cross-origin-resource-policy",
    ]
    assert.deepEqual(
      said.map(name => headers[name]),
      ["nosniff", "no-referrer", "same-origin", "same-origin"],
    )
    assert.match(String(headers["permissions-policy"]), /camera=\(\).*microphone=\(\)/)
    assert.equal(headers["strict-transport-security"], undefined)
    for (const name of ["server", "x-powered-by"]) assert.equal(headers[name], undefined)
  }
  const secure = { host: "line.example", origin: "https://line.example" }
  const token = side.signIns.issue({ name: "Watch officer", role: "watch" }, Date.now() + 60_000)
  const { headers } = await post("/api/sign-in", secure, JSON.stringify({ token }))
  const given = String(headers["set-cookie"])
  assert.match(
    given,
    /^__Host-parley-aland-session=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=604800; Secure$/,
  )
  assert.equal(headers["strict-transport-security"], "max-age=31536000")
  const cookie = given.split(";")[0]!
  assert.equal((await ask(port, "/api/line", { headers: { ...secure, cookie } })).status, 200)
  const plain = cookie.replace("__Host-", "")
  assert.equal((await ask(port, "/api/line", { headers: { ...secure, cookie: plain } })).status, 401)
  assert.equal((await ask(port, "/api/line", { headers: { ...secure, cookie, origin: originOf(port) } })).status, 403)
})

test("A-21: who tries to sign in too often waits, and somebody with a session does not", async () => {
  const tries = await Promise.all(
    Array.from({ length: paces["sign-ins"].holds + 1 }, () => post("/api/sign-in", { origin: originOf(port) })),
  )
  assert.ok(tries.some(({ refusal }) => refusal === "too-many-requests"))
  assert.equal((await ask(port, "/api/line", { headers: headersOf(side, port, "watch") })).status, 200)
})
