// What a node asks of its disk (page: protocol/security.md, section 3). One writer; everything that must survive together is one
// `append`. Implementations pass store/contract.ts, faults included.
import type { Head } from "../core/head.ts"
import type { Refusal } from "../core/refusal.ts"

/** One row: an entry as it was accepted. `at`: when it was stored here, UTC ms. `gapBefore`: stored across a gap, before its
 *  forerunners. */
export type Row = {
  readonly author: number
  readonly generation: number
  readonly seq: number
  readonly hash: Uint8Array
  readonly bytes: Uint8Array
  readonly salt?: Uint8Array
  readonly body?: Uint8Array
  readonly at: number
  readonly gapBefore: boolean
  /** Its body is held and cannot be read: the key was not given, or what is on the disk was altered. Never given to `append`. */
  readonly unread?: "locked" | "altered"
}

/** A signed entry that could not be accepted: kept as evidence, never receipted. */
export type Aside = {
  readonly author: number
  readonly bytes: Uint8Array
  readonly refusal: Refusal
  readonly at: number
}

/** Written together or not at all. `state` is the core's snapshot after these rows. */
export type Append = {
  readonly rows: readonly Row[]
  readonly heads: readonly Head[]
  readonly asides: readonly Aside[]
  /** entry hash → mark set later on a stored row: its own signature turned out false under a signed head. */
  readonly marks: readonly { readonly hash: Uint8Array; readonly refusal: Refusal }[]
  /** Marks on all rows of a stretch of one log that are held, those of this batch included. */
  readonly spans?: readonly (RowRange & { readonly refusal: Refusal })[]
  /** Documents that rows of this batch name. */
  readonly announced?: readonly Announced[]
  readonly state: Uint8Array
}

/** A document that an entry names: the same bytes may be named by several. */
export type Announced = {
  readonly root: Uint8Array
  readonly size: number
  readonly author: number
  readonly entry: Uint8Array
  /** It is fetched from now on, as one of this size. */
  readonly isWanted?: boolean
}

/** One document as it is kept. `leaves`: hashes of its chunks, one after the other, where it was taken in here. `given` and `got`: the
 *  node's own words on it as one of ours and as one of theirs, each empty at first. `held`: chunks that are here. */
export type KeptDocument = {
  readonly id: number
  readonly root: Uint8Array
  readonly size: number
  readonly leaves?: Uint8Array
  readonly given: string
  readonly got: string
  readonly held: number
  readonly announced: readonly { readonly author: number; readonly entry: Uint8Array }[]
}

/** The node's word on a document that it gives no more: the last one. */
export const withdrawn = "withdrawn"
/** And on one of theirs that it fetches without anybody's word. */
export const wanted = "wanted"

export type DocumentReader = {
  all(): KeptDocument[]
  find(root: Uint8Array): KeptDocument | undefined
  /** Undefined where it is not here; throws where it cannot be read. */
  chunk(id: number, index: number): Uint8Array | undefined
  /** Indexes of the chunks that are here, ascending. */
  chunks(id: number): number[]
}

/** Each is durable when it returns. A document that is being taken in has no root until all its chunks are here. */
export type DocumentStore = DocumentReader & {
  begin(): number
  /** Once; the same chunk again changes nothing. */
  putChunk(id: number, index: number, bytes: Uint8Array): void
  /** The document under which these bytes are kept from now on: another, where they were here before. */
  finish(id: number, document: { readonly root: Uint8Array; readonly size: number; readonly leaves: Uint8Array }): void
  /** Of a withdrawn one nothing else is said any more. */
  setGiven(id: number, said: string): void
  setGot(id: number, said: string): void
  /** Its chunks; and the document itself, where no entry names it. */
  drop(id: number): void
  /** What was being taken in when a process ended. */
  dropUnfinished(): void
}

export type RowRange = {
  readonly author: number
  readonly generation: number
  readonly from: number
  readonly to: number
}

export type Indexed = {
  readonly position: number
  readonly hash: Uint8Array
  readonly bytes: Uint8Array
  /** 0 where there is no body, or none is held. */
  readonly bodyBytes: number
  readonly at: number
  readonly gapBefore: boolean
}

export type Store = {
  /** Durable when it returns. Throws an Error with `cause` when the disk fails; a late writer throws LateWriter. */
  append(batch: Append): void
  /** Rows from..to by seq, both included, ascending, missing ones left out; stops after `bytesMax` of entry and body
   *  bytes (at least one row). */
  read(range: RowRange, bytesMax: number): Row[]
  find(hash: Uint8Array): Row | undefined
  /** Rows in the order in which they were stored here, after position `after`; each with its position. */
  since(after: number, limit: number): { readonly position: number; readonly row: Row }[]
  /** As `since`, without bodies: what an index of the whole record is made from. */
  indexed(after: number, limit: number): Indexed[]
  /** Signed heads by ascending size, from `sizeFrom` (0: all); two that differ at one size are both kept, as evidence. */
  heads(author: number, generation: number, sizeFrom?: number): Head[]
  /** A signed head that covers entry `from`: the largest up to `most`, else the next above. */
  headOver(author: number, generation: number, from: number, most: number): Head | undefined
  asides(): Aside[]
  marks(): { readonly hash: Uint8Array; readonly refusal: Refusal }[]
  /** The largest seq held contiguously from 1, and the number of rows held. */
  count(author: number, generation: number): { readonly contiguous: number; readonly rows: number }
  state(): Uint8Array | undefined
  setting(name: string): Uint8Array | undefined
  set(name: string, value: Uint8Array): void
  readonly documents: DocumentStore
  close(): void
}

/** What may be read beside a running node: nothing that writes. */
export type StoreReader = Omit<Store, "append" | "set" | "documents"> & { readonly documents: DocumentReader }

/** Another process has opened this home after us. (L-10) */
export class LateWriter extends Error {}

/** A home that may not be opened, and nothing of it was touched: it is in use, it is locked, or a newer version wrote it. (L-10, A-6) */
export class HomeRefused extends Error {
  readonly refusal: Refusal

  constructor(message: string, refusal: Refusal) {
    super(message)
    this.refusal = refusal
  }
}
