// How far documents are, and how fast they come: of the last minute, so that a path that changed is believed.

type Point = { readonly at: number; readonly bytes: number }

const windowMs = 60_000
/** People are told no more often. */
const tellMs = 1_000
const namesMax = 256

/** A clock that was set back brings what is later than now: that is over, or nothing would be told until it is reached again. */
const isWithin = (ms: number, most: number): boolean => ms >= 0 && ms < most

/** One thing of each name in a second; of names beyond the newest nothing is remembered. */
export class Seldom {
  readonly #at = new Map<string, number>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  isDue(name: string): boolean {
    const before = this.#at.get(name)
    const at = this.#now()
    if (before !== undefined && isWithin(at - before, tellMs)) return false
    this.#at.delete(name)
    this.#at.set(name, at)
    for (const oldest of this.#at.keys()) {
      if (this.#at.size <= namesMax) break
      this.#at.delete(oldest)
    }
    return true
  }
}

export class Progress {
  readonly #points = new Map<string, Point[]>()
  readonly #told: Seldom
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
    this.#told = new Seldom(now)
  }

  /** Whether people are to be told. */
  heard(name: string, bytes: number): boolean {
    const at = this.#now()
    const points = (this.#points.get(name) ?? []).filter(
      point => isWithin(at - point.at, windowMs) && point.bytes <= bytes,
    )
    this.#points.set(name, [...points.slice(-windowMs / tellMs), { at, bytes }])
    return this.#told.isDue(name)
  }

  of(name: string): { readonly bytes: number; readonly perSecond: number } | undefined {
    const points = this.#points.get(name)
    const [first, last] = [points?.[0], points?.at(-1)]
    if (!first || !last) return undefined
    const ms = this.#now() - first.at
    return { bytes: last.bytes, perSecond: ms > 0 ? Math.round(((last.bytes - first.bytes) * 1_000) / ms) : 0 }
  }
}
