// Two whole nodes with no path between them: what one console shows as QR codes the other reads, from pictures of the screen, from pictures
// that the command wrote and from a camera; codes that do not belong together are refused by name, and nothing comes of them.
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { randomBytes } from "node:crypto"
import { readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import encodeQR from "qr"
import { nodeOf } from "../src/cli/ask.ts"
import { parcelSequence, partsOf } from "../src/core/parts.ts"
import type { Side } from "../src/node/home.ts"
import { openLog } from "../src/node/log.ts"
import { type StartedNode, startNode } from "../src/node/main.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { openBrowser } from "./fixtures/browser.ts"
import { buildConsole } from "./fixtures/console.ts"
import { pairedHomes } from "./fixtures/homes.ts"
import { until } from "./fixtures/pair.ts"
import { freePort } from "./fixtures/ports.ts"
import { type Seat, type Sitting, sit } from "./journey-line.ts"
import { fits, shot } from "./looks.ts"

const run = promisify(execFile)
const cli = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url))
const log = openLog("test", "silent")
const realNow = Date.now
let ahead = 0
let folder = ""
let sides: readonly [Side, Side]
const nodes: StartedNode[] = []
let open: Awaited<ReturnType<typeof openBrowser>>

before(async () => {
  // Keys for what is carried are published an hour after a log has begun. (EP-13)
  Date.now = () => realNow() + ahead
  const made = await pairedHomes()
  folder = made.folder
  sides = made.sides
  await buildConsole()
  const [east, west] = sides
  const first = await startNode(east.path, { log, listen: "127.0.0.1:0" })
  nodes.push(first, await startNode(west.path, { log, peer: `127.0.0.1:${first.peerPort}` }))
  await until("both talk", () => nodes.every(node => (node.status().peers[0]?.confirmed ?? 0) > 0), 30_000)
  ahead = 3_600_001
  const sizes = (): number[] => nodes.map(({ status }) => status().logs.reduce((sum, { size }) => sum + size, 0))
  const start = Math.max(...sizes())
  const isEven = (): boolean => new Set(sizes()).size === 1 && nodes.every(node => node.status().queued === 0)
  await until("both have a key for what is carried", () => Math.min(...sizes()) >= start + 2 && isEven(), 60_000)
  for (const node of nodes.splice(0)) await node.stop()
  const nobody = `127.0.0.1:${await freePort()}`
  for (const side of sides) nodes.push(await startNode(side.path, { log, listen: "", peer: nobody }))
  open = await openBrowser()
})
after(async () => {
  Date.now = realNow
  await open.close()
  for (const node of nodes) await node.stop()
  rmSync(folder, { recursive: true })
})

let acts = 0
const say = async (text: string): Promise<string> => {
  const act = (++acts).toString(16).padStart(32, "0")
  const order = {
    kind: "message",
    act,
    text,
    language: "en",
    precedence: "ROUTINE",
    traffic: "test",
    refs: [],
  } as const
  return (await nodeOf(sides[0].path).order(order)).hash
}
const isThere = (hash: string): Promise<boolean> =>
  nodeOf(sides[1].path)
    .entry(hash)
    .then(Boolean, () => false)
const page = "A page of text that must be there before noon. ".repeat(60)

const keeper = async (at: 0 | 1, sitting: Sitting, browser = open.browser): Promise<Seat> => {
  const capital = { side: sides[at], officer: "Administrator", start: async () => {}, kill: async () => {}, log: [] }
  const seat = await sit(browser, capital, sitting)
  await seat.tabTo(".nav button", seat.say("nav.screen"))
  await seat.press("Enter")
  await seat.page.waitForURL("**/by-screen*")
  await seat.page.waitForSelector(".screen-page")
  return seat
}
const press = ({ page, say }: Seat, word: Parameters<Seat["say"]>[0]): Promise<void> =>
  page.getByRole("button", { name: say(word), exact: true }).click()

/** Pictures of the codes as they stand on a screen. */
const pictures = async (seat: Seat, name: string): Promise<string[]> => {
  await press(seat, "screen.make")
  await seat.page.waitForSelector(".codes .qr")
  await press(seat, "codes.pause")
  const place = async (): Promise<number[]> =>
    [...((await seat.page.locator(".codes .code").textContent()) ?? "").matchAll(/\d+/g)].map(Number)
  // From the first on: of the two numbers, the count is never the lower one.
  while (Math.min(...(await place())) > 1) await press(seat, "codes.following")
  const count = Math.max(...(await place()))
  const files: string[] = []
  for (let at = 0; at < count; at++) {
    const file = join(folder, `${name}-${at}.png`)
    await seat.page.locator(".codes .qr").screenshot({ path: file })
    files.push(file)
    await press(seat, "codes.following")
  }
  return files
}
const drawn = { ecc: "low", border: 4, scale: 4 } as const
const picture = (name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, encodeQR(text, "gif", drawn))
  return file
}

test("EP-22: what one console shows the other reads from pictures of it, and the entry is there; in three languages", async () => {
  for (const language of ["en", "ja", "zh"] as const) {
    const hash = await say(`${language}: ${page}`)
    const here = await keeper(0, { language })
    const files = await pictures(here, language)
    assert.ok(files.length >= 3 && files.length <= 46, `${files.length}`)
    await fits(here, "screen-shown")
    const there = await keeper(1, { language })
    const input = there.page.locator('input[type="file"]')
    // In any order, some of them twice; one is missing, and said to be.
    await input.setInputFiles([...files.slice(1).toReversed(), ...files.slice(1, 3)])
    await there.page
      .getByText(there.say("screen.missing", { parts: "1" }))
      .filter({ hasText: /\D1$/ })
      .waitFor()
    assert.equal(await isThere(hash), false)
    await fits(there, "screen-missing")
    await input.setInputFiles(files.slice(0, 1))
    await there.page.getByText(there.say("screen.receipt")).waitFor()
    assert.equal(await isThere(hash), true)
    await shot(there, "screen-taken")
    for (const seat of [here, there]) {
      assert.deepEqual(seat.wrong, [])
      await seat.page.context().close()
    }
  }
})

test("EP-22, EP-16: codes of two parcels, a damaged one, a card's, one without a code and another line's are refused by name", async () => {
  const hash = await say(page)
  const [east] = sides
  const { bytes, name } = await nodeOf(east.path).makeParcel({ bytesMax: 32_768 })
  const whole = Buffer.from(bytes, "base64")
  const parts = partsOf(parcelSequence, whole, nodeSuite)
  const files = parts.map((part, at) => picture(`good-${at}.gif`, part))
  const pairs = join(folder, "pairs")
  const { stdout } = await run(process.execPath, [cli, "parcel", east.path, "qr", "-o", pairs])
  assert.match(stdout, /are in \d+ codes/)
  const written = readdirSync(pairs).sort()
  assert.ok(!written[0]?.includes(name.slice(0, 12)) && written.every(file => /-\d\d-of-\d\d\.gif$/.test(file)))
  const there = await keeper(1, { language: "en" })
  const input = there.page.locator('input[type="file"]')
  const alerts = there.page.locator(".screen-page [role=alert]")
  const refuses = async (given: readonly string[], ...said: readonly string[]): Promise<void> => {
    await input.setInputFiles([...given])
    const heard = async (): Promise<string> => (await alerts.allTextContents()).join("\n")
    for (const end = realNow() + 20_000; (await heard()) !== said.join("\n"); await setTimeout(100))
      assert.ok(realNow() < end, `${await heard()} in place of ${said.join()}`)
    assert.equal(await isThere(hash), false)
  }
  const mixed = written.slice(0, 2).map(file => join(pairs, file))
  const why = (code: "mixed-parts" | "bad-part" | "wrong-line"): string => there.say(`refusal.${code}`)
  // One among good ones is named, and what was gathered stays.
  await refuses(
    [files[0]!, ...mixed, files[1]!],
    ...mixed.map(file => `${file.split("/").at(-1)}: ${why("mixed-parts")}`),
  )
  assert.equal(await there.page.locator(".parts li.held").count(), 2)
  const card = picture("card.gif", parts[0]!.replace("PARCEL", "CARD"))
  await refuses([card], `card.gif: ${why("bad-part")}`)
  const empty = join(folder, "empty.png")
  await there.page.locator(".keep-about").screenshot({ path: empty })
  await refuses([empty], there.say("codes.no-code", { file: "empty.png" }))
  await shot(there, "screen-refused")
  const damaged = picture(
    "damaged.gif",
    parts.at(-1)!.replace(/.$/, end => (end === "0" ? "1" : "0")),
  )
  await refuses([...files.slice(0, -1), damaged], `damaged.gif: ${why("bad-part")}`)
  const at = whole.indexOf(nodes[0]!.home.charter.line)
  const other = Buffer.from(whole)
  other[at]! ^= 1
  const others = partsOf(parcelSequence, other, nodeSuite).map((part, place) => picture(`other-${place}.gif`, part))
  await refuses(others, why("wrong-line"))
  await press(there, "screen.forget")
  await input.setInputFiles(written.map(file => join(pairs, file)))
  await there.page.getByText(there.say("screen.receipt")).waitFor()
  assert.equal(await isThere(hash), true)
  assert.deepEqual(
    there.wrong.filter(text => !/409/.test(text)),
    [],
  )
  await there.page.context().close()
})

test("EP-22, A-20: a camera before the screen reads code after code, on that page and on no other", async () => {
  const hash = await say(page)
  const { bytes } = await nodeOf(sides[0].path).makeParcel({ bytesMax: 32_768 })
  const film = join(folder, "codes.y4m")
  writeFileSync(film, filmOf(partsOf(parcelSequence, Buffer.from(bytes, "base64"), nodeSuite)))
  const seeing = await openBrowser(
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-video-capture=${film}`,
  )
  try {
    const there = await keeper(1, { language: "en" }, seeing.browser)
    await press(there, "codes.camera")
    await there.page.getByText(there.say("screen.receipt")).waitFor({ timeout: 60_000 })
    assert.equal(await isThere(hash), true)
    await there.page.locator("video").waitFor({ state: "detached" })
    assert.deepEqual(there.wrong, [])
    // Every other page is another document, which may not.
    await there.tabTo(".nav button", there.say("nav.keys"))
    await there.press("Enter")
    await there.page.waitForURL(url => url.pathname === "/")
    await there.page.getByRole("heading", { level: 2, name: there.say("keys.title") }).waitFor()
    const asked = "navigator.mediaDevices.getUserMedia({ video: true }).then(() => 'given', ({ name }) => name)"
    assert.equal(await there.page.evaluate(asked), "NotAllowedError")
  } finally {
    await seeing.close()
  }
})

/** A text of which nothing gets shorter. */
const noise = (bytes: number): string => randomBytes(bytes).toString("base64")

test("EP-22: what does not fit is counted and goes in the next codes; a message that never fits is refused, and said to go as a file", async () => {
  for (let at = 0; at < 3; at++) await say(noise(12_000))
  await say(noise(36_000))
  const here = await keeper(0, { language: "en" })
  await press(here, "screen.make")
  await here.page.getByText(/entr(y|ies) more did not fit/).waitFor()
  assert.match((await here.page.locator(".codes .code").textContent()) ?? "", /of (3\d|4[0-6])$/)
  const last = async (): Promise<string> =>
    /Entries \d+ to (\d+)/.exec((await here.page.locator(".screen-page").textContent()) ?? "")?.[1] ?? ""
  const first = await last()
  await press(here, "screen.next")
  const alert = here.page.locator(".screen-page [role=alert]")
  for (const end = realNow() + 20_000; (await last()) === first && (await alert.count()) === 0; await setTimeout(100))
    assert.ok(realNow() < end)
  while ((await alert.count()) === 0) {
    await press(here, "screen.next")
    await setTimeout(500)
  }
  assert.ok((await alert.textContent())?.includes(here.say("screen.too-large")))
  await here.page.context().close()
})

/** Codes as a camera would see them: plain luminance, each for some frames. */
const filmOf = (parts: readonly string[]): Buffer => {
  const codes = parts.map(part => encodeQR(part, "raw", { ecc: "low", border: 4, encoding: "alphanumeric" }))
  const size = Math.max(...codes.map(({ length }) => length)) * 4
  const film = [Buffer.from(`YUV4MPEG2 W${size} H${size} F8:1 Ip A1:1 C420jpeg\n`)]
  for (const rows of codes) {
    const luma = Buffer.alloc(size * size, 225)
    for (let at = 0; at < luma.length; at++) if (rows[Math.floor(at / size) >> 2]?.[(at % size) >> 2]) luma[at] = 30
    film.push(Buffer.from("FRAME\n"), luma, Buffer.alloc(2 * Math.ceil(size / 2) ** 2, 128))
  }
  return Buffer.concat(film)
}
