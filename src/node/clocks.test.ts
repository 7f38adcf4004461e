import assert from "node:assert/strict"
import { test } from "node:test"
import { isClockDoubted } from "../core/clock.ts"
import { clockDoubtMs } from "../core/limits.ts"
import { clockNotes, clocksOf } from "./clocks.ts"
import type { LineStatus } from "./line-status.ts"
import { openLog } from "./log.ts"

const tenYears = 10 * 365 * 86_400_000
const told = (clockOffsetMs: number) =>
  ({ type: "peer", peer: 1, lastHuman: null, consoles: 0, roundTripMs: 4, clockOffsetMs }) as const
const peer = { party: 1, up: true, heardAt: 0, lastHuman: null, consoles: 0, roundTripMs: 4, confirmed: 0 } as const

test("E-9: a clock that differs by more than a minute is shown to people, either way, and one that does not is not", () => {
  const doubted = (clockOffsetMs: number | null): boolean[] => {
    const status: LineStatus = {
      logs: [],
      peers: [{ ...peer, clockOffsetMs }],
      queued: 0,
      restored: false,
      restore: { claimed: 0, newer: false, forked: false, lacking: 0, unanswered: [], restoredPeers: [] },
      breaks: [],
    }
    return clocksOf(status).map(clock => clock.isDoubted)
  }
  assert.deepEqual(doubted(tenYears), [true])
  assert.deepEqual(doubted(-tenYears), [true])
  assert.deepEqual(doubted(clockDoubtMs), [false])
  assert.deepEqual(doubted(null), [false])
  assert.equal(isClockDoubted(-90_000, 120_000), false, "a slow path is no fault of the clock")
})

test("E-9: a clock that differs has one line in the log, and one when it is right again", () => {
  const lines: string[] = []
  const note = clockNotes(openLog("test", "info", { write: line => void lines.push(line) }), () => "bland")
  for (const offset of [3, tenYears, tenYears + 5, tenYears - 5, 12, 9]) note(told(offset))
  const said = lines.map(line => JSON.parse(line))
  assert.deepEqual(
    said.map(({ level, peer, offsetMs }) => [level, peer, offsetMs]),
    [
      [40, "bland", tenYears],
      [30, "bland", 12],
    ],
  )
})
