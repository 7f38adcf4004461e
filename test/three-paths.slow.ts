// Two whole nodes with a cable, a serial line and a folder that somebody carries. Each is cut in turn, and then all but the folder, while
// both sides go on speaking and a document crosses; at last paths are taken away and added. The folder is carried by the commands that an
// operator has. Where no pseudo-terminals can be made, a WebSocket takes the serial line's place, and the test says so.
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { after, before, type TestContext, test } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { relay } from "../bench/relay.ts"
import { noSerialLine, serialLine } from "../bench/serial-line.ts"
import { prng } from "../sim/prng.ts"
import type { PathRequest } from "../src/api/paths.ts"
import { type Node, nodeOf } from "../src/cli/ask.ts"
import { equal } from "../src/core/hash.ts"
import { precedences } from "../src/core/registry.ts"
import { openLog } from "../src/node/log.ts"
import { readApiDoor, type StartedNode, startNode } from "../src/node/main.ts"
import { pairedHomes } from "./fixtures/homes.ts"
import { until } from "./fixtures/pair.ts"
import { freePort } from "./fixtures/ports.ts"

const cli = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url))
const parley = (...args: readonly string[]) => promisify(execFile)(process.execPath, [cli, ...args])
const second = 1_000
const everyMs = 400

/** A path that can be cut, as each side has it. */
type Line = { readonly ends: readonly [PathRequest, PathRequest]; cut(): void; mend(): void; stop(): Promise<void> }

const serial = async (): Promise<Line> => {
  const line = await serialLine({ rate: 115_200, delayMs: 20, seed: 3 })
  const [here, there] = line.devices
  const end = (device: string): PathRequest => ({
    ...{ name: "line", kind: "serial", fields: { device, rate: "115200", cost: "1" } },
  })
  return { ends: [end(here), end(there)], cut: line.cut, mend: line.mend, stop: line.stop }
}

const webSocket = async (): Promise<Line> => {
  const port = await freePort()
  const between = await relay({ listenPort: 0, targetPort: port, rate: 115_200, delayMs: 20 })
  const end = (fields: Record<string, string>): PathRequest => ({
    ...{ name: "line", kind: "websocket", fields: { ...fields, rate: "115200", cost: "1" } },
  })
  return {
    ends: [end({ listen: `127.0.0.1:${port}` }), end({ connect: `ws://127.0.0.1:${between.port}/` })],
    ...{ cut: between.stall, mend: between.mend, stop: between.stop },
  }
}

const realNow = Date.now
let ahead = 0
before(() => {
  Date.now = () => realNow() + ahead
})
after(() => {
  Date.now = realNow
})

/** Keys for what is carried are published an hour after a log has begun. (EP-13) */
const publishKeys = async (nodes: readonly StartedNode[]): Promise<void> => {
  await until("both talk", () => nodes.every(node => (node.status().peers[0]?.confirmed ?? 0) > 0), 30_000)
  const sizes = (): number[] => nodes.map(({ status }) => status().logs.reduce((sum, { size }) => sum + size, 0))
  const start = Math.max(...sizes())
  ahead = 3_600_001
  const isEven = (): boolean => new Set(sizes()).size === 1 && nodes.every(node => node.status().queued === 0)
  await until("both have a key for what is carried", () => Math.min(...sizes()) >= start + 2 && isEven(), 60_000)
}

/** What was said on either side, by its text; and what goes on being said, at every precedence, until it is over. */
const speaking = (sides: readonly Node[]) => {
  const said = new Map<string, string>()
  let over = false
  const speak = async (node: Node, at: number): Promise<void> => {
    for (let nth = 0; !over; nth++) {
      const precedence = precedences[nth % precedences.length] ?? "ROUTINE"
      const text = `${nth} by ${at}: ${"word ".repeat(nth % 20)}`
      const act = (100_000 * (at + 1) + nth).toString(16).padStart(32, "0")
      const order = { kind: "message", act, text, language: "en", precedence, traffic: "test", refs: [] } as const
      said.set((await node.order(order)).hash, text)
      await pause(everyMs)
    }
  }
  const all = Promise.all(sides.map(speak))
  return {
    said,
    stop: (): Promise<unknown> => {
      over = true
      return all
    },
  }
}

/** Somebody who goes to and fro with a folder, until told to stay at home. */
const carrier = (homes: readonly string[], folder: string) => {
  const state = { walks: true, over: false, rounds: 0 }
  const walk = async (): Promise<void> => {
    while (!state.over) {
      if (state.walks)
        for (const [from, to] of [homes, homes.toReversed()]) {
          await parley("parcel", from ?? "", "out", folder, "--tidy")
          await parley("parcel", to ?? "", "in", folder)
        }
      if (state.walks) state.rounds += 1
      await pause(200)
    }
  }
  const all = walk()
  const stop = (): Promise<void> => {
    state.over = true
    return all
  }
  return { state, stop }
}

/** A document is taken in and named by a message; its root. */
const send = async (node: Node, bytes: Uint8Array): Promise<string> => {
  const { upload } = await node.beginDocument()
  await node.documentPart(upload, 0, bytes)
  const kept = await node.finishDocument(upload)
  await node.order({
    ...({ kind: "message", act: "d0".repeat(16), text: "See the chart.", language: "en", traffic: "test" } as const),
    ...({ precedence: "ROUTINE", refs: [] } as const),
    documents: [{ name: "chart.bin", mediaType: "application/octet-stream", ...kept }],
  })
  return kept.root
}

/** At the other side, and its sender has proof of it. */
const isWhole = async ([sender, receiver]: readonly [Node, Node], root: string, bytes: Uint8Array): Promise<void> => {
  const stateOf = async (node: Node) => (await node.documents()).find(document => document.root === root)?.state
  const began = performance.now()
  while ((await stateOf(receiver)) !== "here" || (await stateOf(sender)) !== "there") {
    assert.ok(performance.now() - began < 60_000, "the document is whole, and its sender knows it")
    await pause(100)
  }
  const came: Uint8Array[] = []
  for await (const part of await receiver.document(root)) came.push(part)
  assert.ok(equal(Buffer.concat(came), bytes), "the document is what was sent")
}

const pages = async (home: string): Promise<{ readonly hash: string }[]> => {
  const door = readApiDoor(home)
  const all: { readonly hash: string }[] = []
  for (;;) {
    const answer = await fetch(`${door?.url}/api/messages?after=${all.length}&limit=100`, {
      headers: { authorization: `Bearer ${door?.secret}` },
    })
    const { messages } = (await answer.json()) as { readonly messages: readonly { readonly hash: string }[] }
    if (messages.length === 0) return all
    all.push(...messages)
  }
}

const haveAll = async (homes: readonly string[]): Promise<void> => {
  const began = performance.now()
  for (;;) {
    const lines = await Promise.all(homes.map(home => nodeOf(home).line()))
    const [here, there] = lines.map(({ sizes }) => JSON.stringify(sizes))
    if (lines.every(({ queued }) => queued === 0) && here === there) return
    assert.ok(performance.now() - began < 60_000, `both hold what was said: ${here}, ${there}`)
    await pause(100)
  }
}

/** Something that both say arrives at the other side while paths are as they are. */
const crosses = async (what: string, said: ReadonlyMap<string, string>, sides: readonly Node[]): Promise<void> => {
  const count = said.size
  await until(`${what}: both go on speaking`, () => said.size >= count + 4, 20_000)
  const last = [...said.keys()].slice(count, count + 4)
  const began = performance.now()
  for (const hash of last)
    for (const node of sides)
      while (!(await node.entry(hash).catch(() => undefined))) {
        assert.ok(performance.now() - began < 40_000, `${what}: ${said.get(hash)} is at both sides`)
        await pause(100)
      }
}

const started = async (t: TestContext) => {
  const { folder, sides } = await pairedHomes()
  const ends: (() => Promise<unknown>)[] = []
  t.after(async () => {
    for (const end of ends.toReversed()) await end()
    rmSync(folder, { recursive: true })
  })
  const homes = sides.map(({ path }) => path)
  const log = openLog("three", "silent")
  const first = await startNode(sides[0].path, { log })
  ends.push(() => first.stop())
  const cable = await relay({ listenPort: 0, targetPort: first.peerPort ?? 0, rate: 400_000, delayMs: 20 })
  ends.push(() => cable.stop())
  const other = await startNode(sides[1].path, { log, peer: `127.0.0.1:${cable.port}` })
  ends.push(() => other.stop())
  await publishKeys([first, other])
  const missing = noSerialLine()
  if (missing !== undefined) t.diagnostic(`a WebSocket takes the serial line's place: ${missing}`)
  const line = await (missing === undefined ? serial() : webSocket())
  ends.push(() => line.stop())
  const disk = join(folder, "disk")
  mkdirSync(disk)
  const nodes = [nodeOf(sides[0].path), nodeOf(sides[1].path)] as const
  const add = async (path: Line["ends"]): Promise<void> => {
    for (const [at, node] of nodes.entries()) await node.addPath(path[at === 0 ? 0 : 1])
    const began = performance.now()
    for (const node of nodes)
      while ((await node.paths()).find(({ name }) => name === path[0].name)?.state !== "up") {
        assert.ok(performance.now() - began < 60_000, `${path[0].name} is up`)
        await pause(100)
      }
  }
  const remove = (name: string): Promise<unknown> => Promise.all(nodes.map(node => node.removePath(name)))
  await add(line.ends)
  const speech = speaking(nodes)
  const person = carrier(homes, disk)
  ends.push(speech.stop, person.stop)
  return { homes, nodes, cable, line, speech, person, add, remove }
}

test("S-5, S-9, EP-18, D-5: with a cable, a serial line and a carried folder, each cut in turn and then all but the folder, all that is said comes once, in one order", async t => {
  const { homes, nodes, cable, line, speech, person, add, remove } = await started(t)
  const goOn = (what: string): Promise<void> => crosses(what, speech.said, nodes)
  await goOn("all paths")
  const bytes = prng(4).bytes(200_000)
  const root = await send(nodes[0], bytes)
  await pause(1_500)
  cable.cut()
  await goOn("without the cable")
  await pause(8 * second)
  cable.mend()
  line.cut()
  await goOn("without the line")
  await pause(8 * second)
  line.mend()
  person.state.walks = false
  await goOn("without the folder")
  await pause(3 * second)
  person.state.walks = true
  const { rounds } = person.state
  cable.cut()
  line.cut()
  await goOn("with nothing but the folder")
  await until("the folder went to and fro", () => person.state.rounds >= rounds + 3, 60_000)
  cable.mend()
  line.mend()

  await remove("line")
  await goOn("one path taken away")
  const port = await freePort()
  const end = (fields: Record<string, string>): PathRequest => ({ name: "air", kind: "udp", fields })
  await add([end({ listen: `127.0.0.1:${port}` }), end({ connect: `127.0.0.1:${port}` })])
  await add(line.ends)
  cable.cut()
  await goOn("by paths that were added")
  await remove("air")
  await goOn("by what is left")
  cable.mend()

  await speech.stop()
  await person.stop()
  await isWhole(nodes, root, bytes)
  await haveAll(homes)
  const [here, there] = await Promise.all(homes.map(async home => (await pages(home)).map(({ hash }) => hash)))
  assert.ok(here && there)
  assert.equal(here.length, speech.said.size + 1)
  assert.equal(new Set(here).size, here.length)
  for (const hash of speech.said.keys()) assert.ok(here.includes(hash))
  assert.deepEqual(here, there)
})
