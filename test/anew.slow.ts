// Homes put back from copies, where the log or its keys have begun anew meanwhile: what the other side holds decides, and nothing is said
// twice (pages: protocol/log.md, section 6, and protocol/key.md). The loop is the real one, under a virtual clock; disks are memory.
import assert from "node:assert/strict"
import { copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import type { Charter } from "../src/core/charter.ts"
import { fromHex, hex } from "../src/core/hash.ts"
import { isRefusal, refuse } from "../src/core/refusal.ts"
import { openKeys } from "../src/keys/file.ts"
import { keyOffice } from "../src/node/key-office.ts"
import { RecordReader } from "../src/node/main.ts"
import { memoryDisk } from "../src/store/memory.ts"
import type { Store } from "../src/store/store.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { xwingNode } from "../src/suites/xwing-node.ts"
import { Cable, confirms, isUp, type Node, refusalsOf } from "./fixtures/cable.ts"
import { pairedParties } from "./fixtures/pair.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-anew-"))
after(() => rmSync(folder, { recursive: true }))

/** Both have talked. Party 1 is the one whose home is put back. */
const talked = async () => {
  const home = mkdtempSync(join(folder, "line-"))
  const pair = await pairedParties(home)
  const line = new Cable(pair)
  const disk = memoryDisk()
  const a = await line.start(0)
  const file = join(home, pair.charter.parties[1]!.code, "keys.json")
  const keys = () => openKeys(file, xwingNode)
  const signer = keys()
  const b = await line.start(1, { store: disk.open(), signer })
  await line.until("up", () => isUp(a) && isUp(b))
  await confirms(line, a, a.order("from here"))
  await confirms(line, b, b.order("from there"))
  return { pair, line, disk, a, b, file, keys, signer }
}
type Talk = Awaited<ReturnType<typeof talked>>

const done = async <T>(line: Cable, what: string, promise: Promise<T>): Promise<T> => {
  const answers: T[] = []
  promise.then(it => answers.push(it))
  await line.until(what, () => answers.length > 0)
  return answers[0]!
}

const officeOf = ({ pair, line }: Talk, { running, store }: Node, signer: ReturnType<typeof openKeys>) => {
  const salt = () => new Uint8Array(16).fill(9)
  return keyOffice({ ...pair, us: 1, suite: nodeSuite, running, store, signer, salt, now: line.all.now })
}

const beginAnew = async (talk: Talk, node: Node, signer: ReturnType<typeof openKeys>, more: object = {}) => {
  const office = officeOf(talk, node, signer)
  const sheet = await office.prepare({ what: "generation", why: "A copy.", language: "en", ...more }, "Administrator")
  assert.ok(!isRefusal(sheet), JSON.stringify(sheet))
  const signatures = await signer.rootSign(fromHex(sheet.message)!, fromHex(sheet.prefix)!)
  const reply = await done(
    talk.line,
    "begun anew",
    office.commit({ sheet: sheet.sheet, signatures: signatures.map(hex) }),
  )
  assert.ok(!isRefusal(reply), JSON.stringify(reply))
}

/** As the console and the CLI read it. */
const shown = (charter: Charter, store: Store) => {
  const reader = new RecordReader(charter, 1, store)
  return { changes: reader.read(), record: reader.record }
}

const logOf = (node: Node) => node.running.status().logs[1]!
const isEven = (a: Node, b: Node): boolean =>
  [0, 1].every(author => {
    const [here, there] = [a, b].map(node => node.running.status().logs[author]!)
    return here!.size === there!.size && here!.generation === there!.generation
  })

test("L-11, K-9: a home whose record is from before its log began anew says nothing before the open generation is whole again", async () => {
  const talk = await talked()
  const { line, disk, a, b, signer } = talk
  const copy = disk.clone()
  await beginAnew(talk, b, signer)
  for (const text of ["one", "two", "three"]) await confirms(line, b, b.order(text))
  const { size } = logOf(b)
  b.kill()
  await line.wait(5_000)
  const again = await line.start(1, { store: copy.open(), signer })
  await line.until("the opening is back", () => logOf(again).generation === 2)
  assert.deepEqual(await done(line, "answered", again.order("too early")), refuse("restored"))
  await line.until("whole", () => !again.running.status().restored && logOf(again).size >= size, 60_000)
  await confirms(line, again, again.order("after"))
  await line.until("even", () => isEven(a, again))
  assert.ok(logOf(again).size > size)
  assert.deepEqual(
    refusalsOf(a).filter(code => code !== "unknown-secret"),
    [],
  )
})

test("K-5, K-9, EP-3: a home put back from before its keys changed begins anew with new ones, and is opened to at once", async () => {
  const talk = await talked()
  const { line, disk, a, b, file, keys, signer } = talk
  const copy = disk.clone()
  copyFileSync(file, `${file}.copy`)
  await done(line, "rotated", officeOf(talk, b, signer).rotate({}))
  await line.wait(2_000)
  await confirms(line, b, b.order("with the new ones"))
  b.kill()
  await line.wait(5_000)
  copyFileSync(`${file}.copy`, file)
  const old = keys()
  const again = await line.start(1, { store: copy.open(), signer: old })
  await line.until("turned away", () => refusalsOf(a).includes("bad-opening"))
  const from = a.told.length
  await beginAnew(talk, again, old, { newKeys: true })
  await line.until("up", () => isUp(a) && isUp(again) && logOf(a).generation === 2, 30_000)
  await confirms(line, again, again.order("after"))
  await line.until("even", () => isEven(a, again))
  const since = a.told.slice(from).flatMap(it => (it.type === "refused" ? [it.refusal.refusal] : []))
  assert.ok(!since.includes("bad-generation"), "a change that is shown twice is no fault")
})

test("L-8, R-4: a copy that speaks before it is heard of is proven to have two histories, and nothing of it counts as stored", async () => {
  const { pair, line, disk, a, b, signer } = await talked()
  const copy = disk.clone()
  const before = logOf(b).size
  await confirms(line, b, b.order("what was said"))
  b.kill()
  await line.wait(5_000)
  line.hears = false
  const again = await line.start(1, { store: copy.open(), signer })
  for (const text of ["what the copy says instead", "and goes on"]) {
    const said = await done(line, text, again.order(text))
    assert.ok(!isRefusal(said), JSON.stringify(said))
  }
  line.hears = true
  line.cut()
  line.mend()
  await line.until("proven", () => refusalsOf(a).includes("two-histories"), 60_000)
  await line.until("told", () => refusalsOf(again).includes("false-receipt"))
  const { record, changes } = shown(pair.charter, again.store)
  const { messages } = changes
  const copied = messages.filter(place => record.facts.author(place) === 1 && record.facts.seq[place]! > before)
  assert.equal(copied.length, 2)
  for (const place of copied) assert.deepEqual(record.rungs(place), [])
})

test("L-8: a copy that nobody marked says something else while it is alone; both sides find the second history and hold both entries", async () => {
  const talk = await talked()
  const { line, disk, a, b, keys } = talk
  const copy = disk.clone()
  await confirms(line, b, b.order("what the other side holds"))
  a.kill()
  b.kill()
  const signer = keys()
  const again = await line.start(1, { store: copy.open(), signer })
  const rivals = ["something else", "and more"].map(text => again.order(text))
  for (const [at, rival] of rivals.entries()) await done(line, `said alone ${at}`, rival)
  const other = await line.start(0, { store: a.store })
  const bothFind = (): boolean => [again, other].every(node => refusalsOf(node).includes("two-histories"))
  await line.until("found on both sides", bothFind, 30_000)
  for (const { store } of [again, other]) {
    const [aside] = store.asides().filter(it => it.refusal.refusal === "two-histories")
    const { seq, first } = aside?.refusal.details ?? {}
    const [held] = store.read({ author: 1, generation: 1, from: Number(seq), to: Number(seq) }, 1)
    assert.equal(first, held && hex(held.hash))
    assert.notEqual(aside?.refusal.details?.hash, first)
  }
  // It says nothing more, until its people have begun the log anew where both sides agree.
  const refused = await done(line, "refused", again.order("a third thing"))
  assert.ok(isRefusal(refused) && refused.refusal === "restored")
  const agreed = logOf(other).size - 1
  await beginAnew(talk, again, signer, { seq: agreed })
  await line.until("begun anew on both sides", () => isEven(again, other) && logOf(other).generation === 2, 30_000)
  await confirms(line, again, again.order("one thing again"))
})
