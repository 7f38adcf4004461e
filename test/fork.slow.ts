// Alarms that stay, at a real node and in a real browser: a fork is shown in three languages, its proof leaves the house and is judged, it
// is acknowledged by name and stays so; the word for duress is a mark on watch and nothing anywhere else; and the band of beginning anew.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { text as readAll } from "node:stream/consumers"
import { after, before, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import type { Page } from "playwright-core"
import type { LineView, MessagePage, OrderReply } from "../src/api/shapes.ts"
import { encodeMessageBody } from "../src/core/body.ts"
import { assemble, bodyHash, decodeEntry, toSign } from "../src/core/entry.ts"
import { fromHex, hex } from "../src/core/hash.ts"
import { isRefusal, refuse } from "../src/core/refusal.ts"
import { judge } from "../src/evidence/judge.ts"
import { fingerprint } from "../src/evidence/trust.ts"
import type { Side } from "../src/node/home.ts"
import { openLog } from "../src/node/log.ts"
import { recordPath, type StartedNode, startNode } from "../src/node/main.ts"
import { openSqlite } from "../src/store/sqlite.ts"
import { nodeSuite as suite } from "../src/suites/node.ts"
import { alarmEn, alarmJa, alarmZh } from "../src/words/alarm.ts"
import { breakEn } from "../src/words/break.ts"
import { Fixture, serveFixture } from "./console-fixture.ts"
import { type Answer, ask, headersOf, json } from "./fixtures/asking.ts"
import { type OpenBrowser, openBrowser } from "./fixtures/browser.ts"
import { buildConsole } from "./fixtures/console.ts"
import { pairedHomes } from "./fixtures/homes.ts"
import { freePort } from "./fixtures/ports.ts"

const command = join(import.meta.dirname, "..", "bin", "parley")
const pictures = process.env.PARLEY_PICTURES
const words = { en: alarmEn, ja: alarmJa, zh: alarmZh } as const
const logged: string[] = []
let folder = ""
let sides: readonly [Side, Side]
const nodes: StartedNode[] = []
let open: OpenBrowser
let rival = ""

const start = async (): Promise<void> => {
  const log = openLog("test", "trace", { write: line => void logged.push(line) })
  nodes.push(await startNode(sides[0].path, { log }))
  const peer = `127.0.0.1:${nodes[0]!.peerPort}`
  nodes.push(await startNode(sides[1].path, { log: openLog("test", "silent"), peer }))
}
const stop = async (): Promise<void> => {
  for (const node of nodes.splice(0)) await node.stop()
}

type Who = "watch" | "releaser" | "auditor" | "administrator" | "cli"
const post = (path: string, seat: Who, body: object, at = 0): Promise<Answer> => {
  const headers = { ...json, ...headersOf(sides[at]!, nodes[at]!.apiPort, seat) }
  return ask(nodes[at]!.apiPort, path, { method: "POST", headers, body: JSON.stringify(body) })
}
const got = async (path: string, seat: Who, at = 0): Promise<string> =>
  (await ask(nodes[at]!.apiPort, path, { headers: headersOf(sides[at]!, nodes[at]!.apiPort, seat) })).text
const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 15_000; !(await holds()); ) {
    assert.ok(Date.now() < end, what)
    await setTimeout(50)
  }
}
const said = async (text: string): Promise<OrderReply> => {
  const act = hex(crypto.getRandomValues(new Uint8Array(16)))
  const order = { kind: "message", act, text, refs: [], traffic: "drill", language: "en", precedence: "ROUTINE" }
  const { status, text: reply } = await post("/api/orders", "watch", order, 1)
  assert.equal(status, 200, reply)
  const { hash }: OrderReply = JSON.parse(reply)
  await until("it came", async () => (await got("/api/messages?limit=500", "watch")).includes(hash))
  return JSON.parse(reply)
}
const sizeOf = (party: number): number => nodes[0]!.status().logs[party]!.size

/** Both nodes are stopped; the other side's own key signs a second entry for a place that it has signed before. */
const fork = async (seq: number): Promise<string> => {
  const { charter, us } = (await import("../src/node/home.ts")).openCharter(sides[0].path)
  const store = openSqlite(recordPath(sides[0].path), { now: Date.now })
  const [row] = store.read({ author: 1 - us, generation: 1, from: seq, to: seq }, 1e6)
  const first = decodeEntry(row!.bytes, suite)
  if (isRefusal(first)) return assert.fail(first.refusal)
  const body = { salt: new Uint8Array(16), bytes: encodeMessageBody({ language: "en", text: "Drill: otherwise." }) }
  const parts = toSign({ ...first, bodyHash: bodyHash(body, suite) }, first.kid, first.alg)
  const [signature] = await sides[1].keys.sign([parts.signed])
  const second = assemble(parts, signature!, suite)
  const refusal = refuse("two-histories", { author: 1 - us, generation: 1, seq, first: hex(first.hash) })
  const aside = { author: 1 - us, bytes: second.bytes, refusal, at: Date.now() }
  store.append({ rows: [], heads: [], marks: [], asides: [aside], state: store.state()! })
  store.close()
  assert.ok(charter.parties[1 - us])
  return hex(second.hash)
}

before(async () => {
  await buildConsole()
  const made = await pairedHomes()
  folder = made.folder
  sides = made.sides
  await start()
  const { seq } = await said("Drill: we hold back.")
  await stop()
  rival = await fork(seq)
  await start()
  open = await openBrowser()
})
after(async () => {
  await open.close()
  await stop()
  rmSync(folder, { recursive: true })
})

const visit = async (lang: "en" | "ja" | "zh", name: string, role: "watch" | "auditor"): Promise<Page> => {
  const token = sides[0].signIns.issue({ name, role }, Date.now() + 60_000)
  const page = await (await open.browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
  await page.goto(`http://127.0.0.1:${nodes[0]!.apiPort}/?lang=${lang}#token=${token}`)
  return page
}
const picture = async (page: Page, name: string): Promise<void> => {
  if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`) })
}
const parley = async (...args: string[]): Promise<{ code: number | null; out: string; err: string }> => {
  const ran = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "pipe", "pipe"] })
  const [out, err] = await Promise.all([readAll(ran.stdout!), readAll(ran.stderr!), once(ran, "close")])
  return { code: ran.exitCode, out, err }
}

test("A-40, A-41, EV-13, EV-16: the band stands in three languages, its proof is saved, and acknowledging is durable", async () => {
  const [ours, theirs] = sides.map(({ card }) => fingerprint(card, suite)) as [string, string]
  for (const lang of ["en", "ja", "zh"] as const) {
    const page = await visit(lang, "Sato", "watch")
    const band = page.locator("[data-staying='two-histories']")
    await band.waitFor()
    assert.ok((await band.innerText()).includes(words[lang]["staying.fork"]))
    await picture(page, `fork-${lang}`)
    const download = page.waitForEvent("download")
    await band.getByText(words[lang]["staying.save"]).click()
    const bytes = readFileSync(await (await download).path())
    await page.locator(".staying-saved code, .staying-saved .code").first().waitFor()
    for (const [given, outcome] of [
      [theirs, true],
      [ours, "untrusted"],
    ] as const) {
      const found = judge(new Uint8Array(bytes), [given], suite)
      if (isRefusal(found)) return assert.fail(found.refusal)
      assert.equal(found.outcome === true ? true : found.outcome.refusal, outcome)
      assert.equal(found.forks?.[0]?.second, rival)
    }
    await page.context().close()
  }
  const page = await visit("en", "Sato", "watch")
  await page.getByText(alarmEn["staying.acknowledge"]).click()
  const done = page.locator("[data-acknowledged='two-histories']")
  await done.waitFor()
  await page.context().close()
  await stop()
  await start()
  for (const lang of ["en", "ja", "zh"] as const) {
    const again = await visit(lang, "Li", "auditor")
    await again.locator("[data-acknowledged='two-histories']").waitFor()
    assert.match(await again.locator("[data-acknowledged='two-histories']").innerText(), /Sato/)
    await again.locator("[data-staying]").waitFor({ state: "detached" })
    await picture(again, `fork-done-${lang}`)
    await again.context().close()
  }
  const line: LineView = JSON.parse(await got("/api/line", "administrator"))
  assert.deepEqual(
    line.alarms?.map(({ id, acknowledged }) => [id, acknowledged?.by, acknowledged?.role]),
    [[rival, "Sato", "watch"]],
  )
})

test("EV-14, EV-15, EV-16: the command line lists the fork, writes its proof, and judges it by one fingerprint", async () => {
  const listed = await parley("fork", sides[0].path, "--json")
  assert.equal(JSON.parse(listed.out).second, rival, listed.err)
  const file = join(folder, "fork.parley.zip")
  assert.equal((await parley("fork", sides[0].path, "-o", file)).code, 0)
  const [ours, theirs] = sides.map(({ card }) => fingerprint(card, suite)) as [string, string]
  const proven = await parley("verify", file, "--trust", theirs)
  assert.deepEqual([proven.code, proven.out.split(":")[0]], [0, "TWO HISTORIES"], proven.err)
  const stranger = await parley("verify", file, "--trust", ours)
  assert.deepEqual([stranger.code, stranger.err.split(":")[0]], [1, "untrusted"])
  const none = await parley("fork", sides[1].path, "-o", join(folder, "none.parley.zip"))
  assert.deepEqual([none.code, none.err.includes("no proof to write")], [1, true])
})

test("A-43, A-44: the word is a mark on watch, and in no answer, log, figure or export; what the other side gets is the same", async () => {
  const { status, text } = await post("/api/duress", "cli", { word: "Blue Heron" })
  assert.deepEqual([status, text], [204, ""])
  const { us } = nodes[0]!.home
  const answers: string[] = []
  const receipts: string[][] = []
  for (const word of ["blue parrot", "blue  heron"]) {
    const from = sizeOf(us)
    const { hash } = await said(`Drill: a ${word} was seen.`)
    await until("receipted", () => sizeOf(us) > from)
    await setTimeout(500) // whatever else would be said of it
    const entries = JSON.parse(await got(`/api/entries?author=${us}&generation=1&from=${from + 1}&limit=9`, "watch"))
    receipts.push(
      entries.map(({ cose }: { cose: string }) => {
        const entry = decodeEntry(fromHex(cose)!, suite)
        return isRefusal(entry) ? entry.refusal : `${entry.kind} ${entry.traffic} ${entry.precedence} ${cose.length}`
      }),
    )
    for (const seat of ["watch", "releaser", "auditor", "administrator", "cli"] as const) {
      const page: MessagePage = JSON.parse(await got("/api/messages?limit=500", seat))
      const isMarked = page.messages.find(message => message.hash === hash)?.duress === true
      assert.equal(isMarked, word.endsWith("heron") && (seat === "watch" || seat === "releaser"), `${seat} ${word}`)
      answers.push(await got("/api/line", seat), await got(`/api/entries/${hash}`, "auditor"))
    }
  }
  assert.deepEqual(receipts[0], receipts[1], "kinds and lengths of what the other side gets")
  answers.push(await got("/metrics", "administrator"), await got("/health", "administrator"), logged.join("\n"))
  const bundle = await post("/api/export", "auditor", { days: { from: "2020-01-01", to: "2099-01-01" }, texts: "none" })
  // Its page has the words of the interface, and so those of the mark.
  assert.ok(bundle.status === 200 && !/blue {1,2}heron/i.test(bundle.text))
  for (const answer of answers) assert.ok(!/blue heron|duress/i.test(answer), answer.slice(0, 200))
  for (const lang of ["en", "ja", "zh"] as const) {
    const page = await visit(lang, "Sato", "watch")
    await page.locator(".duress-chip").first().waitFor()
    assert.equal(await page.locator(".duress-chip").first().innerText(), words[lang]["duress.mark"])
    assert.ok(!(await page.content()).includes("Blue Heron"))
    await picture(page, `duress-${lang}`)
    await page.emulateMedia({ media: "print" })
    await page.locator(".duress-chip").first().waitFor({ state: "hidden" })
    await page.context().close()
  }
  assert.equal((await post("/api/duress", "cli", { word: "" })).status, 204)
  assert.doesNotMatch(await got("/api/messages?limit=500", "watch"), /duress/)
})

test("EP-10: a decision about beginning anew reaches the loop through the API, and where nothing is held it is refused", async () => {
  const party = 1 - nodes[0]!.home.us
  const { status, refusal } = await post("/api/break", "watch", { party, code: "1234 5678 9012 3456", confirmed: true })
  assert.deepEqual([status, refusal], [409, "no-break"])
  assert.equal((await post("/api/break", "watch", { party, code: 1, confirmed: true })).refusal, "bad-request")
  assert.equal((await post("/api/break", "auditor", { party, code: "1", confirmed: true })).refusal, "not-allowed")
})

/** A line on which sealing is to begin anew. */
class Broken extends Fixture {
  state = { held: true, waits: false }
  override line(): LineView {
    return { ...super.line(), breaks: [{ party: 1, read: "1111 2222 3333 4444", ...this.state }] }
  }
}

test("EP-10: the band says our number and takes theirs, from who may decide, once it is whole; a refusal is said", async () => {
  const fixture = new Broken("tokyo")
  const port = await freePort()
  const close = await serveFixture(fixture, port)
  try {
    const page = await (await open.browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
    const heard: unknown[] = []
    await page.route("**/api/break", route => {
      heard.push(route.request().postDataJSON())
      const problem = { ...refuse("no-break"), sentence: "", at: 1 }
      return heard.length === 1 ? route.fulfill({ status: 409, json: problem }) : route.fulfill({ status: 204 })
    })
    await page.goto(`http://127.0.0.1:${port}/?lang=en#token=once`)
    const band = page.locator(".break-band")
    await band.waitFor()
    await picture(page, "break-en")
    assert.match(await band.innerText(), /1111 2222 3333 4444/)
    const confirm = band.getByRole("button", { name: breakEn["break.confirm"] })
    assert.ok(await confirm.isDisabled())
    await band.locator("input").fill("1234 5678 9012 345")
    assert.ok(await confirm.isDisabled(), "fifteen digits are not the number")
    await band.locator("input").fill("1234 5678 9012 3456")
    await confirm.click()
    await band.getByRole("alert").waitFor()
    await band.getByRole("button", { name: breakEn["break.set-aside"] }).click()
    await until("both", () => heard.length === 2)
    const code = "1234 5678 9012 3456"
    assert.deepEqual(heard, [
      { party: 1, code, confirmed: true },
      { party: 1, code, confirmed: false },
    ])
    fixture.state = { held: true, waits: true }
    fixture.tell({ type: "line", line: fixture.line() })
    await band.getByText(breakEn["break.waits"]).waitFor()
    await band.locator("input").waitFor({ state: "detached" })
    fixture.state = { held: true, waits: false }
    fixture.role = "auditor"
    fixture.tell({ type: "line", line: fixture.line() })
    await band.getByText(breakEn["break.officer"]).waitFor()
    await page.context().close()
  } finally {
    close()
  }
})
