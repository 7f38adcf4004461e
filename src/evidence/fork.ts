// Whether a party has signed two histories: two entries of one place, differing, both by its key there (page: protocol/evidence.md,
// section 7). It needs nothing but the two signatures and the keys that the bundle carries; which of the two is true, nobody can say.
import { checkSignature, type Entry } from "../core/entry.ts"
import { equal, hex } from "../core/hash.ts"
import { isIn, keysOf, type Span, type Tenure } from "../core/key.ts"
import { type Refusal, refuse } from "../core/refusal.ts"
import type { Suite } from "../core/suite.ts"
import { fileOf } from "./files.ts"

/** `first` and `second`: hashes of the two. */
export type Fork = { readonly stem: string; readonly party: number; readonly first: string; readonly second: string }

export type ForkCase = {
  readonly chosen: ReadonlyMap<string, Entry>
  readonly rivals: ReadonlyMap<string, Entry>
  /** Of each author, the keys that the bundle brings; and what the author does not stand by. */
  readonly tenures: readonly (readonly Tenure[])[]
  readonly disavowed: readonly (Span & { readonly author: number })[]
  readonly suite: Suite
}

type Found = { readonly forks: readonly Fork[]; readonly faults: readonly { file: string; refusal: Refusal }[] }

/** A chosen entry's own signature is judged where every entry's is. (EV-5, EV-14) */
export const forksIn = ({ chosen, rivals, tenures, disavowed, suite }: ForkCase): Found => {
  const forks: Fork[] = []
  const faults: { file: string; refusal: Refusal }[] = []
  for (const [stem, rival] of rivals) {
    const file = fileOf("rival", stem)
    const first = chosen.get(stem)!
    const { author, generation, seq } = rival
    const fault = equal(first.bytes, rival.bytes)
      ? refuse("no-fork", { why: "one entry twice" })
      : checkSignature(rival, [keysOf(tenures[author]!, generation, seq)[0]], suite)
    const isOwn = !disavowed.some(it => it.author === author && isIn(it, rival))
    if (fault !== true) faults.push({ file, refusal: fault })
    else if (!isOwn) faults.push({ file, refusal: refuse("key-revoked") })
    else forks.push({ stem, party: author, first: hex(first.hash), second: hex(rival.hash) })
  }
  return { forks, faults }
}
