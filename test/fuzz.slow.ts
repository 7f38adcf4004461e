// Every decoder on the list (fixtures/decoders.ts), for a bounded time, guided by coverage: what reaches new code is kept and changed
// further. Nothing may throw, hang or grow. PARLEY_SEED draws another run, FUZZ_SECONDS sets the time of all together (60).
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { prng } from "../sim/prng.ts"
import { hex } from "../src/core/hash.ts"
import { Coverage } from "./fixtures/coverage.ts"
import { type Decoder, decoders } from "./fixtures/decoders.ts"

const seed = Number(process.env.PARLEY_SEED ?? 1)
const seconds = Number(process.env.FUZZ_SECONDS ?? 60)
const each = (seconds * 1_000) / decoders.reduce((sum, { share = 1 }) => sum + share, 0)
/** Inputs between two looks at the coverage, each of which costs some ten milliseconds: more of them where they are quick. */
const [batchLeast, batchMost, lookMs] = [16, 1_024, 60]
const keptMax = 512
/** One input may take so long: enough for two signatures by the slowest algorithm on a busy machine, and far from a hang. */
const longestMs = 5_000

const coverage = new Coverage()
after(() => coverage.stop())

const shown = (input: unknown): string => (input instanceof Uint8Array ? hex(input) : JSON.stringify(input))

type Found = { readonly runs: number; readonly kept: number; readonly reached: number }

const fuzz = ({ covers, seeds, draw, read, share = 1 }: Decoder): Found => {
  const by = prng(seed).fork(covers)
  const kept: unknown[] = [...seeds]
  const tried = (input: unknown): void => {
    const from = performance.now()
    try {
      read(input)
    } catch (cause) {
      throw new Error(`${covers} threw, seed ${seed}, at ${shown(input).slice(0, 20_000)}`, { cause })
    }
    const took = performance.now() - from
    assert.ok(took < longestMs, `${covers} took ${took} ms, seed ${seed}, at ${shown(input).slice(0, 20_000)}`)
  }
  coverage.forget()
  for (const input of seeds) tried(input)
  let [runs, reached] = [seeds.length, coverage.grown(true)]
  /** Keeps those by which what had not been reached is reached: by halves, for a look costs more than hundreds of inputs. */
  const sift = (inputs: readonly unknown[]): void => {
    inputs.forEach(tried)
    if (inputs.length > 1) {
      if (coverage.grown(false) === 0) return
      sift(inputs.slice(0, inputs.length >> 1))
      return sift(inputs.slice(inputs.length >> 1))
    }
    const grown = coverage.grown(true)
    reached += grown
    if (grown > 0 && kept.length < keptMax) kept.push(...inputs)
  }
  let batch = batchLeast
  for (const end = performance.now() + share * each; performance.now() < end; ) {
    const inputs = Array.from({ length: batch }, () => draw(kept, by))
    const from = performance.now()
    sift(inputs)
    runs += batch
    // What was only there together, or only once, is not to be looked for again.
    inputs.forEach(tried)
    coverage.grown(true)
    if (performance.now() - from < lookMs && batch < batchMost) batch *= 2
  }
  return { runs, kept: kept.length - seeds.length, reached }
}

for (const decoder of decoders)
  test(`C-1, F-2, EV-1: ${decoder.covers}: whatever comes is a value or a refusal`, () => {
    const { runs, kept, reached } = fuzz(decoder)
    console.log(
      `${decoder.covers}: ${runs} runs, ${reached} characters of code reached, ${kept} inputs kept, seed ${seed}`,
    )
    assert.ok(runs > batchLeast)
  })
