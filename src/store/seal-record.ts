// A record that lay in the clear is sealed (page: protocol/security.md, section 5). In one transaction; then the file is written anew, so
// that nothing of what was there is left in it.
import { DatabaseSync } from "node:sqlite"
import { sealDocuments } from "./documents.ts"
import { reading } from "./reading.ts"
import type { Cipher } from "./sealed.ts"
import { bringForward } from "./sqlite.ts"

const rowsAtOnce = 200

/** Who calls it holds the home. Again on a sealed record, it only writes the file anew: that is what a crash may have left undone. */
export const sealRecord = (path: string, cipher: Cipher): void => {
  using db = new DatabaseSync(path)
  bringForward(path, db)
  db.exec("PRAGMA secure_delete = ON; PRAGMA synchronous = FULL; BEGIN IMMEDIATE")
  try {
    if (db.prepare("SELECT value FROM meta WHERE name = 'sealed'").get()?.value === 0) sealAll(db, cipher)
    db.exec("COMMIT")
  } catch (cause) {
    if (db.isTransaction) db.exec("ROLLBACK")
    throw new Error(`${path} could not be sealed; it is as it was.`, { cause })
  }
  db.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
}

const sealAll = (db: DatabaseSync, cipher: Cipher): void => {
  const read = reading(db)
  const put = db.prepare("UPDATE entry SET salt = NULL, body = NULL, box = ? WHERE position = ?")
  for (let after = 0; ; ) {
    const rows = read.since(after, rowsAtOnce)
    for (const { position, row } of rows) {
      const box = (row.salt || row.body) && cipher.sealRow(row)
      if (box) put.run(box, position)
    }
    const last = rows.at(-1)
    if (last === undefined) break
    after = last.position
  }
  const state = read.state()
  if (state !== undefined) db.prepare("UPDATE snapshot SET state = ?").run(cipher.seal("snapshot", state))
  const setting = db.prepare("UPDATE setting SET value = ? WHERE name = ?")
  for (const { name } of db.prepare("SELECT name FROM setting").all()) {
    const value = read.setting(String(name))
    if (value !== undefined) setting.run(cipher.seal(`setting ${String(name)}`, value), String(name))
  }
  sealDocuments(db, cipher)
  db.exec("UPDATE meta SET value = 1 WHERE name = 'sealed'")
}
