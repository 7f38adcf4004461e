// How much that is not urgent may be under way on a path. What a path has taken may still lie in somebody's buffer, for minutes where it is
// slower than it says, and nothing urgent could overtake it there; so it is measured by pings, and held small enough to pass in a
// fraction of a second (page: protocol/sync.md, S-12).
import type { Path } from "./path-state.ts"
import { precedences } from "./registry.ts"
import type { Line } from "./state.ts"

const immediate = precedences.indexOf("IMMEDIATE")
/** Until the first pong; and after it as much as came through until then in four seconds, between these bounds. 256 KiB are 21 ms at
 *  100 Mbit/s. */
const windowUnknown = 65_536
const windowFirstLeast = 16_384
const windowFirst = 262_144
const firstMs = 4_000
const windowLeast = 1_024
/** A satellite's 0.6 s at 200 Mbit/s. */
const windowMost = 16_777_216
/** What a path that let its other end believe that nobody is there is taken for. */
const deathShare = 16
/** How much longer than the shortest a round trip may be made by what waits in buffers: as long as this many bytes take, between these
 *  bounds, or a quarter of it. Twice as long, and less is kept under way. */
const spareBytes = 65_536
const spareMsLeast = 40
const spareMsMost = 300
/** After so long without one as short, or so many round trips, the shortest is measured anew: paths change, and what waits in a buffer all
 *  the time would pass for distance. */
const soundMs = 10_000
const soundTrips = 40
/** The best of what came through is forgotten by so much with each pong of a full window. */
const bestKept = 0.95

type Windows = { readonly now: number; readonly state: Pick<Line["state"], "windows"> }

export const firstWindow = (line: Line, id: number): number => line.state.windows.get(id) ?? windowUnknown

/** Whether a part of this precedence may go. */
export const hasRoom = ({ bytesSent, bytesPassed, window }: Path, precedence: number): boolean =>
  precedence >= immediate || bytesSent - bytesPassed < window

/** How long a frame may be that others wait for: a quarter of that at the most. */
export const pieceOf = ({ window, traits }: Path): number => {
  const most = traits.pieceBytes ?? traits.fragmentBytes
  return window < windowFirst ? Math.min(most, Math.floor(Math.max(windowLeast, window) / 4)) : most
}

/** A quarter of the window has been handed over since the last ping: what becomes of it is asked. */
export const wantsProbe = ({ bytesSent, bytesProbed, window, pings }: Path): boolean =>
  pings.length < 4 && bytesSent - bytesProbed > Math.max(window / 4, windowLeast / 2)

/** What was handed over before a ping has passed, or is lost. `perMs`: what came there since the pong before. */
export const passed = (
  { now, state: { windows } }: Windows,
  path: Path,
  asked: Pick<Path["pings"][number], "at" | "bytes" | "underWay">,
  perMs: number,
): void => {
  const rtt = now - asked.at
  const wasFull = asked.underWay >= 0.75 * path.window
  // A ping that left before the window was what it is says nothing of it.
  const isOfWindow = asked.at >= path.windowAt && (path.soundsFrom === null || asked.underWay <= 1.5 * path.window)
  const isStale = now - path.shortestAt > Math.max(soundMs, soundTrips * path.shortestMs)
  const hasSounded = path.soundsFrom !== null && isOfWindow
  if (rtt <= path.shortestMs || (isStale && !wasFull) || hasSounded) [path.shortestMs, path.shortestAt] = [rtt, now]
  // What a full window brings in a round trip; the best of late, since a busy machine answers late now and then.
  if (wasFull && isOfWindow) {
    const broughtPerMs = Math.min(perMs, asked.underWay / Math.max(1, rtt))
    path.bestPerMs = Math.max(bestKept * path.bestPerMs, broughtPerMs)
  }
  const spareMs = Math.max(Math.min(spareBytes / perMs, spareMsMost), spareMsLeast, path.shortestMs / 4)
  const most = path.shortestMs + spareMs
  let { window } = path
  if (!windows.has(path.id))
    window = Math.min(windowFirst, Math.max(windowFirstLeast, (firstMs * asked.bytes) / Math.max(1, rtt)))
  else if (!isOfWindow) return
  else if (path.soundsFrom !== null) [window, path.soundsFrom] = [path.soundsFrom, null]
  else if (!wasFull) return
  else if (isStale) [window, path.soundsFrom] = [window / 4, window]
  else if (rtt <= most) window = Math.min(2 * window, windowMost)
  // A third more than is to be under way: of what has passed the last quarter of a window is not known yet.
  else if (rtt > most + spareMs) window = Math.min(window, (path.bestPerMs / 0.75) * most)
  else return
  path.window = Math.max(windowLeast, window)
  path.windowAt = now
  if (path.soundsFrom === null) path.isBuffered = path.window < windowFirst && (rtt > most + spareMs || path.isBuffered)
  windows.set(path.id, path.soundsFrom ?? path.window)
}

/** It took what was handed over and brought nothing of it there, while the peer was heard all the time: most of it lies in a buffer. A cut
 *  silences both ways. */
export const swallowed = (line: Line, path: Path, sinceMs: number): void => {
  const [late] = path.pings
  if (!late || path.heardAt < late.at + sinceMs || path.bytesSent === 0) return
  line.state.windows.set(path.id, Math.max(windowLeast, path.window / deathShare))
}
