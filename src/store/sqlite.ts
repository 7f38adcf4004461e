// The store of one machine: SQLite in WAL mode, every commit synced (page: protocol/security.md, section 3). One process at a
// time may write a home. Two things see to that: the operating system's lock on a file beside the record, which goes with the
// process however it dies, and the writer's number in the record itself, which holds where file locks do not. (L-10)
import { chmodSync, closeSync, existsSync, openSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { refuse } from "../core/refusal.ts"
import { announcing, writingDocuments } from "./documents.ts"
import { type Reading, reading } from "./reading.ts"
import { applicationId, migrations } from "./schema.ts"
import type { Cipher } from "./sealed.ts"
import { type Append, HomeRefused, LateWriter, type Store, type StoreReader } from "./store.ts"

/** A foreign tool may hold the record for a moment, e.g. to back it up; longer than this is a failure and not a wait. */
const busyMs = 100
/** Pages of log before they are folded into the record: 16 MiB, so that a backlog is not interrupted at every fourth commit. */
const checkpointPages = 4_096
/** Length of a new log. */
const firstLogBytes = 4 * 1_048_576

export type SqliteOptions = {
  readonly now: () => number
  /** Of a locked home: its record is sealed from its first entry on. */
  readonly cipher?: Cipher | undefined
}

export const openSqlite = (path: string, options: SqliteOptions): Store => {
  const lock = holdHome(path)
  try {
    for (const file of [path, `${path}-wal`, `${path}-shm`]) keepPrivate(file, file === path)
    return openWriter(path, lock, options)
  } catch (cause) {
    lock.close()
    throw cause
  }
}

/** SQLite gives what lies beside a record the mode of the record, and the record what the user's mask leaves. Here it is the owner's
 *  alone, so that a copy that keeps modes is too. */
const keepPrivate = (file: string, make: boolean): void => {
  if (make) closeSync(openSync(file, "a", 0o600))
  if (existsSync(file)) chmodSync(file, 0o600)
}

/** For the CLI, beside a running node: never writes, never migrates, takes no lock. Without the cipher of a sealed record it reads all but
 *  texts. */
export const openSqliteReader = (path: string, cipher?: Cipher): StoreReader => {
  const db = new DatabaseSync(path, { readOnly: true, timeout: busyMs })
  try {
    const version = homeVersion(path, db)
    if (version !== migrations.length) {
      throw new Error(
        `${path} is of version ${version}; it is brought to ${migrations.length} when its node next starts.`,
      )
    }
    const read = reading(db, cipher)
    return { ...read, close: () => db.close() }
  } catch (cause) {
    db.close()
    throw cause
  }
}

/** The home's lock, for who writes in it: an exclusive transaction on an empty database beside the record. SQLite asks the system for
 *  it, and keeps it open. */
export const holdHome = (path: string): { close(): void } => {
  keepPrivate(`${path}.lock`, true)
  const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 })
  try {
    lock.exec("BEGIN EXCLUSIVE")
    return lock
  } catch (cause) {
    lock.close()
    if (!isBusy(cause)) throw new Error(`${path}.lock cannot be locked.`, { cause })
    const holder = holderOf(path)
    throw new HomeRefused(
      `${path} is in use${holder === undefined ? "" : ` by process ${holder}`}: two nodes may not write one record.`,
      refuse("late-writer", holder === undefined ? {} : { process: holder }),
    )
  }
}

/** The process that opened the home last; only for the person who reads the refusal. */
const holderOf = (path: string): number | undefined => {
  try {
    using db = new DatabaseSync(path, { readOnly: true })
    const row = db.prepare("SELECT value FROM meta WHERE name = 'process'").get()
    return typeof row?.value === "number" ? row.value : undefined
  } catch {
    // The holder may be creating the record just now; the refusal then names no process.
    return undefined
  }
}

const isBusy = (cause: unknown): boolean =>
  cause instanceof Error && "errcode" in cause && typeof cause.errcode === "number" && (cause.errcode & 0xff) === 5

/** 0 for a file without tables. The header and one row are all that is checked: a full check of ten years takes minutes. */
const homeVersion = (path: string, db: DatabaseSync): number => {
  const id = db.prepare("PRAGMA application_id").get()?.application_id
  const tables = db.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.n
  if (id === 0 && tables === 0) return 0
  if (id !== applicationId) throw new Error(`${path} is not a record of Parley.`)
  const version = db.prepare("SELECT value FROM meta WHERE name = 'schema'").get()?.value
  if (typeof version !== "number") throw new Error(`${path} does not say its version.`)
  if (version > migrations.length) {
    throw new HomeRefused(
      `${path} was written by a newer version of Parley.`,
      refuse("newer-home", { home: version, known: migrations.length }),
    )
  }
  return version
}

/** For who holds the home: an older record in the form of this version. Nothing else is written. */
export const bringForward = (path: string, db: DatabaseSync): void => {
  const version = homeVersion(path, db)
  db.exec("BEGIN IMMEDIATE")
  try {
    migrate(db, version)
    db.exec("COMMIT")
  } catch (cause) {
    if (db.isTransaction) db.exec("ROLLBACK")
    throw cause
  }
}

const migrate = (db: DatabaseSync, version: number): void => {
  for (const step of migrations.slice(version)) db.exec(step)
  if (version === 0) db.exec(`PRAGMA application_id = ${applicationId}`)
  db.prepare("UPDATE meta SET value = ? WHERE name = 'schema'").run(migrations.length)
}

const openWriter = (path: string, lock: { close(): void }, { now, cipher }: SqliteOptions): Store => {
  const db = new DatabaseSync(path, { timeout: busyMs, enableForeignKeyConstraints: true })
  try {
    // The version is asked before anything is set, so that a home of a newer version stays as it is.
    const version = homeVersion(path, db)
    const mode = db.prepare("PRAGMA journal_mode = WAL").get()?.journal_mode
    if (mode !== "wal") throw new Error(`${path} lies where SQLite cannot keep a write-ahead log.`)
    // fullfsync is for macOS, whose fsync leaves the bytes in the drive's cache; elsewhere it changes nothing.
    db.exec(`PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA wal_autocheckpoint = ${checkpointPages}`)
    const epoch = takeOver(db, version, now())
    requireSealing(path, db, cipher)
    lengthenLog(db)
    return writer(db, lock, epoch, cipher)
  } catch (cause) {
    db.close()
    throw cause
  }
}

/** A record is sealed or in the clear, as its home is; an empty one becomes what its home is. (A-9) */
const requireSealing = (path: string, db: DatabaseSync, cipher: Cipher | undefined): void => {
  const isSealed = db.prepare("SELECT value FROM meta WHERE name = 'sealed'").get()?.value === 1
  if (isSealed === (cipher !== undefined)) return
  if (cipher === undefined)
    throw new HomeRefused(`${path} is sealed; it opens with the passphrase of its home.`, refuse("locked"))
  const held = db.prepare("SELECT (SELECT count(*) FROM entry) + (SELECT count(*) FROM snapshot) AS n").get()?.n
  if (held !== 0) throw new Error(`${path} lies in the clear in a locked home; complete it with: parley lock`)
  db.exec("UPDATE meta SET value = 1 WHERE name = 'sealed'")
}

/**
 * A commit that makes the log longer has its new length to be made durable as well, which takes twice the time. So the log is given
 * its length at the start: what a transaction that is never committed has spilled is written over by the next ones.
 */
const lengthenLog = (db: DatabaseSync): void => {
  const cachePages = db.prepare("PRAGMA cache_size").get()?.cache_size
  try {
    db.exec("PRAGMA cache_size = 16; BEGIN IMMEDIATE")
    db.prepare("INSERT INTO setting VALUES ('', zeroblob(?))").run(firstLogBytes)
  } catch {
    // The disk has not even this: then the log stays as short as it is, and what is stored will tell whether there is room for that.
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK")
    db.exec(`PRAGMA cache_size = ${Number(cachePages)}`)
  }
}

/** Migrates and takes the next writer's number, in one transaction. */
const takeOver = (db: DatabaseSync, version: number, now: number): number => {
  db.exec("BEGIN IMMEDIATE")
  try {
    migrate(db, version)
    const put = db.prepare("UPDATE meta SET value = ? WHERE name = ?")
    put.run(process.pid, "process")
    put.run(now, "opened")
    db.exec("UPDATE meta SET value = value + 1 WHERE name = 'writer'")
    const epoch = db.prepare("SELECT value FROM meta WHERE name = 'writer'").get()?.value
    if (typeof epoch !== "number") throw new Error("The record has no writer's number.")
    db.exec("COMMIT")
    return epoch
  } catch (cause) {
    if (db.isTransaction) db.exec("ROLLBACK")
    throw cause
  }
}

const writer = (db: DatabaseSync, lock: { close(): void }, epoch: number, cipher: Cipher | undefined): Store => {
  const read: Reading = reading(db, cipher)
  const write = writing(db, cipher)
  const begin = db.prepare("BEGIN IMMEDIATE")
  const commit = db.prepare("COMMIT")
  const current = db.prepare("SELECT value FROM meta WHERE name = 'writer'")
  current.setReturnArrays(true)

  const transact = (what: string, work: () => void): void => {
    try {
      begin.run()
      // L-10: asked inside the transaction, so that nobody can take over between the question and the commit.
      const row: unknown = current.get()
      if (!Array.isArray(row) || row[0] !== epoch)
        throw new LateWriter("Another process has opened this home after us.")
      work()
      commit.run()
    } catch (cause) {
      // A full or failing disk may already have rolled back; where it has not, the record must not stay half written.
      if (db.isTransaction) db.exec("ROLLBACK")
      if (cause instanceof LateWriter) throw cause
      throw new Error(`${what} could not be stored.`, { cause })
    }
  }

  return {
    ...read,
    append: batch => transact("A batch", () => write.batch(batch)),
    set: (name, value) => transact("A setting", () => write.setting(name, value)),
    documents: writingDocuments(db, read.documents, cipher, transact),
    close: () => {
      db.close()
      lock.close()
    },
  }
}

const writing = (db: DatabaseSync, cipher: Cipher | undefined) => {
  const entry = db.prepare(
    "INSERT INTO entry (author, generation, seq, hash, at, gap, bytes, salt, body, box) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  )
  const kept = (name: string, plain: Uint8Array): Uint8Array => cipher?.seal(name, plain) ?? plain
  const head = db.prepare("INSERT INTO head VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
  const aside = db.prepare("INSERT INTO aside (author, bytes, refusal, at) VALUES (?, ?, ?, ?)")
  const mark = db.prepare("INSERT INTO mark (hash, refusal) VALUES (?, ?) ON CONFLICT DO NOTHING")
  const span = db.prepare(
    `INSERT INTO mark (hash, refusal) SELECT hash, ? FROM entry
     WHERE author = ? AND generation = ? AND seq BETWEEN ? AND ? ORDER BY seq ON CONFLICT DO NOTHING`,
  )
  const announce = announcing(db, cipher)
  const snapshot = db.prepare("INSERT INTO snapshot VALUES (1, ?) ON CONFLICT DO UPDATE SET state = excluded.state")
  const setting = db.prepare("INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value")
  return {
    batch: (batch: Append): void => {
      for (const r of batch.rows) {
        const gap = r.gapBefore ? 1 : 0
        const box = (r.salt || r.body) && cipher?.sealRow(r)
        const [salt, body] = box ? [null, null] : [r.salt ?? null, r.body ?? null]
        entry.run(r.author, r.generation, r.seq, r.hash, r.at, gap, r.bytes, salt, body, box ?? null)
      }
      for (const h of batch.heads) head.run(h.author, h.generation, h.size, h.root, h.ed25519, h.mlDsa65)
      for (const a of batch.asides) aside.run(a.author, a.bytes, JSON.stringify(a.refusal), a.at)
      for (const m of batch.marks) mark.run(m.hash, JSON.stringify(m.refusal))
      for (const s of batch.spans ?? []) span.run(JSON.stringify(s.refusal), s.author, s.generation, s.from, s.to)
      for (const announced of batch.announced ?? []) announce(announced)
      snapshot.run(kept("snapshot", batch.state))
    },
    setting: (name: string, value: Uint8Array): void => {
      setting.run(name, kept(`setting ${name}`, value))
    },
  }
}
