import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { type Party, pairedParties } from "../../test/fixtures/pair.ts"
import { recordOfTwo } from "../../test/fixtures/record.ts"
import type { Charter } from "../core/charter.ts"
import { hex } from "../core/hash.ts"
import type { Head } from "../core/head.ts"
import type { Row } from "../store/store.ts"
import { checking } from "../suites/checking.ts"
import { nodeSuite } from "../suites/node.ts"
import { type Depth, type Verified, verify } from "./verify.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-verify-"))
after(() => rmSync(folder, { recursive: true }))
let charter: Charter
let parties: readonly [Party, Party]
let rows: readonly Row[]
let heads: readonly Head[]

const entriesEach = 50
before(async () => {
  ;({ charter, parties } = await pairedParties(folder))
  ;({ rows, heads } = await recordOfTwo(charter, parties, { entriesEach, headEvery: 20 }))
})

const verified = (changed: { rows?: readonly Row[]; heads?: readonly Head[]; depth?: Depth } = {}): Promise<Verified> =>
  verify({ charter, suite: nodeSuite, rows, heads, depth: "signatures", ...changed })

const faultsOf = ({ first }: Verified): string[] =>
  first.map(({ author, seq, refusal }) => `${author}:${seq} ${refusal}`)

/** The record with one row changed. */
const withRow = (author: number, seq: number, change: (row: Row) => Partial<Row>): Row[] =>
  rows.map(row => (row.author === author && row.seq === seq ? { ...row, ...change(row) } : row))

const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, bytes[at]! ^ 1)

test("L-4: a whole record is proven at both depths, and it is said what was proven", async () => {
  const byHeads = await verified({ depth: "heads" })
  assert.deepEqual([byHeads.faults, byHeads.entries, byHeads.bodies, byHeads.bodiesMissing], [0, 100, 51, 0])
  assert.deepEqual(
    byHeads.logs.map(({ size, underHead, heads, signatures }) => [size, underHead, heads, signatures]),
    [
      [entriesEach, 40, 2, 10],
      [entriesEach, 40, 2, 10],
    ],
  )
  const bySignatures = await verified()
  assert.deepEqual(
    bySignatures.logs.map(log => log.signatures),
    [entriesEach, entriesEach],
  )
  assert.equal(bySignatures.seen, 99)
})

test("L-4: other threads come to the same verdicts, and rows may come in any order", async () => {
  const pool = checking(2)
  const bad = withRow(0, 30, row => ({ bytes: flipped(row.bytes, row.bytes.length - 1) }))
  for (const given of [bad, bad.toReversed()]) {
    const here = await verified({ rows: given })
    const there = await verify({
      charter,
      suite: nodeSuite,
      rows: given,
      heads,
      depth: "signatures",
      check: pool.check,
    })
    assert.deepEqual(there, here)
    assert.ok(here.faults > 0)
  }
  await pool.close()
})

test("E-15: one altered byte is found at both depths, in the entry that it lies in and in no other", async () => {
  for (const depth of ["heads", "signatures"] as const)
    for (const seq of [10, 45]) {
      const result = await verified({
        depth,
        rows: withRow(0, seq, row => ({ bytes: flipped(row.bytes, row.bytes.length - 1) })),
      })
      assert.ok(
        faultsOf(result).every(fault => fault.startsWith(`0:${seq} bad-signature`)),
        faultsOf(result).join(),
      )
      assert.equal(result.first[0]!.hash, hex(rows.find(row => row.author === 0 && row.seq === seq)!.hash))
    }
  const torn = await verified({ rows: withRow(0, 10, row => ({ bytes: row.bytes.subarray(1) })) })
  assert.equal(faultsOf(torn)[0], "0:10 malformed")
})

test("E-12: a text that is not the one that was signed is found; one that is not held is counted", async () => {
  assert.deepEqual(faultsOf(await verified({ rows: withRow(0, 7, row => ({ body: flipped(row.body!, 3) })) })), [
    "0:7 wrong-body",
  ])
  const missing = rows.map(({ body, salt, ...row }) =>
    row.author === 0 && row.seq === 7 ? row : { ...row, ...(body && salt && { body, salt }) },
  )
  const result = await verified({ rows: missing })
  assert.deepEqual([result.faults, result.bodiesMissing], [0, 1])
})

test("E-6, E-7: a row that lies in another's place, and one that is missing, are found", async () => {
  const swapped = withRow(0, 5, () => ({ bytes: rows.find(row => row.author === 0 && row.seq === 6)!.bytes }))
  assert.ok(faultsOf(await verified({ rows: swapped })).includes("0:5 wrong-seq"))
  const gap = await verified({ rows: rows.filter(row => row.author !== 0 || row.seq !== 45) })
  const [log] = gap.logs
  assert.deepEqual([log!.size, log!.beyond], [44, 5])
  assert.ok(gap.faults > 0, "the other side had seen what is missing here")
  assert.equal(gap.first[0]!.refusal, "seen-mismatch")
})

test("L-4: a head over another tree, or with a false signature of either kind, proves nothing", async () => {
  const [head] = heads
  const others = heads.slice(1)
  const wrong = async (changed: Partial<Head>): Promise<string[]> =>
    faultsOf(await verified({ heads: [{ ...head!, ...changed }, ...others] }))
  assert.deepEqual(await wrong({ root: flipped(head!.root, 0) }), ["0:20 bad-head"])
  assert.deepEqual(await wrong({ ed25519: flipped(head!.ed25519, 9) }), ["0:20 bad-head-signature"])
  assert.deepEqual(await wrong({ mlDsa65: flipped(head!.mlDsa65, 9) }), ["0:20 bad-head-signature"])
  assert.deepEqual(await wrong({ size: 500 }), ["0:500 bad-head"])
  const none = await verified({ heads: [], depth: "heads" })
  assert.deepEqual(
    none.logs.map(log => [log.underHead, log.signatures]),
    [
      [0, 50],
      [0, 50],
    ],
  )
})

test("CH-5: a record under another charter is not verified by ours", async () => {
  const other = await pairedParties(join(folder, "other"))
  const result = await verify({ charter: other.charter, suite: nodeSuite, rows, heads, depth: "heads" })
  assert.equal(result.first[0]!.refusal, "wrong-line")
  assert.ok(result.faults >= rows.length)
})
