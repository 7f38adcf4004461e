// The loop: takes what happened, steps the core, does what it wants done, in order. It is handed its store, paths, signer, clock and
// timers; the simulator runs this very file. A failed append ends the loop (crash-only); a restart replays.
import type { BreakDecision } from "../core/break.ts"
import type { Charter } from "../core/charter.ts"
import type { Entry } from "../core/entry.ts"
import type { CarriedAnswer, Effect, Event, Order, Tell } from "../core/event.ts"
import type { Tenure } from "../core/key.ts"
import { headEntriesMax } from "../core/limits.ts"
import { step } from "../core/line.ts"
import type { Officers } from "../core/officer.ts"
import { ownKeys } from "../core/opening.ts"
import type { Refusal } from "../core/refusal.ts"
import type { Line } from "../core/state.ts"
import type { PublicKey, Suite } from "../core/suite.ts"
import { symbolKeys } from "../core/symbol.ts"
import type { Signer } from "../keys/signer.ts"
import type { Row, Store } from "../store/store.ts"
import { heldOf, requireWhole } from "./held.ts"
import { type LineStatus, statusOf } from "./line-status.ts"
import { type DocumentOrder, LoopDocuments } from "./loop-documents.ts"
import { OpenPaths, type PeerPath } from "./open-paths.ts"
import { makeParcel, type Parcel, type Stretch } from "./parcel.ts"
import { type PathStatus, pathStatusOf } from "./path-status.ts"
import { takeUp } from "./take-up.ts"
import type { World } from "./world.ts"

export type RunOptions = {
  readonly charter: Charter
  readonly us: number
  /** Body of our own charter entry: the root signatures. */
  readonly charterBody: Uint8Array
  readonly suite: Suite
  readonly signer: Signer
  /** Whether these keys were in use before: an empty record is then a lost one. (L-11) */
  readonly lived?: boolean
  readonly store: Store
  /** Bytes that documents may still take of the disk. (D-10) */
  readonly spareBytes?: () => number
  readonly paths: readonly PeerPath[]
  readonly world: World
  /** Verifies rows' own signatures off the loop; answers the hashes of the bad ones. */
  readonly check: (rows: readonly Row[], key: PublicKey) => Promise<Uint8Array[]> | Uint8Array[]
  readonly tell: (tell: Tell) => void
  /** The world failed: the disk, the key. The loop has stopped. */
  readonly failed: (error: Error) => void
}

export type OwnLog = { readonly generation: number; readonly size: number; readonly root: Uint8Array }
export type OrderAnswer = { readonly entry: Entry } | Refusal

export type Running = {
  /** Durable and signed when it resolves with an entry. Idempotent by `act`. */
  order(order: Omit<Order, "id">): Promise<OrderAnswer>
  /** An officer has typed what the other side read out: its request to begin anew is taken, or set aside. (EP-10) */
  decideBreak(decision: Omit<BreakDecision, "order">): Promise<Refusal | null>
  /** The frames of a parcel that somebody has brought. (EP-16) */
  carried(peer: number, frames: readonly Uint8Array[]): Promise<CarriedAnswer>
  /** What this side says, for somebody to carry: as much as fits, from what the peer is not proven to hold. (EP-15) */
  parcel(peer: number, stretch?: Stretch): Promise<Parcel | Refusal>
  /** Under which the symbols of a parcel are sealed, ours or theirs: the first is the one to seal with. (EP-19) */
  symbolKeys(peer: number, way: "out" | "in", object: Uint8Array): readonly Uint8Array[]
  /** A document of the other side's is fetched from here on, or no more; and how much is fetched unasked. (D-5) */
  documents(event: DocumentOrder): void
  /** One more path, while the line runs. Rejects when it cannot be started, and nothing has changed. */
  addPath(path: PeerPath): Promise<void>
  /** False where no path has this name. */
  removePath(name: string): Promise<boolean>
  paths(): readonly PathStatus[]
  watched(lastHuman: number | null, consoles: number): void
  status(): LineStatus
  /** Our own log, what is being signed included. */
  own(): OwnLog
  /** A party's node keys by position, the card's first. */
  tenures(party: number): readonly Tenure[]
  /** Who is in office of a party, after all of its log that is held. */
  officers(party: number): Officers
  stop(): Promise<void>
}

/** Rows that one check of signatures takes. */
const readBytes = 16 * 1_048_576

/** Takes the line up where it was left and runs it until `stop`. */
export const run = (options: RunOptions): Promise<Running> => new Loop(options).start()

class Loop implements Running {
  readonly #options: RunOptions
  readonly #line: Line
  readonly #queue: Event[] = []
  readonly #orders = new Map<number, (answer: OrderAnswer) => void>()
  readonly #decided = new Map<number, (refusal: Refusal | null) => void>()
  readonly #carried = new Map<number, (said: CarriedAnswer) => void>()
  readonly #documents: LoopDocuments
  readonly #paths = new OpenPaths(
    () => this.#now(),
    event => this.#happened(event),
  )
  #nextOrder = 1
  #scheduled = false
  #stopped = false

  constructor(options: RunOptions) {
    this.#options = options
    this.#line = takeUp(options)
    this.#documents = new LoopDocuments(options)
  }

  async start(): Promise<Running> {
    const { paths, signer, lived = false } = this.#options
    const held = signer.holds(ownKeys(this.#line)[0]) ? undefined : signer.keys
    this.#happened({ type: "started", now: this.#now(), lived, held })
    for (const path of paths) await this.#paths.add(path)
    return this
  }

  documents(event: DocumentOrder): void {
    const happened = this.#documents.ordered(event)
    if (happened) this.#happened({ ...happened, now: this.#now() })
  }

  addPath(path: PeerPath): Promise<void> {
    return this.#paths.add(path)
  }

  removePath(name: string): Promise<boolean> {
    return this.#paths.remove(name)
  }

  paths(): readonly PathStatus[] {
    return this.#paths.list().map(path => pathStatusOf(this.#line, path))
  }

  order(order: Omit<Order, "id">): Promise<OrderAnswer> {
    return new Promise(resolve => {
      const id = this.#nextOrder++
      this.#orders.set(id, resolve)
      this.#happened({ type: "ordered", now: this.#now(), order: { ...order, id } })
    })
  }

  watched(lastHuman: number | null, consoles: number): void {
    this.#happened({ type: "watched", now: this.#now(), lastHuman, consoles })
  }

  status(): LineStatus {
    return statusOf(this.#line)
  }

  decideBreak(decision: Omit<BreakDecision, "order">): Promise<Refusal | null> {
    return new Promise(resolve => {
      const order = this.#nextOrder++
      this.#decided.set(order, resolve)
      this.#happened({ type: "breakDecided", now: this.#now(), ...decision, order })
    })
  }

  carried(peer: number, frames: readonly Uint8Array[]): Promise<CarriedAnswer> {
    return new Promise(resolve => {
      const order = this.#nextOrder++
      this.#carried.set(order, resolve)
      this.#happened({ type: "carried", now: this.#now(), order, peer, frames })
    })
  }

  parcel(peer: number, stretch?: Stretch): Promise<Parcel | Refusal> {
    return makeParcel(this.#line, peer, { ...this.#options, documents: this.#documents }, this.#now(), stretch)
  }

  symbolKeys(peer: number, way: "out" | "in", object: Uint8Array): readonly Uint8Array[] {
    return symbolKeys(this.#line, peer, way, object)
  }

  own(): OwnLog {
    const { generation, frontier, root } = this.#line.state.logs[this.#options.us]!
    return { generation, size: frontier.size, root }
  }

  tenures(party: number): readonly Tenure[] {
    return this.#line.state.logs[party]!.tenures
  }

  officers(party: number): Officers {
    return this.#line.state.logs[party]!.officers
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#paths.stop()
  }

  #now(): number {
    return this.#options.world.now()
  }

  #happened(event: Event): void {
    if (this.#stopped) return
    this.#queue.push(event)
    if (this.#scheduled) return
    this.#scheduled = true
    this.#options.world.later(() => this.#turn())
  }

  /** One turn: everything that has queued up, then what it all comes to. Answers of keys and disk that are there at once join in. */
  #turn(): void {
    this.#scheduled = false
    if (this.#stopped) return
    try {
      while (this.#queue.length > 0) {
        for (const event of this.#queue.splice(0)) this.#do(step(this.#line, event))
        this.#do(step(this.#line, { type: "settle", now: this.#now() }))
      }
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (this.#stopped) return
    this.#stopped = true
    const cause = error instanceof Error ? error : new Error(String(error))
    this.#options.failed(cause)
  }

  #do(effects: readonly Effect[]): void {
    for (const effect of effects) this.#one(effect)
  }

  #one(effect: Effect): void {
    const { signer, world } = this.#options
    const now = this.#now()
    switch (effect.do) {
      case "send":
        return this.#paths.send(effect.path, effect.frame)
      case "drop":
        return this.#paths.drop(effect.path, effect.reason)
      case "tell":
        return this.#told(effect.tell)
      case "wakeAt":
        return world.at(effect.at, () => this.#happened({ type: "woke", now: this.#now() }))
      case "append":
        return this.#append(effect)
      case "sign":
        return this.#sign(effect)
      case "signSecond":
        return this.#signSecond(effect)
      case "attest":
        return this.#attest(effect)
      case "encapsulate":
        return this.#answer(signer.encapsulate(effect.publicKey), ({ enc, secret }) => ({
          type: "encapsulated",
          now,
          id: effect.id,
          enc,
          secret,
        }))
      case "decapsulate":
        return this.#answer(signer.decapsulate(effect.number, effect.enc), secret => ({
          type: "decapsulated",
          now,
          id: effect.id,
          secret: secret ?? null,
        }))
      case "makeEpochKey":
        return this.#answer(signer.makeEpochKey(effect.number), publicKey => ({
          type: "epochKeyMade",
          now,
          number: effect.number,
          publicKey,
        }))
      case "keepNodeKeys":
        return this.#answer(signer.keepNodeKeys(effect.key), () => null)
      case "eraseEpochKey":
        return this.#answer(signer.eraseEpochKey(effect.number), () => null)
      case "serve":
      case "recall":
      case "check":
        return this.#read(effect)
      case "keepChunk":
      case "readChunk":
        return this.#happened(this.#documents.done(effect, now))
      default:
        return effect satisfies never
    }
  }

  /** An answer that is there at once is queued at once, so that a file of keys costs no turn of the machine's own loop. */
  #answer<T>(value: Promise<T> | T, event: (value: T) => Event | null): void {
    const take = (answer: T): void => {
      const made = event(answer)
      if (made) this.#happened({ ...made, now: this.#now() })
    }
    if (value instanceof Promise) value.then(take).catch(error => this.#fail(error))
    else take(value)
  }

  /** A key that is not here, as in a home that was restored from before its keys changed, signs nothing. (K-6) */
  #sign({ key, message }: Extract<Effect, { do: "sign" }>): void {
    const { signer } = this.#options
    const signed = signer.holds(key) ? signer.sign([message], key) : [null]
    this.#answer<readonly (Uint8Array | null)[]>(signed, ([signature]) => ({
      type: "signed",
      now: this.#now(),
      signature: signature ?? null,
    }))
  }

  /** A home whose card names a suite holds its key, or does not start. */
  #signSecond({ suite, message }: Extract<Effect, { do: "signSecond" }>): void {
    const { second } = this.#options.signer
    if (second?.suite !== suite) throw new Error(`the key of national suite ${suite} is not in this home`)
    this.#happened({ type: "signedSecond", now: this.#now(), signature: second.sign(message) })
  }

  #attest({ id, keys, message, context }: Extract<Effect, { do: "attest" }>): void {
    const { signer } = this.#options
    const both = (ed25519: Uint8Array | null, mlDsa65: Uint8Array | null): Event => ({
      type: "attested",
      now: this.#now(),
      id,
      ed25519,
      mlDsa65,
    })
    if (!signer.holds(keys[0])) return this.#happened(both(null, null))
    const one = signer.sign([message], keys[0])
    const post = context && signer.signPost(message, context, keys[1])
    if (one instanceof Promise || post instanceof Promise)
      return this.#answer(Promise.all([one, post]), ([[ed25519], mlDsa65]) => both(ed25519!, mlDsa65))
    this.#happened(both(one[0]!, post))
  }

  #append(effect: Extract<Effect, { do: "append" }>): void {
    const at = this.#now()
    const rows = effect.rows.map(({ held: { entry, body }, gapBefore }) => ({
      author: entry.author,
      generation: entry.generation,
      seq: entry.seq,
      hash: entry.hash,
      bytes: entry.bytes,
      ...(body ? { salt: body.salt, body: body.bytes } : {}),
      at,
      gapBefore,
    }))
    const asides = effect.asides.map(aside => ({ ...aside, at }))
    const { announced, wanted } = this.#documents.named(effect.rows)
    const { heads, marks, spans, state } = effect
    this.#options.store.append({ rows, heads, asides, marks, spans, announced, state })
    this.#happened({ type: "appended", now: at, wanted })
  }

  #read(effect: Extract<Effect, { do: "serve" | "recall" | "check" }>): void {
    const { store, suite, check } = this.#options
    const now = this.#now()
    const { author, generation } = effect
    if (effect.do === "recall") {
      const row = store.read({ author, generation, from: effect.seq, to: effect.seq }, 1)[0]
      return this.#happened({ type: "recalled", now, id: effect.id, held: row ? heldOf(row, suite) : null })
    }
    const { from, to } = effect
    if (effect.do === "serve") {
      const covered = effect.coveredTo >= from
      const head = covered ? undefined : store.headOver(author, generation, from, from + headEntriesMax - 1)
      const end = Math.min(to, covered ? effect.coveredTo : (head?.size ?? to))
      const rows = store.read({ author, generation, from, to: end }, effect.bytesMax)
      for (const row of rows) requireWhole(row, suite)
      const served: Event = {
        type: "served",
        now,
        path: effect.path,
        author,
        generation,
        from,
        rows,
        ...(head ? { head } : {}),
      }
      // One stretch at a time: between two of them the machine's own loop hands frames over and takes others in.
      return this.#options.world.later(() => this.#happened(served))
    }
    const rows = store.read({ author, generation, from, to }, readBytes)
    const end = rows.at(-1)?.seq ?? to
    this.#answer(check(rows, effect.key), bad => ({ type: "checked", now, author, generation, to: end, bad }))
  }

  #told(tell: Tell): void {
    if (tell.type === "done") taken(this.#orders, tell.order)?.({ entry: tell.entry })
    if (tell.type === "notDone") taken(this.#orders, tell.order)?.(tell.refusal)
    if (tell.type === "carried") taken(this.#carried, tell.order)?.(tell.said)
    if (tell.type === "decided") taken(this.#decided, tell.order)?.(tell.refusal)
    this.#options.tell(tell)
  }
}

/** Who waits for an answer hears it once. */
const taken = <Answer>(waiting: Map<number, (answer: Answer) => void>, order: number) => {
  const resolve = waiting.get(order)
  waiting.delete(order)
  return resolve
}
