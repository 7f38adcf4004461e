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
