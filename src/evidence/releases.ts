// Officers and their releases, followed through a whole record: who was in office where, and whose proofs are good (page:
// protocol/officer.md). The same judgement as that of the nodes, from the entries alone. (OF-12)
import type { Charter } from "../core/charter.ts"
import type { Body, Entry } from "../core/entry.ts"
import { noOfficers, type Officers } from "../core/officer.ts"
import { isJudged, judgeEntry } from "../core/policy.ts"
import type { Refusal } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import type { Suite } from "../core/suite.ts"

export type ReleaseProof = {
  /** Officers' entries that took effect. */
  readonly officers: number
  /** Releases by officers' own keys, each found good by the officers at its place. */
  readonly releases: number
  /** Releases that were not judged: an officer's entry before them is held without its body, or was not read. */
  readonly releasesUnjudged: number
}

export class Releases {
  readonly #charter: Charter
  readonly #suite: Suite
  /** By author, over generations: officers carry over. Undefined once an officer's entry could not be read. */
  readonly #officers = new Map<number, Officers | undefined>()
  #taken = 0
  #good = 0
  #unjudged = 0

  constructor(charter: Charter, suite: Suite) {
    this.#charter = charter
    this.#suite = suite
  }

  /** The next entry of its author's log. `isLocked`: its body is held, and was not read. */
  next(entry: Entry, body: Body | undefined, isLocked: boolean): Refusal | undefined {
    const { author, kind } = entry
    if (!isJudged(entry, this.#charter.terms)) return undefined
    if (kind === kinds.officer && isLocked) {
      this.#officers.set(author, undefined)
      return undefined
    }
    const proofs = entry.releases.filter(it => it.type !== "node").length
    const before = this.#officers.has(author) ? this.#officers.get(author) : noOfficers
    if (before === undefined) {
      this.#unjudged += proofs
      return undefined
    }
    const { refusal, officers } = judgeEntry({ entry, ...(body && { body }) }, before, this.#charter, this.#suite)
    this.#officers.set(author, officers)
    if (officers !== before) this.#taken++
    if (refusal === undefined) this.#good += proofs
    return refusal
  }

  proven(): ReleaseProof {
    return { officers: this.#taken, releases: this.#good, releasesUnjudged: this.#unjudged }
  }
}
