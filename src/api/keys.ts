// What a console and a CLI are told of keys and who holds them, and the two files that go to the roots and come back (pages:
// protocol/key.md; protocol/security.md, A-46, A-47). JSON; bytes in lower-case hex.
import type { Names } from "../core/charter.ts"
import type { KeyView, OfficersView, ToSign } from "./shapes.ts"
import type { YearlyView } from "./standing.ts"

/** GET /api/keys/standing. */
export type KeysView = {
  readonly parties: readonly PartyKeysView[]
  /** When the node keys of this home are to be changed next; judged by nobody. (K-10) */
  readonly yearly: YearlyView
  /** What was prepared here for the roots and is not said yet: the last one, until it is said or the node stops. */
  readonly sheet: SheetView | null
}

export type PartyKeysView = {
  readonly party: number
  /** EV-8: as on the card. */
  readonly fingerprint: string
  readonly keys: readonly TenureView[]
  readonly officers: OfficersView["officers"]
  readonly retired: readonly RetiredView[]
}

/** `until`: the place from which another key counts; absent for the one in force. */
export type TenureView = KeyView & {
  readonly post: string
  readonly standing: "in-force" | "replaced" | "revoked"
  /** How it came: by the card, by the keys before it, or by the roots. */
  readonly by: "card" | "keys" | "roots"
  /** Its author's clock; shown, and judged by nobody. */
  readonly written: number | null
}

export type RetiredView = {
  readonly code: string
  readonly name?: string
  readonly office?: Names
  readonly generation: number
  readonly seq: number
}

/** A sheet as it is carried to the roots. Everything that it means stands in `message`; the rest names it for people. */
export type SheetFile = ToSign & { readonly parley: "sheet/1"; readonly sheet: string; readonly code: string }
export type SheetView = SheetFile & { readonly by: string; readonly at: number }

/** What comes back: one signature for each root, in the card's order. */
export type SignaturesFile = {
  readonly parley: "signatures/1"
  readonly sheet: string
  readonly signatures: readonly string[]
}
