import assert from "node:assert/strict"
import { test } from "node:test"
import { prng } from "../../sim/prng.ts"
import { paceOf, type Report } from "./pacing.ts"

type Way = { readonly rate: number; readonly bufferMs: number; readonly delayMs: number; readonly loss: number }

/** A sender that always has more to say, on a path of one queue, in a time of its own: what got through in the last half, what waited. */
const flow = (declared: number, way: Way, seconds = 30) => {
  const chance = prng(7)
  const pace = paceOf(declared, { rttMs: 2 * way.delayMs + 10, frameBytes: 1_200 })
  const bytesPerMs = way.rate / 8_000
  const bufferBytes = Math.max(3_000, bytesPerMs * way.bufferMs)
  const reports: { readonly due: number; readonly report: Report }[] = []
  let [freeAt, frames, bytes, reportedAt] = [0, 0, 0, 0]
  const late: number[] = []
  let [through, sent, most] = [0, 0, 0]
  const arriving: { readonly at: number; readonly number?: number; readonly size: number }[] = []
  const enter = (now: number, size: number, number?: number): void => {
    freeAt = Math.max(freeAt, now)
    if ((freeAt - now) * bytesPerMs > bufferBytes) return
    freeAt += size / bytesPerMs
    if (!chance.chance(way.loss))
      arriving.push({ at: freeAt + way.delayMs, size, ...(number !== undefined && { number }) })
  }
  for (let now = 0; now < seconds * 1_000; now++) {
    const isSecondHalf = now > seconds * 500
    while (pace.leave(1_200, now) === 0) {
      enter(now, 1_228)
      if (isSecondHalf) sent += 1
    }
    if (now % 200 === 0) {
      enter(now, 66, pace.mark(now, true))
      if (isSecondHalf) late.push(freeAt - now)
      if (now - reportedAt > 1_000 + 4 * (pace.rttMs ?? 0)) {
        pace.silent()
        reportedAt = now
      }
    }
    while (arriving[0] && arriving[0].at <= now) {
      const { number, size } = arriving.shift()!
      if (number === undefined) {
        frames += 1
        bytes += size - 28
        if (isSecondHalf) through += size
      } else if (!chance.chance(way.loss))
        reports.push({ due: now + way.delayMs, report: { number, at: now, frames, bytes } })
    }
    while (reports[0] && reports[0].due <= now) {
      pace.report(reports.shift()!.report, now)
      reportedAt = now
    }
    most = Math.max(most, pace.rate)
  }
  const share = (through * 8) / (seconds * 500) / (way.rate / 1_000)
  const lost = 1 - through / (sent * 1_228)
  const waitMs = late.toSorted((a, b) => a - b)[Math.floor(late.length * 0.9)] ?? 0
  return { share, lost, waitMs, most, rate: pace.rate }
}

test("F-20: a flow takes most of what a path carries, whatever is lost on it by chance, and fills no long queue", () => {
  // Rate, queue in ms, one way, chance of loss: what gets through at least, as a share of the rate, and what nine of ten wait for at most.
  for (const [rate, bufferMs, delayMs, loss, least, waitMs] of [
    [50_000, 1_000, 10, 0, 0.7, 1_100],
    [300_000, 40, 10, 0.05, 0.6, 150],
    [2_000_000, 1_000, 10, 0, 0.8, 150],
    [2_000_000, 40, 300, 0.2, 0.5, 100],
    [10_000_000, 1_000, 10, 0.05, 0.9, 50],
    [10_000_000, 40, 300, 0.2, 0.55, 50],
  ] as const) {
    const found = flow(10_000_000, { rate, bufferMs, delayMs, loss })
    const said = `${rate} bit/s, ${bufferMs} ms, ${delayMs} ms, ${loss}: ${JSON.stringify(found)}`
    assert.ok(found.share >= least, said)
    assert.ok(found.waitMs <= waitMs, said)
    assert.ok(found.most <= 10_000_000, said)
  }
})

test("F-20: never faster than declared, nor slower than ten thousand bits a second when nothing comes back", () => {
  const found = flow(400_000, { rate: 10_000_000, bufferMs: 40, delayMs: 10, loss: 0 })
  assert.equal(found.most, 400_000)
  assert.ok(found.share > 0.038 && found.share < 0.041, JSON.stringify(found))
  const dead = flow(10_000_000, { rate: 10_000_000, bufferMs: 40, delayMs: 10, loss: 1 })
  assert.equal(dead.rate, 10_000)
})

test("F-20: a report of what was never asked, or for the second time, changes nothing", () => {
  const pace = paceOf(10_000_000, { rttMs: 8, frameBytes: 1_200 })
  const said = { at: 5, frames: 0, bytes: 0 }
  pace.report({ number: 7, ...said }, 1)
  const number = pace.mark(10, true)
  pace.report({ number, ...said }, 30)
  pace.report({ number, ...said }, 90)
  assert.deepEqual([pace.rate, pace.rttMs], [300_000, 20])
})
