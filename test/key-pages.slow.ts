// Keys, sessions, evidence and restoring as the keepers of a node see and do them, in a real browser before real nodes, in three languages,
// by keys alone where a hand would use them. PARLEY_SHOTS names a folder for a picture of each screen.
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { after, before, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import type { Language } from "../src/api/shapes.ts"
import { en, type Word } from "../src/words/en.ts"
import { ja } from "../src/words/ja.ts"
import { zh } from "../src/words/zh.ts"
import { Fixture, serveFixture } from "./console-fixture.ts"
import { freePort } from "./fixtures/ports.ts"
import { openRow, row, send } from "./journey-acts.ts"
import { type Capital, openStage, type Seat, type Stage, sit } from "./journey-line.ts"
import { fits, shot, shots } from "./looks.ts"

const cli = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "parley-key-pages-"))
const languages = ["en", "ja", "zh"] as const
const words: Record<Language, Record<Word, string>> = { en, ja, zh }
let stage: Stage

before(async () => {
  stage = await openStage()
})
after(async () => {
  await stage.close()
  rmSync(folder, { recursive: true, force: true })
})

const parley = (...args: readonly string[]): { code: number | null; out: string; err: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8" })
  return { code: status, out: stdout, err: stderr }
}

const opened = async (capital: Capital, language: Language, officer: string): Promise<Seat> =>
  sit(stage.browser, capital, { language, officer })

const to = async (seat: Seat, view: "keys" | "sessions" | "export"): Promise<void> => {
  await seat.tabTo(".nav button", seat.say(`nav.${view}`))
  await seat.press("Enter")
  await seat.page.waitForSelector(".keep h2")
}
/** The page's own policy forbids the browser to wait for a condition that is written as a text. */
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 15_000; !(await holds()); ) {
    assert.ok(Date.now() < end)
    await setTimeout(100)
  }
}
/** The file that comes when `button` is pressed. */
const downloaded = async ({ page, language }: Seat, button: string): Promise<string> => {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(button).click()])
  const file = join(folder, `${language}-${download.suggestedFilename()}`)
  await download.saveAs(file)
  return file
}
/** By a side's roots, away from its node. */
const signedBy = ({ side }: Capital, sheet: string): string => {
  const signed = sheet.replace(/\.json$/, `-by-${side.settings.code}.json`)
  assert.notEqual(signed, sheet)
  assert.equal(parley("roots", "sign", sheet, "--root", join(side.path, "root.json"), "-o", signed).code, 0)
  return signed
}
/** Looked at once more, and done. */
const sure = async (seat: Seat, name: string): Promise<void> => {
  await seat.page.waitForSelector(".dialog.sure")
  await shot(seat, name)
  await seat.tabTo(".dialog .button.strong")
  await seat.press("Enter")
}
const inForce = ({ page }: Seat): Promise<string | null> =>
  page.locator(".keep-table tr.in-force").first().locator("td .code").first().textContent()

test("A-46, K-10: an administrator changes the node keys with two keystrokes and one more look; others only read", async () => {
  for (const language of languages) {
    const keeper = await opened(stage.tokyo, language, "Administrator")
    await to(keeper, "keys")
    await keeper.page.waitForSelector(".keep-table tr.in-force")
    await fits(keeper, "keys")
    const before = await inForce(keeper)
    await keeper.tabTo(".keep-act .button", keeper.say("change.rotate"))
    await keeper.press("Enter")
    await keeper.page.waitForSelector(".dialog.sure .follows")
    await sure(keeper, "keys-rotate")
    await keeper.page.waitForSelector(".dialog", { state: "detached" })
    await until(async () => (await inForce(keeper)) !== before)
    await shot(keeper, "keys-rotated")
    const reader = await opened(stage.beijing, language, stage.beijing.officer)
    await to(reader, "keys")
    await reader.page.waitForSelector(".keep-table tr.replaced")
    assert.equal(await reader.page.locator(".keep-change").count(), 0, "who is no administrator only reads")
    await fits(reader, "keys-read")
    for (const { page } of [keeper, reader]) await page.context().close()
  }
})

test("A-47, K-8: a revocation goes to the roots as a file and comes back signed; another file is refused in words", async () => {
  for (const language of languages) {
    const keeper = await opened(stage.tokyo, language, "Administrator")
    const { page } = keeper
    await to(keeper, "keys")
    await keeper.tabTo(".keep-act .button", keeper.say("change.revoke"))
    await keeper.press("Enter")
    await page.waitForSelector(".keep-form.revoke")
    await fits(keeper, "keys-revoke")
    await keeper.tabTo(".keep-form.revoke button[type=submit]")
    await keeper.press("Enter")
    await page.waitForSelector(".keep-sheet .keep-steps")
    await fits(keeper, "keys-sheet")
    const sheet = await downloaded(keeper, ".keep-sheet button.small")
    const shown = parley("roots", "show", sheet, "--json")
    assert.equal(JSON.parse(shown.out).what, "revocation")
    const [signed, strangers] = [signedBy(stage.tokyo, sheet), signedBy(stage.beijing, sheet)]
    const choose = (file: string): Promise<void> => page.locator(".keep-file input").setInputFiles(file)
    await choose(sheet)
    await page.locator(".keep-steps [role=status]", { hasText: /\S/ }).waitFor()
    assert.ok(await page.locator(".keep-sheet > .buttons .button").isDisabled(), "a sheet is no signature")
    await choose(strangers)
    await page.locator(".keep-sheet > .buttons .button:not([data-disabled])").click()
    await page.locator(".keep-sheet [role=alert]", { hasText: keeper.say("refusal.wrong-roots") }).waitFor()
    await shot(keeper, "keys-wrong-roots")
    await choose(signed)
    await keeper.tabTo(".keep-sheet > .buttons .button")
    await keeper.press("Enter")
    await page.waitForSelector(".keep-sheet", { state: "detached" })
    await page.waitForSelector(".keep-table tr.revoked")
    await shot(keeper, "keys-revoked")
    const { wrong } = keeper
    // The browser itself notes a refusal, which is meant here.
    assert.deepEqual(
      wrong.filter(text => !text.includes("409")),
      [],
    )
    await page.context().close()
  }
})

test("A-48, EV-18: an auditor looks at what a bundle will show, downloads it, and the command line proves it", async () => {
  const text = "A drill, invented for practice: the buoy at the north mark is out."
  const watch = await opened(stage.tokyo, "en", stage.tokyo.officer)
  await send(watch, text, "ROUTINE", "drill")
  await watch.page.context().close()
  for (const language of languages) {
    const auditor = await opened(stage.tokyo, language, "Auditor")
    const { page } = auditor
    await row(auditor, text).waitFor()
    await openRow(auditor, text)
    await auditor.tabTo(".message .button", auditor.say("nav.export"))
    await auditor.press("Enter")
    await page.waitForSelector(".keep-form")
    await fits(auditor, "export-choice")
    await auditor.tabTo(".keep-form .button.strong")
    await auditor.press("Enter")
    await page.waitForSelector(".keep-shows")
    await fits(auditor, "export-shows")
    const sha = (await page.locator(".keep-shows > .keep-fact .hash").nth(1).textContent())?.replaceAll(" ", "")
    const file = await downloaded(auditor, ".keep-shows > .buttons .button")
    await page.locator(".keep-shows > [role=status]", { hasText: /\S/ }).waitFor()
    const [fingerprint] = parley("card", stage.tokyo.side.path, "--fingerprint").out.match(/[0-9a-f]{64}/) ?? []
    const proven = parley("verify", file, "--trust", fingerprint ?? "", "--json")
    assert.equal(proven.code, 0, proven.out + proven.err)
    const by = join(folder, `${language}-by-command.parley.zip`)
    const [place] = /tokyo\.1\.\d+/.exec(basename(file)) ?? []
    assert.equal(parley("export", stage.tokyo.side.path, "--entries", place ?? "", "-o", by).code, 0)
    // Nothing was said in between, so both doors write the same bytes.
    assert.ok(readFileSync(by).equals(readFileSync(file)), "the console's file is the command line's")
    assert.match(sha ?? "", /^[0-9a-f]{64}$/)
    await to(auditor, "keys")
    await page.context().close()
  }
})

test("A-24, A-46: sessions are seen by an auditor, and ended by an administrator at once", async () => {
  for (const language of languages) {
    const keeper = await opened(stage.tokyo, language, "Administrator")
    const watch = await opened(stage.tokyo, language, stage.tokyo.officer)
    const auditor = await opened(stage.tokyo, language, "Auditor")
    await to(auditor, "sessions")
    await auditor.page.waitForSelector(".keep-table tbody tr")
    assert.equal(await auditor.page.locator(".keep .button").count(), 0, "an auditor ends nothing")
    await fits(auditor, "sessions-read")
    await to(keeper, "sessions")
    await keeper.page.waitForSelector(".keep-table tbody tr")
    await fits(keeper, "sessions")
    await keeper.tabTo(".keep .button", keeper.say("sessions.end-others"))
    await keeper.press("Enter")
    await sure(keeper, "sessions-sure")
    for (const { page } of [watch, auditor]) await page.waitForSelector(".door")
    await until(async () => (await keeper.page.locator(".keep-table tbody tr").count()) === 1)
    for (const { page } of [keeper, watch, auditor]) await page.context().close()
  }
})

test("A-49, L-11: a home put back from a copy says what happens, what the other side holds, and when officers must decide", async () => {
  const copies = [stage.tokyo, stage.beijing].map(({ side }) => join(folder, `copy-${side.settings.code}`))
  const put = (at: number): void => {
    const { side } = [stage.tokyo, stage.beijing][at]!
    rmSync(side.path, { recursive: true })
    cpSync(copies[at]!, side.path, { recursive: true })
    assert.equal(parley("restore", side.path).code, 0)
  }
  await Promise.all([stage.tokyo.kill(), stage.beijing.kill()])
  for (const [at, { side }] of [stage.tokyo, stage.beijing].entries())
    cpSync(side.path, copies[at]!, { recursive: true })
  put(0)
  await stage.tokyo.start()
  const seats: Seat[] = []
  for (const language of languages) seats.push(await opened(stage.tokyo, language, "Administrator"))
  for (const seat of seats) {
    await seat.page.locator(".restore-band", { hasText: seat.say("restore.down") }).waitFor()
    await fits(seat, "restore-alone")
  }
  put(1)
  await stage.beijing.start()
  for (const seat of seats) {
    const { page } = seat
    await page.locator(".restore-band", { hasText: seat.say("restore.decide") }).waitFor()
    await fits(seat, "restore-both")
    await seat.tabTo(".restore-band .button")
    await seat.press("Enter")
    await page.waitForSelector(".keep h2")
  }
  const [first] = seats
  assert.ok(first)
  const { page } = first
  await first.tabTo(".keep-act .button", first.say("change.anew"))
  await first.press("Enter")
  await first.tabTo(".keep-form.anew textarea")
  await page.keyboard.insertText("Both copies were put back, in a drill invented for practice.")
  await fits(first, "keys-anew")
  await first.tabTo(".keep-form.anew button[type=submit]")
  await first.press("Enter")
  const sheet = await downloaded(first, ".keep-sheet button.small")
  await page.locator(".keep-file input").setInputFiles(signedBy(stage.tokyo, sheet))
  await page.locator(".keep-sheet > .buttons .button:not([data-disabled])").click()
  for (const seat of seats) {
    await seat.page.waitForSelector(".restore-band", { state: "detached" })
    await shot(seat, "restore-whole")
    await seat.page.context().close()
  }
})

test("K-10, A-49: an administrator's foot says that keys are due or late; a band says what is being fetched, and what is newer elsewhere", async () => {
  for (const language of languages) {
    const fixture = new Fixture("tokyo")
    fixture.role = "administrator"
    const peer = { party: 1, up: true, answered: true, restored: false }
    fixture.more = {
      yearly: { since: Date.UTC(2025, 9, 1), state: "late" },
      restored: true,
      restore: { ours: 4_100, generation: 1, claimed: 4_217, newer: false, forked: false, lacking: 3, peers: [peer] },
    }
    const port = await freePort()
    const close = await serveFixture(fixture, port)
    const context = await stage.browser.newContext({ viewport: { width: 1_280, height: 800 } })
    try {
      const page = await context.newPage()
      await page.goto(`http://127.0.0.1:${port}/?lang=${language}#token=once`)
      const say = (word: Word): string => words[language][word]
      await page.locator(".yearly-foot", { hasText: say("yearly.foot-late") }).waitFor()
      const band = page.locator(".restore-band")
      assert.match((await band.textContent()) ?? "", /4.?217[\s\S]*4.?100[\s\S]*3/)
      await band.getByText(say("restore.wait")).waitFor()
      if (shots !== undefined) await page.screenshot({ path: join(shots, `restore-fetching-${language}-1280.png`) })
      await page.setViewportSize({ width: 390, height: 844 })
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 390)
      const { restore } = fixture.more
      assert.ok(restore)
      fixture.more = { restored: true, restore: { ...restore, newer: true }, yearly: { since: 0, state: "due" } }
      fixture.tell({ type: "line", line: fixture.line() })
      await band.getByText(say("restore.decide")).waitFor()
      await page.locator(".yearly-foot", { hasText: say("yearly.foot-due") }).waitFor()
      fixture.more = { restored: true, restore: { ...restore, forked: true }, yearly: { since: 0, state: "due" } }
      fixture.tell({ type: "line", line: fixture.line() })
      await band.getByText(say("restore.forked").split("{them}")[1] ?? "").waitFor()
      await band.getByText(say("restore.decide")).waitFor()
      if (shots !== undefined) await page.screenshot({ path: join(shots, `restore-forked-${language}-390.png`) })
      fixture.more = {}
      fixture.tell({ type: "line", line: fixture.line() })
      await band.waitFor({ state: "detached" })
      assert.equal(await page.locator(".yearly-foot").count(), 0)
    } finally {
      await context.close()
      close()
    }
  }
})
