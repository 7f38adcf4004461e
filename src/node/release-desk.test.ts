// What waits for a second officer: the desk over a real node, its disk in memory, with the officers of the vectors.
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, beforeEach, test } from "node:test"
import { signBy } from "../../protocol/vectors/authenticator.ts"
import { exampleLine } from "../../protocol/vectors/line.ts"
import { madeBefore } from "../../protocol/vectors/make.ts"
import { startNode, type TestNode, wire } from "../../test/fixtures/pair.ts"
import type { LiveEvent, Officer, Proof, WaitingOrder, WaitingView } from "../api/shapes.ts"
import { actDigest } from "../core/act.ts"
import { encodeMessageBody } from "../core/body.ts"
import { bodyHash, decodeEntry } from "../core/entry.ts"
import type { Tell } from "../core/event.ts"
import { fromHex, hex } from "../core/hash.ts"
import { isRefusal } from "../core/refusal.ts"
import { kinds, precedences, traffics } from "../core/registry.ts"
import { algorithms } from "../core/suite.ts"
import { LineRecord } from "../record/record.ts"
import { memoryDisk } from "../store/memory.ts"
import { recordCipher } from "../store/sealed.ts"
import { openSqlite } from "../store/sqlite.ts"
import type { Store } from "../store/store.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { ReleaseDesk } from "./release-desk.ts"
import { sessionFault } from "./released.ts"
import { waitingActs, waitingActsMax } from "./waiting-acts.ts"
import { Watch } from "./watch.ts"

const line = await exampleLine(madeBefore())
const { charter } = line
const [party] = line.parties
const soleMs = charter.terms.soleMs
const duty: Officer = { name: "Watch officer", role: "watch" }
const chief: Officer = { name: "Chief", role: "releaser" }
const keys: Readonly<Record<string, string>> = { "duty-1": "duty", "7": "chief", "duty-2": "night" }

type Place = {
  readonly node: TestNode
  readonly watch: Watch
  readonly desk: ReleaseDesk
  readonly record: LineRecord
}
let clock = 0
let disk = memoryDisk()
let here: Place
const running: TestNode[] = []

const opened = async (store: Store): Promise<Place> => {
  const record = new LineRecord({
    us: party.us,
    parties: 2,
    replyClocks: charter.terms.replyClocks,
    desks: charter.parties.map(({ desks }) => desks),
  })
  const hearers: { told(tell: Tell): void }[] = []
  let timer: NodeJS.Timeout | undefined
  const world = {
    now: () => Date.now() + clock,
    later: (task: () => void) => void setImmediate(task),
    at(time: number, task: () => void) {
      clearTimeout(timer)
      timer = setTimeout(task, Math.max(0, time - world.now()))
    },
    stop: () => clearTimeout(timer),
  }
  const tell = (told: Tell): void => {
    for (const each of hearers) each.told(told)
  }
  const node = await startNode(party, charter, wire().ends[0], { store, world, tell })
  const stop = async (): Promise<void> => {
    world.stop()
    await node.stop()
  }
  running.push({ ...node, stop })
  let salts = 0
  const salt = (): Uint8Array => suite.sha256(Uint8Array.of(++salts, clock & 255)).slice(0, 16)
  const about = { charter, us: party.us, record, store, suite, running: node.running, now: world.now, salt }
  const watch = new Watch({ ...about, version: "0", release: null, refused: () => {}, alarms: { list: () => [] } })
  const desk = new ReleaseDesk({ ...about, order: (officer, request) => watch.order(officer, request) })
  hearers.push(watch, desk)
  return { node, watch, desk, record }
}

const enrol = async ({ node }: Place, body: Uint8Array): Promise<void> => {
  const answer = await node.running.order({
    ...{ kind: kinds.officer, traffic: traffics.indexOf("service"), precedence: 2, refs: [] },
    ...{ action: [], info: [], handling: 0, releases: [] },
    body: { salt: new Uint8Array(16), bytes: body },
  })
  assert.ok("entry" in answer)
}

beforeEach(async () => {
  for (const node of running.splice(0)) await node.stop()
  clock = 0
  disk = memoryDisk()
  here = await opened(disk.open())
  for (const name of ["duty", "chief", "clerk", "night"] as const) await enrol(here, line.officers[name].body)
})
after(async () => {
  for (const node of running) await node.stop()
})

const textOf = (text: string, changed: Partial<WaitingOrder> = {}): WaitingOrder => ({
  ...{ kind: "message", act: hex(suite.sha256(new TextEncoder().encode(text)).slice(0, 16)), text, language: "en" },
  ...{ precedence: "FLASH", traffic: "drill", refs: [], salt: "07".repeat(16) },
  action: [{ party: 1 - party.us, desk: 0 }],
  info: [],
  ...changed,
})

/** As a console or the command line computes it, from what is shown. */
const digestOf = ({ text, language, act, salt, precedence, traffic, ...order }: WaitingOrder, sole?: number) => {
  const body = { salt: fromHex(salt)!, bytes: encodeMessageBody({ language, text }) }
  return actDigest(
    {
      ...{ line: charter.line, author: party.us, act: fromHex(act)!, kind: kinds[order.kind], handling: 0 },
      traffic: traffics.indexOf(traffic),
      precedence: precedences.indexOf(precedence),
      refs: order.refs.map(ref => fromHex(ref)!),
      ...{ action: order.action, info: order.info, bodyHash: bodyHash(body, suite) },
      ...(order.notAfter !== undefined && { notAfter: order.notAfter }),
      ...(sole !== undefined && { sole }),
    },
    suite,
  )
}
const by = (officer: string, order: WaitingOrder, sole?: number): Proof => ({
  ...{ type: "key", officer },
  proof: hex(signBy(algorithms.ed25519, keys[officer] ?? officer, digestOf(order, sole))),
})
const laid = (order: WaitingOrder, officer = "duty-1", who: Officer = duty): WaitingView => {
  const view = here.desk.lay(who, { ...order, releases: [by(officer, order)] })
  assert.ok(!isRefusal(view), JSON.stringify(view))
  return view
}
const refusedAs = (answer: object | true): string => (answer !== true && isRefusal(answer) ? answer.refusal : "")
const released = ({ record }: Place): number => record.total

test("A-34, A-36: laid down by one it waits and is not said; the other's proof releases it once, and both stand in the entry", async () => {
  const order = textOf("two persons")
  const view = laid(order)
  assert.deepEqual(
    [view.given, view.persons, view.lacksReleaser, view.digest],
    [
      [{ code: "duty-1", name: "Sato", office: { en: "Watch, east", ja: "東当直", zh: "东部值班" } }],
      2,
      true,
      hex(digestOf(order)),
    ],
  )
  assert.equal(released(here), 0)
  assert.deepEqual(laid(order), view, "twice it waits once")
  assert.equal(here.desk.list().length, 1)
  const second = { act: order.act, release: by("7", order) }
  const [one, other] = await Promise.all([here.desk.release(chief, second), here.desk.release(chief, second)])
  assert.ok(!isRefusal(one) && "hash" in one && !isRefusal(other) && "hash" in other)
  assert.deepEqual([one.hash, released(here), here.desk.list()], [other.hash, 1, []])
  const entry = here.node.store.find(fromHex(one.hash)!)
  const read = entry && decodeEntry(entry.bytes, suite)
  assert.ok(read && !isRefusal(read))
  assert.deepEqual(
    read.releases.map(({ type, officer }) => [type, officer]),
    [
      ["key", "duty-1"],
      ["key", "7"],
    ],
  )
  assert.equal(refusedAs(await here.desk.release(chief, second)), "not-waiting")
})

test("A-34: what waits survives a restart, and what was released just before one waits no more", async () => {
  const [stays, goes] = [textOf("stays"), textOf("goes")]
  for (const order of [stays, goes]) laid(order)
  const left = here.node.store.setting("waiting")!
  assert.ok("hash" in (await here.desk.release(chief, { act: goes.act, release: by("7", goes) })))
  for (const node of running.splice(0)) await node.stop()
  const store = disk.open()
  // As the disk stood when the process ended between the entry and the desk.
  store.set("waiting", left)
  const again = await opened(store)
  assert.deepEqual(
    again.desk.list().map(({ order }) => order.text),
    ["stays"],
  )
  assert.ok("hash" in (await again.desk.release(chief, { act: stays.act, release: by("7", stays) })))
})

test("A-34: other content under one act, no proof, a false one, one person's precedence, and what needs nothing more are refused", () => {
  const order = textOf("first")
  laid(order)
  const other = textOf("second", { act: order.act })
  const lay = (order: WaitingOrder, releases: readonly Proof[]) => here.desk.lay(duty, { ...order, releases })
  assert.equal(refusedAs(lay(other, [by("duty-1", other)])), "act-reused")
  const fresh = textOf("third")
  assert.equal(refusedAs(here.desk.lay(duty, fresh)), "release-missing")
  assert.equal(refusedAs(lay(fresh, [{ ...by("duty-1", fresh), officer: "7" }])), "bad-release")
  assert.equal(refusedAs(lay(fresh, [by("clerk", fresh)])), "bad-release")
  assert.equal(refusedAs(lay(fresh, [by("duty-1", fresh), by("7", fresh)])), "bad-request")
  const slow = textOf("slow", { precedence: "IMMEDIATE" })
  assert.equal(refusedAs(lay(slow, [by("duty-1", slow)])), "bad-request")
  assert.equal(here.desk.list().length, 1)
})

test("A-34: no more waits than may, and what does not fit changes nothing", () => {
  for (let at = 0; at < waitingActsMax; at++) laid(textOf(`number ${at}`))
  const more = textOf("one more")
  assert.equal(refusedAs(here.desk.lay(duty, { ...more, releases: [by("duty-1", more)] })), "too-many-waiting")
  assert.equal(here.desk.list().length, waitingActsMax)
})

test("A-34: in a locked home the disk shows nothing of a text that waits", () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-waiting-"))
  const path = join(folder, "record.db")
  const store = openSqlite(path, { now: Date.now, cipher: recordCipher(new Uint8Array(32).fill(7), () => false) })
  const order = textOf("nobody reads this on the disk")
  const kept = { order, releases: [], digest: "", at: 1, name: "a", after: { generation: 1, size: 1 } }
  assert.equal(waitingActs(store).put(kept), true)
  assert.equal(waitingActs(store).find(order.act)?.order.text, order.text)
  for (const name of readdirSync(folder))
    assert.ok(!readFileSync(join(folder, name)).includes("nobody reads this"), name)
  store.close()
  rmSync(folder, { recursive: true })
})

test("A-35: who listens is told of everything that waits, at once and at each change", async () => {
  const heard: (readonly string[])[] = []
  const hear = (event: LiveEvent): void => {
    if (event.type === "waiting") heard.push(event.waiting.map(({ order }) => order.text))
  }
  const leave = here.desk.listen(hear)
  const order = textOf("heard")
  laid(order)
  await here.desk.release(chief, { act: order.act, release: by("7", order) })
  leave()
  laid(textOf("not heard"))
  assert.deepEqual(heard, [[], ["heard"], []])
})

test("A-36: one person's proofs count once, two of no releaser are too few, and set aside it is released by nobody", async () => {
  const order = textOf("set aside")
  laid(order)
  const { desk } = here
  const { act } = order
  assert.equal(refusedAs(await desk.release(duty, { act, release: by("duty-1", order) })), "same-officer")
  assert.equal(refusedAs(await desk.release(duty, { act, release: by("duty-2", order) })), "release-missing")
  assert.equal(refusedAs(desk.aside(chief, { act, word: " ", language: "en" })), "bad-request")
  assert.equal(desk.aside(chief, { act, word: "Wait for the minister.", language: "en" }), true)
  const [view] = desk.list()
  assert.deepEqual([view?.aside?.by, view?.aside?.word, view?.aloneFrom], ["Chief", "Wait for the minister.", null])
  assert.equal(refusedAs(await desk.release(chief, { act, release: by("7", order) })), "set-aside")
  clock += soleMs + 1
  const alone = { act, release: by("duty-1", order, view?.at), alone: true }
  assert.equal(refusedAs(await desk.release(duty, alone)), "set-aside")
  assert.equal(desk.aside(chief, { act }), true, "what is over is taken off by anybody")
  assert.deepEqual([desk.list(), refusedAs(desk.aside(duty, { act })), released(here)], [[], "not-waiting", 0])
})

test("A-36: who laid it down takes it off; past its not-after it is released by nobody", async () => {
  const { desk } = here
  const mine = textOf("mine")
  laid(mine)
  assert.equal(desk.aside(duty, { act: mine.act }), true)
  const late = textOf("late", { notAfter: Date.now() + 60_000 })
  laid(late)
  clock += 60_001
  assert.equal(refusedAs(await desk.release(chief, { act: late.act, release: by("7", late) })), "out-of-time")
  assert.deepEqual([desk.list().length, released(here)], [1, 0])
  assert.equal(desk.aside(chief, { act: late.act }), true)
})

test("A-37: alone by who signed first, when the second had time enough, over the time at which it was asked", async () => {
  const order = textOf("alone")
  const { at, aloneFrom } = laid(order)
  const { desk } = here
  const alone = (officer: string, sole: number) =>
    desk.release(duty, { act: order.act, release: by(officer, order, sole), alone: true })
  assert.equal(aloneFrom, at + soleMs)
  assert.equal(refusedAs(await alone("duty-1", at)), "release-missing")
  clock += soleMs
  assert.equal(refusedAs(await alone("7", at)), "other-officer")
  assert.equal(refusedAs(await alone("duty-1", at - 1)), "bad-release")
  const done = await alone("duty-1", at)
  assert.ok(!isRefusal(done) && "hash" in done)
  assert.deepEqual([desk.list(), released(here)], [[], 1])
})

test("OF-11: afterwards another officer speaks of what one released alone; that one himself does not, and of nothing else anybody", async () => {
  const order = textOf("alone again")
  const { at } = laid(order)
  const { desk, watch } = here
  clock += soleMs
  const done = await desk.release(duty, { act: order.act, release: by("duty-1", order, at), alone: true })
  assert.ok(!isRefusal(done) && "hash" in done)
  const whole = textOf("by both")
  laid(whole)
  const both = await desk.release(chief, { act: whole.act, release: by("7", whole) })
  assert.ok(!isRefusal(both) && "hash" in both)
  const seconded = (officer: string, hash: string) => {
    const act = createHash("sha256").update(`${officer} ${hash}`).digest("hex").slice(0, 32)
    const digest = actDigest(
      {
        ...{ line: charter.line, author: party.us, act: fromHex(act)!, kind: kinds.seconded, refs: [fromHex(hash)!] },
        ...{ traffic: traffics.indexOf("drill"), precedence: precedences.indexOf("FLASH") },
        ...{ action: [], info: [], handling: 0 },
      },
      suite,
    )
    const proof = hex(signBy(algorithms.ed25519, keys[officer] ?? officer, digest))
    return watch.order(chief, { kind: "seconded", act, refs: [hash], releases: [{ type: "key", officer, proof }] })
  }
  assert.equal(refusedAs(await seconded("duty-1", done.hash)), "same-officer")
  assert.equal(refusedAs(await seconded("7", both.hash)), "bad-request")
  const second = await seconded("7", done.hash)
  assert.ok(!isRefusal(second), JSON.stringify(second))
})

test("A-37, A-38: a session gives no time of its own, and after a passkey nobody else's proof", async () => {
  const order = textOf("whose")
  const { desk } = here
  const signedIn: Officer = { name: "Sato", role: "watch", code: "duty-1" }
  const brings = (officer: string) => ({ ...order, releases: [by(officer, order)] })
  assert.equal(refusedAs(desk.lay(signedIn, brings("7"))), "other-officer")
  assert.ok(!isRefusal(desk.lay(signedIn, brings("duty-1"))))
  assert.equal(refusedAs(await desk.release(signedIn, { act: order.act, release: by("7", order) })), "other-officer")
  const proof = { type: "key", officer: "7", proof: new Uint8Array(64) } as const
  assert.equal(sessionFault(signedIn, { releases: [proof] })?.refusal, "other-officer")
  assert.equal(sessionFault(duty, { releases: [proof] }), undefined)
  assert.equal(sessionFault(duty, { releases: [proof], sole: 1 })?.refusal, "second-not-asked")
})
