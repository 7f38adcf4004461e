// The whole record at the end, read as a stranger would: both disks hold the same, every log is one chain, every receipt is true,
// every order is there once, and both sides read it in one order.
import { decodeEntry, type Entry } from "../src/core/entry.ts"
import { equal } from "../src/core/hash.ts"
import { append, emptyFrontier, rootOf } from "../src/core/log.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { isReceipt, kinds } from "../src/core/registry.ts"
import type { Hash, Suite } from "../src/core/suite.ts"
import { LineRecord } from "../src/record/record.ts"
import type { Row } from "../src/store/store.ts"
import type { Truth, TruthLog } from "./disk.ts"
import type { Decided } from "./officers.ts"

export type Audit = {
  readonly truths: readonly [Truth, Truth]
  readonly notebooks: readonly (readonly Decided[])[]
  readonly suite: Suite
}

/** What is wrong, or nothing. */
export const audit = ({ truths, notebooks, suite }: Audit): string | null => {
  const logs: Read[][] = []
  for (const author of [0, 1]) {
    const same = sameRows(truths, author)
    if (same) return same
    const read = readLogs(truths[author]!, author, suite)
    if (typeof read === "string") return read
    logs.push(read)
  }
  for (const author of [0, 1]) {
    const problem = seenIsTrue(logs[author]!, logs[1 - author]!) ?? onceEach(logs[author]!, notebooks[author]!)
    if (problem) return `log ${author}: ${problem}`
  }
  for (const { heads } of truths)
    for (const { author, generation, size, root } of heads) {
      const true_ = logs[author]?.[generation - 1]?.roots[size]
      if (!true_ || !equal(true_, root)) return `a head of log ${author} at ${size} is not true`
    }
  return sameReading(truths, suite)
}

/** One side's record where the other side has broken its own log: that is a chain as far as the node takes it for one (`taken`),
 *  what the node says itself is a chain to its end, and its people's orders are there. */
export const auditAlone = (
  truth: Truth,
  notebook: readonly Decided[],
  party: number,
  taken: number,
  suite: Suite,
): string | null => {
  const theirs = readLog(truth.log(1 - party, 1), { author: 1 - party, generation: 1 }, suite, taken)
  if (typeof theirs === "string") return theirs
  const ours = readLogs(truth, party, suite)
  return typeof ours === "string" ? ours : onceEach(ours, notebook)
}

const sameRows = ([a, b]: readonly [Truth, Truth], author: number): string | null => {
  if (a.logs(author).length !== b.logs(author).length) return `log ${author} has begun anew on one side alone`
  for (const [at, here] of a.logs(author).entries()) {
    const there = b.log(author, at + 1)
    if (here.rows.size !== there.rows.size)
      return `log ${author} has ${here.rows.size} rows here, ${there.rows.size} there`
    for (const [seq, row] of here.rows) {
      const other = there.rows.get(seq)
      if (!other || !equal(row.bytes, other.bytes)) return `entry ${author}/${seq} is not the same on both sides`
      if (!sameBody(row, other)) return `the body of ${author}/${seq} is not the same on both sides`
    }
  }
  return null
}

const sameBody = (a: Row, b: Row): boolean =>
  a.body === undefined || b.body === undefined ? a.body === b.body : equal(a.body, b.body) && equal(a.salt!, b.salt!)

/** A log of one generation, and its roots by size. */
type Read = { readonly entries: readonly Entry[]; readonly roots: readonly Hash[] }

const readLogs = (truth: Truth, author: number, suite: Suite): Read[] | string => {
  const logs: Read[] = []
  for (const [at, log] of truth.logs(author).entries()) {
    const read = readLog(log, { author, generation: at + 1 }, suite)
    if (typeof read === "string") return read
    logs.push(read)
  }
  return logs
}

const readLog = (
  { rows, contiguous }: TruthLog,
  { author, generation }: { readonly author: number; readonly generation: number },
  suite: Suite,
  upTo?: number,
): Read | string => {
  if (upTo === undefined && rows.size !== contiguous) return `log ${author} has a gap after ${contiguous}`
  if (upTo !== undefined && upTo > contiguous) return `${upTo} of log ${author} are taken for held; ${contiguous} are`
  const entries: Entry[] = []
  let frontier = emptyFrontier()
  const roots: Hash[] = [rootOf(frontier, suite)]
  const numbers = [0, 0, 0, 0]
  for (let seq = 1; seq <= (upTo ?? contiguous); seq++) {
    const entry = decodeEntry(rows.get(seq)!.bytes, suite)
    if (isRefusal(entry)) return `entry ${author}/${seq} does not read`
    if (entry.seq !== seq || entry.author !== author || entry.generation !== generation)
      return `entry ${author}/${seq} is another`
    if (!equal(entry.ownRoot, roots[seq - 1]!)) return `entry ${author}/${seq} does not follow`
    if (entry.number !== undefined && entry.number !== ++numbers[entry.traffic]!)
      return `entry ${author}/${seq} misnumbered`
    entries.push(entry)
    frontier = append(frontier, entry.hash, suite)
    roots.push(rootOf(frontier, suite))
  }
  return { entries, roots }
}

/** Every `seen` is the other log's true root, and never goes back. */
const seenIsTrue = (logs: readonly Read[], others: readonly Read[]): string | null => {
  const before = others.map(() => 0)
  for (const { entries } of logs)
    for (const { seq, seen } of entries) {
      const claim = seen[0]
      if (!claim) continue
      const root = others[claim.generation - 1]?.roots[claim.size]
      if (!root || !equal(root, claim.root)) return `entry ${seq} has seen what is not`
      if (claim.size < before[claim.generation - 1]!) return `entry ${seq} has seen less than the one before`
      before[claim.generation - 1] = claim.size
    }
  return null
}

/** Each order that was answered with an entry is that entry, and no act stands there twice. */
const onceEach = (logs: readonly Read[], notebook: readonly Decided[]): string | null => {
  const acts = new Map<string, number>()
  for (const { act } of logs.flatMap(({ entries }) => entries))
    if (act) acts.set(act.toHex(), (acts.get(act.toHex()) ?? 0) + 1)
  let promised = 0
  for (const { order, answer } of notebook) {
    if (!answer) return "an order was never answered"
    const times = acts.get(order.act.toHex()) ?? 0
    if (isRefusal(answer)) {
      if (times > 0) return `an order was refused as ${answer.refusal} and is there`
      continue
    }
    promised += 1
    if (times !== 1) return `an order is there ${times} times`
    const entry = logs[answer.entry.generation - 1]?.entries[answer.entry.seq - 1]
    if (!entry || !equal(entry.hash, answer.entry.hash)) return "an order was answered with another entry"
    if (entry.kind !== order.kind) return "an order became another kind"
  }
  return promised === acts.size ? null : "there are acts that nobody decided"
}

const fold = (truth: Truth, us: number, suite: Suite, step: number): LineRecord => {
  const record = new LineRecord({ us, parties: 2, replyClocks: [] })
  const fed = truth.order.map(row => {
    const entry = decodeEntry(row.bytes, suite)
    if (isRefusal(entry)) throw new Error("an entry does not read")
    return { entry, bodyBytes: row.body?.length ?? 0, at: row.at, gapBefore: row.gapBefore }
  })
  for (let at = 0; at < fed.length; at += step) {
    record.feed(fed.slice(at, at + step))
    if (step < fed.length) record.changes()
  }
  return record
}

/** O-1: the joint order and every ladder are the same here, fed as it came, and there, fed at once. */
const sameReading = (truths: readonly [Truth, Truth], suite: Suite): string | null => {
  const here = fold(truths[0], 0, suite, 37)
  const there = fold(truths[1], 1, suite, Number.MAX_SAFE_INTEGER)
  if (here.total !== there.total) return `${here.total} messages are read here, ${there.total} there`
  const [ours, theirs] = [here.page(0, here.total), there.page(0, there.total)]
  for (let at = 0; at < ours.length; at++) {
    const [a, b] = [ours[at]!, theirs[at]!]
    if (!equal(here.facts.hashes.at(a), there.facts.hashes.at(b))) return `the joint order differs at ${at}`
    if (here.isProvisional(a) || there.isProvisional(b)) return `message ${at} has no place in the joint order`
    if (rungs(here, a) !== rungs(there, b))
      return `the ladder of message ${at} differs: ${rungs(here, a)}; ${rungs(there, b)}`
    // OF-12: who released it is judged alike on both sides.
    if (here.isProven(a) !== there.isProven(b)) return `whose word message ${at} is differs`
    const reader = 1 - here.facts.author(a)
    if (!here.rungs(a).some(rung => rung.kind === kinds.stored && rung.party === reader))
      return `message ${at} has no stored receipt`
  }
  return null
}

const rungs = (record: LineRecord, message: number): string =>
  record
    .rungs(message)
    .map(({ kind, party, proof }) => `${kind}/${party}/${record.facts.hashes.at(proof).toHex().slice(0, 16)}`)
    .sort()
    .join(" ")

/** The last of an author's entries, of the newest generation, that is owed a receipt. */
export const lastOwed = (truth: Truth, author: number, suite: Suite): number => {
  const { rows, contiguous } = truth.logs(author).at(-1)!
  for (let seq = contiguous; seq > 0; seq--) {
    const entry = decodeEntry(rows.get(seq)!.bytes, suite)
    if (!isRefusal(entry) && !isReceipt(entry.kind)) return seq
  }
  return 0
}
