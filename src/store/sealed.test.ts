// What a disk shows of a sealed record, and what somebody can do to it there.
import assert from "node:assert/strict"
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { test } from "node:test"
import { batchOf, rowOf } from "./contract.ts"
import { sealRecord } from "./seal-record.ts"
import { type Cipher, recordCipher } from "./sealed.ts"
import { openSqlite, openSqliteReader } from "./sqlite.ts"
import { HomeRefused, type Row, type Store } from "./store.ts"

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const now = (): number => 0
const cipher = recordCipher(new Uint8Array(32).fill(7), row => row.author === 9)
const text = utf8("the balloon left at dawn")
const salt = Uint8Array.from({ length: 16 }, (_, at) => (at * 37 + 11) & 0xff)
const state = utf8("secrets of epochs stand in the snapshot")
const said = (seq: number, more: Partial<Row> = {}): Row => rowOf(0, seq, { salt, body: text, ...more })

const homed = (work: (path: string) => void): void => {
  const home = mkdtempSync(join(tmpdir(), "parley-sealed-"))
  try {
    work(join(home, "record.db"))
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
const opened = (path: string, given: Cipher | undefined = cipher): Store => openSqlite(path, { now, cipher: given })
const holds = (path: string, ...wanted: readonly Uint8Array[]): boolean =>
  readdirSync(join(path, "..")).some(name => {
    const bytes = readFileSync(join(path, "..", name))
    return wanted.some(each => bytes.includes(each))
  })

const [root, leaves] = [new Uint8Array(32).fill(0xd5), utf8("the hash of the one chunk it has")]
const kept = (id: number) => ({ id, root, size: text.length, leaves, given: "", got: "", held: 1, announced: [] })
const documentIn = ({ documents }: Store): number => {
  const id = documents.begin()
  documents.putChunk(id, 0, text)
  documents.finish(id, { root, size: text.length, leaves })
  return id
}

test("A-9: neither texts nor salts nor the snapshot can be read in any file of a sealed record, at any time", () =>
  homed(path => {
    const store = opened(path)
    for (let seq = 1; seq < 40; seq++) store.append(batchOf({ rows: [said(seq)], state }))
    store.set("a", text)
    const document = documentIn(store)
    assert.ok(!holds(path, text, salt, state, root, leaves))
    store.close()
    assert.ok(!holds(path, text, salt, state, root, leaves))
    const again = opened(path)
    assert.deepEqual([again.documents.find(root), again.documents.chunk(document, 0)], [kept(document), text])
    assert.deepEqual([again.find(said(1).hash), again.state(), again.setting("a")], [said(1), state, text])
    again.close()
  }))

test("A-9: without the key a reader has every entry, says that its text is locked, and how long it is", () =>
  homed(path => {
    const proof = rowOf(9, 1, { salt, body: utf8("keys and signatures") })
    const store = opened(path)
    store.append(batchOf({ rows: [said(1), said(2, { body: new Uint8Array() }), rowOf(0, 3), proof], state }))
    store.close()
    const reader = openSqliteReader(path)
    const { salt: _, body, ...entry } = said(1)
    assert.deepEqual(reader.find(entry.hash), { ...entry, unread: "locked" })
    assert.deepEqual(reader.find(rowOf(0, 3).hash), rowOf(0, 3))
    assert.deepEqual(reader.find(proof.hash), proof)
    assert.deepEqual(
      reader.indexed(0, 9).map(row => row.bodyBytes),
      [body!.length, 0, 0, 19],
    )
    assert.throws(() => reader.state(), /sealed with another key/)
    reader.close()
    assert.throws(
      () => openSqlite(path, { now }),
      (error: unknown) => error instanceof HomeRefused && error.refusal.refusal === "locked",
    )
  }))

test("A-9: a box that is altered, cut, swapped with another, or opened with another key gives no text", () =>
  homed(path => {
    const store = opened(path)
    const other = said(2, { body: utf8("the balloon is lost at sea") })
    store.append(batchOf({ rows: [said(1), other], state }))
    store.close()
    const change = (sql: string): void => {
      using db = new DatabaseSync(path)
      db.exec(sql)
    }
    const first = (given = cipher): Row | undefined => {
      const reader = openSqliteReader(path, given)
      const row = reader.find(said(1).hash)
      reader.close()
      return row
    }
    const good = first()!
    assert.deepEqual(good.body, text)
    assert.equal(first(recordCipher(new Uint8Array(32).fill(8), () => false))?.unread, "altered")
    const swap = "UPDATE entry SET box = (SELECT box FROM entry AS other WHERE other.seq = 3 - entry.seq)"
    for (const [harm, heal] of [
      [swap, swap],
      ["UPDATE entry SET box = CAST(substr(box, 1, length(box) - 1) || x'00' AS BLOB)", undefined],
      ["UPDATE entry SET box = substr(box, 1, 20)", undefined],
      ["UPDATE entry SET box = substr(box, 1, 5)", undefined],
      ["UPDATE entry SET box = x''", undefined],
    ] as const) {
      change(harm)
      const { salt: _, body: __, ...entry } = good
      assert.deepEqual(first(), { ...entry, unread: "altered" }, harm)
      if (heal) change(heal)
    }
  }))

test("A-9: two snapshots of one state are sealed differently, and only under their own name", () => {
  const [one, two] = [cipher.seal("snapshot", state), cipher.seal("snapshot", state)]
  assert.notDeepEqual(one, two)
  assert.deepEqual(cipher.open("snapshot", one), new Uint8Array(state))
  assert.equal(cipher.open("setting a", one), undefined)
  for (let at = 0; at < one.length; at++) {
    const harmed = one.slice()
    harmed[at]! ^= 1
    assert.equal(cipher.open("snapshot", harmed), undefined)
  }
})

test("A-10: a record that lay in the clear is sealed whole, nothing of it stays in its files, and again does no harm", () =>
  homed(path => {
    const store = openSqlite(path, { now })
    for (let seq = 1; seq < 450; seq++) store.append(batchOf({ rows: [said(seq)], state }))
    store.set("a", text)
    const document = documentIn(store)
    store.close()
    assert.ok(holds(path, text) && holds(path, state))
    assert.throws(() => opened(path), /complete it with: parley lock/)
    for (const _ of ["first", "again"]) {
      sealRecord(path, cipher)
      assert.ok(!holds(path, text, salt, state, root, leaves))
    }
    const sealed = opened(path)
    assert.deepEqual([sealed.documents.find(root), sealed.documents.chunk(document, 0)], [kept(document), text])
    const locked = openSqliteReader(path)
    assert.deepEqual(locked.documents.all(), [])
    locked.close()
    assert.deepEqual(
      sealed.since(0, 500).map(({ row }) => row),
      Array.from({ length: 449 }, (_, at) => said(at + 1)),
    )
    assert.deepEqual([sealed.state(), sealed.setting("a")], [state, text])
    sealed.close()
  }))

test("A-8: a record of version 1 opens as it was written, and can be sealed", () =>
  homed(path => {
    copyFileSync(join(import.meta.dirname, "..", "..", "test", "fixtures", "home-version-1", "record.db"), path)
    chmodSync(path, 0o600)
    const store = openSqlite(path, { now })
    const rows = store.since(0, 100)
    assert.equal(rows.length, 10)
    const old = utf8("The old text of version one.")
    assert.ok(rows.some(({ row }) => row.body && Buffer.from(row.body).includes(old)))
    const index = store.indexed(0, 100)
    assert.deepEqual(
      index.map(row => row.bodyBytes),
      rows.map(({ row }) => row.body?.length ?? 0),
    )
    const kept = store.state()
    store.close()
    assert.ok(holds(path, old))
    sealRecord(path, cipher)
    assert.ok(!holds(path, old))
    const sealed = opened(path)
    assert.deepEqual([sealed.since(0, 100), sealed.indexed(0, 100), sealed.state()], [rows, index, kept])
    sealed.close()
  }))
