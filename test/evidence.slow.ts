// A bundle of evidence through the whole program: two nodes say something, the command line exports it and proves it, and the page
// out of the bundle, opened from the disk in a real browser without a network, says the same in three languages.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { text as readAll } from "node:stream/consumers"
import { after, before, test } from "node:test"
import { pathToFileURL } from "node:url"
import { nodeOf } from "../src/cli/ask.ts"
import { hex } from "../src/core/hash.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { fileOf, pageFile } from "../src/evidence/files.ts"
import { readZip } from "../src/evidence/zip.ts"
import type { Side } from "../src/node/home.ts"
import { openLog } from "../src/node/log.ts"
import { type StartedNode, startNode } from "../src/node/main.ts"
import { type OpenBrowser, openBrowser } from "./fixtures/browser.ts"
import { buildConsole } from "./fixtures/console.ts"
import { pairedHomes } from "./fixtures/homes.ts"
import { actOf, until } from "./fixtures/pair.ts"

const command = join(import.meta.dirname, "..", "bin", "parley")
let folder: string
let sides: readonly [Side, Side]
const nodes: StartedNode[] = []
let opened: OpenBrowser | undefined
let hash: string
let bundle: string

type Ran = { readonly status: number | null; readonly stdout: string; readonly stderr: string }
/** Not waited for by standing still: the nodes run in this process. */
const parley = async (...args: string[]): Promise<Ran> => {
  const ran = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "pipe", "pipe"] })
  const [stdout, stderr] = await Promise.all([readAll(ran.stdout), readAll(ran.stderr), once(ran, "close")])
  return { status: ran.exitCode, stdout, stderr }
}
const done = async (...args: string[]): Promise<string> => {
  const { status, stdout, stderr } = await parley(...args)
  assert.equal(status, 0, stderr)
  return stdout
}
let prints: readonly string[]

before(async () => {
  await buildConsole()
  ;({ folder, sides } = await pairedHomes())
  const log = openLog("test", "silent")
  nodes.push(await startNode(sides[0].path, { log }))
  nodes.push(await startNode(sides[1].path, { log, peer: `127.0.0.1:${nodes[0]!.peerPort}` }))
  const [ours, theirs] = sides.map(side => nodeOf(side.path))
  const said = { kind: "message", traffic: "test", precedence: "FLASH", language: "ja", refs: [] } as const
  const order = { ...said, text: "気球は貴方のものですか。", act: hex(actOf("asked")) }
  hash = (await ours!.order(order)).hash
  await ours!.order({ ...said, text: "Not for strangers.", act: hex(actOf("kept")) })
  const has = async (rung: string): Promise<boolean> => (await ours!.entry(hash)).rungs.some(it => it.rung === rung)
  const rung = async (name: string): Promise<void> => {
    for (let tries = 0; !(await has(name)); tries++) assert.ok(tries < 2_000, `never ${name}`)
  }
  await rung("stored")
  await theirs!.order({ kind: "acknowledged", act: hex(actOf("noted")), refs: [hash] })
  await rung("acknowledged")
  await until("the nodes are joined", () => nodes.every(node => node.status().queued === 0))
  bundle = join(folder, "a.parley.zip")
  prints = await Promise.all(sides.map(async side => (await done("card", side.path, "--fingerprint")).trim()))
})
after(async () => {
  await opened?.close()
  for (const node of nodes) await node.stop()
  rmSync(folder, { recursive: true })
})

test("EV-10, EV-11: a running node's word is exported under its head, with the hash of the page and nothing that was not chosen", async () => {
  const [told] = (await done("export", sides[0].path, "--entries", hash, "-o", bundle, "--json")).trim().split("\n")
  const { uncovered, shown, page } = JSON.parse(told!)
  assert.deepEqual([uncovered, shown], [[], 1])
  const files = readZip(new Uint8Array(readFileSync(bundle)))
  assert.ok(!isRefusal(files))
  assert.equal([...files.keys()].filter(name => name.startsWith("chosen/")).length, 1)
  assert.ok(!new TextDecoder().decode(readFileSync(bundle)).includes("Not for strangers."))
  assert.match(page, /^[0-9a-f]{64}$/)
  writeFileSync(join(folder, pageFile), files.get(pageFile)!)
  const again = await parley("export", sides[0].path, "--entries", hash, "-o", bundle)
  assert.equal(again.status, 3, "a file that is there is not written over")
  const nowhere = await parley("export", sides[0].path, "--entries", "aland.999999", "-o", join(folder, "b.parley.zip"))
  assert.deepEqual([nowhere.status, nowhere.stderr.split(":")[0]], [1, "not-found"])
  assert.ok(!existsSync(join(folder, "b.parley.zip")))
})

test("EV-8, EV-9: verify proves it to who trusts both sides, and to nobody else", async () => {
  const rows = (await done("verify", bundle, "--json", "--trust", ...prints)).trim().split("\n")
  const [summary, verdict, rest] = rows.map(row => JSON.parse(row))
  assert.equal(summary.proven, true)
  assert.deepEqual([verdict.proven, verdict.pq, verdict.signed, verdict.body], [true, true, true, "shown"])
  assert.equal(verdict.countersigned[0].party, "bland")
  assert.ok(verdict.receipts.some((it: { kind: string }) => it.kind === "acknowledged"))
  assert.deepEqual(rest.faults, [])
  const stranger = await parley("verify", bundle)
  assert.deepEqual([stranger.status, stranger.stderr.split(":")[0]], [1, "untrusted"])
  assert.match(stranger.stdout, /^NOT PROVEN/)
  const bytes = readFileSync(bundle)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(join(folder, "false.parley.zip"), bytes)
  const changed = await parley("verify", join(folder, "false.parley.zip"), "--trust", ...prints)
  assert.deepEqual([changed.status, changed.stderr.split(":")[0]], [1, "bad-bundle"])
  assert.equal((await parley("verify", bundle, "--trust", "12")).status, 2)
})

test("EV-4: a text that is kept back stays provable and is not in the file", async () => {
  const file = join(folder, "back.parley.zip")
  await done("export", sides[1].path, "--entries", hash, "--without-bodies", "-o", file)
  const shown = await done("verify", file, "--trust", ...prints)
  assert.match(shown, /The text is kept back/)
  const files = readZip(new Uint8Array(readFileSync(file)))
  assert.ok(!isRefusal(files))
  const [chosen] = [...files.keys()].flatMap(name => /^chosen\/(.*)\.cose$/.exec(name)?.[1] ?? [])
  assert.ok(!files.has(fileOf("body", chosen!)))
})

test("EV-11: the page in it, opened from the disk, says the same as the command line in three languages, and reaches nothing", async () => {
  opened = await openBrowser()
  const page = await (await opened.browser.newContext({ viewport: { width: 1_100, height: 1_300 } })).newPage()
  const asked: string[] = []
  page.on("request", request => asked.push(request.url()))
  await page.goto(pathToFileURL(join(folder, pageFile)).href)
  await page.locator("input[type=file]").setInputFiles(bundle)
  await page.locator(".verdict.no").waitFor()
  await page.locator("textarea").fill(prints.join("\n"))
  await page.locator(".verdict.yes").waitFor()
  for (const [language, name] of Object.entries({ en: "English", ja: "日本語", zh: "中文" })) {
    await page.getByRole("button", { name }).click()
    const there = await done("verify", bundle, "--language", language, "--trust", ...prints)
    const lines = there.split("\n").map(line => line.replace(/^ {2}[+!-] /, "").trim())
    const here = await page.locator(".verdict h2, .verdict p.quiet, .entry h3, li").allTextContents()
    for (const text of here)
      assert.ok(
        lines.some(line => line === text || line.startsWith(`${text}: `) || line.startsWith(`${text}：`)),
        `${language}: ${text}`,
      )
    assert.ok(here.length >= 9)
    assert.equal(await page.locator("li.yes").count(), [...there.matchAll(/^ {2}\+ /gm)].length)
    assert.ok(await page.locator(".said").getByText("気球は貴方のものですか。").isVisible())
    const shots = process.env.PARLEY_SHOTS
    if (shots !== undefined) await page.screenshot({ path: join(shots, `verify-${language}.png`), fullPage: true })
  }
  await page.locator("input[type=file]").setInputFiles(join(folder, "false.parley.zip"))
  await page.locator(".verdict.no").waitFor()
  assert.equal(await page.locator("li.yes").count(), 0)
  assert.ok(
    asked.every(url => url.startsWith("file:")),
    asked.join(),
  )
  const stopped = await page.evaluate(`new Promise(resolve => {
    addEventListener("securitypolicyviolation", event => resolve(event.effectiveDirective), { once: true })
    fetch("http://127.0.0.1:9/").catch(() => undefined)
  })`)
  assert.equal(stopped, "connect-src")
})
