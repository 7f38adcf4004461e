// What goes round on a path that has no way back: one symbol after the other, the newest and the urgent first, each object again and again
// until somebody takes it out (page: protocol/epoch.md, EP-20). It knows no clock, no socket and no parcel: whatever has an id and bytes.
import { hex } from "../core/hash.ts"
import type { Direction } from "../core/seal.ts"
import type { Suite } from "../core/suite.ts"
import { type SymbolObject, sealSymbol, symbolsOf } from "../core/symbol.ts"
import type { RaptorQ } from "./raptorq.ts"

export const ranks = { document: 0, said: 1, urgent: 2 } as const
type Rank = (typeof ranks)[keyof typeof ranks]

/** An id names one content for ever. */
export type CarouselObject = {
  readonly id: Uint8Array
  readonly bytes: Uint8Array
  /** What is of a higher rank goes before all of a lower, in the middle of it too. */
  readonly rank: Rank
  /** Its first round is over: all of it was handed over once. */
  readonly sent: () => void
}

export type CarouselOptions = {
  readonly way: Direction
  readonly suite: Suite
  readonly raptorq: RaptorQ
  /** Undefined while there is no secret with the other side. */
  readonly keyOf: (id: Uint8Array) => Uint8Array | undefined
}

/** Repair symbols of one round, as a share of the object, and at least so many. */
const repairShare = 0.4
const repairMin = 4
/** After so many rounds their repair symbols come again. */
const roundsOfRepair = 8
/** What is urgent goes so often before anything else does. */
const urgentRounds = 3
/** A rest after each round, doubled each time: nothing is filled for nothing, and who comes late waits no longer than that. */
const restMs = 250
const restMsMax = 30_000
const urgentRestMsMax = 5_000

type Turning = {
  readonly object: CarouselObject
  readonly order: number
  rounds: number
  dueAt: number
}
type Round = {
  readonly of: Turning
  readonly about: SymbolObject
  readonly packets: Uint8Array[]
  readonly key: Uint8Array
  readonly startedAt: number
}

export class Carousel {
  readonly #options: CarouselOptions
  readonly #all = new Map<string, Turning>()
  readonly #rounds = new Map<Rank, Round>()
  #order = 0

  constructor(options: CarouselOptions) {
    this.#options = options
  }

  put(object: CarouselObject): void {
    this.#all.set(hex(object.id), { object, order: this.#order++, rounds: 0, dueAt: 0 })
  }

  take(id: Uint8Array): void {
    this.#all.delete(hex(id))
    for (const [rank, round] of this.#rounds) if (hex(round.of.object.id) === hex(id)) this.#rounds.delete(rank)
  }

  roundsOf(id: Uint8Array): number {
    return this.#all.get(hex(id))?.rounds ?? 0
  }

  /** The next datagram; undefined when nothing is due. */
  next(now: number): Uint8Array | undefined {
    for (const rank of [ranks.urgent, ranks.said, ranks.document]) {
      const round = this.#rounds.get(rank) ?? this.#begin(rank, now)
      if (round === undefined) continue
      if (round.packets.length > 1) this.#rounds.set(rank, round)
      else this.#rounds.delete(rank)
      return this.#one(round, now)
    }
    return undefined
  }

  #begin(rank: Rank, now: number): Round | undefined {
    const due = [...this.#all.values()].filter(it => it.object.rank === rank && it.dueAt <= now)
    // The newest first, and none a second time while another waits for its first.
    const [of] = due.sort((one, other) => one.rounds - other.rounds || other.order - one.order)
    const key = of && this.#options.keyOf(of.object.id)
    if (of === undefined || key === undefined) return undefined
    const { bytes } = of.object
    const { raptorq, suite } = this.#options
    const about = { bytes: bytes.length, hash: suite.sha256(bytes) }
    const count = Math.max(repairMin, Math.ceil(repairShare * symbolsOf(about)))
    const packets = raptorq.encode(bytes, { skip: count * (of.rounds % roundsOfRepair), count })
    return { of, about, packets: packets.reverse(), key, startedAt: now }
  }

  #one({ of, about, packets, key, startedAt }: Round, now: number): Uint8Array | undefined {
    const packet = packets.pop()
    if (packet === undefined) return undefined
    const { way, suite } = this.#options
    if (packets.length === 0) this.#ended(of, now - startedAt, now)
    return sealSymbol(suite, key, way, { id: of.object.id, packet, object: about })
  }

  #ended(of: Turning, tookMs: number, now: number): void {
    of.rounds += 1
    const isUrgent = of.object.rank === ranks.urgent
    const rest = Math.min(restMs * 2 ** Math.min(of.rounds, 20), isUrgent ? urgentRestMsMax : restMsMax)
    // However much of it there is, what is urgent takes half of the path at the most: the rest must arrive as well.
    const urgent = [...this.#all.values()].filter(it => it.object.rank === ranks.urgent).length
    const share = isUrgent ? 2 * tookMs * urgent : 0
    of.dueAt = isUrgent && of.rounds < urgentRounds ? now : now + Math.max(rest, share)
    if (of.rounds === 1) of.object.sent()
  }
}
