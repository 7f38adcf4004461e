// A ping, which asks of a path what has become of all that was handed over before it (page: protocol/sync.md, S-9 and S-12).
import { encodePart } from "./frame.ts"
import { have } from "./have.ts"
import { enqueueOnce, waits } from "./once.ts"
import type { Path } from "./path-state.ts"
import { precedences } from "./registry.ts"
import type { Line } from "./state.ts"

const flash = precedences.indexOf("FLASH")
const name = "ping"
/** Pings whose pong may still come: at one in three seconds a round trip of a minute and a half. */
const pingsKept = 32

/** A pong names its ping by the time of asking, to the millisecond: of two that wait for theirs none has the same. */
const echoOf = ({ now }: Line, { pings }: Path): number => {
  let echo = now
  while (pings.some(it => it.echo === echo)) echo += 1
  return echo
}

export const sendPing = (line: Line, path: Path): void => {
  path.pingAt = line.now
  const { lastHuman, consoles } = line.state
  // One that waits is said with what is known now, and stays the one that was asked then.
  const waiting = waits(path, flash, name) ? path.pings.at(-1) : undefined
  const echo = waiting?.echo ?? echoOf(line, path)
  if (!waiting) {
    // The frame that brings the ping is the next, and counts itself.
    path.pings = [
      ...path.pings.slice(1 - pingsKept),
      {
        ...{ echo, at: line.now, frames: path.framesSent + 1, bytes: path.bytesSent },
        underWay: path.bytesSent - path.bytesPassed,
      },
    ]
    path.bytesProbed = path.bytesSent
  }
  enqueueOnce(path, {
    ...{ name, precedence: flash },
    part: encodePart({ type: "ping", now: echo, lastHuman, consoles, have: have(line) }),
  })
}
