// A process that appends until it is killed, or until its disk is full: says on its standard output what was acknowledged.
import { writeSync } from "node:fs"
import { batchOf, rowOf } from "./contract.ts"
import { openSqlite } from "./sqlite.ts"

const path = process.argv[2]
if (path === undefined) throw new Error("The path of a record is missing.")
const store = openSqlite(path, { now: () => 0 })
writeSync(1, "open\n")
try {
  for (let seq = store.count(0, 0).contiguous; ; seq += 3) {
    const rows = [1, 2, 3].map(i => rowOf(0, seq + i))
    store.append(batchOf({ rows, state: new TextEncoder().encode(String(seq + 3)) }))
    writeSync(1, `${seq + 3}\n`)
  }
} catch (error) {
  const cause = error instanceof Error ? error.cause : undefined
  writeSync(1, `failed: ${cause instanceof Error ? cause.message : "without a cause"}\n`)
}
