// The questions that a home answers, the same for the node that writes it and for a reader beside it.
import type { DatabaseSync, SQLOutputValue } from "node:sqlite"
import type { Head } from "../core/head.ts"
import { isRefusal, type Refusal, type RefusalCode, refusals } from "../core/refusal.ts"
import { readingDocuments } from "./documents.ts"
import { bodyBytesOf, type Cipher } from "./sealed.ts"
import type { Indexed, Row, StoreReader } from "./store.ts"

export type Reading = Omit<StoreReader, "close">

type Columns = readonly SQLOutputValue[]

/** Hash, entry, salt, body and box come as one blob and their lengths: a blob costs more than the rest of a row, five cost half the
 *  rate. */
const rowColumns = `author, generation, seq, at, gap, length(bytes), length(salt), length(body), length(box),
  CAST(hash || bytes || coalesce(salt, x'') || coalesce(body, x'') || coalesce(box, x'') AS BLOB)`
/** Rows that are fetched in one call: the call costs more than a row does, and a chunk of full bodies stays at 4 MiB. */
const chunkRows = 64

/** `cipher`: of a sealed record. Without it its texts are `locked`, and what is private of a node is not given at all. */
export const reading = (db: DatabaseSync, cipher?: Cipher): Reading => {
  const all = (sql: string) => {
    const statement = db.prepare(sql)
    statement.setReturnArrays(true)
    return (...values: readonly (number | string | Uint8Array)[]): Columns[] => {
      const rows: unknown[] = statement.all(...values)
      return rows.filter(isColumns)
    }
  }
  const range = all(
    `SELECT ${rowColumns} FROM entry WHERE author = ? AND generation = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?`,
  )
  const byHash = all(`SELECT ${rowColumns} FROM entry WHERE substr(hash, 1, 8) = substr(?1, 1, 8) AND hash = ?1`)
  const stored = all(`SELECT ${rowColumns}, position FROM entry WHERE position > ? ORDER BY position LIMIT ?`)
  const index = all(
    `SELECT position, at, gap, length(body), length(box),
       CAST(coalesce(substr(box, 1, 2), x'0000') || hash || bytes AS BLOB) FROM entry
     WHERE position > ? ORDER BY position LIMIT ?`,
  )
  const head = all(
    `SELECT author, generation, size, root, ed25519, ml_dsa_65 FROM head
     WHERE author = ? AND generation = ? AND size >= ? ORDER BY size, rowid`,
  )
  const headUpTo = all(
    `SELECT author, generation, size, root, ed25519, ml_dsa_65 FROM head
     WHERE author = ? AND generation = ? AND size BETWEEN ? AND ? ORDER BY size DESC LIMIT 1`,
  )
  const headAbove = all(
    `SELECT author, generation, size, root, ed25519, ml_dsa_65 FROM head
     WHERE author = ? AND generation = ? AND size > ? ORDER BY size LIMIT 1`,
  )
  const aside = all("SELECT author, bytes, refusal, at FROM aside ORDER BY position")
  const mark = all("SELECT hash, refusal FROM mark ORDER BY position")
  const extent = all("SELECT count(*), max(seq) FROM entry WHERE author = ? AND generation = ?")
  const firstGap = all(
    `SELECT seq FROM entry AS e WHERE author = ?1 AND generation = ?2 AND NOT EXISTS
       (SELECT 1 FROM entry WHERE author = ?1 AND generation = ?2 AND seq = e.seq + 1) ORDER BY seq LIMIT 1`,
  )
  const first = all("SELECT 1 FROM entry WHERE author = ? AND generation = ? AND seq = 1")
  const snapshot = all("SELECT state FROM snapshot")
  const setting = all("SELECT value FROM setting WHERE name = ?")

  const isSealed = all("SELECT value FROM meta WHERE name = 'sealed'")()[0]?.[0] === 1
  const row = (columns: Columns): Row => rowOf(columns, cipher)
  const kept = (name: string, value: SQLOutputValue | undefined): Uint8Array | undefined => {
    const held = optional(value)
    if (held === undefined || !isSealed) return held
    const plain = cipher?.open(name, held)
    if (plain === undefined) throw new Error(`The record is damaged, or sealed with another key: its ${name}.`)
    return plain
  }

  return {
    read: ({ author, generation, from, to }, bytesMax) => {
      const rows: Row[] = []
      let bytes = 0
      for (let next = from; next <= to; ) {
        const chunk = range(author, generation, next, to, chunkRows)
        for (const columns of chunk) {
          const found = row(columns)
          bytes += found.bytes.length + (found.body?.length ?? 0)
          if (rows.length > 0 && bytes > bytesMax) return rows
          rows.push(found)
          next = found.seq + 1
        }
        if (chunk.length < chunkRows) break
      }
      return rows
    },
    find: hash => byHash(hash).map(row)[0],
    since: (after, limit) => stored(after, limit).map(c => ({ position: number(c[10]), row: row(c) })),
    indexed: (after, limit) => index(after, limit).map(indexedOf),
    heads: (author, generation, sizeFrom = 0) => head(author, generation, sizeFrom).map(headOf),
    headOver: (author, generation, from, most) =>
      [...headUpTo(author, generation, from, most), ...headAbove(author, generation, most)].map(headOf)[0],
    asides: () =>
      aside().map(c => ({ author: number(c[0]), bytes: blob(c[1]), refusal: refusalOf(c[2]), at: number(c[3]) })),
    marks: () => mark().map(c => ({ hash: blob(c[0]), refusal: refusalOf(c[1]) })),
    count: (author, generation) => {
      const [rows, last] = extent(author, generation)[0] ?? []
      // Numbers are distinct and from 1: as many rows as the largest number means that none is missing.
      if (rows === (last ?? 0)) return { contiguous: number(rows), rows: number(rows) }
      const started = first(author, generation).length > 0
      return { contiguous: started ? number(firstGap(author, generation)[0]?.[0]) : 0, rows: number(rows) }
    },
    state: () => kept("snapshot", snapshot()[0]?.[0]),
    setting: name => kept(`setting ${name}`, setting(name)[0]?.[0]),
    documents: readingDocuments(db, isSealed, cipher),
  }
}

// The tables are STRICT, so a column of another type than ours is a damaged file: the world has failed, and that is thrown.

const isColumns = (row: unknown): row is Columns => Array.isArray(row)

const number = (value: SQLOutputValue | undefined): number => {
  if (typeof value !== "number") throw new Error("The record is damaged: a number is missing.")
  return value
}

const blob = (value: SQLOutputValue | undefined): Uint8Array => {
  if (!(value instanceof Uint8Array)) throw new Error("The record is damaged: bytes are missing.")
  return value
}

const optional = (value: SQLOutputValue | undefined): Uint8Array | undefined =>
  value === null || value === undefined ? undefined : blob(value)

const rowOf = (c: Columns, cipher: Cipher | undefined): Row => {
  const packed = blob(c[9])
  const salt = 32 + number(c[5])
  const body = salt + (c[6] === null ? 0 : number(c[6]))
  const box = body + (c[7] === null ? 0 : number(c[7]))
  const end = box + (c[8] === null ? 0 : number(c[8]))
  if (packed.length !== end) throw new Error("The record is damaged: an entry is not whole.")
  const row = {
    author: number(c[0]),
    generation: number(c[1]),
    seq: number(c[2]),
    hash: packed.subarray(0, 32),
    at: number(c[3]),
    gapBefore: c[4] === 1,
    bytes: packed.subarray(32, salt),
  }
  if (c[8] !== null) {
    if (cipher === undefined) return { ...row, unread: "locked" }
    const said = cipher.openRow(row, packed.subarray(box, end))
    return said === undefined ? { ...row, unread: "altered" } : { ...row, ...said }
  }
  return {
    ...row,
    ...(c[6] !== null && { salt: packed.subarray(salt, body) }),
    ...(c[7] !== null && { body: packed.subarray(body, box) }),
  }
}

const indexedOf = (c: Columns): Indexed => {
  const packed = blob(c[5])
  const inClear = c[3] === null ? 0 : number(c[3])
  return {
    position: number(c[0]),
    hash: packed.subarray(2, 34),
    bytes: packed.subarray(34),
    bodyBytes: c[4] === null ? inClear : bodyBytesOf(number(c[4]), packed),
    at: number(c[1]),
    gapBefore: c[2] === 1,
  }
}

const headOf = (c: Columns): Head => ({
  author: number(c[0]),
  generation: number(c[1]),
  size: number(c[2]),
  root: blob(c[3]),
  ed25519: blob(c[4]),
  mlDsa65: blob(c[5]),
})

const isCode = (code: string): code is RefusalCode => Object.hasOwn(refusals, code)

const refusalOf = (value: SQLOutputValue | undefined): Refusal => {
  const parsed: unknown = typeof value === "string" ? JSON.parse(value) : undefined
  if (!isRefusal(parsed) || !isCode(parsed.refusal)) throw new Error("The record is damaged: a refusal is missing.")
  return parsed
}
