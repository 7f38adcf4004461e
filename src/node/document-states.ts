// What a node says of a document in its record, and where else it is said that one is stored (page: protocol/document.md).
import { decodeStoredDocumentBody } from "../core/body.ts"
import { hex } from "../core/hash.ts"
import { isRefusal, type RefusalCode } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import type { LineRecord } from "../record/record.ts"
import { type KeptDocument, LateWriter, type Store, wanted } from "../store/store.ts"

/** A part of it cannot be read any more: said of ours and of theirs. */
export const damaged = "damaged"
/** Of ours, and then the entry that proves it. */
export const there = "there "

/** Of theirs. */
export const states = {
  wanted,
  asked: "asked", // by somebody's word, whatever the room
  unsaid: "unsaid", // here, and its sender was not told yet
  here: "here",
  heldBack: "held-back",
  gone: "gone",
  wrong: "wrong",
  dropped: "dropped",
  noSpace: "no-space",
  damaged,
} as const

export const endings = { withdrawn: states.gone, wrong: states.wrong, notKept: states.noSpace } as const

export const reasonOf = (said: string): RefusalCode => (said === states.noSpace ? "no-space" : "damaged-document")

export const isHere = ({ got }: KeptDocument): boolean => got === states.here || got === states.unsaid

/** Where it has come whole, and was not looked at. */
export const isFetched = ({ got }: KeptDocument): boolean =>
  got === states.wanted || got === states.asked || got === states.noSpace

/** Whether it is the disk that failed, and nothing else. */
export const isOfDisk = (cause: unknown): boolean =>
  cause instanceof Error && !(cause instanceof LateWriter) && cause.cause instanceof Error

/** A disk that is full may not take even a word on a document: then it is found out again. */
export const tryTo = (write: () => void): boolean => {
  try {
    write()
    return true
  } catch (cause) {
    if (isOfDisk(cause)) return false
    throw cause
  }
}

type Receipt = { readonly proof: Uint8Array; readonly entry: Uint8Array; readonly root: Uint8Array }

/** A party's signed word that it stores a document, of those that name one of these entries. (D-7) */
export const receiptsFor = (
  { record, store }: { readonly record: LineRecord; readonly store: Pick<Store, "find"> },
  author: number,
  entries: readonly Uint8Array[],
): Receipt[] => {
  const { facts } = record
  const named = new Map(entries.map(entry => [record.place(entry), entry]))
  named.delete(-1)
  const receipts: Receipt[] = []
  for (let place = 0; named.size > 0 && place < facts.count; place++) {
    if (facts.kind[place] !== kinds["document-stored"] || facts.author(place) !== author) continue
    const entry = named.get(facts.refs(place)[0] ?? -1)
    const proof = facts.hashes.at(place).slice()
    const body = entry && store.find(proof)?.body
    const root = body && decodeStoredDocumentBody(body)
    if (entry && root && !isRefusal(root)) receipts.push({ proof, entry, root })
  }
  return receipts
}

export const isNamedBy = ({ announced }: KeptDocument, author: number, entry: Uint8Array | undefined): boolean =>
  entry !== undefined && announced.some(it => it.author === author && hex(it.entry) === hex(entry))
