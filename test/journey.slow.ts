// The journey in every language, wide and narrow, with a picture of each screen to be looked at: PARLEY_SHOTS names the folder for them.
// It measures how long an alarm takes from the disk to the eye, twenty times in each language.
import assert from "node:assert/strict"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import type { Language } from "../src/api/shapes.ts"
import { alarmMs, answer, back, defer, hashOf, openRow, review, row, rung, send } from "./journey-acts.ts"
import { openStage, type Seat, type Stage, sit } from "./journey-line.ts"

const shots = process.env.PARLEY_SHOTS
const said: Record<Language, { readonly ask: string; readonly answer: string; readonly reason: string }> = {
  en: {
    ask: "An unmanned balloon of ours, white, about 20 m across, has drifted off course since 18:40Z at 17,000 m. It carries weather instruments. We ask that aircraft keep clear and will report its position every 30 minutes.",
    answer: "Received. Our radar holds an object that fits. Aircraft have been told to keep clear.",
    reason: "The position is being verified with the air defence authority.",
  },
  ja: {
    ask: "わが方の無人観測気球(白色、直径約20メートル)が18時40分(協定世界時)以降、高度17,000メートルで予定経路を外れて漂流中です。気象観測機器を搭載しています。航空機の接近回避をお願いします。位置は30分ごとに通報します。",
    answer: "受領しました。該当する物体をレーダーで捕捉しています。航空機には回避を指示しました。",
    reason: "位置を関係当局に照会中です。",
  },
  zh: {
    ask: "我方一只无人探空气球(白色,直径约20米)自协调世界时18时40分起偏离预定航线,高度17000米,载有气象仪器。请航空器避让,我方每30分钟通报一次位置。",
    answer: "已收悉。我方雷达已发现相符目标,已通知航空器避让。",
    reason: "正在向有关部门核实位置。",
  },
}
let stage: Stage

before(async () => {
  stage = await openStage()
  if (shots !== undefined) mkdirSync(shots, { recursive: true })
})
after(() => stage.close())

const shot = async ({ page, language }: Seat, name: string): Promise<void> => {
  if (shots === undefined) return
  const width = page.viewportSize()?.width ?? 0
  await page.waitForTimeout(300)
  await page.screenshot({ path: join(shots, `${name}-${language}-${width}.png`) })
}

const fits = async ({ page }: Seat): Promise<void> => {
  const width: number = await page.evaluate("document.documentElement.scrollWidth")
  assert.ok(width <= (page.viewportSize()?.width ?? 0), `the page is ${width} wide`)
}

for (const language of ["en", "ja", "zh"] as const)
  for (const width of [1_280, 640]) {
    test(`R-1, R-5: alarm, acknowledgement, answer, deferral and the way back in ${language}, ${width} wide`, async () => {
      const height = width === 640 ? 1_000 : 800
      const tokyo = await sit(stage.browser, stage.tokyo, { language, width, height })
      const beijing = await sit(stage.browser, stage.beijing, { language, width, height })
      const [ask, drill] = [`${said[language].ask} ${width}`, `${said[language].reason} ${width}`]
      await shot(tokyo, "0-quiet")
      await review(tokyo, ask, "IMMEDIATE")
      await shot(tokyo, "1-review")
      await tokyo.press("Escape")
      await tokyo.page.waitForSelector(".dialog", { state: "detached" })
      await shot(tokyo, "2-write")
      await tokyo.tabTo(".button", tokyo.say("write.discard"))
      await tokyo.press("Enter")
      await tokyo.tabTo(".nav button", tokyo.say("nav.watch"))
      await tokyo.press("Enter")
      await send(tokyo, ask, "IMMEDIATE")
      await send(tokyo, drill, "PRIORITY", "drill")
      await beijing.page.waitForSelector(".alarm.urgent")
      await beijing.page.waitForSelector(".alarm.drill")
      await shot(beijing, "3-alarm")
      await fits(beijing)
      await beijing.press("a")
      await beijing.page.waitForSelector(".alarm.urgent", { state: "detached" })
      await beijing.press("a")
      await beijing.page.waitForSelector(".alarm", { state: "detached" })
      assert.match(await rung(tokyo, ask, "acknowledged"), /李伟/)
      await shot(tokyo, "4-acknowledged")
      await openRow(beijing, ask)
      await shot(beijing, "5-message")
      await fits(beijing)
      await back(beijing)
      await answer(beijing, ask, `${said[language].answer} ${width}`)
      await defer(beijing, drill, said[language].reason)
      await shot(beijing, "6-deferred")
      await rung(tokyo, ask, "answered")
      await rung(tokyo, drill, "deferred")
      await openRow(tokyo, drill)
      await shot(tokyo, "7-proofs")
      await back(tokyo)
      for (const seat of [tokyo, beijing]) {
        assert.deepEqual(seat.wrong, [])
        await seat.page.context().close()
      }
    })
  }

test("DESIGN 2.2: with their node killed, every language shows QUEUED and NOT KNOWN; then STORED", async () => {
  const seats: Seat[] = []
  for (const [language, width] of [
    ["en", 1_280],
    ["ja", 640],
    ["zh", 1_280],
  ] as const)
    seats.push(await sit(stage.browser, stage.tokyo, { language, width, height: width === 640 ? 1_000 : 800 }))
  await stage.beijing.kill()
  const [first] = seats
  assert.ok(first)
  await first.page.waitForSelector(".lamp:nth-child(3):is(.down, .unknown)", { timeout: 11_000 })
  await send(first, "Q\u202E1.", "PRIORITY")
  for (const seat of seats) await row(seat, "[U+202E]").locator(".rung.queued").waitFor()
  await first.page.waitForSelector(".lamp:nth-child(4).unknown", { timeout: 15_000 })
  for (const seat of seats) await shot(seat, "8-queued")
  await stage.beijing.start()
  for (const seat of seats) await rung(seat, "[U+202E]", "stored")
  for (const surface of ["light", "dim"] as const) {
    await first.tabTo(".settings button", first.say(`surface.${surface}`))
    await first.press("Enter")
    await shot(first, `9-${surface}`)
  }
  for (const { page } of seats) await page.context().close()
})

test("DESIGN 6: message stored → alarm on the screen within 200 ms", async t => {
  const [tokyo, beijing] = [
    await sit(stage.browser, stage.tokyo, { language: "en" }),
    await sit(stage.browser, stage.beijing, { language: "zh" }),
  ]
  const quiet = async (): Promise<void> => {
    while ((await beijing.page.locator(".alarm").count()) > 0) {
      await beijing.press("a")
      await beijing.page.waitForTimeout(100)
    }
  }
  await row(beijing, "[U+202E]").waitFor()
  await quiet()
  const times: number[] = []
  for (let at = 0; at < 20; at++) {
    const text = `Measured ${at}.`
    await send(tokyo, text, "PRIORITY")
    await beijing.page.locator(".alarm", { hasText: text }).waitFor()
    times.push(await alarmMs(beijing, await hashOf(beijing, text)))
    await quiet()
  }
  times.sort((a, b) => a - b)
  t.diagnostic(`ms: median ${Math.round(times[10] ?? 0)}, worst ${Math.round(times.at(-1) ?? 0)}`)
  assert.ok((times[10] ?? 0) <= 200)
})
