// One path to a peer as the line knows it: what waits for it, what was handed over, what is known to have come (page: protocol/sync.md,
// sections 4 and 5). Nothing of it outlives the path.
import type { InLog } from "./entry.ts"
import type { PathTraits } from "./event.ts"
import type { AskPart } from "./frame.ts"
import type { Head } from "./head.ts"
import { precedences } from "./registry.ts"
import type { Before } from "./short.ts"

/** A part that waits. `entry`: which it brings; `isUnfinished`: not all of it. `isAsked`: the peer wants it, whatever it was proven to
 *  hold. `name`: of what waits once (src/core/once.ts). */
export type Outgoing = {
  readonly precedence: number
  readonly part: Uint8Array
  readonly entry?: InLog
  readonly isUnfinished?: true
  readonly isAsked?: true
  readonly isCopy?: true
  readonly name?: string
}

/** Frames and bytes that had been handed over when something was asked, and that had come when it was answered. `echo`: as the wire has the
 *  time of asking, which goes back with no clock. */
type Mark = { readonly echo: number; readonly at: number; readonly frames: number; readonly bytes: number }
type Heard = { readonly at: number; readonly frames: number; readonly heard: number; readonly bytes: number }

export type Path = {
  readonly id: number
  readonly peer: number
  readonly traits: PathTraits
  readonly queue: Outgoing[][] // by precedence
  inFlight: number
  helloSent: boolean
  helloHeardAt: number
  serving: boolean
  wants: { author: number; generation: number; from: number; to: number }[]
  /** What the peer asked for of documents, and whether a chunk is being read for it. (D-5) */
  asks: AskPart[]
  reading: boolean
  giving: Pick<AskPart, "root" | "index"> | null
  openedAt: number
  heardAt: number
  sentAt: number
  pingAt: number
  joining: Map<number, { bytes: Uint8Array; got: Set<number>; filled: number }>
  openingParts: Map<string, (Uint8Array | undefined)[]>
  headSentAt: number
  /** The last head of each log that went before a backlog here; and the last own entry. */
  readonly headsServed: Map<number, Head>
  before: Before | null
  // What is measured (S-9):
  framesSent: number
  framesHeard: number
  bytesHeard: number
  /** Pings that are not answered yet, the oldest first. */
  pings: (Mark & { readonly underWay: number })[]
  lastPong: Heard | null
  roundTripMs: number | null
  /** Of the last 256 to 512 frames: handed over, and known to have come. */
  counted: { sent: number; heard: number }
  /** What came there between the last two pings, bit/s. */
  rate: number | null
  /** Bytes of frames that were handed over; before the last ping; and before the last that was answered. (S-12) */
  bytesSent: number
  bytesProbed: number
  bytesPassed: number
  /** What may be under way of what is not urgent, since when; the shortest round trip of late, since when; and what the window was
   *  before it was made less to measure that anew. */
  window: number
  windowAt: number
  shortestMs: number
  shortestAt: number
  soundsFrom: number | null
  /** Bytes a millisecond. */
  bestPerMs: number
  /** What it was given was found to lie in a buffer. */
  isBuffered: boolean
  /** A ping is late: what is not urgent takes another path, if there is one. (S-5) */
  isDoubtful: boolean
}

export const freshPath = (id: number, peer: number, traits: PathTraits, window: number, now: number): Path => ({
  id,
  peer,
  traits,
  queue: precedences.map(() => []),
  inFlight: 0,
  helloSent: false,
  helloHeardAt: -Infinity,
  serving: false,
  wants: [],
  asks: [],
  reading: false,
  giving: null,
  openedAt: now,
  heardAt: now,
  sentAt: now,
  pingAt: now,
  joining: new Map(),
  openingParts: new Map(),
  headSentAt: -Infinity,
  headsServed: new Map(),
  before: null,
  framesSent: 0,
  framesHeard: 0,
  bytesHeard: 0,
  pings: [],
  lastPong: null,
  roundTripMs: null,
  counted: { sent: 0, heard: 0 },
  rate: null,
  bytesSent: 0,
  bytesProbed: 0,
  bytesPassed: 0,
  window,
  windowAt: now,
  shortestMs: Infinity,
  shortestAt: now,
  soundsFrom: null,
  bestPerMs: 0,
  isBuffered: false,
  isDoubtful: false,
})
