// What passes between an unpaired home and its people while they pair it; console and CLI know only this. JSON; hashes in lower-case
// hex; cards as text; terms in the notation of core/proposal.ts. Served only until the home is paired, on loopback:
//   POST /api/sign-in {token} → 204 and a cookie
//   GET  /api/ceremony → CeremonyView
//   POST /api/ceremony/terms {set: {field: text}} → CeremonyView      POST /api/ceremony/take {fields: [field]} → CeremonyView
//   POST /api/ceremony/card {text} → CeremonyView                     POST /api/ceremony/words {typed} → 204
//   POST /api/ceremony/confirm {persons, place} → CeremonyView        POST /api/ceremony/run → 204: the node takes over
//   GET  /api/line → 409 unpaired, so that a console knows where it is
import type { Names } from "../core/charter.ts"
import type { Proposal } from "../core/proposal.ts"
import type { TermField } from "../core/term-fields.ts"
import type { Language } from "./shapes.ts"

export type WordForm = Language | "numbers"

/** One of those who confirm: the name given, and what this person typed of what the other side read out. */
export type Person = { readonly name: string; readonly typed: string }

/** What was done at this side's terminal, as it is printed. Names and place are as they were typed. */
export type CeremonyRecord = {
  readonly line: string
  readonly charter: string
  readonly us: number
  readonly parties: readonly { readonly code: string; readonly names: Names; readonly card: string }[]
  readonly words: readonly number[]
  readonly persons: readonly { readonly name: string; readonly form: WordForm }[]
  readonly place: string
  readonly at: number
}

export type SideView = {
  readonly code: string
  readonly names: Names
  readonly hash: string
  readonly proposal: Proposal
}

export type CeremonyView = {
  readonly example: boolean
  readonly language: Language
  readonly us: SideView & { readonly card: string; readonly parts: readonly string[] }
  readonly them: (SideView & { readonly differing: readonly TermField[] }) | null
  /** Ten numbers, once both propose the same terms. */
  readonly words: readonly number[] | null
  readonly record: CeremonyRecord | null
}

/** Tables of the fallback card, by party, row and column; `check` is the same on both sides when the same secret was typed. (CH-11) */
export type FallbackView = {
  readonly check: string
  readonly tables: readonly (readonly (readonly string[])[])[]
}
