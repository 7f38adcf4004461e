// The stage of the journeys: Tokyo's and Beijing's homes, paired, their nodes as processes of their own that can be killed, and officers
// before a real browser. Everything between a key pressed here and a rung seen there is the program itself.
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import type { Browser, Page } from "playwright-core"
import type { Language, Officer } from "../src/api/shapes.ts"

import { cardText } from "../src/core/charter.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { type HomeOptions, initHome, meet, pair, type Side, signInLink } from "../src/node/home.ts"
import { en, type Word } from "../src/words/en.ts"
import { ja } from "../src/words/ja.ts"
import { zh } from "../src/words/zh.ts"
import { openBrowser } from "./fixtures/browser.ts"
import { buildConsole } from "./fixtures/console.ts"

const cli = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url))
const words: Record<Language, Record<Word, string>> = { en, ja, zh }

export type Capital = {
  readonly side: Side
  readonly officer: string
  start(): Promise<void>
  /** As a power cut would: nothing of it is told, nothing is closed. */
  kill(): Promise<void>
  /** Everything that its node has logged. */
  readonly log: readonly string[]
}

export type Stage = {
  readonly tokyo: Capital
  readonly beijing: Capital
  readonly browser: Browser
  close(): Promise<void>
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  assert.ok(typeof address === "object" && address !== null)
  return address.port
}

const officersOf = (name: string): readonly Officer[] => [
  { name, role: "watch" },
  { name: "Auditor", role: "auditor" },
  { name: "Administrator", role: "administrator" },
]
const desks: HomeOptions["desks"] = [
  { code: "mfa", names: { en: "Foreign ministry", ja: "外務省", zh: "外交部" } },
  { code: "mod", names: { en: "Defence ministry", ja: "防衛省", zh: "国防部" } },
]

const capital = (side: Side, officer: string): Capital => {
  const log: string[] = []
  let child: ChildProcess | undefined
  return {
    side,
    officer,
    log,
    async start() {
      const started = spawn(process.execPath, [cli, "run", side.path, "--json"], { stdio: ["ignore", "pipe", "pipe"] })
      child = started
      started.stderr.setEncoding("utf8").on("data", (text: string) => void log.push(text))
      const ready = once(createInterface(started.stdout), "line")
      const died = once(started, "exit").then(() => {
        throw new Error(`the node of ${side.settings.code} ended: ${log.join("").slice(-2_000)}`)
      })
      died.catch(() => undefined)
      await Promise.race([ready, died])
    },
    async kill() {
      if (child === undefined || child.exitCode !== null) return
      const gone = once(child, "exit")
      child.kill("SIGKILL")
      await gone
    },
  }
}

export const openStage = async (): Promise<Stage> => {
  const folder = mkdtempSync(join(tmpdir(), "parley-journey-"))
  const [line, here, there] = [await freePort(), await freePort(), await freePort()]
  const api = (port: number) => ({ host: "127.0.0.1", port })
  const common = { example: true, desks }
  const sides = [
    await initHome(join(folder, "tokyo"), {
      ...common,
      code: "tokyo",
      names: { en: "Tokyo", ja: "東京", zh: "东京" },
      zone: "Asia/Tokyo",
      language: "ja",
      listen: `127.0.0.1:${line}`,
      api: api(here),
      officers: officersOf("佐藤 花子"),
    }),
    await initHome(join(folder, "beijing"), {
      ...common,
      code: "beijing",
      names: { en: "Beijing", ja: "北京", zh: "北京" },
      zone: "Asia/Shanghai",
      language: "zh",
      listen: "",
      peer: `127.0.0.1:${line}`,
      api: api(there),
      officers: officersOf("李伟"),
    }),
  ] as const
  for (const [at, side] of sides.entries()) {
    const ceremony = await meet(side, cardText(sides[1 - at]!.card))
    assert.ok(!isRefusal(ceremony))
    assert.equal(await pair(side, ceremony, ceremony.words), true)
  }
  const [tokyo, beijing] = [capital(sides[0], "佐藤 花子"), capital(sides[1], "李伟")]
  // A node looks for its console once, when it starts.
  await buildConsole()
  const [open] = await Promise.all([openBrowser(), tokyo.start(), beijing.start()])
  return {
    tokyo,
    beijing,
    browser: open.browser,
    async close() {
      await open.close()
      await Promise.all([tokyo.kill(), beijing.kill()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** An officer before a console, with a keyboard and nothing else. */
export type Seat = {
  readonly page: Page
  readonly language: Language
  /** What the page should not have done: errors, and requests to anybody but its own node. */
  readonly wrong: string[]
  say(word: Word, given?: Readonly<Record<string, string | number>>): string
  /** Tab until the focus stands on what the selector names, and which holds these words if any are given. */
  tabTo(selector: string, words?: string): Promise<void>
  press(...keys: readonly string[]): Promise<void>
}

export type Sitting = {
  readonly language: Language
  readonly width?: number
  readonly height?: number
  readonly officer?: string
}

export const sit = async (browser: Browser, { side, officer }: Capital, sitting: Sitting): Promise<Seat> => {
  const { language, width = 1280, height = 800 } = sitting
  const context = await browser.newContext({ viewport: { width, height } })
  const page = await context.newPage()
  const link = new URL(signInLink(side, sitting.officer ?? officer, Date.now()))
  page.setDefaultTimeout(30_000) // a loaded machine is slow, and nothing here measures it
  const wrong: string[] = []
  page.on("pageerror", error => void wrong.push(error.message))
  page.on("console", said => void (said.type() === "error" && !isExpected(said.text()) && wrong.push(said.text())))
  page.on("request", request => void (new URL(request.url()).host !== link.host && wrong.push(request.url())))
  link.searchParams.set("lang", language)
  await page.addInitScript(witness)
  await page.goto(link.href)
  await page.waitForSelector(".frame")
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key)
  }
  return {
    page,
    language,
    wrong,
    press,
    say: (word, given = {}) => words[language][word].replaceAll(/\{(\w+)\}/g, (_, name) => String(given[name] ?? "")),
    async tabTo(selector, words = "") {
      const isThere = `(at => at.matches(${JSON.stringify(selector)}) && at.textContent.includes(${JSON.stringify(words)}))(document.activeElement)`
      for (let tabs = 0; tabs < 150; tabs++) {
        if (await page.evaluate(isThere)) return
        await press("Tab")
      }
      throw new Error(`no keyboard reaches ${selector} ${words}`)
    },
  }
}

// Notes, by the machine's clock, when each alarm was first drawn, and counts the tones that were started.
const witness = `(() => {
  window.drawn = {}; window.tones = 0
  const now = () => performance.timeOrigin + performance.now()
  const look = () => {
    for (const { dataset: { acknowledge } } of document.querySelectorAll("[data-acknowledge]"))
      if (!(acknowledge in window.drawn)) {
        window.drawn[acknowledge] = null
        requestAnimationFrame(() => { window.drawn[acknowledge] = now() })
      }
  }
  new MutationObserver(look).observe(document, { childList: true, subtree: true })
  const { start } = OscillatorNode.prototype
  OscillatorNode.prototype.start = function (at) { window.tones++; return start.call(this, at) }
})()`

// A node that was killed cannot be reached: the browser says so by itself, and that is no fault of the page.
const isExpected = (text: string): boolean => /ERR_CONNECTION|WebSocket connection|net::ERR/.test(text)
