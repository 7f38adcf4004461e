// What others cause again and again is said seldom: whoever knocks must not fill the disk with our log.

const minuteMs = 60_000
/** Reasons are the platform's own words, or codes, of which there are few. */
const reasonsMax = 64

/** How often a reason has come, once a minute for each reason, and 0 in between. */
export const eachMinute = (): ((reason: string, now: number) => number) => {
  const counts = new Map<string, { times: number; saidAt: number }>()
  return (reason, now) => {
    const known = counts.get(reason) ?? { times: 0, saidAt: Number.NEGATIVE_INFINITY }
    if (counts.size >= reasonsMax && !counts.has(reason)) counts.clear()
    counts.set(reason, known)
    known.times += 1
    if (now - known.saidAt < minuteMs) return 0
    const { times } = known
    counts.set(reason, { times: 0, saidAt: now })
    return times
  }
}
