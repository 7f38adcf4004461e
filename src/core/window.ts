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
/** How much longer than the shortest a round trip may be before a buffer is suspected, and before it is certain. */
const slackMs = 100
const lateMs = 400
/** What is under way where a buffer was found, as time of what comes through. */
const keptMs = 300
/** The shortest round trip is forgotten by so much with each pong: paths change. */
const forgetting = 1.02

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
  pings.length < 4 && bytesSent - bytesProbed > Math.max(window / 4, windowLeast)

/** At half of its window or more it is the window that holds it back, or soon will be. */
export const isHalfFull = ({ bytesSent, bytesPassed, window }: Path): boolean => bytesSent - bytesPassed >= window / 2

type Pong = { readonly rtt: number; readonly bytes: number; readonly perMs: number; readonly wasFull: boolean }

/** What was handed over before a ping has passed, or is lost. `bytes`: of all of it; `perMs`: what came there of late. */
export const passed = (line: Line, path: Path, { rtt, bytes, perMs, wasFull }: Pong): void => {
  if (!line.state.windows.has(path.id))
    path.window = Math.min(windowFirst, Math.max(windowFirstLeast, (firstMs * bytes) / Math.max(1, rtt)))
  path.shortestMs = Math.min(path.shortestMs * forgetting, rtt)
  const least = 2 * path.shortestMs
  if (rtt <= least + slackMs) {
    if (wasFull) path.window = Math.min(2 * path.window, windowMost)
    if (path.window >= windowFirst) path.isBuffered = false
  } else if (rtt > least + lateMs && wasFull) {
    path.window = Math.min(path.window, Math.max(windowLeast, perMs * (path.shortestMs + keptMs)))
    path.isBuffered = path.window < windowFirst
  }
  line.state.windows.set(path.id, path.window)
}

/** It took what was handed over and brought nothing of it there, while the peer was heard all the time: most of it lies in a buffer. A cut
 *  silences both ways. */
export const swallowed = (line: Line, path: Path, sinceMs: number): void => {
  const [late] = path.pings
  if (!late || path.heardAt < late.at + sinceMs || path.bytesSent === 0) return
  line.state.windows.set(path.id, Math.max(windowLeast, path.window / deathShare))
}
