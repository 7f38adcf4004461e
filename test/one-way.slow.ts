// Two whole nodes between which every path that answers is cut: one way a diode that loses a fifth, the other way a folder that somebody
// carries. Commands are processes, as an operator's; the diode is a relay of datagrams with chance of a seed.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { createSocket, type Socket } from "node:dgram"
import { once } from "node:events"
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { text as readAll } from "node:stream/consumers"
import { after, afterEach, before, test } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { prng } from "../sim/prng.ts"
import { nodeOf } from "../src/cli/ask.ts"
import type { Precedence } from "../src/core/registry.ts"
import { openLog } from "../src/node/log.ts"
import { type StartedNode, startNode } from "../src/node/main.ts"
import { pairedHomes } from "./fixtures/homes.ts"
import { until } from "./fixtures/pair.ts"
import { freePort } from "./fixtures/ports.ts"

const cli = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url))
const log = openLog("test", "silent")
const realNow = Date.now
let ahead = 0
let folder = ""
let [east, west] = ["", ""]
let nodes: StartedNode[] = []
const sockets: Socket[] = []
const stop = async (): Promise<void> => {
  for (const node of nodes.splice(0)) await node.stop()
}

before(async () => {
  // Keys for what is carried are published an hour after a log has begun. (EP-13)
  Date.now = () => realNow() + ahead
  const made = await pairedHomes()
  folder = made.folder
  ;[east, west] = [made.sides[0].path, made.sides[1].path]
  const first = await startNode(east, { log, listen: "127.0.0.1:0" })
  nodes.push(first, await startNode(west, { log, peer: `127.0.0.1:${first.peerPort}` }))
  await until("both talk", () => nodes.every(node => (node.status().peers[0]?.confirmed ?? 0) > 0), 30_000)
  ahead = 3_600_001
  const sizes = (): number[] => nodes.map(({ status }) => status().logs.reduce((sum, { size }) => sum + size, 0))
  const start = Math.max(...sizes())
  const isEven = (): boolean => new Set(sizes()).size === 1 && nodes.every(node => node.status().queued === 0)
  await until("both have a key for what is carried", () => Math.min(...sizes()) >= start + 2 && isEven(), 60_000)
  await stop()
})
afterEach(stop)
after(async () => {
  Date.now = realNow
  await stop()
  for (const socket of sockets) socket.close()
  rmSync(folder, { recursive: true })
})

type Ran = { readonly code: number | null; readonly out: string; readonly err: string }
const ran = async (command: string, args: readonly string[]): Promise<Ran> => {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] })
  const [out, err] = await Promise.all([readAll(child.stdout), readAll(child.stderr), once(child, "close")])
  return { code: child.exitCode, out, err }
}
const parley = (...args: readonly string[]): Promise<Ran> => ran(process.execPath, [cli, ...args])
const done = async (...args: readonly string[]): Promise<string> => {
  const { code, out, err } = await parley(...args)
  assert.equal(code, 0, `${args.join(" ")}: ${err}`)
  return out
}

/** Started where nobody answers: the port of the first dial is gone. */
const apart = async (): Promise<void> => {
  const nobody = `127.0.0.1:${await freePort()}`
  nodes = [
    await startNode(east, { log, listen: "", peer: nobody }),
    await startNode(west, { log, listen: "", peer: nobody }),
  ]
}

/** What comes in goes out again, but for a fifth. Counts what the sender sends. */
const diode = async (to: number) => {
  const socket = createSocket("udp4")
  const random = prng(20_260)
  const seen = { datagrams: 0, bytes: 0, largest: 0, since: 0 }
  socket.on("message", message => {
    if (seen.datagrams++ === 0) seen.since = realNow()
    seen.bytes += message.length + 42
    seen.largest = Math.max(seen.largest, message.length)
    if (!random.chance(0.2)) socket.send(message, to, "127.0.0.1")
  })
  socket.bind(0, "127.0.0.1")
  await once(socket, "listening")
  sockets.push(socket)
  return { socket, seen, port: socket.address().port }
}

const freeUdpPort = async (): Promise<number> => {
  const socket = createSocket("udp4").bind(0, "127.0.0.1")
  await once(socket, "listening")
  const { port } = socket.address()
  await new Promise<void>(resolve => socket.close(() => resolve()))
  return port
}

let acts = 0
const say = async (text: string, precedence: Precedence = "ROUTINE"): Promise<string> => {
  const act = (++acts).toString(16).padStart(32, "0")
  const order = { kind: "message", act, text, language: "en", precedence, traffic: "test", refs: [] } as const
  return (await nodeOf(east).order(order)).hash
}
const rungs = async (home: string, hash: string): Promise<string[]> =>
  (await nodeOf(home).entry(hash)).rungs.map(({ rung }) => rung)

test("EP-20, EP-21, R-1: all that is said arrives by a diode that loses a fifth; it is sent and no more until a receipt is carried back", async () => {
  await apart()
  const listen = await freeUdpPort()
  const { seen, port, socket } = await diode(listen)
  const rate = 1_000_000
  await done("path", west, "add", "diode", "one-way-in", `listen=127.0.0.1:${listen}`)
  const refused = await parley("path", east, "add", "diode", "one-way-out", "connect=a.name:7420", "rate=9600")
  assert.equal(refused.err.split(":")[0], "bad-request")
  await done("path", east, "add", "diode", "one-way-out", `connect=127.0.0.1:${port}`, `rate=${rate}`)
  const said: string[] = []
  for (let at = 0; at < 30; at++) said.push(await say(`The ${at}th: ${"and so on. ".repeat(40 * (at % 7))}`))
  const urgent = await say("At once.", "FLASH")
  const urgentAt = realNow()
  said.push(urgent)
  // Strangers reach the receiving end as well.
  for (let at = 0; at < 50; at++) socket.send(new Uint8Array(1_193).fill(at % 9), listen, "127.0.0.1")
  const { us } = nodes[0]!.home
  const has = (): boolean => {
    const [ours, theirs] = nodes.map(node => node.status().logs[us]!.size)
    return theirs! >= ours!
  }
  const isThere = async (hash: string): Promise<boolean> =>
    nodeOf(west)
      .entry(hash)
      .then(Boolean, () => false)
  for (; !(await isThere(urgent)); await pause(50))
    assert.ok(realNow() - urgentAt < 5_000, "what is urgent does not wait")
  await until("all of it", has, 60_000)
  for (const hash of said) assert.ok(await isThere(hash))
  // The round in which the last of it went may not be over.
  const claims = async (): Promise<string[]> => (await Promise.all(said.map(hash => rungs(east, hash)))).map(String)
  const until10 = realNow() + 10_000
  while (new Set(await claims()).size > 1) {
    assert.ok(realNow() < until10, "all of it is claimed to be sent")
    await pause(1_000)
  }
  assert.deepEqual(new Set(await claims()), new Set(["released,sent"]))
  assert.equal(nodes[0]!.status().peers[0]!.up, false)
  assert.ok(seen.largest <= 1_200)
  const bitsPerSecond = (seen.bytes * 8_000) / (realNow() - seen.since)
  assert.ok(bitsPerSecond < rate * 1.1, `${bitsPerSecond} bit/s`)

  const disk = join(folder, "disk")
  mkdirSync(disk)
  await done("parcel", west, "out", disk)
  const back = JSON.parse(await done("parcel", east, "in", disk, "--json"))
  assert.equal(back.read.length, 1)
  for (const hash of said) assert.ok((await rungs(east, hash)).includes("stored"), "the receipt came by hand")
  // For what comes next it is faster; the relay stays.
  await done("path", east, "remove", "diode")
  await done("path", east, "add", "diode", "one-way-out", `connect=127.0.0.1:${port}`, "rate=8000000")
})

test("EP-20, EP-21, D-6, D-7: a document of 1 MB goes round behind all that is said, and its receipt comes by hand", async () => {
  await apart()
  const file = join(folder, "chart.bin")
  const random = prng(1)
  writeFileSync(file, random.bytes(1_048_576))
  const out = JSON.parse(await done("send", east, "See the chart.", "--attach", file, "--traffic", "test", "--json"))
  const view = async (home: string) => (await nodeOf(home).entry(out.hash)).documents?.[0]
  const start = realNow()
  for (;;) {
    const seen = await view(west).catch(() => undefined)
    if (seen?.state === "here") break
    assert.ok(realNow() - start < 120_000, JSON.stringify(seen))
    await pause(100)
  }
  const saved = join(folder, "saved.bin")
  const root = (await view(west))?.root ?? ""
  await done("document", west, "save", root, "-o", saved)
  assert.ok(readFileSync(saved).equals(readFileSync(file)))
  assert.equal((await view(east))?.state, "offered", "and no more is known of it")
  const disk = join(folder, "chart-back")
  mkdirSync(disk)
  await done("parcel", west, "out", disk)
  await done("parcel", east, "in", disk)
  assert.equal((await view(east))?.state, "there")
})

test("EP-18: a folder by commands: filled, read twice, full, not writable, with what does not belong there", async t => {
  await apart()
  const disk = join(folder, "bag")
  mkdirSync(disk)
  const hash = await say("By hand.")
  const full = await ran("bash", [
    "-c",
    `ulimit -f 1; exec "${process.execPath}" "${cli}" parcel "${east}" out "${disk}"`,
  ])
  assert.deepEqual([full.code, /bag is full\. Nothing was written/.test(full.err)], [3, true], full.err)
  assert.deepEqual(readdirSync(disk), [])
  const out = await done("parcel", east, "out", disk)
  assert.match(out, /All that waits, entries \d+ to \d+, is in .*bag/)
  const files = readdirSync(disk)
  assert.match(await done("parcel", east, "out", disk), /lies in .*bag already/)
  assert.deepEqual(readdirSync(disk), files)
  writeFileSync(join(disk, "other.parcel"), "not one")
  const { code, out: came } = await parley("parcel", west, "in", disk)
  assert.equal(code, 1, "one was refused")
  assert.match(came, /other\.parcel: malformed/)
  assert.match(came, /\d+ of them new in turn/)
  assert.equal((await nodeOf(west).entry(hash)).hash, hash)
  assert.match((await parley("parcel", west, "in", disk)).out, / 0 of them new in turn/)
  rmSync(join(disk, "other.parcel"))
  const file = join(folder, "map.bin")
  writeFileSync(file, prng(2).bytes(9_000_000))
  const sent = JSON.parse(await done("send", east, "See the map.", "--attach", file, "--traffic", "test", "--json"))
  const with2 = JSON.parse(await done("parcel", east, "out", disk, "--json"))
  assert.equal(with2.documents.length, 2, "more than one parcel holds")
  assert.deepEqual(JSON.parse(await done("parcel", east, "out", disk, "--json")).documents, [])
  await done("parcel", west, "in", disk)
  const view = async (home: string) => (await nodeOf(home).entry(sent.hash)).documents?.[0]
  for (let tries = 0; (await view(west))?.state !== "here"; tries++) {
    assert.ok(tries < 100, JSON.stringify(await view(west)))
    await pause(50)
  }
  await done("parcel", west, "out", disk)
  await done("parcel", east, "in", disk)
  assert.equal((await view(east))?.state, "there")
  const tidied = JSON.parse(await done("parcel", east, "out", disk, "--tidy", "--json"))
  for (const name of with2.documents) assert.ok(tidied.removed.includes(name))
  await say("Once more.")
  const closed = "/sys/kernel"
  try {
    writeFileSync(join(closed, "probe"), "")
    t.diagnostic("no folder here refuses this user: what cannot be written to is left out")
  } catch {
    const refusal = await parley("parcel", east, "out", closed)
    assert.deepEqual(
      [refusal.code, /cannot be written to\. Nothing was written/.test(refusal.err)],
      [3, true],
      refusal.err,
    )
  }
})
