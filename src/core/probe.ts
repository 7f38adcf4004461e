// A ping, which asks of a path what has become of all that was handed over before it (page: protocol/sync.md, S-9 and S-12).
import { encodePart } from "./frame.ts"
import { have } from "./have.ts"
import type { Path } from "./path-state.ts"
import { precedences } from "./registry.ts"
import type { Line } from "./state.ts"

const flash = precedences.indexOf("FLASH")
/** Pings whose pong may still come: at one in three seconds a round trip of a minute and a half. */
const pingsKept = 32
export const sendPing = (line: Line, path: Path): void => {
  path.pingAt = line.now
  const { lastHuman, consoles } = line.state
  // The frame that brings the ping is the next, and counts itself.
  path.pings = [
    ...path.pings.slice(1 - pingsKept),
    {
      ...{ echo: line.now, at: line.now, frames: path.framesSent + 1, bytes: path.bytesSent },
      underWay: path.bytesSent - path.bytesPassed,
    },
  ]
  path.bytesProbed = path.bytesSent
  path.queue[flash]!.push({
    precedence: flash,
    part: encodePart({ type: "ping", now: line.now, lastHuman, consoles, have: have(line) }),
  })
}
