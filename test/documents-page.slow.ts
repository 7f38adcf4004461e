// Documents as officers attach, send, see and save them, in a real browser before real nodes, in three languages: what is here is shown as
// text or as pixels, and what is not what it says, or would unpack to too much, is refused by name.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { after, before, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { crc32, deflateSync } from "node:zlib"
import type { Locator } from "playwright-core"
import type { Language } from "../src/api/shapes.ts"
import { packedPdf, pdf } from "./fixtures/pdf.ts"
import { openRow, row } from "./journey-acts.ts"
import { openStage, type Seat, type Stage, sit } from "./journey-line.ts"
import { fits, shot } from "./looks.ts"

let stage: Stage

before(async () => {
  stage = await openStage()
})
after(() => stage.close())

const until = async (holds: () => Promise<boolean>, what: string): Promise<void> => {
  for (const end = Date.now() + 30_000; !(await holds()); ) {
    assert.ok(Date.now() < end, what)
    await setTimeout(20)
  }
}

const chunk = (name: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(name), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
/** A grey wedge of these many pixels; `said`: what its header says instead. */
const png = (side: number, said = side): Buffer => {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(said, 0)
  header.writeUInt32BE(said, 4)
  header[8] = 8
  const rows = Buffer.concat(
    Array.from({ length: side }, (_, y) => Buffer.from([0, ...Array.from({ length: side }, (_, x) => (x + y) & 0xff)])),
  )
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([start, chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))])
}
const file = (name: string, mimeType: string, buffer: Buffer) => ({ name, mimeType, buffer })
const drill: Record<Language, string> = {
  en: "A drill, invented for practice. A buoy drifts.\n",
  ja: "訓練用に作った文章です。浮標が漂流しています。\n",
  zh: "演练用虚构文字：一浮标漂流。\n",
}

/** Chosen as a hand does it, and named by the message that is then sent. */
const sendWith = async (seat: Seat, text: string, files: readonly ReturnType<typeof file>[]): Promise<void> => {
  const { page } = seat
  await seat.tabTo("textarea")
  await page.keyboard.insertText(text)
  await page.locator(".attach input").setInputFiles([...files])
  await page.waitForSelector(`.attach .documents > li:nth-child(${files.length}) .document-named strong`)
  await until(async () => (await page.locator(".attach progress").count()) === 0, "all is taken in")
  assert.equal(await page.locator(".attach .notice").count(), 0)
}
const release = async (seat: Seat): Promise<void> => {
  await seat.tabTo("textarea")
  await seat.press("Control+Enter")
  await seat.page.waitForSelector(".dialog .documents-with .hash")
  await shot(seat, "documents-review")
  await seat.tabTo(".send")
  await seat.press("Enter")
  await seat.page.waitForSelector(".dialog", { state: "detached" })
}
const written = async (seat: Seat): Promise<void> => {
  await seat.tabTo(".nav button", seat.say("nav.write"))
  await seat.press("Enter")
  await seat.page.waitForSelector(".attach")
}
const document = ({ page }: Seat, name: string): Locator => page.locator(`.message-documents [data-document="${name}"]`)
const pressed = async (seat: Seat, of: Locator, word: "document.show" | "document.save"): Promise<void> => {
  await of
    .locator(".button", { hasText: seat.say(word) })
    .first()
    .focus()
  await seat.press("Enter")
}
const closed = async (seat: Seat): Promise<void> => {
  await seat.press("Escape")
  await seat.page.waitForSelector(".modal.preview", { state: "detached" })
}

test("D-2: a name that hides how it is read is refused in the composer by a sentence, and the draft outlives the page", async () => {
  const names = ["report\u202Etxt.exe", "a/b.txt", "CON.txt", "x".repeat(201)]
  for (const language of ["en", "ja", "zh"] as const) {
    const seat = await sit(stage.browser, stage.tokyo, { language })
    await written(seat)
    await seat.page
      .locator(".attach input")
      .setInputFiles([
        ...names.map(name => file(name, "text/plain", Buffer.from("x"))),
        file("empty.txt", "text/plain", Buffer.alloc(0)),
        file("kept.txt", "text/plain", Buffer.from(drill[language])),
      ])
    await seat.page.waitForSelector(".attach .documents strong")
    const said = await seat.page.locator(".attach [role=alert]").allTextContents()
    assert.equal(said.length, 5, said.join("\n"))
    assert.ok(said[0]?.includes("report[U+202E]txt.exe"), said.join("\n"))
    await fits(seat, "documents-refused")
    await seat.page.reload()
    await written(seat)
    assert.equal(await seat.page.locator(".attach .documents strong").textContent(), "kept.txt")
    await seat.tabTo(".button", seat.say("write.discard"))
    await seat.press("Enter")
    await seat.page.context().close()
  }
})

test("D-1: what is dropped on the page is attached and never opened, and what is being taken in can be cancelled", async () => {
  const seat = await sit(stage.browser, stage.tokyo, { language: "en" })
  const { page } = seat
  await written(seat)
  const drag = (kind: "dragover" | "drop"): Promise<boolean> =>
    page.evaluate(`(() => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File(["A drill."], "dropped.txt", { type: "text/plain" }))
      return !document.body.dispatchEvent(new DragEvent("${kind}", { dataTransfer, bubbles: true, cancelable: true }))
    })()`)
  assert.equal(await drag("dragover"), true, "the browser does nothing of its own")
  await page.locator(".attach-over", { hasText: seat.say("attach.over") }).waitFor()
  assert.equal(await drag("drop"), true)
  await page.locator(".attach .documents strong", { hasText: "dropped.txt" }).waitFor()
  // A node that takes its time.
  await page.route("**/api/documents/part*", () => undefined)
  await page.locator(".attach input").setInputFiles([file("slow.txt", "text/plain", Buffer.from(drill.en))])
  await page.locator(".attach progress").waitFor()
  await seat.tabTo(".attach .button", seat.say("attach.cancel"))
  await seat.press("Enter")
  await page.locator(".attach progress").waitFor({ state: "detached" })
  assert.equal(await page.locator(".attach .notice").count(), 0, "who cancels is told nothing")
  await page.unroute("**/api/documents/part*")
  await seat.tabTo(".button", seat.say("write.discard"))
  await seat.press("Enter")
  await page.locator(".attach .documents").waitFor({ state: "detached" })
  assert.deepEqual(seat.wrong, [])
  await page.context().close()
})

test("D-1, D-7, D-8: attached, sent, seen to come, shown as text and as pixels, saved by its name; others refused by name", async () => {
  for (const [at, language] of (["en", "ja", "zh"] as const).entries()) {
    const [us, them] = [
      await sit(stage.browser, stage.tokyo, { language }),
      await sit(stage.browser, stage.beijing, { language }),
    ]
    const text = `${drill[language].trim()} ${at}`
    const long = Buffer.from(drill[language].repeat(3_000))
    await written(us)
    await sendWith(us, text, [
      file("drill.txt", "text/plain", long),
      file("chart.png", "image/png", png(200 + at)),
      file("page.png", "image/png", Buffer.from(`<html><script>alert(1)</script>${at}`)),
      file("vast.png", "image/png", png(8 + at, 60_000)),
      file("drawing.svg", "image/svg+xml", Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${at}</svg>`)),
      file("large.bin", "application/octet-stream", Buffer.alloc(16 * 1_048_576, at + 1)),
    ])
    await fits(us, "documents-attached")
    await release(us)
    await row(them, text).waitFor()
    await openRow(them, text)
    await document(them, "large.bin").and(them.page.locator('[data-state="coming"]')).locator("progress").waitFor()
    await shot(them, "documents-coming")
    for (const name of ["drill.txt", "chart.png", "page.png", "vast.png", "large.bin"])
      await until(async () => (await document(them, name).getAttribute("data-state")) === "here", `${name} is here`)
    await fits(them, "documents-here")
    await looked(them, long, drill[language])
    await openRow(us, text)
    const there = document(us, "drill.txt")
    await until(async () => (await there.getAttribute("data-state")) === "there", "it is proven there")
    assert.match((await there.locator(".document-standing .hash").textContent()) ?? "", /^[0-9a-f]{64}$/)
    await fits(us, "documents-there")
    assert.deepEqual([us.wrong, them.wrong], [[], []])
    await changed(us, them)
    for (const { page } of [us, them]) await page.context().close()
  }
})

/** What may be shown is shown, what may not is refused by name, and what is saved is what was sent. */
const looked = async (seat: Seat, long: Buffer, line: string): Promise<void> => {
  const { page } = seat
  await pressed(seat, document(seat, "drill.txt"), "document.show")
  await page.waitForSelector('.preview-content[data-at="text"]')
  const shown = (await page.locator(".preview-content .words").textContent()) ?? ""
  assert.ok(shown.startsWith(line) && Buffer.byteLength(shown) <= 65_536, "the beginning, as text")
  assert.equal(await page.locator(".preview-content .notice").count(), 1, "that it is cut is said")
  await fits(seat, "documents-text", ".modal.preview")
  await closed(seat)
  await pressed(seat, document(seat, "chart.png"), "document.show")
  await page.waitForSelector('.preview-content[data-at="picture"] canvas')
  // Drawn, and of this page's own: a canvas that a foreign picture has touched gives its pixels to nobody.
  const pixel: number[] = await page.evaluate(
    "[...document.querySelector('canvas').getContext('2d').getImageData(50, 50, 1, 1).data]",
  )
  assert.deepEqual(pixel, [100, 100, 100, 255])
  await fits(seat, "documents-picture", ".modal.preview")
  await closed(seat)
  await document(seat, "page.png")
    .locator(".not-said", { hasText: seat.say("refusal.other-type") })
    .waitFor()
  for (const name of ["page.png", "drawing.svg", "large.bin"])
    assert.equal(
      await document(seat, name)
        .locator(".button", { hasText: new RegExp(`^${seat.say("document.show")}$`) })
        .count(),
      0,
      `${name} is not shown`,
    )
  await pressed(seat, document(seat, "vast.png"), "document.show")
  await page.locator(".preview [role=alert]", { hasText: "too-much-unpacked" }).waitFor()
  await shot(seat, "documents-too-much")
  await closed(seat)
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    pressed(seat, document(seat, "drill.txt"), "document.save"),
  ])
  assert.equal(download.suggestedFilename(), "drill.txt")
  assert.ok(readFileSync(await download.path()).equals(long), "what is saved is what was sent")
}

/** Removed and fetched again there; withdrawn here; each after one more look. */
const changed = async (us: Seat, them: Seat): Promise<void> => {
  const theirs = document(them, "chart.png")
  await theirs.locator(".button", { hasText: them.say("document.drop") }).focus()
  await them.press("Enter")
  await them.page.waitForSelector(".dialog.sure .follows")
  await shot(them, "documents-drop")
  await them.tabTo(".dialog .button.strong")
  await them.press("Enter")
  await until(async () => (await theirs.getAttribute("data-state")) === "not-asked", "it is removed")
  await theirs.locator(".button", { hasText: them.say("document.fetch") }).focus()
  await them.press("Enter")
  await until(async () => (await theirs.getAttribute("data-state")) === "here", "it is fetched again")
  const ours = document(us, "large.bin")
  assert.equal(
    await document(them, "large.bin")
      .locator(".button", { hasText: them.say("document.withdraw") })
      .count(),
    0,
  )
  await ours.locator(".button", { hasText: us.say("document.withdraw") }).focus()
  await us.press("Enter")
  await us.page.waitForSelector(".dialog.sure .follows")
  await us.tabTo(".dialog .button.strong")
  await us.press("Enter")
  await until(async () => (await ours.getAttribute("data-state")) === "withdrawn", "it is withdrawn")
  await shot(us, "documents-withdrawn")
}

test("D-8: pages of a PDF are drawn where there is no network, and one that could act by itself is refused by name, packed or not", async () => {
  const script = "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
  for (const [at, language] of (["en", "ja", "zh"] as const).entries()) {
    const [us, them] = [
      await sit(stage.browser, stage.tokyo, { language }),
      await sit(stage.browser, stage.beijing, { language }),
    ]
    const text = `${drill[language].trim()} PDF ${at}`
    await written(us)
    await sendWith(us, text, [
      file("page.pdf", "application/pdf", pdf(`A drill ${at}`)),
      file("packed.pdf", "application/pdf", packedPdf(`/Lang (x${at})`)),
      file("script.pdf", "application/pdf", pdf(`${at}`, script)),
      file("hidden.pdf", "application/pdf", packedPdf(`/Lang (x${at}) ${script}`)),
      file("broken.pdf", "application/pdf", Buffer.from(`%PDF-1.7 ${at}`)),
    ])
    await release(us)
    await row(them, text).waitFor()
    await openRow(them, text)
    const { page } = them
    const policies: (string | undefined)[] = []
    page.on("response", answer => {
      if (answer.url().includes("pages.worker-")) policies.push(answer.headers()["content-security-policy"])
    })
    await until(async () => (await document(them, "broken.pdf").getAttribute("data-state")) === "here", "they are here")
    for (const name of ["page.pdf", "packed.pdf"]) {
      await until(async () => (await document(them, name).getAttribute("data-state")) === "here", `${name} is here`)
      await pressed(them, document(them, name), "document.show")
      await page.waitForSelector(".preview-pages canvas")
      const pixel: number[] = await page.evaluate(
        "[...document.querySelector('canvas').getContext('2d').getImageData(5, 5, 1, 1).data]",
      )
      assert.deepEqual(pixel, name === "page.pdf" ? [128, 128, 128, 255] : [255, 255, 255, 255])
      await page.locator(".preview-content", { hasText: them.say("preview.pages").slice(-8) }).waitFor()
      await shot(them, `documents-${name}`)
      await closed(them)
    }
    for (const [name, code] of [
      ["script.pdf", "active-content"],
      ["hidden.pdf", "active-content"],
      ["broken.pdf", them.say("preview.undecoded")],
    ] as const) {
      await pressed(them, document(them, name), "document.show")
      await page.locator(".preview [role=alert]", { hasText: code }).waitFor()
      assert.equal(await page.locator(".preview canvas").count(), 0)
      if (name === "hidden.pdf") await shot(them, "documents-active")
      await closed(them)
    }
    assert.deepEqual([...new Set(policies)], ["default-src 'none'; script-src 'self'; frame-ancestors 'none'"])
    // That it has no network is tried each time, and what a browser says of that is meant.
    assert.deepEqual(
      them.wrong.filter(said => !/connect-src|default-src|Content Security Policy/.test(said)),
      [],
    )
    for (const seat of [us, them]) await seat.page.context().close()
  }
})
