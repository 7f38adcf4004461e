// A whole line, in memory, as what it means: every message with its place in the joint order and its ladder, what rings, what waits,
// and the reported records (pages: protocol/log.md, protocol/receipt.md). Fed with entries in the order in which they were stored here;
// the same fold serves a node that starts, a node that runs, and a reader of a stopped one. Texts stay in the store.

import { type Clock, type Desk, replyMs } from "../core/desk.ts"
import type { RefusalCode } from "../core/refusal.ts"
import { isReceipt, kinds } from "../core/registry.ts"
import { Facts, type Fed } from "./facts.ts"
import { Ladder, type RungFact } from "./ladder.ts"
import { Places } from "./places.ts"
import { rings, type Standing, waitsFor } from "./waits.ts"

export type RecordOptions = {
  readonly us: number
  readonly parties: number
  /** The charter's clocks, by precedence. */
  readonly replyClocks: readonly Clock[]
  /** The desks of each party, with clocks of their own where they have any. (CH-7) */
  readonly desks?: readonly (readonly Pick<Desk, "clocks">[])[]
}

/** What is different since it was last asked. */
export type Changes = {
  /** Messages that are new or stand otherwise, by place. */
  readonly messages: readonly number[]
  /** Messages that were there before have other places now. */
  readonly reordered: boolean
}

/** Names of entries that are referred to and not held; a peer that names more than these is not followed up. */
const missingMax = 4_096

export class LineRecord {
  readonly facts = new Facts()
  readonly #options: RecordOptions
  readonly #places = new Places(this.facts)
  readonly #ladder = new Ladder(this.facts)
  readonly #marks = new Map<number, RefusalCode>()
  /** Marks of entries that are not fed yet, which the store holds; and entries that refer to what is not held: by hash in hex. */
  readonly #earlyMarks = new Map<string, RefusalCode>()
  readonly #missing = new Map<string, number[]>()
  readonly #sentAt = new Map<number, number>()
  #sentTo = 0
  readonly #ringing = new Set<number>()
  readonly #waiting = new Map<number, number>()
  /** Of messages whose action desks have a clock of their own. */
  readonly #deskMs = new Map<number, number>()
  readonly #reported: number[] = []
  readonly #changed = new Set<number>()
  #reordered = false

  constructor(options: RecordOptions) {
    this.#options = options
  }

  /** Rows in the order of storing. A row that is here already brings at most its body. */
  feed(rows: readonly Fed[]): void {
    for (const row of rows) {
      const held = this.facts.hashes.find(row.entry.hash)
      if (held < 0) this.#add(row)
      else if (row.bodyBytes > 0 && this.facts.bodyBytes[held] === 0) {
        this.facts.bodyBytes[held] = row.bodyBytes
        this.#touch(held)
      }
    }
  }

  /** An entry's own signature turned out false, or its root: it is shown, marked, and never as said. */
  mark(hash: Uint8Array, code: RefusalCode): void {
    const place = this.place(hash)
    if (place < 0) {
      this.#earlyMarks.set(nameOf(hash), code)
      return
    }
    if (this.#marks.get(place) === code) return
    this.#marks.set(place, code)
    if (this.#saysOfOthers(place)) this.#ladder.withdraw(place, message => this.#touch(message))
    this.#touch(place)
  }

  /** What it says of messages is not said either, once it is marked. (R-4, OF-6, K-8) */
  #saysOfOthers(place: number): boolean {
    const kind = this.facts.kind[place]!
    return isReceipt(kind) || kind === kinds.answer
  }

  /** Our own claim that our log up to this entry, or from one to it, was handed to a path: no proof, not kept over a restart. */
  sent(seq: number, at: number, from = 1): void {
    const own = this.facts.streams.findLast(({ author, held }) => author === this.#options.us && held.length > 0)
    if (own === undefined) return
    const last = Math.min(seq, own.held.length)
    for (let place = Math.max(from - 1, this.#sentTo); place < last; place++) {
      const message = own.held[place]!
      if (!this.facts.isMessage(message) || this.#sentAt.has(message)) continue
      this.#sentAt.set(message, at)
      this.#changed.add(message)
    }
    if (from - 1 <= this.#sentTo) this.#sentTo = Math.max(this.#sentTo, last)
  }

  /** Something of a message is otherwise that stands in no entry. */
  touch(entry: Uint8Array): void {
    const message = this.place(entry)
    if (message >= 0 && this.facts.isMessage(message)) this.#changed.add(message)
  }

  /** What changed since the last call, the joint order brought up to date. */
  changes(): Changes {
    const reordered = this.#settle()
    const messages = [...this.#changed]
    this.#changed.clear()
    this.#reordered = false
    return { messages, reordered }
  }

  get total(): number {
    this.#settle()
    return this.#places.total
  }

  /** Messages after a position, oldest first. */
  page(after: number, limit: number): number[] {
    this.#settle()
    return this.#places.page(after, limit)
  }

  position(message: number): number {
    this.#settle()
    return this.#places.position(message)
  }

  /** The place of an entry by its hash; −1 when it is not held. */
  place(hash: Uint8Array): number {
    return this.facts.hashes.find(hash)
  }

  rungs(message: number): readonly RungFact[] {
    return this.#ladder.of(message)
  }

  /** The first rung of a kind that a party has said of a message, `stored` by name only. */
  hasSaid(message: number, kind: number, party: number): boolean {
    return this.#ladder.said(message).some(rung => rung.kind === kind && rung.party === party)
  }

  sentAt(message: number): number | undefined {
    return this.#sentAt.get(message)
  }

  markOf(message: number): RefusalCode | undefined {
    return this.#marks.get(message)
  }

  rings(message: number): boolean {
    return this.#ringing.has(message)
  }

  /** Messages that sound here now, in the order in which they came. */
  ringing(): number[] {
    return [...this.#ringing]
  }

  /** Messages that wait for a reply, in the order in which they came. */
  waiting(): number[] {
    return [...this.#waiting.keys()].sort((a, b) => a - b)
  }

  /** Who owes a reply, and until when: the charter's clock from the moment at which it was stored there. */
  waits(message: number): { readonly who: number; readonly due: number } | undefined {
    const who = this.#waiting.get(message)
    if (who === undefined) return undefined
    const { time, at } = this.facts
    const ms = this.#replyMs(message)
    if (ms === undefined) return undefined
    if (who === this.#options.us) return { who, due: at[message]! + ms }
    const stored = this.rungs(message).find(rung => rung.kind === kinds.stored && rung.party === who)
    return { who, due: time[stored?.proof ?? message]! + ms }
  }

  /** True when nothing proves which of this and the message before it came first: neither author had seen the other's. */
  concurrent(message: number): boolean {
    this.#settle()
    const before = this.#places.before(message)
    const { stream, seq } = this.facts
    if (before < 0 || this.facts.author(before) === this.facts.author(message)) return false
    return this.facts.seenOf(message, stream[before]!) < seq[before]! && !this.facts.refs(message).includes(before)
  }

  /** OF-13: whether an officer's own proof stands behind an entry. What was not judged yet, and what was judged false, has none. */
  isProven(place: number): boolean {
    const { seq, stream, streams } = this.facts
    const isPlaced = seq[place]! <= streams[stream[place]!]!.held.length
    return isPlaced && this.facts.isOfficerSigned(place) && !this.#marks.has(place)
  }

  isProvisional(message: number): boolean {
    this.#settle()
    return this.#places.isProvisional(message)
  }

  /** Places of reported records, in the order of storing. */
  get reported(): readonly number[] {
    return this.#reported
  }

  /** Claims that prove nothing, and names of entries that nobody holds. */
  get ignored(): number {
    return this.#ladder.ignored + this.#missing.size
  }

  #replyMs(message: number): number | undefined {
    return this.#deskMs.get(message) ?? replyMs(this.facts.precedence[message]!, [], this.#options.replyClocks)
  }

  #settle(): boolean {
    if (this.#places.settle()) this.#reordered = true
    return this.#reordered
  }

  #add(row: Fed): void {
    const { entry } = row
    const refs: number[] = []
    const missing: Uint8Array[] = []
    for (const ref of entry.refs) {
      const held = this.facts.hashes.find(ref)
      if (held >= 0) refs.push(held)
      else missing.push(ref)
    }
    const place = this.facts.add(row, refs)
    this.#places.added(place)
    for (const hash of missing) this.#miss(hash, place)
    const { desks = [] } = this.#options
    const ms = replyMs(
      entry.precedence,
      entry.action.filter(({ party }) => party !== entry.author).map(({ party, desk }) => desks[party]?.[desk]),
      [],
    )
    if (ms !== undefined) this.#deskMs.set(place, ms)
    if (entry.kind === kinds["reported-record"]) this.#reported.push(place)
    this.#markEarly(entry.hash, place)
    if (this.#saysOfOthers(place)) this.#ladder.add(place, message => this.#touch(message))
    this.#resolve(entry.hash, place)
    this.#ladder.grown(this.facts.stream[place]!, message => this.#touch(message))
    if (this.facts.isMessage(place)) this.#touch(place)
  }

  #miss(hash: Uint8Array, place: number): void {
    const name = nameOf(hash)
    const waiting = this.#missing.get(name)
    if (waiting !== undefined) waiting.push(place)
    else if (this.#missing.size < missingMax) this.#missing.set(name, [place])
  }

  /** Known as marked before it is fed, as at every start. */
  #markEarly(hash: Uint8Array, place: number): void {
    if (this.#earlyMarks.size === 0) return
    const name = nameOf(hash)
    const mark = this.#earlyMarks.get(name)
    if (mark === undefined) return
    this.#earlyMarks.delete(name)
    this.#marks.set(place, mark)
    if (this.#saysOfOthers(place)) this.#ladder.withdraw(place, message => this.#touch(message))
  }

  /** Entries that came before what they name. */
  #resolve(hash: Uint8Array, place: number): void {
    if (this.#missing.size === 0) return
    const name = nameOf(hash)
    for (const referrer of this.#missing.get(name) ?? []) {
      this.facts.addRef(referrer, place)
      this.#places.caused(referrer)
      const first = this.facts.kind[referrer]! !== kinds.answer || this.facts.refs(referrer)[0] === place
      if (this.#saysOfOthers(referrer) && first && this.#ladder.rung(referrer, place)) this.#touch(place)
    }
    this.#missing.delete(name)
  }

  /** A message is new or stands otherwise: it is told, and asked anew whether it rings and waits. */
  #touch(message: number): void {
    if (!this.facts.isMessage(message)) return
    this.#changed.add(message)
    const { us, parties } = this.#options
    const standing: Standing = {
      author: this.facts.author(message),
      kind: this.facts.kind[message]!,
      precedence: this.facts.precedence[message]!,
      traffic: this.facts.traffic[message]!,
      marked: this.#marks.has(message),
      rungs: this.#ladder.said(message),
    }
    if (rings(standing, us)) this.#ringing.add(message)
    else this.#ringing.delete(message)
    const who = waitsFor(standing, parties, this.#replyMs(message) !== undefined)
    if (who === undefined) this.#waiting.delete(message)
    else this.#waiting.set(message, who)
  }
}

const nameOf = (hash: Uint8Array): string => String.fromCharCode(...hash)
