// Which refusals stand in the record, and are told again with their message.
import { fromHex } from "../core/hash.ts"
import type { Refusal, RefusalCode } from "../core/refusal.ts"
import type { LineRecord } from "../record/record.ts"
import type { Store } from "../store/store.ts"

/** Refusals that come with marks in the record. */
const marking: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  "bad-signature-covered",
  "false-own-root",
  "act-reused",
  "bad-key-change",
  "key-replaced",
  "key-revoked",
  "disowned",
  "bad-release",
  "release-missing",
  "bad-officer",
])
/** … and those that name the one entry that they have marked: a peer may say as many as it likes. (L-5) */
const naming: ReadonlySet<RefusalCode> = new Set<RefusalCode>(["false-receipt", "seen-mismatch"])

/** Takes what a refusal has marked into what is shown; whether it has marked anything. */
export const takeMarks = (record: LineRecord, store: Pick<Store, "marks">, { refusal, details }: Refusal): boolean => {
  const hash = naming.has(refusal) && typeof details.hash === "string" ? fromHex(details.hash) : undefined
  if (hash !== undefined) record.mark(hash, refusal)
  else if (!marking.has(refusal)) return false
  else for (const mark of store.marks()) record.mark(mark.hash, mark.refusal.refusal)
  return true
}
