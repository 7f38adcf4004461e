import assert from "node:assert/strict"
import { test } from "node:test"
import type { LineView, MessageView, ReportedView, Rung } from "../api/shapes.ts"
import type { RefusalCode } from "../core/refusal.ts"
import { alarms, waiting } from "./alarms.ts"
import { beginningOf } from "./cut.ts"
import { countWords, emptyDraft, measure, orderOf, withAct } from "./draft.ts"
import { graded } from "./gravity.ts"
import { asksForReview, belongsToInputMethod, type KeyFacts, noComposition, shortcutOf } from "./ime.ts"
import { ladder, reached } from "./ladder.ts"
import { chain, deafAfterMs, lineUp } from "./lamps.ts"
import { numberOf, serial } from "./number.ts"
import { compared, inGroups } from "./release.ts"
import { sections, sourceIn, whenOf } from "./reported/groups.ts"
import { patternOf } from "./sound.ts"
import { inOrder, nothing, reduce } from "./state.ts"
import { age, aheadBy, countdown, dtg, inZone, lateBy, zulu } from "./time.ts"
import { firstHidden, linePieces, pieces } from "./visible.ts"

const at = Date.UTC(2026, 10, 23, 19, 26, 3)

const message = (over: Partial<MessageView>): MessageView => ({
  position: 1,
  hash: "aa",
  author: 1,
  generation: 0,
  seq: 1,
  number: 147,
  kind: "message",
  precedence: "ROUTINE",
  traffic: "real",
  written: at,
  received: at,
  refs: [],
  action: [],
  info: [],
  bytes: 100,
  rungs: [],
  gapBefore: false,
  concurrent: false,
  rings: false,
  ...over,
})
const rung = (name: Rung["rung"], party: number, over: Partial<Rung> = {}): Rung => ({
  rung: name,
  party,
  at,
  heardAt: at,
  proof: "node",
  ...over,
})
const key = (over: Partial<KeyFacts>): KeyFacts => ({
  key: "Enter",
  keyCode: 13,
  isComposing: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  timeStamp: 10_000,
  ...over,
})

test("time: a date-time group is day, hour, minute, Z, month and year, always in UTC", () => {
  assert.equal(dtg(at), "231926ZNOV26")
  assert.equal(dtg(Date.UTC(2023, 1, 2, 0, 5)), "020005ZFEB23")
  assert.equal(zulu(at), "19:26:03Z")
})

test("time: both capitals are a day ahead of UTC in the evening, and the date says so", () => {
  assert.deepEqual(inZone(at, "Asia/Tokyo", "en"), { date: "24 Nov", time: "04:26", seconds: "03" })
  assert.deepEqual(inZone(at, "Asia/Shanghai", "zh"), { date: "11月24日", time: "03:26", seconds: "03" })
  assert.equal(inZone(at, "No/Such_Zone", "ja").time, "19:26")
})

test("E-9: a time of another year says its year, in every language", () => {
  const far = Date.UTC(2036, 10, 23, 18, 13)
  assert.equal(inZone(far, "Asia/Tokyo", "en", at).date, "24 Nov 2036")
  assert.equal(inZone(far, "Asia/Tokyo", "ja", at).date, "2036年11月24日")
  assert.equal(inZone(far, "Asia/Shanghai", "zh", at).date, "2036年11月24日")
  assert.equal(inZone(Date.UTC(2026, 11, 31, 20), "Asia/Tokyo", "en", at).date, "1 Jan 2027", "their new year")
  assert.deepEqual(age(far - at), { word: "age.y", parts: { y: 10, d: 2 } })
  assert.equal(aheadBy(far, at), far - at)
  assert.equal(aheadBy(at + 59_000, at), null)
})

test("time: ages and countdowns keep the two units that matter", () => {
  assert.deepEqual(age(4_999), { word: "age.s", parts: { s: 4 } })
  assert.deepEqual(age(192_000), { word: "age.m", parts: { m: 3, s: 12 } })
  assert.deepEqual(age(7_500_000), { word: "age.h", parts: { h: 2, m: 5 } })
  assert.deepEqual(age(-5), { word: "age.s", parts: { s: 0 } })
  assert.equal(countdown(751_000), "00:12:31")
  assert.equal(countdown(-190_000), "00:03:10")
  assert.equal(lateBy(at, at + 59_000), null)
  assert.equal(lateBy(at, at + 42 * 60_000), 42 * 60_000)
})

test("lamps: stale is NOT KNOWN and never a frozen UP, and without our node everything is", () => {
  const lamp = { name: "link", state: "up", heardAt: at, staleMs: 3_000, detail: 12 } as const
  const linkOf = (now: number, silenceMs: number | null) =>
    chain({ lamps: [lamp], silenceMs, now }).find(({ name }) => name === "link")
  assert.equal(linkOf(at + 2_000, 100)?.state, "up")
  assert.equal(linkOf(at + 3_001, 100)?.state, "unknown")
  assert.equal(linkOf(at + 2_000, deafAfterMs + 1)?.state, "unknown")
  const deaf = chain({ lamps: [lamp], silenceMs: null, now: at })
  assert.deepEqual(new Set(deaf.map(({ state }) => state)), new Set(["unknown"]))
  assert.ok(deafAfterMs < 10_000, "the screen must say so within ten seconds")
  assert.equal(lineUp(deaf), false)
})

test("ladder: what the charter does not report is withheld, and never pending or not known", () => {
  const steps = ladder(message({ rungs: [rung("stored", 1)] }), 0, true, ["displayed"])
  assert.equal(steps.find(({ name }) => name === "displayed")?.state, "withheld")
  const shown = ladder(message({ rungs: [rung("stored", 1), rung("displayed", 1)] }), 0, true, ["displayed"])
  assert.equal(shown.find(({ name }) => name === "displayed")?.state, "proven")
})

test("alarms: highest first, real before exercise, oldest first, and nothing that does not ring", () => {
  const flash = message({ hash: "f", precedence: "FLASH", rings: true, traffic: "drill" })
  const real = message({ hash: "r", precedence: "FLASH", rings: true, received: at + 9 })
  const old = message({ hash: "o", precedence: "PRIORITY", rings: true, received: at - 9 })
  const young = message({ hash: "y", precedence: "PRIORITY", rings: true })
  const quiet = message({ hash: "q", precedence: "FLASH" })
  assert.deepEqual(
    alarms([young, quiet, old, flash, real]).map(({ hash }) => hash),
    ["r", "f", "o", "y"],
  )
})

test("alarms: what waits for us stands by its due time", () => {
  const later = message({ hash: "l", waits: { who: 0, due: at + 9 } })
  const sooner = message({ hash: "s", waits: { who: 0, due: at + 1 } })
  const theirs = message({ hash: "t", waits: { who: 1, due: at } })
  assert.deepEqual(
    waiting([later, theirs, sooner], 0).map(({ hash }) => hash),
    ["s", "l"],
  )
})

test("sound: an exercise never has the pattern of the real thing", () => {
  for (const level of ["PRIORITY", "IMMEDIATE", "FLASH"] as const) {
    assert.notDeepEqual(patternOf(level, "drill").tones, patternOf(level, "real").tones)
    assert.notEqual(patternOf(level, "drill").wave, patternOf(level, "real").wave)
  }
})

test("input method: the Enter that ends a word does nothing else, whatever the browser says of it", () => {
  const still = noComposition()
  assert.equal(belongsToInputMethod(key({ isComposing: true }), still), true)
  assert.equal(belongsToInputMethod(key({ keyCode: 229 }), still), true)
  assert.equal(belongsToInputMethod(key({ key: "Process" }), still), true)
  assert.equal(belongsToInputMethod(key({}), { running: true, endedAt: 0 }), true)
  assert.equal(belongsToInputMethod(key({}), { running: false, endedAt: 9_990 }), true, "compositionend came first")
  assert.equal(belongsToInputMethod(key({}), { running: false, endedAt: 9_000 }), false)
})

test("input method: plain Enter never asks for the review; Ctrl or ⌘ with Enter does, outside a composition", () => {
  const still = noComposition()
  assert.equal(asksForReview(key({}), still), false)
  assert.equal(asksForReview(key({ ctrlKey: true }), still), true)
  assert.equal(asksForReview(key({ metaKey: true }), still), true)
  assert.equal(asksForReview(key({ ctrlKey: true, isComposing: true }), still), false)
  assert.equal(asksForReview(key({ ctrlKey: true, keyCode: 229 }), still), false)
})

test("keys: single keys act without modifiers only", () => {
  const still = noComposition()
  assert.equal(shortcutOf(key({ key: "a" }), still), "acknowledge")
  assert.equal(shortcutOf(key({ key: "A", shiftKey: true }), still), null)
  assert.equal(shortcutOf(key({ key: "a", ctrlKey: true }), still), null)
  assert.equal(shortcutOf(key({ key: "a", isComposing: true }), still), null)
  assert.equal(shortcutOf(key({ key: "ArrowDown" }), still), "down")
})

test("R-1: the ladder shows what is proven, what is only claimed, and what is still to come", () => {
  const own = message({ author: 0, rungs: [rung("released", 0), rung("sent", 0)], waits: { who: 1, due: at } })
  const names = (steps: ReturnType<typeof ladder>) => steps.map(({ name, state }) => `${name} ${state}`)
  assert.deepEqual(names(ladder(own, 0, true)), [
    "released proven",
    "sent claimed",
    "stored pending",
    "displayed pending",
    "acknowledged pending",
    "answered pending",
  ])
  assert.equal(ladder(own, 0, false)[2]?.state, "queued")
  const shown = message({ author: 0, rungs: [...own.rungs, rung("stored", 1), rung("displayed", 1), rung("ring", 1)] })
  assert.deepEqual(names(ladder(shown, 0, false)).slice(2), [
    "stored proven",
    "ring proven",
    "displayed proven",
    "acknowledged pending",
  ])
  assert.equal(reached(ladder(shown, 0, true))?.name, "displayed")
  const refused = message({ author: 0, rungs: [rung("released", 0), rung("refused", 1)] })
  assert.deepEqual(names(ladder(refused, 0, true)), ["released proven", "sent pending", "refused proven"])
})

test("R-2: stored by the author itself is no delivery", () => {
  const own = message({ author: 0, rungs: [rung("stored", 0)] })
  assert.equal(ladder(own, 0, true).find(({ name }) => name === "stored")?.state, "pending")
})

test("E-10: exercise and test are numbered apart, and both sides call a message by one name", () => {
  assert.equal(serial("real", 147), "0147")
  assert.equal(serial("drill", 3), "D-0003")
  assert.equal(serial("test", 1), "T-0001")
  const party = (party: number, code: string) => ({
    party,
    code,
    names: { en: code, ja: code, zh: code },
    zone: "UTC",
    language: "en" as const,
    desks: [],
  })
  const line = { us: party(1, "beijing"), them: [party(0, "tokyo")] } satisfies Partial<LineView>
  const whole: LineView = {
    ...line,
    line: "00",
    example: true,
    officer: { name: "-", role: "watch" },
    lamps: [],
    queued: 0,
    sizes: [],
    replyClocks: [],
    policy: { proofs: [], releases: [], soleMs: 300_000 },
    now: at,
    clocks: [],
    version: "0",
    release: null,
    breaks: [],
    refusals: [],
  }
  assert.equal(numberOf(whole, message({ author: 0 })), "TOKYO→BEIJING 0147")
})

test("E-14: one intent has one act; other words are another intent", () => {
  let made = 0
  const make = (): string => `act${++made}`
  const first = withAct({ ...emptyDraft("en"), text: "one" }, make)
  assert.equal(withAct(first, make).act?.id, "act1")
  assert.equal(withAct({ ...first, text: "two" }, make).act?.id, "act2")
  assert.deepEqual(orderOf({ ...first, answers: "ab" }, "x").refs, ["ab"])
})

test("LI-2: urgent messages are short, and words are counted where there are no spaces", () => {
  assert.equal(countWords("Two words, then three more.", "en"), 5)
  assert.ok(countWords("気球について照会する。", "ja") >= 3)
  const long = { text: "word ".repeat(201), subject: "", language: "en", precedence: "FLASH", documents: [] } as const
  assert.equal(measure(long).fits, false)
  assert.equal(measure({ ...long, precedence: "PRIORITY" }).fits, true)
  assert.equal(measure({ ...long, text: "字".repeat(1_366), precedence: "IMMEDIATE" }).fits, false)
})

test("state: a late message takes its place in the joint order, and a changed one replaces itself", () => {
  const clock = { party: 1, offsetMs: 90_000, isDoubted: true }
  const page = { messages: [message({ hash: "a", position: 1 }), message({ hash: "b", position: 3 })], total: 2 }
  let state = reduce(nothing, { type: "latest", page, after: 0 })
  state = reduce(state, {
    type: "heard",
    at: 5,
    event: { type: "message", message: message({ hash: "c", position: 2 }) },
  })
  assert.deepEqual(
    inOrder(state.messages).map(({ hash }) => hash),
    ["b", "c", "a"],
  )
  state = reduce(state, {
    type: "heard",
    at: 6,
    event: { type: "beat", now: 1_006, lamps: [], queued: 2, clocks: [clock] },
  })
  assert.deepEqual(state.clocks, [clock])
  assert.equal(state.heardAt, 6)
  assert.equal(state.offset, 1_000)
  assert.equal(state.queued, 2)
})

test("E-13: what cannot be seen is shown as its code point and never obeyed; names keep their spelling", () => {
  assert.deepEqual(pieces("a\u202eb"), [
    { text: "a", hidden: false },
    { text: "[U+202E]", hidden: true },
    { text: "b", hidden: false },
  ])
  assert.equal(firstHidden("line one\nline\ttwo 葛\u{e0100}城 北京、東京"), null)
  for (const character of [
    "\u0007",
    "\r",
    "\u200b",
    "\u2066",
    "\ufeff",
    "\u3164",
    "\u00ad",
    "\u2028",
    "\u{e0041}",
    "\u{e0100}",
  ])
    assert.notEqual(firstHidden(`x${character}`), null, `${character.codePointAt(0)}`)
})

test("E-13: a subject stands on one line: a break within it is shown as its code point", () => {
  const shown = linePieces("Subject\nFrom: somebody\telse\r").map(({ text }) => text)
  assert.deepEqual(shown, ["Subject", "[U+000A]", "From: somebody", "[U+0009]", "else", "[U+000D]"])
  assert.equal(pieces("two\nlines").length, 1, "a text has lines")
})

test("long texts: a list shows the beginning, by lines and by characters, and a short one whole", () => {
  assert.equal(beginningOf("short\ntext"), null)
  assert.equal(beginningOf("字".repeat(40_000))?.length, 1_500)
  assert.equal(beginningOf(`x${"𠮷".repeat(2_000)}`)?.isWellFormed(), true)
  assert.equal(beginningOf("line\n".repeat(100))?.split("\n").length, 24)
})

test("refusals: the gravest stands first, the by-products of a forgery after it, each counted", () => {
  const problem = (refusal: RefusalCode, ms: number) => ({ refusal, sentence: "", details: {}, at: ms })
  const heard = [
    problem("unknown-secret", at + 9),
    problem("bad-signature", at + 5),
    problem("unknown-secret", at + 4),
    problem("bad-signature", at + 3),
    problem("replayed-frame", at + 1),
  ]
  assert.deepEqual(
    graded(heard).map(({ refusal, count, at: latest }) => [refusal, count, latest - at]),
    [
      ["bad-signature", 2, 5],
      ["replayed-frame", 1, 1],
      ["unknown-secret", 2, 9],
    ],
  )
  assert.equal(graded([problem("not-found", at), problem("two-histories", at)])[0]?.refusal, "two-histories")
})

test("reported: two accounts of one thing stand together, and a date is no more exact than what is known", () => {
  const record = (over: Partial<ReportedView>): ReportedView => ({
    hash: "aa",
    importer: 0,
    when: "2023-02-22",
    precision: "day",
    account: "press",
    source: "press",
    section: "positions",
    title: { en: "one", ja: "一", zh: "一" },
    text: { en: "x", ja: "x", zh: "x" },
    ...over,
  })
  const [positions] = sections([record({}), record({ account: "other", hash: "bb" })])
  assert.equal(positions?.items[0]?.accounts.length, 2)
  assert.equal(sourceIn("Press, background · 報道（背景） · 新闻报道（背景）", "ja"), "報道（背景）")
  assert.equal(sourceIn("Ministry · 外務省", "zh"), "Ministry · 外務省", "what is not in three is shown as it is")
  assert.deepEqual(whenOf(record({}), "en"), { text: "22 Feb 2023" })
  assert.deepEqual(whenOf(record({ when: "2023-03", precision: "month" }), "ja"), { text: "2023年3月" })
  assert.deepEqual(whenOf(record({ when: "2023-03", precision: "month" }), "en"), { text: "Mar 2023" })
  assert.deepEqual(whenOf(record({ when: "2023-21", precision: "season" }), "zh"), { season: 1, year: "2023" })
})

test("A-27: a release hash that was heard is the same, another, or too short to say, however it was typed", () => {
  const ours = "0123456789abcdef".repeat(4)
  assert.equal(inGroups(ours).slice(0, 14), "0123 4567 89ab")
  const cases = [
    ["", "nothing"],
    ["0123 4567", "more"],
    ["０１２３ 4567-89AB cdef", "same"],
    [inGroups(ours), "same"],
  ] as const
  for (const [typed, said] of cases) assert.equal(compared(typed, ours), said, typed)
  for (const typed of ["1", "0123456789abcdee", `${ours}0`]) assert.equal(compared(typed, ours), "different", typed)
})
