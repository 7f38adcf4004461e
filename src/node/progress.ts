// How far documents are, and how fast they come: of the last minute, so that a path that changed is believed.

type Point = { readonly at: number; readonly bytes: number }

const windowMs = 60_000
/** People are told no more often. */
const tellMs = 1_000

export class Progress {
  readonly #points = new Map<string, Point[]>()
  readonly #toldAt = new Map<string, number>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Whether people are to be told. */
  heard(name: string, bytes: number): boolean {
    const at = this.#now()
    const points = (this.#points.get(name) ?? []).filter(point => at - point.at < windowMs && point.bytes <= bytes)
    this.#points.set(name, [...points.slice(-windowMs / tellMs), { at, bytes }])
    if (at - (this.#toldAt.get(name) ?? Number.NEGATIVE_INFINITY) < tellMs) return false
    this.#toldAt.set(name, at)
    return true
  }

  of(name: string): { readonly bytes: number; readonly perSecond: number } | undefined {
    const points = this.#points.get(name)
    const [first, last] = [points?.[0], points?.at(-1)]
    if (!first || !last) return undefined
    const ms = this.#now() - first.at
    return { bytes: last.bytes, perSecond: ms > 0 ? Math.round(((last.bytes - first.bytes) * 1_000) / ms) : 0 }
  }
}
