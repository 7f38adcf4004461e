// The loop: takes what happened, steps the core, does what it wants done, in order. It is handed its store, paths, signer, clock and
// timers; the simulator runs this very file. A failed append ends the loop (crash-only); a restart replays.
import type { Charter } from "../core/charter.ts"
import type { Order, Tell } from "../core/event.ts"
import type { Entry } from "../core/entry.ts"
import type { Refusal } from "../core/refusal.ts"
import type { Suite } from "../core/suite.ts"
import type { Signer } from "../keys/signer.ts"
import type { Row, Store } from "../store/store.ts"
import type { Transport } from "../transport/transport.ts"

/** The world, as the loop knows it. `later` runs a task after everything now queued (setImmediate); `at` once at a time, replacing. */
export type World = {
  now(): number
  later(task: () => void): void
  at(time: number, task: () => void): void
}

export type RunOptions = {
  readonly charter: Charter
  readonly us: number
  /** Body of our own charter entry: the root signatures. */
  readonly charterBody: Uint8Array
  readonly suite: Suite
  readonly signer: Signer
  readonly store: Store
  readonly paths: readonly { readonly peer: number; readonly transport: Transport }[]
  readonly world: World
  /** Verifies rows' own signatures off the loop; answers the hashes of the bad ones. */
  readonly check: (rows: readonly Row[]) => Promise<Uint8Array[]> | Uint8Array[]
  readonly tell: (tell: Tell) => void
  /** The world failed: the disk, the key. The loop has stopped. */
  readonly failed: (error: Error) => void
}

export type OrderAnswer = { readonly entry: Entry } | Refusal

/** What the loop can say of the line at once, without the disk. */
export type LineStatus = {
  readonly logs: readonly { readonly author: number; readonly generation: number; readonly size: number; readonly ahead: number }[]
  /** Own entries that a peer is not yet known to hold, the largest over all peers. */
  readonly queued: number
  readonly peers: readonly {
    readonly party: number
    readonly up: boolean
    readonly heardAt: number | null
    readonly roundTripMs: number | null
    readonly lastHuman: number | null // by our clock
    readonly consoles: number
    readonly clockOffsetMs: number | null
    readonly confirmed: number // size of our log that the peer is proven to hold
  }[]
  readonly restored: boolean
}

export type Running = {
  /** Durable and signed when it resolves with an entry. Idempotent by `act`. */
  order(order: Omit<Order, "id">): Promise<OrderAnswer>
  watched(lastHuman: number | null, consoles: number): void
  status(): LineStatus
  stop(): Promise<void>
}
