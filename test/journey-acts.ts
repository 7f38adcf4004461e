// What officers do and see on the journey, each by keys alone: the same acts for the short journey and for the long one.
import assert from "node:assert/strict"
import type { Locator } from "playwright-core"
import type { RungName } from "../src/api/shapes.ts"
import type { Precedence } from "../src/core/registry.ts"
import type { Seat } from "./journey-line.ts"

/** As the console offers them, from the one that stands chosen. */
const offered: readonly Precedence[] = ["ROUTINE", "PRIORITY", "IMMEDIATE", "FLASH", "BULK"]

/** The message in the record that holds this text. */
export const row = ({ page }: Seat, text: string): Locator => page.locator(".row", { hasText: text })

/** A rung of that message, proven: its words once it stands there. */
export const rung = async (seat: Seat, text: string, name: RungName): Promise<string> => {
  const found = row(seat, text).locator(`.rung.proven.${name}`)
  await found.waitFor({ timeout: 10_000 })
  return (await found.textContent()) ?? ""
}

export const testSound = async (seat: Seat): Promise<void> => {
  await seat.page.waitForSelector(".sound.untested")
  await seat.tabTo(".gate .button")
  await seat.press("Enter")
  await seat.page.waitForSelector(".sound.tested")
}

type Spoken = "real" | "drill" | "test"
const kindsOfTraffic: readonly Spoken[] = ["real", "drill", "test"]

const fill = async (seat: Seat, text: string, precedence: Precedence, traffic: Spoken = "real"): Promise<void> => {
  await seat.press("w")
  await seat.tabTo('input[value="real"]')
  for (let at = 0; at < kindsOfTraffic.indexOf(traffic); at++) await seat.press("ArrowRight")
  await seat.tabTo('input[value="ROUTINE"]')
  for (let at = 0; at < offered.indexOf(precedence); at++) await seat.press("ArrowRight")
  await seat.tabTo("textarea")
  await seat.page.keyboard.insertText(text)
}

const release = async (seat: Seat): Promise<void> => {
  await seat.press("Control+Enter")
  await seat.page.waitForSelector(".dialog")
  await seat.tabTo(".send")
  await seat.press("Enter")
}

/** Up to the last look before the release. */
export const review = async (seat: Seat, text: string, precedence: Precedence): Promise<void> => {
  await fill(seat, text, precedence)
  await seat.press("Control+Enter")
  await seat.page.waitForSelector(".dialog")
}

export const send = async (seat: Seat, text: string, precedence: Precedence, traffic?: Spoken): Promise<void> => {
  await fill(seat, text, precedence, traffic)
  await release(seat)
  await seat.page.waitForSelector(".dialog", { state: "detached" })
}

/** A text too long for its precedence is never released; the screen says why before anybody tries. */
export const writeTooMuch = async (seat: Seat, precedence: Precedence): Promise<string> => {
  await fill(seat, "長".repeat(1_400), precedence)
  await seat.press("Control+Enter")
  const said = await seat.page.locator(".counters [role=alert]").last().textContent()
  assert.equal(await seat.page.locator(".dialog").count(), 0)
  await seat.tabTo(".button", seat.say("write.discard"))
  await seat.press("Enter")
  await seat.tabTo(".nav button", seat.say("nav.watch"))
  await seat.press("Enter")
  return said ?? ""
}

export const openRow = async (seat: Seat, text: string): Promise<void> => {
  await seat.tabTo(`[data-row="${await hashOf(seat, text)}"]`)
  await seat.press("Enter")
  await seat.page.waitForSelector(".message")
}

export const back = async (seat: Seat): Promise<void> => {
  await seat.tabTo(".message .button", seat.say("message.back"))
  await seat.press("Enter")
  await seat.page.waitForSelector(".message", { state: "detached" })
}

export const answer = async (seat: Seat, asked: string, text: string): Promise<void> => {
  await openRow(seat, asked)
  await seat.tabTo(".actions .button", seat.say("act.answer"))
  await seat.press("Enter")
  await seat.tabTo("textarea")
  await seat.page.keyboard.insertText(text)
  await release(seat)
  await seat.page.waitForSelector(".dialog", { state: "detached" })
}

export const defer = async (seat: Seat, asked: string, reason: string): Promise<void> => {
  await openRow(seat, asked)
  await seat.tabTo(".actions .button", seat.say("act.defer"))
  await seat.press("Enter")
  await seat.tabTo(".act-form textarea")
  await seat.page.keyboard.insertText(reason)
  await seat.tabTo(".act-form .button.strong")
  await seat.press("Enter")
  await seat.page.waitForSelector(".act-form", { state: "detached" })
}

export const hashOf = async (seat: Seat, text: string): Promise<string> =>
  (await row(seat, text).locator("[data-row]").getAttribute("data-row")) ?? ""

/** From stored on this side's disk to drawn on this side's screen, in ms. */
export const alarmMs = (seat: Seat, hash: string): Promise<number> =>
  seat.page.evaluate(`(async () => {
    const { received } = await (await fetch("/api/entries/${hash}")).json()
    return window.drawn["${hash}"] - received
  })()`)

export const tones = (seat: Seat): Promise<number> => seat.page.evaluate("window.tones")

/** The page's own policy forbids a poll within it. */
export const soundsAgain = async (seat: Seat, before: number): Promise<void> => {
  while ((await tones(seat)) <= before) await seat.page.waitForTimeout(50)
}
