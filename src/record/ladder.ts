// How far every message came (page: protocol/receipt.md): the rungs that entries of others prove. `stored` is cumulative, so it is
// kept once per receipt and not once per message. A rung that one party says twice shows the first.
import { kinds } from "../core/registry.ts"
import type { Facts } from "./facts.ts"

/** A rung: an entry's kind, who said it, and the entry that proves it. `kind` is of the receipts, or `answer`. */
export type RungFact = { readonly kind: number; readonly party: number; readonly proof: number }

/** Receipts of one party for one stream, by the proof's place in its log: sizes rise with it. `early`: for more than is held, as they
 *  came. `covered`: those that another makes needless, until that is withdrawn. */
type Cumulative = {
  readonly party: number
  readonly sizes: number[]
  readonly proofs: number[]
  readonly early: Claim[]
  readonly covered: Claim[]
}
type Claim = { readonly proof: number; readonly size: number }

const none: readonly RungFact[] = []

export class Ladder {
  readonly #facts: Facts
  readonly #rungs = new Map<number, RungFact[]>()
  readonly #stored = new Map<number, Cumulative[]>()
  /** Receipts and answers that are marked: they say nothing of any message. (R-4, OF-6, K-8) */
  readonly #withdrawn = new Set<number>()
  /** Rungs that came after another of their kind and party: they take its place when that is withdrawn. */
  readonly #later = new Map<number, RungFact[]>()
  /** Claims that prove nothing: receipts for one's own entries. */
  #ignored = 0

  constructor(facts: Facts) {
    this.#facts = facts
  }

  /** Claims that prove nothing, and those for entries that are not there, or not yet. */
  get ignored(): number {
    let early = 0
    for (const all of this.#stored.values()) for (const mine of all) early += mine.early.length
    return this.#ignored + early
  }

  /** Reads a receipt or an answer; calls `changed` for every message that stands otherwise than before. */
  add(proof: number, changed: (message: number) => void): void {
    if (this.#withdrawn.has(proof)) return
    const kind = this.#facts.kind[proof]!
    for (const ref of kind === kinds.answer ? this.#facts.refs(proof).slice(0, 1) : this.#facts.refs(proof))
      if (this.rung(proof, ref)) changed(ref)
    if (kind === kinds.stored)
      this.#facts.eachSeen(proof, (stream, size) => this.#addStored({ proof, size }, stream, changed))
  }

  /** A stream has become longer: receipts that came before what they are for count now, as with a home put back from a copy. */
  grown(stream: number, changed: (message: number) => void): void {
    const { held } = this.#facts.streams[stream]!
    for (const mine of this.#stored.get(stream) ?? [])
      while (mine.early.length > 0 && mine.early[0]!.size <= held.length)
        this.#addStored(mine.early.shift()!, stream, changed)
  }

  /** One rung of one message; whether it stands otherwise than before. */
  rung(proof: number, message: number): boolean {
    const kind = this.#facts.kind[proof]!
    const party = this.#facts.author(proof)
    if (!this.#facts.isMessage(message) || this.#withdrawn.has(proof)) return false
    if (!this.#maySay(kind, party, proof, message)) {
      this.#ignored++
      return false
    }
    const rungs = this.#rungs.get(message)
    if (rungs === undefined) {
      this.#rungs.set(message, [{ kind, party, proof }])
      return true
    }
    const held = rungs.findIndex(rung => rung.kind === kind && rung.party === party)
    if (held < 0) {
      rungs.push({ kind, party, proof })
      return true
    }
    const isFirst = this.#isEarlier(proof, rungs[held]!.proof)
    const later = isFirst ? rungs[held]! : { kind, party, proof }
    this.#later.set(message, [...(this.#later.get(message) ?? []), later])
    if (isFirst) rungs[held] = { kind, party, proof }
    return isFirst
  }

  /** A receipt is no longer taken for said: what came after it of its kind, if anything did, stands in its place. */
  withdraw(proof: number, changed: (message: number) => void): void {
    this.#withdrawn.add(proof)
    for (const message of this.#facts.refs(proof)) {
      const rungs = this.#rungs.get(message)
      const at = rungs?.findIndex(rung => rung.proof === proof) ?? -1
      if (rungs === undefined || at < 0) continue
      rungs.splice(at, 1)
      for (const later of this.#later.get(message)?.splice(0) ?? [])
        if (later.proof !== proof) this.rung(later.proof, message)
      changed(message)
    }
    this.#facts.eachSeen(proof, stream => this.#withdrawStored(proof, stream, changed))
  }

  #withdrawStored(proof: number, stream: number, changed: (message: number) => void): void {
    for (const mine of this.#stored.get(stream) ?? []) {
      const at = mine.proofs.indexOf(proof)
      if (at < 0) continue
      const size = mine.sizes[at]!
      mine.sizes.splice(at, 1)
      mine.proofs.splice(at, 1)
      this.#tell(stream, mine.sizes[at - 1] ?? 0, size, changed)
      for (const claim of mine.covered.splice(0)) this.#addStored(claim, stream, changed)
    }
  }

  /** What is said of a message is said by the other parties; but a second officer speaks of what one of her own side released. (OF-11) */
  #maySay(kind: number, party: number, proof: number, message: number): boolean {
    const isOwn = party === this.#facts.author(message)
    if (kind !== kinds.seconded && kind !== kinds.objected) return !isOwn
    return isOwn && this.#facts.officer[proof] !== this.#facts.officer[message]
  }

  /** Every rung but the cumulative `stored`. */
  said(message: number): readonly RungFact[] {
    return this.#rungs.get(message) ?? none
  }

  /** All rungs of a message, the cumulative `stored` included, in the order of their proofs' times. */
  of(message: number): RungFact[] {
    const said = this.said(message)
    const { time } = this.#facts
    const stored = this.#storedBy(message, said)
    const rest = said.filter(({ kind, party }) => kind !== kinds.stored || !stored.some(rung => rung.party === party))
    return [...stored, ...rest].sort((a, b) => time[a.proof]! - time[b.proof]! || a.kind - b.kind)
  }

  /** the first receipt of each other party whose claimed size reaches the message, or that names it. */
  #storedBy(message: number, said: readonly RungFact[]): RungFact[] {
    const { stream, seq } = this.#facts
    const rungs: RungFact[] = []
    for (const { party, sizes, proofs } of this.#stored.get(stream[message]!) ?? []) {
      if (party === this.#facts.author(message)) continue
      // what was stored without its body is not delivered; only a receipt that names it says that the body came.
      if (said.some(rung => rung.kind === kinds["without-body"] && rung.party === party)) continue
      const at = firstAtLeast(sizes, seq[message]!)
      if (at === sizes.length) continue
      const named = said.find(rung => rung.kind === kinds.stored && rung.party === party)
      const proof = named !== undefined && this.#isEarlier(named.proof, proofs[at]!) ? named.proof : proofs[at]!
      rungs.push({ kind: kinds.stored, party, proof })
    }
    return rungs
  }

  #addStored(claim: Claim, stream: number, changed: (message: number) => void): void {
    const { proof, size } = claim
    const about = this.#facts.streams[stream]!
    const party = this.#facts.author(proof)
    if (party === about.author || size === 0 || this.#withdrawn.has(proof)) return
    const mine = this.#cumulative(stream, party)
    if (size > about.held.length) return void mine.early.push(claim)
    // Receipts come in their author's order, but for those that close a gap.
    let at = mine.proofs.length
    while (at > 0 && this.#isEarlier(proof, mine.proofs[at - 1]!)) at--
    const before = mine.sizes[at - 1] ?? 0
    if (size <= before) return void mine.covered.push(claim)
    // A later receipt that claims no more than this one shows nothing new any longer.
    let covered = at
    while (covered < mine.sizes.length && mine.sizes[covered]! <= size) covered++
    for (let it = at; it < covered; it++) mine.covered.push({ proof: mine.proofs[it]!, size: mine.sizes[it]! })
    mine.sizes.splice(at, covered - at, size)
    mine.proofs.splice(at, covered - at, proof)
    this.#tell(stream, before, size, changed)
  }

  #cumulative(stream: number, party: number): Cumulative {
    const all = this.#stored.get(stream) ?? []
    if (all.length === 0) this.#stored.set(stream, all)
    const held = all.find(cumulative => cumulative.party === party)
    if (held !== undefined) return held
    const mine = { party, sizes: [], proofs: [], early: [], covered: [] }
    all.push(mine)
    return mine
  }

  /** Messages of a stream after one size, up to another, stand otherwise. */
  #tell(stream: number, after: number, size: number, changed: (message: number) => void): void {
    const { held } = this.#facts.streams[stream]!
    for (let seq = after + 1; seq <= size; seq++) {
      const message = held[seq - 1]!
      if (this.#facts.isMessage(message)) changed(message)
    }
  }

  /** Earlier in the same author's log. */
  #isEarlier(a: number, b: number): boolean {
    const { seq, stream, streams } = this.#facts
    const [one, other] = [streams[stream[a]!]!.generation, streams[stream[b]!]!.generation]
    return one !== other ? one < other : seq[a]! < seq[b]!
  }
}

const firstAtLeast = (sizes: readonly number[], size: number): number => {
  let [low, high] = [0, sizes.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sizes[middle]! < size) low = middle + 1
    else high = middle
  }
  return low
}
