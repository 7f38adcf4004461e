// Which forks a record holds: entries that were kept aside because another stands in their place (pages: protocol/log.md, L-8;
// protocol/evidence.md, EV-16). Asked alike by a node for its alarms and by the command line.
import { decodeEntry, type Entry } from "../core/entry.ts"
import { equal, fromHex, hex } from "../core/hash.ts"
import { isRefusal, type Refusal } from "../core/refusal.ts"
import type { Hash, Suite } from "../core/suite.ts"

type Aside = { readonly bytes: Uint8Array; readonly refusal: Refusal; readonly at: number }
export type Keeping = {
  asides(): readonly Aside[]
  find(hash: Hash): { readonly bytes: Uint8Array } | undefined
}

/** `first` holds the place in the record, `second` was kept aside at `at`. Named by the hash of the second. */
export type KeptFork = { readonly id: string; readonly first: Entry; readonly second: Entry; readonly at: number }

/** Each once, in the order in which they were found. */
export const forksKept = (store: Keeping, suite: Suite): KeptFork[] => {
  const found = new Map<string, KeptFork>()
  for (const { bytes, refusal, at } of store.asides()) {
    if (refusal.refusal !== "two-histories") continue
    const second = decodeEntry(bytes, suite)
    const name = fromHex(String(refusal.details.first))
    const row = name?.length === 32 ? store.find(name) : undefined
    const first = row && decodeEntry(row.bytes, suite)
    if (isRefusal(second) || first === undefined || isRefusal(first) || equal(first.hash, second.hash)) continue
    const id = hex(second.hash)
    if (!found.has(id)) found.set(id, { id, first, second, at })
  }
  return [...found.values()]
}
