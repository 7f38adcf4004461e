// One seed: two nodes, their people and their paths, under a script of faults drawn from it. First safety, where everything may break
// and nothing may be lost or untrue; then one path is whole again, and convergence is demanded in bounded time.
import { equal } from "../src/core/hash.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { audit, auditAlone, lastOwed } from "./audit.ts"
import { checks } from "./checks.ts"
import { type Faults, noFaults } from "./faults.ts"
import { type BreakingLie, breakingLies, expected, liar } from "./liar.ts"
import { archive, lacking } from "./papers.ts"
import { keysOf, type Parties, parties } from "./parties.ts"
import { drawPaths, isSlowSeed, isThinSeed } from "./paths.ts"
import { type Prng, prng } from "./prng.ts"
import { script } from "./script.ts"
import { type Ground, type Side, side } from "./side.ts"
import { slowSigner } from "./slow.ts"
import type { Stage } from "./stage.ts"
import { simSuite } from "./suite.ts"
import { wire } from "./wire.ts"
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
  /** Bursts of messages; fewer for a short run. */
  readonly bursts?: number
  /** For canaries. */
  readonly ground?: (ground: Ground, party: number, chance: Prng) => Ground
  readonly stage?: (stage: Stage) => void
}

const start = Date.UTC(2027, 2, 1)
const minute = 60_000
let known: Parties | null = null

export const runSeed = async (seed: number, options: SeedOptions = {}): Promise<SeedResult> => {
  known ??= parties(nodeSuite)
  const all = universe(start, options.print ?? null)
  const stage = build(all, seed, known, options)
  options.stage?.(stage)
  let found: string | null = null
  try {
    await play(stage, seed, options.bursts ?? (isThinSeed(seed) ? 5 : isSlowSeed(seed) ? 8 : 13))
  } catch (error) {
    // Whatever is thrown under a node is a fault of the node.
    found = error instanceof Found ? error.message : `thrown: ${error instanceof Error ? error.stack : error}`
  }
  for (const each of stage.sides) each.stop()
  if (stage.liar) stage.faults.wrongChunk += stage.checks.refusals[1 - stage.liar.party]?.get("wrong-chunk") ?? 0
  return {
    seed,
    found,
    simulatedMs: all.now() - start,
    entries: [0, 1].reduce((sum, author) => sum + entriesOf(stage.sides[author]!, author), 0),
    faults: stage.faults,
    hash: all.trace.hash(),
    tasks: all.tasks(),
    bytes: stage.wires.reduce((sum, each) => sum + each.bytes(), 0),
  }
}

/** Every third seed has a liar at one end, and every second liar breaks its own log. */
const roleOf = (seed: number): { party: number; lie: BreakingLie | null } | null => {
  if (seed % 3 !== 0) return null
  const nth = Math.floor(seed / 3)
  return { party: nth % 2, lie: nth % 4 < 2 ? null : breakingLies[Math.floor(nth / 4) % breakingLies.length]! }
}

const build = (all: Universe, seed: number, known: Parties, options: SeedOptions): Stage => {
  const chance = prng(seed)
  const faults = noFaults()
  const profiles = drawPaths(chance.fork("paths"), seed)
  const wires = profiles.map(profile => wire(all, chance.fork(profile.traits.name), faults, profile))
  const sides: Side[] = []
  const papers = archive(isThinSeed(seed) ? 3_000 : isSlowSeed(seed) ? 20_000 : 200_000)
  const role = roleOf(seed)
  let liarHere: Stage["liar"] = null
  const watch = checks({
    all,
    charter: known.charter,
    truths: () => sides.map(each => each.disk.truth),
    ever: () => sides.map(each => each.disk.ever),
    liar: role?.party ?? null,
  })
  for (const party of [0, 1]) {
    const keys = keysOf(known.names[party]!, chance.fork("keys").bytes)
    let ground: Ground = { suite: watch.watched(party, simSuite()), signer: () => keys, store: store => store }
    if (role?.party === party) {
      const frameMax = (path: number): number => profiles[path]?.traits.fragmentBytes ?? 0
      const noise = role.lie ? 0.002 : 0.02
      const made = liar({ chance: chance.fork("liar"), party, suite: nodeSuite, keys, faults, frameMax, noise })
      ground = {
        ...ground,
        suite: made.suite(ground.suite),
        signer: () => (role.lie ? keys : made.signer(keys)),
      }
      liarHere = { ...role, liar: made }
    }
    const honest = ground.signer
    const pace = chance.fork("pace")
    if (seed % 4 === 1) ground = { ...ground, signer: () => slowSigner(all, pace, honest()) }
    if (options.ground) ground = options.ground(ground, party, chance.fork("ground"))
    sides.push(
      side({
        all,
        chance: chance.fork(`side ${party}`),
        parties: known,
        party,
        ground,
        roots: keys,
        wires,
        end: party,
        faults,
        checks: watch,
        archive: papers,
      }),
    )
  }
  return {
    all,
    chance: chance.fork("script"),
    faults,
    wires,
    sides: [sides[0]!, sides[1]!],
    checks: watch,
    archive: papers,
    liar: liarHere,
  }
}

const play = async (stage: Stage, seed: number, bursts: number): Promise<void> => {
  const { all, sides, wires } = stage
  for (const each of sides) each.start()
  await all.run(script(stage, isThinSeed(seed), bursts))
  all.trace.note("world", "heals")
  stage.liar?.liar.rest()
  for (const each of wires) each.calm()
  // One path is whole, and everybody is up; what else was cut stays so.
  wires[0]!.mend()
  for (const each of sides) {
    each.disk.heal()
    each.officers.rest()
    each.start()
    each.addPath()
    each.fetchAgain()
    each.officers.last()
  }
  const limit = all.now() + (isThinSeed(seed) ? 10 : isSlowSeed(seed) ? 20 : 3) * minute
  let next = 0
  const done = stage.liar?.liar.struck() ? isSafe : isSettled
  const settled = await all.run(limit, () => {
    if (all.now() < next) return false
    next = all.now() + 100
    return done(stage)
  })
  if (!settled) throw new Found(`no convergence in time: ${whatIsMissing(stage)}`)
  // What was heard last is said once it is written.
  await all.run(all.now() + minute, () => sides.every(({ party }) => stage.checks.unsaid(party).length === 0))
  const problem = stage.liar?.liar.struck()
    ? auditVictim(stage)
    : audit({
        truths: [sides[0].disk.truth, sides[1].disk.truth],
        notebooks: sides.map(each => each.officers.notebook),
        suite: nodeSuite,
      })
  if (problem) throw new Found(problem)
}

const entriesOf = (side: Side, author: number): number =>
  side.disk.truth.logs(author).reduce((sum, { contiguous }) => sum + contiguous, 0)

const areDocumentsWhole = (stage: Stage): boolean =>
  stage.sides.every(({ party }) => lackingOf(stage, party)?.length === 0)

/** Nothing is demanded of what a liar gives. Null where a process is down. */
const lackingOf = ({ sides, liar, archive }: Stage, author: number): string[] | null => {
  const [own, other] = [sides[author]?.documents(), sides[1 - author]?.documents()]
  if (!own || !other) return null
  return liar?.party === author ? [] : lacking(author, own, other, archive)
}

const isSettled = (stage: Stage): boolean => {
  const { sides } = stage
  for (const author of [0, 1]) {
    const own = sides[author]!
    const [here, there] = [own, sides[1 - author]!].map(side =>
      side.disk.truth.logs(author).map(({ contiguous, rows }) => [contiguous, rows.size]),
    )
    if (JSON.stringify(here) !== JSON.stringify(there)) return false
    const status = own.running()?.status()
    if (!status || status.restored) return false
    if (own.officers.notebook.some(decided => !decided.answer)) return false
    if ((status.peers[0]?.confirmed ?? 0) < lastOwed(own.disk.truth, author, nodeSuite)) return false
  }
  return areDocumentsWhole(stage)
}

/** Where one party has broken its own log: the other goes on, has lost nothing, and its word arrives. */
const isSafe = ({ sides, liar }: Stage): boolean => {
  const victim = sides[1 - liar!.party]!
  const said = victim.disk.truth.log(victim.party, 1).contiguous
  return (
    victim.officers.notebook.every(decided => decided.answer) &&
    sides[liar!.party]!.disk.truth.log(victim.party, 1).contiguous === said
  )
}

const auditVictim = ({ sides, liar, checks }: Stage): string | null => {
  const victim = sides[1 - liar!.party]!
  const [unsaid] = checks.unsaid(victim.party)
  if (unsaid) return `two histories were heard of ${unsaid}, and not seen`
  const { seq, hash } = liar!.liar.struck()!
  const held = victim.disk.truth.log(liar!.party, 1).rows.get(seq)
  // A path may have lost the lie and brought the truth first.
  const spared = held !== undefined && equal(held.hash, hash)
  const told = expected[liar!.lie!].some(code => (checks.refusals[victim.party]!.get(code) ?? 0) > 0)
  if (!told && !spared) return `the lie ${liar!.lie} was told and not seen`
  const taken = victim.running()?.status().logs[liar!.party]?.size ?? 0
  return auditAlone(victim.disk.truth, victim.officers.notebook, victim.party, taken, nodeSuite)
}

const whatIsMissing = (stage: Stage): string => {
  const { sides, wires } = stage
  const facts = sides.map(each => {
    const status = each.running()?.status()
    const peer = status?.peers[0]
    const unanswered = each.officers.notebook.filter(decided => !decided.answer).length
    const sizes = [0, 1]
      .flatMap(author => each.disk.truth.logs(author))
      .map(log => `${log.contiguous}/${log.rows.size}`)
    return {
      up: peer?.up,
      confirmed: peer?.confirmed,
      restored: status?.restored,
      sizes,
      unanswered,
      lacking: lackingOf(stage, each.party),
      paths: each.running()?.paths(),
    }
  })
  return `${JSON.stringify(facts)} ${wires.length} paths`
}
