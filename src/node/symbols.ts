// Symbols that come on a path without a way back, until they are a parcel again (page: protocol/epoch.md, EP-21). A symbol counts only when
// its seal is true; what they come to counts only when its hash is; and whatever the sender sends, no more is held than is said here.
import type { Charter } from "../core/charter.ts"
import { equal, hex } from "../core/hash.ts"
import { objectBytesMax, objectMs, objectsMax } from "../core/limits.ts"
import { parcelKind } from "../core/parcel.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import type { Suite } from "../core/suite.ts"
import {
  objectIdBytes,
  openSymbol,
  payloadIdBytes,
  type SymbolObject,
  symbolObjectId,
  symbolsOf,
} from "../core/symbol.ts"
import { framesOf } from "./parcel.ts"
import type { RaptorQ } from "./raptorq.ts"
import type { Running } from "./run.ts"

export type SymbolsOptions = {
  readonly charter: Charter
  readonly us: number
  readonly suite: Suite
  readonly raptorq: RaptorQ
  readonly running: Pick<Running, "carried" | "symbolKeys">
  readonly refused: (refusal: Refusal) => void
  readonly now: () => number
}

/** Symbols beyond those of the object itself with which it comes out for certain, if it comes out at all. */
const extraMax = 32
/** Objects that were read already and of which more symbols come. */
const doneMax = 256
/** Times that one is read of which nothing was taken: what it builds on may come after it. */
const readsMax = 8

type Collected = {
  readonly id: Uint8Array
  readonly keys: readonly Uint8Array[]
  readonly object: SymbolObject
  readonly packets: Map<string, Uint8Array>
  at: number
}

export class Symbols {
  readonly #options: SymbolsOptions
  /** By id; the first is the one that was heard of longest ago. */
  readonly #open = new Map<string, Collected>()
  /** How often each was read in vain; readsMax where it was taken. */
  readonly #reads = new Map<string, number>()
  readonly #reading = new Set<string>()

  constructor(options: SymbolsOptions) {
    this.#options = options
  }

  /** What is held at once: for tests and people. */
  get held(): { readonly objects: number; readonly bytes: number } {
    const open = [...this.#open.values()]
    return { objects: open.length, bytes: open.reduce((sum, { object }) => sum + object.bytes, 0) }
  }

  heard(datagram: Uint8Array): void {
    const { charter, us, suite, refused } = this.#options
    const id = symbolObjectId(datagram)
    if (id === undefined) return refused(refuse("malformed", { frame: "symbol" }))
    if (this.#reading.has(hex(id)) || (this.#reads.get(hex(id)) ?? 0) >= readsMax) return
    const keys = this.#keysOf(id)
    const symbol = openSymbol(suite, keys, { line: charter.line, from: 1 - us, to: us }, datagram)
    if (isRefusal(symbol)) return refused(symbol)
    const { object, packet } = symbol
    // What is said of the whole is part of its name here: a symbol that lies about it stands in no true one's way.
    const name = `${hex(id)} ${object.bytes} ${hex(object.hash)}`
    const collected = this.#open.get(name) ?? { id, keys, object, packets: new Map(), at: 0 }
    collected.at = this.#options.now()
    this.#open.delete(name)
    this.#open.set(name, collected)
    this.#forget()
    collected.packets.set(hex(packet.subarray(0, payloadIdBytes)), packet)
    this.#tryWhole(name, collected)
  }

  /** Those of an object that is being collected are at hand. */
  #keysOf(id: Uint8Array): readonly Uint8Array[] {
    for (const open of this.#open.values()) if (equal(open.id, id)) return open.keys
    return this.#options.running.symbolKeys(1 - this.#options.us, "in", id)
  }

  /** The longest unheard go first: a sender that begins ever new ones loses its own. */
  #forget(): void {
    const before = this.#options.now() - objectMs
    for (const [name, { at }] of this.#open) {
      const { objects, bytes } = this.held
      if (objects <= objectsMax && bytes <= objectBytesMax && at >= before) return
      this.#open.delete(name)
    }
  }

  #tryWhole(name: string, { id, object, packets }: Collected): void {
    const needed = symbolsOf(object)
    if (packets.size < needed) return
    const { suite, raptorq, refused } = this.#options
    const whole = raptorq.decode(object.bytes, packets.values())
    if (whole === undefined && packets.size < needed + extraMax) return
    this.#open.delete(name)
    if (whole === undefined || !equal(suite.sha256(whole), object.hash))
      return refused(refuse("wrong-object", { object: hex(id) }))
    this.#read(id, whole).then(
      problem => {
        if (problem) refused(problem)
      },
      () => undefined, // the node is being stopped
    )
  }

  async #read(id: Uint8Array, whole: Uint8Array): Promise<Refusal | undefined> {
    const { us, suite, running } = this.#options
    const frames = framesOf(whole)
    if (isRefusal(frames)) return frames
    const opening = frames.find(frame => frame[0] === parcelKind)
    if (opening === undefined || !equal(suite.sha256(opening).subarray(0, objectIdBytes), id))
      return refuse("wrong-object", { object: hex(id) })
    this.#reading.add(hex(id))
    const said = await running.carried(1 - us, frames)
    const isTaken = !isRefusal(said) && said.isOpen && (said.entries === 0 || said.fresh > 0)
    this.#wasRead(hex(id), isTaken)
    return isRefusal(said) ? said : undefined
  }

  #wasRead(name: string, isTaken: boolean): void {
    this.#reading.delete(name)
    const reads = (this.#reads.get(name) ?? 0) + 1
    this.#reads.delete(name)
    this.#reads.set(name, isTaken ? readsMax : reads)
    for (const oldest of this.#reads.keys()) {
      if (this.#reads.size <= doneMax) break
      this.#reads.delete(oldest)
    }
  }
}
