// Which forks a record holds: entries that were kept aside because another stands in their place, and heads that contradict (pages:
// protocol/log.md, L-8 and L-12; protocol/evidence.md, EV-16 and EV-21). Asked alike by a node for its alarms and by the command line.
import { decodeEntry, type Entry } from "../core/entry.ts"
import { decodeParts } from "../core/frame.ts"
import { equal, fromHex, hex } from "../core/hash.ts"
import type { Head } from "../core/head.ts"
import { isRefusal, type Refusal } from "../core/refusal.ts"
import type { Hash, Suite } from "../core/suite.ts"
import type { Rivals, Wanted } from "./bundle.ts"
import type { Place } from "./files.ts"

type Aside = { readonly bytes: Uint8Array; readonly refusal: Refusal; readonly at: number }
type Row = { readonly bytes: Uint8Array }
export type Keeping = {
  asides(): readonly Aside[]
  find(hash: Hash): Row | undefined
  read(range: Omit<Place, "seq"> & { readonly from: number; readonly to: number }, bytesMax: number): readonly Row[]
  headOver(author: number, generation: number, from: number, most: number): Head | undefined
}

/** `at`: when it was kept aside. Named by the hash of what was; `place`: of heads, seq is the size. */
export type KeptFork = { readonly id: string; readonly place: Place; readonly at: number; readonly rivals: Rivals }

/** Each once, in the order in which they were found. */
export const forksKept = (store: Keeping, suite: Suite): KeptFork[] => {
  const found = new Map<string, KeptFork>()
  for (const aside of store.asides()) {
    const fork = aside.refusal.refusal === "bad-head" ? headFork(aside, store, suite) : entryFork(aside, store, suite)
    // L-12: heads above a fork that is known differ for that alone.
    const known = fork?.rivals.of !== "entries" && [...found.values()].some(it => fork && isAbove(fork.place, it.place))
    if (fork && !known && !found.has(fork.id)) found.set(fork.id, fork)
  }
  return [...found.values()]
}

const isAbove = (a: Place, b: Place): boolean =>
  a.author === b.author && a.generation === b.generation && a.seq >= b.seq

const entryFork = ({ bytes, refusal, at }: Aside, store: Keeping, suite: Suite): KeptFork | undefined => {
  if (refusal.refusal !== "two-histories") return undefined
  const name = fromHex(String(refusal.details.first))
  const [first, second] = [
    entryOf(name?.length === 32 ? store.find(name) : undefined, suite),
    entryOf({ bytes }, suite),
  ]
  if (!first || !second || equal(first.hash, second.hash)) return undefined
  const { author, generation, seq } = first
  const rivals = { of: "entries", first, second } as const
  return { id: hex(second.hash), place: { author, generation, seq }, at, rivals }
}

const headFork = ({ bytes, at }: Aside, store: Keeping, suite: Suite): KeptFork | undefined => {
  const parts = decodeParts(bytes, suite)
  if (isRefusal(parts)) return undefined
  const [head, twin] = parts.flatMap(part => (part.type === "head" ? [part.head] : []))
  if (head === undefined) return undefined
  const { author, generation, size } = head
  const held = twin ?? store.headOver(author, generation, size, size)
  const [row] = store.read({ author, generation, from: size, to: size }, 1)
  const entry = entryOf(row, suite)
  const fork = { id: hex(suite.sha256(bytes)), place: { author, generation, seq: size }, at }
  // Two heads need no record beside them.
  if (held?.size === size && !equal(held.root, head.root))
    return { ...fork, rivals: { of: "heads", first: held, second: head } }
  return entry && { ...fork, rivals: { of: "head", first: entry, second: head } }
}

const entryOf = (row: Row | undefined, suite: Suite): Entry | undefined => {
  const entry = row && decodeEntry(row.bytes, suite)
  return entry && !isRefusal(entry) ? entry : undefined
}

/** What a writer is told to put into its proof. (EV-16, EV-21) */
export const chosenFor = (rivals: Rivals): Pick<Wanted, "chosen" | "rivals"> => ({
  chosen: rivals.of === "heads" ? [] : [rivals.first],
  rivals: [rivals],
})
