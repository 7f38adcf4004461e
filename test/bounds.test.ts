// What the law bounds in time and number, proven with two nodes under a virtual clock: the loop is the real one, an hour takes no time.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { decode } from "../src/core/cbor.ts"
import { equal, hex } from "../src/core/hash.ts"
import { ordersMax } from "../src/core/limits.ts"
import { isRefusal, refusals } from "../src/core/refusal.ts"
import type { Suite } from "../src/core/suite.ts"
import type { Signer } from "../src/keys/signer.ts"
import type { OrderAnswer } from "../src/node/run.ts"
import { memoryDisk } from "../src/store/memory.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { Cable, confirms, type Given, hour, isUp, type Node, refusalsOf } from "./fixtures/cable.ts"
import { actOf, pairedParties } from "./fixtures/pair.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-bounds-"))
let pair: Awaited<ReturnType<typeof pairedParties>>
before(async () => {
  pair = await pairedParties(folder)
})
after(() => rmSync(folder, { recursive: true }))

const two = async (given: Given = {}): Promise<{ line: Cable; a: Node; b: Node }> => {
  const line = new Cable(pair)
  const [a, b] = [await line.start(0, given), await line.start(1)]
  return { line, a, b }
}
/** A node whose sealed parts are what `plain` makes of them. */
const lying = (plain: (parts: Uint8Array) => Uint8Array): Suite => ({
  ...nodeSuite,
  seal: (key, nonce, aad, parts) => nodeSuite.seal(key, nonce, aad, plain(parts)),
})

test("CH-1: who says hello under another charter is refused by name, and the path is closed", async () => {
  const other = (parts: Uint8Array): Uint8Array => {
    const { hash } = pair.charter
    for (let at = 0; at + 32 <= parts.length; at++)
      if (equal(parts.subarray(at, at + 32), hash)) parts = parts.slice().fill(9, at, at + 32)
    return parts
  }
  const { line, b } = await two({ suite: lying(other) })
  await line.until("refused", () => refusalsOf(b).includes("other-charter"))
  assert.ok(b.dropped.includes("other-charter"))
})

test("S-3: a peer that sends more than twice what was granted between two writes is refused by name", async () => {
  let flood = false
  // An unknown part is passed over, so that nothing of it is ever written.
  const filling = new Uint8Array(0x3_ff09)
  filling.set([0x81, 0x82, 0x18, 0x63, 0x5a, 0, 3, 0xff, 0])
  const { line, a, b } = await two({ suite: lying(parts => (flood ? filling : parts)) })
  await line.until("up", () => isUp(a) && isUp(b))
  flood = true
  const body = { salt: new Uint8Array(16), bytes: new Uint8Array(1_000) }
  // What is urgent keeps to no window. (S-12)
  for (let at = 0; at < 3_000; at++) a.order(`flood ${at}`, { body, precedence: 3 })
  await line.until("refused", () => refusalsOf(b).includes("over-credit"))
  assert.ok(b.dropped.includes("over-credit"))
})

test("S-9: a silent path is asked every three seconds and closed after nine", async () => {
  const { line, a, b } = await two()
  await line.until("up", () => isUp(a) && isUp(b))
  const from = line.all.now()
  await line.wait(60_000)
  for (let at = from; at < from + 57_000; at += 3_000)
    assert.ok(
      line.passed.some(it => it.from === 0 && it.at >= at && it.at <= at + 3_050),
      `asked after ${at - from} ms`,
    )
  assert.deepEqual([a.dropped, b.dropped], [[], []])
  line.hears = false
  await line.wait(10_000)
  // Whoever closes first closes it for both.
  assert.deepEqual([...a.dropped, ...b.dropped], ["silent"])
  line.hears = true
  await line.until("found again", () => isUp(a) && isUp(b))
})

test("L-6: a head follows a quarter of a second of quiet, and never comes before the receipt", async () => {
  const { line, a, b } = await two()
  await line.until("up", () => isUp(a) && isUp(b))
  await line.wait(5_000)
  const [before] = a.store.heads(0, 1).slice(-1)
  await confirms(line, a, a.order("a word"))
  const size = a.running.status().logs[0]?.size ?? 0
  assert.ok((b.store.heads(0, 1).at(-1)?.size ?? 0) < size, "the receipt was there first")
  await line.wait(400)
  assert.ok((b.store.heads(0, 1).at(-1)?.size ?? 0) >= size)
  assert.ok((before?.size ?? 0) < size)
})

test("EP-5, F-5: after a day frames are sealed in a new epoch, and no counter of an epoch comes twice", async () => {
  const { line, a, b } = await two()
  await line.until("up", () => isUp(a) && isUp(b))
  const epochsIn = (ms: number): Set<number> =>
    new Set(
      line.passed.filter(({ from, frame, at }) => from === 0 && frame[0] === 1 && at >= ms).map(it => it.frame[1] ?? 0),
    )
  await line.wait(60_000)
  const [first] = epochsIn(line.all.now() - 10_000)
  line.cut()
  await line.wait(23 * hour)
  line.mend()
  await line.wait(60_000)
  assert.deepEqual([...epochsIn(line.all.now() - 60_000)], [first])
  await line.wait(2 * hour)
  const now = [...epochsIn(line.all.now() - 60_000)]
  assert.equal(now.length, 1)
  assert.notEqual(now[0], first)
  await confirms(line, a, a.order("tomorrow"))
  const counters = line.passed
    .filter(({ frame }) => frame[0] === 1)
    .map(it => `${it.from} ${hex(it.frame.subarray(0, 12))}`)
  assert.equal(new Set(counters).size, counters.length)
})

const read = { bytesMax: 4_096, depthMax: 4 }
/** The number of the refusal in an opening's refusal. */
const refusedIn = (frame: Uint8Array): unknown => {
  const outer = decode(frame.subarray(1), read)
  const payload = Array.isArray(outer) && outer[0] instanceof Uint8Array ? decode(outer[0], read) : undefined
  return payload instanceof Map ? payload.get(6) : undefined
}

test("EP-7: a node that has lost an epoch says so, at most once a second, and what it lacks is sealed again", async () => {
  const line = new Cable(pair)
  const disk = memoryDisk()
  const a = await line.start(0)
  let b = await line.start(1, { store: disk.open() })
  await line.until("up", () => isUp(a) && isUp(b))
  const copy = disk.clone()
  b.kill()
  // An hour later it has forgotten what was opened to it since the copy was made; the other node never stopped.
  b = await line.start(1, { store: disk.open() })
  await line.until("up again", () => isUp(a) && isUp(b))
  await confirms(line, a, a.order("between"))
  b.kill()
  await line.wait(hour)
  b = await line.start(1, { store: copy.open() })
  const from = line.all.now()
  await confirms(line, a, a.order("after"))
  const last = ({ store }: Node): string =>
    hex(
      store.read({ author: 0, generation: 1, from: a.running.status().logs[0]?.size ?? 0, to: 999 }, 1e6)[0]?.hash ??
        actOf("none"),
    )
  await line.until("equal", () => last(a) === last(b))
  // A frame that cannot be read does not use up the turn of the opening that could be mended: one a second of either.
  const said = line.passed.filter(it => it.from === 1 && it.frame[0] === 4 && it.at >= from)
  const forFrames = said.filter(it => refusedIn(it.frame) === refusals["unknown-epoch"][0])
  const forOpenings = said.filter(it => !forFrames.includes(it))
  assert.ok(forOpenings.length > 0)
  for (const some of [forFrames, forOpenings])
    for (const [at, { at: time }] of some.entries()) assert.ok(at === 0 || time - (some[at - 1]?.at ?? 0) >= 1_000)
})

test("LI-6: one order more than may wait is refused as busy, and nothing of it is promised", async () => {
  const { keys } = pair.parties[0]
  let holds = false
  const held: Signer = {
    ...keys,
    sign: (messages, by) => (holds ? new Promise<Uint8Array[]>(() => undefined) : keys.sign(messages, by)),
  }
  const { line, a, b } = await two({ signer: held })
  await line.until("up", () => isUp(a) && isUp(b))
  holds = true
  const answers: OrderAnswer[] = []
  for (let at = 0; at < ordersMax + 300; at++) a.order(`order ${at}`).then(answer => answers.push(answer))
  await line.wait(1_000)
  assert.ok(answers.length > 0 && answers.length <= 300)
  assert.ok(answers.every(answer => isRefusal(answer) && answer.refusal === "busy"))
})
