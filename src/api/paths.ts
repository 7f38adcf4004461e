// What the API says of the paths between the two nodes (page: protocol/sync.md, section 5).
//   GET  /api/paths → PathView[]         POST /api/paths PathRequest → 204: added, and started
//   POST /api/paths/remove {name} → 204: its traffic moves to the others at once
import type { Precedence } from "../core/registry.ts"

/** Rates in bit/s, times in UTC ms or ms; what is not known is null. */
export type PathView = {
  readonly name: string
  readonly kind: string
  readonly fields: Readonly<Record<string, string>>
  /** Of the home's own settings `listen` and `peer`: not taken away here. */
  readonly isFixed: boolean
  /** `up`: the other side answers on it; `doubted`: its answer is late; `quiet`: open, and nothing was heard there yet. */
  readonly state: "up" | "doubted" | "quiet" | "down"
  readonly since: number
  /** Why it was last closed, or could not be opened since. */
  readonly reason: string
  readonly heardAt: number | null
  readonly roundTripMs: number | null
  /** Share of our frames that did not come, of the last few hundred. */
  readonly loss: number | null
  readonly rate: number
  /** Where it is taken for less than it says. (S-12) */
  readonly believed: number | null
  readonly throughput: number | null
  readonly cost: number
  readonly waiting: readonly { readonly precedence: Precedence; readonly parts: number; readonly bytes: number }[]
  readonly inFlight: number
}

export type PathRequest = {
  readonly name: string
  readonly kind: string
  readonly fields: Readonly<Record<string, string>>
}

/** The kinds of path, and the fields that may be given of one; every kind takes `cost` besides. */
export const pathFields = {
  tls: ["listen", "connect", "rate"],
  websocket: ["listen", "connect", "cert", "key", "ca", "proxy", "rate"],
  udp: ["listen", "connect", "rate"],
  serial: ["device", "rate"],
  "one-way-out": ["connect", "rate"],
  "one-way-in": ["listen"],
} as const
