// Officers in a log as it comes: enrolled, retired, across a gap, over a restart, and in what a node itself would sign.
import { deepEqual, equal, ok } from "node:assert/strict"
import { test } from "node:test"
import { assertion, signBy } from "../../protocol/vectors/authenticator.ts"
import { chief, duty, withProofs } from "../../protocol/vectors/cases-officer.ts"
import { act, exampleLine, Pen, type Said, saidOf, start } from "../../protocol/vectors/line.ts"
import { madeBefore } from "../../protocol/vectors/make.ts"
import type { OfficerName } from "../../protocol/vectors/officers.ts"
import { Reader } from "../../protocol/vectors/reader.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import type { Order } from "./event.ts"
import { hex } from "./hash.ts"
import { newLine, snapshotOf } from "./line.ts"
import { judgeEntry } from "./policy.ts"
import { kinds } from "./registry.ts"
import { lowSigned } from "./release.ts"
import { algorithms } from "./suite.ts"

const line = await exampleLine(madeBefore())
const immediate = { kind: kinds.message, precedence: 3 }

/** A reader that holds the author's charter entry, and the author's pen. */
const scene = (): { reader: Reader; pen: Pen; enrol: (name: OfficerName) => Said; hear: (...said: Said[]) => void } => {
  const pen = new Pen(line, 0)
  const reader = new Reader(line)
  const hear = (...said: Said[]): void => {
    for (const each of said) reader.heard(saidOf(each))
  }
  hear(pen.charter())
  const enrol = (name: OfficerName): Said => pen.say({ kind: kinds.officer, precedence: 2 }, line.officers[name].body)
  return { reader, pen, enrol, hear }
}

const markOf = (reader: Reader, { entry }: Said): string | undefined => reader.marks.get(hex(entry.hash))
const message = (pen: Pen, name: string, sign = duty): Said =>
  pen.take(withProofs(pen, { ...immediate, act: act(name) }, [sign]))

test("OF-3, OF-6: a release counts from the entry that enrols its officer, and no longer once she is retired", () => {
  const { reader, pen, enrol, hear } = scene()
  const early = message(pen, "early")
  hear(early, enrol("duty"))
  const good = message(pen, "good")
  hear(good, enrol("retired"))
  const late = message(pen, "late")
  hear(late)
  deepEqual(
    [early, good, late].map(it => markOf(reader, it)),
    ["bad-release", undefined, "bad-release"],
  )
  deepEqual(reader.told, ["bad-release", "bad-release"])
  // A log has no holes: what is marked keeps its place.
  equal(reader.line.state.logs[0]!.frontier.size, 6)
})

test("OF-2, OF-3: an officer whom the author's roots have not signed is marked, and never in office", () => {
  const { reader, enrol, hear } = scene()
  const foreign = enrol("foreign")
  hear(foreign)
  equal(markOf(reader, foreign), "bad-officer")
  equal(reader.line.state.logs[0]!.officers.inOffice.size, 0)
})

test("OF-3: an officer's entry without its body changes nothing", () => {
  const { reader, enrol, hear } = scene()
  const { entry } = enrol("duty")
  hear({ entry })
  equal(markOf(reader, { entry }), "bad-officer")
  equal(reader.line.state.logs[0]!.officers.issue, 0)
})

test("OF-12: entries across a gap are judged by their place when it closes: who was enrolled in the gap is in office", () => {
  const { reader, pen, enrol, hear } = scene()
  const first = enrol("duty")
  const good = message(pen, "good")
  const retired = enrol("retired")
  const late = message(pen, "late")
  hear(late, good, retired)
  equal(reader.marks.size, 0)
  equal(reader.line.state.logs[0]!.frontier.size, 1)
  hear(first)
  equal(reader.line.state.logs[0]!.frontier.size, 5)
  deepEqual(
    [first, good, retired, late].map(it => markOf(reader, it)),
    [undefined, undefined, undefined, "bad-release"],
  )
})

test("OF-12: a node that ended before a closed gap was judged goes on where it was", () => {
  const { reader, pen, enrol, hear } = scene()
  const first = enrol("duty")
  const good = message(pen, "good")
  hear(good)
  // The first is accepted and written; the process ends before what lies behind it was read again.
  const { state } = reader.line
  state.logs[0]!.recalling = good.entry.seq
  hear(first)
  equal(state.logs[0]!.frontier.size, 2)
  const left = { snapshot: snapshotOf(reader.line), unconfirmed: [], recent: [], changes: [] }
  const { charter } = line
  const again = newLine({ charter, us: 1, suite, charterBody: line.parties[1].charterBody }, left)
  deepEqual(again.state.logs[0]!.officers, state.logs[0]!.officers)
  reader.taken(again)
  reader.happens({ type: "started", now: 6_000 })
  equal(again.state.logs[0]!.frontier.size, 3)
  equal(reader.marks.size, 0)
})

const order = (changed: Partial<Order>): Order => ({
  id: 7,
  kind: kinds.message,
  traffic: 0,
  precedence: 4,
  refs: [],
  action: [],
  info: [],
  handling: 0,
  act: act("ordered"),
  releases: [{ type: "node", officer: "watch", proof: new Uint8Array(0) }],
  ...changed,
})

test("OF-10: a node does not sign what the other side would have to mark; it answers with the act digest", () => {
  const { reader } = scene()
  const size = reader.line.state.logs[1]!.frontier.size
  reader.happens({ type: "ordered", now: 5_000, order: order({}) })
  const proof = signBy(algorithms.ed25519, "duty", new Uint8Array(32))
  const releases = [{ type: "key", officer: "duty-1", proof }] as const
  reader.happens({ type: "ordered", now: 5_000, order: order({ releases }) })
  const body = { salt: new Uint8Array(16), bytes: line.officers.duty.body }
  reader.happens({
    type: "ordered",
    now: 5_000,
    order: order({ kind: kinds.officer, traffic: 3, precedence: 2, body }),
  })
  deepEqual(
    reader.answers.map(it => it.refusal),
    ["release-missing", "bad-release", "bad-officer"],
  )
  deepEqual([reader.answers[0]!.details.persons, reader.answers[0]!.details.given], [2, 0])
  equal(String(reader.answers[0]!.details.digest).length, 64)
  equal(reader.line.state.logs[1]!.frontier.size, size)
  reader.happens({ type: "ordered", now: 5_000, order: order({ precedence: 2 }) })
  equal(reader.line.state.logs[1]!.frontier.size, size + 1)
})

test("OF-9, E-20: who releases alone signs for when the second was asked", () => {
  const { reader, pen, enrol, hear } = scene()
  hear(enrol("duty"), enrol("chief"))
  const flash = { kind: kinds.message, precedence: 4, act: act("alone"), time: start, sole: start - 300_000 }
  const alone = withProofs(pen, flash, [duty])
  const sooner = pen.sign({ ...flash, sole: start - 400_000, releases: alone.entry.releases })
  hear(pen.take(sooner))
  equal(markOf(reader, sooner), "bad-release")
  const lawful = pen.take(withProofs(pen, { ...flash, act: act("alone, later") }, [duty]))
  const both = pen.take(withProofs(pen, { ...flash, act: act("both") }, [duty, chief]))
  hear(lawful, both)
  deepEqual(
    [lawful, both].map(it => markOf(reader, it)),
    [undefined, undefined],
  )
})

test("OF-9: of three persons who are asked for none is spared", () => {
  const { pen, enrol, reader, hear } = scene()
  hear(enrol("duty"), enrol("chief"))
  const { charter, state } = reader.line
  const wanting = (persons: number) => ({
    ...charter,
    terms: { ...charter.terms, releases: [{ precedence: 4, persons }] },
  })
  const fields = { kind: kinds.message, precedence: 4, act: act("of three"), time: start, sole: start - 300_000 }
  const faultOf = (signed: readonly (typeof duty)[], persons: number) =>
    judgeEntry(withProofs(pen, fields, signed), state.logs[0]!.officers, wanting(persons), suite).refusal?.refusal
  deepEqual([faultOf([duty], 2), faultOf([duty, chief], 2)], [undefined, undefined])
  deepEqual([faultOf([duty], 3), faultOf([duty, chief], 3)], ["release-missing", "release-missing"])
})

test("OF-7: DER of an authenticator in its one form, and no other", () => {
  const { signature } = assertion(algorithms.esp256, "duty", new Uint8Array(32))
  const high = assertion(algorithms.esp256, "duty", new Uint8Array(32), { highS: true }).signature
  ok(lowSigned(signature))
  deepEqual(lowSigned(high), lowSigned(signature))
  const wrong: readonly Uint8Array[] = [
    new Uint8Array(0),
    signature.subarray(0, -1),
    Uint8Array.of(...signature, 0),
    signature.with(0, 0x31),
    signature.with(2, 0x03),
    Uint8Array.of(0x30, 6, 2, 1, 0x81, 2, 1, 1), // negative
    Uint8Array.of(0x30, 7, 2, 2, 0, 1, 2, 1, 1), // not the shortest
    Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 0), // s of 0
    Uint8Array.of(0x30, 5, 2, 0, 2, 1, 1),
    Uint8Array.of(0x30, 38, 2, 33, ...new Uint8Array(33).fill(1), 2, 1, 1),
  ]
  for (const each of wrong) equal(lowSigned(each), undefined, hex(each))
})
