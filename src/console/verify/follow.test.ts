// The console's own verifier over a log made here, with real keys: what it proves, and what it refuses by name.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { type Party, pairedParties } from "../../../test/fixtures/pair.ts"
import type { Charter } from "../../core/charter.ts"
import { assemble, type Entry, type Fields, toSign } from "../../core/entry.ts"
import { equal, utf8 } from "../../core/hash.ts"
import { type Head, headContext, headText } from "../../core/head.ts"
import { cardTenure } from "../../core/key.ts"
import { append, emptyFrontier, type Frontier, rootOf } from "../../core/log.ts"
import { kinds } from "../../core/registry.ts"
import { nobleSuite } from "../../suites/noble.ts"
import { eachSignatureMax, type Followed, follow } from "./follow.ts"

const suite = nobleSuite()
const log = { author: 0, generation: 1 }
let folder = ""
let charter: Charter
let author: Party
let entries: Uint8Array[] = []

const signed = async (fields: Fields): Promise<Entry> => {
  const parts = toSign(fields, suite.sha256(author.keys.keys[0]!.public).slice(0, 8), author.keys.keys[0]!.alg)
  return assemble(parts, (await author.keys.sign([parts.signed]))[0]!, suite)
}

const fieldsAt = (tree: Frontier): Fields => ({
  line: charter.line,
  ...log,
  seq: tree.size + 1,
  ownRoot: rootOf(tree, suite),
  seen: [],
  time: 1_800_000_000_000 + tree.size,
  traffic: 3,
  precedence: 1,
  kind: kinds.stored,
  refs: [],
  action: [],
  info: [],
  handling: 0,
  releases: [],
})

const headAt = async (tree: Frontier): Promise<Head> => {
  const checkpoint = { ...log, size: tree.size, root: rootOf(tree, suite) }
  const text = utf8(headText(charter.line, checkpoint))
  const ed25519 = (await author.keys.sign([text]))[0]!
  return { ...checkpoint, ed25519, mlDsa65: await author.keys.signPost(text, headContext) }
}

const treeOf = (rows: readonly Uint8Array[]): Frontier =>
  rows.reduce((tree, bytes) => append(tree, suite.sha256(Uint8Array.of(0), bytes), suite), emptyFrontier())

const followed = (
  rows: readonly Uint8Array[],
  from = emptyFrontier(),
  head?: Head,
  tenures = [cardTenure(charter.parties, log.author)],
): Promise<Followed> =>
  follow({
    charter,
    suite,
    log,
    from,
    head,
    tenures,
    entries: async seq => rows.slice(seq - 1, seq + 6).map(bytes => ({ bytes })),
    progress: () => undefined,
  })

const altered = (rows: readonly Uint8Array[], at: number): Uint8Array[] =>
  rows.map((bytes, place) =>
    place === at ? Uint8Array.from(bytes, (byte, i) => byte ^ Number(i === bytes.length - 1)) : bytes,
  )

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "parley-follow-"))
  const paired = await pairedParties(folder)
  charter = paired.charter
  author = paired.parties[0]
  let tree = emptyFrontier()
  for (let at = 0; at < 12; at++) {
    const entry = await signed(fieldsAt(tree))
    entries = [...entries, entry.bytes]
    tree = append(tree, entry.hash, suite)
  }
})
after(() => rmSync(folder, { recursive: true }))

test("E-7, E-15: a log is followed by each entry's signature, and gone on with from where it was left", async () => {
  const half = await followed(entries.slice(0, 5))
  assert.equal(half.verified.size, 5)
  const whole = await followed(entries, half.verified)
  assert.equal(whole.verified.size, 12)
  assert.ok(equal(rootOf(whole.verified, suite), rootOf(treeOf(entries), suite)))
  assert.deepEqual(whole.faults, [])
})

test("E-15: an entry whose signature is false stops it there, and is named", async () => {
  const { verified, faults, stopped } = await followed(altered(entries, 7))
  assert.equal(verified.size, 7)
  assert.deepEqual(faults, [{ ...log, seq: 8, refusal: "bad-signature" }])
  assert.ok(stopped)
})

test("L-7: what a head covers with a false signature is kept and marked; what it does not cover is not", async () => {
  const wrong = altered(entries.slice(0, 1), 0)
  const marked = await followed(wrong, emptyFrontier(), await headAt(treeOf(wrong)))
  assert.equal(marked.verified.size, 1)
  assert.deepEqual(marked.faults, [{ ...log, seq: 1, refusal: "bad-signature-covered" }])
  const other = await followed(altered(entries, 0), emptyFrontier(), await headAt(treeOf(entries)))
  assert.equal(other.verified.size, 0)
  assert.deepEqual(other.faults, [{ ...log, seq: 1, refusal: "bad-signature" }])
})

test("L-4, L-5: a head that is false, or of another log than was verified, is refused", async () => {
  const head = await headAt(treeOf(entries))
  const forged = { ...head, mlDsa65: head.mlDsa65.toReversed() }
  assert.equal((await followed(entries, emptyFrontier(), forged)).faults[0]?.refusal, "bad-head-signature")
  const before = await followed(entries.slice(0, 11))
  const last = await signed({ ...fieldsAt(before.verified), kind: kinds.displayed })
  const rewritten = append(before.verified, last.hash, suite)
  const { verified } = await followed(entries)
  assert.equal((await followed(entries, verified, await headAt(rewritten))).faults[0]?.refusal, "bad-head")
})

test("L-11: a node that no longer holds what was verified stands on an older copy, and that is said", async () => {
  const { verified } = await followed(entries)
  const older = await followed(entries.slice(0, 9), verified)
  assert.deepEqual(older.faults, [{ ...log, seq: 12, refusal: "restored" }])
  assert.equal(older.verified.size, 12)
})

test("L-7: beyond a thousand entries the head alone proves them, and nothing counts as proven before its root is reached", async () => {
  const rows: Uint8Array[] = []
  let tree = emptyFrontier()
  for (let at = 0; at <= eachSignatureMax; at++) {
    const entry = assemble(
      toSign(fieldsAt(tree), new Uint8Array(8), author.keys.keys[0]!.alg),
      new Uint8Array(64),
      suite,
    )
    rows.push(entry.bytes)
    tree = append(tree, entry.hash, suite)
  }
  const head = await headAt(tree)
  assert.equal((await followed(rows, emptyFrontier(), head)).verified.size, rows.length)
  const other = altered(rows, rows.length - 1)
  const { verified, faults } = await followed(other, emptyFrontier(), head)
  assert.equal(verified.size, 0)
  assert.equal(faults[0]?.refusal, "bad-head")
})
