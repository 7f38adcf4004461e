// One message at a time: from the order until its author knows of the peer's signed receipt, against an echo with one fdatasync on each
// side. Both in turn, on the same paths: directly on loopback, and through a relay of 50 ms one way.
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { type Figures, median, quantile, round } from "./figures.ts"
import { pairedHomes } from "./homes.ts"
import { type Process, start } from "./process.ts"

export type LatencyOptions = {
  readonly samples: number
  readonly farSamples: number
  readonly delayMs: number
  readonly profileTo?: string
}

type Measured = { readonly ours: readonly number[]; readonly limit: readonly number[] }

const quietMs = 5
/** Until the first entries and heads of a new line are said. */
const settleMs = 500

/** Takes turns, so that what else the machine does falls on both. */
const inTurn = async (samples: number, node: Process, limit: Process): Promise<Measured> => {
  const ours: number[] = []
  const bare: number[] = []
  for (let at = -3; at < samples; at++) {
    const [one = Number.NaN] = await node.ask("one", at + 3)
    await pause(quietMs)
    const [echo = Number.NaN] = await limit.ask("echo")
    await pause(quietMs)
    // The first turns warm up code and caches.
    if (at < 0) continue
    ours.push(one)
    bare.push(echo)
  }
  return { ours, limit: bare }
}

const over = async (delayMs: number, samples: number, profileTo?: string): Promise<Measured> => {
  const { folder, sides, remove } = await pairedHomes()
  const [first, second] = sides
  const there = start("node-process.ts", [first.path, "listens"], profileTo)
  const here = start("node-process.ts", [second.path, "dials"], profileTo)
  const echoes = start("limit-process.ts", [join(folder, "echoes")])
  const calls = start("limit-process.ts", [join(folder, "calls")])
  const path = delayMs === 0 ? undefined : start("relay-process.ts", [])
  try {
    const through = async (port: number): Promise<number> =>
      path === undefined ? port : ((await path.ask("open", port, delayMs))[1] ?? 0)
    const [nodePort = 0] = await there.ask("run")
    const [echoPort = 0] = await echoes.ask("listen")
    await here.ask("run", await through(nodePort))
    await calls.ask("connect", await through(echoPort))
    await here.ask("up")
    await pause(settleMs)
    return await inTurn(samples, here, calls)
  } finally {
    for (const each of [here, there, calls, echoes, path]) await each?.stop()
    remove()
  }
}

export const latency = async (options: LatencyOptions): Promise<Figures> => {
  const { samples, farSamples, delayMs, profileTo } = options
  const near = await over(0, samples, profileTo)
  const far = farSamples > 0 ? await over(delayMs, farSamples) : { ours: [], limit: [] }
  const say = (ms: number, most: number, { ours, limit }: Measured): void =>
    console.log(
      `  ${ms} ms: p50 ${round(median(ours))} ms, p95 ${round(quantile(ours, 0.95))}; limit p50 ${round(median(limit))}, p95 ${round(quantile(limit, 0.95))}; ${round(median(ours) / median(limit))}x of at most ${most}x`,
    )
  say(0, 3, near)
  if (farSamples > 0) say(delayMs, 1.05, far)
  const [ours, limit] = [median(near.ours), median(near.limit)]
  const [farOurs, farLimit] = [median(far.ours), median(far.limit)]
  const more = { delayMs, farOurs: round(farOurs), farLimit: round(farLimit), farRatio: round(farOurs / farLimit) }
  return { workload: "latency", ours, limit, ratio: ours / limit, unit: "ms", ...(farSamples > 0 && { more }) }
}
