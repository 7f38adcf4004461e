// The chain of lamps: what this console may say about each part of the line, and how old that knowledge is. Nothing stale is shown as
// live: beyond its age a lamp is NOT KNOWN, and without our own node everything is. (DESIGN 2.2)
import type { Lamp } from "../api/shapes.ts"

/** The node beats at least every second; five missed beats and this console knows nothing any more. */
export const deafAfterMs = 5_000

export const lampNames = ["console", "node", "link", "their-node", "their-console"] as const
export type LampName = (typeof lampNames)[number]

export type Shown = {
  readonly name: LampName
  readonly state: "up" | "down" | "unknown"
  readonly ageMs: number | null
  readonly detail: number | null
}

export type Hearing = {
  readonly lamps: readonly Lamp[]
  /** Since this console last heard its node; null when it never has. */
  readonly silenceMs: number | null
  /** The time by the node's clock. */
  readonly now: number
}

const shown = (name: Exclude<LampName, "console">, { lamps, silenceMs, now }: Hearing): Shown => {
  const lamp = lamps.find(lamp => lamp.name === name)
  if (!lamp || lamp.heardAt === null) return { name, state: "unknown", ageMs: null, detail: null }
  const ageMs = Math.max(0, now - lamp.heardAt)
  const deaf = silenceMs === null || silenceMs > deafAfterMs
  return { name, state: deaf || ageMs > lamp.staleMs ? "unknown" : lamp.state, ageMs, detail: lamp.detail }
}

/** Five lamps in the order of the line. The console's own is kept here: it is up while its node is heard. */
export const chain = (hearing: Hearing): readonly Shown[] => {
  const { silenceMs } = hearing
  const deaf = silenceMs === null || silenceMs > deafAfterMs
  const own: Shown = { name: "console", state: deaf ? "unknown" : "up", ageMs: silenceMs, detail: null }
  return [own, ...lampNames.flatMap(name => (name === "console" ? [] : [shown(name, hearing)]))]
}

/** May a message be expected to leave at once? */
export const lineUp = (lamps: readonly Shown[]): boolean =>
  lamps.every(lamp => (lamp.name === "link" || lamp.name === "node" ? lamp.state === "up" : true))
