// One byte of a stored text is altered on the disk, as a hand or a failing disk would do it, and put back: past the node, which does not
// know of it until somebody verifies.
import { DatabaseSync } from "node:sqlite"
import { decodeEntry } from "../src/core/entry.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { kinds } from "../src/core/registry.ts"
import { recordPath } from "../src/node/home.ts"
import { nodeSuite } from "../src/suites/node.ts"

export type Alteration = {
  /** Row of the record. */
  readonly position: number
  readonly author: number
  readonly seq: number
  /** Offset in the text's bytes. */
  readonly at: number
  readonly before: number
  readonly after: number
}

/** The node writes for a moment at a time. */
const busyMs = 2_000

/** Of the newest message; undefined when nothing has been said yet. */
export const alterByte = (home: string): Alteration | undefined => {
  using db = new DatabaseSync(recordPath(home), { timeout: busyMs })
  const alteration = choose(db)
  if (alteration !== undefined) put(db, alteration, alteration.after)
  return alteration
}

export const restoreByte = (home: string, alteration: Alteration): void => {
  using db = new DatabaseSync(recordPath(home), { timeout: busyMs })
  put(db, alteration, alteration.before)
}

const choose = (db: DatabaseSync): Alteration | undefined => {
  const rows = db.prepare(
    "SELECT position, author, seq, bytes, body FROM entry WHERE body NOT NULL ORDER BY position DESC",
  )
  for (const { position, author, seq, bytes, body } of rows.iterate()) {
    if (!(bytes instanceof Uint8Array && body instanceof Uint8Array)) continue
    if (typeof position !== "number" || typeof author !== "number" || typeof seq !== "number") continue
    const entry = decodeEntry(bytes, nodeSuite)
    if (isRefusal(entry) || (entry.kind !== kinds.message && entry.kind !== kinds.answer)) continue
    const at = letterIn(body)
    const before = body[at]!
    return { position, author, seq, at, before, after: before ^ caseBit }
  }
  return undefined
}

/** Turns A into a and back: so little that nobody would see it. */
const caseBit = 0x20

/** A letter of the text, or of the name of its language, which every text has. */
const letterIn = (body: Uint8Array): number => {
  const isLetter = (byte: number): boolean => (byte | caseBit) >= 0x61 && (byte | caseBit) <= 0x7a
  const middle = body.length >> 1
  const inText = body.findIndex((byte, at) => at >= middle && isLetter(byte))
  return inText >= 0 ? inText : body.findIndex(isLetter)
}

const put = (db: DatabaseSync, { position, at }: Alteration, byte: number): void => {
  const row = db.prepare("SELECT body FROM entry WHERE position = ?").get(position)
  if (!(row?.body instanceof Uint8Array)) throw new Error("The altered entry is no longer in this record.")
  const body = row.body.slice()
  body[at] = byte
  db.prepare("UPDATE entry SET body = ? WHERE position = ?").run(body, position)
}
