// Everything that passes between two whole nodes over TCP, with the coat of TLS off: nothing of what is said may be read from it.
import assert from "node:assert/strict"
import { once } from "node:events"
import { rmSync } from "node:fs"
import { connect, createServer } from "node:net"
import { test } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import type { LineView, OrderReply } from "../src/api/shapes.ts"
import { openLog } from "../src/node/log.ts"
import { readApiDoor, type StartedNode, startNode } from "../src/node/main.ts"
import { pairedHomes } from "./fixtures/homes.ts"

/** A path through us: what goes through is kept. */
const tap = async (to: number): Promise<{ port: number; bytes: () => Buffer; close(): void }> => {
  const heard: Buffer[] = []
  const server = createServer(near => {
    const far = connect(to, "127.0.0.1")
    for (const [from, onward] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("data", bytes => heard.push(Buffer.from(bytes)))
      from.on("error", () => onward.destroy())
      from.pipe(onward)
    }
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  assert.ok(typeof address === "object" && address !== null)
  return { port: address.port, bytes: () => Buffer.concat(heard), close: () => server.close() }
}

const ask = async <T>(home: string, path: string, body?: object): Promise<T> => {
  const door = readApiDoor(home)
  assert.ok(door)
  const answer = await fetch(`${door.url}${path}`, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${door.secret}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  })
  assert.ok(answer.ok, path)
  return (await answer.json()) as T
}

test("F-1, F-4: a capture of the wire without its TLS coat holds no word, name or hash of what is said", async t => {
  const { folder, sides } = await pairedHomes()
  const log = openLog("wire", "silent")
  const nodes: StartedNode[] = []
  t.after(async () => {
    for (const node of nodes) await node.stop()
    rmSync(folder, { recursive: true })
  })
  const first = await startNode(sides[0].path, { coat: false, log })
  nodes.push(first)
  const between = await tap(first.peerPort ?? 0)
  t.after(() => between.close())
  nodes.push(await startNode(sides[1].path, { coat: false, log, peer: `127.0.0.1:${between.port}` }))

  const words = { en: "The tide turns at four.", ja: "潮は四時に変わる。", zh: "潮水四点转向。" }
  const said: OrderReply[] = []
  for (const [at, language] of (["en", "ja", "zh"] as const).entries()) {
    const request = { kind: "message", text: words[language].repeat(20), subject: "Subject of the tide", language }
    const more = { precedence: "ROUTINE", traffic: "test", refs: [], act: `${at}`.repeat(32) }
    said.push(await ask<OrderReply>(sides[at % 2]?.path ?? "", "/api/orders", { ...request, ...more }))
  }
  for (let tries = 0; ; tries++) {
    const lines = await Promise.all(sides.map(side => ask<LineView>(side.path, "/api/line")))
    if (lines.every(line => line.queued === 0) && JSON.stringify(lines[0]?.sizes) === JSON.stringify(lines[1]?.sizes))
      break
    assert.ok(tries < 200, "both hold what was said")
    await pause(50)
  }
  const wire = between.bytes()
  assert.ok(wire.length > 10_000, "something passed")
  // As it is written, in pieces too: every four characters of it, in the two encodings that text has.
  for (const text of [...Object.values(words), "Subject of the tide", "Administrator", "parley/1"]) {
    assert.ok(!wire.includes(text), `${text} can be read`)
    for (let at = 0; at + 4 <= text.length; at += 4)
      for (const encoding of ["utf8", "utf16le"] as const) {
        const piece = Buffer.from(text.slice(at, at + 4), encoding)
        assert.ok(piece.length < 6 || !wire.includes(piece), `${text.slice(at, at + 4)} can be read`)
      }
  }
  for (const { hash } of said) assert.ok(!wire.includes(Buffer.from(hash, "hex")))
})
