// An urgent message while a long document is on its way on a thin line: from the order until it is durable at the other end, beside what
// the line alone would take, as in thin. Then the same where one unit in twenty is spoilt. The document goes on meanwhile; how far
// it came is told as a share of what the line had left.
import { setTimeout as pause } from "node:timers/promises"
import { prng } from "../sim/prng.ts"
import { type Figures, median, quantile, round } from "./figures.ts"
import { flash, noticeText } from "./message.ts"
import { clock, type Process } from "./process.ts"
import { noSerialLine, type SerialLine } from "./serial-line.ts"
import { bytesOf, onLine } from "./serial-pair.ts"

export type PreemptOptions = {
  readonly rate: number
  readonly delayMs: number
  readonly seed: number
  readonly documentBytes: number
  /** Share of units that are spoilt in the second run; 0: there is none. */
  readonly loss: number
  /** From one message's arrival to the next message, at the least and at the most. */
  readonly betweenMs: readonly [number, number]
}

type Run = { readonly stored: readonly number[]; readonly seconds: number; readonly share: number }

/** A unit of a document is shorter, an urgent message longer. */
const pieceUnitMax = 260
const giveUpMs = 300_000

const oneRun = async (options: PreemptOptions, here: Process, there: Process, line: SerialLine): Promise<Run> => {
  const [least, most] = options.betweenMs
  const chance = prng(options.seed)
  await there.ask("fetches", 1e9)
  await here.ask("takeIn", options.documentBytes)
  const before = line.units.length
  const [startedAt = 0] = await here.ask("hand")
  const stored: number[] = []
  const isWhole = async (): Promise<boolean> => ((await there.ask("wholes"))[0] ?? 0) > 0
  // What is said while nothing of it comes yet says nothing.
  await pause(options.delayMs + most)
  for (let count = 1; ; count++) {
    const [seq = 0, orderedAt = 0] = await here.ask("flow", count, 1, 0, flash)
    const [storedAt = Number.NaN] = await there.ask("stored", seq)
    if (await isWhole()) break
    stored.push(storedAt - orderedAt)
    if (clock() - startedAt > giveUpMs) break
    await pause(chance.between(least, most))
  }
  const [wholeAt = 0] = await there.ask("whole", 1)
  const [author = 0] = await here.ask("us")
  const units = line.units.slice(before).filter(({ from, at }) => from === 1 && at <= wholeAt)
  const left = ((wholeAt - startedAt) * options.rate) / 10_000 - bytesOf(units.filter(it => it.bytes > pieceUnitMax))
  const [said, heard] = [await here.ask("log", author), await there.ask("log", author)]
  if (said[0] !== heard[0]) throw new Error(`${said[0]} messages were said, ${heard[0]} heard`)
  return { stored, seconds: (wholeAt - startedAt) / 1_000, share: options.documentBytes / left }
}

export const preempt = async (options: PreemptOptions): Promise<Figures> => {
  const lacking = noSerialLine()
  if (lacking !== undefined) throw new Error(`preempt cannot be measured here: ${lacking}`)
  const { rate, delayMs, seed, loss } = options
  const limit = Buffer.byteLength(noticeText(0)) / (rate / 10_000) + delayMs
  const over = (spoilt: number): Promise<Run> =>
    onLine({ rate, delayMs, seed, loss: spoilt }, (here, there, line) => oneRun(options, here, there, line))
  const say = (what: string, { stored, seconds, share }: Run): void =>
    console.log(
      `  ${what}: ${stored.length} messages, p50 ${round(median(stored))} ms, p95 ${round(quantile(stored, 0.95))}, most ${round(quantile(stored, 1))}; limit ${round(limit)}; ${round(median(stored) / limit)}x and ${round(quantile(stored, 1) / limit)}x; document whole after ${round(seconds)} s, ${round(100 * share)} % of what the line had left`,
    )
  const well = await over(0)
  say("nothing lost", well)
  const ours = median(well.stored)
  const most = quantile(well.stored, 1)
  const more = {
    ...{ samples: well.stored.length, mostMs: round(most), mostRatio: round(most / limit) },
    ...{ documentS: round(well.seconds), documentShare: round(well.share) },
  }
  const figures = { workload: "preempt", ours, limit, ratio: ours / limit, unit: "ms" }
  if (loss === 0) return { ...figures, more }
  const spoilt = await over(loss)
  say(`${100 * loss} % lost`, spoilt)
  const lossy = {
    ...{ loss, lossSamples: spoilt.stored.length, lossMs: round(median(spoilt.stored)) },
    ...{ lossP95Ms: round(quantile(spoilt.stored, 0.95)), lossMostMs: round(quantile(spoilt.stored, 1)) },
    ...{ lossDocumentS: round(spoilt.seconds), lossDocumentShare: round(spoilt.share) },
  }
  return { ...figures, more: { ...more, ...lossy } }
}
