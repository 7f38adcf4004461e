// The serial path over real terminals of the operating system, by the package that opens real devices, at real rates: what a process's own
// memory cannot show. Left out, and said so, where no pseudo-terminals can be made.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import { noSerialLine, type SerialLine, type SerialLineOptions, serialLine } from "../bench/serial-line.ts"
import { thin as thinBench } from "../bench/thin.ts"
import { type End, frameOf, isUp, type Pair, startEnd, transportContract } from "../src/transport/contract.ts"
import { serialTransport } from "../src/transport/serial.ts"

const skip = noSerialLine() ?? false

const pairOn = ({ devices, stop }: SerialLine, rate: number, noise?: (reason: string) => void): Pair => {
  const end = (device: string) =>
    serialTransport({ device, rate, random: Math.random, ...(noise !== undefined && { noise }) })
  return { a: end(devices[0]), b: end(devices[1]), stopped: stop }
}

type Work = (a: End, b: End, line: SerialLine, noises: string[]) => Promise<void>

const over = (title: string, options: SerialLineOptions & { readonly declared?: number }, work: Work): void => {
  test(title, { skip }, async () => {
    const line = await serialLine(options)
    const noises: string[] = []
    const { a, b } = pairOn(line, options.declared ?? options.rate, reason => noises.push(reason))
    const ends = await Promise.all([startEnd(a), startEnd(b)])
    try {
      await Promise.all(ends.map(end => end.until(() => isUp(end))))
      await work(...ends, line, noises)
    } finally {
      await Promise.all([a.stop(), b.stop()])
      await line.stop()
    }
  })
}

const thin = { rate: 9_600, delayMs: 300, seed: 1 }

if (skip === false)
  transportContract(
    "serial, over terminals",
    async () => pairOn(await serialLine({ rate: 460_800, delayMs: 5, seed: 1 }), 460_800),
    { count: 400 },
  )

describe("serial, over terminals", () => {
  over("F-17: at 9,600 bit/s and 300 ms a frame takes its bytes' time and the delay", thin, async (a, b, line) => {
    await pause(1_000)
    for (const length of [40, 200, 1_000]) {
      const before = line.units.length
      const from = performance.now()
      a.transport.send(frameOf(length, length))
      await b.until(() => b.frames.length > 0)
      const ms = performance.now() - from
      const [unit] = line.units.slice(before)
      const least = (unit?.bytes ?? 0) / 0.96 + 300
      assert.ok(unit && unit.bytes <= length + 13, `${unit?.bytes} bytes for a frame of ${length}`)
      assert.ok(ms > least - 3 && ms < 1.1 * least, `${ms} ms, at least ${least}`)
      assert.deepEqual(b.frames.splice(0), [frameOf(length, length)])
    }
  })

  over(
    "F-17: where the line is half as fast as said, everything comes, later",
    { ...thin, declared: 19_200 },
    async (a, b) => {
      for (let nth = 0; nth < 6; nth++) a.transport.send(frameOf(1_000, nth))
      await b.until(() => b.frames.length === 6)
      assert.deepEqual(
        b.frames,
        [0, 1, 2, 3, 4, 5].map(nth => frameOf(1_000, nth)),
      )
    },
  )

  over(
    "F-17: of a line that spoils a unit in ten and has noise of its own, what comes is whole and in order",
    { rate: 115_200, delayMs: 20, seed: 7, loss: 0.1, noise: 0.000_1 },
    async (a, b, _line, noises) => {
      const frames = Array.from({ length: 100 }, (_, nth) => frameOf(200, nth))
      for (const frame of frames) a.transport.send(frame)
      await a.until(() => a.flushedBytes === 20_000)
      await pause(200)
      const places = b.frames.map(frame => frames.findIndex(sent => String(sent) === String(frame)))
      assert.ok(places.length > 70 && places.length < 100 && !places.includes(-1), `${places.length} came`)
      assert.deepEqual(
        places,
        places.toSorted((x, y) => x - y),
      )
      assert.ok(noises.length >= 100 - places.length)
    },
  )

  over(
    "F-17: what is on a line when it breaks is lost, and the next frame passes once it is mended",
    { rate: 115_200, delayMs: 5, seed: 3 },
    async (a, b, line) => {
      line.cut()
      a.transport.send(frameOf(300, 1))
      await pause(200)
      line.mend()
      a.transport.send(frameOf(300, 2))
      await b.until(() => b.frames.length > 0)
      assert.deepEqual(b.frames, [frameOf(300, 2)])
      assert.deepEqual([a.said, b.said], [["opened"], ["opened"]])
    },
  )

  over(
    "S-10: a device that is pulled out closes the path, and once it is back the path opens",
    { rate: 115_200, delayMs: 5, seed: 4 },
    async (a, b, line) => {
      await line.unplug(0)
      await a.until(() => !isUp(a))
      a.transport.send(frameOf(10, 1))
      await pause(1_500)
      await line.plug(0)
      await Promise.all([a, b].map(end => end.until(() => end.said.length === 3)))
      a.transport.send(frameOf(20, 2))
      b.transport.send(frameOf(20, 3))
      await Promise.all([a, b].map(end => end.until(() => end.frames.length > 0)))
      assert.deepEqual([a.frames, b.frames], [[frameOf(20, 3)], [frameOf(20, 2)]])
    },
  )
})

// In processes of their own, as nodes are: a device that is read only when something else wakes its process would be found here alone.
test("F-17: between two nodes at 9,600 bit/s and 300 ms a message alone is stored within 1.35 of its own bytes' time", {
  skip,
}, async () => {
  const { ratio, more } = await thinBench({ samples: 3, ...thin, silenceMs: 0 })
  assert.ok(ratio <= 1.35, `${ratio}`)
  assert.ok(Number(more?.bothBytes) <= 1_100, `${more?.bothBytes}`)
})
