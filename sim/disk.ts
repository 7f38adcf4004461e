// One party's disk, over src/store/memory.ts: it dies before or after a write became durable, fails, or loses what was never synced.
// Beside it stands the truth: what is durable at this moment, known to the checks and to no node.

import type { Head } from "../src/core/head.ts"
import { memoryDisk } from "../src/store/memory.ts"
import type { Append, Row, Store } from "../src/store/store.ts"

/** One author's log as it is durable here, by seq. */
export type TruthLog = { readonly rows: Map<number, Row>; contiguous: number }

export type Truth = {
  log(author: number): TruthLog
  find(hash: Uint8Array): Row | undefined
  /** In the order of storing. */
  readonly order: readonly Row[]
  readonly heads: readonly Head[]
}

export type Disk = {
  /** For a process that starts. */
  open(): Store
  readonly truth: Truth
  /** The process dies at its next write: nothing of it is durable, or all of it is. */
  dieAtWrite(when: "before" | "after"): void
  /** The nth write from now fails, and the process is told. */
  fail(nth: number): void
  /** Nothing fails from now on. */
  heal(): void
  /** For the canary: appends return before they are durable, from now on. */
  lie(): void
  sync(): void
  /** The power goes. */
  crash(): void
}

export type DiskOptions = {
  readonly died: (when: "before" | "after") => void
  /** Sees every batch before it is written. */
  readonly writes?: (batch: Append) => void
}

export const disk = ({ died, writes }: DiskOptions): Disk => {
  let armed: "no" | "before" | "after" = "no"
  let lies = false
  let unsynced: Append[] = []
  const truth = truthOf()
  const inner = memoryDisk(() => {
    const when = armed
    armed = "no"
    return when
  })
  const settle = (batch: Append): void => {
    if (lies) unsynced.push(batch)
    else truth.add(batch)
  }
  const append = (store: Store, batch: Append): void => {
    writes?.(batch)
    const when = armed
    try {
      store.append(batch)
      settle(batch)
    } catch (error) {
      if (when !== "no" && armed === "no") {
        if (when === "after") settle(batch)
        unsynced = []
        died(when)
      }
      throw error
    }
  }
  return {
    open: () => {
      const store = inner.open()
      return { ...store, append: batch => append(store, batch) }
    },
    truth,
    dieAtWrite: when => {
      armed = when
    },
    fail: nth => inner.fault(nth),
    heal: () => {
      armed = "no"
      inner.fault(0)
    },
    lie: () => {
      lies = true
      inner.unsynced(true)
    },
    sync: () => {
      inner.sync()
      for (const batch of unsynced) truth.add(batch)
      unsynced = []
    },
    crash: () => {
      inner.crash()
      armed = "no"
      unsynced = []
    },
  }
}

const truthOf = (): Truth & { add(batch: Append): void } => {
  const logs = new Map<number, TruthLog>()
  const byHash = new Map<string, Row>()
  const order: Row[] = []
  const heads: Head[] = []
  const log = (author: number): TruthLog => {
    const known = logs.get(author)
    if (known) return known
    const fresh: TruthLog = { rows: new Map(), contiguous: 0 }
    logs.set(author, fresh)
    return fresh
  }
  return {
    log,
    find: hash => byHash.get(hash.toHex()),
    order,
    heads,
    add: batch => {
      heads.push(...batch.heads)
      for (const row of batch.rows) {
        const its = log(row.author)
        const kept = { ...row, bytes: row.bytes.slice(), hash: row.hash.slice() }
        its.rows.set(row.seq, kept)
        order.push(kept)
        while (its.rows.has(its.contiguous + 1)) its.contiguous += 1
        byHash.set(row.hash.toHex(), kept)
      }
    },
  }
}
