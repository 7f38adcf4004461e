// What befalls a seed and when: the people's bursts, and every fault that is not a frame's.
import { keyLife } from "./key-life.ts"
import type { Stage } from "./stage.ts"

const second = 1_000
const minute = 60 * second
const day = 24 * 60 * minute
const year = 365 * day
const tenYears = 3_652 * day

/** Lays everything out; answers when it ends. */
export const script = (stage: Stage, thin: boolean, bursts: number): number => {
  const { all, chance } = stage
  const start = all.now()
  const active = thin ? 20 * minute : 15 * minute
  const silent = chance.chance(0.25)
  // A year has many days, and a head in each: it is rare, and nothing for a modem line.
  const isYear = silent && stage.chance.fork("silence").chance(0.12) && !thin
  const silence = !silent ? 0 : isYear ? year : 30 * day
  people(stage, active, thin, bursts)
  misfortunes(stage, active)
  changes(stage, active)
  // Requests to begin anew are told apart by their time: whoever has lost a record keeps the clocks right. (EP-9)
  const isLost = !stage.liar && keyLife(stage, active)
  if (!isLost) clocks(stage, active)
  lies(stage, active)
  if (silent) longSilence(stage, active, silence)
  return start + active + silence
}

/** Messages come in bursts, on either side and on both at once. */
const people = ({ all, chance, sides }: Stage, active: number, thin: boolean, bursts: number): void => {
  for (let burst = 0; burst < bursts; burst++) {
    const at = chance.below(active)
    const speakers = chance.chance(0.3) ? sides : [chance.pick(sides)]
    const count = thin ? chance.between(1, 8) : chance.pick([1, 5, 30, 70, 120, 180])
    all.after(at, () => {
      for (const each of speakers) {
        each.running()?.watched(each.now(), 1)
        each.officers.burst(count, chance.pick([1, 200, 20 * count]))
      }
    })
  }
}

const misfortunes = (stage: Stage, active: number): void => {
  const { all, chance, sides, wires, faults } = stage
  const often = (times: number, what: () => void): void => {
    for (let done = 0; done < times; done++) all.after(chance.below(active), what)
  }
  const cutFor = (how: () => void, mend: () => void): void => {
    how()
    all.after(chance.between(second, 2 * minute), mend)
  }
  for (const wire of wires) {
    often(chance.between(1, 3), () => cutFor(wire.cut, wire.mend))
    often(chance.between(1, 3), () => cutFor(() => wire.mute(chance.below(2)), wire.mend))
    often(chance.between(1, 2), () => cutFor(() => wire.halfOpen(chance.below(2)), wire.mend))
  }
  for (const each of sides) {
    often(chance.between(1, 3), () => each.disk.dieAtWrite("before"))
    often(chance.between(1, 3), () => each.disk.dieAtWrite("after"))
    often(chance.between(1, 2), () => {
      if (!each.running()) return
      faults.powerLoss += 1
      each.crash(chance.chance(0.5), chance.between(50, 60_000))
    })
    often(1, () => {
      if (!each.running()) return
      faults.stop += 1
      each.restart(chance.between(50, 20_000))
    })
    often(chance.between(1, 2), () => {
      faults.diskFull += 1
      each.disk.fail(chance.between(1, 5))
    })
  }
}

/** A clock jumps by up to ten years, forward or back; sometimes somebody sets it right. */
const clocks = ({ all, chance, sides, faults }: Stage, active: number): void => {
  const times = chance.between(1, 2)
  for (let done = 0; done < times; done++) {
    const each = chance.pick(sides)
    const by = chance.pick([tenYears, -tenYears, chance.between(-day, day), chance.between(-5_000, 5_000)])
    all.after(chance.below(active), () => {
      faults.clockJump += 1
      each.skew(by)
      if (chance.chance(0.5)) all.after(chance.below(active / 2), () => each.skew(0))
    })
  }
}

/** Paths are taken away and added again on one side, documents withdrawn and dropped. */
const changes = ({ all, chance: by, sides, wires, faults }: Stage, active: number): void => {
  const chance = by.fork("changes")
  for (const side of sides) {
    for (let times = chance.between(0, 3); times > 0; times--)
      all.after(chance.below(active), () => {
        if (!side.removePath(chance.below(wires.length))) return
        faults.pathRemoved += 1
        const again = (): void => {
          if (side.addPath()) faults.pathAdded += 1
          else all.after(second, again)
        }
        all.after(chance.between(second, 2 * minute), again)
      })
    for (const [what, fault] of [
      ["withdraw", "withdrawn"],
      ["drop", "dropped"],
    ] as const)
      if (chance.chance(0.3))
        all.after(chance.below(active), () => {
          if (side.file(what)) faults[fault] += 1
        })
  }
}

/** Nothing passes on any path for thirty days or a year, and nobody is told; the people go on writing a little. */
const longSilence = ({ all, chance, sides, wires, faults }: Stage, active: number, ms: number): void => {
  all.after(active, () => {
    faults.silence30d += 1
    for (const wire of wires) wire.silence(false)
    for (let week = 0; week < 4; week++)
      for (const each of sides)
        all.after(week * 7 * day + chance.below(day), () => each.officers.burst(chance.between(1, 5), minute))
    all.after(ms - 1, () => {
      for (const wire of wires) wire.silence(true)
      if (ms === year) for (const wire of wires) wire.late()
    })
  })
}

/** A liar strikes once, somewhere in the middle, and sets its clock back as it likes. */
const lies = ({ all, chance, sides, faults, liar }: Stage, active: number): void => {
  if (!liar) return
  const { lie, party } = liar
  if (lie) all.after(chance.between(active / 4, active / 2), () => liar.liar.strike(lie))
  for (let times = chance.between(2, 6); times > 0; times--)
    all.after(chance.below(active), () => {
      faults.backdate += 1
      sides[party]!.skew(-chance.between(minute, 400 * day))
    })
}
