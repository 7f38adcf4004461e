// What the API says of parcels (page: protocol/epoch.md, section 7).

/** A parcel that was made here: entries `from` to `to` of our log, sealed for somebody to carry. `name` and hashes in hex. `unopened`: the
 *  other side's log says that its key is gone there. `hash`: SHA-256 of the whole file; those of before have none. (EP-15, EP-17) */
export type ParcelView = {
  readonly name: string
  readonly at: number
  readonly generation: number
  readonly from: number
  readonly to: number
  readonly hash?: string
  /** Chunks of one document that are in it besides. */
  readonly document?: { readonly root: string; readonly from: number; readonly to: number }
  readonly unopened?: { readonly at: number; readonly hash: string }
}
/** What the other side is not proven to hold of our log, nothing where `from` is above `to`; and of our documents. */
export type ParcelWaiting = {
  readonly generation: number
  readonly from: number
  readonly to: number
  readonly documents: readonly { readonly root: string; readonly size: number }[]
}
/** What to put in: what follows an entry of ours, or of one document what begins at a chunk; and no larger than that. */
export type ParcelRequest = {
  readonly after?: number
  readonly bytesMax?: number
  readonly document?: { readonly root: string; readonly chunk: number }
}
/** `bytes` in base64. `isWhole`: no entry waits that is not in it. `nextChunk`: the first of the document that is not in it. */
export type ParcelFile = ParcelView & { readonly isWhole: boolean; readonly nextChunk: number; readonly bytes: string }
/** One that was brought. `fresh`: by how many entries the other side's log has grown here. */
export type ParcelTaken = {
  readonly name: string
  readonly isOpen: boolean
  readonly entries: number
  readonly fresh: number
  /** Chunks of documents. */
  readonly chunks: number
}
