// What a console asks for to verify the record by itself: the charter, the entries as they were signed, the newest heads. Nothing here
// is read or judged; whoever asks does that.
import type { CharterView, EntryBytes, HeadView } from "../api/shapes.ts"
import type { Charter } from "../core/charter.ts"
import { decodeEntry } from "../core/entry.ts"
import { hex } from "../core/hash.ts"
import { isKeyChange } from "../core/key.ts"
import { isRefusal } from "../core/refusal.ts"
import type { Row, Store } from "../store/store.ts"
import { nodeSuite } from "../suites/node.ts"

/** Entries, and their bytes, in one answer. */
const entriesMax = 1_000
const entriesBytesMax = 1_048_576
/** A log has thousands of heads and the newest lies near its end: so far back is looked first, then ever further. */
const nearEnd = 64

export type EntryRange = {
  readonly author: number
  readonly generation: number
  readonly from: number
  readonly limit: number
}

export const charterView = (charter: Charter): CharterView => ({ charter: hex(charter.bytes) })

/** Entries by number, up to the first that is not held. */
export const entriesFrom = (store: Pick<Store, "read">, range: EntryRange): EntryBytes[] => {
  const { author, generation, from, limit } = range
  const to = from + Math.min(limit, entriesMax) - 1
  const rows = store.read({ author, generation, from, to }, entriesBytesMax)
  const gap = rows.findIndex(({ seq }, at) => seq !== from + at)
  return rows.slice(0, gap < 0 ? rows.length : gap).map(entryBytes)
}

/** What changes keys comes with its body: what follows is judged by it. (K-2) */
const entryBytes = ({ hash, bytes, salt, body }: Row): EntryBytes => {
  const entry = body && decodeEntry(bytes, nodeSuite, hash)
  const changes = entry && !isRefusal(entry) && isKeyChange(entry.kind)
  return { cose: hex(bytes), ...(changes && salt && { salt: hex(salt), body: hex(body) }) }
}

/** The newest signed head of a log that lies within what is held of it. */
export const newestHead = (
  store: Pick<Store, "heads">,
  log: { readonly author: number; readonly generation: number; readonly size: number },
): HeadView | undefined => {
  const { author, generation, size } = log
  for (let back = nearEnd; ; back *= 8) {
    const from = Math.max(0, size - back)
    const head = store.heads(author, generation, from).findLast(head => head.size <= size)
    if (head !== undefined) {
      const [root, ed25519, mlDsa65] = [hex(head.root), hex(head.ed25519), hex(head.mlDsa65)]
      return { author, generation, size: head.size, root, ed25519, mlDsa65 }
    }
    if (from === 0) return undefined
  }
}
