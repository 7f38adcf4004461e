// One seed: two nodes, their people and their paths, under a script of faults drawn from it. First safety, where everything may break
// and nothing may be lost or untrue; then one path is whole again, and convergence is demanded in bounded time.
import type { Suite } from "../src/core/suite.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { audit, lastOwed } from "./audit.ts"
import { type Checks, checks } from "./checks.ts"
import { type Faults, noFaults } from "./faults.ts"
import { keysOf, type Parties, parties } from "./parties.ts"
import { drawPaths } from "./paths.ts"
import { type Prng, prng } from "./prng.ts"
import { script } from "./script.ts"
import { type Side, side } from "./side.ts"
import { type Wire, wire } from "./wire.ts"
import { Found, type Universe, universe } from "./world.ts"

export type SeedResult = {
  readonly seed: number
  readonly found: string | null
  readonly simulatedMs: number
  readonly entries: number
  readonly faults: Faults
  readonly hash: string
  readonly tasks: number
  readonly bytes: number
}

export type SeedOptions = {
  readonly print?: ((line: string) => void) | null
  readonly break?: (stage: Stage) => void
}

/** Everything of one seed, for the script and for canaries. */
export type Stage = {
  readonly all: Universe
  readonly chance: Prng
  readonly faults: Faults
  readonly wires: readonly Wire[]
  readonly sides: readonly [Side, Side]
  readonly checks: Checks
}

const start = Date.UTC(2027, 2, 1)
const minute = 60_000
let known: Parties | null = null

export const runSeed = async (seed: number, options: SeedOptions = {}): Promise<SeedResult> => {
  known ??= parties(nodeSuite)
  const all = universe(start, options.print ?? null)
  const stage = build(all, seed, known)
  options.break?.(stage)
  let found: string | null = null
  try {
    await play(stage, seed)
  } catch (error) {
    if (!(error instanceof Found)) throw error
    found = error.message
  }
  for (const each of stage.sides) each.stop()
  return {
    seed,
    found,
    simulatedMs: all.now() - start,
    entries: [0, 1].reduce((sum, author) => sum + stage.sides[author]!.disk.truth.log(author).contiguous, 0),
    faults: stage.faults,
    hash: all.trace.hash(),
    tasks: all.tasks(),
    bytes: stage.wires.reduce((sum, each) => sum + each.bytes(), 0),
  }
}

const build = (all: Universe, seed: number, known: Parties): Stage => {
  const chance = prng(seed)
  const faults = noFaults()
  const wires = drawPaths(chance.fork("paths"), seed).map(profile =>
    wire(all, chance.fork(profile.traits.name), faults, profile),
  )
  const sides: Side[] = []
  const watch = checks({ all, truths: () => sides.map(each => each.disk.truth), liar: null })
  for (const party of [0, 1]) {
    const keyChance = chance.fork("keys")
    const keys = keysOf(known.names[party]!, keyChance.bytes)
    const suite: Suite = watch.watched(party, nodeSuite)
    sides.push(
      side({
        all,
        chance: chance.fork(`side ${party}`),
        parties: known,
        party,
        suite,
        signer: () => keys,
        wires,
        end: party,
        faults,
        checks: watch,
      }),
    )
  }
  return { all, chance: chance.fork("script"), faults, wires, sides: [sides[0]!, sides[1]!], checks: watch }
}

const play = async (stage: Stage, seed: number): Promise<void> => {
  const { all, sides, wires } = stage
  for (const each of sides) each.start()
  const until = script(stage, seed)
  await all.run(until)
  all.trace.note("world", "heals")
  for (const each of wires) each.calm()
  // One path is whole, and everybody is up; what else was cut stays so.
  wires[0]!.mend()
  for (const each of sides) {
    each.officers.rest()
    each.start()
    each.officers.last()
  }
  const limit = all.now() + 10 * minute
  let next = 0
  const settled = await all.run(limit, () => {
    if (all.now() < next) return false
    next = all.now() + 100
    return isSettled(stage)
  })
  if (!settled) throw new Found(`no convergence in time: ${whatIsMissing(stage)}`)
  const problem = audit({
    truths: [sides[0].disk.truth, sides[1].disk.truth],
    notebooks: sides.map(each => each.officers.notebook),
    suite: nodeSuite,
  })
  if (problem) throw new Found(problem)
}

const isSettled = ({ sides }: Stage): boolean => {
  for (const author of [0, 1]) {
    const [own, other] = [sides[author]!, sides[1 - author]!]
    const here = own.disk.truth.log(author)
    const there = other.disk.truth.log(author)
    if (here.contiguous !== there.contiguous || here.rows.size !== there.rows.size) return false
    const status = own.running()?.status()
    if (!status || status.restored) return false
    if (own.officers.notebook.some(decided => !decided.answer)) return false
    if ((status.peers[0]?.confirmed ?? 0) < lastOwed(own.disk.truth, author, nodeSuite)) return false
  }
  return true
}

const whatIsMissing = ({ sides, wires }: Stage): string => {
  const facts = sides.map(each => {
    const status = each.running()?.status()
    const unanswered = each.officers.notebook.filter(decided => !decided.answer).length
    const sizes = [0, 1].map(
      author => `${each.disk.truth.log(author).contiguous}/${each.disk.truth.log(author).rows.size}`,
    )
    return {
      up: status?.peers[0]?.up,
      confirmed: status?.peers[0]?.confirmed,
      restored: status?.restored,
      sizes,
      unanswered,
    }
  })
  return `${JSON.stringify(facts)} ${wires.length} paths`
}
