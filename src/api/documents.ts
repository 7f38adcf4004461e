// What the API says of documents (page: protocol/document.md). Roots and hashes in lower-case hex, sizes in bytes.
//   POST /api/documents/begin {} → UploadBegun       POST /api/documents/part?upload=ID&at=BYTES, octets, at most 1 MiB → 204
//   POST /api/documents/finish {upload} → DocumentKept
//   GET  /api/documents → DocumentView[]             GET /api/documents/content?root=ROOT → the bytes, to be saved
//   POST /api/documents/fetch {root}, /api/documents/drop {root}, /api/documents/withdraw {root} → 204
import type { RefusalCode } from "../core/refusal.ts"

/** As it stands in an order, before its message is signed. */
export type DocumentRequest = {
  readonly name: string
  readonly mediaType: string
  readonly size: number
  readonly root: string
}

/** Of ours: `offered`, `there` (proven by `proof`) or `withdrawn`. Of theirs: `coming`, `not-asked` (no room, or dropped here),
 *  `looked-at`, `here`, `held-back`, `gone` (given no more by them) or `wrong`.
 *  Of both `stopped`: our own disk has no room for it, or has lost a part. */
export type DocumentState =
  | "offered"
  | "there"
  | "withdrawn"
  | "coming"
  | "not-asked"
  | "looked-at"
  | "here"
  | "held-back"
  | "gone"
  | "wrong"
  | "stopped"

export type DocumentView = DocumentRequest & {
  /** Absent where it was read beside the node. */
  readonly state?: DocumentState
  /** Bytes that are held by whoever receives it: of ours by their own word. */
  readonly held?: number
  /** Lately, while it comes. */
  readonly bytesPerSecond?: number
  /** Their signed receipt for all of it. */
  readonly proof?: string
  /** Why it is `stopped`. */
  readonly reason?: RefusalCode
  /** Its bytes do not begin as its type does. */
  readonly doubt?: RefusalCode
}

export type UploadBegun = { readonly upload: string }
export type DocumentKept = { readonly root: string; readonly size: number }
