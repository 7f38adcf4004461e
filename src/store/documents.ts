// Documents in the record of one machine: read by the node and beside it, written by the node alone (page: protocol/document.md,
// section 5).
import type { DatabaseSync, SQLOutputValue } from "node:sqlite"
import type { Cipher } from "./sealed.ts"
import {
  type Announced,
  type DocumentReader,
  type DocumentStore,
  type KeptDocument,
  wanted,
  withdrawn,
} from "./store.ts"

const chunkName = (id: number, index: number): string => `chunk ${id} ${index}`

const number = (value: SQLOutputValue | undefined): number => {
  if (typeof value !== "number") throw new Error("The record is damaged: a number of a document is missing.")
  return value
}
const blob = (value: SQLOutputValue | undefined): Uint8Array => {
  if (!(value instanceof Uint8Array)) throw new Error("The record is damaged: bytes of a document are missing.")
  return value
}

const columns = `id, size, hashes, given, got,
  (SELECT count(*) FROM chunk WHERE chunk.document = document.id) AS held`

const rootBytes = 32

/** Root and leaves of a document, in a sealed record sealed. */
const boxOf = (id: number, root: Uint8Array, leaves: Uint8Array, cipher: Cipher | undefined): Uint8Array => {
  const hashes = Buffer.concat([root, leaves])
  return cipher?.seal(`document ${id}`, hashes) ?? hashes
}

/** Without the key of a sealed record nothing is known of its documents. */
export const readingDocuments = (db: DatabaseSync, isSealed: boolean, cipher: Cipher | undefined): DocumentReader => {
  const isLocked = isSealed && cipher === undefined
  const all = db.prepare(`SELECT ${columns} FROM document WHERE name IS NOT NULL ORDER BY id`)
  const byName = db.prepare(`SELECT ${columns} FROM document WHERE name = ?`)
  const names = db.prepare("SELECT author, entry FROM announced WHERE document = ? ORDER BY rowid")
  const chunk = db.prepare("SELECT bytes FROM chunk WHERE document = ? AND place = ?")
  const places = db.prepare("SELECT place FROM chunk WHERE document = ? ORDER BY place")
  const opened = (name: string, held: Uint8Array): Uint8Array => {
    if (!isSealed) return held
    const plain = cipher?.open(name, held)
    if (plain === undefined) throw new Error("The record is damaged, or sealed with another key: a document.")
    return plain
  }
  const kept = (row: Record<string, SQLOutputValue>): KeptDocument => {
    const id = number(row.id)
    const hashes = opened(`document ${id}`, blob(row.hashes))
    return {
      ...{ id, root: hashes.slice(0, rootBytes), size: number(row.size) },
      ...(hashes.length > rootBytes && { leaves: hashes.slice(rootBytes) }),
      ...{ given: String(row.given), got: String(row.got), held: number(row.held) },
      announced: names.all(id).map(it => ({ author: number(it.author), entry: blob(it.entry) })),
    }
  }
  return {
    all: () => (isLocked ? [] : all.all().map(kept)),
    find: root => {
      const row = isLocked ? undefined : byName.get(cipher?.nameOf(root) ?? root)
      return row && kept(row)
    },
    chunk: (id, index) => {
      const row = chunk.get(id, index)
      return row && opened(chunkName(id, index), blob(row.bytes))
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
  const begin = db.prepare("INSERT INTO document (size, hashes, got) VALUES (0, x'', '')")
  const put = db.prepare("INSERT INTO chunk VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
  const finish = db.prepare("UPDATE document SET name = ?, size = ?, hashes = ? WHERE id = ?")
  const putHashes = db.prepare("UPDATE document SET size = ?, hashes = ? WHERE id = ?")
  const given = db.prepare("UPDATE document SET given = ? WHERE id = ? AND given <> ?")
  const got = db.prepare("UPDATE document SET got = ? WHERE id = ?")
  const dropChunks = db.prepare("DELETE FROM chunk WHERE document = ?")
  const dropUnnamed = db.prepare(
    "DELETE FROM document WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM announced WHERE document = ?1)",
  )
  const unfinished = db.prepare("SELECT id FROM document WHERE name IS NULL")
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
    finish: (id, { root, size, leaves }) =>
      transact("A document", () => {
        const known = read.find(root)
        if (known === undefined) {
          finish.run(cipher?.nameOf(root) ?? root, size, boxOf(id, root, leaves, cipher), id)
          return
        }
        // The same bytes were here, or are known from the other side: these chunks take the place of those, sealed for where they now are.
        dropChunks.run(known.id)
        for (const index of read.chunks(id)) putInto(known.id, index, read.chunk(id, index)!)
        putHashes.run(size, boxOf(known.id, root, leaves, cipher), known.id)
        drop(id)
      }),
    setGiven: (id, said) => transact("The state of a document", () => void given.run(said, id, withdrawn)),
    setGot: (id, said) => transact("The state of a document", () => void got.run(said, id)),
    drop: id => transact("A document", () => drop(id)),
    dropUnfinished: () =>
      transact("Documents", () => {
        for (const row of unfinished.all()) drop(number(row.id))
      }),
  }
}

/** As part of the batch that brings the entry. */
export const announcing = (db: DatabaseSync, cipher: Cipher | undefined): ((announced: Announced) => void) => {
  const add = db.prepare("INSERT INTO document (name, size, hashes, got) VALUES (?, ?, x'', '') ON CONFLICT DO NOTHING")
  const find = db.prepare("SELECT id, length(hashes) AS bytes FROM document WHERE name = ?")
  const put = db.prepare("UPDATE document SET hashes = ? WHERE id = ?")
  const want = db.prepare("UPDATE document SET got = ? WHERE id = ?")
  const resize = db.prepare("UPDATE document SET size = ?1 WHERE id = ?2 AND size <> ?1")
  const dropChunks = db.prepare("DELETE FROM chunk WHERE document = ?")
  const name = db.prepare("INSERT INTO announced VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
  return ({ root, size, author, entry, isWanted = false }) => {
    const by = cipher?.nameOf(root) ?? root
    add.run(by, size)
    const row = find.get(by)
    const id = number(row?.id)
    if (row?.bytes === 0) put.run(boxOf(id, root, new Uint8Array(0), cipher), id)
    if (isWanted) want.run(wanted, id)
    // What came under a size that was false is no part of it.
    if (isWanted && resize.run(size, id).changes > 0) dropChunks.run(id)
    name.run(id, author, entry)
  }
}

/** All documents of a record that lay in the clear. */
export const sealDocuments = (db: DatabaseSync, cipher: Cipher): void => {
  const put = db.prepare("UPDATE document SET name = ?, hashes = ? WHERE id = ?")
  for (const row of db.prepare("SELECT id, hashes FROM document WHERE name IS NOT NULL").all()) {
    const [id, hashes] = [number(row.id), blob(row.hashes)]
    const root = hashes.subarray(0, rootBytes)
    put.run(cipher.nameOf(root), boxOf(id, root, hashes.subarray(rootBytes), cipher), id)
  }
  const read = db.prepare("SELECT document, place, bytes FROM chunk WHERE rowid = ?")
  const putChunk = db.prepare("UPDATE chunk SET bytes = ? WHERE rowid = ?")
  for (const { rowid } of db.prepare("SELECT rowid FROM chunk").all()) {
    const row = read.get(number(rowid))
    if (row === undefined) continue
    putChunk.run(cipher.seal(chunkName(number(row.document), number(row.place)), blob(row.bytes)), number(rowid))
  }
}
