// Two paths, the first fast and cheap, the second slower and dearer, and messages all the time: the first path is cut, and both ends are
// told; or it falls silent, and nobody is. From its death, and from when that is known where messages are said, until the next message is
// durable at the other end. The limit is one round trip of the second path. None may be lost and none doubled.
import { setTimeout as pause } from "node:timers/promises"
import { type Figures, median, quantile, round } from "./figures.ts"
import { compared, type Joined, joined, type Through } from "./joined.ts"
import { routine } from "./message.ts"

export type FailoverOptions = {
  readonly rounds: number
  readonly silentRounds: number
  readonly everyMs: number
  readonly first: Through
  readonly second: Through
}

type Moved = { readonly detectedMs: number; readonly storedMs: number; readonly afterMs: number }

/** Messages before and after a path dies; until the first entries of a new line are said; until what was held has been heard. */
const beforeMs = 1_000
const settleMs = 1_500
const lateMs = 500
/** A path without an answer is doubted 5 s after it fell silent, at the latest (S-9, S-5). */
const deathMs: Readonly<Record<"cut" | "stall", number>> = { cut: 600, stall: 6_000 }

const oneDeath = async (
  nodes: Joined,
  everyMs: number,
  how: "cut" | "stall",
  from: number,
): Promise<Moved & { readonly said: number }> => {
  const { here, there, paths } = nodes
  const count = Math.ceil((beforeMs + deathMs[how]) / everyMs)
  const flow = here.ask("flow", from, count, everyMs, routine)
  await pause(beforeMs + Math.random() * everyMs)
  const left = here.ask("leavesFirst")
  const [diedAt = 0] = await paths.ask(how, 0)
  const [detectedAt = 0] = await left
  const said = await flow
  const seqs = said.filter((_, at) => at % 2 === 0)
  const stored = await there.ask("stored", ...seqs)
  // What was on its way when the path died may have come by it.
  const storedAt = Math.min(...stored.filter(at => at >= detectedAt))
  await paths.ask("release", 0)
  await here.ask("onFirst")
  await pause(lateMs)
  return { detectedMs: detectedAt - diedAt, storedMs: storedAt - diedAt, afterMs: storedAt - detectedAt, said: count }
}

export const failover = async (options: FailoverOptions): Promise<Figures> => {
  const limit = 2 * options.second.delayMs
  const found: Record<"cut" | "stall", Moved[]> = { cut: [], stall: [] }
  await joined([options.first, options.second], async nodes => {
    await pause(settleMs)
    let messages = 0
    for (const how of ["cut", "stall"] as const)
      for (let at = 0; at < (how === "cut" ? options.rounds : options.silentRounds); at++) {
        const { said, ...moved } = await oneDeath(nodes, options.everyMs, how, messages)
        messages += said
        found[how].push(moved)
        await compared(nodes, messages)
      }
    console.log(`  ${messages} messages: none lost, none twice`)
  })
  const of = (how: "cut" | "stall", figure: keyof Moved): number => median(found[how].map(it => it[figure]))
  for (const how of ["cut", "stall"] as const)
    console.log(
      `  ${how}: known after ${round(of(how, "detectedMs"))} ms, next message durable there ${round(of(how, "afterMs"))} ms later; limit ${limit}`,
    )
  const after = [...found.cut, ...found.stall].map(it => it.afterMs)
  const ours = median(after)
  const more = {
    ...{ mostMs: round(quantile(after, 1)), cutMs: round(of("cut", "storedMs")) },
    ...{ silentDetectedMs: round(of("stall", "detectedMs")), silentAfterMs: round(of("stall", "afterMs")) },
    ...{ deaths: after.length },
  }
  return { workload: "failover", ours, limit, ratio: ours / limit, unit: "ms", more }
}
