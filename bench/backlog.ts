// A backlog written while the path is down: from the path's first connection until all is durable there and the receipt is known here,
// against a bare stream of the same texts, made durable there, over the same path. Rounds of both in turn.
import { join } from "node:path"
import { type Figures, median } from "./figures.ts"
import { pairedHomes } from "./homes.ts"
import { type Process, start } from "./process.ts"

export type BacklogOptions = {
  readonly messages: number
  readonly rounds: number
  readonly delayMs: number
  readonly rate: number
  readonly profileTo?: string
}

type Round = { readonly ours: number; readonly limit: number }

const secondsOf = (ms: number): string => (ms / 1_000).toFixed(2)

const busyOf = (each: Process): Promise<number> => each.ask("busy").then(([ms = 0]) => ms)

const oneRound = async (
  options: BacklogOptions,
  all: { here: Process; there: Process; path: Process; calls: Process },
  barePort: number,
): Promise<Round> => {
  const { messages } = options
  const { here, there, path, calls } = all
  await path.ask("cut", 0)
  await here.ask("down")
  const [writing = 0] = await here.ask("write", messages)
  const before = [await busyOf(here), await busyOf(there), (await path.ask("stats", 0))[2] ?? 0]
  const [bytesBefore = 0] = await path.ask("stats", 0)
  const [mendedAt = 0, connectedAt = 0] = await path.ask("mend", 0)
  const [settledAt = 0] = await here.ask("settled")
  const [bytes = 0] = await path.ask("stats", 0)
  const after = [await busyOf(here), await busyOf(there), (await path.ask("stats", 0))[2] ?? 0]
  const [bare = 0] = await calls.ask("stream", barePort, messages)
  const ms = settledAt - connectedAt
  const [sender, receiver, relays] = after.map((busy, at) => secondsOf(busy - (before[at] ?? 0)))
  console.log(
    `  ${messages} messages in ${secondsOf(ms)} s (${Math.round((1_000 * messages) / ms)}/s), ${secondsOf(settledAt - mendedAt)} s from the mended cable, ${Math.round((bytes - bytesBefore) / messages)} B each; processor: sender ${sender} s, receiver ${receiver} s, relay ${relays} s; written before at ${Math.round((1_000 * messages) / writing)}/s; limit ${secondsOf(bare)} s (${Math.round((1_000 * messages) / bare)}/s)`,
  )
  return { ours: (1_000 * messages) / ms, limit: (1_000 * messages) / bare }
}

export const backlog = async (options: BacklogOptions): Promise<Figures> => {
  const { delayMs, rate, rounds, profileTo } = options
  const { folder, sides, remove } = await pairedHomes()
  const [first, second] = sides
  const there = start("node-process.ts", [first.path, "listens"], profileTo)
  const here = start("node-process.ts", [second.path, "dials"], profileTo)
  const sinks = start("limit-process.ts", [join(folder, "sinks")])
  const calls = start("limit-process.ts", [join(folder, "calls")])
  const path = start("relay-process.ts", [], profileTo)
  try {
    const through = async (port: number): Promise<number> => (await path.ask("open", port, delayMs, rate))[1] ?? 0
    const [nodePort = 0] = await there.ask("run")
    await here.ask("run", await through(nodePort))
    const barePort = await through((await sinks.ask("listen"))[0] ?? 0)
    await here.ask("up")
    const done: Round[] = []
    for (let at = 0; at < rounds; at++) done.push(await oneRound(options, { here, there, path, calls }, barePort))
    const [ours, limit] = [median(done.map(it => it.ours)), median(done.map(it => it.limit))]
    const ratio = median(done.map(it => it.ours / it.limit))
    return { workload: "backlog", ours, limit, ratio, unit: "messages/s", more: { messages: options.messages, rounds } }
  } finally {
    for (const each of [here, there, calls, sinks, path]) await each.stop()
    remove()
  }
}
