// One message alone on a thin line: from the order until it is durable at the other end, and what it costs there and back. Two whole nodes
// over pseudo-terminals and a line of 9,600 bit/s, 300 ms one way. The limit is computed: the text's own bytes at the line's rate, and
// the delay.
import { setTimeout as pause } from "node:timers/promises"
import { type Figures, median, quantile, round } from "./figures.ts"
import { noticeText } from "./message.ts"
import { clock, type Process } from "./process.ts"
import { noSerialLine, type SerialLine, type Unit } from "./serial-line.ts"
import { bytesOf, onLine, quiet } from "./serial-pair.ts"

export type ThinOptions = {
  readonly samples: number
  readonly rate: number
  readonly delayMs: number
  readonly seed: number
  /** How long nothing is said while what silence costs is counted; 0: it is not. */
  readonly silenceMs: number
}

type Sample = { readonly storedMs: number; readonly knownMs: number; readonly units: readonly Unit[] }

/** A head of each side may wait for so long (L-6), and takes its time. */
const headsMs = 90_000

const oneSample = async (count: number, here: Process, there: Process, line: SerialLine): Promise<Sample> => {
  const [author = 0] = await here.ask("us")
  const sizes = await here.ask("sizes")
  const before = line.units.length
  const stored = there.ask("holds", ...sizes.map((size, at) => (at === author ? size + 1 : 0)))
  const [knownMs = Number.NaN, from = 0] = await here.ask("one", count)
  const [storedAt = Number.NaN] = await stored
  // What left while it was on its way; the receipt's own unit has been heard.
  return { storedMs: storedAt - from, knownMs, units: line.units.slice(before) }
}

type Since = { readonly at: number; readonly units: number; readonly messageBytes: number }

/** What passes while nobody says anything, once the last heads have gone; and what heads have taken since the first message. */
const silence = async (silenceMs: number, { units }: SerialLine, since: Since): Promise<Record<string, number>> => {
  if (silenceMs === 0) return {}
  await pause(headsMs)
  const talk = units.slice(since.units)
  const talkMs = clock() - since.at
  await pause(silenceMs)
  const still = bytesOf(units.slice(since.units + talk.length)) / silenceMs
  const headsBytes = bytesOf(talk) - since.messageBytes - still * talkMs
  return {
    headsBytes: Math.round(headsBytes),
    talkS: Math.round(talkMs / 1_000),
    silenceBytesAnHour: Math.round(still * 3_600_000),
  }
}

export const thin = async (options: ThinOptions): Promise<Figures> => {
  const lacking = noSerialLine()
  if (lacking !== undefined) throw new Error(`thin cannot be measured here: ${lacking}`)
  const limit = Buffer.byteLength(noticeText(0)) / (options.rate / 10_000) + options.delayMs
  return onLine(options, async (here, there, line) => {
    const openedBytes = bytesOf(line.units)
    const [at, units] = [clock(), line.units.length]
    const samples: Sample[] = []
    for (let count = 0; count < options.samples; count++) {
      samples.push(await oneSample(count, here, there, line))
      await quiet(line)
    }
    // A head that was on its way, or a ping, is no part of what a message costs.
    const alone = samples.filter(({ units }) => units.length === 2)
    const of = (from: 0 | 1): number =>
      median(alone.map(({ units }) => bytesOf(units.filter(unit => unit.from === from))))
    const stored = samples.map(it => it.storedMs)
    const [ours, most, entryBytes, receiptBytes] = [median(stored), quantile(stored, 1), of(1), of(0)]
    const more = {
      ...{ mostMs: round(most), knownMs: round(median(samples.map(it => it.knownMs))), samples: samples.length },
      ...{ alone: alone.length, entryBytes, receiptBytes, bothBytes: entryBytes + receiptBytes, openedBytes },
      ...(await silence(options.silenceMs, line, {
        ...{ at, units },
        messageBytes: samples.length * (entryBytes + receiptBytes),
      })),
    }
    console.log(
      `  p50 ${round(ours)} ms, most ${round(most)}; limit ${round(limit)}; ${round(ours / limit)}x of at most 1.35x; ${more.bothBytes} bytes both ways of at most 1,100`,
    )
    return { workload: "thin", ours, limit, ratio: ours / limit, unit: "ms", more }
  })
}
