// The structured log: one JSON object a line on standard error. It never holds a secret or a body: what is logged is named here field by
// field where it is called, and what looks like a secret is blanked all the same.
import { type DestinationStream, destination, type Logger, pino } from "pino"

export type Log = Logger

/** `to`: for tests. Written at once, so that the last line before a crash is there. */
export const openLog = (code: string, level: string, to?: DestinationStream): Log =>
  pino(
    {
      level,
      base: { side: code, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ["token", "secret", "cookie", "authorization", "*.token", "*.secret", "*.cookie", "*.authorization"],
        censor: "withheld",
      },
    },
    to ?? destination({ fd: 2, sync: true }),
  )
