// Writes one bundle beside the loop, on a thread of its own: a record of years takes seconds to be read, and an alarm must not wait for it
// (page: protocol/security.md, A-48). It has no key: the texts that are shown are handed to it, and of a locked home it can read no other.
import { parentPort, workerData } from "node:worker_threads"
import { decodeCharter } from "../core/charter.ts"
import { type Body, decodeEntry } from "../core/entry.ts"
import { hex } from "../core/hash.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { kindName } from "../core/registry.ts"
import { writeBundle } from "../evidence/bundle.ts"
import { bodyIn, entriesOf, headsOf, named } from "../evidence/choose.ts"
import { placeOf, stemIn, stemOf } from "../evidence/files.ts"
import { chosenFor, forksKept } from "../evidence/kept.ts"
import { openSqliteReader } from "../store/sqlite.ts"
import { nodeSuite } from "../suites/node.ts"

export type ExportAsked = {
  readonly record: string
  readonly charter: Uint8Array
  /** Hashes in hex. */
  readonly chosen: readonly string[]
  readonly shown: ReadonlyMap<string, Body>
  readonly page: Uint8Array
  /** Of a fork proof: which, by its name. Nothing else is chosen then. (EV-16, EV-21) */
  readonly fork?: string
}

export type ExportMade = {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly others: readonly { readonly kind: string; readonly count: number }[]
  readonly uncovered: readonly string[]
}

const write = ({ record, charter: bytes, chosen: hashes, shown, page, fork }: ExportAsked): ExportMade | Refusal => {
  const charter = decodeCharter(bytes, nodeSuite)
  if (isRefusal(charter)) return charter
  const store = openSqliteReader(record)
  try {
    const chosen = named(hashes, { charter, suite: nodeSuite, store })
    if (isRefusal(chosen)) return chosen
    const kept = fork === undefined ? undefined : forksKept(store, nodeSuite).find(({ id }) => id === fork)
    if (fork !== undefined && kept === undefined) return refuse("not-found")
    const written = writeBundle({
      charter,
      suite: nodeSuite,
      heads: headsOf(store, charter.parties.length),
      entries: entriesOf(store),
      bodyOf: hash => shown.get(hex(hash)) ?? bodyIn(store, hash),
      ...(kept ? chosenFor(kept.rivals) : { chosen }),
      shows: ({ hash }) => shown.has(hex(hash)),
      page,
    })
    if (isRefusal(written)) return written
    const counts = new Map<string, number>()
    for (const name of written.files) {
      const { folder, stem } = stemIn(name) ?? {}
      const place = folder === "other" && stem !== undefined ? placeOf(charter, stem) : undefined
      const [row] = place ? store.read({ ...place, from: place.seq, to: place.seq }, 1) : []
      const entry = row && decodeEntry(row.bytes, nodeSuite, row.hash)
      if (entry === undefined || isRefusal(entry)) continue
      const kind = kindName.get(entry.kind) ?? String(entry.kind)
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
    }
    return {
      bytes: Uint8Array.from(written.bytes),
      others: [...counts].map(([kind, count]) => ({ kind, count })),
      uncovered: written.uncovered.map(entry => stemOf(charter, entry)),
    }
  } finally {
    store.close()
  }
}

const made = write(workerData)
parentPort?.postMessage(made, isRefusal(made) ? [] : [made.bytes.buffer])
