// A node at rest: `parley run` on a home with a long record, from the start of its process to its first line, and its memory once it is
// quiet. The limits are the numbers of the design: 2 s and 200 MB.
import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { type Figures, median, round } from "./figures.ts"
import { unlocking } from "./homes.ts"
import { longRecord } from "./record.ts"

export type RestOptions = { readonly entries: number; readonly rounds: number; readonly quietMs: number }

const limits = { mb: 200, ms: 2_000 }
const command = join(import.meta.dirname, "..", "src", "cli", "main.ts")

const runs = (home: string): ChildProcess =>
  spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      command,
      "run",
      home,
      "--api-port",
      "0",
      "--log-level",
      "silent",
      "--json",
      ...unlocking(home),
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  )

const firstLine = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.stdout?.once("data", () => resolve())
    child.once("exit", code => reject(new Error(`the node ended with ${code}`)))
  })

/** Megabytes of memory that the process holds (VmRSS), and the most that it ever held. */
const memory = (pid: number): { readonly now: number; readonly peak: number } => {
  const text = readFileSync(`/proc/${pid}/status`, "utf8")
  const mb = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)?.[1]) / 1_000
  return { now: mb("VmRSS"), peak: mb("VmHWM") }
}

const oneStart = async (home: string, quietMs: number): Promise<{ ms: number; mb: number; peak: number }> => {
  const from = performance.now()
  const child = runs(home)
  try {
    await firstLine(child)
    const ms = performance.now() - from
    await pause(quietMs)
    const { now, peak } = memory(child.pid ?? 0)
    return { ms, mb: now, peak }
  } finally {
    child.removeAllListeners("exit")
    const ended = new Promise(resolve => child.once("exit", resolve))
    child.kill("SIGTERM")
    await ended
  }
}

export const rest = async ({ entries, rounds, quietMs }: RestOptions): Promise<Figures> => {
  const made = await longRecord(entries)
  const starts = []
  for (let at = 0; at < rounds; at++) starts.push(await oneStart(made.homes[0].path, quietMs))
  made.remove()
  const [ms, mb, peak] = [starts.map(it => it.ms), starts.map(it => it.mb), starts.map(it => it.peak)].map(median) as [
    number,
    number,
    number,
  ]
  console.log(
    `  ${made.entries} entries: ready in ${round(ms)} ms of at most ${limits.ms}; ${round(mb)} MB at rest of at most ${limits.mb}, ${round(peak)} MB at most while it started`,
  )
  return {
    workload: "rest",
    ours: mb,
    limit: limits.mb,
    ratio: mb / limits.mb,
    unit: "MB",
    more: {
      entries: made.entries,
      readyMs: round(ms),
      readyLimitMs: limits.ms,
      readyRatio: round(ms / limits.ms),
      peakMB: round(peak),
    },
  }
}
