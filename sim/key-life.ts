// What befalls the keys and the record of a home: its node keys are changed or its log is begun anew while everything breaks, and it is put
// back from a copy.
import type { Prng } from "./prng.ts"
import type { Change, Side } from "./side.ts"
import type { Stage } from "./stage.ts"

const second = 1_000

/** Lays it out; whether a record will be lost. */
export const keyLife = (stage: Stage, active: number): boolean => {
  const chance = stage.chance.fork("key life")
  const copied = chance.below(3)
  const isLost = copied < 2 && chance.chance(0.15)
  for (const { party } of stage.sides) {
    const at = chance.below(active)
    const what = changeOf(chance)
    if (what) stage.all.after(at, () => change(stage, party, what, chance))
    if (party !== copied) continue
    stage.all.after(chance.between(active / 3, (2 * active) / 3), () => lose(stage, party, active / 3, isLost, chance))
  }
  return isLost
}

/** What the roots sign takes seconds of the machine's time, so it is rare. */
const changeOf = (chance: Prng): Change | null => {
  const drawn = chance.below(16)
  if (drawn < 7) return "rotation"
  if (drawn < 8) return "revocation"
  return drawn < 9 ? "generation" : null
}

const day = 86_400 * second

/** Again until it is done, ever more seldom: what was asked of a process that died is nobody's, and nothing may be receipted yet. (K-3) */
const change = (stage: Stage, party: number, what: Change, chance: Prng, within = 20 * second): void => {
  const { all, sides, faults } = stage
  const side = sides[party]!
  if (isDone(side, what)) {
    faults[what] += 1
    return
  }
  side.change(what)
  all.after(chance.between(second, within), () => change(stage, party, what, chance, Math.min(2 * within, 10 * day)))
}

const isDone = ({ disk, party, running }: Side, what: Change): boolean =>
  what === "generation" ? disk.truth.logs(party).length > 1 : (running()?.tenures(party).length ?? 0) > 1

/** A copy, and a while later the home is put back from it; or there was none, and the record is lost. Keys are kept apart from the
 *  record, as in a hardware module. */
const lose = (stage: Stage, party: number, within: number, isLost: boolean, chance: Prng): void => {
  if (!isLost) stage.sides[party]!.disk.copy()
  const until = stage.all.now() + within
  stage.all.after(chance.below(within), () => putBack(stage, party, isLost, chance, until))
}

/** What only the lost disk held is lost: no law can help there. So it is put back once the other side has all that was said here. */
const putBack = (stage: Stage, party: number, isLost: boolean, chance: Prng, until: number): void => {
  const { all, sides, faults } = stage
  const [side, other] = [sides[party]!, sides[1 - party]!]
  const isHeld = side.disk.truth
    .logs(party)
    .every(({ contiguous }, at) => other.disk.truth.log(party, at + 1).contiguous === contiguous)
  // What nobody speaks after is not receipted again: the last word is said when the paths are whole.
  if (all.now() > until) return
  if (!side.running() || !isHeld) return void all.after(second, () => putBack(stage, party, isLost, chance, until))
  const down = chance.between(50, 60 * second)
  faults[isLost ? "recordLost" : "putBack"] += 1
  if (!isLost) return side.putBack(true, down)
  side.lose(down)
  confirmBreak(stage, chance)
}

/** Without its secrets a home begins anew with the other: an officer of each rings, and types what the other reads out. (EP-10) */
const confirmBreak = (stage: Stage, chance: Prng): void => {
  const { all, sides } = stage
  for (const side of sides) {
    const asked = side.running()?.status().breaks[0]
    const read = sides[1 - side.party]!.running()?.status().breaks[0]
    if (asked?.held && typeof read?.read === "string") side.confirmBreak(read.read)
  }
  all.after(chance.between(second, 30 * second), () => confirmBreak(stage, chance))
}
