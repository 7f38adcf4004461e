// The terms of a charter by name, and where two proposals of them differ (page: protocol/charter.md, CH-4 and CH-7).
import { encode } from "./cbor.ts"
import { equal } from "./hash.ts"
import { type Terms, termsValue } from "./terms.ts"

/** In the order in which people are asked about them. */
export const termFields = [
  "example",
  "languages",
  "replyClocks",
  "flashBudget",
  "retentionYears",
  "disclosure",
  "labels",
  "releases",
  "proofs",
  "soleMs",
  "forms",
] as const
export type TermField = (typeof termFields)[number]

export const isTermField = (name: string): name is TermField => termFields.some(field => field === name)

/** Terms of the other side, taken field by field. (CH-7) */
export const adopt = (terms: Terms, theirs: Terms, fields: readonly TermField[]): Terms => ({
  ...terms,
  ...Object.fromEntries(fields.map(field => [field, theirs[field]])),
})

/** The fields in which two proposals are not the same byte for byte. (CH-4) */
export const termDifferences = (ours: Terms, theirs: Terms): TermField[] =>
  termFields.filter(field => !equal(encode(termsValue(ours)), encode(termsValue(adopt(ours, theirs, [field])))))
