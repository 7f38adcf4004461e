// The console in a real browser, against the stand-in of console-fixture.ts and under the strict policy: what a person does and sees.
// The journey through two real nodes is another test.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { after, before, test } from "node:test"
import { fileURLToPath } from "node:url"
import type { Page } from "playwright-core"
import { Fixture, serveFixture } from "./console-fixture.ts"
import { type OpenBrowser, openBrowser } from "./fixtures/browser.ts"
import { buildConsole } from "./fixtures/console.ts"
import { freePort } from "./fixtures/ports.ts"

const place = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const axe = readFileSync(place("../node_modules/axe-core/axe.min.js"), "utf8")
let open: OpenBrowser
/** A test that fails before its end must not leave a server that keeps the process. */
const stops = new Set<() => void>()

before(async () => {
  await buildConsole()
  open = await openBrowser()
})
after(async () => {
  for (const stop of stops) stop()
  await open.close()
})

type Visit = {
  readonly port: number
  readonly page: Page
  readonly fixture: Fixture
  readonly wrong: string[]
  readonly stop: () => void
}

const visit = async (query: string, width = 1280): Promise<Visit> => {
  const port = await freePort()
  const fixture = new Fixture("tokyo")
  const close = await serveFixture(fixture, port)
  const stop = (): void => {
    if (stops.delete(stop)) close()
  }
  stops.add(stop)
  const page = await (await open.browser.newContext({ viewport: { width, height: 900 } })).newPage()
  const wrong: string[] = []
  const home = `127.0.0.1:${port}`
  page.on("pageerror", error => wrong.push(error.message))
  page.on("console", said => void (said.type() === "error" && wrong.push(said.text())))
  page.on("request", request => void (new URL(request.url()).host !== home && wrong.push(request.url())))
  await page.goto(`http://${home}/${query}#token=once`)
  await page.waitForSelector(".row")
  return { port, page, fixture, wrong, stop }
}

test("console: an alarm is acknowledged with one key, once, and the token leaves the address", async () => {
  const { page, fixture, wrong, stop } = await visit("")
  assert.equal(new URL(page.url()).hash, "")
  assert.equal(await page.evaluate("document.documentElement.lang"), "ja", "the party's own language")
  await page.keyboard.press("a")
  await page.waitForSelector(".alarm", { state: "detached" })
  assert.deepEqual(
    fixture.orders.map(({ kind }) => kind),
    ["acknowledged"],
  )
  const began = performance.now()
  fixture.urgent("FLASH")
  await page.waitForSelector(".alarm.urgent")
  assert.ok(performance.now() - began < 1_000, "an alarm stands on the screen at once")
  assert.deepEqual(wrong, [])
  await page.context().close()
  stop()
})

test("console: no Enter sends; a composition's Enter does nothing; the release says the whole act", async () => {
  const { page, fixture, wrong, stop } = await visit("?lang=en")
  await page.keyboard.press("w")
  await page.click("textarea")
  const keys = await page.context().newCDPSession(page)
  await keys.send("Input.imeSetComposition", { text: "きかい", selectionStart: 3, selectionEnd: 3 })
  const composing = {
    type: "rawKeyDown",
    key: "Process",
    code: "Enter",
    windowsVirtualKeyCode: 229,
    modifiers: 2,
  } as const
  await keys.send("Input.dispatchKeyEvent", composing)
  assert.equal(await page.locator(".dialog").count(), 0)
  await keys.send("Input.insertText", { text: "機械" })
  await page.waitForTimeout(120)
  await page.keyboard.press("Enter")
  await page.keyboard.type("a w")
  assert.equal(await page.inputValue("textarea"), "機械\na w")
  await page.locator(".radio.drill").click()
  await page.focus("textarea")
  await page.keyboard.press("Control+Enter")
  await page.waitForSelector(".dialog")
  await page.keyboard.press("Control+Enter")
  await page.keyboard.press("Enter")
  assert.equal(fixture.orders.length, 0, "the key that opens the review does not send")
  assert.equal(await page.locator(".send").textContent(), "SEND — DRILL — ROUTINE to BEIJING")
  await page.locator(".send").click()
  await page.waitForSelector(".dialog", { state: "detached" })
  const [sent] = fixture.orders
  assert.ok(sent?.kind === "message" && sent.traffic === "drill" && sent.text === "機械\na w")
  assert.match(sent.act, /^[0-9a-f]{32}$/)
  assert.deepEqual(wrong, [])
  await page.context().close()
  stop()
})

test("console: without our node everything is NOT KNOWN within ten seconds, and found again", async () => {
  const { port, page, fixture, stop } = await visit("?lang=zh", 640)
  stop()
  const began = performance.now()
  await page.waitForSelector(".frame.deaf", { timeout: 10_000 })
  assert.ok(performance.now() - began < 10_000)
  assert.equal(await page.locator(".lamp.unknown").count(), 5)
  const again = await serveFixture(fixture, port)
  await page.waitForSelector(".frame:not(.deaf)", { timeout: 5_000 })
  await page.context().close()
  stops.delete(again)
  again()
})

test("console: three languages, narrow and wide, pass the accessibility rules and fit their width", async () => {
  for (const [language, width] of [
    ["en", 640],
    ["ja", 1280],
    ["zh", 640],
  ] as const) {
    const { page, fixture, wrong, stop } = await visit(`?lang=${language}`, width)
    fixture.refuse("two-histories")
    await page.waitForSelector(".refused-band")
    const found = await page.evaluate(`(async () => { ${axe}; return (await axe.run()).violations.map(v => v.id) })()`)
    assert.deepEqual(found, [], language)
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width)
    assert.deepEqual(wrong, [])
    await page.context().close()
    stop()
  }
})
