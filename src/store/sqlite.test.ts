import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { test } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import { batchOf, type Medium, rowOf, storeContract } from "./contract.ts"
import { applicationId, migrations } from "./schema.ts"
import { type Cipher, recordCipher } from "./sealed.ts"
import { openSqlite, openSqliteReader } from "./sqlite.ts"
import { HomeRefused, type Store } from "./store.ts"

const child = join(import.meta.dirname, "sqlite.child.ts")

const homed = async (work: (path: string) => void | Promise<void>): Promise<void> => {
  const home = mkdtempSync(join(tmpdir(), "parley-store-"))
  try {
    await work(join(home, "record.db"))
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const tables = ["entry", "head", "aside", "mark", "snapshot", "setting"]

/** Writes are made to fail from outside, by triggers on the tables: the store has no door of its own for tests. */
const faultAt = (path: string, nth: number): void => {
  using db = new DatabaseSync(path)
  db.exec("CREATE TABLE IF NOT EXISTS fault (left INTEGER); DELETE FROM fault")
  db.prepare("INSERT INTO fault VALUES (?)").run(nth)
  for (const table of tables) {
    db.exec(`CREATE TRIGGER IF NOT EXISTS fault_${table} BEFORE INSERT ON ${table} BEGIN
      UPDATE fault SET left = left - 1;
      SELECT RAISE(ABORT, 'a write failed on purpose') FROM fault WHERE left = 0;
    END`)
  }
}

const cipher = recordCipher(new Uint8Array(32).fill(3), row => row.seq === 12)

const medium = (options: { readonly cipher?: Cipher }) => (): Medium => {
  const home = mkdtempSync(join(tmpdir(), "parley-store-"))
  const path = join(home, "record.db")
  const opened: Store[] = []
  const open = (): Store => {
    const store = openSqlite(path, { now: () => 0, ...options })
    opened.push(store)
    return store
  }
  return {
    open,
    rival: () => {
      // As on a disk shared by machines without file locks: each sees a lock of its own.
      rmSync(`${path}.lock`)
      return open()
    },
    fault: nth => faultAt(path, nth),
    dispose: () => {
      for (const store of opened) {
        try {
          store.close()
        } catch {
          // The test has closed it.
        }
      }
      rmSync(home, { recursive: true, force: true })
    },
  }
}

storeContract("sqlite", medium({}))
storeContract("sqlite, sealed", medium({ cipher }))

test("L-10: a second node on one home is refused at once, and harms nothing", () =>
  homed(path => {
    const store = openSqlite(path, { now: () => 0 })
    const refused = (error: unknown) =>
      error instanceof HomeRefused &&
      error.refusal.refusal === "late-writer" &&
      error.refusal.details.process === process.pid
    for (let i = 0; i < 3; i++) assert.throws(() => openSqlite(path, { now: () => 0 }), refused)
    store.append(batchOf({ rows: [rowOf(0, 1)] }))
    store.close()
    const next = openSqlite(path, { now: () => 0 })
    assert.equal(next.count(0, 0).rows, 1)
    next.close()
  }))

test("L-10: a home of a newer version is refused and left as it is", () =>
  homed(path => {
    openSqlite(path, { now: () => 0 }).close()
    {
      using db = new DatabaseSync(path)
      db.exec("UPDATE meta SET value = 99 WHERE name = 'schema'; PRAGMA journal_mode = DELETE")
    }
    const before = readFileSync(path)
    const refused = (error: unknown) => error instanceof HomeRefused && error.refusal.refusal === "newer-home"
    assert.throws(() => openSqlite(path, { now: () => 0 }), refused)
    assert.throws(() => openSqliteReader(path), refused)
    assert.deepEqual(readFileSync(path), before)
  }))

test("D-6: an older home keeps what it said of its documents, of ours and of theirs", () =>
  homed(path => {
    {
      using db = new DatabaseSync(path)
      for (const step of migrations.slice(0, 3)) db.exec(step)
      db.exec(`PRAGMA application_id = ${applicationId}; UPDATE meta SET value = 3 WHERE name = 'schema'`)
      const put = db.prepare("INSERT INTO document (name, size, hashes, state) VALUES (?1, 3, ?1, ?2)")
      for (const [at, state] of ["", "withdrawn", "there 0a", "here", "dropped"].entries())
        put.run(new Uint8Array(32).fill(at), state)
      db.exec("INSERT INTO announced VALUES (1, 1, x'01')")
    }
    const store = openSqlite(path, { now: () => 0 })
    assert.deepEqual(
      store.documents.all().map(({ given, got }) => [given, got]),
      [
        ["", "wanted"],
        ["withdrawn", ""],
        ["there 0a", ""],
        ["", "here"],
        ["", "dropped"],
      ],
    )
    store.close()
  }))

test("L-10: a database that is not a record of Parley is neither opened nor touched", () =>
  homed(path => {
    {
      using db = new DatabaseSync(path)
      db.exec("CREATE TABLE other (a)")
    }
    const before = readFileSync(path)
    assert.throws(() => openSqlite(path, { now: () => 0 }), /not a record of Parley/)
    assert.deepEqual(readFileSync(path), before)
  }))

test("L-10: a reader beside the running node sees each commit, and cannot write", () =>
  homed(path => {
    assert.throws(() => openSqliteReader(path))
    const store = openSqlite(path, { now: () => 0 })
    store.append(batchOf({ rows: [rowOf(0, 1)] }))
    const reader = openSqliteReader(path)
    assert.equal(reader.count(0, 0).rows, 1)
    store.append(batchOf({ rows: [rowOf(0, 2)] }))
    assert.deepEqual(reader.since(0, 10), store.since(0, 10))
    assert.ok(!("append" in reader))
    store.close()
    reader.close()
    const after = openSqliteReader(path)
    assert.equal(after.count(0, 0).rows, 2)
    after.close()
    openSqlite(path, { now: () => 0 }).close()
  }))

/** Runs the child until it ends or is killed; gives the last number that it acknowledged, and its last line. */
const runChild = async (path: string, command: string, args: readonly string[], killAfterMs?: number) => {
  const running = spawn(command, [...args, path], { stdio: ["ignore", "pipe", "inherit"] })
  let said = ""
  running.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text
  })
  const ended = once(running, "close")
  if (killAfterMs !== undefined) {
    while (!said.includes("open\n") && running.exitCode === null)
      await Promise.race([once(running.stdout, "data"), ended])
    await pause(killAfterMs)
    running.kill("SIGKILL")
  }
  await ended
  // The last line may be cut by the kill; what is cut was not acknowledged.
  const lines = said.split("\n").slice(0, -1)
  return { acknowledged: Number(lines.filter(line => /^\d+$/.test(line)).at(-1) ?? 0), last: lines.at(-1) ?? "" }
}

test("L-10: kill −9 in the midst of appends loses nothing that was acknowledged, and frees the home", () =>
  homed(async path => {
    let most = 0
    for (let round = 0; round < 8; round++) {
      const { acknowledged } = await runChild(path, process.execPath, [child], 5 + round * 9)
      const store = openSqlite(path, { now: () => 0 })
      const { contiguous, rows } = store.count(0, 0)
      assert.ok(contiguous >= Math.max(acknowledged, most), `${contiguous} rows of ${acknowledged} acknowledged`)
      assert.deepEqual([rows, contiguous % 3], [contiguous, 0], "a batch is whole or absent")
      if (rows > 0) assert.equal(new TextDecoder().decode(store.state()), String(rows))
      most = contiguous
      store.close()
    }
    assert.ok(most > 0)
  }))

test(
  "L-10: a full disk fails the append with its cause and leaves whole batches",
  { skip: process.platform === "win32" },
  () =>
    homed(async path => {
      // The shell's limit on the size of a file: writes beyond it fail as on a full disk.
      const limited = ["-c", 'ulimit -f 400; exec "$0" "$@"', process.execPath, child]
      const { acknowledged, last } = await runChild(path, "/bin/sh", limited)
      assert.match(last, /^failed: (?!without)/)
      assert.ok(acknowledged > 0 && statSync(path).size > 0)
      const store = openSqlite(path, { now: () => 0 })
      assert.deepEqual(store.count(0, 0), { contiguous: acknowledged, rows: acknowledged })
      assert.equal(new TextDecoder().decode(store.state()), String(acknowledged))
      store.append(batchOf({ rows: [rowOf(0, acknowledged + 1)] }))
      store.close()
    }),
)

test("store: whatever mask its user has, the record and what lies beside it are the owner's alone", () =>
  homed(path => {
    const mask = process.umask(0)
    try {
      const store = openSqlite(path, { now: () => 0 })
      store.append(batchOf({ rows: [rowOf(0, 1)] }))
      const files = readdirSync(dirname(path))
      assert.ok(files.length >= 4, files.join())
      for (const file of files) assert.equal(statSync(join(dirname(path), file)).mode & 0o777, 0o600, file)
      store.close()
    } finally {
      process.umask(mask)
    }
  }))
