// Which entries of a record go into a bundle, by whatever name a person gives them, and what their texts are (page: protocol/evidence.md,
// EV-17). Asked alike by the command line and by a node for its console.
import type { Charter } from "../core/charter.ts"
import { type Body, decodeEntry, type Entry } from "../core/entry.ts"
import { fromHex, hex } from "../core/hash.ts"
import type { Head } from "../core/head.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import type { Hash, Suite } from "../core/suite.ts"

type Row = { readonly bytes: Uint8Array; readonly salt?: Uint8Array; readonly body?: Uint8Array }

/** What is asked of a record. */
export type Exported = {
  find(hash: Hash): Row | undefined
  read(
    range: { readonly author: number; readonly generation: number; readonly from: number; readonly to: number },
    bytesMax: number,
  ): readonly Row[]
  indexed(after: number, limit: number): readonly { readonly position: number; readonly bytes: Uint8Array }[]
  heads(author: number, generation: number): readonly Head[]
  count(author: number, generation: number): { readonly rows: number }
}

export type Choice = { readonly charter: Charter; readonly suite: Suite; readonly store: Exported }

const rowsAtOnce = 1_000
const placeForm = /^([a-z0-9-]{1,16})(?:\.([1-9][0-9]{0,9}))?\.([1-9][0-9]{0,14})(?:-([1-9][0-9]{0,14}))?$/

/** The entries that were named, each once, in the order of their logs. Names are hashes and places: "east.17", "east.2.1-40". */
export const named = (which: readonly string[], choice: Choice, most = Number.MAX_SAFE_INTEGER): Entry[] | Refusal => {
  const found = new Map<string, Entry>()
  for (const name of which) {
    const rows = rowsNamed(name, choice, most)
    if (isRefusal(rows)) return rows
    if (rows.length === 0) return refuse("not-found", { entry: name.slice(0, 64) })
    for (const { bytes } of rows) {
      const entry = decodeEntry(bytes, choice.suite)
      if (isRefusal(entry)) return entry
      found.set(hex(entry.hash), entry)
    }
    if (found.size > most) return refuse("too-large", { most })
  }
  return [...found.values()].sort((a, b) => a.author - b.author || a.generation - b.generation || a.seq - b.seq)
}

const rowsNamed = (name: string, { charter, store }: Choice, most: number): readonly Row[] | Refusal => {
  const hash = name.length === 64 ? fromHex(name) : undefined
  const row = hash && store.find(hash)
  if (row !== undefined) return [row]
  const [, code, generation = "1", from, to = from] = placeForm.exec(name) ?? []
  const author = charter.parties.findIndex(party => party.code === code)
  if (author < 0) return []
  const range = { author, generation: Number(generation), from: Number(from), to: Number(to) }
  if (range.to - range.from >= most) return refuse("too-large", { most })
  return store.read(range, Number.MAX_SAFE_INTEGER)
}

/** Every entry that is held, in the order of storing. */
export function* entriesOf(store: Exported): Generator<Uint8Array> {
  for (let after = 0; ; ) {
    const rows = store.indexed(after, rowsAtOnce)
    for (const { bytes } of rows) yield bytes
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.position
  }
}

/** Heads of every generation that has entries, and of the next, which has none. */
export const headsOf = (store: Pick<Exported, "heads" | "count">, parties: number): Head[] => {
  const heads: Head[] = []
  for (let author = 0; author < parties; author++) {
    let generation = 1
    do heads.push(...store.heads(author, generation))
    while (store.count(author, generation++).rows > 0)
  }
  return heads
}

/** Whether some head reaches over each of them; whether it is the log's own is asked where the bundle is written. */
export const isUnderHeads = (chosen: readonly Entry[], heads: readonly Head[]): boolean =>
  chosen.every(({ author, generation, seq }) =>
    heads.some(it => it.author === author && it.generation === generation && it.size >= seq),
  )

export const bodyIn = (store: Pick<Exported, "find">, hash: Hash): Body | undefined => {
  const row = store.find(hash)
  return row?.salt && row.body ? { salt: row.salt, bytes: row.body } : undefined
}
