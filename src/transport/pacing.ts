// How fast datagrams leave: never above the declared rate, and down to what gets through, as the peer reports it (page: protocol/frame.md,
// F-20). A bulk flow must not fill the queues on the way, or what is urgent would wait behind it where nobody can reorder it. Time is
// handed in: it holds no timer and no clock.

/** Below this nothing is gained by waiting longer. */
const rateLeast = 10_000
/** Where it begins, unless less is declared: so many datagrams a round trip, before anything is known of what the path bears. */
const rateFirstMost = 300_000
const firstInFlight = 10
/** A report of fewer datagrams says nothing about loss. */
const sampleLeast = 10
const marksMax = 64
/** IP and UDP around each datagram. */
const aroundBytes = 28

/** What had been sent when a mark went out. */
type Mark = { readonly number: number; readonly at: number; readonly frames: number; readonly bytes: number }
/** What the peer had received when it came, and when, by the peer's clock. Numbers of 32 bits go round. */
export type Report = { readonly number: number; readonly at: number; readonly frames: number; readonly bytes: number }

export type Pace = {
  /** bit/s */
  readonly rate: number
  readonly rttMs: number | undefined
  /** Counts a frame out and answers 0, or the ms until one may leave. */
  leave(bytes: number, now: number): number
  /** Counts out what does not wait. */
  also(bytes: number): void
  /** The number of a mark that goes out now. `waits`: whether frames wait to leave. */
  mark(now: number, waits: boolean): number
  report(report: Report, now: number): void
  /** Frames leave, and no report has come for long. */
  silent(): void
}

/** `rttMs`: of the greeting, before anything of ours could wait on the way. `frameBytes`: of the largest frame. */
export const paceOf = (
  declared: number,
  { rttMs, frameBytes }: { readonly rttMs: number; readonly frameBytes: number },
): Pace => {
  const first = (firstInFlight * frameBytes * 8_000) / Math.max(1, rttMs)
  let rate = Math.min(declared, rateFirstMost, Math.max(rateLeast, first))
  let credit = 0
  let filledAt = 0
  let [frames, bytes] = [0, 0]
  let nextMark = 1
  let marks: Mark[] = []
  /** Where the stretch began that the next report closes. */
  let base: { readonly mark: Mark; readonly report: Report } | undefined
  /** Reports of marks from before the rate was last cut speak of the old rate. */
  let cutAtMark = 0
  /** What got through when the rate was last cut: towards it fast, beyond it slowly. Undefined until it was. */
  let ceiling: number | undefined
  let steadyMs = 0
  let waited = false
  const losses = lossesOf()
  const rtt = rttOf(rttMs)

  const set = (to: number): void => {
    rate = Math.min(declared, Math.max(rateLeast, to))
  }
  const cut = (through: number, ease: number): void => {
    ceiling = rate * through
    steadyMs = 0
    set(rate * through * ease)
    cutAtMark = nextMark - 1
    base = undefined
  }
  /** By the time that the report speaks of, since the fewer leave the more seldom a report says enough. */
  const grow = (ms: number): void => {
    if (!waited) return
    waited = false
    steadyMs += ms
    const seconds = Math.min(ms, 1_000) / 1_000
    // What comes of it is seen a round trip later: no faster than that.
    if (ceiling === undefined) return set(rate * 8 ** (seconds * Math.min(1, 200 / (rtt.last() ?? rttMs))))
    const isBelow = rate < ceiling * 0.9 || steadyMs > 2_000
    set(rate * (isBelow ? 1.5 : 1.05) ** seconds)
    ceiling = Math.max(ceiling, rate)
  }

  return {
    get rate() {
      return rate
    },
    get rttMs() {
      return rtt.last()
    },
    leave: (size, now) => {
      const bytesPerMs = rate / 8_000
      // What a timer's coarseness costs may be made good, and one frame that is alone leaves at once.
      credit = Math.min(credit + (now - filledAt) * bytesPerMs, Math.max(1, bytesPerMs * 10))
      filledAt = now
      if (credit <= 0) return Math.max(1, -credit / bytesPerMs)
      credit -= size + aroundBytes
      frames += 1
      bytes += size
      return 0
    },
    also: size => {
      credit -= size + aroundBytes
    },
    mark: (now, waits) => {
      waited ||= waits
      const number = nextMark++
      marks = [...marks.slice(1 - marksMax), { number, at: now, frames, bytes }]
      return number
    },
    report: (report, now) => {
      const mark = marks.find(({ number }) => number === report.number)
      if (!mark) return
      marks = marks.filter(({ number }) => number > mark.number)
      rtt.took(now - mark.at, now)
      if (mark.number <= cutAtMark) return
      if (!base) {
        base = { mark, report }
        return
      }
      const sent = mark.bytes - base.mark.bytes
      if (sent === 0) {
        base = { mark, report }
        return
      }
      const count = mark.frames - base.mark.frames
      const got = Math.min(1, ((report.bytes - base.report.bytes) >>> 0) / sent)
      const spread = Math.max(1, (report.at - base.report.at) >>> 0) / Math.max(1, mark.at - base.mark.at)
      const through = Math.max(0.05, got / Math.max(1, spread))
      const isLong = rtt.isLong((2 * (frameBytes + aroundBytes) * 8_000) / rate)
      if (isLong && through < 0.95) return cut(through, 0.8)
      if (count < sampleLeast) return
      const ms = mark.at - base.mark.at
      base = { mark, report }
      if (losses.isMore(1 - got, count)) return cut(Math.max(0.05, got), 0.9)
      if (!isLong) return grow(ms)
      // As much gets through as leaves, and something waits all the same: it is let run off. What others have put there is not waited for
      // beyond half of what got through.
      set(Math.min(rate, Math.max(rate * 0.7 ** (ms / 1_000), 0.5 * (ceiling ?? declared))))
    },
    silent: () => cut(1, 0.5),
  }
}

/** Round trips: the shortest of the last half minute is the path's own, what is above it waits in queues. */
const rttOf = (first: number) => {
  const spanMs = 15_000
  let [least, before] = [first, Number.POSITIVE_INFINITY]
  let from = 0
  let last: number | undefined
  let beforeLast: number | undefined
  return {
    last: () => last,
    took: (ms: number, now: number): void => {
      if (from === 0) from = now
      if (now - from > spanMs) {
        before = least
        least = ms
        from = now
      }
      least = Math.min(least, ms)
      beforeLast = last
      last = ms
    },
    /** `some`: what a few of our own datagrams take to leave, one behind the other. */
    isLong: (some: number): boolean => {
      const own = Math.min(least, before)
      const longer = Math.max(40, own / 4, some)
      // One alone may be a moment of a busy machine, unless it is long indeed.
      return (last ?? 0) > own + Math.max(200, 2 * longer) || Math.min(last ?? 0, beforeLast ?? 0) > own + longer
    },
  }
}

/** Loss that goes on whatever the rate is the path's own; what is more than that comes of the rate. */
const lossesOf = () => {
  let recent: number[] = []
  return {
    isMore: (loss: number, count: number): boolean => {
      const sorted = recent.toSorted((a, b) => a - b)
      const usual = sorted.length < 3 ? 0 : (sorted[sorted.length >> 1] ?? 0)
      const chance = Math.sqrt((Math.max(0.05, usual) * (1 - usual)) / count)
      recent = [...recent.slice(-8), loss]
      return loss > usual * 1.5 + 0.03 + 3 * chance
    },
  }
}
