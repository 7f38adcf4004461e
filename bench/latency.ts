// One message at a time: from the order until its author knows of the peer's signed receipt, against an echo with one fdatasync on each
// side. Both in turn, on the same paths: directly on loopback, and through a relay of 50 ms one way.
import { rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { pairedHomes } from "../test/fixtures/homes.ts"
import { type Figures, median, quantile, round } from "./figures.ts"
import { type Process, start } from "./process.ts"

export type LatencyOptions = {
  readonly samples: number
  readonly farSamples: number
  readonly delayMs: number
  readonly profileTo?: string
}

type Measured = { readonly ours: readonly number[]; readonly limit: readonly number[] }

const quietMs = 5

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
  const { folder, sides } = await pairedHomes()
  const [first, second] = sides
  const there = start("node-process.ts", [first.path, "listens"], profileTo)
  const here = start("node-process.ts", [second.path, "dials"], profileTo)
  const echoes = start("limit-process.ts", [join(folder, "echoes")])
  const calls = start("limit-process.ts", [join(folder, "calls")])
  const path = start("relay-process.ts", [])
  try {
    const through = async (port: number): Promise<number> =>
      delayMs === 0 ? port : ((await path.ask("open", port, delayMs))[1] ?? 0)
    const [nodePort = 0] = await there.ask("run")
    const [echoPort = 0] = await echoes.ask("listen")
    await here.ask("run", await through(nodePort))
    await calls.ask("connect", await through(echoPort))
    await here.ask("up")
    await pause(500)
    return await inTurn(samples, here, calls)
  } finally {
    for (const each of [here, there, calls, echoes, path]) await each.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

export const latency = async ({ samples, farSamples, delayMs, profileTo }: LatencyOptions): Promise<Figures> => {
  const near = await over(0, samples, profileTo)
  const far = await over(delayMs, farSamples)
  const [ours, limit, farOurs, farLimit] = [near.ours, near.limit, far.ours, far.limit].map(median) as [
    number,
    number,
    number,
    number,
  ]
  console.log(
    `      0 ms: p50 ${round(ours)} ms, p95 ${round(quantile(near.ours, 0.95))}; limit p50 ${round(limit)}, p95 ${round(quantile(near.limit, 0.95))}; ${round(ours / limit)}x of at most 3x`,
  )
  console.log(
    `  ${String(delayMs).padStart(5)} ms: p50 ${round(farOurs)} ms, p95 ${round(quantile(far.ours, 0.95))}; limit p50 ${round(farLimit)}, p95 ${round(quantile(far.limit, 0.95))}; ${round(farOurs / farLimit)}x of at most 1.05x`,
  )
  return {
    workload: "latency",
    ours,
    limit,
    ratio: ours / limit,
    unit: "ms",
    more: { delayMs, farOurs: round(farOurs), farLimit: round(farLimit), farRatio: round(farOurs / farLimit) },
  }
}
