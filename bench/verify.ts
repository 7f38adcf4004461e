// A record verified offline, from nothing but its charter: by heads and hashes, and with every signature. The limit: SHA-256 of the same
// bytes, read from the same file in the same run.
import { type Held, type Verified, verify } from "../src/evidence/verify.ts"
import { openCharter } from "../src/node/home.ts"
import { openSqliteReader } from "../src/store/sqlite.ts"
import type { StoreReader } from "../src/store/store.ts"
import { checking } from "../src/suites/checking.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { type Figures, median, round } from "./figures.ts"
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

const seconds = async (work: () => Promise<void>): Promise<number> => {
  const from = performance.now()
  await work()
  return (performance.now() - from) / 1_000
}

/** Without a look at what the bytes say. */
const hashAll = async (store: StoreReader): Promise<void> => {
  for (const row of rowsOf(store)) {
    nodeSuite.sha256(row.bytes)
    if (row.body) nodeSuite.sha256(row.body)
  }
}

const requireProven = ({ faults, entries, bodiesMissing }: Verified, of: number): void => {
  if (faults > 0 || entries < of || bodiesMissing > 0) throw new Error("the bench's own record was not proven")
}

export const verification = async ({ entries, rounds }: VerifyOptions): Promise<Figures> => {
  const made = await longRecord(entries)
  const home = made.homes[0]
  const { charter } = openCharter(home.path)
  const store = openSqliteReader(home.record)
  const pool = checking()
  const heads = () => charter.parties.flatMap((_, author) => store.heads(author, 1))
  const given = { charter, suite: nodeSuite, check: pool.check }
  const figures = { limit: [] as number[], heads: [] as number[], signatures: [] as number[] }
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
  const [ours, limit, signatures] = [median(figures.heads), median(figures.limit), median(figures.signatures)]
  console.log(
    `  ${made.entries} entries: by heads and hashes ${round(ours)} s of at most 5; with every signature ${round(signatures)} s of at most 12; SHA-256 of the bytes, read from the record, ${round(limit)} s`,
  )
  return {
    workload: "verify",
    ours,
    limit,
    ratio: ours / limit,
    unit: "s",
    more: { entries: made.entries, signatures: round(signatures), signaturesRatio: round(signatures / limit) },
  }
}
