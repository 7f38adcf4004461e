// The release hash as two people compare it over a voice: in groups of four, and what was heard is typed.
export const inGroups = (hash: string): string => hash.match(/.{1,4}/g)?.join(" ") ?? ""

/** Fewer digits than these could be the same by chance or by work. */
export const digitsMin = 16

export type Compared = "nothing" | "more" | "same" | "different"

/** What was typed, however it is set apart, against the beginning of ours. */
export const compared = (typed: string, ours: string): Compared => {
  const digits = typed.normalize("NFKC").toLowerCase().replaceAll(/[\s-]/g, "")
  if (digits === "") return "nothing"
  if (!ours.startsWith(digits)) return "different"
  return digits.length < digitsMin ? "more" : "same"
}
