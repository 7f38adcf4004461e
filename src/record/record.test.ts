import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import type { Entry, Seen } from "../core/entry.ts"
import { kinds } from "../core/registry.ts"
import type { Fed } from "./facts.ts"
import { LineRecord } from "./record.ts"

const none = new Uint8Array(0)
const root = new Uint8Array(32)
let made = 0

type Given = Partial<Pick<Entry, "kind" | "refs" | "precedence" | "traffic" | "releases" | "generation">> & {
  readonly seen?: number
  readonly gapBefore?: boolean
  readonly at?: number
}

/** An entry of two invented parties; the record asks nothing of signatures, so it has none. */
const entry = (author: number, seq: number, time: number, given: Given = {}): Fed => {
  const { seen = 0, gapBefore = false, at = time, kind = kinds.message, ...others } = given
  const seenOther: Seen = { author: 1 - author, generation: 1, size: seen, root }
  const hash = Uint8Array.from(createHash("sha256").update(`${author} ${seq} ${time} ${made++}`).digest())
  return {
    entry: {
      line: root,
      author,
      generation: 1,
      seq,
      ownRoot: root,
      seen: seen > 0 ? [seenOther] : [],
      time,
      traffic: 0,
      precedence: 1,
      kind,
      refs: [],
      action: [],
      info: [],
      handling: 0,
      releases: [],
      ...others,
      bytes: none,
      hash,
      signed: none,
      kid: none,
      alg: -19,
      signature: none,
    },
    bodyBytes: 5,
    at,
    gapBefore,
  }
}

const clocks = [
  { precedence: 1, ms: 86_400_000 },
  { precedence: 4, ms: 300_000 },
]
const opened = (us = 0): LineRecord => new LineRecord({ us, parties: 2, replyClocks: clocks })
const seqs = (record: LineRecord): string[] =>
  record.page(0, 1_000).map(place => `${record.facts.author(place)}:${record.facts.seq[place]}`)
const rungs = (record: LineRecord, fed: Fed): string[] =>
  record.rungs(record.place(fed.entry.hash)).map(({ kind, party }) => `${kind} ${party}`)

test("O-1: the joint order does not depend on the order of arrival, and takes what was seen before what saw it", () => {
  const entries = [
    entry(0, 1, 100),
    entry(0, 2, 200),
    entry(1, 1, 150),
    entry(1, 2, 10, { seen: 2 }), // a clock that was set back: it had seen 0:2, so it stands after it
    entry(0, 3, 190, { seen: 1 }),
    entry(1, 3, 205, { seen: 2 }),
  ]
  const orders = [entries, entries.toReversed(), [2, 0, 3, 1, 5, 4].map(at => entries[at]!)].map(arrival => {
    const record = opened()
    for (const fed of arrival) {
      record.feed([fed])
      record.changes()
    }
    return seqs(record)
  })
  assert.deepEqual(orders[0]!.slice(0, 3), ["0:1", "1:1", "0:2"])
  assert.equal(orders[0]!.length, 6)
  assert.ok(orders[0]!.indexOf("1:2") > orders[0]!.indexOf("0:2"))
  assert.deepEqual(orders[1], orders[0])
  assert.deepEqual(orders[2], orders[0])
})

test("O-2: what comes late takes its causal place, and it is told that others moved; a gap is listed provisionally", () => {
  const record = opened()
  const ours = [1, 2, 3].map(seq => entry(0, seq, seq * 100))
  record.feed(ours)
  assert.deepEqual(record.changes(), { messages: [0, 1, 2], reordered: false })
  record.feed([entry(1, 2, 120, { gapBefore: true })])
  assert.equal(record.changes().reordered, false)
  assert.deepEqual(seqs(record), ["0:1", "0:2", "0:3", "1:2"])
  assert.ok(record.isProvisional(3))
  assert.equal(record.position(3), 4)
  record.feed([entry(1, 1, 110)])
  assert.equal(record.changes().reordered, true)
  assert.deepEqual(seqs(record), ["0:1", "1:1", "1:2", "0:2", "0:3"])
  assert.equal(record.position(3), 3)
  assert.ok(record.concurrent(1), "0:2 and 1:2 had not seen each other")
})

test("R-2: stored is cumulative, displayed and acknowledged are said once, and a repeated rung shows the first", () => {
  const record = opened()
  const ours = [1, 2, 3].map(seq => entry(0, seq, seq))
  const [first, second, third] = ours as [Fed, Fed, Fed]
  record.feed([...ours, entry(1, 1, 10, { kind: kinds.stored, seen: 2 })])
  assert.deepEqual(rungs(record, first), ["16 1"])
  assert.deepEqual(rungs(record, third), [])
  const displayed = entry(1, 2, 20, { kind: kinds.displayed, seen: 2, refs: [second.entry.hash] })
  const again = entry(1, 3, 30, { kind: kinds.displayed, seen: 2, refs: [second.entry.hash] })
  record.feed([displayed, again])
  assert.deepEqual(rungs(record, second), ["16 1", "17 1"])
  assert.equal(record.rungs(1)[1]!.proof, record.place(displayed.entry.hash))
  record.feed([entry(1, 4, 40, { kind: kinds.stored, seen: 3 })])
  assert.deepEqual(rungs(record, third), ["16 1"])
  assert.equal(record.facts.seq[record.rungs(0)[0]!.proof], 1, "the first receipt that reached it")
})

test("R-4: a receipt for what is not there proves nothing, and one that was judged false nothing later either", () => {
  const record = opened()
  const claimed = entry(1, 1, 2, { kind: kinds.stored, seen: 5 })
  record.feed([entry(0, 1, 1), claimed])
  const own = entry(1, 2, 3)
  record.feed([own, entry(1, 3, 4, { kind: kinds.acknowledged, refs: [own.entry.hash] })])
  record.feed([entry(1, 4, 5, { kind: kinds.displayed, refs: [new Uint8Array(32).fill(9)] })])
  assert.equal(record.ignored, 3)
  record.mark(claimed.entry.hash, "false-receipt")
  const later = [2, 3, 4, 5].map(seq => entry(0, seq, 10 + seq))
  record.feed(later)
  for (const fed of [own, ...later]) assert.deepEqual(rungs(record, fed), [])
})

test("R-3, L-11: receipts that came before what they are for, as to a home put back from a copy, are the same ladder", () => {
  const own = [1, 2, 3, 4].map(seq => entry(0, seq, seq))
  const said = [2, 3, 4].map((seen, at) => entry(1, at + 1, 10 + at, { kind: kinds.stored, seen }))
  const ladder = (...fed: readonly Fed[]): unknown[] => {
    const record = opened()
    record.feed(fed)
    const { seq } = record.facts
    return own.map(({ entry }) => record.rungs(record.place(entry.hash)).map(it => [it.kind, seq[it.proof]]))
  }
  assert.deepEqual(ladder(...said, ...own), ladder(...own, ...said))
  assert.deepEqual(ladder(...own, ...said)[3], [[16, 3]])
})

test("R-3: a receipt that came before the entry that it names counts once the entry is held", () => {
  const record = opened()
  const message = entry(1, 2, 5, { precedence: 4, gapBefore: true })
  record.feed([entry(0, 1, 9, { kind: kinds.acknowledged, refs: [message.entry.hash] })])
  record.feed([message])
  assert.deepEqual(rungs(record, message), ["19 0"])
  assert.equal(record.ignored, 0)
})

test("R-6: what is stored without its body is not delivered until a receipt names it", () => {
  const record = opened()
  const message = entry(0, 1, 1)
  record.feed([message, entry(1, 1, 2, { kind: kinds["without-body"], refs: [message.entry.hash] })])
  record.feed([entry(1, 2, 3, { kind: kinds.stored, seen: 1 })])
  assert.deepEqual(rungs(record, message), ["27 1"])
  record.feed([entry(1, 3, 4, { kind: kinds.stored, seen: 1, refs: [message.entry.hash] })])
  assert.deepEqual(rungs(record, message), ["27 1", "16 1"])
})

test("R-8, R-9: it rings until we acknowledge, and waits by the charter's clock until it is answered", () => {
  const record = opened()
  const flash = entry(1, 1, 1_000, { precedence: 4, at: 1_500 })
  const routine = entry(1, 2, 1_100, { at: 1_600 })
  const service = entry(1, 3, 1_200, { precedence: 4, traffic: 3 })
  const ours = entry(0, 1, 900, { precedence: 4 })
  record.feed([ours, flash, routine, service])
  assert.deepEqual(record.ringing(), [record.place(flash.entry.hash)])
  assert.deepEqual(record.waiting(), [0, 1, 2])
  assert.deepEqual(record.waits(1), { who: 0, due: 301_500 })
  assert.deepEqual(record.waits(0), { who: 1, due: 300_900 })
  record.feed([entry(0, 2, 2_000, { kind: kinds.acknowledged, refs: [flash.entry.hash] })])
  assert.deepEqual(record.ringing(), [])
  assert.deepEqual(record.waiting(), [0, 1, 2], "acknowledged is not answered")
  const answer = entry(0, 3, 2_100, { kind: kinds.answer, refs: [flash.entry.hash] })
  record.feed([answer, entry(1, 4, 2_200, { kind: kinds.declined, refs: [ours.entry.hash] })])
  assert.deepEqual(record.waiting(), [2])
  assert.deepEqual(rungs(record, flash), ["19 0", "33 0"])
})

test("L-7: what is marked rings and waits no longer, also when the mark came first", () => {
  const record = opened()
  const [first, second] = [entry(1, 1, 1, { precedence: 4 }), entry(1, 2, 2, { precedence: 4 })]
  record.mark(second.entry.hash, "bad-signature-covered")
  record.feed([first, second])
  assert.deepEqual(record.ringing(), [0])
  record.mark(first.entry.hash, "bad-signature-covered")
  assert.deepEqual(record.ringing(), [])
  assert.equal(record.markOf(1), "bad-signature-covered")
})

test("E-16: unknown kinds are shown as data; housekeeping and reported records are not messages", () => {
  const record = opened()
  const [unknown, charter, reported] = [40, kinds.charter, kinds["reported-record"]].map((kind, at) =>
    entry(0, at + 1, at, { kind }),
  ) as [Fed, Fed, Fed]
  record.feed([unknown, charter, reported])
  assert.equal(record.total, 1)
  assert.deepEqual(record.reported, [2])
})

test("100,000 rows are folded at 100,000 a second and better, in 60 MB", () => {
  const rows: Fed[] = []
  const half = 50_000
  for (let seq = 1; seq <= half; seq++) {
    const message = entry(0, seq, seq * 10, { seen: seq - 1 })
    rows.push(message, entry(1, seq, seq * 10 + 5, { kind: kinds.displayed, seen: seq, refs: [message.entry.hash] }))
  }
  // Measured in processor time and after a collection, so that a busy machine does not fail it.
  setFlagsFromString("--expose-gc")
  const collect: () => void = runInNewContext("gc")
  const held = (): number => {
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const before = held()
  const start = process.cpuUsage()
  const record = opened()
  for (let at = 0; at < rows.length; at += 1_000) {
    record.feed(rows.slice(at, at + 1_000))
    record.changes()
  }
  const { user, system } = process.cpuUsage(start)
  const rate = Math.round(rows.length / ((user + system) / 1_000_000))
  const bytes = held() - before
  assert.equal(record.total, half)
  assert.ok(rate > 100_000, `${rate} rows/s`)
  assert.ok(bytes < 60_000_000, `${bytes} bytes`)
})

test("OF-13: a release is an officer's own only once it was judged, and not when it was judged false", () => {
  const record = opened()
  const releases = [{ type: "key", officer: "duty-1", proof: none }] as const
  const [first, said, second] = [entry(1, 1, 100), entry(1, 2, 200), entry(1, 3, 300, { releases, gapBefore: true })]
  const proven = (fed: Fed): boolean => record.isProven(record.place(fed.entry.hash))
  record.feed([first, second])
  assert.deepEqual([proven(first), proven(second)], [false, false])
  record.feed([said])
  assert.equal(proven(second), true)
  record.mark(second.entry.hash, "bad-release")
  assert.equal(proven(second), false)
})

test("OF-6: a receipt that its officer did not give is not shown as said, and what comes after it stands in its place", () => {
  const record = opened()
  const message = entry(0, 1, 100, { precedence: 4 })
  const refs = [message.entry.hash]
  const said = [200, 300].map((time, at) => entry(1, at + 1, time, { kind: kinds.acknowledged, refs }))
  record.feed([message, ...said])
  const proofs = (): number[] =>
    record.rungs(record.place(message.entry.hash)).map(({ proof }) => record.facts.seq[proof]!)
  assert.deepEqual(proofs(), [1])
  record.changes()
  record.mark(said[0]!.entry.hash, "bad-release")
  assert.deepEqual(proofs(), [2])
  assert.equal(record.changes().messages.length, 1)
  record.mark(said[1]!.entry.hash, "release-missing")
  assert.deepEqual(proofs(), [])
  // The same at a start, when marks are read before entries.
  const again = opened()
  for (const { entry } of said) again.mark(entry.hash, "bad-release")
  again.feed([message, ...said])
  assert.deepEqual(rungs(again, message), [])
})

test("R-4, L-5: a false receipt delivers nothing, whenever it was found out, and what it hid counts again", () => {
  const messages = [1, 2, 3].map(seq => entry(0, seq, 100 * seq))
  const [one, liar, two] = [1, 3, 2].map((seen, at) => entry(1, at + 1, 400 + at, { kind: kinds.stored, seen }))
  const proofs = (record: LineRecord): number[][] =>
    messages.map(({ entry: { hash } }) => record.rungs(record.place(hash)).map(({ proof }) => record.facts.seq[proof]!))
  const record = opened()
  record.feed([...messages, one!, liar!, two!])
  assert.deepEqual(proofs(record), [[1], [2], [2]])
  record.changes()
  record.mark(liar!.entry.hash, "false-receipt")
  assert.deepEqual(proofs(record), [[1], [3], []])
  assert.equal(record.changes().messages.length, 2)
  const again = opened()
  again.mark(liar!.entry.hash, "false-receipt")
  again.feed([...messages, one!, liar!, two!])
  assert.deepEqual(proofs(again), [[1], [3], []])
})

test("K-8: however many entries are marked, none of them is shown as said after a start, and an answer among them answers nothing", () => {
  const record = opened()
  const asked = entry(0, 1, 100)
  const said = Array.from({ length: 5_000 }, (_, at) => entry(1, at + 1, 200 + at))
  const answer = entry(1, 5_001, 9_000, { kind: kinds.answer, refs: [asked.entry.hash] })
  for (const { entry: its } of [...said, answer]) record.mark(its.hash, "key-revoked")
  record.feed([asked, ...said, answer])
  assert.ok([...said, answer].every(({ entry: its }) => record.markOf(record.place(its.hash)) === "key-revoked"))
  assert.deepEqual(rungs(record, asked), [])
})

test("OF-11: the second officer of the author's own side speaks of what one released; he himself and the other side do not", () => {
  const by = (officer: string) => ({ releases: [{ type: "key", officer, proof: none }] as const })
  const record = opened()
  const message = entry(0, 1, 100, { precedence: 4, ...by("duty-1") })
  const refs = [message.entry.hash]
  record.feed([
    message,
    entry(0, 2, 200, { kind: kinds.seconded, refs, ...by("duty-1") }),
    entry(1, 1, 300, { kind: kinds.seconded, refs, ...by("7") }),
  ])
  assert.deepEqual(rungs(record, message), [])
  record.feed([entry(0, 3, 400, { kind: kinds.objected, refs, ...by("7") })])
  assert.deepEqual(rungs(record, message), [`${kinds.objected} 0`])
})
