// Documents in the record of one machine: read by the node and beside it, written by the node alone (page: protocol/document.md,
// section 5).
import type { DatabaseSync, SQLOutputValue } from "node:sqlite"
import type { Cipher } from "./sealed.ts"
import type { Announced, DocumentReader, DocumentStore, KeptDocument } from "./store.ts"

const chunkName = (id: number, index: number): string => `chunk ${id} ${index}`

const number = (value: SQLOutputValue | undefined): number => {
  if (typeof value !== "number") throw new Error("The record is damaged: a number of a document is missing.")
  return value
}
const blob = (value: SQLOutputValue | undefined): Uint8Array => {
  if (!(value instanceof Uint8Array)) throw new Error("The record is damaged: bytes of a document are missing.")
  return value
}

const columns = `id, root, size, leaves, state,
  (SELECT count(*) FROM chunk WHERE chunk.document = document.id) AS held`

export const readingDocuments = (db: DatabaseSync, isSealed: boolean, cipher: Cipher | undefined): DocumentReader => {
  const all = db.prepare(`SELECT ${columns} FROM document WHERE root IS NOT NULL ORDER BY id`)
  const byRoot = db.prepare(`SELECT ${columns} FROM document WHERE root = ?`)
  const names = db.prepare("SELECT author, entry FROM announced WHERE document = ? ORDER BY rowid")
  const chunk = db.prepare("SELECT bytes FROM chunk WHERE document = ? AND place = ?")
  const places = db.prepare("SELECT place FROM chunk WHERE document = ? ORDER BY place")
  const kept = (row: Record<string, SQLOutputValue>): KeptDocument => ({
    id: number(row.id),
    root: blob(row.root),
    size: number(row.size),
    ...(row.leaves !== null && { leaves: blob(row.leaves) }),
    state: String(row.state),
    held: number(row.held),
    announced: names.all(number(row.id)).map(it => ({ author: number(it.author), entry: blob(it.entry) })),
  })
  return {
    all: () => all.all().map(kept),
    find: root => {
      const row = byRoot.get(root)
      return row && kept(row)
    },
    chunk: (id, index) => {
      const row = chunk.get(id, index)
      if (row === undefined) return undefined
      const held = blob(row.bytes)
      if (!isSealed) return held
      const plain = cipher?.open(chunkName(id, index), held)
      if (plain === undefined) throw new Error("The record is damaged, or sealed with another key: a document.")
      return plain
    },
    chunks: id => places.all(id).map(row => number(row.place)),
  }
}

type Transact = (what: string, work: () => void) => void

export const writingDocuments = (
  db: DatabaseSync,
  read: DocumentReader,
  cipher: Cipher | undefined,
  transact: Transact,
): DocumentStore => {
  const begin = db.prepare("INSERT INTO document (size, state) VALUES (0, '')")
  const put = db.prepare("INSERT INTO chunk VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
  const finish = db.prepare("UPDATE document SET root = ?, size = ?, leaves = ? WHERE id = ?")
  const leaves = db.prepare("UPDATE document SET leaves = ? WHERE id = ?")
  const state = db.prepare("UPDATE document SET state = ? WHERE id = ?")
  const dropChunks = db.prepare("DELETE FROM chunk WHERE document = ?")
  const dropUnnamed = db.prepare(
    "DELETE FROM document WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM announced WHERE document = ?1)",
  )
  const unfinished = db.prepare("SELECT id FROM document WHERE root IS NULL")
  const putInto = (id: number, index: number, bytes: Uint8Array): void => {
    put.run(id, index, cipher?.seal(chunkName(id, index), bytes) ?? bytes)
  }
  const drop = (id: number): void => {
    dropChunks.run(id)
    dropUnnamed.run(id)
  }
  return {
    ...read,
    begin: () => {
      let id = 0
      transact("A document", () => {
        id = Number(begin.run().lastInsertRowid)
      })
      return id
    },
    putChunk: (id, index, bytes) => transact("A part of a document", () => putInto(id, index, bytes)),
    finish: (id, document) =>
      transact("A document", () => {
        const known = read.find(document.root)
        if (known === undefined) {
          finish.run(document.root, document.size, document.leaves, id)
          return
        }
        // The same bytes were here, or are known from the other side: its chunks are taken over, sealed for where they now are.
        for (const index of read.chunks(id)) putInto(known.id, index, read.chunk(id, index)!)
        leaves.run(document.leaves, known.id)
        drop(id)
      }),
    setState: (id, said) => transact("The state of a document", () => void state.run(said, id)),
    drop: id => transact("A document", () => drop(id)),
    dropUnfinished: () =>
      transact("Documents", () => {
        for (const row of unfinished.all()) drop(number(row.id))
      }),
  }
}

/** As part of the batch that brings the entry. */
export const announcing = (db: DatabaseSync): ((announced: Announced) => void) => {
  const add = db.prepare("INSERT INTO document (root, size, state) VALUES (?, ?, '') ON CONFLICT DO NOTHING")
  const name = db.prepare("INSERT INTO announced SELECT id, ?, ? FROM document WHERE root = ? ON CONFLICT DO NOTHING")
  return ({ root, size, author, entry }) => {
    add.run(root, size)
    name.run(author, entry, root)
  }
}

/** All chunks of a record that lay in the clear. */
export const sealChunks = (db: DatabaseSync, cipher: Cipher): void => {
  const read = db.prepare("SELECT document, place, bytes FROM chunk WHERE rowid = ?")
  const put = db.prepare("UPDATE chunk SET bytes = ? WHERE rowid = ?")
  for (const { rowid } of db.prepare("SELECT rowid FROM chunk").all()) {
    const row = read.get(number(rowid))
    if (row === undefined) continue
    put.run(cipher.seal(chunkName(number(row.document), number(row.place)), blob(row.bytes)), number(rowid))
  }
}
