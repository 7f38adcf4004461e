// Rows of the store as the core knows them.
import { decodeEntry, leafHash } from "../core/entry.ts"
import type { Held } from "../core/event.ts"
import { equal } from "../core/hash.ts"
import { isRefusal } from "../core/refusal.ts"
import type { Suite } from "../core/suite.ts"
import type { Row } from "../store/store.ts"

/** A row as the core knows it; what our own store holds was checked before it was written, so a failure is our fault. */
export const heldOf = (row: Row, suite: Suite): Held => {
  const entry = decodeEntry(row.bytes, suite)
  if (isRefusal(entry)) throw new Error(`the store holds an entry that does not read: ${entry.refusal}`)
  return row.body && row.salt ? { entry, body: { salt: row.salt, bytes: row.body } } : { entry }
}

/** What is served is not read again; its name tells whether it is what was written. */
export const requireWhole = (row: Row, suite: Suite): void => {
  if (!equal(leafHash(row.bytes, suite), row.hash))
    throw new Error(`the store holds an entry that is damaged: ${row.seq} of author ${row.author}`)
}
