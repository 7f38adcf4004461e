import assert from "node:assert/strict"
import { test } from "node:test"
import type { PathView } from "../api/paths.ts"
import { percentText, rateText, sizeText } from "./figures.ts"
import { deafAfterMs } from "./lamps.ts"
import { inTurn, standingOf, whyOf } from "./paths/standing.ts"

test("figures: a slow line is named exactly, a fast one by three figures, a size by the unit that fits", () => {
  assert.equal(rateText(9_600, "en"), "9,600 bit/s")
  assert.equal(rateText(1_000_000_000, "ja"), "1 Gbit/s")
  assert.equal(rateText(2_345_678, "en"), "2.35 Mbit/s")
  assert.equal(sizeText(1_023, "en"), "1,023 B")
  assert.equal(sizeText(104_857_600, "zh"), "100 MiB")
  assert.equal(sizeText(1_023 * 1_024, "en"), "1,023 KiB")
  assert.equal(percentText(0.005, "en"), "0.5%")
  assert.equal(percentText(0.42, "en"), "42%")
})

test("S-9: what a node said of a path is not known once it is old; what waits goes by its precedence", () => {
  assert.equal(standingOf({ state: "up" }, deafAfterMs), "up")
  assert.equal(standingOf({ state: "up" }, deafAfterMs + 1), "unknown")
  const waits = (precedence: PathView["waiting"][number]["precedence"]) => ({ precedence, parts: 1, bytes: 10 })
  const waiting = [waits("BULK"), waits("ROUTINE"), waits("FLASH")]
  assert.deepEqual(
    inTurn(waiting).map(({ precedence }) => precedence),
    ["FLASH", "ROUTINE", "BULK"],
  )
  assert.equal(whyOf({ state: "up", waiting: [], inFlight: 0 }), null)
  assert.equal(whyOf({ state: "up", waiting, inFlight: 9 }), "paths.why-full")
  assert.equal(whyOf({ state: "doubted", waiting: [], inFlight: 0 }), "paths.why-doubted")
})
