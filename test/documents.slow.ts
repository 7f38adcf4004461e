// A document from one side's people to the other's, through two whole nodes: taken in, named, fetched, looked at, saved; and one that is
// held back.
import assert from "node:assert/strict"
import { rmSync } from "node:fs"
import { test } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import type { DocumentKept, DocumentView, UploadBegun } from "../src/api/documents.ts"
import type { EntryView, OrderReply } from "../src/api/shapes.ts"
import { openLog } from "../src/node/log.ts"
import { readApiDoor, type StartedNode, startNode } from "../src/node/main.ts"
import { readSettings, writeSettings } from "../src/node/settings.ts"
import { pairedHomes } from "./fixtures/homes.ts"

const asker =
  (home: string) =>
  async (path: string, body?: object | Uint8Array): Promise<Response> => {
    const door = readApiDoor(home)
    assert.ok(door)
    const isOctets = body instanceof Uint8Array
    const type = isOctets ? "application/octet-stream" : "application/json"
    return fetch(`${door.url}${path}`, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Bearer ${door.secret}`, ...(body && { "content-type": type }) },
      ...(body && { body: isOctets ? Buffer.from(body) : JSON.stringify(body) }),
    })
  }

const json = async <T>(answer: Promise<Response>): Promise<T> => (await (await answer).json()) as T

test("D-1, D-5, D-7, D-9: a document goes from one side's people to the other's, and its sender has proof of it", async t => {
  const { folder, sides } = await pairedHomes()
  // What looks at it lets pass whatever does not begin with "hold".
  const settings = `${sides[1].path}/settings.json`
  const look = [
    process.execPath,
    "-e",
    "process.stdin.once('data', d => process.exit(d.toString().startsWith('hold') ? 1 : 0))",
  ]
  writeSettings(settings, { ...readSettings(settings), documents: { look } })
  const log = openLog("documents", "silent")
  const nodes: StartedNode[] = []
  t.after(async () => {
    for (const node of nodes) await node.stop()
    rmSync(folder, { recursive: true })
  })
  nodes.push(await startNode(sides[0].path, { log }))
  nodes.push(await startNode(sides[1].path, { log, peer: `127.0.0.1:${nodes[0]!.peerPort}` }))
  const [ours, theirs] = [asker(sides[0].path), asker(sides[1].path)]

  const say = async (text: string, bytes: Uint8Array, name: string): Promise<string> => {
    const { upload } = await json<UploadBegun>(ours("/api/documents/begin", {}))
    for (let at = 0; at < bytes.length; at += 100_000)
      assert.equal(
        (await ours(`/api/documents/part?upload=${upload}&at=${at}`, bytes.subarray(at, at + 100_000))).status,
        204,
      )
    const kept = await json<DocumentKept>(ours("/api/documents/finish", { upload }))
    const order = {
      ...{ kind: "message", act: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("hex"), text },
      ...{ language: "en", precedence: "ROUTINE", traffic: "drill", refs: [] },
      documents: [{ name, mediaType: "text/plain", ...kept }],
    }
    return (await json<OrderReply>(ours("/api/orders", order))).hash
  }
  const seen = async (ask: typeof ours, hash: string, done: (view: DocumentView) => boolean): Promise<DocumentView> => {
    for (let tries = 0; tries < 250; tries++) {
      const answer = await ask(`/api/entries/${hash}`)
      const [view] = answer.ok ? (((await answer.json()) as EntryView).documents ?? []) : []
      if (view && done(view)) return view
      await pause(20)
    }
    assert.fail(`not seen: ${hash}`)
  }

  const bytes = new TextEncoder().encode("A drill. ".repeat(25_000))
  const hash = await say("See the drill.", bytes, "drill.txt")
  const here = await seen(theirs, hash, view => view.state === "here")
  assert.deepEqual([here.name, here.size, here.held, here.doubt], ["drill.txt", bytes.length, bytes.length, undefined])
  const content = await theirs(`/api/documents/content?root=${here.root}`)
  assert.deepEqual(
    [content.headers.get("content-disposition"), content.headers.get("x-content-type-options")],
    ["attachment", "nosniff"],
  )
  assert.ok(Buffer.from(await content.arrayBuffer()).equals(Buffer.from(bytes)))
  const there = await seen(ours, hash, view => view.state === "there")
  const proof = await json<EntryView>(ours(`/api/entries/${there.proof}`))
  assert.deepEqual([proof.kind, proof.refs], ["document-stored", [hash]])

  const held = await say("Hold this.", new TextEncoder().encode("hold: a drill"), "held.txt")
  const back = await seen(theirs, held, view => view.state === "held-back")
  assert.equal((await theirs(`/api/documents/content?root=${back.root}`)).status, 409)
  assert.equal((await seen(ours, held, () => true)).state, "offered")

  const listed = await json<DocumentView[]>(theirs("/api/documents"))
  assert.deepEqual(
    listed.map(({ name, state }) => [name, state]),
    [
      ["drill.txt", "here"],
      ["held.txt", "held-back"],
    ],
  )
  assert.equal((await theirs("/api/documents/drop", { root: here.root })).status, 204)
  assert.equal((await seen(theirs, hash, view => view.state === "not-asked")).held, 0)
  assert.equal((await theirs("/api/documents/fetch", { root: here.root })).status, 204)
  await seen(theirs, hash, view => view.state === "here")
  assert.equal((await ours("/api/documents/withdraw", { root: "00".repeat(32) })).status, 404)
  const escaping = { name: "a/b", mediaType: "text/plain", size: here.size, root: here.root }
  const refused = await ours("/api/orders", {
    ...{
      kind: "message",
      act: "11".repeat(16),
      text: "x",
      language: "en",
      precedence: "ROUTINE",
      traffic: "drill",
      refs: [],
    },
    documents: [escaping],
  })
  assert.deepEqual([refused.status, ((await refused.json()) as { refusal: string }).refusal], [409, "bad-name"])
})
