// A path of the settings, which stands whether or not it can be opened just now: until it can it is down, with the reason, and tried again
// (page: protocol/sync.md, S-10). No path that is not there may keep a node from using the others.
import { isRefusal, type Refusal } from "../core/refusal.ts"
import { reasonOf } from "../transport/link.ts"
import type { PathEvents, Transport } from "../transport/transport.ts"

export type HeldPath = {
  readonly name: string
  /** Anew for each attempt. `failed`: the peer was not reached, and is tried again by the path itself. */
  readonly make: (failed: (reason: string) => void) => Transport | Refusal
  /** It could not be opened, for another reason than the last time. */
  readonly failed: (reason: string) => void
  /** Where there is no settings file yet that names it: the first attempt must succeed. */
  readonly mustOpen?: boolean
  /** A shorter one, for tests. */
  readonly firstPauseMs?: number
}

/** Doubled with each attempt. */
const pauseMs = 1_000
const pauseMsMost = 60_000

export const heldPath = (path: HeldPath): Transport => {
  let made: Transport | undefined
  let isUp = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let attempting = Promise.resolve()
  let lastReason = ""

  const open = async (events: PathEvents): Promise<void> => {
    const next = path.make(reason => {
      // Of a path that brings nothing back an error is no end.
      if (made === next && !isUp && !stopped && next.traits.isOneWay !== true) events.closed(reason)
    })
    if (isRefusal(next)) throw new Error(wordsOf(next))
    made = next
    await next.start({
      ...events,
      opened() {
        isUp = true
        events.opened()
      },
      closed(reason) {
        isUp = false
        events.closed(reason)
      },
    })
    if (stopped) await next.stop()
  }
  const attempt = async (events: PathEvents, pause: number): Promise<void> => {
    try {
      await open(events)
      if (lastReason !== "" && !isUp) events.closed("")
      lastReason = ""
    } catch (error) {
      if (stopped) return
      const reason = whyOf(error)
      if (reason !== lastReason) path.failed(reason)
      lastReason = reason
      events.closed(reason)
      timer = setTimeout(() => {
        attempting = attempt(events, Math.min(2 * pause, pauseMsMost))
      }, pause)
    }
  }
  return {
    get traits() {
      return made?.traits ?? { name: path.name, rate: 0, fragmentBytes: 0, queueBytes: 0 }
    },
    async start(events) {
      if (path.mustOpen) return open(events)
      attempting = attempt(events, path.firstPauseMs ?? pauseMs)
      await attempting
    },
    send: frame => made?.send(frame),
    drop: reason => made?.drop(reason),
    async stop() {
      stopped = true
      clearTimeout(timer)
      await made?.stop()
      await attempting
    },
    port: () => made?.port?.(),
  }
}

/** What the system said stands behind what was to be done. */
const whyOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} ${reasonOf(error.cause)}` : error.message
}

const wordsOf = ({ refusal, details }: Refusal): string =>
  [refusal, ...Object.entries(details).map(([name, value]) => `${name}: ${value}`)].join(", ")
