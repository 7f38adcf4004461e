// Follows one log from what was verified of it, entry by entry (pages: protocol/entry.md, log.md). A console believes neither its own
// node's word nor its order of telling: whatever it shows as verified it has computed. Pure: entries come in, the frontier goes out.
import type { Charter } from "../../core/charter.ts"
import { type Body, bodyHash, decodeEntry, type Entry } from "../../core/entry.ts"
import { equal } from "../../core/hash.ts"
import { checkHead, type Head } from "../../core/head.ts"
import { isKeyChange, judge, keysAfter, revokedBy, type Tenure, tenureOf } from "../../core/key.ts"
import { append, type Frontier, rootOf } from "../../core/log.ts"
import { isRefusal, type Refusal, type RefusalCode, refuse } from "../../core/refusal.ts"
import type { Suite } from "../../core/suite.ts"

export type Log = { readonly author: number; readonly generation: number }
export type Fault = Log & { readonly seq: number; readonly refusal: RefusalCode }

/** An entry as the node gives it: with its body where it changes keys. */
export type Given = { readonly bytes: Uint8Array; readonly body?: Body }

export type Followed = {
  /** Everything up to here is proven: by each entry's own signature, or by a head with both signatures. */
  readonly verified: Frontier
  /** The author's node keys up to there. */
  readonly tenures: readonly Tenure[]
  readonly faults: readonly Fault[]
  /** Nothing beyond this can be proven until it is another. */
  readonly stopped: boolean
}

export type Following = {
  readonly charter: Charter
  readonly suite: Suite
  readonly log: Log
  readonly from: Frontier
  /** The author's node keys up to there, the card's first. */
  readonly tenures: readonly Tenure[]
  /** The newest head of this log, if there is one. */
  readonly head: Head | undefined
  /** Entries by number from `seq`, without a gap; none when there are no more. Null when they cannot be asked for now. */
  readonly entries: (seq: number) => Promise<readonly Given[] | null>
  readonly progress: (verified: Frontier, tenures: readonly Tenure[]) => void
}

/** Beyond so many, what lies under a head is proven by the head alone: its two signatures cover every entry of the tree. (L-7) */
export const eachSignatureMax = 1_000

export const follow = async (options: Following): Promise<Followed> => {
  const { suite, log, head, from } = options
  // Entries under the head whose own signatures are false, until it is known whether they are the entries that it covers.
  const doubtful: Fault[] = []
  const tenures = [...options.tenures]
  const upTo = (size: number): Tenure[] => tenures.filter(it => it.generation < log.generation || it.after <= size)
  const stop = (verified: Frontier, seq: number, { refusal }: Refusal): Followed => {
    const altered = doubtful.map(fault => ({ ...fault, refusal: "bad-signature" as const }))
    const faults = altered.length > 0 ? altered : [{ ...log, seq, refusal }]
    // What follows an altered entry does not fit because of it.
    return { verified, tenures: upTo(verified.size), faults, stopped: true }
  }
  const covered = head?.size ?? 0
  // A head that lies ahead may be of keys that are brought before it is reached; it is judged there. (K-4)
  const early = head && head.size <= from.size ? headFault(options, tenures, head, from) : undefined
  if (early) return stop(from, covered, early)
  const byHead = covered - from.size > eachSignatureMax
  // The last entry that was verified is asked for again: a node that no longer holds it stands on an older copy of its record.
  const first = from.size === 0 ? null : await options.entries(from.size)
  if (first?.length === 0) return stop(from, from.size, refuse("restored"))
  let verified = from
  for (let tree = from, page = first?.slice(1); ; page = undefined) {
    const entries = page && page.length > 0 ? page : await options.entries(tree.size + 1)
    if (entries === null || entries.length === 0)
      return { verified, tenures: upTo(verified.size), faults: tree === verified ? doubtful : [], stopped: false }
    for (const given of entries) {
      const seq = tree.size + 1
      const isCovered = seq <= covered
      const entry = nextEntry(given.bytes, options, tree)
      if (isRefusal(entry)) return stop(verified, seq, entry)
      const changes = isKeyChange(entry.kind)
      const signed =
        isCovered && byHead && !changes
          ? true
          : judge(
              { charter: options.charter, author: log.author, tenures },
              { entry, ...(given.body && { body: given.body }) },
              suite,
            )
      if (signed !== true && !isCovered) return stop(verified, seq, signed)
      // L-7: if the head covers it, it belongs to the log; it is kept, marked, and never shown as said.
      if (signed !== true) doubtful.push({ ...log, seq, refusal: "bad-signature-covered" })
      tree = append(tree, entry.hash, suite)
      if (changes && signed === true) takeChange(options, tenures, entry, given)
      const fault = tree.size === covered && head ? headFault(options, tenures, head, tree) : undefined
      if (fault) return stop(verified, seq, fault)
      if ((!byHead && doubtful.length === 0) || tree.size >= covered) verified = tree
    }
    options.progress(verified, upTo(verified.size))
  }
}

/** Both signatures, by the keys after the entries that it covers, and the root where it was reached. */
const headFault = (
  { charter, suite, log }: Following,
  tenures: readonly Tenure[],
  head: Head,
  reached: Frontier,
): Refusal | undefined => {
  const proof = checkHead(charter.line, head, keysAfter(tenures, log.generation, head.size), suite)
  if (proof !== true) return proof
  // A root that differs at a size that was verified: the log was written anew, or the head is of another.
  return head.size !== reached.size || equal(head.root, rootOf(reached, suite)) ? undefined : refuse("bad-head")
}

/** A change that is none stays in the log and changes nothing. (K-3) */
const takeChange = ({ charter, suite, log }: Following, tenures: Tenure[], entry: Entry, { body }: Given): void => {
  const holder = { charter, author: log.author, tenures }
  const isSigned = body && entry.bodyHash && equal(bodyHash(body, suite), entry.bodyHash)
  const held = isSigned ? { entry, body } : { entry }
  const tenure = tenureOf(holder, held, suite)
  if (isRefusal(tenure)) return
  revokedBy(tenures, held)
  tenures.push(tenure)
}

/** The entry, if it is the next of this log. (E-3 to E-7) */
const nextEntry = (bytes: Uint8Array, { charter, suite, log }: Following, tree: Frontier): Entry | Refusal => {
  const entry = decodeEntry(bytes, suite)
  if (isRefusal(entry)) return entry
  if (!equal(entry.line, charter.line)) return refuse("wrong-line")
  if (entry.author !== log.author) return refuse("unknown-author")
  if (entry.generation !== log.generation) return refuse("wrong-generation")
  if (entry.seq !== tree.size + 1) return refuse("wrong-seq")
  return equal(entry.ownRoot, rootOf(tree, suite)) ? entry : refuse("wrong-own-root")
}
