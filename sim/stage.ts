// Everything of one seed, for who acts on it.
import type { Checks } from "./checks.ts"
import type { Faults } from "./faults.ts"
import type { BreakingLie, Liar } from "./liar.ts"
import type { Archive } from "./papers.ts"
import type { Prng } from "./prng.ts"
import type { Side } from "./side.ts"
import type { Wire } from "./wire.ts"
import type { Universe } from "./world.ts"

/** Everything of one seed, for the script and for canaries. */
export type Stage = {
  readonly all: Universe
  readonly chance: Prng
  readonly faults: Faults
  readonly wires: readonly Wire[]
  readonly sides: readonly [Side, Side]
  readonly checks: Checks
  readonly archive: Archive
  readonly liar: { readonly party: number; readonly liar: Liar; readonly lie: BreakingLie | null } | null
}
