// What a run of a bench says: medians, and the last line of JSON.
import { execFileSync } from "node:child_process"
import { availableParallelism } from "node:os"

export type Figures = {
  readonly workload: string
  readonly ours: number
  readonly limit: number
  readonly ratio: number
  readonly unit: string
  readonly more?: Readonly<Record<string, number | string | boolean>>
}

export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

export const round = (value: number): number => Number(value.toPrecision(4))

const commit = (): string => {
  const git = (...args: string[]): string =>
    execFileSync("git", args, {
      cwd: import.meta.dirname,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim()
  try {
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "--", "../src") === "" ? "" : "+")
  } catch {
    return "unknown" // not a checkout
  }
}

/** A `+` after the commit: the sources differ from it. */
export const lastLine = ({ more, ...figures }: Figures): string =>
  JSON.stringify({
    ...figures,
    ours: round(figures.ours),
    limit: round(figures.limit),
    ratio: round(figures.ratio),
    commit: commit(),
    cores: availableParallelism(),
    node: process.version,
    ...more,
  })
