// The door of the pairing ceremony, as a page or a program knocks at it: whatever must be refused is refused by name. What persons do there
// in a browser is ceremony.slow.ts.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { cardText } from "../src/core/charter.ts"
import { cardSequence, partsOf } from "../src/core/parts.ts"
import type { Side } from "../src/node/home.ts"
import { openLog } from "../src/node/log.ts"
import { type ServedCeremony, serveCeremony } from "../src/node/serve-ceremony.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { homeOf } from "./fixtures/homes.ts"
import { fc } from "./fixtures/property.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-served-"))
after(() => rmSync(folder, { recursive: true, force: true }))

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
    const parts = [
      partsOf(cardSequence, other.card.bytes, nodeSuite),
      partsOf(cardSequence, side.card.bytes, nodeSuite),
    ] as const
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
