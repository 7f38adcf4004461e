// What a party's people and its node do with documents: one is taken in and named by a message; what the other side names is fetched,
// kept, dropped and withdrawn, as src/node/document-desk.ts has it. Beside it stands what every document truly is, known to no node.
import { encodeStoredDocumentBody } from "../src/core/body.ts"
import { chunkLeaf, chunksOf, documentRoot, type Manifest } from "../src/core/document.ts"
import { decodeEntry } from "../src/core/entry.ts"
import type { Tell } from "../src/core/event.ts"
import { concat, equal, hex } from "../src/core/hash.ts"
import { chunkBytes } from "../src/core/limits.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { kinds } from "../src/core/registry.ts"
import { endings, states, tryTo } from "../src/node/document-states.ts"
import type { Running } from "../src/node/run.ts"
import { type DocumentReader, type KeptDocument, type Store, withdrawn } from "../src/store/store.ts"
import { nodeSuite } from "../src/suites/node.ts"
import type { Prng } from "./prng.ts"

/** What the documents of a seed are, by their roots, and which were withdrawn by whom. */
export type Archive = {
  readonly bytesMax: number
  readonly contents: Map<string, Uint8Array>
  readonly withdrawn: Set<string>
}

export const archive = (bytesMax: number): Archive => ({ bytesMax, contents: new Map(), withdrawn: new Set() })

/** Whether a chunk is what its root says. What is being taken in has no root yet. (D-4) */
export const isTrueChunk = ({ contents }: Archive, root: Uint8Array | undefined, index: number, chunk: Uint8Array) => {
  const content = root && contents.get(hex(root))
  return (
    !root || (content !== undefined && equal(content.subarray(index * chunkBytes, (index + 1) * chunkBytes), chunk))
  )
}

/** The papers of one process. */
export type Papers = {
  /** The core is told how much is fetched unasked, and what is not whole yet. */
  start(): void
  told(tell: Tell): void
  /** Somebody here attaches a document to what they are about to say. */
  attach(): Manifest
  /** What the disk had no room for. (D-10) */
  fetchAgain(): void
  /** Answers which, if there was one. */
  withdraw(): Uint8Array | null
  drop(): Uint8Array | null
}

export type PapersOptions = {
  readonly us: number
  readonly store: Store
  readonly running: Running
  readonly chance: Prng
  readonly archive: Archive
}

const roomBytes = 1_000_000_000

export const papers = ({ us, store, running, chance, archive }: PapersOptions): Papers => {
  const { documents } = store
  const theirsOf = ({ announced }: KeptDocument) => announced.find(({ author }) => author !== us)

  const isHere = (document: KeptDocument): void => {
    if (!tryTo(() => documents.setGot(document.id, states.here))) return
    const row = store.find(theirsOf(document)?.entry ?? new Uint8Array(32))
    const entry = row && decodeEntry(row.bytes, nodeSuite)
    if (!entry || isRefusal(entry)) return
    const { traffic, precedence, hash } = entry
    const body = { salt: chance.bytes(16), bytes: encodeStoredDocumentBody(document.root) }
    const about = { kind: kinds["document-stored"], traffic, precedence, refs: [hash.slice()], body }
    void running.order({ ...about, action: [], info: [], handling: 0, releases: [] })
  }

  const some = (isFit: (document: KeptDocument) => boolean): KeptDocument | undefined => {
    const fit = documents.all().filter(isFit)
    return fit.length === 0 ? undefined : chance.pick(fit)
  }

  /** The core takes so many at a time, and the rest when one of them is over. `again`: and what the disk had no room for. */
  const goOn = (again = false): void => {
    running.documents({ type: "documentRoom", bytes: roomBytes })
    for (const document of documents.all()) {
      const { id, root, size, got, held } = document
      const theirs = theirsOf(document)
      if (!theirs || (got !== states.wanted && !(again && got === states.noSpace))) continue
      if (held === chunksOf(size)) isHere(document)
      else
        running.documents({
          ...{ type: "documentWanted", peer: theirs.author, root, size },
          held: documents.chunks(id),
        })
    }
  }

  return {
    start() {
      tryTo(() => documents.dropUnfinished())
      for (const { id, got, held } of documents.all())
        if (got === states.dropped && held > 0) tryTo(() => documents.drop(id))
      goOn(true)
    },
    told(tell) {
      if (tell.type !== "document" || tell.what === "coming") return
      const { root, what } = tell
      const document = documents.find(root)
      if (document === undefined) return
      if (what === "whole") isHere(document)
      else tryTo(() => documents.setGot(document.id, endings[what]))
      goOn()
    },
    fetchAgain: () => goOn(true),
    attach() {
      const size = Math.min(
        archive.bytesMax,
        chance.pick([1, chunkBytes, chunkBytes + 1, chance.between(1, 3_000), chance.between(1, 200_000)]),
      )
      const bytes = chance.bytes(size)
      const id = documents.begin()
      const leaves: Uint8Array[] = []
      for (let index = 0; index < chunksOf(size); index++) {
        const chunk = bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes)
        leaves.push(chunkLeaf(chunk, nodeSuite))
        documents.putChunk(id, index, chunk)
      }
      const root = documentRoot(leaves, nodeSuite)
      archive.contents.set(hex(root), bytes)
      documents.finish(id, { root, size, leaves: concat(...leaves) })
      return { name: "chart.bin", mediaType: "application/octet-stream", size, root }
    },
    withdraw() {
      const document = some(
        ({ given, announced }) => given !== withdrawn && announced.some(({ author }) => author === us),
      )
      if (!document) return null
      archive.withdrawn.add(hex(document.root))
      documents.setGiven(document.id, withdrawn)
      return document.root
    },
    drop() {
      const document = some(it => theirsOf(it) !== undefined && it.leaves === undefined && it.got !== states.dropped)
      if (!document) return null
      running.documents({ type: "documentDropped", root: document.root })
      documents.setGot(document.id, states.dropped)
      documents.drop(document.id)
      goOn()
      return document.root
    },
  }
}

/** Documents of one side that should be whole at the other, and are not; each by its root and what the other says of it. */
export const lacking = (author: number, own: DocumentReader, other: DocumentReader, archive: Archive): string[] =>
  own.all().flatMap(({ root, size, leaves, given, held, announced }) => {
    const isGiven = leaves !== undefined && held === chunksOf(size) && given !== withdrawn
    if (!isGiven || archive.withdrawn.has(hex(root)) || !announced.some(it => it.author === author)) return []
    const there = other.find(root)
    if (there && (there.held === chunksOf(size) || there.got === states.dropped)) return []
    return [`${hex(root).slice(0, 8)} of ${size} B: ${there?.held ?? "not announced"} ${there?.got}`]
  })
