// Alarms that stay: found from the record alone, acknowledged once and for ever.
import assert from "node:assert/strict"
import { before, test } from "node:test"
import { act, type ExampleLine, exampleLine, Pen } from "../../protocol/vectors/line.ts"
import { madeBefore } from "../../protocol/vectors/make.ts"
import { encodeMessageBody } from "../core/body.ts"
import { encodePart, joinParts } from "../core/frame.ts"
import { hex, utf8 } from "../core/hash.ts"
import { isRefusal, refuse } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import { LineRecord } from "../record/record.ts"
import { memoryDisk } from "../store/memory.ts"
import type { Store } from "../store/store.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { Alarms } from "./alarms.ts"

let line: ExampleLine
before(async () => {
  line = await exampleLine(madeBefore())
})

const text = (said: string): Uint8Array => encodeMessageBody({ language: "en", text: said })
const empty = { heads: [], asides: [], marks: [], state: new Uint8Array(0) }

/** A home of party 0 with a fork of party 1, and a release of its own with the sealed key. */
const scene = () => {
  const disk = memoryDisk()
  const record = new LineRecord({ us: 0, parties: 2, replyClocks: [] })
  const [ours, theirs, forged] = [new Pen(line, 0), new Pen(line, 1), new Pen(line, 1)]
  const sealed = { type: "key", officer: "break-glass-1", proof: new Uint8Array(64) } as const
  const [a, b] = [ours.charter(), theirs.charter()]
  forged.charter()
  const used = ours.say(
    { kind: kinds.message, act: act("ours"), releases: [sealed] },
    text("Drill: by the sealed key."),
  )
  const theirUse = theirs.say({ kind: kinds.message, act: act("ours"), releases: [sealed] }, text("Drill: by theirs."))
  const second = forged.say({ kind: kinds.message }, text("Drill: something else."))
  const store = disk.open()
  const rows = [a, b, used, theirUse].map(({ entry, body }) => ({
    ...{ author: entry.author, generation: 1, seq: entry.seq, hash: entry.hash, bytes: entry.bytes },
    ...{ salt: body?.salt, body: body?.bytes, at: 5, gapBefore: false },
  }))
  store.append({ ...empty, rows: rows as never })
  record.feed([a, b, used, theirUse].map(({ entry }) => ({ entry, bodyBytes: 1, at: 5, gapBefore: false })))
  const refusal = refuse("two-histories", { first: hex(theirUse.entry.hash) })
  const fork = (): void =>
    store.append({ ...empty, rows: [], asides: [{ author: 1, bytes: second.entry.bytes, refusal, at: 9 }] })
  const open = (from: Store = store): Alarms => new Alarms({ us: 0, record, store: from, suite, now: () => 42 })
  return { open, fork, refusal, used: hex(used.entry.hash), second: hex(second.entry.hash), disk }
}
/** The same home, where party 1 has signed a head that its own entries contradict. */
const headScene = () => {
  const { open, disk } = scene()
  const head = new Pen(line, 1).head({ size: 1, root: suite.sha256(utf8("another tree")) })
  const bytes = joinParts([encodePart({ type: "head", head })])
  const refusal = refuse("bad-head", { author: 1, generation: 1, size: 1 })
  const keep = (): void => disk.open().append({ ...empty, rows: [], asides: [{ author: 1, bytes, refusal, at: 9 }] })
  return { open: () => open(disk.open()), keep, refusal, id: hex(suite.sha256(bytes)) }
}
const watch = { name: "Åsa", role: "watch" } as const

test("A-40: a fork and the use of our own sealed key stand, over a restart, until somebody acknowledges; theirs is a mark and no alarm", () => {
  const { open, fork, refusal, used, second } = scene()
  const alarms = open()
  assert.deepEqual(
    alarms.list().map(({ what, id, officer }) => [what, id, officer]),
    [["break-glass", used, "break-glass-1"]],
  )
  assert.equal(alarms.told({ type: "refused", refusal: refuse("bad-signature"), peer: 1 }), false)
  fork()
  assert.equal(alarms.told({ type: "refused", refusal, peer: 1 }), true)
  assert.equal(alarms.told({ type: "refused", refusal, peer: 1 }), false, "heard again it is nothing new")
  for (const each of [alarms, open()])
    assert.deepEqual(
      each
        .list()
        .map(({ id }) => id)
        .sort(),
      [used, second].sort(),
    )
  assert.ok(alarms.list().every(({ acknowledged }) => acknowledged === undefined))
})

test("A-40, L-12: a head that contradicts raises it as two entries do, over a restart, with a proof to be had", () => {
  const { open, keep, refusal, id } = headScene()
  const before = open()
  keep()
  assert.equal(before.told({ type: "refused", refusal, peer: 1 }), true)
  const alarms = open()
  assert.equal(alarms.told({ type: "refused", refusal, peer: 1 }), false, "it is there from the record alone")
  const found = alarms.list().find(it => it.what === "two-histories")
  assert.deepEqual([found?.id, found?.party, found?.seq, found?.ofRoots, found?.at], [id, 1, 1, true, 9])
  assert.equal(alarms.acknowledge(watch, { id }), true)
  assert.equal(
    open()
      .list()
      .find(it => it.id === id)?.acknowledged?.by,
    "Åsa",
  )
  const kept = alarms.fork({ id })
  assert.equal(isRefusal(kept) ? kept.refusal : kept.rivals.of, "roots")
})

test("A-41: who acknowledged a fork, and when, is durable; the first word stands, and the evidence stays", () => {
  const { open, fork, second, disk } = scene()
  fork()
  const alarms = open()
  assert.equal(alarms.acknowledge(watch, { id: second }), true)
  assert.equal(alarms.acknowledge({ name: "Bo", role: "auditor" }, { id: second }), true)
  for (const each of [alarms, open(disk.open())]) {
    const found = each.list().find(({ id }) => id === second)
    assert.deepEqual(found?.acknowledged, { by: "Åsa", role: "watch", at: 42 })
    const kept = each.fork({ id: second })
    assert.equal(isRefusal(kept) ? kept.refusal : kept.id, second)
  }
  assert.equal(open().list().at(-1)?.id, second, "what is not acknowledged stands first")
})

test("A-41, A-42: what is no name, names nothing or is not for that role is refused, and changes nothing", () => {
  const { open, used } = scene()
  const alarms = open()
  const said = (request: unknown): string => {
    const answer = alarms.acknowledge(watch, request)
    return answer === true ? "done" : answer.refusal
  }
  for (const wrong of [null, {}, { id: 7 }, { id: "ab" }, { id: `${used}00` }, []])
    assert.equal(said(wrong), "bad-request")
  assert.equal(said({ id: "0".repeat(64) }), "not-found")
  assert.equal(said({ id: used }), "not-allowed")
  const kept = alarms.fork({ id: used })
  assert.equal(isRefusal(kept) && kept.refusal, "not-found", "it is no fork")
  assert.equal(alarms.list()[0]?.acknowledged, undefined)
  assert.equal(alarms.acknowledge({ name: "Bo", role: "administrator" }, { id: used }), true)
  assert.equal(open().list()[0]?.acknowledged?.by, "Bo")
})
