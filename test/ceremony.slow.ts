// The pairing ceremony in every language, narrow and wide: every screen by the accessibility rules, cards as pictures of their codes and
// before a camera, the fallback card the same on both sides, each print on one sheet.
import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { fileURLToPath } from "node:url"
import type { Page } from "playwright-core"
import encodeQR from "qr"
import type { Language } from "../src/api/shapes.ts"
import { cardSequence, partsOf } from "../src/core/parts.ts"
import { openHome, openSide } from "../src/node/home.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { cardOn, openPairing, type Pairing, readTheirs, type Terminal, tenWords, typeWords } from "./ceremony-acts.ts"
import { type OpenBrowser, openBrowser } from "./fixtures/browser.ts"
import { buildConsole } from "./fixtures/console.ts"
import { freePort } from "./fixtures/ports.ts"

const axe = readFileSync(fileURLToPath(new URL("../node_modules/axe-core/axe.min.js", import.meta.url)), "utf8")
const folder = mkdtempSync(join(tmpdir(), "parley-codes-"))
const opened: OpenBrowser[] = []
const pairings: Pairing[] = []
before(buildConsole)
after(async () => {
  for (const open of opened) await open.close()
  for (const pairing of pairings) await pairing.close()
  rmSync(folder, { recursive: true, force: true })
})
const browse = async (...flags: string[]): Promise<OpenBrowser> => {
  const open = await openBrowser(...flags)
  opened.push(open)
  return open
}
const pair = async (open: OpenBrowser, example = false): Promise<Pairing> => {
  const pairing = await openPairing(open.browser, ["tokyo", "beijing"], [`127.0.0.1:${await freePort()}`, ""], example)
  pairings.push(pairing)
  return pairing
}

const sound = async ({ page }: Terminal, where: string): Promise<void> => {
  const found = await page.evaluate(`(async () => { ${axe}; return (await axe.run()).violations.map(v => v.id) })()`)
  assert.deepEqual(found, [], where)
  const width = await page.evaluate("document.documentElement.scrollWidth")
  assert.ok(Number(width) <= (page.viewportSize()?.width ?? 0), `${where} is ${width} wide`)
}

/** A code as a picture that a person might have taken: grey, one module in four pixels. */
const pixelsOf = (part: string): { size: number; grey: Uint8Array } => {
  const rows = encodeQR(part, "raw", { ecc: "low", border: 4, encoding: "alphanumeric" })
  const size = rows.length * 4
  const grey = new Uint8Array(size * size)
  for (let at = 0; at < grey.length; at++) {
    const [x, y] = [(at % size) >> 2, Math.floor(at / size) >> 2]
    grey[at] = rows[y]?.[x] ? 30 : 225
  }
  return { size, grey }
}

/** Pictures of the codes as they stand on the other side's page. */
const pictures = async ({ page, press, path }: Terminal, name: string): Promise<string[]> => {
  await page.locator(".ceremony-steps button").nth(1).click()
  const files: string[] = []
  for (const part of partsOf(cardSequence, openSide(path).card.bytes, nodeSuite).keys()) {
    const file = join(folder, `${name}-${part}.png`)
    await page.locator(".codes .qr").screenshot({ path: file })
    files.push(file)
    await press("codes.following")
  }
  return files
}

const pagesOf = async (page: Page, sheet: string): Promise<number> => {
  await page.evaluate(`document.documentElement.dataset.print = ${JSON.stringify(sheet)}`)
  await page.emulateMedia({ media: "print" })
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1")
  await page.emulateMedia({ media: "screen" })
  return [...pdf.matchAll(/\/Type\s*\/Page\b/g)].length
}

const confirmBoth = async (
  terminal: Terminal,
  heard: readonly string[],
  names: readonly [string, string],
): Promise<void> => {
  const { press } = terminal
  await press("words.begin")
  await typeWords(terminal, names[0], heard)
  await terminal.page.locator(".handover").waitFor()
  await sound(terminal, "hand over")
  await press("handover.ready")
  await typeWords(terminal, names[1], heard)
  await terminal.page.locator(".send").waitFor()
  await press("sign.go")
  await terminal.page.locator(".fallback").waitFor()
}

const languages: readonly Language[] = ["en", "ja", "zh"]

for (const [place, language] of languages.entries())
  test(`CH-4, CH-6, CH-7, CH-10: two homes pair through two consoles (${language}): terms are agreed, a wrong word is marked and signs nothing, two persons confirm, and the nodes go on running`, async () => {
    const pairing = await pair(opened[0] ?? (await browse()))
    const [here, there] = await Promise.all([pairing.open("tokyo", language), pairing.open("beijing", language)])
    // Beijing wants another retention; Tokyo takes it over.
    await there.page.locator('[data-field="retentionYears"] input').fill("10")
    await there.press("terms.save")
    await there.page.locator(".terms-foot .onward").waitFor()
    const theirs = await cardOn(there)
    await cardOn(here)
    await readTheirs(here, theirs)
    await here.page.locator(".read-card").waitFor()
    await here.press("wizard.next")
    await here.page.locator(".differ td[data-side]", { hasText: "30" }).waitFor()
    await here.page.locator(".differ button").click()
    await here.page.locator(".differ").waitFor({ state: "detached" })
    const ours = await cardOn(here)
    await readTheirs(there, ours)
    await there.page.locator(".read-card").waitFor()
    for (const terminal of [here, there]) await terminal.page.locator(".ceremony-steps button").nth(5).click()
    const heard = await tenWords(there, place)
    const numbers = await tenWords(here, 3)
    await Promise.all([
      (async () => {
        await here.press("words.begin")
        await typeWords(here, "Sato", heard.with(3, heard[3] === "zoo" ? "zone" : "zoo"))
        await here.page.getByRole("alert").waitFor()
        assert.equal(await here.page.locator(".typed-words .wrong").count(), 1)
        assert.equal(await here.page.locator(".typed-words .wrong .place").textContent(), "4")
        assert.throws(() => openHome(here.path), /not paired/)
        await here.page
          .locator(".typed-words input")
          .nth(3)
          .fill(heard[3] ?? "")
        await here.press("words.check")
        await here.press("handover.ready")
        await typeWords(here, "Ito", heard)
      })(),
      (async () => {
        await there.press("words.begin")
        await typeWords(there, "李伟", numbers)
        await there.press("handover.ready")
        await typeWords(there, "王芳", numbers)
      })(),
    ])
    for (const terminal of [here, there]) {
      await terminal.press("sign.go")
      await terminal.page.locator(".fallback").waitFor()
      await terminal.press("done.run")
    }
    for (const { page } of [here, there]) await page.locator(".frame").waitFor({ timeout: 15_000 })
    await here.page.waitForSelector(".lamp:nth-child(3).up", { timeout: 15_000 })
    assert.deepEqual([...here.wrong, ...there.wrong], [])
  })

for (const [at, [here, there, width]] of (
  [
    ["en", "ja", 640],
    ["ja", "zh", 1_280],
    ["zh", "en", 390],
  ] as readonly (readonly [Language, Language, number])[]
).entries())
  test(`CH-7, CH-9, CH-10, CH-11: the whole ceremony in ${here}, ${width} wide, with cards as pictures`, async () => {
    const pairing = await pair(opened[0] ?? (await browse()))
    const [ours, theirs] = [await pairing.open("tokyo", here, width), await pairing.open("beijing", there)]
    await sound(ours, "terms")
    const files = await pictures(theirs, `theirs-${at}`)
    assert.ok(files.length >= 16)
    await cardOn(ours)
    // Parts of our own card among theirs are refused by name, and what was gathered stays.
    const mixed = join(folder, `mixed-${at}.txt`)
    writeFileSync(mixed, partsOf(cardSequence, openSide(ours.path).card.bytes, nodeSuite)[3] ?? "")
    const input = ours.page.locator('input[type="file"]')
    await input.setInputFiles([...files.slice(0, 4), mixed])
    await ours.page.getByRole("alert").waitFor()
    await ours.page.locator(".parts li.held").nth(3).waitFor()
    assert.equal(await ours.page.locator(".parts li.held").count(), 4)
    await sound(ours, "their card, half of it")
    await input.setInputFiles(files.slice(4).toReversed())
    await ours.page.locator(".read-card").waitFor()
    await theirs.page.locator(".ceremony-steps button").nth(2).click()
    await readTheirs(theirs, await cardOn(ours))
    await theirs.page.locator(".read-card").waitFor()
    for (const step of [3, 4, 5]) {
      await ours.page.locator(".ceremony-steps button").nth(step).click()
      await sound(ours, `step ${step}`)
    }
    await theirs.page.locator(".ceremony-steps button").nth(5).click()
    const heard = await tenWords(ours, at)
    await confirmBoth(ours, heard, ["佐藤 花子", "Ito Ken"])
    await confirmBoth(theirs, heard, ["李伟", "王芳"])
    // One side draws a secret, the other types it: the same check number, and the same tables on paper.
    await ours.press("fallback.draw")
    await ours.page.locator(".fallback > .buttons button:not([data-disabled])").nth(1).waitFor()
    const secret = await ours.page.locator(".fallback textarea").first().inputValue()
    await theirs.page.locator(".fallback textarea").first().fill(secret)
    for (const { press, page } of [ours, theirs]) {
      await press("fallback.make")
      await page.locator(".check-number").waitFor()
    }
    const cells = async ({ page }: Terminal): Promise<string[]> => {
      await page.locator(".sheet-fallback td.code").nth(159).waitFor({ state: "attached" })
      return page.locator(".sheet-fallback td.code").allTextContents()
    }
    assert.equal((await cells(ours)).length, 160)
    assert.deepEqual((await cells(ours)).sort(), (await cells(theirs)).sort())
    await sound(ours, "done")
    for (const sheet of ["record", "fallback"]) assert.equal(await pagesOf(ours.page, sheet), 1, sheet)
    assert.deepEqual([...ours.wrong, ...theirs.wrong], [])
    for (const { context } of [ours, theirs]) await context.close()
  })

test("CH-9: a card is read by a camera, code after code; on an example line one person is enough", async () => {
  const pairing = await pair(opened[0] ?? (await browse()), true)
  const theirs = openSide(join(pairing.folder, "beijing")).card
  // A film of the codes, as a camera would see them: plain luminance, one code a frame.
  const frames = partsOf(cardSequence, theirs.bytes, nodeSuite).map(pixelsOf)
  const size = Math.max(...frames.map(frame => frame.size))
  const film = [Buffer.from(`YUV4MPEG2 W${size} H${size} F4:1 Ip A1:1 C420jpeg\n`)]
  for (const { size: own, grey } of frames) {
    const luma = Buffer.alloc(size * size, 225)
    for (let row = 0; row < own; row++) luma.set(grey.subarray(row * own, (row + 1) * own), row * size)
    film.push(Buffer.from("FRAME\n"), luma, Buffer.alloc(2 * Math.ceil(size / 2) ** 2, 128))
  }
  const file = join(folder, "codes.y4m")
  writeFileSync(file, Buffer.concat(film))
  const camera = await browse(
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-video-capture=${file}`,
  )
  const filmed = await pair(camera, true)
  const ours = await filmed.open("tokyo", "en")
  await cardOn(ours)
  await ours.press("codes.camera")
  await ours.page.locator(".read-card").waitFor({ timeout: 60_000 })
  assert.equal(
    await ours.page.locator(".read-card .code").first().textContent(),
    Buffer.from(theirs.hash).toString("hex"),
  )
  await ours.press("codes.camera-stop")
  await ours.page.locator("video").waitFor({ state: "detached" })
  await ours.page.locator(".ceremony-steps button").nth(5).click()
  const heard = await tenWords(ours, 0)
  await ours.press("words.begin")
  await typeWords(ours, "", heard)
  await ours.page.locator(".send").waitFor()
  assert.deepEqual(ours.wrong, [])
})
