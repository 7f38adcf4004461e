// What is kept of every entry of a line: columns, about 350 bytes with its name and its rungs. Texts and bodies stay in the store and
// are read when a page is shown. An entry is named by its place here, in the order of storing, from 0.
import type { Entry } from "../core/entry.ts"
import { kindName, saysSomething } from "../core/registry.ts"
import { Hashes } from "./hashes.ts"

/** One author's log of one generation, as far as it is held. */
export type Stream = {
  readonly stream: number
  readonly author: number
  readonly generation: number
  /** Place of entry seq at [seq − 1], contiguous from 1. */
  readonly held: number[]
  /** seq → place of what is held beyond a gap. */
  readonly beyond: Map<number, number>
}

/** A row as it was stored here. `at`: when. `bodyBytes`: 0 where there is none or none is held. */
export type Fed = {
  readonly entry: Entry
  readonly bodyBytes: number
  readonly at: number
  readonly gapBefore: boolean
}

const flag = { message: 1, gapBefore: 2, officerSigned: 4 } as const
const nowhere: readonly number[] = []

export class Facts {
  readonly hashes = new Hashes()
  readonly streams: Stream[] = []
  readonly officers: string[] = [""]
  stream = new Uint16Array(1_024)
  seq = new Uint32Array(1_024)
  time = new Float64Array(1_024)
  at = new Float64Array(1_024)
  number = new Uint32Array(1_024)
  kind = new Uint32Array(1_024)
  precedence = new Uint8Array(1_024)
  traffic = new Uint8Array(1_024)
  officer = new Uint16Array(1_024)
  bodyBytes = new Uint32Array(1_024)
  flags = new Uint8Array(1_024)
  /** What each entry had seen: [stream, size] pairs, from its `seenFrom` to the next entry's. */
  seenFrom = new Uint32Array(1_025)
  #seen = new Uint32Array(4_096)
  #seenCount = 0
  readonly #refs = new Map<number, readonly number[]>()
  readonly #notAfter = new Map<number, number>()
  readonly #officerPlace = new Map<string, number>([["", 0]])
  readonly #streamPlace = new Map<number, Stream>()

  get count(): number {
    return this.hashes.count
  }

  /** Adds an entry that is not held yet; its place. `refs`: the places of the held entries that it refers to. */
  add({ entry, bodyBytes, at, gapBefore }: Fed, refs: readonly number[]): number {
    const place = this.hashes.add(entry.hash)
    if (place >= this.seq.length) this.#widen()
    const stream = this.streamOf(entry.author, entry.generation)
    this.stream[place] = stream.stream
    this.seq[place] = entry.seq
    this.time[place] = entry.time
    this.at[place] = at
    this.number[place] = entry.number ?? 0
    this.kind[place] = entry.kind
    this.precedence[place] = entry.precedence
    this.traffic[place] = entry.traffic
    this.bodyBytes[place] = bodyBytes
    const release = entry.releases[0]
    this.officer[place] = release === undefined ? 0 : this.#officer(release.officer)
    this.flags[place] =
      (isMessage(entry.kind) ? flag.message : 0) |
      (gapBefore ? flag.gapBefore : 0) |
      (entry.releases.some(it => it.type !== "node") ? flag.officerSigned : 0)
    if (refs.length > 0) this.#refs.set(place, refs)
    if (entry.notAfter !== undefined) this.#notAfter.set(place, entry.notAfter)
    this.#addSeen(entry)
    this.seenFrom[place + 1] = this.#seenCount
    if (entry.seq === stream.held.length + 1) {
      stream.held.push(place)
      this.#closeGap(stream)
    } else stream.beyond.set(entry.seq, place)
    return place
  }

  refs(place: number): readonly number[] {
    return this.#refs.get(place) ?? nowhere
  }

  /** A reference whose entry came later than the one that names it. */
  addRef(place: number, ref: number): void {
    this.#refs.set(place, [...this.refs(place), ref])
  }

  notAfter(place: number): number | undefined {
    return this.#notAfter.get(place)
  }

  author(place: number): number {
    return this.streams[this.stream[place]!]!.author
  }

  isMessage(place: number): boolean {
    return (this.flags[place]! & flag.message) !== 0
  }

  hasGapBefore(place: number): boolean {
    return (this.flags[place]! & flag.gapBefore) !== 0
  }

  /** Whether it carries a person's proof, or only the node says who released it. Whether that proof is good: record.ts. */
  isOfficerSigned(place: number): boolean {
    return (this.flags[place]! & flag.officerSigned) !== 0
  }

  /** How much of a stream the entry had seen, by its own word. */
  seenOf(place: number, stream: number): number {
    for (let at = this.seenFrom[place]!; at < this.seenFrom[place + 1]!; at += 2)
      if (this.#seen[at] === stream) return this.#seen[at + 1]!
    return 0
  }

  /** Calls for every [stream, size] that the entry had seen. */
  eachSeen(place: number, call: (stream: number, size: number) => void): void {
    for (let at = this.seenFrom[place]!; at < this.seenFrom[place + 1]!; at += 2)
      call(this.#seen[at]!, this.#seen[at + 1]!)
  }

  streamOf(author: number, generation: number): Stream {
    const key = generation * 256 + author
    const held = this.#streamPlace.get(key)
    if (held !== undefined) return held
    const stream = { stream: this.streams.length, author, generation, held: [], beyond: new Map<number, number>() }
    this.streams.push(stream)
    this.#streamPlace.set(key, stream)
    return stream
  }

  #closeGap(stream: Stream): void {
    while (stream.beyond.size > 0) {
      const seq = stream.held.length + 1
      const place = stream.beyond.get(seq)
      if (place === undefined) return
      stream.held.push(place)
      stream.beyond.delete(seq)
    }
  }

  #addSeen(entry: Entry): void {
    for (const { author, generation, size } of entry.seen) {
      if (this.#seenCount + 2 > this.#seen.length)
        this.#seen = copied(this.#seen, new Uint32Array(2 * this.#seen.length))
      this.#seen[this.#seenCount++] = this.streamOf(author, generation).stream
      this.#seen[this.#seenCount++] = size
    }
  }

  #officer(name: string): number {
    const held = this.#officerPlace.get(name)
    if (held !== undefined) return held
    // Names are few; a peer that invents more than fit has the rest shown without a name here, and with it on the message's page.
    if (this.officers.length >= 65_535) return 0
    this.officers.push(name)
    this.#officerPlace.set(name, this.officers.length - 1)
    return this.officers.length - 1
  }

  #widen(): void {
    const size = 2 * this.seq.length
    this.stream = copied(this.stream, new Uint16Array(size))
    this.seq = copied(this.seq, new Uint32Array(size))
    this.time = copied(this.time, new Float64Array(size))
    this.at = copied(this.at, new Float64Array(size))
    this.number = copied(this.number, new Uint32Array(size))
    this.kind = copied(this.kind, new Uint32Array(size))
    this.precedence = copied(this.precedence, new Uint8Array(size))
    this.traffic = copied(this.traffic, new Uint8Array(size))
    this.officer = copied(this.officer, new Uint16Array(size))
    this.bodyBytes = copied(this.bodyBytes, new Uint32Array(size))
    this.flags = copied(this.flags, new Uint8Array(size))
    this.seenFrom = copied(this.seenFrom, new Uint32Array(size + 1))
  }
}

const copied = <T extends { set(values: ArrayLike<number>): void }>(from: ArrayLike<number>, to: T): T => {
  to.set(from)
  return to
}

/** What is shown as a message: what says something, and what this version does not know, as data. (E-16) */
const isMessage = (kind: number): boolean => saysSomething(kind) || !kindName.has(kind)
