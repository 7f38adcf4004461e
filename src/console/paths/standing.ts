// How a path stands, as this console may say it: what it was last told is NOT KNOWN any more once it is old. (DESIGN 2.2)
import type { PathView } from "../../api/paths.ts"
import { precedences } from "../../core/registry.ts"
import { deafAfterMs } from "../lamps.ts"

export type PathStanding = PathView["state"] | "unknown"

/** `ageMs`: since the node was last heard of its paths. */
export const standingOf = ({ state }: Pick<PathView, "state">, ageMs: number): PathStanding =>
  ageMs > deafAfterMs ? "unknown" : state

type Waiting = PathView["waiting"]

/** As it goes: the most urgent first. */
export const inTurn = (waiting: Waiting): Waiting =>
  [...waiting].sort((a, b) => precedences.indexOf(b.precedence) - precedences.indexOf(a.precedence))

/** Why what waits there has not gone: a word of its own for each. */
export const whyOf = ({ state, waiting, inFlight }: Pick<PathView, "state" | "waiting" | "inFlight">) => {
  if (state === "down") return "paths.why-down" as const
  if (state === "doubted") return "paths.why-doubted" as const
  if (waiting.length === 0) return null
  return inFlight > 0 ? ("paths.why-full" as const) : ("paths.why-turn" as const)
}
