// Clocks of the other side that differ from ours: shown to people, told once in the log, and no reason to refuse anything. (E-9)
import type { PeerClock } from "../api/shapes.ts"
import { isClockDoubted } from "../core/clock.ts"
import type { Tell } from "../core/event.ts"
import type { LineStatus } from "./line-status.ts"
import type { Log } from "./log.ts"

export const clocksOf = ({ peers }: LineStatus): PeerClock[] =>
  peers.map(({ party, clockOffsetMs, roundTripMs }) => ({
    party,
    offsetMs: clockOffsetMs,
    isDoubted: isClockDoubted(clockOffsetMs, roundTripMs),
  }))

/** A line in the log when a clock begins to differ, and one when it is right again: not one with every ping. */
export const clockNotes = (log: Log, codeOf: (party: number) => string): ((told: Tell) => void) => {
  const doubted = new Set<number>()
  return told => {
    if (told.type !== "peer" || told.clockOffsetMs === null) return
    const { peer, clockOffsetMs, roundTripMs } = told
    const isDoubted = isClockDoubted(clockOffsetMs, roundTripMs)
    if (isDoubted === doubted.has(peer)) return
    const facts = { peer: codeOf(peer), offsetMs: clockOffsetMs }
    if (isDoubted) log.warn(facts, "the clock of the other side differs from ours")
    else log.info(facts, "the clock of the other side agrees with ours again")
    if (isDoubted) doubted.add(peer)
    else doubted.delete(peer)
  }
}
