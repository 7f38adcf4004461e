// Releases from the console, with passkeys in virtual authenticators, on a real pair of nodes: FLASH by two persons, by one alone when the
// second does not answer, objected to, set aside, and acknowledged; in three languages.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { fileURLToPath } from "node:url"
import type { Language, MessageView } from "../src/api/shapes.ts"
import { nameOf, openReleases, type Passkey, type Place, type Seat, type Stage, soleMs } from "./releases-stage.ts"

const axe = readFileSync(fileURLToPath(new URL("../node_modules/axe-core/axe.min.js", import.meta.url)), "utf8")
let stage: Stage
const keys: Record<string, Passkey> = {}
before(async () => {
  stage = await openReleases()
  keys.first = await stage.here.enrol("duty-1", "watch")
  keys.second = await stage.here.enrol("chief", "releaser")
  keys.theirs = await stage.there.enrol("duty-9", "watch")
})
after(() => stage.close())

/** Each screen by the rules of accessibility; and a picture of it, where a person has asked to look. */
const look = async ({ page }: Seat, name: string): Promise<void> => {
  const found = await page.evaluate(`(async () => { ${axe}; return (await axe.run()).violations.map(v => v.id) })()`)
  assert.deepEqual(found, [], name)
  const folder = process.env.PARLEY_SHOTS
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}
const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error(`not in time: ${what}`)
}
const messageAt = (place: Place, text: string, holds: (it: MessageView) => boolean = () => true) =>
  until(`${text} at ${place.side.settings.code}`, async () =>
    (await place.messages()).find(it => it.text === text && holds(it)),
  )
const rungOf = (message: MessageView, rung: string) => message.rungs.find(it => it.rung === rung)
const provenBy = (message: MessageView, rung: string) => [rungOf(message, rung)?.proof, rungOf(message, rung)?.officer]
const isSaid = async (place: Place, text: string): Promise<boolean> =>
  (await place.messages()).some(it => it.text === text)

const write = async (seat: Seat, text: string): Promise<void> => {
  const { page } = seat
  await page.locator(".nav button").nth(1).click()
  await page.locator(".radio.FLASH").click()
  await page.locator(".radio.drill").click()
  await page.locator(".write textarea").fill(text)
  await seat.press("write.review")
  await page.waitForSelector(".dialog .need")
}
const lay = async (seat: Seat, text: string): Promise<void> => {
  await write(seat, text)
  await seat.press("sign.lay", ".dialog")
  await seat.page.locator(".waiting-card", { hasText: text }).waitFor()
}
const open = async ({ page }: Seat, text: string): Promise<void> => {
  await page.locator(".nav button").first().click()
  await page.locator("article.row", { hasText: text }).locator("[data-row]").click()
  await page.locator("article.message").waitFor()
}
const textIn = (seat: Seat, place: string): Promise<string> => seat.page.locator(place).first().innerText()

type Seats = { readonly first: Seat; readonly second: Seat; readonly theirs: Seat; readonly language: Language }

const twoPersons = async ({ first, second, theirs, language }: Seats): Promise<void> => {
  const { here, there } = stage
  const text = `Drill, two persons (${language}).`
  await write(first, text)
  await look(first, `${language}-1-review`)
  // A key that does not know its holder signs nothing, and the text is where it was.
  await first.verifies(false)
  await first.press("sign.lay", ".dialog")
  await first.page.locator(".dialog [role=alert]").waitFor()
  assert.ok((await textIn(first, ".dialog [role=alert]")).includes(first.say("sign.not-given")))
  await look(first, `${language}-2-no-key`)
  await first.verifies(true)
  await first.press("sign.lay", ".dialog")
  await first.page.locator(".waiting-card", { hasText: text }).waitFor()
  await look(first, `${language}-3-first-waits`)
  assert.equal(await isSaid(there, text), false, "nothing is told before")

  await second.page.locator(".waiting-card", { hasText: text }).waitFor()
  const shown = nameOf("duty-1")
  assert.ok((await textIn(second, ".waiting-card")).includes(`duty-1 ${shown}`))
  await look(second, `${language}-4-second-reads`)
  await second.press("waiting.sign", ".waiting-card")
  const arrived = await messageAt(there, text)
  assert.deepEqual([...provenBy(arrived, "released"), arrived.second], ["officer", "duty-1, chief", undefined])
  await first.page.locator(".waiting-card").waitFor({ state: "detached" })

  await theirs.page.locator(`[data-acknowledge="${arrived.hash}"]`).waitFor()
  await look(theirs, `${language}-5-alarm`)
  await theirs.page.locator(`[data-acknowledge="${arrived.hash}"]`).click()
  const acknowledged = await messageAt(here, text, it => rungOf(it, "acknowledged") !== undefined)
  assert.deepEqual(provenBy(acknowledged, "acknowledged"), ["officer", "duty-9"])
  await open(theirs, text)
  for (const place of [".header-block", ".proofs"])
    assert.ok((await textIn(theirs, place)).includes(`duty-1 ${shown}`), place)
  await look(theirs, `${language}-6-their-message`)
  await theirs.press("read-back.act", ".actions")
  await theirs.page.locator(".act-form textarea").fill("Drill: understood so.")
  await look(theirs, `${language}-6-read-back`)
  await theirs.press("read-back.send", ".act-form")
  const restated = await messageAt(here, text, it => rungOf(it, "read-back") !== undefined)
  assert.deepEqual(
    [...provenBy(restated, "read-back"), rungOf(restated, "read-back")?.reason],
    ["officer", "duty-9", "Drill: understood so."],
  )
}

const aloneAndObjected = async ({ first, second, theirs, language }: Seats): Promise<void> => {
  const { here, there } = stage
  const text = `Drill, alone (${language}).`
  await lay(first, text)
  await look(first, `${language}-7-countdown`)
  await first.page.locator(".waiting-card .notice").waitFor({ timeout: soleMs + 10_000 })
  await look(first, `${language}-8-alone-now`)
  const asSecond = first.page.locator(".waiting-card button", { hasText: first.begins("waiting.sign") })
  assert.equal(await asSecond.count(), language === "en" ? 1 : 0, "who has signed is not asked to sign again")
  await first.press("waiting.alone", ".waiting-card")
  assert.equal((await messageAt(there, text)).second, "notified")
  await open(second, text)
  await look(second, `${language}-9-second-afterwards`)
  await second.press("second.object", ".second")
  await second.page.locator(".second textarea").fill("Drill: not confirmed.")
  await look(second, `${language}-10-object`)
  await second.press("second.object-send", ".act-form")
  for (const place of [here, there]) {
    const objected = await messageAt(place, text, it => it.second === "objected")
    assert.deepEqual(
      [...provenBy(objected, "objected"), rungOf(objected, "objected")?.reason],
      ["officer", "chief", "Drill: not confirmed."],
    )
  }
  for (const [seat, name] of [
    [first, "first"],
    [theirs, "theirs"],
  ] as const) {
    await open(seat, text)
    await seat.page.locator("article.message", { hasText: seat.say("chip.objected") }).waitFor() // it comes by the line
    await look(seat, `${language}-11-objected-${name}`)
  }
}

const setAside = async ({ first, second, language }: Seats): Promise<void> => {
  const text = `Drill, aside (${language}).`
  await lay(first, text)
  await second.page.locator(".nav button").first().click()
  await second.press("waiting.set-aside", ".waiting-card")
  await second.page.locator(".waiting-card textarea").fill("Wait for the director.")
  await second.press("waiting.set-aside-send", ".waiting-card")
  await first.page.locator(".waiting-card .notice", { hasText: "Wait for the director." }).waitFor()
  await look(first, `${language}-12-set-aside`)
  await first.press("waiting.take-back", ".waiting-card")
  assert.equal(await first.page.locator(".write textarea").inputValue(), text)
  await first.press("write.discard")
  assert.equal(await isSaid(stage.there, text), false)
}

for (const language of ["en", "ja", "zh"] as const satisfies readonly Language[])
  test(`A-35 to A-39: two persons release, one alone, the second objects or sets aside, in ${language}`, async () => {
    const { here, there } = stage
    // By a link in one language, by their passkeys in the others.
    const byPasskey = language !== "en"
    const first = await stage.sit(here, { name: "First officer", language, passkey: keys.first!, byPasskey })
    const second = await stage.sit(here, { name: "Second officer", language, passkey: keys.second!, byPasskey })
    const theirs = await stage.sit(there, { name: "First officer", language, passkey: keys.theirs!, byPasskey })
    const seats = { first, second, theirs, language }
    await twoPersons(seats)
    await aloneAndObjected(seats)
    await setAside(seats)
    for (const seat of [first, second, theirs]) {
      assert.deepEqual(seat.wrong, [])
      await seat.context.close()
    }
  })
