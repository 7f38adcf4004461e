// What the keepers of a node see and do at its console: how keys stand, a sheet for the roots and back, evidence, sessions. Two real nodes.
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { rmSync } from "node:fs"
import { request } from "node:http"
import { after, before, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { ed25519 } from "@noble/curves/ed25519.js"
import type { ExportView } from "../src/api/export.ts"
import type { KeysView, SheetFile } from "../src/api/keys.ts"
import type { LineView, MessagePage, OrderReply } from "../src/api/shapes.ts"
import { fromHex, hex } from "../src/core/hash.ts"
import { encodeOfficerBody, type Officer, officerPrefix, officerSignedBytes } from "../src/core/officer.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { readSheet } from "../src/core/sheet.ts"
import { judge } from "../src/evidence/judge.ts"
import { keyring } from "../src/keys/lock.ts"
import { relock, rootsAt, type Side } from "../src/node/home.ts"
import { yearlyOf } from "../src/node/key-standing.ts"
import { openLog } from "../src/node/log.ts"
import { type StartedNode, startNode } from "../src/node/main.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { type Answer, ask, type Headers, headersOf, json } from "./fixtures/asking.ts"
import { pairedHomes } from "./fixtures/homes.ts"

let folder = ""
let sides: readonly Side[] = []
const nodes: StartedNode[] = []
const logged: string[] = []
const page = new TextEncoder().encode("<!doctype html><title>stands for verify.html</title>")

before(async () => {
  const made = await pairedHomes()
  folder = made.folder
  sides = made.sides
  const log = openLog("test", "trace", { write: line => void logged.push(line) })
  nodes.push(await startNode(sides[0]!.path, { log, page: () => page }))
  const peer = `127.0.0.1:${nodes[0]!.peerPort}`
  nodes.push(await startNode(sides[1]!.path, { log: openLog("test", "silent"), peer, page: () => page }))
})
after(async () => {
  for (const node of nodes) await node.stop()
  rmSync(folder, { recursive: true })
})

/** The place of the first home in the charter, which follows from the hashes of the cards. */
const east = (): number => nodes[0]!.home.us

type By = "administrator" | "auditor" | "watch" | "translator"
const as = (seat: By | "cli", at = 0): Headers => headersOf(sides[at]!, nodes[at]!.apiPort, seat)
const post = (path: string, seat: By | "cli", body: object, at = 0): Promise<Answer> =>
  ask(nodes[at]!.apiPort, path, { method: "POST", headers: { ...json, ...as(seat, at) }, body: JSON.stringify(body) })
const got = async <T>(path: string, seat: By, at = 0): Promise<T> =>
  JSON.parse((await ask(nodes[at]!.apiPort, path, { headers: as(seat, at) })).text)
const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 10_000; !(await holds()); ) {
    assert.ok(Date.now() < end, what)
    await setTimeout(50)
  }
}
const said = async (text: string, refs: readonly string[] = [], at = 0): Promise<OrderReply> => {
  const kind = refs.length > 0 ? "answer" : "message"
  const more = { act: hex(crypto.getRandomValues(new Uint8Array(16))), language: "en", precedence: "ROUTINE" }
  const { status, text: reply } = await post("/api/orders", "watch", { kind, text, refs, traffic: "test", ...more }, at)
  assert.equal(status, 200, reply)
  return JSON.parse(reply)
}
const standing = (at = 0): Promise<KeysView> => got("/api/keys/standing", "translator", at)

test("A-46: every officer sees how the keys of both sides stand, by their places; none is told a private one", async () => {
  await until("receipted", async () => nodes[0]!.status().peers[0]!.confirmed > 0)
  const { status, text } = await post("/api/keys/rotate", "administrator", { algorithm: "P-256" })
  assert.equal(status, 200, text)
  const { seq }: OrderReply = JSON.parse(text)
  await until("b follows", async () => (await standing(1)).parties[east()]!.keys.length === 2)
  for (const at of [0, 1]) {
    const view = await standing(at)
    const [first, second] = view.parties[east()]!.keys
    assert.deepEqual(
      [first!.standing, first!.after, first!.by, second!.standing, second!.after, second!.by, second!.algorithm],
      ["replaced", 0, "card", "in-force", seq, "keys", "P-256"],
    )
    assert.deepEqual([first!.held, second!.held], [false, at === 0], "only its own home holds it")
    assert.ok(Math.abs((second!.written ?? 0) - Date.now()) < 60_000)
    assert.match(view.parties[east()]!.fingerprint, /^[0-9a-f]{64}$/)
    assert.notEqual(view.parties[east()]!.fingerprint, view.parties[1 - east()]!.fingerprint)
    assert.doesNotMatch(JSON.stringify(view), /secret|sealed|seed/)
  }
})

test("K-10: keys of a year are due, then late, by the time of their own entry; only an administrator is told, and nothing ends", async () => {
  const line = (by: By): Promise<LineView> => got("/api/line", by)
  assert.equal((await line("administrator")).yearly, undefined, "fresh keys are not spoken of")
  const [first, second] = (await standing()).parties[east()]!.keys
  const writtenAt = second!.written!
  const day = 86_400_000
  const [generation, after] = [second!.generation, second!.after]
  const key = { alg: -19, public: new Uint8Array(32).fill(7) } as const
  const tenure = { generation, after, keys: [key, key], byRoots: false, revoked: false } as const
  const entry = await got<{ cose: string }[]>(
    `/api/entries?author=${east()}&generation=1&from=${after}&limit=1`,
    "auditor",
  )
  const bytes = fromHex(entry[0]!.cose)!
  for (const [days, state] of [
    [0, "fresh"],
    [334, "fresh"],
    [336, "due"],
    [366, "late"],
    [3_660, "late"],
  ] as const)
    for (const more of [[], [{ ...tenure, generation: 2, after: 1, byRoots: true }]]) {
      // A log that began anew with the same keys has not changed them.
      const running = { tenures: () => [tenure, ...more] }
      const row = { author: 0, generation, seq: after, hash: nodeSuite.sha256(bytes), bytes, at: 0, gapBefore: false }
      const store = { read: () => [row] }
      const now = () => writtenAt + days * day
      assert.deepEqual(yearlyOf({ us: 0, running, store, suite: nodeSuite, now }), { since: writtenAt, state })
    }
  assert.equal(first!.standing, "replaced")
})

test("A-47: a sheet goes to the roots, says what it means, and is said when they have signed it; no other signatures are", async () => {
  const prepared = await post("/api/keys/prepare", "administrator", { what: "revocation" })
  const sheet: SheetFile = JSON.parse(prepared.text)
  assert.deepEqual([prepared.status, sheet.parley, sheet.code], [200, "sheet/1", "aland"])
  const [prefix, message] = [fromHex(sheet.prefix)!, fromHex(sheet.message)!]
  const meaning = readSheet(prefix, message)
  assert.ok(!isRefusal(meaning) && meaning.what === "revocation" && meaning.author === east())
  assert.ok(meaning.trusted.generation === 1 && meaning.trusted.seq <= nodes[0]!.status().logs[east()]!.size)
  assert.equal((await standing()).sheet?.sheet, sheet.sheet)
  assert.equal((await standing()).sheet?.by, "administrator")
  const signed = async (at: number): Promise<string[]> =>
    (await rootsAt(sides[at]!.path, undefined, keyring()).rootSign(message, prefix)).map(hex)
  const commit = async (body: object): Promise<string | number> => {
    const { refusal, status } = await post("/api/keys/commit", "administrator", body)
    return refusal ?? status
  }
  const changes = async (): Promise<number> => (await standing()).parties[east()]!.keys.length
  assert.equal(await commit({ sheet: sheet.sheet, signatures: await signed(1) }), "wrong-roots")
  assert.equal(await commit({ sheet: sheet.sheet, signatures: (await signed(0)).slice(0, 1) }), "wrong-roots")
  assert.equal(await commit({ sheet: "0".repeat(64), signatures: await signed(0) }), "wrong-sheet")
  assert.equal(await commit({ sheet: sheet.sheet, signatures: ["no hex"] }), "bad-request")
  assert.equal(await changes(), 2)
  assert.equal(await commit({ sheet: sheet.sheet, signatures: await signed(0) }), 200)
  assert.equal((await standing()).sheet, null)
  assert.equal(await commit({ sheet: sheet.sheet, signatures: await signed(0) }), "wrong-sheet", "it is said once")
  await until("b follows", async () => (await standing(1)).parties[east()]!.keys.at(-1)!.by === "roots")
  assert.equal((await standing(1)).parties[east()]!.keys[1]!.standing, "revoked")
})

test("A-47: a sheet in a form that this version does not know is not read, whatever byte of it is altered", async () => {
  const { text } = await post("/api/keys/prepare", "administrator", {
    what: "generation",
    why: "A drill, invented for practice.",
    language: "en",
  })
  const sheet: SheetFile = JSON.parse(text)
  const [prefix, message] = [fromHex(sheet.prefix)!, fromHex(sheet.message)!]
  const meaning = readSheet(prefix, message)
  assert.ok(!isRefusal(meaning) && meaning.what === "generation" && meaning.why.startsWith("A drill"))
  for (const [other, bytes] of [
    [new TextEncoder().encode("parley/1 card"), message],
    [new TextEncoder().encode("parley/1 key"), message],
    [prefix, message.slice(0, -1)],
    [prefix, new Uint8Array(0)],
    [prefix, Uint8Array.of(...message, 0)],
    [prefix, new Uint8Array(70_000)],
  ] as const) {
    const read = readSheet(other, bytes)
    assert.ok(isRefusal(read) && read.refusal === "wrong-sheet")
  }
})

/** The file itself, as bytes. */
const exported = (seat: By, body: object): Promise<{ status: number; bytes: Buffer; head: string }> =>
  new Promise((resolve, reject) => {
    const port = nodes[0]!.apiPort
    const headers = { host: `127.0.0.1:${port}`, ...json, ...as(seat) }
    const asked = request({ host: "127.0.0.1", port, path: "/api/export", method: "POST", headers }, answer => {
      const parts: Buffer[] = []
      answer.on("data", part => parts.push(part))
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          bytes: Buffer.concat(parts),
          head: String(answer.headers["content-disposition"]),
        }),
      )
    })
    asked.on("error", reject)
    asked.end(JSON.stringify(body))
  })

test("A-48, EV-17, EV-18: an auditor sees what a bundle will show, takes it, and a stranger proves it; the log says who took it", async () => {
  const first = await said("The first, a drill.")
  await until(
    "it crosses",
    async () =>
      (await ask(nodes[1]!.apiPort, `/api/entries/${first.hash}`, { headers: as("watch", 1) })).status === 200,
  )
  const answer = await said("Their own answer to it.", [first.hash], 1)
  await said("Another matter, which stays in the house.")
  const look = async (body: object): Promise<ExportView> => {
    const { status, text } = await post("/api/export/look", "auditor", body)
    assert.equal(status, 200, text)
    return JSON.parse(text)
  }
  await until("it comes back", async () => nodes[0]!.status().logs[1 - east()]!.size >= answer.seq)
  const names = [`aland.${first.seq}`, `bland.${answer.seq}`]
  await until("covered", async () => (await look({ entries: names, texts: "all" })).uncovered.length === 0)
  const thread = await look({ thread: answer.hash, texts: [first.hash] })
  assert.deepEqual(thread.entries.map(({ place, text }) => [place, text]).sort(), [
    [`aland.1.${first.seq}`, "shown"],
    [`bland.1.${answer.seq}`, "withheld"],
  ])
  assert.ok(thread.others.some(({ kind, count }) => kind === "key" && count === 2))
  const range = { entries: names, texts: [first.hash] }
  const file = await exported("auditor", range)
  const named = await exported("administrator", { entries: [answer.hash, first.hash], texts: [first.hash] })
  assert.deepEqual([file.status, file.head], [200, `attachment; filename="${thread.name}"`])
  assert.ok(file.bytes.equals(named.bytes), "the same choice, by other names, is the same file")
  assert.equal(createHash("sha256").update(file.bytes).digest("hex"), (await look(range)).sha256)
  assert.doesNotMatch(file.bytes.toString("latin1"), /Their own answer|stays in the house/)
  const trusted = (await standing()).parties.map(({ fingerprint }) => fingerprint)
  const judged = judge(new Uint8Array(file.bytes), trusted, nodeSuite)
  assert.ok(!isRefusal(judged), JSON.stringify(judged))
  assert.deepEqual([judged.outcome, judged.faults, judged.entries.length], [true, [], 2])
  const noted = logged.map(line => JSON.parse(line)).filter(({ msg }) => msg === "evidence was exported")
  assert.deepEqual(
    noted.map(({ officer, entries, shown }) => [officer, entries, shown]),
    [
      ["auditor", 2, 1],
      ["administrator", 2, 1],
    ],
  )
  const today = new Date().toISOString().slice(0, 10)
  assert.equal((await look({ days: { from: today, to: today }, texts: "none" })).entries.length, 3)
})

test("A-48, EV-17: what is chosen wrongly is refused by name, and too much of it too", async () => {
  const refused = async (body: object, seat: By = "auditor"): Promise<string | undefined> =>
    (await post("/api/export", seat, body)).refusal
  const some = ["aland.1"]
  for (const [body, why] of [
    [{ entries: ["aland.999"], texts: "all" }, "not-found"],
    [{ entries: ["0".repeat(64)], texts: "all" }, "not-found"],
    [{ thread: "0".repeat(64), texts: "all" }, "not-found"],
    [{ days: { from: "2001-01-01", to: "2001-01-02" }, texts: "all" }, "not-found"],
    [{ days: { from: "2001-02-01", to: "2001-01-01" }, texts: "all" }, "bad-request"],
    [{ days: { from: "yesterday", to: "today" }, texts: "all" }, "bad-request"],
    [{ entries: [], texts: "all" }, "bad-request"],
    [{ entries: some }, "bad-request"],
    [{ entries: some, thread: "0".repeat(64), texts: "all" }, "bad-request"],
    [{ entries: some, texts: ["0".repeat(64)] }, "bad-request"],
    [{ entries: ["aland.1-100000"], texts: "all" }, "too-large"],
  ] as const)
    assert.equal(await refused(body), why, JSON.stringify(body))
  assert.equal(await refused({ entries: some, texts: "all" }, "watch"), "not-allowed")
  const both = await Promise.all([1, 2].map(() => refused({ entries: some, texts: "all" })))
  assert.ok(both.includes("too-many-requests"), "one at a time")
})

test("A-46: who is in office stands there with keys and roles, and who left with the entry that said so", async () => {
  const { line, author, card } = { line: nodes[0]!.home.charter.line, author: east(), card: sides[0]!.card }
  const keys = [{ type: "key", alg: -19, public: ed25519.getPublicKey(new Uint8Array(32).fill(9)) }] as const
  const spoken = {
    code: "duty-1",
    name: "Watch officer",
    roles: ["watch", "auditor"],
    keys,
    inOffice: true,
    issue: 1,
  } as const
  const put = async (officer: Officer): Promise<OrderReply> => {
    const signed = officerSignedBytes({ line, author }, officer)
    const signatures = await rootsAt(sides[0]!.path, undefined, keyring()).rootSign(signed, officerPrefix)
    const body = hex(encodeOfficerBody({ line, author, card }, officer, signatures, nodeSuite))
    const { status, text } = await post("/api/officers", "administrator", { body })
    assert.equal(status, 200, text)
    return JSON.parse(text)
  }
  await put(spoken)
  const [held] = (await standing()).parties[east()]!.officers
  assert.deepEqual([held?.code, held?.roles, held?.keys.length], ["duty-1", ["watch", "auditor"], 1])
  const left = await put({ code: "duty-1", roles: [], keys: [], inOffice: false, issue: 2 })
  const generation = nodes[0]!.status().logs[east()]!.generation
  await until("it crosses", async () => (await standing(1)).parties[east()]!.retired.length === 1)
  for (const at of [0, 1]) {
    const { officers, retired } = (await standing(at)).parties[east()]!
    assert.deepEqual([officers, retired], [[], [{ code: "duty-1", name: "Watch officer", generation, seq: left.seq }]])
  }
})

test("A-48, A-9: of a locked home the thread that writes has no key: chosen texts come out, and no other does", async () => {
  const made = await pairedHomes()
  const [locked, other] = made.sides
  const passphrase = "four words for practice"
  relock(locked.path, keyring(), passphrase)
  const silent = openLog("test", "silent")
  const a = await startNode(locked.path, { log: silent, page: () => page, ring: keyring(passphrase) })
  const b = await startNode(other.path, { log: silent, peer: `127.0.0.1:${a.peerPort}` })
  const asked = async (path: string, seat: By, body: object): Promise<string> => {
    const headers = { ...json, ...headersOf(locked, a.apiPort, seat) }
    return (await ask(a.apiPort, path, { method: "POST", headers, body: JSON.stringify(body) })).text
  }
  try {
    const hashes: string[] = []
    for (const [at, text] of ["Shown of a locked home.", "Kept of a locked home."].entries()) {
      const act = `${at}`.padStart(32, "0")
      const said = { kind: "message", act, text, language: "en", precedence: "ROUTINE", traffic: "test", refs: [] }
      hashes.push(JSON.parse(await asked("/api/orders", "watch", said)).hash)
    }
    await until("even", async () => a.status().peers[0]!.confirmed > 2 && a.status().logs.every(({ size }) => size > 0))
    const choice = { entries: hashes, texts: hashes.slice(0, 1) }
    const view: ExportView = JSON.parse(await asked("/api/export/look", "auditor", choice))
    assert.deepEqual(
      view.entries.map(({ text }) => text),
      ["shown", "withheld"],
    )
    const file = await asked("/api/export", "auditor", choice)
    assert.match(file, /Shown of a locked home\./)
    assert.doesNotMatch(file, /Kept of a locked home/)
  } finally {
    await a.stop()
    await b.stop()
    rmSync(made.folder, { recursive: true })
  }
})

test("A-46: an administrator ends all sessions but their own at once", async () => {
  const keeper = as("administrator")
  const others = [as("watch"), as("auditor")]
  const { apiPort: port } = nodes[0]!
  const { status } = await ask(port, "/api/sessions/end", {
    method: "POST",
    headers: { ...json, ...keeper },
    body: JSON.stringify({ others: true }),
  })
  assert.equal(status, 204)
  for (const headers of others) assert.equal((await ask(port, "/api/line", { headers })).refusal, "not-signed-in")
  const { messages }: MessagePage = JSON.parse((await ask(port, "/api/messages", { headers: keeper })).text)
  assert.ok(messages.length > 0)
})
