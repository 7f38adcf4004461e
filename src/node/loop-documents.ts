// What the loop does with documents for the core: chunks kept and read, and which documents a batch names (page: protocol/document.md).
import { documentsIn } from "../core/body.ts"
import { chunkLeaf, chunkRecord, chunksOf } from "../core/document.ts"
import type { Accepted, Effect, Event, Tell, WantedDocument } from "../core/event.ts"
import { documentIdBytes, encodePart } from "../core/frame.ts"
import { equal, hex } from "../core/hash.ts"
import { type RootOf, rootsOf } from "../core/proof.ts"
import { refuse } from "../core/refusal.ts"
import type { Suite } from "../core/suite.ts"
import { type Announced, type DocumentStore, type Store, withdrawn } from "../store/store.ts"
import { damaged, states, tryTo } from "./document-states.ts"

type Without<E> = E extends Event ? Omit<E, "now"> : never
type Happened = Without<Extract<Event, { type: "documentWanted" | "documentDropped" }>>
/** `documentRoom`: so many bytes of what the other side names may be fetched without anybody's word. (D-5) */
export type DocumentOrder = Happened | { readonly type: "documentRoom"; readonly bytes: number }

type LoopDocumentsOptions = {
  readonly us: number
  readonly store: Store
  readonly suite: Suite
  /** Bytes that documents may still take of the disk. */
  readonly spareBytes?: () => number
  readonly tell: (tell: Tell) => void
}

export class LoopDocuments {
  readonly #us: number
  readonly #store: DocumentStore
  readonly #suite: Suite
  /** Hashes of the document that is being given, and ids of what is being fetched. */
  #giving: { readonly name: string; readonly leaves: readonly Uint8Array[]; readonly root: RootOf } | undefined
  readonly #ids = new Map<string, number>()
  /** Until it is said, all that is named is wanted, and nothing is asked for. */
  #room: number | undefined
  readonly #spareBytes: () => number
  readonly #tell: (tell: Tell) => void

  constructor({ us, store, suite, spareBytes = () => Number.POSITIVE_INFINITY, tell }: LoopDocumentsOptions) {
    this.#us = us
    this.#spareBytes = spareBytes
    this.#tell = tell
    this.#store = store.documents
    this.#suite = suite
  }

  /** What of it the core is to hear. */
  ordered(order: DocumentOrder): Happened | undefined {
    if (order.type !== "documentRoom") return order
    this.#room = order.bytes
    return undefined
  }

  /** What the rows of a batch name; and what of it is fetched, which is written with them. */
  named(rows: readonly Accepted[]): {
    readonly announced: readonly Announced[]
    readonly wanted: readonly WantedDocument[]
  } {
    const announced: Announced[] = []
    const wanted = new Map<string, WantedDocument>()
    for (const { held } of rows) {
      const { kind, author, hash } = held.entry
      for (const { root, size } of documentsIn(kind, held.body?.bytes)) {
        const document = author === this.#us || wanted.has(hex(root)) ? undefined : this.#wanted(author, root, size)
        if (document && this.#room !== undefined) wanted.set(hex(root), document)
        announced.push({ root, size, author, entry: hash, isWanted: document !== undefined })
      }
    }
    return { announced, wanted: [...wanted.values()] }
  }

  /** Where there is room for it, and nothing was decided of it before: what is here is not fetched again, and what was dropped or held
   *  back comes when somebody asks for it. Of what was taken in here as well nothing is missing, and its size is known. A size that was
   *  false gives way to another. (D-5) */
  #wanted(peer: number, root: Uint8Array, size: number): WantedDocument | undefined {
    const known = this.#store.find(root)
    const isFirst = known?.announced.every(({ author }) => author === this.#us) ?? true
    const isOurs = known?.leaves !== undefined
    const isOther = known !== undefined && known.size !== size
    const isOpen = isFirst || known?.got === "" || (isOther && known.got === states.wrong)
    const room = Math.min(this.#room ?? size, this.#spareBytes())
    if (!isOpen || (isOurs ? isOther : size > room)) return undefined
    if (!isOurs && this.#room !== undefined) this.#room -= size
    return { peer, root, size, held: known && !isOther ? this.#store.chunks(known.id) : [] }
  }

  done(effect: Extract<Effect, { do: "keepChunk" | "readChunk" }>, now: number): Event {
    const { root, index } = effect
    if (effect.do === "readChunk") {
      const record = this.#record(root, index)
      return { type: "chunkRead", now, path: effect.path, root, index, record, code: "document-withdrawn" }
    }
    const isKept = this.#keep(this.#idOf(root), index, effect.bytes)
    return isKept ? { type: "chunkKept", now, root, index } : { type: "chunkNotKept", now, root }
  }

  /** A disk that takes no documents may still take what is said. (D-10) */
  #keep(id: number, index: number, bytes: Uint8Array): boolean {
    return this.#spareBytes() >= bytes.length && tryTo(() => this.#store.putChunk(id, index, bytes))
  }

  /** One chunk as it goes in a parcel, whole; undefined after the last, and of what is not given. (D-6) */
  piece(root: Uint8Array, index: number): Uint8Array | undefined {
    const record = this.#record(root, index)
    const document = root.subarray(0, documentIdBytes)
    return record === null ? undefined : encodePart({ type: "piece", document, index, offset: 0, bytes: record })
  }

  #idOf(root: Uint8Array): number {
    const name = hex(root)
    const id = this.#ids.get(name) ?? this.#store.find(root)?.id
    if (id === undefined) throw new Error("A document is fetched that no entry here names.")
    if (this.#ids.size > 64) this.#ids.clear()
    this.#ids.set(name, id)
    return id
  }

  /** Given is what an entry of ours names, and what was not withdrawn. */
  #record(root: Uint8Array, index: number): Uint8Array | null {
    const name = hex(root)
    const document = this.#store.find(root)
    const isGiven =
      document?.announced.some(({ author }) => author === this.#us) &&
      document.given !== withdrawn &&
      document.given !== damaged
    if (!document?.leaves || !isGiven || index >= chunksOf(document.size)) return null
    if (this.#giving?.name !== name) {
      const hashes = document.leaves
      const leaves = Array.from({ length: chunksOf(document.size) }, (_, at) => hashes.subarray(32 * at, 32 * at + 32))
      this.#giving = { name, leaves, root: rootsOf(leaves, this.#suite) }
    }
    const { leaves, root: rootAt } = this.#giving
    const chunk = this.#read(document.id, index)
    if (chunk !== undefined && equal(chunkLeaf(chunk, this.#suite), leaves[index]!))
      return chunkRecord(leaves, index, chunk, this.#suite, rootAt)
    // Said once: what is known to be damaged is not given. What is proven to be there stays so.
    if (document.given !== "") return null
    tryTo(() => this.#store.setGiven(document.id, damaged))
    this.#tell({ type: "refused", refusal: refuse("damaged-document", { document: name, chunk: index }), peer: null })
    return null
  }

  /** Undefined as well where the disk does not give it out, or it was altered. */
  #read(id: number, index: number): Uint8Array | undefined {
    try {
      return this.#store.chunk(id, index)
    } catch {
      return undefined
    }
  }
}
