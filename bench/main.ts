// `npm run bench -- WORKLOAD [--profile FOLDER]`: one workload against its limit, measured in one run; the last line is JSON. What was
// expected is in sketch.md, what was found in results.md.
import { parseArgs } from "node:util"
import type { BacklogOptions } from "./backlog.ts"
import { type Figures, lastLine } from "./figures.ts"

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    profile: { type: "string" },
    rounds: { type: "string" },
    messages: { type: "string" },
    bytes: { type: "string" },
    loss: { type: "string" },
    locked: { type: "boolean" },
  },
})
// Asked by bench/homes.ts, here and in every process that is started.
if (values.locked === true) process.env.PARLEY_BENCH_LOCKED = "1"
const [
  { backlog },
  { document },
  { failover },
  { latency },
  { outage },
  { preempt },
  { rest },
  { thin },
  { verification },
] = await Promise.all([
  import("./backlog.ts"),
  import("./document.ts"),
  import("./failover.ts"),
  import("./latency.ts"),
  import("./outage.ts"),
  import("./preempt.ts"),
  import("./rest.ts"),
  import("./thin.ts"),
  import("./verify.ts"),
])
const profileTo = values.profile === undefined ? {} : { profileTo: values.profile }
const given = (text: string | undefined, otherwise: number): number => (text === undefined ? otherwise : Number(text))

const line: BacklogOptions = {
  messages: given(values.messages, 20_000),
  rounds: given(values.rounds, 5),
  delayMs: 25,
  rate: 100_000_000,
  ...profileTo,
}

const workloads: Readonly<Record<string, () => Promise<Figures>>> = {
  latency: () => latency({ samples: given(values.messages, 300), farSamples: 30, delayMs: 50, ...profileTo }),
  backlog: () => backlog(line),
  verify: () => verification({ entries: given(values.messages, 100_000), rounds: given(values.rounds, 3) }),
  rest: () => rest({ entries: given(values.messages, 100_000), rounds: given(values.rounds, 3), quietMs: 10_000 }),
  thin: () => thin({ samples: given(values.messages, 20), rate: 9_600, delayMs: 300, seed: 1, silenceMs: 180_000 }),
  preempt: () =>
    preempt({
      ...{ rate: 9_600, delayMs: 300, seed: 1, documentBytes: given(values.bytes, 100_000) },
      ...{ loss: given(values.loss, 0.05), betweenMs: [2_000, 6_000] },
    }),
  outage: () =>
    outage({
      ...{ messages: given(values.messages, 120), everyMs: 250, outageMs: 30_000, rounds: given(values.rounds, 3) },
      ...{ delayMs: 25, rate: 100_000_000 },
    }),
  failover: () =>
    failover({
      ...{ rounds: given(values.rounds, 10), silentRounds: given(values.rounds, 5), everyMs: 50 },
      ...{ first: { delayMs: 25, rate: 100_000_000 }, second: { delayMs: 60, rate: 10_000_000 } },
    }),
  document: () =>
    document({
      ...{ bytes: given(values.bytes, 10_000_000), rounds: given(values.rounds, 5), everyMs: 20 },
      ...{ delayMs: 25, rate: 100_000_000, ...profileTo },
    }),
}

const workload = workloads[positionals[0] ?? ""]
if (workload === undefined) {
  console.error(
    `usage: npm run bench -- ${Object.keys(workloads).join("|")} [--messages N] [--rounds N] [--bytes N] [--loss SHARE] [--locked] [--profile FOLDER]`,
  )
  process.exitCode = 2
} else console.log(lastLine(await workload()))
