// The console in a real browser, against the stand-in of console-fixture.ts and under the strict policy: what a person does and sees.
// The journey through two real nodes is another test.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { after, before, test } from "node:test"
import { fileURLToPath } from "node:url"
import type { Page } from "playwright-core"
import { en } from "../src/words/en.ts"
import { ja } from "../src/words/ja.ts"
import { zh } from "../src/words/zh.ts"
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

type Before = (fixture: Fixture) => void

const visit = async (query: string, width = 1280, height = 900, before: Before = () => undefined): Promise<Visit> => {
  const port = await freePort()
  const fixture = new Fixture("tokyo")
  before(fixture)
  const close = await serveFixture(fixture, port)
  const stop = (): void => {
    if (stops.delete(stop)) close()
  }
  stops.add(stop)
  const page = await (await open.browser.newContext({ viewport: { width, height } })).newPage()
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
  await page.locator(".lamp.unknown").nth(4).waitFor()
  assert.equal(await page.locator(".lamp.unknown").count(), 5)
  const again = await serveFixture(fixture, port)
  await page.waitForSelector(".frame:not(.deaf)", { timeout: 5_000 })
  await page.context().close()
  stops.delete(again)
  again()
})

test("R-5: an alarm strip that shows the whole text reports it, one that cuts it off does not", async () => {
  const { page, fixture, wrong, stop } = await visit("?lang=en", 640)
  await page.keyboard.press("w") // on a narrow screen the record is then out of sight
  await page.waitForSelector(".write")
  const long = fixture.urgent("PRIORITY", "real", { text: "It is cut off at the edge. ".repeat(9) })
  const headed = fixture.urgent("PRIORITY", "real", { subject: "Short", text: "Not on the strip." })
  const whole = fixture.urgent("FLASH", "real", { text: "Seen whole." })
  const reported = page.waitForResponse(response => response.url().endsWith("/api/displayed"))
  await page.waitForSelector(".alarm.urgent")
  await reported
  assert.deepEqual(
    [whole, long, headed].map(hash => fixture.displayed.includes(hash)),
    [true, false, false],
  )
  assert.deepEqual(wrong, [])
  await page.context().close()
  stop()
})

test("E-9, E-13, E-22: a clock ten years off and a false second signature are said, and a subject stays on one line", async () => {
  for (const [language, said, year, { "refusal.second-false": doubt }] of [
    ["en", "The clock of Beijing is 10 y", "2036", en],
    ["ja", "北京の時計は当方より10年", "2036年", ja],
    ["zh", "北京的时钟比我方快10年", "2036年", zh],
  ] as const) {
    const { page, fixture, stop } = await visit(`?lang=${language}`)
    assert.equal(await page.locator(".clock-band").count(), 0)
    fixture.clock = 3_652 * 86_400_000
    const subject = "Harmless\nFLASH TOKYO→BEIJING 0001 Agreed."
    const hash = fixture.urgent("PRIORITY", "real", { subject, text: "x" })
    fixture.change(hash, message => ({ ...message, written: Date.UTC(2036, 10, 23, 18) }))
    await page.waitForSelector(".clock-band")
    assert.ok((await page.locator(".clock-band").textContent())?.includes(said))
    const row = page.locator(".row", { hasText: "Harmless[U+000A]FLASH" })
    await row.locator(".locals", { hasText: year }).waitFor() // the message and its change are told one after the other
    await page.locator(".alarm-text", { hasText: "[U+000A]" }).waitFor()
    // E-22: the second signature is judged by who knows its suite; what is said stands beside it.
    fixture.change(hash, message => ({ ...message, doubt: "second-false" }))
    await page.locator(".row .not-said", { hasText: doubt }).waitFor()
    await row.locator("[data-row]").click()
    await page.locator(".message-text .not-said", { hasText: doubt }).waitFor()
    assert.equal(await page.locator(".message-text .words").textContent(), "x")
    await page.context().close()
    stop()
  }
})

test("console: a page that falls over falls alone, and opens again; where all falls it is said that nothing rings", async () => {
  const { page, fixture, stop } = await visit("?lang=en")
  await page.keyboard.press("w")
  await page.waitForSelector("textarea")
  // What the board asks of the browser as it draws itself fails, and then does not.
  await page.evaluate("window.asked = window.matchMedia; window.matchMedia = () => { throw new Error('fallen') }")
  await page.getByRole("button", { name: en["nav.watch"], exact: true }).click()
  await page.getByText(en["fallen.page"]).waitFor()
  fixture.urgent("FLASH")
  await page.waitForSelector(".alarm.urgent")
  await page.evaluate("window.matchMedia = window.asked")
  await page.getByText(en["fallen.again"]).click()
  await page.waitForSelector(".board")
  await page.evaluate("Intl.DateTimeFormat.prototype.formatToParts = () => { throw new Error('fallen') }")
  await page.getByText(en["fallen.whole"]).waitFor()
  await page.context().close()
  stop()
})

test("console: what was refused is counted, the gravest first, and Noted notes what stood there", async () => {
  const { page, fixture, stop } = await visit("?lang=en")
  for (const refusal of ["bad-signature", "unknown-secret", "bad-signature", "unknown-secret"] as const)
    fixture.refuse(refusal)
  const band = page.locator(".refused-band")
  await band.filter({ hasText: "REFUSED 4" }).waitFor()
  const said = (await band.textContent()) ?? ""
  assert.match(said, /Its signature is not the signature of its author\. bad-signature ×2.*unknown-secret ×2/)
  await band.locator(".button").click()
  await band.waitFor({ state: "detached" })
  fixture.refuse("two-histories")
  await band.filter({ hasText: "two-histories ×1" }).waitFor()
  await page.context().close()
  stop()
})

test("A-4: what a role may not do is not offered to it; parties have their names in the reader's language", async () => {
  const asAuditor = (fixture: Fixture): void => {
    fixture.role = "auditor"
  }
  const { page, stop } = await visit("?lang=ja", 1280, 900, asAuditor)
  await page.locator(".alarm").waitFor()
  assert.equal(await page.locator("[data-acknowledge]").count(), 0)
  await page.locator(".nav button", { hasText: "2023年2月22日の協議" }).waitFor() // its page comes by a request of its own
  const offered = await page.locator(".nav button").allTextContents()
  assert.deepEqual(offered, ["当直", "2023年2月22日の協議", "経路", "鍵", "着席状況", "証拠"])
  await page.keyboard.press("w")
  assert.equal(await page.locator(".write").count(), 0)
  const places = await page.locator(".ladder .rung-place").allTextContents()
  assert.ok(places.includes("東京") && places.includes("北京") && !places.join("").match(/TOKYO|BEIJING/), `${places}`)
  await page.locator(".alarm-open").click()
  await page.waitForSelector(".message")
  assert.equal(await page.locator(".actions").count(), 0)
  assert.match((await page.locator(".header-block").textContent()) ?? "", /東京/)
  await page.context().close()
  stop()
})

test("console: a record of large texts shows the beginning of each, and the whole when it is asked for", async () => {
  const text = "A long statement. ".repeat(2_000)
  const { page, stop } = await visit("?lang=en", 1280, 900, fixture => {
    for (let at = 0; at < 40; at++) fixture.urgent("ROUTINE", "real", { text })
  })
  const bytes: number = await page.evaluate("document.body.innerHTML.length")
  assert.ok(bytes < 400_000, `${bytes}`)
  const [first] = await page.locator(".row").all()
  assert.ok(first)
  await first.locator(".link").click()
  assert.equal((await first.locator(".body").textContent())?.length, text.length)
  await page.context().close()
  stop()
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
