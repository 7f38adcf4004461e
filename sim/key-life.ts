// What befalls the keys and the record of a home: its node keys are changed while everything breaks, and it is put back from a copy.
import type { Prng } from "./prng.ts"
import type { Side } from "./side.ts"
import type { Stage } from "./stage.ts"

const second = 1_000

export const keyLife = (stage: Stage, active: number): void => {
  const chance = stage.chance.fork("key life")
  const copied = chance.below(3)
  for (const { party } of stage.sides) {
    const until = party === copied ? active / 3 : active
    const at = chance.below(until)
    if (chance.chance(0.5)) stage.all.after(at, () => rotate(stage, party, chance))
    if (party !== copied) continue
    stage.all.after(chance.between(until, 2 * until), () => copy(stage, party, active / 3, chance))
  }
}

/** Again until it is done: what was asked of a process that died is nobody's. The first time, nothing may be receipted yet. (K-3) */
const rotate = (stage: Stage, party: number, chance: Prng): void => {
  const { all, sides, faults } = stage
  const side = sides[party]!
  if (tenuresOf(side) > 1) {
    faults.rotation += 1
    return
  }
  side.rotate()
  all.after(chance.between(second, 20 * second), () => rotate(stage, party, chance))
}

const tenuresOf = (side: Side): number => side.running()?.tenures(side.party).length ?? 0

/** A copy, and a while later the home is put back from it. Keys are kept apart from the record, as in a hardware module. */
const copy = (stage: Stage, party: number, within: number, chance: Prng): void => {
  stage.sides[party]!.disk.copy()
  stage.all.after(chance.below(within), () => putBack(stage, party, chance))
}

/** What only the lost disk held is lost: no law can help there. So it is put back once the other side has all that was said here. */
const putBack = (stage: Stage, party: number, chance: Prng): void => {
  const { all, sides, faults } = stage
  const [side, other] = [sides[party]!, sides[1 - party]!]
  const isHeld = other.disk.truth.log(party).contiguous === side.disk.truth.log(party).contiguous
  if (side.running() && isHeld) {
    faults.putBack += 1
    side.putBack(true, chance.between(50, 60 * second))
  } else all.after(second, () => putBack(stage, party, chance))
}
