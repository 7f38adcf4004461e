// A long document on a fast path: from the order of the message that names it until it is whole at the other end, and what it does to the
// messages that are said meanwhile. The limit is its bytes at the path's rate and one round trip.
import { setTimeout as pause } from "node:timers/promises"
import { type Figures, median, quantile, round } from "./figures.ts"
import { type Joined, joined } from "./joined.ts"
import { flash, routine } from "./message.ts"

export type DocumentOptions = {
  readonly bytes: number
  readonly rounds: number
  /** Between two messages, of FLASH and of ROUTINE in turn. */
  readonly everyMs: number
  readonly delayMs: number
  readonly rate: number
  readonly profileTo?: string
}

/** Milliseconds from order to there, by precedence. */
type Waits = { readonly flash: number[]; readonly routine: number[] }

/** Until the first entries and heads of a new line are said. */
const settleMs = 1_500

const flow = async ({ here, there }: Joined, count: number, everyMs: number): Promise<Waits> => {
  const said = await here.ask("flow", 0, count, everyMs, flash, routine)
  const orderedAt = said.filter((_, at) => at % 2 === 1)
  const storedAt = await there.ask("stored", ...said.filter((_, at) => at % 2 === 0))
  const waits = storedAt.map((at, nth) => at - (orderedAt[nth] ?? Number.NaN))
  const turn = (nth: number): number[] => waits.filter((_, at) => at % 2 === nth)
  return { flash: turn(0), routine: turn(1) }
}

type Found = { readonly took: number[]; readonly tookBeside: number[]; readonly alone: Waits; readonly beside: Waits }

/** Messages alone; a document alone; both. */
const oneRound = async (nodes: Joined, { bytes, everyMs }: DocumentOptions, count: number, found: Found) => {
  const { here, there } = nodes
  const add = (to: Waits, sent: Waits): void => {
    to.flash.push(...sent.flash)
    to.routine.push(...sent.routine)
  }
  const transfer = async (beside: () => Promise<void>): Promise<number> => {
    await here.ask("takeIn", bytes)
    const [handedAt = 0] = await here.ask("hand")
    await beside()
    const [wholeAt = Number.NaN] = await there.ask("whole", found.took.length + found.tookBeside.length + 1)
    await pause(settleMs)
    return wholeAt - handedAt
  }
  add(found.alone, await flow(nodes, count, everyMs))
  found.took.push(await transfer(async () => undefined))
  found.tookBeside.push(await transfer(async () => add(found.beside, await flow(nodes, count, everyMs))))
}

export const document = async (options: DocumentOptions): Promise<Figures> => {
  const { bytes, rounds, everyMs, delayMs, rate, profileTo } = options
  const limit = bytes / (rate / 8_000) + 2 * delayMs
  const none = (): Waits => ({ flash: [], routine: [] })
  const found: Found = { took: [], tookBeside: [], alone: none(), beside: none() }
  await joined(
    [options],
    async nodes => {
      await pause(settleMs)
      await nodes.there.ask("fetches", 2 * rounds * bytes)
      for (let at = 0; at < rounds; at++) await oneRound(nodes, options, Math.ceil(limit / everyMs), found)
    },
    profileTo,
  )
  const ours = median(found.took)
  const { alone, beside } = found
  console.log(
    `  whole after ${found.took.map(round).join(", ")} ms, beside messages ${found.tookBeside.map(round).join(", ")}; limit ${round(limit)}`,
  )
  for (const name of ["flash", "routine"] as const)
    console.log(
      `  ${name}: alone p50 ${round(median(alone[name]))} ms, p95 ${round(quantile(alone[name], 0.95))}; beside it p50 ${round(median(beside[name]))}, p95 ${round(quantile(beside[name], 0.95))}, most ${round(quantile(beside[name], 1))}`,
    )
  const more = {
    ...{ mostMs: round(quantile(found.took, 1)), besideMs: round(median(found.tookBeside)), rounds },
    ...{ flashMs: round(median(alone.flash)), flashBesideMs: round(median(beside.flash)) },
    ...{ flashBesideP95Ms: round(quantile(beside.flash, 0.95)), routineMs: round(median(alone.routine)) },
    ...{ routineBesideMs: round(median(beside.routine)), routineBesideP95Ms: round(quantile(beside.routine, 0.95)) },
  }
  return { workload: "document", ours, limit, ratio: ours / limit, unit: "ms", more }
}
