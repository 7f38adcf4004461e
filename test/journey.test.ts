// The whole line, from an officer's key in Tokyo to an officer's eye in Beijing and back: two real nodes in processes of their own, a real
// browser, the keyboard and nothing else. Each run reads in all three languages, by chance in other places.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import type { Language } from "../src/api/shapes.ts"
import {
  alarmMs,
  answer,
  back,
  defer,
  hashOf,
  openRow,
  row,
  rung,
  send,
  soundsAgain,
  testSound,
  tones,
  writeTooMuch,
} from "./journey-acts.ts"
import { openStage, type Seat, type Stage, sit } from "./journey-line.ts"

const shift = Math.floor(Math.random() * 3)
const languages: readonly Language[] = ["en", "ja", "zh"]
const reads = (reader: number): Language => languages[(reader + shift) % 3] ?? "en"

const balloon = "気球が一つ漂流しています。"
const question = "第二の件について回答をお願いします。"
const hidden = "A\u202Eb\u200Bc."
let stage: Stage
let tokyo: Seat
let beijing: Seat

before(async () => {
  stage = await openStage()
  tokyo = await sit(stage.browser, stage.tokyo, { language: reads(0) })
  beijing = await sit(stage.browser, stage.beijing, { language: reads(1) })
  await testSound(beijing)
})
after(() => stage.close())

test("LI-2, A-4: what may not be said is refused in the reader's language; who may not speak is offered nothing to write with", async () => {
  assert.equal(await writeTooMuch(tokyo, "FLASH"), tokyo.say("write.too-many-bytes"))
  const auditor = await sit(stage.browser, stage.tokyo, { language: reads(2), officer: "Auditor" })
  assert.equal(await auditor.page.locator(".nav button", { hasText: auditor.say("nav.write") }).count(), 0)
  const order = JSON.stringify({ kind: "message", act: "ab".repeat(16), text: "x", refs: [] })
  const answered: { refusal: string } = await auditor.page.evaluate(`fetch("/api/orders", {
    method: "POST", headers: { "content-type": "application/json" }, body: ${JSON.stringify(order)}
  }).then(answer => answer.json())`)
  assert.equal(answered.refusal, "not-allowed")
  await auditor.page.context().close()
})

test(`A-1, R-5, R-10: written in Tokyo (${reads(0)}), it rings in Beijing (${reads(1)}), is acknowledged with one key, and the rung comes back with the officer's name`, async t => {
  const before = await tones(beijing)
  await send(tokyo, balloon, "PRIORITY")
  const alarm = beijing.page.locator(".alarm", { hasText: balloon })
  await alarm.waitFor({ timeout: 5_000 })
  const said = (await alarm.textContent()) ?? ""
  for (const word of ["precedence.PRIORITY", "traffic.real"] as const) assert.ok(said.includes(beijing.say(word)), said)
  await rung(tokyo, balloon, "stored")
  await rung(tokyo, balloon, "ring")
  const ms = await alarmMs(beijing, await hashOf(beijing, balloon))
  t.diagnostic(`message stored → alarm on screen: ${Math.round(ms)} ms`)
  assert.ok(ms < 2_000, `${ms} ms`)
  await soundsAgain(beijing, before)
  await beijing.press("a")
  await alarm.waitFor({ state: "detached" })
  assert.match(await rung(tokyo, balloon, "acknowledged"), /李伟/)
})

test("R-1: an answer and a deferral come back as rungs, with until when and why", async () => {
  await answer(beijing, balloon, "已查明,属于民用。")
  await rung(tokyo, balloon, "answered")
  await row(tokyo, "已查明").waitFor()
  await send(tokyo, question, "ROUTINE")
  await row(beijing, question).waitFor()
  await defer(beijing, question, "正在核实")
  assert.match(await rung(tokyo, question, "deferred"), /\d{6}Z[A-Z]{3}\d\d/)
  await openRow(tokyo, question)
  await tokyo.page.locator(".reason", { hasText: "正在核实" }).waitFor()
  await back(tokyo)
})

test("DESIGN 2.2, S-9: with their node killed the link is not shown as up and what is written is QUEUED; with it back, STORED", async () => {
  await stage.beijing.kill()
  await tokyo.page.waitForSelector(".lamp:nth-child(3):is(.down, .unknown)", { timeout: 11_000 })
  await send(tokyo, hidden, "ROUTINE")
  const queued = row(tokyo, "[U+202E]").locator(".rung.queued")
  await queued.waitFor()
  assert.ok((await queued.textContent())?.includes(tokyo.say("message.queued")))
  await stage.beijing.start()
  await rung(tokyo, "[U+202E]", "stored")
  await beijing.page.waitForSelector(".frame:not(.deaf)")
  await row(beijing, "A[U+202E]b[U+200B]c.").waitFor()
})

test("E-15, L-4: a console proves the whole record by itself, goes on from there, and names an entry that was altered", async t => {
  const { page } = beijing
  const whole: number = await page.evaluate(`fetch("/api/heads").then(answer => answer.json()).then(heads =>
    heads.reduce((sum, { size }) => sum + size, 0))`)
  const proven = async (): Promise<number> => {
    const sizes = (await page.locator(".verified .code").textContent()) ?? ""
    return [...sizes.matchAll(/\d+/g)].reduce((sum, [size]) => sum + Number(size), 0)
  }
  while ((await proven()) < whole) await page.waitForTimeout(50)
  assert.equal(await page.locator(".fault-band").count(), 0)
  t.diagnostic(`entries verified: ${await proven()}`)

  const asked: number[] = []
  await page.context().route("**/api/entries?*", async route => {
    asked.push(Number(new URL(route.request().url()).searchParams.get("from")))
    await route.continue()
  })
  await page.reload()
  while ((await proven()) < whole) await page.waitForTimeout(50)
  assert.ok(asked.length > 0 && asked.every(from => from > 3), `it went on from ${asked}`)

  await page.context().unrouteAll()
  await page.context().route("**/api/entries?*", async route => {
    const url = new URL(route.request().url())
    url.hostname = "127.0.0.1" // the browser alone resolves names under localhost
    const response = await route.fetch({ url: url.href })
    // The last digit of the first entry is one of its signature.
    const body = (await response.text()).replace(/[0-9a-f]"\}/, end => (end === '0"}' ? '1"}' : '0"}'))
    await route.fulfill({ response, body })
  })
  await beijing.tabTo(".verified")
  await beijing.press("Enter")
  const band = page.locator(".fault-band")
  await band.waitFor()
  assert.ok((await band.textContent())?.includes(beijing.say("refusal.bad-signature")))
  await page.context().unrouteAll()
  await page.reload()
  while ((await proven()) < whole) await page.waitForTimeout(50)
  assert.equal(await band.count(), 0)
})

test("A-1: a page that is loaded again is still signed in, and no page did what it should not", async () => {
  await beijing.page.reload()
  await row(beijing, balloon).waitFor()
  assert.equal(new URL(beijing.page.url()).hash, "")
  assert.deepEqual([...tokyo.wrong, ...beijing.wrong], [])
})
