// How one path stands: what its transport says, and what the core has measured on it.
import type { PathView } from "../api/paths.ts"
import { lossOf } from "../core/ping.ts"
import type { Line } from "../core/state.ts"
import type { OpenPath } from "./open-paths.ts"

/** As people are shown it, before its setting stands beside it; `waiting` by numbers of the law. */
export type PathStatus = Omit<PathView, "kind" | "fields" | "isFixed" | "waiting"> & {
  readonly peer: number
  readonly waiting: readonly { readonly precedence: number; readonly parts: number; readonly bytes: number }[]
}

export const pathStatusOf = ({ state }: Line, open: OpenPath): PathStatus => {
  const { transport, peer, isUp, since, reason } = open
  const { name, rate, cost = 0, isOneWay } = transport.traits
  const path = isUp ? state.paths.get(open.id) : undefined
  const isHeard = path !== undefined && path.framesHeard > 0
  return {
    ...{ name, peer, since, reason, rate, cost },
    state:
      isOneWay && reason === ""
        ? "quiet"
        : path === undefined
          ? "down"
          : !isHeard
            ? "quiet"
            : path.isDoubtful
              ? "doubted"
              : "up",
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
