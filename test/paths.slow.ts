// Two whole nodes over each kind of path that is neither TLS nor a line: what is said both ways is stored once and in one order.
// Beyond what the transports' own tests show, the loop, the core and the record are the real ones.
import assert from "node:assert/strict"
import { mkdirSync, renameSync, rmdirSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import { datagramRelay, type Weather } from "../bench/datagrams.ts"
import type { PathView } from "../src/api/paths.ts"
import type { LineView, MessagePage } from "../src/api/shapes.ts"
import { openLog } from "../src/node/log.ts"
import { readApiDoor, startNode } from "../src/node/main.ts"
import { keepPaths, type PathSetting } from "../src/node/settings.ts"
import { pairedHomes } from "./fixtures/homes.ts"
import { freePort } from "./fixtures/ports.ts"

const each = 120

const asked = (home: string, path: string, body?: object): Promise<Response> => {
  const door = readApiDoor(home)
  assert.ok(door)
  return fetch(`${door.url}${path}`, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${door.secret}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  })
}

const ask = async <T>(home: string, path: string, body?: object): Promise<T> => {
  const answer = await asked(home, path, body)
  assert.ok(answer.ok, `${path}: ${answer.status}`)
  return (await answer.json()) as T
}

/** Two nodes with these paths and no TLS; their homes. */
const nodes = async (
  t: TestContext,
  settings: readonly [readonly PathSetting[], readonly PathSetting[]],
): Promise<readonly string[]> => {
  const { folder, sides } = await pairedHomes()
  t.after(() => rmSync(folder, { recursive: true }))
  const log = openLog("paths", "silent")
  for (const [at, { path }] of sides.entries()) {
    keepPaths(path, settings[at] ?? [])
    // A port at which nobody is: the second home's own path, by the first's card, comes to nothing.
    const node = await startNode(path, { listen: "", log })
    t.after(() => node.stop())
  }
  return sides.map(({ path }) => path)
}

test("S-10: paths that cannot be opened keep a node from nothing: each is down with its reason, and opens once it can", async t => {
  const port = await freePort()
  const other = createServer()
  t.after(() => void other.close())
  await new Promise<void>(resolve => other.listen(port, "127.0.0.1", resolve))
  const [home] = await nodes(t, [
    [
      { name: "taken", kind: "tls", fields: { listen: `127.0.0.1:${port}` } },
      { name: "modem", kind: "serial", fields: { device: "/dev/no-such-line", rate: "9600" } },
      { name: "web", kind: "websocket", fields: { listen: "127.0.0.1:0", cert: "/no/cert.pem", key: "/no/key.pem" } },
      { name: "no such name", kind: "tls", fields: { listen: "127.0.0.1:0" } },
      { name: "modem", kind: "tls", fields: { listen: "127.0.0.1:0" } },
      { name: "diode", kind: "one-way-in", fields: { listen: "192.0.2.1:7" } },
      { name: "sound", kind: "udp", fields: { listen: "127.0.0.1:0" } },
    ],
    [{ name: "sound", kind: "udp", fields: { listen: "127.0.0.1:0" } }],
  ])
  assert.ok(home)
  const shown = async (): Promise<string[]> =>
    (await ask<PathView[]>(home, "/api/paths"))
      .filter(({ isFixed }) => !isFixed)
      .map(({ name, state, reason }) => `${name} ${state} ${reason}`)
  const reasons = [
    new RegExp(`^taken down .*:${port} cannot be opened. EADDRINUSE$`),
    /^modem down .+/,
    /^web down bad-request, field: cert$/,
    /^no such name down bad-request, field: name$/,
    /^modem down bad-request, field: name$/,
    /^diode down .*192.0.2.1:7 cannot be opened. E[A-Z]+$/,
    /^sound down $/,
  ]
  for (const [at, row] of (await shown()).entries()) assert.match(row, reasons[at] ?? /nothing/)
  other.close()
  const isOpen = async (): Promise<boolean> => (await shown())[0] === "taken down "
  for (let left = 100; left > 0 && !(await isOpen()); left--) await pause(100)
  assert.ok(await isOpen(), "its port is free, and it listens")
})

test("S-10: where the settings cannot be written, a path is neither added nor taken away", async t => {
  const sound = [{ name: "sound", kind: "udp", fields: { listen: "127.0.0.1:0" } }]
  const [home] = await nodes(t, [sound, sound])
  assert.ok(home)
  const names = async (): Promise<string[]> => (await ask<PathView[]>(home, "/api/paths")).map(({ name }) => name)
  const before = await names()
  const settings = join(home, "settings.json")
  renameSync(settings, `${settings}.away`)
  mkdirSync(settings)
  const added = await asked(home, "/api/paths", { name: "other", kind: "udp", fields: { listen: "127.0.0.1:0" } })
  assert.deepEqual([added.status, await names()], [409, before])
  const taken = await asked(home, "/api/paths/remove", { name: "sound" })
  assert.deepEqual([taken.ok, await names()], [false, before])
  rmdirSync(settings)
  renameSync(`${settings}.away`, settings)
  await asked(home, "/api/paths/remove", { name: "sound" })
  assert.ok(!(await names()).includes("sound"))
})

const order = (text: string, act: number): object => ({
  ...{ kind: "message", text, subject: "", language: "en", precedence: act % 10 === 0 ? "FLASH" : "ROUTINE" },
  ...{ traffic: "test", refs: [], act: act.toString(16).padStart(32, "0") },
})

const said = async (home: string): Promise<{ hash: string }[]> => {
  const all: { hash: string }[] = []
  for (;;) {
    const { messages } = await ask<MessagePage>(home, `/api/messages?after=${all.length}&limit=100`)
    if (messages.length === 0) return all
    all.push(...messages)
  }
}

const exchange = async (homes: readonly string[], name: string): Promise<void> => {
  await Promise.all(
    homes.map(async (home, at) => {
      for (let nth = 0; nth < each; nth++) {
        await ask(home, "/api/orders", order(`${nth} by ${at}: ${"word ".repeat(nth % 90)}`, 1_000 * at + nth + 1))
        await pause(20)
      }
    }),
  )
  const began = performance.now()
  for (;;) {
    const lines = await Promise.all(homes.map(home => ask<LineView>(home, "/api/line")))
    const [first, second] = lines.map(({ sizes }) => JSON.stringify(sizes))
    if (lines.every(({ queued }) => queued === 0) && first === second) break
    assert.ok(performance.now() - began < 60_000, `both hold what was said: ${first}, ${second}`)
    await pause(100)
  }
  const [here, there] = await Promise.all(homes.map(said))
  assert.ok(here && there)
  assert.equal(here.length, 2 * each)
  assert.equal(new Set(here.map(({ hash }) => hash)).size, 2 * each)
  assert.deepEqual(
    here.map(({ hash }) => hash),
    there.map(({ hash }) => hash),
  )
  for (const home of homes) {
    const paths = await ask<PathView[]>(home, "/api/paths")
    const path = paths.find(path => path.name === name)
    assert.equal(path?.state, "up")
  }
}

/** What the node says of a path that it does not take: the field. */
const wrongField = async (home: string, kind: string, fields: object): Promise<unknown> => {
  const answer = await asked(home, "/api/paths", { name: "other", kind, fields })
  assert.ok(!answer.ok)
  const { details }: { details?: { field?: unknown } } = JSON.parse(await answer.text())
  return details?.field
}

test("F-19: 120 messages each way over WebSocket are stored once, in one order", async t => {
  const port = await freePort()
  const homes = await nodes(t, [
    [{ name: "web", kind: "websocket", fields: { listen: `127.0.0.1:${port}` } }],
    [{ name: "web", kind: "websocket", fields: { connect: `ws://127.0.0.1:${port}/` } }],
  ])
  await exchange(homes, "web")
  const [home = ""] = homes
  const listen = "127.0.0.1:0"
  const page = join(import.meta.dirname, "..", "README.md")
  for (const [kind, fields, field] of [
    ["websocket", {}, "listen, connect"],
    ["websocket", { connect: "https://line.example/" }, "connect"],
    ["websocket", { connect: "wss://name:word@line.example/" }, "connect"],
    ["websocket", { listen, proxy: "http://proxy.example" }, "proxy"],
    ["websocket", { connect: "wss://line.example/", proxy: "socks://proxy.example" }, "proxy"],
    ["websocket", { listen, cert: page }, "key"],
    ["websocket", { listen, cert: page, key: "/nowhere" }, "key"],
    ["websocket", { listen, cert: page, key: page }, "cert, key"],
    ["websocket", { connect: "wss://line.example/", ca: "/nowhere" }, "ca"],
    ["udp", { connect: "wss://line.example/" }, "connect"],
    ["udp", { listen, rate: "fast" }, "rate"],
    ["udp", { listen, proxy: "http://proxy.example" }, "proxy"],
  ] as const)
    assert.equal(await wrongField(home, kind, fields), field, JSON.stringify(fields))
})

const bad: Partial<Weather> = { delayMs: 10, loss: 0.05, doubling: 0.05, reordering: 0.1, lateMs: 15, halving: 0.03 }

test("F-20: 120 messages each way over datagrams, of which some are lost, halved, doubled and overtaken, are stored once, in one order", async t => {
  const port = await freePort()
  const relay = await datagramRelay({ targetPort: port, seed: 20, weather: bad })
  t.after(() => relay.stop())
  const homes = await nodes(t, [
    [{ name: "air", kind: "udp", fields: { listen: `127.0.0.1:${port}` } }],
    [{ name: "air", kind: "udp", fields: { connect: `127.0.0.1:${relay.port}` } }],
  ])
  await exchange(homes, "air")
  assert.ok(relay.stats.lost > 10, "something was lost")
})
