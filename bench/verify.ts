// A record verified offline, from nothing but its charter: by heads and hashes, and with every signature. The limit: SHA-256 of the same
// bytes, read from the same file in the same run.
import { type Held, type Verified, verify } from "../src/evidence/verify.ts"
import { openCharter } from "../src/node/home.ts"
import { openSqliteReader } from "../src/store/sqlite.ts"
import type { StoreReader } from "../src/store/store.ts"
import { checking } from "../src/suites/checking.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { type Figures, median, round } from "./figures.ts"
import { busyMs } from "./process.ts"
import { longRecord } from "./record.ts"

export type VerifyOptions = { readonly entries: number; readonly rounds: number }

function* rowsOf(store: StoreReader): Generator<Held> {
  for (let after = 0; ; ) {
    const rows = store.since(after, 1_000)
    for (const { row } of rows) yield row
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.position
  }
}

/** Seconds on the clock, and of processors: on a machine that does other things too, the second tells more. */
const seconds = async (work: () => Promise<void>): Promise<{ readonly wall: number; readonly busy: number }> => {
  const [from, busy] = [performance.now(), busyMs()]
  await work()
  return { wall: (performance.now() - from) / 1_000, busy: (busyMs() - busy) / 1_000 }
}

/** Without a look at what the bytes say. */
const hashAll = async (store: StoreReader): Promise<void> => {
  for (const row of rowsOf(store)) {
    nodeSuite.sha256(row.bytes)
    if (row.body) nodeSuite.sha256(row.body)
  }
}

const requireProven = ({ faults, entries, bodiesMissing, bodiesLocked }: Verified, of: number): void => {
  if (faults > 0 || entries < of || bodiesMissing > 0 || bodiesLocked > 0)
    throw new Error("the bench's own record was not proven")
}

export const verification = async ({ entries, rounds }: VerifyOptions): Promise<Figures> => {
  const made = await longRecord(entries)
  const home = made.homes[0]
  const { charter } = openCharter(home.path)
  const store = openSqliteReader(home.record, home.cipher)
  const pool = checking()
  const heads = () => charter.parties.flatMap((_, author) => store.heads(author, 1))
  const given = { charter, suite: nodeSuite, check: pool.check }
  const none: { readonly wall: number; readonly busy: number }[] = []
  const figures = { limit: [...none], heads: [...none], signatures: [...none] }
  try {
    for (let at = 0; at < rounds; at++) {
      figures.limit.push(await seconds(() => hashAll(store)))
      for (const depth of ["heads", "signatures"] as const)
        figures[depth].push(
          await seconds(async () =>
            requireProven(await verify({ ...given, rows: rowsOf(store), heads: heads(), depth }), entries),
          ),
        )
    }
  } finally {
    await pool.close()
    store.close()
    made.remove()
  }
  const wall = (of: typeof none): number => median(of.map(it => it.wall))
  const busy = (of: typeof none): number => median(of.map(it => it.busy))
  const said = (of: typeof none): string => `${round(wall(of))} s (${round(busy(of))} s of processors)`
  console.log(
    `  ${made.entries} entries: by heads and hashes ${said(figures.heads)} of at most 5; with every signature ${said(figures.signatures)} of at most 12; SHA-256 of the bytes, read from the record, ${said(figures.limit)}`,
  )
  return {
    workload: "verify",
    ours: wall(figures.heads),
    limit: wall(figures.limit),
    ratio: wall(figures.heads) / wall(figures.limit),
    unit: "s",
    more: {
      entries: made.entries,
      busy: round(busy(figures.heads)),
      signatures: round(wall(figures.signatures)),
      signaturesBusy: round(busy(figures.signatures)),
      limitBusy: round(busy(figures.limit)),
    },
  }
}
