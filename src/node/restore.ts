// A home that was put back from a backup, marked before its node first starts (page: protocol/log.md, L-11).
import type { Left, LineOptions } from "../core/line.ts"
import { restoredSnapshot } from "../core/line.ts"
import type { Keyring } from "../keys/lock.ts"
import { openSqlite } from "../store/sqlite.ts"
import { nodeSuite } from "../suites/node.ts"
import { openHome, requireWritable } from "./home.ts"

/** How much of each log the copy holds, by party. */
export type RestoredHome = { readonly sizes: readonly { readonly party: string; readonly size: number }[] }

/** The node must be stopped: two writers of one record are refused. Doing it twice is doing it once. */
export const restoreHome = (path: string, ring?: Keyring): RestoredHome => {
  requireWritable(path)
  const { charter, us, charterBody, record, cipher } = openHome(path, ring)
  const store = openSqlite(record, { now: Date.now, cipher })
  try {
    const snapshot = store.state()
    const options: LineOptions = { charter, us, suite: nodeSuite, charterBody }
    const left: Left | undefined = snapshot && { snapshot, unconfirmed: [], recent: [], changes: [] }
    store.append({ rows: [], heads: [], asides: [], marks: [], state: restoredSnapshot(options, left) })
    return {
      sizes: charter.parties.map(({ code }, party) => ({ party: code, size: store.count(party, 1).contiguous })),
    }
  } finally {
    store.close()
  }
}
