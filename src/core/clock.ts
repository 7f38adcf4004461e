// Clocks that are wrong: the other side's, which people are told of, and our own when it is set back (page: protocol/sync.md, section 9).
// Every time that a line waits by was read from this clock, so it goes back with it: else a clock set right after ten years ahead would
// keep a node waiting for ten years.
import { clockDoubtMs } from "./limits.ts"
import type { State } from "./state.ts"

/** Whether people must be told how far a peer's clock stands from ours. The way that its word took is no fault of its clock. (E-9) */
export const isClockDoubted = (clockOffsetMs: number | null, roundTripMs: number | null): boolean =>
  clockOffsetMs !== null && Math.abs(clockOffsetMs) > clockDoubtMs + (roundTripMs ?? 0)

/** Longer than a busy machine takes to ring a timer, and with a ping before it short of what a path is given. */
const lateMsMax = 4_000

/** The machine slept, or its clock was set on: this node was not there to hear anything when it had meant to be, and what was on its way
 *  is no later for that. Keys and epochs grow old all the same. (S-9) */
export const overslept = (state: State, now: number, before: number): void => {
  const ms = now - Math.max(before, state.wakeAt)
  if (ms <= lateMsMax) return
  for (const path of state.paths.values()) {
    path.heardAt += ms
    path.pings = path.pings.map(ping => ({ ...ping, at: ping.at + ms }))
    if (path.lastPong) path.lastPong = { ...path.lastPong, at: path.lastPong.at + ms }
  }
}

/** Times of the wire and of entries are not touched: they were said and are not waited for. (S-9) */
export const setBack = (state: State, ms: number): void => {
  for (const log of state.logs) {
    log.progressAt -= ms
    log.askedWholeAt -= ms
  }
  for (const { coming } of state.documents.wanted.values()) for (const chunk of coming.values()) chunk.askedAt -= ms
  for (const peer of state.peers.values()) {
    peer.refusedAt -= ms
    peer.refusedOpeningAt -= ms
    peer.shownAgainAt -= ms
    peer.reopenedAt -= ms
    if (peer.haveDue !== null) peer.haveDue -= ms
    if (peer.heardAt !== null) peer.heardAt -= ms
    if (peer.lastHuman !== null) peer.lastHuman -= ms
    if (peer.sending) peer.sending = { ...peer.sending, openedAt: peer.sending.openedAt - ms }
  }
  for (const path of state.paths.values()) {
    path.heardAt -= ms
    path.sentAt -= ms
    path.pingAt -= ms
    path.helloHeardAt -= ms
    path.headSentAt -= ms
    path.openedAt -= ms
    path.pings = path.pings.map(ping => ({ ...ping, at: ping.at - ms }))
    if (path.lastPong) path.lastPong = { ...path.lastPong, at: path.lastPong.at - ms }
    path.windowAt -= ms
    path.shortestAt -= ms
  }
  state.ownEntryAt -= ms
  if (state.doubtSince !== null) state.doubtSince -= ms
  if (state.epochKeyAt > 0) state.epochKeyAt = Math.max(1, state.epochKeyAt - ms)
  const { carried } = state
  if (carried.at > 0) carried.at = Math.max(1, carried.at - ms)
  for (const key of carried.kept) key.at -= ms
}
