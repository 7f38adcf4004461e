// The joint order (page: protocol/log.md, section 5), over the columns of facts.ts: for 100,000 entries a sixth of the memory of
// core/order.ts, which is the measure of it (places.test.ts), and it knows which messages moved. It is an order for reading and no proof
// of who spoke first. Up to the first forced place (O-3) effective times never fall along it, so an entry that comes late moves only
// what stands at or after its own effective time: from there on the merge is done anew. (O-1 to O-3)
import type { Facts, Stream } from "./facts.ts"

export class Places {
  readonly #facts: Facts
  readonly #order: number[] = []
  /** Messages among the order. */
  readonly #messages: number[] = []
  /** By entry: place in the order and place among the messages, both from 1, 0 when not placed; and its effective time. */
  #index = new Uint32Array(1_024)
  #position = new Uint32Array(1_024)
  #effective = new Float64Array(1_024)
  /** Per stream: entries that are contiguous and looked at, and entries placed. */
  readonly #met: number[] = []
  readonly #placed: number[] = []
  /** Placed entries that name a cause which is not held without a gap. */
  readonly #unmet = new Set<number>()
  /** The order stands up to here; and the first entry that was placed although a cause of it was not. */
  #cut = 0
  #firstForced = Number.POSITIVE_INFINITY
  /** Messages that have no place yet, beyond a gap. */
  readonly #provisional = new Set<number>()
  #provisionalOrder: readonly number[] | undefined

  constructor(facts: Facts) {
    this.#facts = facts
  }

  /** An entry was added to the facts. */
  added(place: number): void {
    if (place >= this.#index.length) this.#widen()
    if (!this.#facts.isMessage(place)) return
    this.#provisional.add(place)
    this.#provisionalOrder = undefined
  }

  /** A cause of an entry came after the entry. */
  caused(place: number): void {
    if (this.#index[place]! > 0) this.#unmet.add(place)
  }

  /** Brings the order up to date; true when messages that stood in it stand elsewhere now. */
  settle(): boolean {
    if (!this.#meet()) return false
    const before = this.#truncate()
    const from = this.#messages.length
    this.#merge()
    this.#cut = this.#order.length
    return before.some((place, at) => this.#messages[from + at] !== place)
  }

  /** All messages, the provisional ones too. */
  get total(): number {
    return this.#messages.length + this.#provisional.size
  }

  /** Every entry that has a place, in order. */
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

  /** Looks at what is newly contiguous, and cuts the order where it must be made again; whether there is anything to do. */
  #meet(): boolean {
    let isNew = false
    for (const { stream, held } of this.#facts.streams) {
      this.#placed[stream] ??= 0
      for (let met = this.#met[stream] ?? 0; met < held.length; met++) {
        if (!isNew) this.#cut = Math.min(this.#cut, this.#firstForced)
        isNew = true
        this.#met[stream] = met + 1
        this.#cutAt(held[met]!)
      }
    }
    // What was placed without a cause that is held by now goes after it.
    for (const place of this.#unmet) if (!this.#isReady(place)) this.#cut = Math.min(this.#cut, this.#index[place]! - 1)
    return isNew || this.#cut < this.#order.length
  }

  /** Where all causes have places it may come right after; else a cause is new as well, and cuts for both. What is looked through ends
   *  before the first forced place: from there on effective times may fall. */
  #cutAt(place: number): void {
    if (!this.#isReady(place)) return
    const effective = this.#effectiveTime(place)
    let [low, high] = [0, this.#cut]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#effective[this.#order[middle]!]! < effective) low = middle + 1
      else high = middle
    }
    this.#cut = low
  }

  /** Takes everything from the cut on out of the order; the messages among it. */
  #truncate(): number[] {
    const { seq, stream } = this.#facts
    let stay = this.#messages.length
    for (let at = this.#order.length - 1; at >= this.#cut; at--) {
      const place = this.#order[at]!
      this.#placed[stream[place]!] = seq[place]! - 1
      this.#index[place] = 0
      this.#unmet.delete(place)
      if (this.#position[place] === 0) continue
      stay = this.#position[place]! - 1
      this.#position[place] = 0
      this.#provisional.add(place)
    }
    this.#order.length = this.#cut
    if (this.#firstForced >= this.#cut) this.#firstForced = Number.POSITIVE_INFINITY
    return this.#messages.splice(stay)
  }

  #merge(): void {
    for (let next = this.#next(); next >= 0; next = this.#next()) {
      if (!this.#isReady(next)) this.#firstForced = Math.min(this.#firstForced, this.#order.length)
      if (this.#hasUnmet(next)) this.#unmet.add(next)
      this.#effective[next] = this.#effectiveTime(next)
      this.#order.push(next)
      this.#index[next] = this.#order.length
      this.#placed[this.#facts.stream[next]!] = this.#facts.seq[next]!
      if (!this.#facts.isMessage(next)) continue
      this.#messages.push(next)
      this.#position[next] = this.#messages.length
      this.#provisional.delete(next)
    }
    this.#provisionalOrder = undefined
  }

  /** Among the streams' next entries whose causes are placed, the least by effective time and hash; −1 when all are placed. Logs that
   *  claim to have seen each other in a circle must not hold up the others: where none is ready, the least of all is taken. (O-3) */
  #next(): number {
    let best = -1
    let bestTime = 0
    let bestReady = false
    for (const { stream, held } of this.#facts.streams) {
      const place = held[this.#placed[stream]!]
      if (place === undefined) continue
      const ready = this.#isReady(place)
      if (bestReady && !ready) continue
      const time = this.#effectiveTime(place)
      const isLess = time < bestTime || (time === bestTime && this.#facts.hashes.compare(place, best) < 0)
      if (best >= 0 && ready === bestReady && !isLess) continue
      ;[best, bestTime, bestReady] = [place, time, ready]
    }
    return best
  }

  /** Every cause that is held without a gap has its place. */
  #isReady(place: number): boolean {
    const { seq, stream, streams } = this.#facts
    let ready = true
    this.#facts.eachSeen(place, (seen, size) => {
      if (this.#placed[seen]! < Math.min(size, streams[seen]!.held.length)) ready = false
    })
    for (const ref of this.#facts.refs(place))
      if (isContiguous(streams[stream[ref]!]!, seq[ref]!) && this.#placed[stream[ref]!]! < seq[ref]!) ready = false
    return ready
  }

  #hasUnmet(place: number): boolean {
    const { seq, stream, streams } = this.#facts
    let unmet = false
    this.#facts.eachSeen(place, (seen, size) => {
      if (size > streams[seen]!.held.length) unmet = true
    })
    return unmet || this.#facts.refs(place).some(ref => !isContiguous(streams[stream[ref]!]!, seq[ref]!))
  }

  /** The latest of its own time and those of its placed causes: the entry before it, the last of each seen prefix, what it refers to. */
  #effectiveTime(place: number): number {
    const { seq, stream, streams, time } = this.#facts
    let latest = time[place]!
    const learn = (cause: number | undefined): void => {
      if (cause === undefined || cause === place || this.#index[cause] === 0) return
      latest = Math.max(latest, this.#effective[cause]!)
    }
    if (seq[place]! > 1) learn(streams[stream[place]!]!.held[seq[place]! - 2])
    this.#facts.eachSeen(place, (seen, size) => {
      const { held } = streams[seen]!
      learn(held[Math.min(size, held.length) - 1])
    })
    for (const ref of this.#facts.refs(place)) learn(ref)
    return latest
  }

  #provisionalInOrder(): readonly number[] {
    const { time, hashes } = this.#facts
    this.#provisionalOrder ??= [...this.#provisional].sort((a, b) => time[a]! - time[b]! || hashes.compare(a, b))
    return this.#provisionalOrder
  }

  #widen(): void {
    const size = 2 * this.#index.length
    const [index, position, effective] = [this.#index, this.#position, this.#effective]
    this.#index = new Uint32Array(size)
    this.#index.set(index)
    this.#position = new Uint32Array(size)
    this.#position.set(position)
    this.#effective = new Float64Array(size)
    this.#effective.set(effective)
  }
}

const isContiguous = ({ held }: Stream, seq: number): boolean => seq <= held.length
