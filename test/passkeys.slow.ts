// Passkeys of officers in a real browser before a real node: made on the console, signed by the roots, in through the door with them, and
// what is refused and how that is said, in three languages. PARLEY_SHOTS names a folder for a picture of each screen.
import assert from "node:assert/strict"
import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { after, before, test } from "node:test"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Page } from "playwright-core"
import { words as exampleWords } from "../examples/page/words.ts"
import type { Language } from "../src/api/shapes.ts"
import { signInLink } from "../src/node/home.ts"
import { en, type Word } from "../src/words/en.ts"
import { ja } from "../src/words/ja.ts"
import { zh } from "../src/words/zh.ts"
import { freePort } from "./fixtures/ports.ts"
import { openReleases, type Stage } from "./releases-stage.ts"

const command = join(import.meta.dirname, "..", "bin", "parley")
const axe = readFileSync(fileURLToPath(new URL("../node_modules/axe-core/axe.min.js", import.meta.url)), "utf8")
const words: Readonly<Record<Language, Record<Word, string>>> = { en, ja, zh }
const languages = ["en", "ja", "zh"] as const
const shots = process.env.PARLEY_SHOTS
const waitMs = 20_000
let stage: Stage

before(async () => {
  stage = await openReleases()
  if (shots !== undefined) mkdirSync(shots, { recursive: true })
})
after(() => stage.close())

/** In a process of its own, as whoever holds the roots types it. */
const parley = async (what: string, ...given: readonly string[]): Promise<string> => {
  const args = [command, "officer", stage.here.side.path, what, ...given]
  return (await promisify(execFile)(process.execPath, args)).stdout
}

type Device = { readonly isSynced?: boolean; readonly isVerified?: boolean }
type Seat = {
  readonly page: Page
  readonly language: Language
  say(word: Word, given?: Readonly<Record<string, string>>): string
  press(word: Word): Promise<void>
  /** The door, and nobody behind it. */
  leave(): Promise<void>
}

const address = (): string => `http://${stage.here.host}:${stage.here.node.apiPort}/`

const sit = async (language: Language, at: string, device?: Device): Promise<Seat> => {
  const context = await stage.browser.newContext({ viewport: { width: 1_280, height: 860 } })
  const page = await context.newPage()
  const url = new URL(at)
  url.searchParams.set("lang", language)
  await page.goto(url.href)
  return seatAt(page, language, device)
}

/** In this window, with a device of its own. */
const seatAt = async (page: Page, language: Language, device: Device = {}): Promise<Seat> => {
  const { isSynced = false, isVerified = true } = device
  page.setDefaultTimeout(waitMs)
  const devtools = await page.context().newCDPSession(page)
  await devtools.send("WebAuthn.enable", { enableUI: false })
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      ...{ protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true },
      ...{ isUserVerified: isVerified, automaticPresenceSimulation: true, defaultBackupEligibility: isSynced },
    },
  })
  const say: Seat["say"] = (word, given = {}) =>
    words[language][word].replaceAll(/\{(\w+)\}/g, (_, key) => given[key] ?? "")
  const press: Seat["press"] = word => page.getByRole("button", { name: say(word), exact: true }).click()
  return {
    ...{ page, language, say, press },
    async leave() {
      await press("officer.sign-out")
      await page.waitForSelector(".door h1")
    },
  }
}
const byLink = (language: Language, name: string, device?: Device): Promise<Seat> =>
  sit(language, signInLink(stage.here.side, name, Date.now()), device)

/** By the rules of accessibility, at a desk and on a telephone; and a picture, where a person has asked to look. */
const look = async ({ page, language }: Seat, name: string): Promise<void> => {
  for (const width of [1_280, 390]) {
    await page.setViewportSize({ width, height: 860 })
    if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}-${language}-${width}.png`) })
    const wide: number = await page.evaluate("document.documentElement.scrollWidth")
    assert.ok(wide <= width, `${name} is ${wide} wide in ${width}`)
  }
  await page.setViewportSize({ width: 1_280, height: 860 })
  const broken: string[] = await page.evaluate(
    `(async () => { ${axe}; return (await axe.run()).violations.map(v => v.id + " " + v.nodes[0].html) })()`,
  )
  assert.deepEqual(broken, [], name)
}

const close = ({ page }: Seat): Promise<void> => page.locator(".dialog.enrol > .buttons .button").click()
const open = async ({ page, press }: Seat): Promise<void> => {
  await page.waitForSelector(".frame")
  await press("nav.keys")
  await press("enrol.open")
  await page.waitForSelector(".dialog.enrol")
}
const enrol = async (seat: Seat, code: string): Promise<void> => {
  const { page, say, press } = seat
  await open(seat)
  await page.locator(".dialog.enrol input").fill(code)
  await press("enrol.make")
  await page.locator(".enrol-made", { hasText: say("enrol.made", { code }) }).waitFor()
}
const enter = async ({ page, press }: Seat): Promise<void> => {
  await press("passkey.sign-in")
  await page.waitForSelector(".frame")
}

const seats: Seat[] = []
test("A-29, A-30, A-31: an officer makes a passkey, the roots sign it, and it signs its officer in without a link", async () => {
  for (const language of languages) {
    const seat = await byLink(language, "First officer")
    const code = `duty-${language}`
    await open(seat)
    await look(seat, "enrol")
    await close(seat)
    await look(seat, "keys-own")
    await enrol(seat, code)
    await look(seat, "enrol-made")
    const key = (await seat.page.locator(".enrol-made .code").textContent())?.replaceAll(" ", "") ?? ""
    assert.match(key, /^[0-9a-f]{16}$/)
    assert.ok((await parley("pending")).includes(` ${key} `), "whoever signs sees the key that its holder sees")
    await parley("enrol", "--code", code, "--pending")
    await seat.page.locator(".enrol-made", { hasText: seat.say("enrol.in-office", { code }) }).waitFor()
    await close(seat)
    await seat.leave()
    await look(seat, "door")
    await enter(seat)
    await seat.page.locator(".person", { hasText: "First officer" }).waitFor()
    seats.push(seat)
  }
})

test("A-29: a passkey that may be copied, and one that does not verify its holder, are refused in words", async () => {
  for (const language of languages) {
    for (const [device, word] of [
      [{ isSynced: true }, "refusal.synced-credential"],
      [{ isVerified: false }, "passkey.not-given"],
    ] as const) {
      const seat = await byLink(language, "Second officer", device)
      await open(seat)
      await seat.page.locator(".dialog.enrol input").fill("copied")
      await seat.press("enrol.make")
      await seat.page.locator(".dialog.enrol [role=alert]", { hasText: seat.say(word) }).waitFor()
      await look(seat, `enrol-${word.split(".")[1]}`)
      await seat.page.context().close()
    }
  }
})

test("A-30: a device without a passkey of this node, and an address of numbers, are told at the door what they lack", async () => {
  for (const language of languages) {
    const stranger = await sit(language, address())
    await stranger.press("passkey.sign-in")
    await stranger.page.locator(".door [role=alert]", { hasText: stranger.say("passkey.not-given") }).waitFor()
    await look(stranger, "door-not-given")
    const numbered = await sit(language, `http://127.0.0.1:${stage.here.node.apiPort}/`)
    await numbered.page.locator(".door", { hasText: "http://localhost:" }).waitFor()
    assert.equal(await numbered.page.locator(".door .button").count(), 0)
    await look(numbered, "door-numbered")
    for (const { page } of [stranger, numbered]) await page.context().close()
  }
})

test("A-31, A-32, A-33: an administrator invites, sees what waits and removes it; once he has a passkey no link signs in", async () => {
  for (const language of languages) {
    const keeper = await byLink(language, "Administrator")
    const code = `guest-${language}`
    await keeper.page.waitForSelector(".frame")
    await keeper.press("nav.keys")
    await keeper.page.locator(".invite input").nth(0).fill("Invited officer")
    await keeper.page.locator(".invite input").nth(1).fill(code)
    await keeper.press("invite.make")
    const link = (await keeper.page.locator(".invite .command").textContent()) ?? ""
    await look(keeper, "invite")
    const guest = await sit(language, link)
    await guest.page.waitForSelector(".door .enrol-form")
    await look(guest, "invited")
    await guest.press("enrol.make")
    await guest.page.locator(".enrol-made", { hasText: guest.say("enrol.made", { code }) }).waitFor()
    await look(guest, "invited-made")
    const again = await sit(language, link)
    await again.press("enrol.make")
    await again.page.locator("[role=alert]", { hasText: again.say("enrol.dead") }).waitFor()
    await keeper.page.locator(".pending tbody tr", { hasText: code }).waitFor()
    await keeper.page.locator(".pending").scrollIntoViewIfNeeded()
    await look(keeper, "pending")
    await keeper.page.getByRole("button", { name: keeper.say("pending.drop-named", { code }), exact: true }).click()
    await keeper.page.locator(".dialog.sure .button.strong").click()
    await keeper.page.locator(".pending").waitFor({ state: "detached" })
    for (const { page } of [keeper, guest, again]) await page.context().close()
  }
  const keeper = await byLink("en", "Administrator")
  const early = await byLink("en", "Second officer")
  await early.page.waitForSelector(".frame")
  await enrol(keeper, "keeper")
  // whoever has two roles signs in with the first, or with the one that is asked for.
  await parley("enrol", "--code", "keeper", "--pending", "--role", "administrator", "--role", "watch")
  // with the links end the sessions that they have opened, his own too.
  for (const { page } of [keeper, early]) await page.waitForSelector(".door h1")
  await early.page.context().close()
  await enter(keeper)
  await keeper.page.locator(".officer", { hasText: en["role.watch"] }).waitFor()
  await keeper.leave()
  await keeper.page.locator(".sign-in-as select").selectOption("administrator")
  await enter(keeper)
  await keeper.page.locator(".officer", { hasText: en["role.administrator"] }).waitFor()
  for (const language of languages) {
    const late = await byLink(language, "Second officer")
    await late.page.locator(".door [role=alert]", { hasText: late.say("refusal.passkey-only") }).waitFor()
    await look(late, "door-passkey-only")
    await late.page.context().close()
  }
})

test("A-31: an officer who is retired is out at once, and his passkey signs in no more", async () => {
  for (const seat of seats) {
    await parley("retire", "--code", `duty-${seat.language}`)
    await seat.page.waitForSelector(".door h1")
    await seat.press("passkey.sign-in")
    await seat.page.locator(".door [role=alert]", { hasText: seat.say("refusal.bad-passkey") }).waitFor()
    await look(seat, "door-retired")
  }
})

test("A-29, A-32: at the example an officer goes to a window of its own, and its roots sign there and then", async () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-passkey-example-"))
  const given = [
    "--disable-warning=ExperimentalWarning",
    join(import.meta.dirname, "..", "examples", "main.ts"),
    "--home",
    folder,
    "--port",
    String(await freePort()),
  ]
  const example = spawn(process.execPath, given, { stdio: ["ignore", "pipe", "inherit"] })
  try {
    const lines = createInterface({ input: example.stdout })
    let first: string | undefined
    const ready = new Promise<void>(resolve =>
      lines.on("line", line => {
        first ??= line
        if (line.includes(exampleWords.en["step.ready"])) resolve()
      }),
    )
    await ready
    const context = await stage.browser.newContext({ viewport: { width: 1_600, height: 1_000 } })
    const both = await context.newPage()
    both.setDefaultTimeout(waitMs)
    await both.goto(first ?? "")
    const framed = both.frameLocator("iframe").first()
    await framed.locator(".nav button", { hasText: en["nav.keys"] }).click()
    await framed.getByRole("button", { name: en["enrol.open"], exact: true }).click()
    const [own] = await Promise.all([
      context.waitForEvent("page"),
      framed.locator("a", { hasText: en["passkey.own-window"] }).click(),
    ])
    const seat = await seatAt(own, "en")
    await enrol(seat, "duty-1")
    await own.locator(".enrol-made", { hasText: en["enrol.made-example"] }).waitFor()
    await look(seat, "example-made")
    await own.locator(".enrol-made", { hasText: seat.say("enrol.in-office", { code: "duty-1" }) }).waitFor()
    await close(seat)
    await seat.leave()
    await enter(seat)
    const code: string = await own.evaluate(
      "fetch('/api/line').then(answer => answer.json()).then(({ officer }) => officer.code)",
    )
    assert.equal(code, "duty-1")
    await context.close()
  } finally {
    example.kill("SIGTERM")
    await once(example, "exit")
    rmSync(folder, { recursive: true, force: true })
  }
})
