// A document that is being taken in: cut into chunks as its bytes come, each kept at once, so that no more than one is in memory (page:
// protocol/document.md, D-3).
import { randomBytes } from "node:crypto"
import type { DocumentKept, UploadBegun } from "../api/documents.ts"
import { chunkLeaf, documentRoot } from "../core/document.ts"
import { concat, hex } from "../core/hash.ts"
import { chunkBytes, documentBytesMax } from "../core/limits.ts"
import { type Refusal, refuse } from "../core/refusal.ts"
import type { Hash, Suite } from "../core/suite.ts"
import type { DocumentStore } from "../store/store.ts"
import { damaged, tryTo } from "./document-states.ts"
import { hasFields, type KeptList, keptList, type Settings } from "./kept-list.ts"
import { isObject } from "./requests.ts"

const uploadsMax = 8
const uploadIdleMs = 10 * 60_000
/** What was taken in and no message has named: so many at the most, and so long. */
const unnamedMax = 64
const unnamedMs = 7 * 86_400_000
const unnamedBytesMax = 16_384
/** When it was first seen without a name, by root in hex. */
type Unnamed = { readonly root: string; readonly at: number }

type UploadsOptions = {
  readonly store: DocumentStore
  readonly settings: Settings
  readonly suite: Suite
  readonly now: () => number
  /** Bytes that documents may still take of the disk. */
  readonly spareBytes: () => number
}

export class Uploads {
  readonly #uploads = new Map<string, Upload>()
  readonly #options: UploadsOptions
  readonly #unnamed: KeptList<Unnamed>

  constructor(options: UploadsOptions) {
    this.#options = options
    this.#unnamed = keptList(options.settings, {
      ...{ name: "uploads", field: "uploads", rowsMax: unnamedMax, bytesMax: unnamedBytesMax },
      isRow: hasFields<Unnamed>({ root: "string", at: "number" }),
    })
  }

  /** What nobody has named for so long goes, and the oldest where there are too many. */
  tidy(): void {
    const { store, now } = this.#options
    const known = new Map(this.#unnamed.all().map(row => [row.root, row.at]))
    const unnamed = store
      .all()
      .filter(({ announced }) => announced.length === 0)
      .map(({ id, root }) => ({ id, root: hex(root), at: known.get(hex(root)) ?? now() }))
      .sort((a, b) => a.at - b.at)
    const isOver = (at: number, place: number): boolean => now() - at > unnamedMs || place < unnamed.length - unnamedMax
    const kept = unnamed.filter((row, place) => !isOver(row.at, place)).map(({ root, at }) => ({ root, at }))
    for (const [place, { id, at }] of unnamed.entries()) if (isOver(at, place)) store.drop(id)
    if (kept.length > 0 || known.size > 0) this.#unnamed.keep(kept)
  }

  begin(): UploadBegun | Refusal {
    const { store, suite, now } = this.#options
    for (const [name, upload] of this.#uploads) if (now() - upload.usedAt > uploadIdleMs) this.#abandon(name, upload)
    if (this.#uploads.size >= uploadsMax) return refuse("busy", { uploads: uploadsMax })
    const name = randomBytes(16).toString("hex")
    const isTaken = this.#isTaken(1, () => this.#uploads.set(name, new Upload(store, suite, now)))
    return isTaken ? { upload: name } : refuse("no-space")
  }

  /** Parts follow one another; one that came already may come again. */
  part(name: unknown, at: unknown, bytes: unknown): Refusal | undefined {
    const upload = typeof name === "string" ? this.#uploads.get(name) : undefined
    if (upload === undefined) return refuse("bad-request", { field: "upload" })
    if (!(bytes instanceof Uint8Array)) return refuse("bad-request", { field: "body" })
    const place = typeof at === "string" && /^\d{1,9}$/.test(at) ? Number(at) : undefined
    if (place === undefined || place > upload.size) return refuse("bad-request", { field: "at" })
    if (place < upload.size) return undefined
    const isTooLarge = upload.size + bytes.length > documentBytesMax
    if (!isTooLarge && this.#isTaken(bytes.length, () => upload.add(bytes))) return undefined
    this.#abandon(String(name), upload)
    return isTooLarge
      ? refuse("too-large", { bytes: upload.size + bytes.length, most: documentBytesMax })
      : refuse("no-space")
  }

  /** False where the disk has no room for it. (D-10) */
  #isTaken(bytes: number, keep: () => void): boolean {
    return this.#options.spareBytes() >= bytes && tryTo(keep)
  }

  finish(request: unknown): DocumentKept | Refusal {
    const name = isObject(request) ? request.upload : undefined
    const upload = typeof name === "string" ? this.#uploads.get(name) : undefined
    if (upload === undefined || upload.size === 0) return refuse("bad-request", { field: "upload" })
    this.#uploads.delete(String(name))
    let kept: DocumentKept | undefined
    const isTaken = this.#isTaken(upload.size, () => {
      kept = upload.finish()
      this.tidy()
    })
    return isTaken && kept ? kept : refuse("no-space")
  }

  /** What a full disk keeps of it goes at the next start. */
  #abandon(name: string, upload: Upload): void {
    this.#uploads.delete(name)
    tryTo(() => upload.abandon())
  }
}

class Upload {
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
    const known = this.#store.find(root)
    // Its chunks are those that have come now.
    if (known?.given === damaged) this.#store.setGiven(known.id, "")
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
