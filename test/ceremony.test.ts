// The pairing ceremony as persons do it: two unpaired homes, two terminals, a real browser. One language here, by chance; the others, the
// narrow screen, codes, camera and paper in ceremony.slow.ts.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import fc from "fast-check"
import type { Language } from "../src/api/shapes.ts"
import { cardParts } from "../src/core/card-parts.ts"
import { cardText } from "../src/core/charter.ts"
import { openHome, type Side } from "../src/node/home.ts"
import { openLog } from "../src/node/log.ts"
import { type ServedCeremony, serveCeremony } from "../src/node/serve-ceremony.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { cardOn, openPairing, type Pairing, readTheirs, tenWords, typeWords } from "./ceremony-acts.ts"
import { type OpenBrowser, openBrowser } from "./fixtures/browser.ts"
import { buildConsole } from "./fixtures/console.ts"
import { homeOf } from "./fixtures/homes.ts"

import { freePort } from "./fixtures/ports.ts"

const languages: readonly Language[] = ["en", "ja", "zh"]
const language = languages[Math.floor(Math.random() * 3)] ?? "en"
let open: OpenBrowser
let pairing: Pairing | undefined
const folder = mkdtempSync(join(tmpdir(), "parley-served-"))

before(async () => {
  await buildConsole()
  open = await openBrowser()
})
after(async () => {
  await open.close()
  await pairing?.close()
  rmSync(folder, { recursive: true, force: true })
})

test(`CH-4, CH-6, CH-7, CH-10: two homes pair through two consoles (${language}): terms are agreed, a wrong word is marked and signs nothing, two persons confirm, and the nodes go on running`, async () => {
  pairing = await openPairing(open.browser, ["tokyo", "beijing"], [`127.0.0.1:${await freePort()}`, ""])
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
  const heard = await tenWords(there, languages.indexOf(language))
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

/** The served ceremony of one home, and how a page of it asks. */
const served = async (code: string): Promise<{ side: Side; ceremony: ServedCeremony; post: Post }> => {
  const side = await homeOf(folder, code, "")
  const ceremony = await serveCeremony({ side, port: 0, now: Date.now, log: openLog("test", "silent") })
  const origin = `http://127.0.0.1:${ceremony.port}`
  const ask = (path: string, body: object, cookie = ""): Promise<Response> =>
    fetch(`${origin}${path}`, {
      method: "POST",
      headers: { origin, cookie, "content-type": "application/json" },
      body: JSON.stringify(body),
    })
  const entered = await ask("/api/sign-in", { token: new URL(ceremony.link).hash.slice("#token=".length) })
  const cookie = entered.headers.get("set-cookie")?.split(";")[0] ?? ""
  const post: Post = async (path, body) => {
    const answer = await ask(`/api/ceremony/${path}`, body, cookie)
    const said: unknown = answer.status === 204 ? {} : await answer.json()
    return typeof said === "object" && said !== null && "refusal" in said ? String(said.refusal) : "accepted"
  }
  return { side, ceremony, post }
}
type Post = (path: string, body: object) => Promise<string>

test("CH-3, CH-9, CH-10: the console's door refuses by name a card altered in any byte, of a newer version, our own, in mixed parts, and whatever is out of turn", async () => {
  const { side, ceremony, post } = await served("aland")
  const other = await homeOf(folder, "bland", "")
  try {
    const text = cardText(other.card)
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 16), fc.constantFrom(..."AQgw"), async (place, letter) => {
        const written = text.slice(0, place + 14) + letter + text.slice(place + 15)
        return written === text || (await post("card", { text: written })) !== "accepted"
      }),
      { numRuns: 60 },
    )
    const parts = [cardParts(other.card.bytes, nodeSuite), cardParts(side.card.bytes, nodeSuite)] as const
    const many = Array.from({ length: 100 }, () => parts[0][0]).join("\n")
    for (const [path, body, why] of [
      ["card", { text: text.replace("card-1", "card-2") }, "wrong-version"],
      ["card", { text: cardText(side.card) }, "own-card"],
      ["card", { text: [...parts[0].slice(0, 5), ...parts[1].slice(5)].join("\n") }, "mixed-parts"],
      ["card", { text: parts[0].slice(1).join("\n") }, "bad-part"],
      ["card", { text: many }, "bad-part"],
      ["card", { text: "x".repeat(200_000) }, "too-large"],
      ["words", { typed: "abandon" }, "bad-request"],
      ["confirm", { persons: [] }, "bad-request"],
      ["fallback", { secret: "abandon" }, "unpaired"],
      ["run", {}, "unpaired"],
      ["terms", { set: { retentionYears: "soon" } }, "bad-terms"],
      ["terms", { set: { shoes: "1" } }, "bad-request"],
      ["card", { text: parts[0].toReversed().join("\n") }, "accepted"],
      ["words", { typed: "abandon" }, "wrong-words"],
      ["confirm", { persons: [{ name: "A", typed: "abandon" }], place: "" }, "wrong-words"],
    ] as const)
      assert.equal(await post(path, body), why, `${path} ${JSON.stringify(body).slice(0, 60)}`)
    const stranger = await fetch(`http://127.0.0.1:${ceremony.port}/api/ceremony`)
    assert.equal(stranger.status, 401)
  } finally {
    await ceremony.stop()
  }
})
