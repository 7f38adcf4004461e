// Documents that are on their way to this node. Nothing of it is in the snapshot: what is wanted is told anew when a process starts, with
// the chunks that are here (page: protocol/document.md, section 3).
import type { Hash } from "./suite.ts"

/** A chunk that was asked for: its record, and which stretches of it are here, ascending, the ends not included. */
export type Coming = {
  readonly record: Uint8Array
  got: [from: number, to: number][]
  /** Where what was last asked for ends: once that is here, what is missing before it was lost. */
  end: number
  /** The later it was asked for, the higher. */
  turn: number
  /** By which path it was last asked for, when, and how long that may take. */
  path: number
  askedAt: number
  waitMs: number
}

export type Wanted = {
  readonly root: Hash
  readonly size: number
  readonly peer: number
  /** Chunks that are durable here, and those that are being written. */
  readonly held: Set<number>
  readonly keeping: Set<number>
  readonly coming: Map<number, Coming>
  /** Chunks that came and were not what the root says. */
  wrong: number
  turns: number
  /** No chunk below it is lacking. */
  next: number
}

export type DocumentsState = {
  /** By the first eight bytes of the root, in hex: what a piece names. */
  readonly wanted: Map<string, Wanted>
}

export const noDocuments = (): DocumentsState => ({ wanted: new Map() })
