// Two authorities pair through their two consoles: what the persons at each terminal do, in a real browser, against `parley run` of two
// unpaired homes. The cards and words cross by the test's hand, as they would by a courier's and by telephone.
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { Browser, BrowserContext, Page } from "playwright-core"
import type { Language } from "../src/api/shapes.ts"
import { initHome } from "../src/node/home.ts"
import { type CeremonyWord, en } from "../src/words/ceremony/en.ts"
import { ja } from "../src/words/ceremony/ja.ts"
import { zh } from "../src/words/ceremony/zh.ts"
import { codesEn, codesJa, codesZh } from "../src/words/codes.ts"

const command = join(import.meta.dirname, "..", "bin", "parley")
/** The ceremony's own words, and those of codes, which the console has as well. */
type Said = CeremonyWord | keyof typeof codesEn
const words: Readonly<Record<Language, Record<Said, string>>> = {
  en: { ...en, ...codesEn },
  ja: { ...ja, ...codesJa },
  zh: { ...zh, ...codesZh },
}

export type Terminal = {
  readonly page: Page
  readonly context: BrowserContext
  readonly path: string
  readonly wrong: string[]
  readonly say: (word: Said) => string
  /** The button with this word. */
  press(word: Said): Promise<void>
}

export type Pairing = {
  readonly folder: string
  open(code: string, language: Language, width?: number): Promise<Terminal>
  close(): Promise<void>
}

export const openPairing = async (
  browser: Browser,
  codes: readonly string[],
  listen: readonly string[],
  example = false,
): Promise<Pairing> => {
  const folder = mkdtempSync(join(tmpdir(), "parley-pairing-"))
  const nodes: ChildProcess[] = []
  for (const [at, code] of codes.entries())
    await initHome(join(folder, code), {
      code,
      names: {
        en: code === "tokyo" ? "Tokyo" : "Beijing",
        ja: code === "tokyo" ? "東京" : "北京",
        zh: code === "tokyo" ? "东京" : "北京",
      },
      zone: "Asia/Tokyo",
      language: "ja",
      listen: listen[at] ?? "",
      peer: listen[1 - at] ?? "",
      api: { host: "127.0.0.1", port: 0 },
      example,
    })
  return {
    folder,
    async open(code, language, width = 1_280) {
      const path = join(folder, code)
      const node = spawn(process.execPath, [command, "run", path, "--json", "--log-level", "error"], {
        stdio: ["ignore", "pipe", "inherit"],
      })
      nodes.push(node)
      const [line] = await once(createInterface(node.stdout), "line")
      const { link } = JSON.parse(String(line))
      const context = await browser.newContext({ viewport: { width, height: 900 }, acceptDownloads: true })
      const page = await context.newPage()
      const wrong: string[] = []
      page.on("pageerror", error => wrong.push(error.message))
      // A browser says of every refused request that it was refused, and a page that waits for the node asks before it is there.
      page.on("console", said => {
        if (
          said.type() === "error" &&
          !/status of (401|409)|ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)/.test(said.text())
        )
          wrong.push(said.text())
      })
      const url = new URL(link)
      url.search = `?lang=${language}`
      await page.goto(url.href)
      await page.waitForSelector(".ceremony")
      const say = (word: Said): string => words[language][word]
      return {
        ...{ page, context, path, wrong, say },
        press: word =>
          page
            .getByRole("button", { name: say(word), exact: true })
            .first()
            .click(),
      }
    },
    async close() {
      for (const node of nodes) if (node.exitCode === null) node.kill("SIGKILL")
      await Promise.all(nodes.map(node => node.exitCode === null && node.signalCode === null && once(node, "exit")))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Our card, as the page shows it. */
export const cardOn = async ({ page, press }: Terminal): Promise<string> => {
  await page.locator(".ceremony-steps button").nth(1).click()
  const text = await page.locator(".card-text").inputValue()
  assert.match(text, /^parley-card-1 /)
  await press("wizard.next")
  return text
}

export const readTheirs = async ({ page, press }: Terminal, card: string): Promise<void> => {
  await page.locator(".card-text").fill(card)
  await press("theirs.read")
}

export const tenWords = async ({ page }: Terminal, form: number): Promise<string[]> => {
  await page.locator(".ceremony-step .choice button").nth(form).click()
  const words = page.locator(".ten-words .word")
  await words.nth(9).waitFor() // computed from both cards, not at once
  return words.allTextContents()
}

/** One person gives a name, and types word by word. */
export const typeWords = async (terminal: Terminal, name: string, heard: readonly string[]): Promise<void> => {
  const { page, press } = terminal
  await page.locator(".who input").fill(name)
  await page.locator(".typed-words input").first().focus()
  for (const word of heard) {
    await page.keyboard.insertText(word)
    await page.keyboard.press("Space")
  }
  await press("words.check")
}
