// Documents of both sides as their people have them: taken in, fetched, looked at, shown how far they are, given out to be saved (page:
// protocol/document.md). What is said of one stands in messages; here are its bytes.
import type { DocumentState, DocumentView } from "../api/documents.ts"
import { decodeStoredDocumentBody, documentsIn } from "../core/body.ts"
import { chunksOf, type Manifest } from "../core/document.ts"
import type { Tell } from "../core/event.ts"
import { fromHex, hex } from "../core/hash.ts"
import { chunkBytes } from "../core/limits.ts"
import { isOtherType } from "../core/media.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import type { Suite } from "../core/suite.ts"
import type { LineRecord } from "../record/record.ts"
import { type KeptDocument, type Store, withdrawn } from "../store/store.ts"
import { Arrivals } from "./arrivals.ts"
import { damaged, endings, isHere, isNamedBy, reasonOf, receiptsFor, states, there, tryTo } from "./document-states.ts"
import type { Look } from "./look.ts"
import { Progress, Seldom } from "./progress.ts"
import { isObject } from "./requests.ts"
import type { Running } from "./run.ts"
import { Uploads } from "./upload.ts"

export type DocumentDeskOptions = {
  readonly us: number
  readonly record: LineRecord
  readonly store: Pick<Store, "documents" | "find" | "setting" | "set">
  readonly suite: Suite
  readonly running: Pick<Running, "documents" | "order">
  readonly now: () => number
  readonly salt: () => Uint8Array
  /** What looks at a document that has come, if anything does. (D-9) */
  readonly look: Look | undefined
  /** Bytes of the other side's documents that are kept at most. */
  readonly roomBytes: number
  /** Bytes that documents may still take of the disk. (D-10) */
  readonly spareBytes: () => number
  /** Messages of which something has changed. */
  readonly changed: (entries: readonly Uint8Array[]) => void
  readonly refused: (refusal: Refusal) => void
}

export type Offered = {
  readonly root: Uint8Array
  readonly size: number
  readonly generation: number
  readonly seq: number
}

const headBytes = 4_096

/** What a document of theirs takes, or will. What was taken in here as well takes nothing more; of what comes no more its chunks stay. */
const roomFor = ({ leaves, got, size, held }: KeptDocument): number => {
  const isPart = got === "" || got === states.gone || got === states.wrong || got === states.dropped
  return leaves !== undefined ? 0 : isPart ? Math.min(size, held * chunkBytes) : size
}

export class DocumentDesk {
  readonly #options: DocumentDeskOptions
  readonly #progress: Progress
  readonly #asks: Seldom
  readonly uploads: Uploads
  readonly #arrivals: Arrivals
  /** What the core fetches. */
  readonly #coming = new Set<string>()

  constructor(options: DocumentDeskOptions) {
    this.#options = options
    this.#progress = new Progress(options.now)
    this.#asks = new Seldom(options.now)
    const touch = (root: Uint8Array): void => this.#touch(root)
    this.#arrivals = new Arrivals({ ...options, touch, chunks: document => this.#chunks(document) })
    this.uploads = new Uploads({ ...options, store: options.store.documents, settings: options.store })
  }

  /** What was left unfinished goes on, and what the disk had no room for is tried once more. */
  start(): void {
    const { store } = this.#options
    tryTo(() => store.documents.dropUnfinished())
    tryTo(() => this.uploads.tidy())
    for (const document of store.documents.all())
      if (document.got === states.dropped && document.held > 0) tryTo(() => this.#clear(document))
    this.#arrivals.sayUnsaid()
    this.#findProofs()
    this.#goOn(true)
  }

  told(tell: Tell): void {
    if (tell.type === "refused" && tell.refusal.refusal === "damaged-document")
      this.#touch(fromHex(String(tell.refusal.details.document)) ?? new Uint8Array(32))
    if (tell.type === "document") this.#heardOf(tell)
    if (tell.type === "asked") this.#asked(tell)
    if (tell.type !== "rows") return
    for (const { held } of tell.rows) {
      const { author, kind, hash, refs } = held.entry
      if (kind !== kinds["document-stored"] || author === this.#options.us || !held.body) continue
      const root = decodeStoredDocumentBody(held.body.bytes)
      if (!isRefusal(root)) this.#provenThere(hash, refs[0], root)
    }
  }

  /** Of what is none of ours nothing is kept: whatever a peer asks for, it fills no memory. */
  #asked({ root, held }: Extract<Tell, { type: "asked" }>): void {
    if (!this.#asks.isDue(hex(root))) return
    const document = this.#options.store.documents.find(root)
    if (!document?.announced.some(({ author }) => author === this.#options.us)) return
    if (this.#progress.heard(hex(root), held * chunkBytes)) this.#touch(root)
  }

  /** As a message shows what it names. */
  view(author: number, { name, mediaType, size, root }: Manifest): DocumentView {
    const shown = { name, mediaType, size, root: hex(root) }
    const document = this.#options.store.documents.find(root)
    if (document === undefined) return shown
    const progress = this.#progress.of(shown.root)
    if (author === this.#options.us) return { ...shown, ...this.#ours(document, progress?.bytes) }
    // The root has one size: a message that says another names what is not.
    const isOther = document.size !== size && (document.leaves !== undefined || isHere(document))
    if (isOther) return { ...shown, state: "wrong", held: 0 }
    const head = isHere(document) ? this.#head(document) : new Uint8Array(0)
    const state = this.#arrivals.isLookedAt(root) ? "looked-at" : this.#stateOf(document, head)
    const doubt = state === "here" && head !== undefined && isOtherType(mediaType, head)
    return {
      ...shown,
      ...{ state, ...(state === "stopped" && { reason: reasonOf(document.got) }) },
      held: document.got === states.dropped ? 0 : Math.min(document.held * chunkBytes, size),
      ...(state === "coming" && progress?.perSecond && { bytesPerSecond: progress.perSecond }),
      ...(doubt && { doubt: "other-type" }),
    }
  }

  list(): DocumentView[] {
    const { store } = this.#options
    return store.documents.all().flatMap(({ root, announced }) =>
      announced.flatMap(({ author, entry }) => {
        const row = store.find(entry)
        const kind = row && this.#options.record.facts.kind[this.#options.record.place(entry)]
        return documentsIn(kind ?? 0, row?.body)
          .filter(named => hex(named.root) === hex(root))
          .map(named => this.view(author, named))
      }),
    )
  }

  /** Ours that the other side is not proven to hold, each with the place of an entry that names it. (D-7) */
  offered(): Offered[] {
    const { store, us } = this.#options
    return store.documents.all().flatMap(({ root, size, leaves, given, announced }) => {
      const ours = announced.findLast(({ author }) => author === us)
      const row = ours && leaves && store.find(ours.entry)
      const isOver = given !== ""
      return row && !isOver ? [{ root, size, generation: row.generation, seq: row.seq }] : []
    })
  }

  /** Whether what an order names was taken in here. */
  isKept({ root, size }: Pick<Manifest, "root" | "size">): boolean {
    const document = this.#options.store.documents.find(root)
    return (
      document?.leaves !== undefined &&
      document.size === size &&
      document.given !== withdrawn &&
      document.given !== damaged
    )
  }

  /** Fetches what had no room, was dropped here, or given up; what was held back is looked at again. */
  fetch(request: unknown): Refusal | undefined {
    const found = this.#named(request)
    if (!found?.theirs) return refuse("not-found")
    const { document } = found
    const { store, spareBytes } = this.#options
    if (isHere(document) && this.#head(document) !== undefined) return undefined
    if (spareBytes() < document.size - document.held * chunkBytes) return refuse("no-space")
    // Which of its chunks are damaged nobody knows: all come anew.
    if (document.got === states.damaged || isHere(document)) store.documents.drop(document.id)
    store.documents.setGot(document.id, states.asked)
    this.#goOn()
    this.#touch(document.root)
    return undefined
  }

  /** No more of it is fetched, and what is here of it is removed. */
  drop(request: unknown): Refusal | undefined {
    const found = this.#named(request)
    if (!found?.theirs) return refuse("not-found")
    const { root, id } = found.document
    const { store, running } = this.#options
    running.documents({ type: "documentDropped", root })
    // In this order: a process that ends between the two must not leave a document that is said to be here.
    store.documents.setGot(id, states.dropped)
    this.#clear(found.document)
    this.#coming.delete(hex(root))
    this.#arrivals.forget(root)
    this.#goOn()
    this.#touch(root)
    return undefined
  }

  /** Ours, given no more. What they hold of it they hold. */
  withdraw(request: unknown): Refusal | undefined {
    const found = this.#named(request)
    const isOurs = found?.document.announced.some(({ author }) => author === this.#options.us)
    if (!found || !isOurs) return refuse("not-found")
    this.#options.store.documents.setGiven(found.document.id, withdrawn)
    if (found.document.got === states.dropped) this.#clear({ ...found.document, given: withdrawn })
    this.#touch(found.document.root)
    return undefined
  }

  /** Of what was dropped nothing stays, but where it is one of ours too that is still given. */
  #clear({ id, leaves, given }: KeptDocument): void {
    if (leaves === undefined || given === withdrawn) this.#options.store.documents.drop(id)
  }

  /** All of it, chunk by chunk, where it may be given out. */
  content(name: unknown): { readonly size: number; readonly chunks: Iterable<Uint8Array> } | Refusal {
    const document = this.#named({ root: name })?.document
    if (document === undefined) return refuse("not-found")
    if (document.got === states.heldBack) return refuse("held-back")
    const isOurs = document.leaves !== undefined
    if (document.held < chunksOf(document.size) || (!isOurs && !isHere(document))) return refuse("not-found")
    return { size: document.size, chunks: this.#chunks(document) }
  }

  *#chunks(document: KeptDocument): Generator<Uint8Array> {
    for (let index = 0; index < chunksOf(document.size); index++) yield this.#chunk(document, index)
  }

  /** One that cannot be read ends the document, and it is said. (D-10) */
  #chunk(document: KeptDocument, index: number): Uint8Array {
    try {
      const chunk = this.#options.store.documents.chunk(document.id, index)
      if (chunk !== undefined) return chunk
      throw new Error("A part of a document is not in the record any more.")
    } catch (cause) {
      this.#isDamaged(document)
      throw cause
    }
  }

  /** Unless it was removed meanwhile. */
  #isDamaged({ id, root, got, leaves }: KeptDocument): void {
    const { store, refused } = this.#options
    const now = store.documents.find(root)
    if (now?.got !== got) return
    if (got !== "") tryTo(() => store.documents.setGot(id, states.damaged))
    if (leaves !== undefined && now.given === "") tryTo(() => store.documents.setGiven(id, damaged))
    refused(refuse("damaged-document", { document: hex(root) }))
    this.#touch(root)
  }

  #named(request: unknown) {
    const root = isObject(request) && typeof request.root === "string" ? fromHex(request.root) : undefined
    const document = root?.length === 32 ? this.#options.store.documents.find(root) : undefined
    return document && { document, theirs: document.announced.find(({ author }) => author !== this.#options.us) }
  }

  #ours({ given }: KeptDocument, held = 0): Pick<DocumentView, "state" | "held" | "proof" | "reason"> {
    if (given.startsWith(there)) return { state: "there", proof: given.slice(there.length) }
    if (given === damaged) return { state: "stopped", reason: reasonOf(given) }
    return { state: given === withdrawn ? "withdrawn" : "offered", held }
  }

  #stateOf(document: KeptDocument, head: Uint8Array | undefined): DocumentState {
    const { got, root } = document
    if (this.#coming.has(hex(root))) return "coming"
    if (head === undefined || got === states.noSpace || got === states.damaged) return "stopped"
    if (isHere(document)) return "here"
    const said = [states.heldBack, states.gone, states.wrong].find(each => each === got)
    return said ?? "not-asked"
  }

  /** Undefined where it cannot be read any more. */
  #head({ id }: KeptDocument): Uint8Array | undefined {
    try {
      return this.#options.store.documents.chunk(id, 0)?.subarray(0, headBytes)
    } catch {
      return undefined
    }
  }

  /** All that is wanted and has room goes on; the core takes as many at a time as it can, and the rest when one of them is over. What was
   *  asked for takes its room before what was not. `again`: and what the disk had no room for. */
  #goOn(again = false): void {
    const { store, us, running, roomBytes, spareBytes } = this.#options
    const theirs = store.documents.all().flatMap(document => {
      const named = document.announced.find(({ author }) => author !== us)
      return named ? [{ document, peer: named.author }] : []
    })
    let room = roomBytes
    let spare = spareBytes()
    const go = []
    for (const { document } of theirs) if (document.got !== states.wanted) room -= roomFor(document)
    for (const each of theirs) {
      const { got } = each.document
      const bytes = roomFor(each.document)
      const missing = Math.max(0, each.document.size - each.document.held * chunkBytes)
      const isWanted =
        got === states.asked || (got === states.wanted && bytes <= room) || (got === states.noSpace && again)
      if (!isWanted || missing > spare) continue
      spare -= missing
      if (got === states.wanted) room -= bytes
      go.push(each)
    }
    running.documents({ type: "documentRoom", bytes: Math.max(0, room) })
    for (const { document, peer } of go) {
      const { id, root, size, held } = document
      if (held === chunksOf(size)) this.#arrivals.whole(document)
      else if (!this.#coming.has(hex(root)))
        running.documents({ type: "documentWanted", peer, root, size, held: store.documents.chunks(id) })
    }
  }

  #heardOf(tell: Extract<Tell, { type: "document" }>): void {
    const { store } = this.#options
    const document = store.documents.find(tell.root)
    if (document === undefined) return
    const name = hex(tell.root)
    const { what } = tell
    if (what === "coming") {
      // A chunk that was on its way to the disk when it was dropped is none that comes.
      if (document.got !== states.dropped) this.#coming.add(name)
      if (this.#progress.heard(name, tell.held * chunkBytes)) this.#touch(tell.root)
      return
    }
    this.#coming.delete(name)
    if (what === "whole") this.#arrivals.whole(document)
    else tryTo(() => store.documents.setGot(document.id, endings[what]))
    if (what === "notKept") this.#options.refused(refuse("no-space", { document: name }))
    this.#touch(tell.root)
    this.#goOn()
  }

  /** Their receipt names the entry, and the document by its root; one that names anything else proves nothing. (D-7) */
  #provenThere(proof: Uint8Array, entry: Uint8Array | undefined, root: Uint8Array): void {
    const { store, us } = this.#options
    const document = store.documents.find(root)
    if (!document || !isNamedBy(document, us, entry)) return
    tryTo(() => store.documents.setGiven(document.id, `${there}${hex(proof)}`))
    this.#touch(root)
  }

  /** Receipts that a process had no time to take notice of. */
  #findProofs(): void {
    const { store, us } = this.#options
    const offered = store.documents.all().filter(({ leaves, given }) => leaves !== undefined && given === "")
    const entries = offered.flatMap(({ announced }) => announced.flatMap(it => (it.author === us ? [it.entry] : [])))
    for (const { proof, entry, root } of receiptsFor(this.#options, 1 - us, entries))
      this.#provenThere(proof, entry, root)
  }

  #touch(root: Uint8Array): void {
    this.#options.changed(this.#options.store.documents.find(root)?.announced.map(({ entry }) => entry) ?? [])
  }
}
