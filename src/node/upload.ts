// A document that is being taken in: cut into chunks as its bytes come, each kept at once, so that no more than one is in memory (page:
// protocol/document.md, D-3).
import type { DocumentKept } from "../api/documents.ts"
import { chunkLeaf, documentRoot } from "../core/document.ts"
import { concat, hex } from "../core/hash.ts"
import { chunkBytes } from "../core/limits.ts"
import type { Hash, Suite } from "../core/suite.ts"
import type { DocumentStore } from "../store/store.ts"

export class Upload {
  readonly #store: DocumentStore
  readonly #suite: Suite
  readonly #now: () => number
  readonly #id: number
  readonly #leaves: Hash[] = []
  #rest = new Uint8Array(0)
  size = 0
  usedAt: number

  constructor(store: DocumentStore, suite: Suite, now: () => number) {
    this.#store = store
    this.#suite = suite
    this.#now = now
    this.usedAt = now()
    this.#id = store.begin()
  }

  add(bytes: Uint8Array): undefined {
    this.usedAt = this.#now()
    this.size += bytes.length
    const all = concat(this.#rest, bytes)
    let at = 0
    for (; all.length - at >= chunkBytes; at += chunkBytes) this.#keep(all.subarray(at, at + chunkBytes))
    this.#rest = all.slice(at)
  }

  finish(): DocumentKept {
    if (this.#rest.length > 0) this.#keep(this.#rest)
    const root = documentRoot(this.#leaves, this.#suite)
    this.#store.finish(this.#id, { root, size: this.size, leaves: concat(...this.#leaves) })
    return { root: hex(root), size: this.size }
  }

  abandon(): void {
    this.#store.drop(this.#id)
  }

  #keep(chunk: Uint8Array): void {
    this.#store.putChunk(this.#id, this.#leaves.length, chunk)
    this.#leaves.push(chunkLeaf(chunk, this.#suite))
  }
}
