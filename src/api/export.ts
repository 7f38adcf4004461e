// Evidence, chosen at a console and written by its node (pages: protocol/evidence.md, section 6; protocol/security.md, A-48).
// POST /api/export/look ExportRequest → ExportView: what the file would hold. POST /api/export ExportRequest → the file itself.

/** Exactly one of the first three. `entries`: hashes and places as the command line takes them; `thread`: the hash of a message. */
export type ExportRequest = {
  readonly entries?: readonly string[]
  readonly thread?: string
  /** Days in UTC, both included: "2027-03-01". */
  readonly days?: { readonly from: string; readonly to: string }
  /** Hashes of the chosen entries whose texts are shown, or all, or none. */
  readonly texts: "all" | "none" | readonly string[]
}

export type ExportView = {
  readonly entries: readonly {
    readonly hash: string
    /** "east.1.17". */
    readonly place: string
    readonly text: "shown" | "withheld" | "none"
  }[]
  /** What else the file holds that speaks of them: kinds of entries, by name or number, and how many. */
  readonly others: readonly { readonly kind: string; readonly count: number }[]
  /** Places that no signed head covers yet. */
  readonly uncovered: readonly string[]
  readonly bytes: number
  readonly sha256: string
  /** SHA-256 of its verify.html. */
  readonly page: string
  /** What the file is to be called. */
  readonly name: string
}
