// Two nodes, whole, on loopback: homes, TLS, the loop, the API and its doors.
import assert from "node:assert/strict"
import { rmSync } from "node:fs"
import { request } from "node:http"
import { after, before, test } from "node:test"
import { WebSocket } from "ws"
import { pairedHomes } from "../../test/fixtures/homes.ts"
import type { LineView, LiveEvent, MessageView, OrderReply, Problem } from "../api/shapes.ts"
import { decodeEntry } from "../core/entry.ts"
import { fromHex, hex } from "../core/hash.ts"
import { isRefusal, type RefusalCode } from "../core/refusal.ts"
import { nodeSuite } from "../suites/node.ts"
import { monitorSecret, type Side, signInLink } from "./home.ts"
import { openLog } from "./log.ts"
import { type StartedNode, startNode } from "./main.ts"

type Answer = {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: string
}
type Asking = { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: object }

let folder = ""
const sides: Side[] = []
const nodes: StartedNode[] = []
const lines: string[] = []

before(async () => {
  const made = await pairedHomes()
  folder = made.folder
  sides.push(...made.sides)
  const log = openLog("test", "info", { write: line => void lines.push(line) })
  const failed = (error: Error): void => {
    console.error(error)
    process.exit(1) // as a node does; to wait for it would be in vain
  }
  nodes.push(await startNode(sides[0]!.path, { log, failed }))
  nodes.push(await startNode(sides[1]!.path, { log, failed, peer: `127.0.0.1:${nodes[0]!.peerPort}` }))
})

after(async () => {
  for (const node of nodes) await node.stop()
  rmSync(folder, { recursive: true })
})

const ask = (side: number, path: string, { method = "GET", headers = {}, body }: Asking = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const port = nodes[side]!.apiPort
    const json = body && JSON.stringify(body)
    const sent = { host: `127.0.0.1:${port}`, ...(json && { "content-type": "application/json" }), ...headers }
    const asked = request({ host: "127.0.0.1", port, path, method, headers: sent }, answer => {
      let text = ""
      answer.setEncoding("utf8").on("data", chunk => {
        text += chunk
      })
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }))
    })
    asked.on("error", reject)
    asked.end(json)
  })

const originOf = (side: number): string => `http://127.0.0.1:${nodes[side]!.apiPort}`

const signedIn = async (side: number, officer = "Watch officer"): Promise<Record<string, string>> => {
  const token = signInLink(sides[side]!, officer, Date.now()).split("#token=")[1]!
  const answer = await ask(side, "/api/sign-in", {
    method: "POST",
    headers: { origin: originOf(side) },
    body: { token },
  })
  assert.equal(answer.status, 204)
  const cookie = String(answer.headers["set-cookie"])
  assert.match(cookie, /^parley-(aland|bland)-session=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=\d+$/)
  assert.equal(
    (await ask(side, "/api/sign-in", { method: "POST", headers: { origin: originOf(side) }, body: { token } })).status,
    401,
  )
  return { cookie: cookie.split(";")[0]!, origin: originOf(side) }
}

const order = async (side: number, headers: Record<string, string>, body: object): Promise<OrderReply> => {
  const answer = await ask(side, "/api/orders", { method: "POST", headers, body })
  assert.equal(answer.status, 200, answer.body)
  const reply: OrderReply = JSON.parse(answer.body)
  return reply
}

const refusal = async (side: number, headers: Record<string, string>, body: object): Promise<RefusalCode> => {
  const answer = await ask(side, "/api/orders", { method: "POST", headers, body })
  assert.ok(answer.status === 409 || answer.status === 403, answer.body)
  const problem: Problem = JSON.parse(answer.body)
  return problem.refusal
}

let acts = 0
const act = (): string => (++acts).toString(16).padStart(32, "0")
const message = (changed: object = {}): object => ({
  kind: "message",
  act: act(),
  text: "A balloon is adrift.",
  language: "en",
  precedence: "ROUTINE",
  traffic: "test",
  refs: [],
  ...changed,
})

/** A console: its events, and a wait for one of them. */
const opened = async (side: number, headers: Record<string, string>) => {
  const socket = new WebSocket(`ws://127.0.0.1:${nodes[side]!.apiPort}/api/live`, {
    headers,
    origin: headers.origin ?? "",
  })
  const events: LiveEvent[] = []
  const waiting = new Set<() => void>()
  socket.on("message", data => {
    events.push(JSON.parse(String(data)))
    for (const look of waiting) look()
  })
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject))
  const event = (is: (event: LiveEvent) => boolean): Promise<LiveEvent> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no such event among ${events.map(event => event.type)}`)), 5_000)
      const look = (): void => {
        const found = events.find(is)
        if (found === undefined) return
        clearTimeout(late)
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  const shows = (hash: string, is: (message: MessageView) => boolean): Promise<LiveEvent> =>
    event(each => each.type === "message" && each.message.hash === hash && is(each.message))
  return { socket, events, event, shows }
}

test("A-1: nobody is let in without a session, from another host, or for another origin", async () => {
  for (const path of ["/api/line", "/api/messages", "/api/reported", `/api/entries/${"0".repeat(64)}`])
    assert.equal((await ask(0, path)).status, 401, path)
  const headers = await signedIn(0)
  assert.equal((await ask(0, "/api/line", { headers })).status, 200)
  const cookie = headers.cookie!
  assert.equal((await ask(1, "/api/line", { headers: { cookie } })).status, 401, "a session of the other side")
  assert.equal((await ask(0, "/api/line", { headers: { ...headers, host: "example.org" } })).status, 421)
  assert.equal((await ask(0, "/health", { headers: { host: `10.0.0.1:${nodes[0]!.apiPort}` } })).status, 421)
  const named = `aland.parley.localhost:${nodes[0]!.apiPort}`
  assert.equal((await ask(0, "/api/line", { headers: { cookie, host: named } })).status, 200)
  const post = { method: "POST", body: message() }
  assert.equal(
    (await ask(0, "/api/orders", { ...post, headers: { ...headers, origin: "http://example.org" } })).status,
    403,
  )
  assert.equal((await ask(0, "/api/orders", { ...post, headers: { ...headers, origin: "null" } })).status, 403)
  assert.equal((await ask(0, "/api/orders", { ...post, headers: { cookie } })).status, 403)
  assert.equal(
    (await ask(0, "/api/orders", { ...post, headers: { authorization: `Bearer ${"A".repeat(43)}` } })).status,
    401,
  )
})

test("A-1: the live connection opens for a session and one of our own origins, and for nobody else", async () => {
  const headers = await signedIn(0)
  await assert.rejects(opened(0, { ...headers, origin: "http://example.org" }), /403/)
  await assert.rejects(opened(0, { origin: headers.origin! }), /401/)
  const { socket, events, event } = await opened(0, headers)
  await event(each => each.type === "line")
  assert.equal(events[0]!.type, "line")
  await event(each => each.type === "beat")
  socket.close()
})

test("A-1: signing out ends the session, and every answer forbids what a page of ours does not need", async () => {
  const headers = await signedIn(0)
  const line = await ask(0, "/api/line", { headers })
  const policy = String(line.headers["content-security-policy"])
  assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/)
  assert.doesNotMatch(policy, /unsafe/)
  assert.equal(line.headers["x-content-type-options"], "nosniff")
  assert.equal(line.headers["referrer-policy"], "no-referrer")
  assert.equal((await ask(0, "/api/sign-out", { method: "POST", headers, body: {} })).status, 204)
  assert.equal((await ask(0, "/api/line", { headers })).status, 401)
})

test("A-4: an auditor reads and may order nothing", async () => {
  const headers = await signedIn(0, "Auditor")
  const view: LineView = JSON.parse((await ask(0, "/api/line", { headers })).body)
  assert.equal(view.officer.role, "auditor")
  assert.equal(await refusal(0, headers, message()), "not-allowed")
})

test("A-2, A-3, E-13, LI-2: what cannot be said is refused by name before anything of it is promised", async () => {
  const headers = await signedIn(0)
  assert.equal(await refusal(0, headers, message({ text: " \n " })), "empty-text")
  assert.equal(await refusal(0, headers, message({ text: "a\u0000b" })), "bad-text")
  assert.equal(await refusal(0, headers, message({ text: "\ud800" })), "bad-text")
  assert.equal(await refusal(0, headers, message({ text: "a".repeat(65_537) })), "too-large")
  assert.equal(await refusal(0, headers, message({ text: "a".repeat(4_200), precedence: "FLASH" })), "too-large")
  assert.equal(await refusal(0, headers, message({ refs: ["0".repeat(64)] })), "not-found")
  for (const wrong of [
    { act: "xx" },
    { traffic: "service" },
    { precedence: "LOUD" },
    { language: "xx" },
    { notAfter: 1 },
    { kind: "charter" },
  ])
    assert.equal(await refusal(0, headers, message(wrong)), "bad-request", JSON.stringify(wrong))
  const large = await ask(0, "/api/orders", { method: "POST", headers, body: message({ text: "a".repeat(600_000) }) })
  assert.equal(large.status, 413)
})

test("E-14: an order that is asked twice with one act is done once", async () => {
  const headers = await signedIn(0)
  const asked = message()
  const first = await order(0, headers, asked)
  assert.deepEqual(await order(0, headers, asked), first)
})

test("R-5, R-8, R-10: a FLASH is stored and rings there, is shown and acknowledged, and its author sees every rung", async () => {
  const [ours, theirs] = [await signedIn(0), await signedIn(1)]
  const [here, there] = [await opened(0, ours), await opened(1, theirs)]
  const sent = await order(0, ours, message({ precedence: "FLASH" }))
  await there.shows(sent.hash, view => view.rings)
  await here.shows(sent.hash, view => view.rungs.some(({ rung }) => rung === "stored"))
  await here.shows(sent.hash, view => view.rungs.some(({ rung }) => rung === "ring"))
  for (let twice = 0; twice < 2; twice++)
    assert.equal(
      (await ask(1, "/api/displayed", { method: "POST", headers: theirs, body: { hash: sent.hash } })).status,
      204,
    )
  await here.shows(sent.hash, view => view.rungs.some(({ rung }) => rung === "displayed"))
  const noticed = await order(1, theirs, { kind: "acknowledged", act: act(), refs: [sent.hash] })
  await there.shows(sent.hash, view => !view.rings)
  await here.shows(sent.hash, view =>
    view.rungs.some(({ rung, officer }) => rung === "acknowledged" && officer === "Watch officer"),
  )
  const again = await order(1, theirs, { kind: "acknowledged", act: act(), refs: [sent.hash] })
  assert.deepEqual(again, noticed, "two officers who acknowledge one message have done one thing")
  const until = Date.now() + 3_600_000
  await order(1, theirs, { kind: "deferred", act: act(), refs: [sent.hash], until, reason: "検討中", language: "ja" })
  await here.shows(sent.hash, view =>
    view.rungs.some(rung => rung.rung === "deferred" && rung.until === until && rung.reason === "検討中"),
  )
  const rungs = here.events
    .flatMap(each => (each.type === "message" && each.message.hash === sent.hash ? [each.message.rungs] : []))
    .at(-1)!
  assert.equal(rungs.filter(({ rung }) => rung === "ring").length, 1)
  assert.equal(rungs.filter(({ rung }) => rung === "displayed").length, 1)
  for (const { socket } of [here, there]) socket.close()
})

test("R-5: who acknowledges what nobody was shown yet is shown it first, and the log says so in that order", async () => {
  const [ours, theirs] = [await signedIn(0), await signedIn(1)]
  const there = await opened(1, theirs)
  const sent = await order(0, ours, message({ precedence: "PRIORITY" }))
  await there.shows(sent.hash, view => view.rings)
  const noticed = await order(1, theirs, { kind: "acknowledged", act: act(), refs: [sent.hash] })
  const said = (each: string) => (view: MessageView) => view.rungs.some(({ rung }) => rung === each)
  await there.shows(sent.hash, view => said("acknowledged")(view) && said("displayed")(view))
  const { rungs }: MessageView = JSON.parse((await ask(1, `/api/entries/${sent.hash}`, { headers: theirs })).body)
  const shown = rungs.filter(({ rung }) => rung === "displayed")
  assert.equal(shown.length, 1)
  assert.equal(shown[0]!.officer, "Watch officer")
  const { us }: LineView = JSON.parse((await ask(1, "/api/line", { headers: theirs })).body)
  const { party } = us
  const from = `/api/entries?author=${party}&generation=1&from=${noticed.seq - 1}&limit=1`
  const [before] = JSON.parse((await ask(1, from, { headers: theirs })).body)
  const entry = decodeEntry(fromHex(before.cose)!, nodeSuite)
  assert.ok(!isRefusal(entry))
  assert.equal(hex(entry.hash), shown[0]!.hash, "the entry before it")
  await ask(1, "/api/displayed", { method: "POST", headers: theirs, body: { hash: sent.hash } })
  there.socket.close()
})

test("A-35: what waits for a second officer is told to those on watch when they come, and to nobody else", async () => {
  const [watch, auditor] = [await opened(0, await signedIn(0)), await opened(0, await signedIn(0, "Auditor"))]
  await watch.event(({ type }) => type === "waiting")
  await auditor.event(({ type }) => type === "beat")
  assert.ok(auditor.events.every(({ type }) => type !== "waiting"))
  assert.equal(watch.events[0]?.type, "line", "the line comes first")
  for (const { socket } of [watch, auditor]) socket.close()
})

test("R-8: what is read back is said in the reader's words, comes home as a rung, and never goes to one's own message", async () => {
  const [ours, theirs] = [await signedIn(0), await signedIn(1)]
  const { hash } = await order(0, ours, message({ precedence: "PRIORITY", traffic: "drill" }))
  const [here, there] = [await opened(0, ours), await opened(1, theirs)]
  await there.shows(hash, () => true)
  const said = { kind: "read-back", refs: [hash], text: "気球が一つ漂流している。", language: "ja" }
  await order(1, theirs, { ...said, act: act() })
  await here.shows(hash, view =>
    view.rungs.some(({ rung, reason, language }) => rung === "read-back" && reason === said.text && language === "ja"),
  )
  assert.equal(await refusal(1, theirs, { ...said, act: act(), text: " " }), "empty-text")
  assert.equal(await refusal(1, theirs, { ...said, act: act(), language: "xx" }), "bad-request")
  assert.equal(await refusal(0, ours, { ...said, act: act() }), "bad-request")
  for (const { socket } of [here, there]) socket.close()
})

test("R-8: an officer who acknowledges her own message reads why she cannot", async () => {
  const headers = await signedIn(0)
  const { hash } = await order(0, headers, message())
  const body = { kind: "acknowledged", act: act(), refs: [hash] }
  const answer = await ask(0, "/api/orders", { method: "POST", headers, body })
  assert.equal(answer.status, 409)
  assert.match(JSON.parse(answer.body).details.why, /your own: only the other side can acknowledge/)
})

test("E-17: history is imported by an administrator as a record of what was reported; it is no message", async () => {
  const administrator = await signedIn(0, "Administrator")
  const names = { en: "Talks", ja: "協議", zh: "会谈" }
  const record = {
    when: "2023-02-22",
    precision: "day",
    account: "both",
    source: "A ministry",
    section: "1",
    title: names,
    text: names,
  }
  const before = JSON.parse((await ask(0, "/api/messages", { headers: administrator })).body).total
  const report = (headers: Record<string, string>) => ask(0, "/api/reported", { method: "POST", headers, body: record })
  assert.equal((await report(await signedIn(0))).status, 403)
  assert.equal((await report(administrator)).status, 200)
  const reported = JSON.parse((await ask(0, "/api/reported", { headers: administrator })).body)
  assert.equal(reported[0].when, "2023-02-22")
  assert.equal(JSON.parse((await ask(0, "/api/messages", { headers: administrator })).body).total, before)
})

test("A-20: health and metrics give facts and no words, and to a stranger less, and the log holds no text and no secret", async () => {
  assert.equal((await ask(0, "/health")).body, '{"ok":true}')
  assert.equal((await ask(0, "/metrics")).status, 401)
  const headers = { authorization: `Bearer ${monitorSecret(sides[0]!.path)}` }
  const health = await ask(0, "/health", { headers })
  assert.equal(health.status, 200)
  assert.equal(JSON.parse(health.body).link, "up")
  const metrics = await ask(0, "/metrics", { headers })
  assert.match(metrics.body, /parley_log_size\{party="aland"\} \d+/)
  assert.match(metrics.body, /parley_link_up\{peer="bland"\} 1/)
  assert.match(metrics.body, /nodejs_eventloop_lag_seconds/)
  const text = `${lines.join("")}${metrics.body}${health.body}`
  for (const secret of ["balloon", "token=", "検討中"]) assert.ok(!text.includes(secret), secret)
})

test("L-10: a second node on one home is refused, and the first is not harmed", async () => {
  await assert.rejects(startNode(sides[0]!.path, { logLevel: "silent" }), /in use by process/)
  assert.equal((await ask(0, "/health")).status, 200)
})
