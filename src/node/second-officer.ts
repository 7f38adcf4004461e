// Who may sign or object afterwards to what one officer released alone (page: protocol/officer.md, OF-11): what the record would not count
// is not signed, so that nobody is told that it was.
import { decodeEntry } from "../core/entry.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import type { Asked } from "./requests.ts"
import { isAlone, rowAt, type ViewOptions } from "./views.ts"

/** Undefined for an order of any other kind, and for what may be said. */
export const secondFault = (options: ViewOptions, { kind, refs, releases = [] }: Asked): Refusal | undefined => {
  if (kind !== kinds.seconded && kind !== kinds.objected) return undefined
  const place = refs[0] === undefined ? -1 : options.record.place(refs[0])
  if (place < 0) return refuse("not-found")
  const entry = decodeEntry(rowAt(options, place).bytes, options.suite)
  if (isRefusal(entry)) return entry
  if (!isAlone(options.charter, entry)) {
    const why = "this message was not released by one officer alone: nobody is asked afterwards"
    return refuse("bad-request", { field: "refs", why })
  }
  const same = releases.find(({ officer }) => entry.releases.some(it => it.officer === officer))
  return same === undefined ? undefined : refuse("same-officer", { officer: same.officer })
}
