// A path that has no way back, as a home has one: out, what this side says goes round in parcels until the other is proven to hold it; in,
// what comes is collected and read (page: protocol/epoch.md, section 8). Neither is ever up: nothing that passes there answers anything.

import { chunksOf } from "../core/document.ts"
import { decodeEntry } from "../core/entry.ts"
import type { Tell } from "../core/event.ts"
import { hex } from "../core/hash.ts"
import { carouselBytesMax } from "../core/limits.ts"
import { immediate } from "../core/outbox.ts"
import { isRefusal, type Refusal } from "../core/refusal.ts"
import { datagramBytes, objectIdBytes } from "../core/symbol.ts"
import type { Store } from "../store/store.ts"
import { nodeSuite } from "../suites/node.ts"
import { reasonOf } from "../transport/link.ts"
import {
  hearOneWay,
  type OneWayAddress,
  type OneWayListener,
  type OneWaySender,
  sendOneWay,
} from "../transport/one-way.ts"
import type { Transport } from "../transport/transport.ts"
import { Carousel, type CarouselObject, ranks } from "./carousel.ts"
import type { Offered } from "./document-desk.ts"
import type { Home } from "./home.ts"
import type { Stretch } from "./parcel.ts"
import type { ParcelOffice } from "./parcel-office.ts"
import { loadRaptorQ } from "./raptorq.ts"
import type { Running } from "./run.ts"
import { eachMinute } from "./seldom.ts"
import { Symbols } from "./symbols.ts"

/** What both ends need of a node that runs. */
export type OneWayRooms = {
  readonly running: Pick<Running, "carried" | "symbolKeys">
  readonly parcels: Pick<ParcelOffice, "waiting" | "made" | "list">
  readonly documents: () => readonly Offered[]
  readonly store: Pick<Store, "read">
  readonly told: (tell: Tell) => void
  readonly refused: (refusal: Refusal) => void
}

export type OneWayOptions = {
  readonly name: string
  readonly home: Pick<Home, "charter" | "us">
  /** Undefined until the node runs. */
  readonly rooms: () => OneWayRooms | undefined
  readonly failed: (reason: string) => void
}

const planMs = 100
/** Entries that come one after the other go together, where nothing is urgent. */
const gatherMs = 1_000
/** In memory at once: 32 MiB at the most. What more there is comes in when something of it is held. */
const parcelsMax = 32
const urgentMax = 16
/** Many small parcels become one again. */
const smallMax = 8
/** Made again then: to the newest key, and with what was said since. */
const againMs = 24 * 3_600_000
const readBytes = 1_048_576
/** Of documents: looked for, parcels at once, rounds of each before the next, and made again so late for who had no room before. */
const documentsMs = 1_000
const documentParcels = 4
const documentRounds = 4
const documentMs = 3_600_000

type Going = {
  readonly id: Uint8Array
  readonly name: string
  readonly generation: number
  readonly from: number
  readonly to: number
  /** By the clock of `turn`, which nobody sets. */
  readonly at: number
  readonly bytes: number
  readonly rank: CarouselObject["rank"]
  /** Of which document, in hex. */
  readonly document?: string
}

export const oneWayOut = (options: OneWayOptions, to: OneWayAddress & { readonly rate: number }): Transport => {
  let sender: OneWaySender | undefined
  let timer: NodeJS.Timeout | undefined
  return {
    ...still(options.name, to.rate),
    async start() {
      const raptorq = await loadRaptorQ()
      const { charter, us } = options.home
      const carousel = new Carousel({
        ...{ suite: nodeSuite, raptorq, way: { line: charter.line, from: us, to: 1 - us } },
        keyOf: id => options.rooms()?.running.symbolKeys(1 - us, "out", id)[0],
      })
      const plan = new Plan(options, carousel)
      sender = await sendOneWay(to, now => carousel.next(now), options.failed)
      const again = async (): Promise<void> => {
        try {
          await plan.turn(performance.now())
        } catch (cause) {
          // A node that is being stopped has closed its store; one that runs is told by its own loop what failed.
          options.failed(cause instanceof Error ? reasonOf(cause) : String(cause))
        }
        if (sender) timer = setTimeout(again, planMs)
      }
      timer = setTimeout(again, 0)
    },
    async stop() {
      clearTimeout(timer)
      const last = sender
      sender = undefined
      await last?.stop()
    },
  }
}

export const oneWayIn = (options: OneWayOptions, at: OneWayAddress): Transport => {
  let listener: OneWayListener | undefined
  return {
    ...still(options.name, 1e9),
    async start() {
      const raptorq = await loadRaptorQ()
      let symbols: Symbols | undefined
      const strangers = eachMinute()
      const heard = (datagram: Uint8Array): void => {
        const rooms = options.rooms()
        if (rooms === undefined) return
        const { charter, us } = options.home
        const { running, refused } = rooms
        symbols ??= new Symbols({
          ...{ charter, us, suite: nodeSuite, raptorq, running, now: () => performance.now() },
          refused({ refusal, details }) {
            const times = strangers(refusal, performance.now())
            if (times > 0) refused({ refusal, details: { ...details, times } })
          },
        })
        symbols.heard(datagram)
      }
      listener = await hearOneWay(at, heard, options.failed)
    },
    async stop() {
      await listener?.stop()
    },
  }
}

/** As a path to the core: one that never opens, so that nothing waits for it. */
const still = (name: string, rate: number): Omit<Transport, "start" | "stop"> => ({
  traits: { name, rate, fragmentBytes: datagramBytes, queueBytes: 0, isOneWay: true },
  send: () => undefined,
  drop: () => undefined,
})

/** Which parcels go round. Their bytes are in the carousel; here is which entries are in them. */
class Plan {
  readonly #options: OneWayOptions
  readonly #carousel: Carousel
  #going: Going[] = []
  #generation = 0
  #looked = 0
  #grewAt = 0
  #size = 0
  #documentsAt = 0
  /** By document: the first chunk that did not go round yet. */
  readonly #chunks = new Map<string, number>()

  constructor(options: OneWayOptions, carousel: Carousel) {
    this.#options = options
    this.#carousel = carousel
  }

  async turn(now: number): Promise<void> {
    const rooms = this.#options.rooms()
    if (rooms === undefined) return
    const { generation, from, to } = rooms.parcels.waiting()
    if (generation !== this.#generation) {
      this.#generation = generation
      this.#looked = 0
    }
    if (to !== this.#size) this.#grewAt = now
    this.#size = to
    const unopened = new Set(rooms.parcels.list().flatMap(row => (row.unopened ? [row.name] : [])))
    const isHeld = (it: Going): boolean => it.generation !== generation || it.to < from
    this.#drop(it => now - it.at > againMs || unopened.has(it.name) || (it.document === undefined && isHeld(it)))
    for (const seq of this.#urgentIn(rooms, Math.max(from, this.#looked + 1), to)) {
      if (this.#ofRank(ranks.urgent).length >= urgentMax) break
      await this.#make(rooms, { after: seq - 1, upTo: seq }, ranks.urgent)
    }
    this.#gather()
    const reached = this.#reach(from)
    const others = this.#ofRank(ranks.said)
    const waits = reached <= to && others.length < parcelsMax
    if (waits && (others.length === 0 || now - this.#grewAt >= gatherMs || to - reached > 100))
      await this.#make(rooms, { after: reached - 1, bytesMax: carouselBytesMax }, ranks.said)
    await this.#documents(rooms, now)
  }

  #ofRank(rank: CarouselObject["rank"]): Going[] {
    return this.#going.filter(it => it.rank === rank)
  }

  /** A few parcels of them at a time, behind all that is said, each with the entry that names the document: what comes before that is known
   *  there is passed over. */
  async #documents(rooms: OneWayRooms, now: number): Promise<void> {
    if (now - this.#documentsAt < documentsMs) return
    this.#documentsAt = now
    const offered = rooms.documents().filter(({ generation }) => generation === this.#generation)
    const names = new Set(offered.map(({ root }) => hex(root)))
    const isRound = ({ id }: Going): boolean => this.#carousel.roundsOf(id) >= documentRounds
    this.#drop(
      it => it.document !== undefined && (!names.has(it.document) || (isRound(it) && now - it.at > documentMs)),
    )
    for (const { root, size, seq } of offered) {
      const name = hex(root)
      const ofIt = this.#ofRank(ranks.document).filter(it => it.document === name)
      const chunk = this.#chunks.get(name) ?? 0
      const isDone = chunk >= chunksOf(size)
      if (isDone && ofIt.length > 0) continue
      if (this.#ofRank(ranks.document).length >= documentParcels)
        this.#drop(it => it.rank === ranks.document && isRound(it))
      if (this.#ofRank(ranks.document).length >= documentParcels) return
      const document = { root, chunk: isDone ? 0 : chunk }
      await this.#make(rooms, { after: seq - 1, upTo: seq, document, bytesMax: carouselBytesMax }, ranks.document)
    }
  }

  /** Entries at IMMEDIATE and above, of those that were not looked at yet. */
  #urgentIn({ store }: OneWayRooms, from: number, to: number): number[] {
    const { us } = this.#options.home
    const urgent: number[] = []
    for (const { seq, bytes } of from > to
      ? []
      : store.read({ author: us, generation: this.#generation, from, to }, readBytes)) {
      const entry = decodeEntry(bytes, nodeSuite)
      if (!isRefusal(entry) && entry.precedence >= immediate) urgent.push(seq)
      this.#looked = seq
    }
    return urgent
  }

  /** Once each has gone round, many small ones begin again as few. */
  #gather(): void {
    const others = this.#ofRank(ranks.said)
    const bytes = others.reduce((sum, it) => sum + it.bytes, 0)
    if (others.length <= smallMax + 2 * Math.ceil(bytes / carouselBytesMax)) return
    if (others.every(({ id }) => this.#carousel.roundsOf(id) > 0)) this.#drop(it => it.rank === ranks.said)
  }

  #reach(from: number): number {
    const others = this.#ofRank(ranks.said).sort((one, other) => one.from - other.from)
    return others.reduce((reached, it) => (it.from <= reached ? Math.max(reached, it.to + 1) : reached), from)
  }

  #drop(isOver: (going: Going) => boolean): void {
    for (const { id } of this.#going.filter(isOver)) this.#carousel.take(id)
    this.#going = this.#going.filter(it => !isOver(it))
  }

  async #make(rooms: OneWayRooms, stretch: Stretch, rank: CarouselObject["rank"]): Promise<void> {
    const made = await rooms.parcels.made(stretch)
    // Without a key of the other side there is none yet; with nothing in it it is of no use.
    if (isRefusal(made)) return
    const { generation, from, to, bytes, nextChunk } = made
    const { root, chunk } = stretch.document ?? {}
    if (to < from && nextChunk === (chunk ?? 0)) return
    const document = root && hex(root)
    if (document) this.#chunks.set(document, nextChunk)
    const id = made.name.slice(0, objectIdBytes)
    const about = { id, name: hex(made.name), generation, from, to, at: performance.now(), bytes: bytes.length, rank }
    this.#going.push({ ...about, ...(document && { document }) })
    const peer = 1 - this.#options.home.us
    const sent = (): void => {
      if (from <= to) rooms.told({ type: "sent", peer, from, seq: to })
    }
    this.#carousel.put({ id, bytes, rank, sent })
  }
}
