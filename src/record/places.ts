// The joint order, kept up as entries come: the same for both sides, an order for reading and no proof of who spoke first (page:
// protocol/log.md, section "Joint order"). Effective times never fall along the order, so that an entry that comes late moves only what
// stands at or after its effective time: from there on the merge is done anew.
import type { Facts } from "./facts.ts"

export type Settled = {
  /** Messages that stood in the order before now stand in other places. */
  readonly reordered: boolean
}

export class Places {
  readonly #facts: Facts
  /** Later of an entry's own time and the effective times of its causes; by place. */
  #effective = new Float64Array(1_024)
  /** Per stream: entries whose effective time is known, and entries placed; both contiguous from 1. */
  readonly #known: number[] = []
  readonly #placed: number[] = []
  readonly #order: number[] = []
  /** Messages among the order, and how many stand before each entry of it. */
  readonly #messages: number[] = []
  #position = new Uint32Array(1_024)
  /** Messages that have no place yet: beyond a gap, or waiting for a cause. */
  readonly #provisional = new Set<number>()
  #provisionalOrder: readonly number[] | undefined
  #cut = 0

  constructor(facts: Facts) {
    this.#facts = facts
  }

  /** An entry was added to the facts. */
  added(place: number): void {
    if (place >= this.#effective.length) this.#widen()
    if (!this.#facts.isMessage(place)) return
    this.#provisional.add(place)
    this.#provisionalOrder = undefined
  }

  /** A cause of an entry became known after the entry: what was derived from its time is derived again. */
  restart(place: number): void {
    if (this.#facts.seq[place]! > (this.#known[this.#facts.stream[place]!] ?? 0)) return
    this.#known.fill(0)
    this.#cut = 0
  }

  /** Brings the order up to date. */
  settle(): Settled {
    this.#learn()
    if (this.#cut === this.#order.length && !this.#more()) return { reordered: false }
    const before = this.#truncate()
    const from = this.#messages.length
    this.#merge()
    this.#cut = this.#order.length
    return { reordered: before.some((place, at) => this.#messages[from + at] !== place) }
  }

  /** All messages, the provisional ones too. */
  get total(): number {
    return this.#messages.length + this.#provisional.size
  }

  /** Entries in the joint order, of every kind; provisional ones are not among them. */
  get order(): readonly number[] {
    return this.#order
  }

  /** Messages `after`+1 … in the joint order; the provisional ones stand last, by their own time. */
  page(after: number, limit: number): number[] {
    const placed = this.#messages.slice(after, after + limit)
    if (placed.length === limit) return placed
    const rest = Math.max(0, after - this.#messages.length)
    return [...placed, ...this.#provisionalInOrder().slice(rest, rest + limit - placed.length)]
  }

  /** A message's place in the joint order, from 1. */
  position(place: number): number {
    const position = this.#position[place]!
    return position > 0 ? position : this.#messages.length + 1 + this.#provisionalInOrder().indexOf(place)
  }

  /** The message before this one, when both are placed; −1 for none. */
  before(place: number): number {
    const position = this.#position[place]!
    return position > 1 ? this.#messages[position - 2]! : -1
  }

  isProvisional(place: number): boolean {
    return this.#position[place] === 0
  }

  /** Effective times of what is newly contiguous, and the earliest place in the order that they can have. */
  #learn(): void {
    const { streams } = this.#facts
    for (let progress = true; progress; ) {
      progress = false
      for (const { stream, held } of streams) {
        this.#known[stream] ??= 0
        this.#placed[stream] ??= 0
        for (; this.#known[stream]! < held.length; progress = true) {
          const place = held[this.#known[stream]!]!
          const effective = this.#effectiveOf(place, this.#known[stream]! > 0 ? held[this.#known[stream]! - 1]! : -1)
          if (effective === undefined) break
          this.#effective[place] = effective
          this.#known[stream]!++
          this.#cut = Math.min(this.#cut, this.#firstAtOrAfter(effective))
        }
      }
    }
  }

  /** Undefined while a cause is not held, or its own effective time is not known. */
  #effectiveOf(place: number, previous: number): number | undefined {
    const { streams, seq, stream, time } = this.#facts
    let effective = time[place]!
    if (previous >= 0) effective = Math.max(effective, this.#effective[previous]!)
    let blocked = false
    this.#facts.eachSeen(place, (seenStream, size) => {
      if (size === 0) return
      if (size > this.#known[seenStream]! || this.#known[seenStream] === undefined) blocked = true
      else effective = Math.max(effective, this.#effective[streams[seenStream]!.held[size - 1]!]!)
    })
    for (const ref of this.#facts.refs(place)) {
      if (seq[ref]! > (this.#known[stream[ref]!] ?? 0)) blocked = true
      else effective = Math.max(effective, this.#effective[ref]!)
    }
    return blocked ? undefined : effective
  }

  /** The first index of the order whose effective time is not below this one. */
  #firstAtOrAfter(effective: number): number {
    let [low, high] = [0, this.#order.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#effective[this.#order[middle]!]! < effective) low = middle + 1
      else high = middle
    }
    return low
  }

  #more(): boolean {
    return this.#known.some((known, stream) => known > this.#placed[stream]!)
  }

  /** Takes everything from the cut on out of the order; the messages among it. */
  #truncate(): number[] {
    const { seq, stream } = this.#facts
    let stay = this.#messages.length
    for (let at = this.#order.length - 1; at >= this.#cut; at--) {
      const place = this.#order[at]!
      this.#placed[stream[place]!] = seq[place]! - 1
      if (this.#position[place] === 0) continue
      stay = this.#position[place]! - 1
      this.#position[place] = 0
      this.#provisional.add(place)
    }
    this.#order.length = this.#cut
    return this.#messages.splice(stay)
  }

  #merge(): void {
    for (let next = this.#least(); next >= 0; next = this.#least()) {
      this.#order.push(next)
      this.#placed[this.#facts.stream[next]!] = this.#facts.seq[next]!
      if (!this.#facts.isMessage(next)) continue
      this.#messages.push(next)
      this.#position[next] = this.#messages.length
      this.#provisional.delete(next)
    }
    this.#provisionalOrder = undefined
  }

  /** Among the streams' next entries whose causes are placed, the least by effective time and hash; −1 for none. */
  #least(): number {
    let least = -1
    for (const { stream, held } of this.#facts.streams) {
      if (this.#placed[stream]! >= this.#known[stream]!) continue
      const place = held[this.#placed[stream]!]!
      if (least >= 0 && !this.#isBefore(place, least)) continue
      if (this.#causesArePlaced(place)) least = place
    }
    return least
  }

  #isBefore(a: number, b: number): boolean {
    const difference = this.#effective[a]! - this.#effective[b]!
    return difference < 0 || (difference === 0 && this.#facts.hashes.compare(a, b) < 0)
  }

  #causesArePlaced(place: number): boolean {
    const { seq, stream } = this.#facts
    let placed = true
    this.#facts.eachSeen(place, (seenStream, size) => {
      if (size > (this.#placed[seenStream] ?? 0)) placed = false
    })
    for (const ref of this.#facts.refs(place)) if (seq[ref]! > (this.#placed[stream[ref]!] ?? 0)) placed = false
    return placed
  }

  #provisionalInOrder(): readonly number[] {
    const { time, hashes } = this.#facts
    this.#provisionalOrder ??= [...this.#provisional].sort((a, b) => time[a]! - time[b]! || hashes.compare(a, b))
    return this.#provisionalOrder
  }

  #widen(): void {
    const effective = new Float64Array(2 * this.#effective.length)
    effective.set(this.#effective)
    this.#effective = effective
    const position = new Uint32Array(effective.length)
    position.set(this.#position)
    this.#position = position
  }
}
