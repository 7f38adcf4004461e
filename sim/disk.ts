// One party's disk, over src/store/memory.ts: it dies before or after a write became durable, fails, or loses what was never synced.
// Beside it stands the truth: what is durable at this moment, known to the checks and to no node.

import type { Head } from "../src/core/head.ts"
import { type CrashAt, type MemoryDisk, memoryDisk } from "../src/store/memory.ts"
import type { Append, DocumentStore, Row, Store } from "../src/store/store.ts"

/** One author's log of one generation as it is durable here, by seq. */
export type TruthLog = { readonly rows: Map<number, Row>; contiguous: number }

export type Truth = {
  log(author: number, generation: number): TruthLog
  /** Of the first generation, and of every later one that has begun here. */
  logs(author: number): readonly TruthLog[]
  find(hash: Uint8Array): Row | undefined
  /** In the order of storing. */
  readonly order: readonly Row[]
  readonly heads: readonly Head[]
}

export type Disk = {
  /** For a process that starts. */
  open(): Store
  readonly truth: Truth
  /** What ever was durable here: a copy that is put back takes nothing of it away. */
  readonly ever: Truth
  /** Keeps a copy of what is durable now, as a backup does. */
  copy(): void
  /** After a crash: the copy is all that there is. `mark`: what is done to the state of the home meanwhile. (L-11) */
  putBack(mark: (state: Uint8Array) => Uint8Array): void
  /** After a crash: there is nothing. */
  lose(): void
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
  /** Sees every chunk of a document that is about to be kept; without a root while it is being taken in. */
  readonly keeps?: (root: Uint8Array | undefined, index: number, chunk: Uint8Array) => void
}

export const disk = ({ died, writes, keeps }: DiskOptions): Disk => {
  let armed: "no" | "before" | "after" = "no"
  let lies = false
  let unsynced: Append[] = []
  let truth = truthOf()
  const ever = truthOf()
  const crashAt: CrashAt = () => {
    const when = armed
    armed = "no"
    return when
  }
  let inner = memoryDisk(crashAt)
  let kept: { readonly disk: MemoryDisk; readonly rows: number; readonly heads: number } | null = null
  const isTrue = (batch: Pick<Append, "rows" | "heads">): void => {
    truth.add(batch)
    ever.add(batch)
  }
  const settle = (batch: Append): void => {
    if (lies) unsynced.push(batch)
    else isTrue(batch)
  }
  /** Counts processes that have ended: whatever one of them still does in that moment reaches no disk. */
  let ended = 0
  const isAlive = (life: number): void => {
    if (life !== ended) throw new Error("nothing is written", { cause: new Error("the process has died on purpose") })
  }
  const append = (life: number, store: Store, batch: Append): void => {
    isAlive(life)
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
  const dying = <Value>(life: number, write: () => Value): Value => {
    isAlive(life)
    const when = armed
    try {
      return write()
    } catch (error) {
      if (when !== "no" && armed === "no") {
        unsynced = []
        died(when)
      }
      throw error
    }
  }
  const documentsOn = (life: number, documents: DocumentStore): DocumentStore => ({
    ...documents,
    begin: () => dying(life, () => documents.begin()),
    putChunk: (id, index, chunk) => {
      keeps?.(documents.all().find(document => document.id === id)?.root, index, chunk)
      dying(life, () => documents.putChunk(id, index, chunk))
    },
    finish: (id, document) => dying(life, () => documents.finish(id, document)),
    setGiven: (id, said) => dying(life, () => documents.setGiven(id, said)),
    setGot: (id, said) => dying(life, () => documents.setGot(id, said)),
    drop: id => dying(life, () => documents.drop(id)),
    dropUnfinished: () => dying(life, () => documents.dropUnfinished()),
  })
  return {
    open: () => {
      const store = inner.open()
      const life = ended
      return { ...store, append: batch => append(life, store, batch), documents: documentsOn(life, store.documents) }
    },
    get truth() {
      return truth
    },
    ever,
    copy: () => {
      kept = { disk: inner.clone(crashAt), rows: truth.order.length, heads: truth.heads.length }
    },
    putBack: mark => {
      if (!kept) return
      const { order, heads } = truth
      truth = truthOf()
      truth.add({ rows: order.slice(0, kept.rows), heads: heads.slice(0, kept.heads) })
      inner = kept.disk
      kept = null
      const store = inner.open()
      const state = store.state()
      if (state) store.append({ rows: [], heads: [], asides: [], marks: [], state: mark(state) })
    },
    lose: () => {
      inner = memoryDisk(crashAt)
      truth = truthOf()
    },
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
      for (const batch of unsynced) isTrue(batch)
      unsynced = []
    },
    crash: () => {
      ended += 1
      inner.crash()
      armed = "no"
      unsynced = []
    },
  }
}

const truthOf = (): Truth & { add(batch: Pick<Append, "rows" | "heads">): void } => {
  const logs = new Map<number, TruthLog[]>()
  const byHash = new Map<string, Row>()
  const order: Row[] = []
  const heads: Head[] = []
  const fresh = (): TruthLog => ({ rows: new Map(), contiguous: 0 })
  const all = (author: number): TruthLog[] => {
    const known = logs.get(author) ?? [fresh()]
    logs.set(author, known)
    return known
  }
  return {
    log: (author, generation) => all(author)[generation - 1] ?? fresh(),
    logs: all,
    find: hash => byHash.get(hash.toHex()),
    order,
    heads,
    add: batch => {
      heads.push(...batch.heads)
      for (const row of batch.rows) {
        if (byHash.has(row.hash.toHex())) continue
        const its = all(row.author)[row.generation - 1] ?? fresh()
        all(row.author)[row.generation - 1] = its
        const kept = { ...row, bytes: row.bytes.slice(), hash: row.hash.slice() }
        its.rows.set(row.seq, kept)
        order.push(kept)
        while (its.rows.has(its.contiguous + 1)) its.contiguous += 1
        byHash.set(row.hash.toHex(), kept)
      }
    },
  }
}
