// A line as its record has it: the snapshot, and what a process needs of the entries before it goes on.
import type { Charter } from "../core/charter.ts"
import type { Held } from "../core/event.ts"
import { type LineOptions, newLine } from "../core/line.ts"
import type { Line } from "../core/state.ts"
import type { Row, RowRange, StoreReader } from "../store/store.ts"
import { heldOf } from "./held.ts"

/** Of each author's last, read for their acts. (E-14) */
const recentRows = 4_096
const readBytes = 16 * 1_048_576

type TakenUp = LineOptions & { readonly charter: Charter; readonly store: Pick<StoreReader, "read" | "state"> }

/** The logs' sizes are known from the snapshot; the entries after what peers are proven to hold come from the store. */
export const takeUp = ({ charter, us, suite, charterBody, store }: TakenUp): Line => {
  const options = { charter, us, suite, charterBody }
  const snapshot = store.state()
  if (snapshot === undefined) return newLine(options)
  const left = { snapshot, unconfirmed: [] as Held[], recent: [] as Held[], changes: [] as Held[] }
  const { logs, peers } = newLine(options, left).state
  for (const log of logs) {
    for (const { generation, seq } of log.changes)
      for (const row of store.read({ author: log.author, generation, from: seq, to: seq }, 1))
        left.changes.push(heldOf(row, suite))
    const size = log.frontier.size
    const confirmed = Math.min(...[...peers.values()].map(peer => peer.confirmed))
    const from = Math.max(1, log.author === us ? Math.min(confirmed + 1, size - recentRows) : size - recentRows)
    const range = { author: log.author, generation: log.generation, from, to: size }
    for (const row of readAll(store, range)) {
      const held = heldOf(row, suite)
      left.recent.push(held)
      if (log.author === us && row.seq > confirmed) left.unconfirmed.push(held)
    }
  }
  return newLine(options, left)
}

const readAll = function* (store: Pick<StoreReader, "read">, range: RowRange): Generator<Row> {
  let from = range.from
  while (from <= range.to) {
    const rows = store.read({ ...range, from }, readBytes)
    yield* rows
    const last = rows.at(-1)
    if (!last) return
    from = last.seq + 1
  }
}
