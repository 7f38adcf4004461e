// A side shows two others two trees: its node serves, over its entries, a head that it has signed for another history. Over the wire, at
// real nodes: the honest side raises the lasting alarm, shows it in three languages, and its proof is judged by the command line and by
// the page inside it, from the file and one fingerprint alone. (L-12, A-40, EV-19 to EV-21)
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { text as readAll } from "node:stream/consumers"
import { after, before, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { pathToFileURL } from "node:url"
import type { LineView } from "../src/api/shapes.ts"
import { nodeOf } from "../src/cli/ask.ts"
import { hex, utf8 } from "../src/core/hash.ts"
import { headContext, headText } from "../src/core/head.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { pageFile } from "../src/evidence/files.ts"
import { fingerprint } from "../src/evidence/trust.ts"
import { readZip } from "../src/evidence/zip.ts"
import { openCharter, type Side } from "../src/node/home.ts"
import { openLog } from "../src/node/log.ts"
import { recordPath, type StartedNode, startNode } from "../src/node/main.ts"
import { openSqlite, openSqliteReader } from "../src/store/sqlite.ts"
import { nodeSuite as suite } from "../src/suites/node.ts"
import { alarmEn, alarmJa, alarmZh } from "../src/words/alarm.ts"
import { bundleWords } from "../src/words/bundle.ts"
import { ask, headersOf } from "./fixtures/asking.ts"
import { type OpenBrowser, openBrowser } from "./fixtures/browser.ts"
import { buildConsole } from "./fixtures/console.ts"
import { pairedHomes } from "./fixtures/homes.ts"
import { actOf } from "./fixtures/pair.ts"

const command = join(import.meta.dirname, "..", "bin", "parley")
const words = { en: alarmEn, ja: alarmJa, zh: alarmZh } as const
const languages = ["en", "ja", "zh"] as const
const otherRoot = suite.sha256(utf8("for somebody else"))
const log = openLog("test", "silent")
let folder = ""
let sides: readonly [Side, Side]
let honest: StartedNode
let liar: StartedNode
let open: OpenBrowser
let size = 0
let prints: readonly [string, string]

const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 30_000; !(await holds()); ) {
    assert.ok(Date.now() < end, what)
    await setTimeout(50)
  }
}
const start = async (): Promise<void> => {
  honest = await startNode(sides[0].path, { log })
  liar = await startNode(sides[1].path, { log, peer: `127.0.0.1:${honest.peerPort}` })
}
const parley = async (...args: string[]): Promise<{ code: number | null; out: string; err: string }> => {
  const ran = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "pipe", "pipe"] })
  const [out, err] = await Promise.all([readAll(ran.stdout!), readAll(ran.stderr!), once(ran, "close")])
  return { code: ran.exitCode, out, err }
}
const lineOf = async (): Promise<LineView> => {
  const headers = headersOf(sides[0], honest.apiPort, "watch")
  return JSON.parse((await ask(honest.apiPort, "/api/line", { headers })).text)
}

/** Alone, it says a few things more; its own keys then sign another tree of that size, and its record has that head and no other. */
const tellAnother = async (): Promise<void> => {
  const { charter, us } = openCharter(sides[1].path)
  const said = { kind: "message", traffic: "test", precedence: "ROUTINE", language: "en", refs: [] } as const
  for (const name of ["a", "b", "c"])
    await nodeOf(sides[1].path)!.order({ ...said, text: `Drill ${name}.`, act: hex(actOf(name)) })
  await until("a head is made", () => {
    const { logs } = liar.status()
    size = logs[us]!.size
    const store = openSqliteReader(recordPath(sides[1].path))
    try {
      return store.heads(us, 1, size).length > 0
    } finally {
      store.close()
    }
  })
  await liar.stop()
  const lie = { author: us, generation: 1, size, root: otherRoot }
  const message = utf8(headText(charter.line, lie))
  const [ed25519] = await sides[1].keys.sign([message])
  const mlDsa65 = await sides[1].keys.signPost(message, headContext)
  const file = new DatabaseSync(recordPath(sides[1].path))
  file.prepare("DELETE FROM head").run()
  file.close()
  const store = openSqlite(recordPath(sides[1].path), { now: Date.now })
  const heads = [{ ...lie, ed25519: ed25519!, mlDsa65 }]
  store.append({ rows: [], heads, marks: [], asides: [], state: store.state()! })
  store.close()
}

before(async () => {
  await buildConsole()
  ;({ folder, sides } = await pairedHomes())
  prints = [fingerprint(sides[0].card, suite), fingerprint(sides[1].card, suite)]
  await start()
  await until("joined", () => [honest, liar].every(node => node.status().queued === 0))
  await honest.stop()
  await tellAnother()
  await start()
  open = await openBrowser()
})
after(async () => {
  await open.close()
  await honest.stop()
  await liar.stop()
  rmSync(folder, { recursive: true })
})

test("L-12, A-40: a head for another history, served before true entries, raises the alarm that stays; the entries stay as well", async () => {
  await until("the alarm", async () => ((await lineOf()).alarms ?? []).length > 0)
  const [alarm, ...more] = (await lineOf()).alarms ?? []
  const { us } = openCharter(sides[1].path)
  assert.deepEqual(
    [alarm?.what, alarm?.ofRoots, alarm?.party, alarm?.generation, alarm?.seq, more.length],
    ["two-histories", true, us, 1, size, 0],
  )
  assert.ok(honest.status().logs[us]!.size >= size, "what was truly signed is held")
  for (const lang of languages) {
    const token = sides[0].signIns.issue({ name: "Sato", role: "watch" }, Date.now() + 60_000)
    const page = await (await open.browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
    await page.goto(`http://127.0.0.1:${honest.apiPort}/?lang=${lang}#token=${token}`)
    const band = page.locator("[data-staying='two-histories']")
    await band.waitFor()
    const shown = await band.innerText()
    for (const word of ["staying.fork.roots.what", "staying.fork.roots.rely"] as const) {
      const [first = ""] = words[lang][word].split("{them}").filter(part => part !== "")
      assert.ok(shown.includes(first.split("{place}")[0]!), `${lang} ${word}: ${shown}`)
    }
    const download = page.waitForEvent("download")
    await band.getByText(words[lang]["staying.save"]).click()
    writeFileSync(join(folder, `${lang}.parley.zip`), readFileSync(await (await download).path()))
    await page.context().close()
  }
})

test("EV-20, EV-21: the proof is judged by one fingerprint, by the command line and by the page inside, in three languages", async () => {
  const listed = JSON.parse((await parley("fork", sides[0].path, "--json")).out)
  const file = join(folder, "fork.parley.zip")
  const written = await parley("fork", sides[0].path, "-o", file)
  assert.equal(written.code, 0, written.err)
  assert.equal(listed.of, "roots")
  for (const each of [file, ...languages.map(lang => join(folder, `${lang}.parley.zip`))]) {
    const proven = await parley("verify", each, "--trust", prints[1])
    assert.deepEqual([proven.code, proven.out.split(":")[0]], [0, "TWO HISTORIES"], proven.err)
    assert.equal((await parley("verify", each, "--trust", prints[0])).err.split(":")[0], "untrusted")
  }
  const files = readZip(new Uint8Array(readFileSync(file)))
  if (isRefusal(files)) return assert.fail(files.refusal)
  writeFileSync(join(folder, pageFile), files.get(pageFile)!)
  for (const [lang, locale] of [
    ["en", "en-GB"],
    ["ja", "ja-JP"],
    ["zh", "zh-CN"],
  ] as const) {
    const page = await (await open.browser.newContext({ locale })).newPage()
    await page.goto(pathToFileURL(join(folder, pageFile)).href)
    await page.locator("#trust").fill(prints[1])
    await page.locator("input[type=file]").setInputFiles(file)
    await page.locator(".verdict.yes").waitFor()
    assert.ok((await page.locator(".verdict").innerText()).includes(bundleWords[lang]["fork.yes"]))
    assert.ok(
      (await page.locator("article").innerText()).includes(hex(otherRoot)),
      "the root that its entries do not give",
    )
    await page.context().close()
  }
})
