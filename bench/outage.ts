// A path that is away for half a minute while messages go on being said: from its return until the first of them is durable at the other
// end. Once it falls silent and nobody is told, once its connections are reset and so are all new ones; in turn. The limit is one
// round trip. None may be lost and none doubled.
import { setTimeout as pause } from "node:timers/promises"
import { type Figures, median, quantile, round } from "./figures.ts"
import { compared, type Joined, joined } from "./joined.ts"
import { routine } from "./message.ts"

export type OutageOptions = {
  readonly messages: number
  readonly everyMs: number
  readonly outageMs: number
  readonly rounds: number
  readonly delayMs: number
  readonly rate: number
}

/** Until the first entries and heads of a new line are said. */
const settleMs = 1_000
/** What was held on a path that was silent has been heard by then, and would have been taken twice. */
const lateMs = 500

const oneOutage = async (options: OutageOptions, nodes: Joined, how: "cut" | "stall"): Promise<number> => {
  const { messages, everyMs, outageMs } = options
  const { here, there, paths } = nodes
  await pause(settleMs)
  const said = here.ask("flow", 0, messages, everyMs, routine)
  await pause((messages / 2) * everyMs)
  await paths.ask(how, 0)
  await pause(outageMs)
  const next = there.ask("nextStored")
  const [mendedAt = 0] = await paths.ask("release", 0)
  const [storedAt = Number.NaN] = await next
  await said
  await pause(lateMs)
  await compared(nodes, messages)
  return storedAt - mendedAt
}

export const outage = async (options: OutageOptions): Promise<Figures> => {
  const limit = 2 * options.delayMs
  const found: Record<"cut" | "stall", number[]> = { cut: [], stall: [] }
  for (let at = 0; at < options.rounds; at++)
    for (const how of ["cut", "stall"] as const) {
      const storedMs = await joined([options], nodes => oneOutage(options, nodes, how))
      found[how].push(storedMs)
      console.log(
        `  ${how}: first message durable ${round(storedMs)} ms after the path's return; ${options.messages} of ${options.messages} there, none twice`,
      )
    }
  const all = [...found.cut, ...found.stall]
  const ours = median(all)
  const more = {
    ...{ mostMs: round(quantile(all, 1)), cutMs: round(median(found.cut)), stallMs: round(median(found.stall)) },
    ...{ messages: options.messages, outages: all.length, outageS: options.outageMs / 1_000 },
  }
  return { workload: "outage", ours, limit, ratio: ours / limit, unit: "ms", more }
}
