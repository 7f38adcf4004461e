// Documents of the other side that have come whole: looked at, then here, then said to be here by an entry (page: protocol/document.md, D-7
// and D-9). Whatever is waited for, what stands in the record is asked again afterwards: it may have been removed meanwhile.
import { documentsIn, encodeStoredDocumentBody } from "../core/body.ts"
import { chunksOf } from "../core/document.ts"
import { equal, hex } from "../core/hash.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import type { LineRecord } from "../record/record.ts"
import type { KeptDocument, Store } from "../store/store.ts"
import { isFetched, receiptsFor, states, tryTo } from "./document-states.ts"
import type { Look } from "./look.ts"
import { replyTo } from "./requests.ts"
import type { Running } from "./run.ts"

type ArrivalsOptions = {
  readonly us: number
  readonly record: LineRecord
  readonly store: Pick<Store, "documents" | "find">
  readonly running: Pick<Running, "order">
  readonly salt: () => Uint8Array
  /** What looks at a document that has come, if anything does. (D-9) */
  readonly look: Look | undefined
  readonly refused: (refusal: Refusal) => void
  readonly chunks: (document: KeptDocument) => Iterable<Uint8Array>
  readonly touch: (root: Uint8Array) => void
}

export class Arrivals {
  readonly #options: ArrivalsOptions
  /** What is being looked at, each time by an object of its own. */
  readonly #looks = new Map<string, object>()

  constructor(options: ArrivalsOptions) {
    this.#options = options
  }

  isLookedAt(root: Uint8Array): boolean {
    return this.#looks.has(hex(root))
  }

  /** It was removed: whatever is found, it is not that of what comes later. */
  forget(root: Uint8Array): void {
    this.#looks.delete(hex(root))
  }

  /** What a process had no time to say is said. */
  sayUnsaid(): void {
    const { store, us } = this.#options
    for (const document of store.documents.all()) {
      if (document.got !== states.unsaid) continue
      const entries = document.announced.filter(({ author }) => author !== us).map(({ entry }) => entry)
      const isSaid = receiptsFor(this.#options, us, entries).some(({ root }) => equal(root, document.root))
      if (isSaid) tryTo(() => store.documents.setGot(document.id, states.here))
      else this.#say(document)
    }
  }

  whole(document: KeptDocument): void {
    const { look, chunks, touch } = this.#options
    const { root } = document
    const name = hex(root)
    if (look === undefined) return this.#passed(root)
    if (this.#looks.has(name)) return
    const turn = {}
    this.#looks.set(name, turn)
    touch(root)
    const done = (isGood: boolean): void => {
      if (this.#looks.get(name) !== turn) return
      this.#looks.delete(name)
      if (isGood) this.#passed(root)
      else this.#holdBack(root)
    }
    look(chunks(document)).then(done, () => done(false))
  }

  /** As it stands now; undefined where it is not one that has come. */
  #come(root: Uint8Array): KeptDocument | undefined {
    const document = this.#options.store.documents.find(root)
    return document && isFetched(document) && document.held === chunksOf(document.size) ? document : undefined
  }

  #holdBack(root: Uint8Array): void {
    const { store, refused, touch } = this.#options
    const document = this.#come(root)
    if (document && tryTo(() => store.documents.setGot(document.id, states.heldBack)))
      refused(refuse("held-back", { document: hex(root) }))
    touch(root)
  }

  #passed(root: Uint8Array): void {
    const { store, touch } = this.#options
    const document = this.#come(root)
    if (document && tryTo(() => store.documents.setGot(document.id, states.unsaid))) this.#say(document)
    touch(root)
  }

  /** One that says another size of it names what is not here. */
  #names(entry: Uint8Array, { root, size }: KeptDocument): boolean {
    const { store, record } = this.#options
    const place = record.place(entry)
    const named = place < 0 ? [] : documentsIn(record.facts.kind[place] ?? 0, store.find(entry)?.body)
    return named.some(it => it.size === size && equal(it.root, root))
  }

  #say(document: KeptDocument): void {
    const { id, root, announced } = document
    const { store, record, running, salt, us } = this.#options
    const named = announced.find(({ author, entry }) => author !== us && this.#names(entry, document))
    if (named === undefined) return
    const place = record.place(named.entry)
    const body = { salt: salt(), bytes: encodeStoredDocumentBody(root) }
    const said = running.order({ ...replyTo(record, place, kinds["document-stored"]), body, releases: [] })
    void said.then(answer => {
      if (isRefusal(answer) || store.documents.find(root)?.got !== states.unsaid) return
      tryTo(() => store.documents.setGot(id, states.here))
    })
  }
}
