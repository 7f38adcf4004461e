// A home's record, read beside its node or without it; nothing is written.
import { existsSync } from "node:fs"
import type { Charter } from "../core/charter.ts"
import { cipherOf, type Keyring, openCharter, recordPath } from "../node/main.ts"
import { openSqliteReader } from "../store/sqlite.ts"
import type { StoreReader } from "../store/store.ts"
import { type PassphraseOptions, ringFor, ringIfGiven } from "./unlock.ts"

export type Opened = { readonly charter: Charter; readonly us: number; readonly store: StoreReader }

/** With its texts: refused as `locked` where nobody gives the passphrase of a locked home. */
export const openRecord = async (home: string, options: PassphraseOptions): Promise<Opened> => {
  recordOf(home)
  return opened(home, await ringFor(home, options))
}

/** With its texts where somebody gives the passphrase. */
export const openProvable = async (home: string, options: PassphraseOptions): Promise<Opened> => {
  recordOf(home)
  const ring = await ringIfGiven(home, options)
  return ring === undefined ? openUnread(home) : opened(home, ring)
}

const opened = (home: string, ring: Keyring): Opened => ({
  ...openCharter(home),
  store: openSqliteReader(recordOf(home), cipherOf(home, ring)),
})

/** Without the texts of a locked home, and asking nobody. */
export const openUnread = (home: string): Opened => ({ ...openCharter(home), store: openSqliteReader(recordOf(home)) })

export const recordOf = (home: string): string => {
  const path = recordPath(home)
  if (existsSync(path)) return path
  throw new Error(`The node of ${home} has never run, so there is no record; start it with: parley run ${home}`)
}
