// The paths between two nodes as their people see them, in a real browser before real nodes, in three languages: one is up with its round
// trip, another is added, refused by its field and removed, and what the node does not say any more is NOT KNOWN.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { freePort } from "./fixtures/ports.ts"
import { openStage, type Stage, sit } from "./journey-line.ts"
import { fits, shot } from "./looks.ts"

let stage: Stage

before(async () => {
  stage = await openStage()
})
after(() => stage.close())

/** The page's own policy forbids the browser to wait for a condition that is written as a text. */
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 20_000; !(await holds()); ) {
    assert.ok(Date.now() < end)
    await setTimeout(100)
  }
}

test("S-9: the link lamp opens on the paths, and a path that is up shows its round trip and what waits there", async () => {
  for (const language of ["en", "ja", "zh"] as const) {
    const watch = await sit(stage.browser, stage.beijing, { language })
    await watch.tabTo(".lamp-open")
    await watch.press("Enter")
    const path = watch.page.locator('.path[data-path="tls"]')
    await path.locator(".path-state", { hasText: watch.say("paths.up") }).waitFor()
    const figures = path.locator(".figure dd")
    await until(async () => /\d/.test((await figures.first().textContent()) ?? ""))
    assert.equal(await watch.page.locator(".path-form").count(), 0, "who is no administrator only reads")
    await fits(watch, "paths")
    await watch.page.context().close()
  }
})

test("S-9: an administrator adds a path and removes it, and is told by the field what is refused", async () => {
  for (const language of ["en", "ja", "zh"] as const) {
    const keeper = await sit(stage.browser, stage.tokyo, { language, officer: "Administrator" })
    const { page, say } = keeper
    await keeper.tabTo(".nav button", say("nav.paths"))
    await keeper.press("Enter")
    await page.waitForSelector(".path.up")
    await page.locator(".path-form select").selectOption("udp")
    const field = (name: "name" | "listen" | "rate") =>
      page.locator(".path-form .field", { hasText: say(`paths.field-${name}`) }).locator("input")
    await field("name").fill(`radio-${language}`)
    await field("listen").fill(`127.0.0.1:${await freePort()}`)
    await field("rate").fill("fast")
    await field("rate").press("Enter")
    const alert = page.locator(".path-form [role=alert]")
    await alert.waitFor()
    assert.ok((await alert.textContent())?.includes(say("paths.field-rate")))
    assert.equal(await field("rate").getAttribute("aria-invalid"), "true")
    await shot(keeper, "paths-refused")
    await field("rate").fill("9600")
    await field("rate").press("Enter")
    const added = page.locator(`.path[data-path="radio-${language}"]`)
    await added.waitFor()
    // The browser itself notes a refusal, which is meant here.
    keeper.wrong.splice(0, keeper.wrong.length, ...keeper.wrong.filter(text => !/400|409/.test(text)))
    await fits(keeper, "paths-added")
    await added.locator(".button").focus()
    await keeper.press("Enter")
    await page.waitForSelector(".dialog.sure")
    await shot(keeper, "paths-remove")
    await keeper.tabTo(".dialog .button.strong")
    await keeper.press("Enter")
    await added.waitFor({ state: "detached" })
    assert.equal(await page.locator('.path[data-path="tls"] .button').count(), 0, "the settings' own is not removed")
    await page.context().close()
  }
})

test("S-9: what the node says no more of its paths is NOT KNOWN, and no figure stays as if it held", async () => {
  const watch = await sit(stage.browser, stage.beijing, { language: "en" })
  await watch.tabTo(".lamp-open")
  await watch.press("Enter")
  await watch.page.waitForSelector(".path.up")
  await stage.beijing.kill()
  await watch.page.waitForSelector(".path.unknown")
  await until(async () => /\d/.test((await watch.page.locator(".figure dd").first().textContent()) ?? "") === false)
  await shot(watch, "paths-unknown")
  await watch.page.context().close()
})
