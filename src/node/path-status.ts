// How one path stands: what its transport says, and what the core has measured on it.
import { lossOf } from "../core/ping.ts"
import type { Line } from "../core/state.ts"
import type { OpenPath } from "./open-paths.ts"

/** Rates in bit/s, times in ms. What is not known yet is null. */
export type PathStatus = {
  readonly name: string
  readonly peer: number
  /** `up`: the other side answers on it; `doubted`: its answer is late, and the rest takes another path; `quiet`: it is open, and nothing
   *  was heard there yet; `down`. */
  readonly state: "up" | "doubted" | "quiet" | "down"
  readonly since: number
  readonly reason: string
  readonly heardAt: number | null
  readonly roundTripMs: number | null
  /** Share of our frames that did not come, of the last few hundred. */
  readonly loss: number | null
  /** As it says; `believed`: what it was found to bring, where that is so little that less is kept under way on it. (S-12) */
  readonly rate: number
  readonly believed: number | null
  /** What came through there lately. */
  readonly throughput: number | null
  readonly cost: number
  /** Parts and bytes that wait here, by precedence, and what was handed over and is not gone. */
  readonly waiting: readonly { readonly precedence: number; readonly parts: number; readonly bytes: number }[]
  readonly inFlight: number
}

export const pathStatusOf = ({ state }: Line, open: OpenPath): PathStatus => {
  const { transport, peer, isUp, since, reason } = open
  const { name, rate, cost = 0, isOneWay } = transport.traits
  const path = isUp ? state.paths.get(open.id) : undefined
  const isHeard = path !== undefined && path.framesHeard > 0
  return {
    ...{ name, peer, since, reason, rate, cost },
    state: isOneWay ? "quiet" : path === undefined ? "down" : !isHeard ? "quiet" : path.isDoubtful ? "doubted" : "up",
    heardAt: isHeard ? path.heardAt : null,
    roundTripMs: path?.roundTripMs ?? null,
    loss: path === undefined ? null : lossOf(path),
    believed: path?.isBuffered ? path.rate : null,
    throughput: path?.rate ?? null,
    waiting: (path?.queue ?? []).flatMap((parts, precedence) =>
      parts.length === 0
        ? []
        : [{ precedence, parts: parts.length, bytes: parts.reduce((sum, { part }) => sum + part.length, 0) }],
    ),
    inFlight: path?.inFlight ?? 0,
  }
}
