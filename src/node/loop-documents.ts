// What the loop does with documents for the core: chunks kept and read, and which documents a batch names (page: protocol/document.md).
import { documentsIn } from "../core/body.ts"
import { chunkRecord, chunksOf } from "../core/document.ts"
import type { Accepted, Effect, Event } from "../core/event.ts"
import { documentIdBytes, encodePart } from "../core/frame.ts"
import { hex } from "../core/hash.ts"
import { type RootOf, rootsOf } from "../core/proof.ts"
import type { Suite } from "../core/suite.ts"
import { type Announced, type DocumentStore, type Store, withdrawn } from "../store/store.ts"

type Without<E> = E extends Event ? Omit<E, "now"> : never
export type DocumentOrder = Without<Extract<Event, { type: "documentWanted" | "documentDropped" | "documentRoom" }>>

export const announcedIn = (rows: readonly Accepted[]): Announced[] =>
  rows.flatMap(({ held: { entry, body } }) =>
    documentsIn(entry.kind, body?.bytes).map(({ root, size }) => ({
      ...{ root, size, author: entry.author, entry: entry.hash },
    })),
  )

export class LoopDocuments {
  readonly #us: number
  readonly #store: DocumentStore
  readonly #suite: Suite
  /** Hashes of the document that is being given, and ids of what is being fetched. */
  #giving: { readonly name: string; readonly leaves: readonly Uint8Array[]; readonly root: RootOf } | undefined
  readonly #ids = new Map<string, number>()

  constructor({ us, store, suite }: { readonly us: number; readonly store: Store; readonly suite: Suite }) {
    this.#us = us
    this.#store = store.documents
    this.#suite = suite
  }

  done(effect: Extract<Effect, { do: "keepChunk" | "readChunk" }>, now: number): Event {
    const { root, index } = effect
    if (effect.do === "readChunk") {
      const record = this.#record(root, index)
      return { type: "chunkRead", now, path: effect.path, root, index, record, code: "document-withdrawn" }
    }
    this.#store.putChunk(this.#idOf(root), index, effect.bytes)
    return { type: "chunkKept", now, root, index }
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
    const isGiven = document?.announced.some(({ author }) => author === this.#us) && document.given !== withdrawn
    if (!document?.leaves || !isGiven || index >= chunksOf(document.size)) return null
    if (this.#giving?.name !== name) {
      const hashes = document.leaves
      const leaves = Array.from({ length: chunksOf(document.size) }, (_, at) => hashes.subarray(32 * at, 32 * at + 32))
      this.#giving = { name, leaves, root: rootsOf(leaves, this.#suite) }
    }
    const chunk = this.#store.chunk(document.id, index)
    return chunk === undefined ? null : chunkRecord(this.#giving.leaves, index, chunk, this.#suite, this.#giving.root)
  }
}
