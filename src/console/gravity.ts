// Which refusal a person must hear of first. One forgery is often refused several times over, and the last of it is its least.
import type { Problem } from "../api/shapes.ts"
import type { RefusalCode } from "../core/refusal.ts"

/** Gravest first: a lie that is signed, a forgery, what is altered on the way; then whatever stands in neither list. */
const grave: readonly RefusalCode[] = [
  "two-histories",
  "bad-signature-covered",
  "false-own-root",
  "seen-mismatch",
  "false-receipt",
  "bad-head",
  "bad-head-signature",
  "bad-signature",
  "wrong-body",
  "wrong-own-root",
  "act-reused",
  "unknown-key",
  "unknown-author",
  "other-charter",
  "wrong-line",
  "bad-opening",
  "bad-frame",
]
/** What follows of itself from a crash, a restart, a copy of a frame or from one of the above. */
const slight: readonly RefusalCode[] = ["replayed-frame", "unknown-epoch", "unknown-secret"]

const weight = (refusal: RefusalCode): number => {
  const place = grave.indexOf(refusal)
  if (place >= 0) return place
  return slight.includes(refusal) ? grave.length + 1 + slight.indexOf(refusal) : grave.length
}

export type Graded = { readonly refusal: RefusalCode; readonly count: number; readonly at: number }

/** One row for each code, with the time of its latest; the gravest first. */
export const graded = (problems: readonly Problem[]): readonly Graded[] => {
  const found = new Map<RefusalCode, Graded>()
  for (const { refusal, at } of problems) {
    const held = found.get(refusal)
    found.set(refusal, { refusal, count: (held?.count ?? 0) + 1, at: Math.max(held?.at ?? at, at) })
  }
  return [...found.values()].sort((a, b) => weight(a.refusal) - weight(b.refusal) || b.at - a.at)
}
