// The store that forgets: for tests and the simulator. It keeps the contract of the others, and it can be made to fail on purpose:
// at the nth write, before or after a write became durable, or by losing what was never synced. Deterministic: no clock, no chance.
import type { Head } from "../core/head.ts"
import type { Refusal } from "../core/refusal.ts"
import { announce, copyDocuments, type Documents, memoryDocuments } from "./memory-documents.ts"
import { type Append, type Aside, LateWriter, type Row, type Store } from "./store.ts"

/** The process died at a write. The disk keeps what was durable; `open` starts the next process. */
export class Crash extends Error {}

/** Asked at every append and setting. `before`: the process dies and nothing was written; `after`: all was, and nobody was told. */
export type CrashAt = () => "no" | "before" | "after"

export type MemoryDisk = {
  /** A process starts on this disk; a store that was open before is late. */
  open(): Store
  /** The nth write from now fails, counting rows, heads, asides, marks, the state and settings; 0: none does. */
  fault(nth: number): void
  /** A disk that lies: appends return before they are durable, until `sync` or until it is switched off. For the canary. */
  unsynced(on: boolean): void
  sync(): void
  /** The power goes: open stores are dead, and what was not durable is gone. */
  crash(): void
  /** Another disk with what is durable on this one: a backup, restored. */
  clone(crashAt?: CrashAt): MemoryDisk
}

export const memoryStore = (): Store => memoryDisk().open()

export const memoryDisk = (crashAt: CrashAt = () => "no"): MemoryDisk => diskOf(emptyImage(), crashAt)

type Log = { readonly positions: Map<number, number>; contiguous: number; last: number }

/** What lies on the disk. A row's position is its place here, from 1. */
type Image = {
  writer: number
  readonly rows: Row[]
  readonly positions: Map<string, number>
  readonly logs: Map<string, Log>
  readonly heads: Map<string, Head>
  readonly asides: Aside[]
  readonly marks: Map<string, { readonly hash: Uint8Array; readonly refusal: Refusal }>
  readonly settings: Map<string, Uint8Array>
  readonly documents: Documents
  state: Uint8Array | undefined
}

const emptyImage = (): Image => ({
  writer: 0,
  rows: [],
  positions: new Map(),
  logs: new Map(),
  heads: new Map(),
  asides: [],
  marks: new Map(),
  settings: new Map(),
  documents: new Map(),
  state: undefined,
})

const copyImage = (image: Image): Image => ({
  writer: image.writer,
  rows: [...image.rows],
  positions: new Map(image.positions),
  logs: new Map([...image.logs].map(([key, log]) => [key, { ...log, positions: new Map(log.positions) }])),
  heads: new Map(image.heads),
  asides: [...image.asides],
  marks: new Map(image.marks),
  settings: new Map(image.settings),
  documents: copyDocuments(image.documents),
  state: image.state,
})

const diskOf = (first: Image, crashAt: CrashAt): MemoryDisk => {
  /** One and the same image, but while the disk lies. */
  let durable = first
  let live = first
  let life = 0
  const faults = countdown()

  const write = (mine: { life: number; writer: number }, writes: number, check: () => void, put: () => void) => {
    if (mine.life !== life) throw new Crash("This process has died.")
    if (mine.writer !== live.writer) throw new LateWriter("Another process has opened this home after us.")
    check()
    faults.meet(writes)
    const crash = crashAt()
    if (crash !== "before") put()
    if (crash === "no") return
    disk.crash()
    throw new Crash(`The process died ${crash} its write was durable.`)
  }

  const disk: MemoryDisk = {
    open: () => {
      live.writer += 1
      if (durable !== live) durable.writer = live.writer
      const mine = { life, writer: live.writer }
      const reach = (): Image => {
        if (mine.life !== life) throw new Crash("This process has died.")
        return live
      }
      return {
        ...reading(reach),
        append: batch =>
          write(
            mine,
            writesIn(batch),
            () => check(live, batch),
            () => put(live, batch),
          ),
        set: (name, value) =>
          write(
            mine,
            1,
            () => {},
            () => live.settings.set(name, copy(value)),
          ),
        documents: memoryDocuments(
          () => reach().documents,
          put => write(mine, 1, () => {}, put),
        ),
        close: () => {
          mine.life = -1
        },
      }
    },
    fault: faults.set,
    unsynced: on => {
      if (!on) durable = live
      else if (live === durable) live = copyImage(durable)
    },
    sync: () => {
      const lies = live !== durable
      durable = live
      if (lies) live = copyImage(durable)
    },
    crash: () => {
      life += 1
      if (live !== durable) live = copyImage(durable)
    },
    clone: (other = () => "no") => diskOf(copyImage(durable), other),
  }
  return disk
}

/** The nth write from the last `set` fails, and with it all writes that are made together with it. */
const countdown = () => {
  let left = 0
  return {
    set: (nth: number): void => {
      left = nth
    },
    meet: (writes: number): void => {
      const fails = left > 0 && left <= writes
      left = Math.max(0, left - writes)
      if (fails) throw new Error("A batch could not be stored.", { cause: new Error("a write failed on purpose") })
    },
  }
}

const writesIn = (batch: Append): number =>
  batch.rows.length + batch.heads.length + batch.asides.length + batch.marks.length + 1

const logKey = (author: number, generation: number): string => `${author}/${generation}`

/** Everything that could be refused is refused before the first change, so that a batch is all or nothing by construction. */
const check = (image: Image, batch: Append): void => {
  const taken = new Set<string>()
  for (const row of batch.rows) {
    const place = `${logKey(row.author, row.generation)}/${row.seq}`
    const held = image.logs.get(logKey(row.author, row.generation))?.positions.has(row.seq) ?? false
    if (held || taken.has(place))
      throw new Error("A batch could not be stored.", { cause: new Error(`twice: ${place}`) })
    if (!(row.seq >= 1) || row.hash.length !== 32) {
      throw new Error("A batch could not be stored.", { cause: new Error(`not a row: ${place}`) })
    }
    taken.add(place)
  }
}

const put = (image: Image, batch: Append): void => {
  for (const row of batch.rows) {
    const position = image.rows.push(copyRow(row))
    if (!image.positions.has(row.hash.toHex())) image.positions.set(row.hash.toHex(), position)
    const key = logKey(row.author, row.generation)
    const log = image.logs.get(key) ?? { positions: new Map(), contiguous: 0, last: 0 }
    image.logs.set(key, log)
    log.positions.set(row.seq, position)
    log.last = Math.max(log.last, row.seq)
    while (log.positions.has(log.contiguous + 1)) log.contiguous += 1
  }
  for (const head of batch.heads) {
    const key = `${logKey(head.author, head.generation)}/${head.size}/${head.root.toHex()}`
    if (!image.heads.has(key)) image.heads.set(key, copyHead(head))
  }
  for (const aside of batch.asides) image.asides.push({ ...aside, bytes: copy(aside.bytes) })
  for (const mark of batch.marks) {
    const key = mark.hash.toHex()
    if (!image.marks.has(key)) image.marks.set(key, { ...mark, hash: copy(mark.hash) })
  }
  for (const { author, generation, from, to, refusal } of batch.spans ?? [])
    for (const [seq, position] of image.logs.get(logKey(author, generation))?.positions ?? []) {
      const { hash } = image.rows[position - 1]!
      if (seq >= from && seq <= to && !image.marks.has(hash.toHex()))
        image.marks.set(hash.toHex(), { hash: copy(hash), refusal })
    }
  for (const announced of batch.announced ?? []) announce(image.documents, announced)
  image.state = copy(batch.state)
}

const reading = (reach: () => Image): Omit<Store, "append" | "set" | "documents" | "close"> => {
  const rowAt = (position: number | undefined): Row | undefined => {
    const row = position === undefined ? undefined : reach().rows[position - 1]
    return row && copyRow(row)
  }
  return {
    read: ({ author, generation, from, to }, bytesMax) => {
      const log = reach().logs.get(logKey(author, generation))
      const rows: Row[] = []
      let bytes = 0
      for (let seq = Math.max(from, 1); log && seq <= Math.min(to, log.last); seq++) {
        const row = rowAt(log.positions.get(seq))
        if (!row) continue
        bytes += row.bytes.length + (row.body?.length ?? 0)
        if (rows.length > 0 && bytes > bytesMax) return rows
        rows.push(row)
      }
      return rows
    },
    find: hash => rowAt(reach().positions.get(hash.toHex())),
    since: (after, limit) =>
      reach()
        .rows.slice(after, after + limit)
        .map((row, i) => ({ position: after + i + 1, row: copyRow(row) })),
    indexed: (after, limit) =>
      reach()
        .rows.slice(after, after + limit)
        .map(({ hash, bytes, body, at, gapBefore }, i) => ({
          position: after + i + 1,
          hash: copy(hash),
          bytes: copy(bytes),
          bodyBytes: body?.length ?? 0,
          at,
          gapBefore,
        })),
    heads: (author, generation, sizeFrom = 0) =>
      [...reach().heads.values()]
        .filter(h => h.author === author && h.generation === generation && h.size >= sizeFrom)
        .sort((a, b) => a.size - b.size)
        .map(copyHead),
    headOver: (author, generation, from, most) => {
      const over = [...reach().heads.values()]
        .filter(h => h.author === author && h.generation === generation && h.size >= from)
        .sort((a, b) => a.size - b.size)
      const head = over.findLast(it => it.size <= most) ?? over[0]
      return head && copyHead(head)
    },
    asides: () => reach().asides.map(aside => ({ ...aside, bytes: copy(aside.bytes) })),
    marks: () => [...reach().marks.values()].map(mark => ({ ...mark, hash: copy(mark.hash) })),
    count: (author, generation) => {
      const log = reach().logs.get(logKey(author, generation))
      return { contiguous: log?.contiguous ?? 0, rows: log?.positions.size ?? 0 }
    },
    state: () => optional(reach().state),
    setting: name => optional(reach().settings.get(name)),
  }
}

// A disk keeps bytes and not references: what a caller does to its arrays afterwards must not reach the record.

const copy = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes)

const optional = (bytes: Uint8Array | undefined): Uint8Array | undefined => bytes && copy(bytes)

const copyRow = (row: Row): Row => ({
  ...row,
  hash: copy(row.hash),
  bytes: copy(row.bytes),
  ...(row.salt && { salt: copy(row.salt) }),
  ...(row.body && { body: copy(row.body) }),
})

const copyHead = (head: Head): Head => ({
  ...head,
  root: copy(head.root),
  ed25519: copy(head.ed25519),
  mlDsa65: copy(head.mlDsa65),
})
