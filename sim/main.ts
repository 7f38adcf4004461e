// The simulator: `npm run sim -- --seeds N` runs N seeds and ends with one line of JSON; `--seed K` replays one to the byte and prints
// every step; `--canary` plants three bugs that must be found.
import { type ChildProcess, fork } from "node:child_process"
import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"
import { canaries } from "./canary.ts"
import { addFaults, faultKinds, noFaults } from "./faults.ts"
import { runSeed, type SeedResult } from "./seed.ts"

const usage = `usage: npm run sim -- [--seeds N] [--from K] [--seed K] [--canary]

  --seeds N   runs N seeds (default 20); the last line is JSON
  --from K    begins at seed K (default 1)
  --seed K    replays one seed and prints every step
  --canary    plants three bugs in turn; 0 only when all are found`

const hourMs = 3_600_000
/** A seed takes seconds; one that takes this long hangs. */
const seedMsMax = 300_000
/** From so many seeds on every kind of fault must have come up. */
const seedsForAllFaults = 100

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const main = async (): Promise<number> => {
  let values: { seeds?: string; from?: string; seed?: string; canary?: boolean; help?: boolean }
  try {
    values = parseArgs({
      options: {
        seeds: { type: "string" },
        from: { type: "string" },
        seed: { type: "string" },
        canary: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${usage}\n`)
    return 2
  }
  const numbers = [values.seeds ?? "20", values.from ?? "1", values.seed ?? "1"].map(Number)
  if (values.help || !numbers.every(number => Number.isSafeInteger(number) && number > 0)) {
    process.stderr.write(`${usage}\n`)
    return values.help ? 0 : 2
  }
  const [seeds, from, seed] = numbers as [number, number, number]
  if (values.canary) return canaries(say)
  return values.seed === undefined ? many(seeds, from) : one(seed)
}

const one = async (seed: number): Promise<number> => {
  const result = await runSeed(seed, { print: say })
  say(JSON.stringify(result))
  return result.found === null ? 0 : 1
}

const many = async (count: number, from: number): Promise<number> => {
  const sum = { seeds: 0, failed: 0, simulatedHours: 0, entries: 0, faults: noFaults() }
  const began = performance.now()
  const failures: number[] = []
  await inProcesses(count, from, result => {
    sum.seeds += 1
    sum.entries += result.entries
    sum.simulatedHours += result.simulatedMs / hourMs
    addFaults(sum.faults, result.faults)
    if (result.found !== null) {
      sum.failed += 1
      failures.push(result.seed)
      say(`seed=${result.seed} ${result.found}`)
    }
    const seconds = Math.round((performance.now() - began) / 1000)
    if (sum.seeds % 10 === 0)
      say(`${sum.seeds}/${count} seeds, ${sum.failed} failed, ${sum.entries} entries, ${seconds} s`)
  })
  const missing = count < seedsForAllFaults ? [] : faultKinds.filter(kind => sum.faults[kind] === 0)
  for (const kind of missing) say(`no fault of kind ${kind} in ${count} seeds: the simulator has lost a tooth`)
  if (failures.length > 0) say(`replay with: npm run sim -- --seed ${Math.min(...failures)}`)
  say(JSON.stringify({ ...sum, simulatedHours: Math.round(sum.simulatedHours) }))
  return sum.failed === 0 && missing.length === 0 ? 0 : 1
}

const inProcesses = async (count: number, from: number, done: (result: SeedResult) => void): Promise<void> => {
  let next = from
  const end = from + count
  const lane = async (): Promise<void> => {
    let child: ChildProcess | null = null
    while (next < end) {
      const seed = next++
      child ??= fork(new URL("./worker.ts", import.meta.url))
      const result = await ask(child, seed)
      done(result)
      if (result.hash !== "") continue
      child.kill("SIGKILL")
      child = null
    }
    child?.kill()
  }
  const lanes = Math.max(1, Math.min(availableParallelism(), count))
  await Promise.all(Array.from({ length: lanes }, lane))
}

/** A process that dies or hangs is a failure of its seed; its result has no hash. */
const ask = (child: ChildProcess, seed: number): Promise<SeedResult> =>
  new Promise(resolve => {
    const finish = (result: SeedResult): void => {
      clearTimeout(timer)
      child.off("message", heard)
      child.off("exit", exited)
      resolve(result)
    }
    const lost = (found: string): void =>
      finish({ seed, found, simulatedMs: 0, entries: 0, faults: noFaults(), hash: "", tasks: 0, bytes: 0 })
    const heard = (message: unknown): void => finish(message as SeedResult)
    const exited = (code: number | null): void => lost(`the process ended with ${code}`)
    const timer = setTimeout(() => lost(`no end after ${seedMsMax} ms`), seedMsMax)
    child.on("message", heard)
    child.on("exit", exited)
    child.send(seed)
  })

process.exitCode = await main()
