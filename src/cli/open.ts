// A home's record, read beside its node or without it; nothing is written.
import { existsSync } from "node:fs"
import type { Charter } from "../core/charter.ts"
import { openCharter, recordPath } from "../node/main.ts"
import { openSqliteReader } from "../store/sqlite.ts"
import type { StoreReader } from "../store/store.ts"

export type Opened = { readonly charter: Charter; readonly us: number; readonly store: StoreReader }

export const openRecord = (home: string): Opened => {
  const { charter, us } = openCharter(home)
  const path = recordPath(home)
  if (!existsSync(path))
    throw new Error(`The node of ${home} has never run, so there is no record; start it with: parley run ${home}`)
  return { charter, us, store: openSqliteReader(path) }
}
