// What rings and what waits (page: protocol/receipt.md, section "Alarms and clocks"). Pure questions about one message; the record
// keeps the answers for all of them.
import { kinds, precedences, saysSomething, traffics } from "../core/registry.ts"
import type { RungFact } from "./ladder.ts"

/** A message, as far as ringing and waiting go. `marked`: its signature turned out false, or the like: never taken as said. */
export type Standing = {
  readonly author: number
  readonly kind: number
  readonly precedence: number
  readonly traffic: number
  readonly marked: boolean
  readonly rungs: readonly RungFact[]
}

const service = traffics.indexOf("service")
/** The lowest precedence that sounds an alarm. */
export const ringsFrom = precedences.indexOf("PRIORITY")

const settles: ReadonlySet<number> = new Set([
  kinds.answer,
  kinds.deferred,
  kinds.declined,
  kinds.refused,
  kinds.expired,
])
const silences: ReadonlySet<number> = new Set([...settles, kinds.acknowledged])

/** it sounds here until somebody here has acknowledged, deferred, declined or answered it. */
export const rings = ({ author, kind, precedence, traffic, marked, rungs }: Standing, us: number): boolean =>
  author !== us &&
  saysSomething(kind) &&
  precedence >= ringsFrom &&
  traffic !== service &&
  !marked &&
  !rungs.some(rung => rung.party === us && silences.has(rung.kind))

/** The first other party that has neither answered, deferred nor declined; undefined when nobody owes a reply. */
export const waitsFor = (standing: Standing, parties: number, hasClock: boolean): number | undefined => {
  const { author, kind, traffic, marked, rungs } = standing
  // An answer ends an exchange; it asks for nothing.
  if (!saysSomething(kind) || kind === kinds.answer || traffic === service || marked) return undefined
  if (!hasClock) return undefined
  for (let party = 0; party < parties; party++) {
    if (party === author) continue
    if (!rungs.some(rung => rung.party === party && settles.has(rung.kind))) return party
  }
  return undefined
}
