// What the API says of parcels (page: protocol/epoch.md, section 7).

/** A parcel that was made here: entries `from` to `to` of our log, sealed for somebody to carry. `name` and hashes in hex. `unopened`: the
 *  other side's log says that its key is gone there. (EP-15, EP-17) */
export type ParcelView = {
  readonly name: string
  readonly at: number
  readonly generation: number
  readonly from: number
  readonly to: number
  readonly unopened?: { readonly at: number; readonly hash: string }
}
/** `bytes` in base64. `isWhole`: nothing more waits than is in it. */
export type ParcelFile = ParcelView & { readonly isWhole: boolean; readonly bytes: string }
/** One that was brought. `fresh`: by how many entries the other side's log has grown here. */
export type ParcelTaken = {
  readonly name: string
  readonly isOpen: boolean
  readonly entries: number
  readonly fresh: number
}
