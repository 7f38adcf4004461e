// What every path over connections has in common, whatever they are made of: who dials and how often, one path out of several, one start
// and one stop (page: protocol/sync.md, section 5).
import { strict as assert } from "node:assert"
import { reconnectMs, reconnectSpread } from "../core/limits.ts"
import { type Dialler, type Link, onePath } from "./link.ts"
import type { PathTraits, Transport } from "./transport.ts"

/** An attempt to reach the peer. */
export type Attempt = {
  /** Nothing has come back yet: its first packet may have been lost. */
  isSilent(): boolean
  destroy(): void
}

/** Where the peer comes in; `open` answers the port. */
export type Door = { open(): Promise<number | undefined>; close(): Promise<void> }

type Connected = {
  readonly traits: () => PathTraits
  /** Hashes of the two TLS keys, ours first. */
  readonly pins: readonly [Uint8Array, Uint8Array]
  readonly random: () => number
  /** Begins one attempt; `ended` once it has become a link or nothing. */
  readonly dial?: (arrived: (link: Link) => void, ended: (attempt: Attempt) => void) => Attempt
  readonly door?: (arrived: (link: Link) => void) => Door
  /** Whether the peer can dial us. */
  readonly listens: boolean
}

type Running = { stop(): Promise<void>; send(frame: Uint8Array): void; drop(reason: string): void }

export const connectedTransport = (way: Connected): Transport & { port(): number | undefined } => {
  const order = Buffer.compare(...way.pins)
  assert(order !== 0, "a node cannot be its own peer")
  const keeps: Dialler = order < 0 ? "us" : "peer"
  // The node whose connection is not kept leaves the first word to the other, by one reconnect, so that the two seldom cross.
  const patience = keeps === "peer" && way.listens ? 1 : 0
  let running: Running | undefined
  let port: number | undefined
  return {
    get traits() {
      return way.traits()
    },
    port: () => port,
    start: async events => {
      assert(!running, "started twice")
      let stopped = false
      const dials = dialler(way, link => one.offer(link))
      const one = onePath(events, keeps, {
        up: () => dials.stop(),
        down: () => {
          if (!stopped) dials.start(1 + patience)
        },
      })
      const door = way.door?.(link => one.offer(link))
      running = {
        send: one.send,
        drop: one.close,
        stop: async () => {
          stopped = true
          dials.stop()
          one.close("stopped")
          await door?.close()
        },
      }
      try {
        port = await door?.open()
      } catch (cause) {
        running = undefined
        throw cause
      }
      // Stopped while it was starting: the door may have opened after it was closed.
      if (stopped) await door?.close()
      else dials.start(patience)
    },
    send: frame => running?.send(frame),
    drop: reason => running?.drop(reason),
    stop: async () => {
      const last = running
      running = undefined
      await last?.stop()
    },
  }
}

/**
 * S-10: dials every second, spread by a fifth, for ever. While a packet of ours may be lost on its way, the next attempt does not
 * wait for the system's own, ever longer retries; once something came back, it is given its time.
 */
const dialler = ({ dial, random }: Connected, arrived: (link: Link) => void) => {
  const attempts = new Set<Attempt>()
  let timer: NodeJS.Timeout | undefined

  const pauseMs = (): number => reconnectMs * (1 + reconnectSpread * (2 * random() - 1))
  const took = (link: Link): void => {
    stop()
    arrived(link)
  }
  const turn = (): void => {
    if (!dial) return
    timer = setTimeout(turn, pauseMs())
    if ([...attempts].every(attempt => attempt.isSilent()))
      attempts.add(dial(took, attempt => void attempts.delete(attempt)))
  }
  const stop = (): void => {
    clearTimeout(timer)
    for (const attempt of attempts) attempt.destroy()
    attempts.clear()
  }
  return {
    /** The first dial after this many pauses. */
    start: (pauses: number): void => {
      stop()
      if (pauses === 0) turn()
      else timer = setTimeout(turn, pauses * pauseMs())
    },
    stop,
  }
}
