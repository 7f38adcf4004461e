import assert from "node:assert/strict"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { actOf, pairedParties, startNode, type TestNode, until, wire } from "../../test/fixtures/pair.ts"
import type { Charter } from "../core/charter.ts"
import type { Order } from "../core/event.ts"
import { hex, utf8 } from "../core/hash.ts"
import { isRefusal } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import { memoryDisk } from "../store/memory.ts"
import type { Transport } from "../transport/transport.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-run-"))
let pair: Awaited<ReturnType<typeof pairedParties>>
before(async () => {
  pair = await pairedParties(folder)
})

export const message = (text: string, precedence = 1): Omit<Order, "id"> => ({
  kind: kinds.message,
  traffic: 2,
  precedence,
  refs: [],
  body: { salt: new Uint8Array(16).fill(7), bytes: utf8(text) },
  action: [],
  info: [],
  handling: 0,
  act: actOf(text),
  releases: [],
})

const two = async (charter: Charter, line = wire()) => {
  const a = await startNode(pair.parties[0], charter, line.ends[0])
  const b = await startNode(pair.parties[1], charter, line.ends[1])
  after(async () => {
    await a.stop()
    await b.stop()
  })
  return { a, b, line }
}

const equalRecords = (a: TestNode, b: TestNode): boolean => {
  const [x, y] = [a.running.status().logs, b.running.status().logs]
  return x.every((log, at) => log.size === y[at]!.size)
}

test("S-2, R-2: what one side says is held by both, and its sender knows", async () => {
  const { a, b } = await two(pair.charter)
  const answer = await a.running.order(message("good morning"))
  assert.ok(!isRefusal(answer))
  await until("stored there", () => a.running.status().peers[0]!.confirmed >= answer.entry.seq)
  const row = b.store.find(answer.entry.hash)
  assert.equal(hex(row!.bytes), hex(answer.entry.bytes))
  await until("equal records", () => equalRecords(a, b))
})

test("S-2, S-4: a backlog of 3,000 crosses in order after an outage, urgent words first, and nothing is doubled", async () => {
  const { a, b, line } = await two(pair.charter)
  await until("paired", () => equalRecords(a, b) && a.running.status().peers[0]!.up)
  line.cut()
  const answers = await Promise.all(
    Array.from({ length: 3_000 }, (_, at) => a.running.order(message(`backlog ${at}`, at === 2_900 ? 4 : 1))),
  )
  assert.ok(answers.every(answer => !isRefusal(answer)))
  line.mend()
  await until("all there", () => a.running.status().peers[0]!.confirmed >= 3_000, 20_000)
  await until("equal records", () => equalRecords(a, b))
  const flash = answers[2_900]
  assert.ok(flash && !isRefusal(flash))
  assert.ok(b.store.find(flash.entry.hash)!.gapBefore, "the FLASH was stored before the entries that it overtook")
  assert.equal(b.store.count(0, 1).contiguous, b.running.status().logs[0]!.size)
})

test("S-1: a node that stops and starts again goes on where it was, in a fresh epoch", async () => {
  const { a, b, line } = await two(pair.charter)
  await until("paired", () => a.running.status().peers[0]!.up)
  await a.running.order(message("before"))
  await until("equal records", () => equalRecords(a, b))
  await a.stop()
  const again = await startNode(pair.parties[0], pair.charter, line.ends[0], { store: a.store })
  after(() => again.stop())
  await until("up again", () => again.running.status().peers[0]!.up && b.running.status().peers[0]!.up, 8_000)
  const answer = await again.running.order(message("after"))
  assert.ok(!isRefusal(answer))
  await until("stored there", () => again.running.status().peers[0]!.confirmed >= answer.entry.seq)
  const back = await b.running.order(message("answer"))
  assert.ok(!isRefusal(back))
  await until("stored here", () => b.running.status().peers[0]!.confirmed >= back.entry.seq)
})

test("F-1: what passes on the wire holds no word of what is said", async () => {
  const { a, b, line } = await two(pair.charter)
  const words = "the tide turns at four and we shall be there"
  const answer = await a.running.order(message(words))
  assert.ok(!isRefusal(answer))
  await until("stored there", () => a.running.status().peers[0]!.confirmed >= answer.entry.seq)
  await until("equal records", () => equalRecords(a, b))
  const wireText = Buffer.concat(line.passed).toString("latin1")
  assert.ok(wireText.length > 10_000)
  assert.ok(!wireText.includes("tide turns"))
  assert.ok(!wireText.includes(Buffer.from(answer.entry.hash).toString("latin1")))
})

test("F-4, F-6: altered and repeated frames are refused by name and harm nothing", async () => {
  const { a, b, line } = await two(pair.charter)
  await until("paired", () => a.running.status().peers[0]!.up && b.running.status().peers[0]!.up)
  line.editWith(frame => {
    const bad = frame.slice()
    bad[bad.length - 1]! ^= 1
    return bad
  })
  await a.running.order(message("altered"))
  await until("refused", () => b.told.some(it => it.type === "refused" && it.refusal.refusal === "bad-frame"))
  line.editWith(frame => frame)
  const answer = await a.running.order(message("whole"))
  assert.ok(!isRefusal(answer))
  await until("both there", () => a.running.status().peers[0]!.confirmed >= answer.entry.seq, 15_000)
})

test("L-11: a node restored from an old copy signs nothing until its own record is fetched back, then goes on", async () => {
  const line = wire()
  const disk = memoryDisk()
  const a = await startNode(pair.parties[0], pair.charter, line.ends[0], { store: disk.open() })
  const b = await startNode(pair.parties[1], pair.charter, line.ends[1])
  after(() => b.stop())
  await until("paired", () => a.running.status().peers[0]!.up && equalRecords(a, b))
  await a.running.order(message("kept in the copy"))
  await until("equal records", () => equalRecords(a, b))
  const copy = disk.clone().open()
  for (const text of ["lost one", "lost two", "lost three"]) await a.running.order(message(text))
  await until("equal records", () => equalRecords(a, b))
  await a.stop()
  const size = b.running.status().logs[0]!.size
  const again = await startNode(pair.parties[0], pair.charter, line.ends[0], { store: copy })
  after(() => again.stop())
  await until("known as restored", () =>
    again.told.some(it => it.type === "refused" && it.refusal.refusal === "restored"),
  )
  await until("fetched back", () => again.running.status().logs[0]!.size >= size && !again.running.status().restored)
  const answer = await again.running.order(message("after the restore"))
  assert.ok(!isRefusal(answer))
  assert.ok(answer.entry.seq > size)
  await until("stored there", () => again.running.status().peers[0]!.confirmed >= answer.entry.seq)
  assert.equal(
    b.told.some(it => it.type === "refused"),
    false,
  )
})

test("E-1: an order that the law would not read is refused before it is written, and the line goes on", async () => {
  const { a, b } = await two(pair.charter)
  const { act: _, ...actless } = message("a release without its act")
  const bad = await a.running.order({
    ...actless,
    releases: [{ type: "node", officer: "x", proof: new Uint8Array(0) }],
  })
  assert.ok(isRefusal(bad))
  const large = await a.running.order({
    ...message("large"),
    refs: Array.from({ length: 200 }, () => new Uint8Array(32)),
  })
  assert.ok(isRefusal(large))
  assert.ok(!isRefusal(await a.running.order(message("good"))))
  await until("equal records", () => equalRecords(a, b))
})

test("EP-4: a path that comes, goes and comes again at first contact makes one pairing, and the line talks", async () => {
  const line = wire()
  const flapping = (transport: Transport): Transport => ({
    ...transport,
    start: events =>
      transport.start({
        ...events,
        opened() {
          events.opened()
          events.closed("replaced")
          events.opened()
        },
      }),
  })
  const a = await startNode(pair.parties[0], pair.charter, flapping(line.ends[0]))
  const b = await startNode(pair.parties[1], pair.charter, flapping(line.ends[1]))
  after(() => Promise.all([a.stop(), b.stop()]))
  const answer = await a.running.order(message("after the flapping"))
  assert.ok(!isRefusal(answer))
  await until("stored there", () => a.running.status().peers[0]!.confirmed >= answer.entry.seq, 10_000)
})

test("L-6: a head that was made while the path was down goes over when it is up again, though nothing else is to be sent", async () => {
  const { a, b, line } = await two(pair.charter)
  await until("paired", () => equalRecords(a, b) && a.running.status().peers[0]!.up)
  const answer = await a.running.order(message("the last word before the cut"))
  assert.ok(!isRefusal(answer))
  await until("stored there, and known", () => a.running.status().peers[0]!.confirmed >= answer.entry.seq)
  line.cut()
  const { author, generation, seq } = answer.entry
  const covers = (node: TestNode): boolean => node.store.heads(author, generation).some(head => head.size >= seq)
  await until("a head here", () => covers(a))
  assert.ok(!covers(b))
  line.mend()
  await until("and there", () => covers(b))
})
