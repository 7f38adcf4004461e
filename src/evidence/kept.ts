// Which forks a record holds: entries that were kept aside because another stands in their place, and signed roots that contradict
// those of the record or each other (pages: protocol/log.md, L-8, L-12; protocol/evidence.md, EV-16, EV-21). Asked alike by a node for its
// alarms and by the command line.
import { decodeEntry, type Entry } from "../core/entry.ts"
import { decodeParts } from "../core/frame.ts"
import { equal, fromHex, hex } from "../core/hash.ts"
import type { Head } from "../core/head.ts"
import { isRefusal, type Refusal, type RefusalCode } from "../core/refusal.ts"
import type { Hash, Suite } from "../core/suite.ts"
import type { Rivals, Statement, Wanted } from "./bundle.ts"
import type { Place } from "./files.ts"

type Aside = { readonly bytes: Uint8Array; readonly refusal: Refusal; readonly at: number }
type Row = { readonly bytes: Uint8Array; readonly at: number }
export type Keeping = {
  asides(): readonly Aside[]
  marks(): readonly { readonly hash: Hash; readonly refusal: Refusal }[]
  find(hash: Hash): Row | undefined
  read(range: Omit<Place, "seq"> & { readonly from: number; readonly to: number }, bytesMax: number): readonly Row[]
  headOver(author: number, generation: number, from: number, most: number): Head | undefined
}

/** Under which two histories are kept, aside or as a mark. (L-8, L-12) */
export const forkCodes: readonly RefusalCode[] = ["two-histories", "bad-head", "wrong-own-root", "false-own-root"]

/** `at`: when it was kept. Named by the hash of what was; `place`: of roots, seq is the size. */
export type KeptFork = { readonly id: string; readonly place: Place; readonly at: number; readonly rivals: Rivals }

/** Each once, in the order in which they were found. Roots of sizes at or above another fork of the log differ for that alone; where the
 *  two entries that explain them come later, the fork stays the same and is shown by these. (L-12) */
export const forksKept = (store: Keeping, suite: Suite): KeptFork[] => {
  const found = new Map<string, KeptFork>()
  const explained = new Set<string>()
  const take = (fork: KeptFork | undefined): void => {
    if (fork === undefined) return
    const all = [...found.values()]
    if (fork.rivals.of === "roots") {
      if (!all.some(it => isAbove(fork.place, it.place))) found.set(fork.id, fork)
      return
    }
    if (explained.has(fork.id)) return
    explained.add(fork.id)
    const { id, at } = all.find(it => it.rivals.of === "roots" && isAbove(it.place, fork.place)) ?? fork
    found.set(id, { ...fork, id, at })
  }
  for (const aside of store.asides()) {
    if (aside.refusal.refusal === "two-histories") take(entriesFork(aside, store, suite))
    if (aside.refusal.refusal === "bad-head") take(headsFork(aside, store, suite))
    if (aside.refusal.refusal === "wrong-own-root") take(nextFork(aside, store, suite))
  }
  for (const { hash, refusal } of store.marks()) {
    const row = refusal.refusal === "false-own-root" ? store.find(hash) : undefined
    if (row) take(nextFork(row, store, suite))
  }
  return [...found.values()]
}

const isAbove = (a: Place, b: Place): boolean =>
  a.author === b.author && a.generation === b.generation && a.seq >= b.seq

const entriesFork = ({ bytes, refusal, at }: Aside, store: Keeping, suite: Suite): KeptFork | undefined => {
  const name = fromHex(String(refusal.details.first))
  const [row] = name?.length === 32 ? [store.find(name)] : []
  const [first, second] = [entryOf(row?.bytes, suite), entryOf(bytes, suite)]
  if (!first || !second || equal(first.hash, second.hash)) return undefined
  const { author, generation, seq } = first
  const rivals = { of: "entries", first, second } as const
  return { id: hex(second.hash), place: { author, generation, seq }, at, rivals }
}

const headsFork = ({ bytes, at }: Aside, store: Keeping, suite: Suite): KeptFork | undefined => {
  const parts = decodeParts(bytes, suite)
  if (isRefusal(parts)) return undefined
  const [first, twin] = parts.flatMap(part => (part.type === "head" ? [part.head] : []))
  const head = twin ?? first
  if (first === undefined || head === undefined) return undefined
  const { author, generation, size: seq } = head
  const said = { place: { author, generation, seq }, second: { by: "head", head } } as const
  const against = twin ? ({ by: "head", head: first } as const) : ours(said.place, head.root, store, suite)
  return against && rootsFork({ ...said, first: against }, hex(suite.sha256(bytes)), at)
}

/** By an entry whose own root is not that of what is held before it. */
const nextFork = ({ bytes, at }: Row, store: Keeping, suite: Suite): KeptFork | undefined => {
  const entry = entryOf(bytes, suite)
  if (entry === undefined || entry.seq < 2) return undefined
  const { author, generation, seq, hash, ownRoot } = entry
  const place = { author, generation, seq: seq - 1 }
  const first = ours(place, ownRoot, store, suite)
  return first && rootsFork({ place, first, second: { by: "next", entry } }, hex(hash), at)
}

const rootsFork = (said: Omit<Rivals & { of: "roots" }, "of">, id: string, at: number): KeptFork => ({
  ...{ id, place: said.place, at },
  rivals: { of: "roots", ...said },
})

/** What the record has of a size: a head, which needs nothing beside it, else the last entry that it covers. */
const ours = (place: Place, root: Hash, store: Keeping, suite: Suite): Statement | undefined => {
  const { author, generation, seq } = place
  const head = store.headOver(author, generation, seq, seq)
  if (head?.size === seq && !equal(head.root, root)) return { by: "head", head }
  const [row] = store.read({ author, generation, from: seq, to: seq }, 1)
  const entry = entryOf(row?.bytes, suite)
  return entry && { by: "last", entry }
}

const entryOf = (bytes: Uint8Array | undefined, suite: Suite): Entry | undefined => {
  const entry = bytes && decodeEntry(bytes, suite)
  return entry && !isRefusal(entry) ? entry : undefined
}

/** What a writer is told to put into its proof. (EV-16, EV-21) */
export const chosenFor = (rivals: Rivals): Pick<Wanted, "chosen" | "rivals"> => {
  if (rivals.of === "entries") return { chosen: [rivals.first], rivals: [rivals] }
  return { chosen: rivals.first.by === "last" ? [rivals.first.entry] : [], rivals: [rivals] }
}
