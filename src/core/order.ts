// The joint order of the authors' logs: the same on both sides, an order for reading (page: protocol/log.md, section 5). It never says
// who spoke first: a clock can be set to anything. What is proven is said by `relation` alone.
//
// An entry's causes are the entry before it in its own log, the last entry of each prefix that it has seen, and the entries that it
// refers to; a cause that is not held is none, until it is. Its effective time is the latest of its own and its causes' effective
// times. Of the logs' next entries whose causes are all placed, the least by (effective time, hash) is placed next. (O-1, O-2)
import { compare, hex } from "./hash.ts"
import type { Hash } from "./suite.ts"

export type Place = { readonly author: number; readonly generation: number; readonly seq: number }

/** What the order needs of an entry; an Entry is one. A `seen` that the record proves false is left out by the caller. */
export type Orderable = Place & {
  readonly hash: Hash
  readonly time: number
  readonly seen: readonly { readonly author: number; readonly generation: number; readonly size: number }[]
  readonly refs: readonly Hash[]
}

/** An entry in the order. `effective`: see above, UTC ms. */
export type Placed = Place & { readonly hash: Hash; readonly effective: number }

export type Relation = "before" | "after" | "not provable"

type Log = {
  readonly place: number
  readonly author: number
  readonly generation: number
  readonly nodes: Node[]
  placed: number
  /** Per other log: the largest size of it that each entry, or one before it, has seen. */
  readonly seen: Map<Log, number[]>
}

type Node = {
  readonly log: Log
  readonly author: number
  readonly generation: number
  readonly seq: number
  readonly hash: Hash
  readonly time: number
  readonly seen: readonly { readonly log: Log; readonly size: number }[]
  readonly refs: Node[]
  /** −1: not placed. */
  position: number
  effective: number
  /** Placed although a cause was not: the logs claim to have seen each other in a circle, which no honest two can. */
  forced: boolean
  /** By log: size that is proven to be before this entry, through any number of hands. */
  known: readonly number[]
}

/** Adding is cheap; the order is made when it is read, from the first place that what was added can change. The result depends on
 *  what is held alone, never on the order in which it came. (O-3) */
export class JointOrder {
  readonly #find: (hash: Hash) => Place | undefined
  readonly #logs: Log[] = []
  readonly #byName = new Map<string, Log>()
  /** By hash in hex: entries that refer to one that is not held. */
  readonly #waiting = new Map<string, Node[]>()
  readonly #order: Node[] = []
  /** Places from here on are to be made again. */
  #valid = 0
  #firstForced = Infinity

  /** `find`: where an entry stands, if it is held at all; asked once per reference. */
  constructor(find: (hash: Hash) => Place | undefined) {
    this.#find = find
  }

  /** Entries of one log come one after another from 1; what lies beyond a gap is not for the order yet. */
  add(entry: Orderable): void {
    const log = this.#log(entry.author, entry.generation)
    if (entry.seq !== log.nodes.length + 1)
      throw new Error(`entry ${entry.seq} of author ${entry.author} does not follow ${log.nodes.length}`)
    const node = this.#node(log, entry)
    log.nodes.push(node)
    this.#rememberSeen(node)
    this.#becomeCause(node)
    if (this.#firstForced < this.#valid) this.#valid = this.#firstForced
    this.#spoil(this.#placeOf(node))
  }

  get size(): number {
    return this.#logs.reduce((sum, log) => sum + log.nodes.length, 0)
  }

  /** The whole order. The array is the same one at every call, and changes with the next. */
  placed(): readonly Placed[] {
    this.#merge()
    return this.#order
  }

  /** Place in the order, from 0; undefined when not held without a gap. */
  position(place: Place): number | undefined {
    this.#merge()
    return this.#at(place)?.position
  }

  /** What the signatures prove: `after` when the author of `a` had `b` before it, or something that had. (O-4) */
  relation(a: Place, b: Place): Relation {
    this.#merge()
    const [first, second] = [this.#at(a), this.#at(b)]
    if (first === undefined || second === undefined) return "not provable"
    if (hasBefore(first, second)) return "after"
    return hasBefore(second, first) ? "before" : "not provable"
  }

  #at({ author, generation, seq }: Place): Node | undefined {
    return this.#byName.get(`${author}/${generation}`)?.nodes[seq - 1]
  }

  #log(author: number, generation: number): Log {
    const name = `${author}/${generation}`
    const held = this.#byName.get(name)
    if (held !== undefined) return held
    const log: Log = { place: this.#logs.length, author, generation, nodes: [], placed: 0, seen: new Map() }
    this.#logs.push(log)
    this.#byName.set(name, log)
    return log
  }

  #node(log: Log, entry: Orderable): Node {
    const { author, generation, seq, hash, time } = entry
    const seen = entry.seen.map(it => ({ log: this.#log(it.author, it.generation), size: it.size }))
    const refs: Node[] = []
    const node = {
      log,
      author,
      generation,
      seq,
      hash,
      time,
      seen,
      refs,
      position: -1,
      effective: 0,
      forced: false,
      known: none,
    }
    for (const ref of entry.refs) {
      const place = this.#find(ref)
      const cause = place && this.#at(place)
      // Held beyond a gap, or not at all: it becomes a cause when it is added.
      if (cause === undefined) this.#await(ref, node)
      else refs.push(cause)
    }
    return node
  }

  #await(ref: Hash, node: Node): void {
    const name = hex(ref)
    const others = this.#waiting.get(name)
    if (others === undefined) this.#waiting.set(name, [node])
    else others.push(node)
  }

  #rememberSeen({ log, seen, seq }: Node): void {
    for (const it of seen) if (it.log !== log && !log.seen.has(it.log)) log.seen.set(it.log, new Array(seq - 1).fill(0))
    for (const [other, sizes] of log.seen) {
      const claimed = seen.find(it => it.log === other)?.size ?? 0
      sizes.push(Math.max(claimed, sizes.at(-1) ?? 0))
    }
  }

  /** Entries placed already may have waited for this one without knowing: their places are to be made again. */
  #becomeCause(node: Node): void {
    for (const other of this.#logs) {
      const sizes = other.seen.get(node.log)
      const first = sizes && other.nodes[lowest(sizes.length, at => sizes[at]! >= node.seq)]
      if (first !== undefined && first.position >= 0) this.#spoil(first.position)
    }
    if (this.#waiting.size === 0) return
    const name = hex(node.hash)
    for (const waiting of this.#waiting.get(name) ?? []) {
      waiting.refs.push(node)
      if (waiting.position >= 0) this.#spoil(waiting.position)
    }
    this.#waiting.delete(name)
  }

  #spoil(position: number): void {
    if (position < this.#valid) this.#valid = position
  }

  /** Where the entry comes in the order that is made already: what stands before stays. Effective times never fall along it. */
  #placeOf(node: Node): number {
    let start = 0
    for (const cause of causes(node)) {
      if (cause.position < 0 || cause.position >= this.#valid) return this.#valid
      if (cause.position >= start) start = cause.position + 1
    }
    const order = this.#order
    const effective = effectiveTime(node)
    let at = start + lowest(this.#valid - start, offset => order[start + offset]!.effective >= effective)
    while (at < this.#valid && order[at]!.effective === effective && compare(order[at]!.hash, node.hash) < 0) at++
    return at
  }

  #merge(): void {
    while (this.#order.length > this.#valid) {
      const node = this.#order.pop()!
      node.position = -1
      node.log.placed--
    }
    if (this.#firstForced >= this.#valid) this.#firstForced = Infinity
    const total = this.size
    while (this.#order.length < total) this.#placeNext()
    this.#valid = total
  }

  #placeNext(): void {
    let best: Node | undefined
    let bestReady = false
    for (const log of this.#logs) {
      const node = log.nodes[log.placed]
      if (node === undefined) continue
      const ready = isReady(node)
      if (bestReady && !ready) continue
      node.effective = effectiveTime(node)
      if (best === undefined || (ready && !bestReady) || isBefore(node, best)) [best, bestReady] = [node, ready]
    }
    if (best === undefined) throw new Error("something remains to be placed, so some log has a next entry")
    best.forced = !bestReady
    if (best.forced) this.#firstForced = Math.min(this.#firstForced, this.#order.length)
    best.known = knownOf(best)
    best.position = this.#order.length
    best.log.placed++
    this.#order.push(best)
  }
}

const none: readonly number[] = []

const isBefore = (a: Node, b: Node): boolean =>
  a.effective !== b.effective ? a.effective < b.effective : compare(a.hash, b.hash) < 0

const isReady = (node: Node): boolean =>
  node.seen.every(({ log, size }) => log.placed >= Math.min(size, log.nodes.length)) &&
  node.refs.every(ref => ref.position >= 0)

/** Those that are held. */
const causes = (node: Node): Node[] => {
  const found = [...node.refs]
  const before = node.log.nodes[node.seq - 2]
  if (before !== undefined) found.push(before)
  for (const { log, size } of node.seen) {
    const last = log.nodes[Math.min(size, log.nodes.length) - 1]
    if (last !== undefined && last !== node) found.push(last)
  }
  return found
}

/** By the causes that are placed. Asked at every step of the merge for every log: it makes no list of them. */
const effectiveTime = (node: Node): number => {
  let time = node.time
  const take = (cause: Node | undefined): void => {
    if (cause !== undefined && cause.position >= 0 && cause.effective > time) time = cause.effective
  }
  take(node.log.nodes[node.seq - 2])
  for (const { log, size } of node.seen) take(log.nodes[Math.min(size, log.nodes.length) - 1])
  for (const ref of node.refs) take(ref)
  return time
}

/** One array serves all entries between two that have seen something new. */
const knownOf = (node: Node): readonly number[] => {
  const before = node.log.nodes[node.seq - 2]
  let known = before?.known ?? none
  const learn = (place: number, size: number): void => {
    if (place === node.log.place || (known[place] ?? 0) >= size) return
    const copy = known === before?.known || known === none ? [...known] : (known as number[])
    while (copy.length <= place) copy.push(0)
    copy[place] = size
    known = copy
  }
  for (const cause of causes(node)) {
    if (cause === before || cause.position < 0) continue
    learn(cause.log.place, cause.seq)
    for (const [place, size] of cause.known.entries()) learn(place, size)
  }
  return known
}

const hasBefore = (node: Node, other: Node): boolean =>
  node.log === other.log ? node.seq > other.seq : (node.known[other.log.place] ?? 0) >= other.seq

/** First of 0 … count − 1 for which `holds`, which stays true once it is; else `count`. */
const lowest = (count: number, holds: (at: number) => boolean): number => {
  let [from, to] = [0, count]
  while (from < to) {
    const middle = (from + to) >> 1
    if (holds(middle)) to = middle
    else from = middle + 1
  }
  return from
}

/** The same order made at once, from any number of logs: for readers of a whole record, and the measure of the class above. */
export const jointOrder = (logs: readonly (readonly Orderable[])[]): Placed[] => {
  const byHash = new Map<string, Orderable>()
  const lengths = new Map<string, number>()
  const key = ({ author, generation, seq }: Place): string => `${author}/${generation}/${seq}`
  for (const log of logs) {
    for (const entry of log) byHash.set(hex(entry.hash), entry)
    if (log[0] !== undefined) lengths.set(`${log[0].author}/${log[0].generation}`, log.length)
  }
  const effective = new Map<string, number>()
  const order: Placed[] = []
  const next = logs.map(() => 0)
  const causeKeys = (entry: Orderable): string[] => [
    ...(entry.seq > 1 ? [key({ ...entry, seq: entry.seq - 1 })] : []),
    ...entry.refs.flatMap(ref => byHash.get(hex(ref)) ?? []).map(key),
    ...entry.seen.flatMap(it => {
      const held = Math.min(it.size, lengths.get(`${it.author}/${it.generation}`) ?? 0)
      return held === 0 ? [] : [key({ ...it, seq: held })]
    }),
  ]
  for (;;) {
    const candidates = logs.flatMap((log, place) => {
      const entry = log[next[place]!]
      if (entry === undefined) return []
      const times = causeKeys(entry).map(cause => effective.get(cause))
      const time = Math.max(entry.time, ...times.filter(it => it !== undefined))
      return [{ place, entry, ready: !times.includes(undefined), time }]
    })
    // O-3: logs that claim to have seen each other in a circle must not hold up all the others.
    const ready = candidates.some(it => it.ready) ? candidates.filter(it => it.ready) : candidates
    const [first] = ready.sort((a, b) => a.time - b.time || compare(a.entry.hash, b.entry.hash))
    if (first === undefined) return order
    const { author, generation, seq, hash } = first.entry
    effective.set(key(first.entry), first.time)
    order.push({ author, generation, seq, hash, effective: first.time })
    next[first.place]!++
  }
}
