// Each workload once, as small as it can be: that it runs and says what it must. Its figures mean nothing here.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { backlog } from "../bench/backlog.ts"
import { document } from "../bench/document.ts"
import { failover } from "../bench/failover.ts"
import { type Figures, lastLine } from "../bench/figures.ts"
import { latency } from "../bench/latency.ts"
import { messageText, noticeText } from "../bench/message.ts"
import { outage } from "../bench/outage.ts"
import { preempt } from "../bench/preempt.ts"
import { rest } from "../bench/rest.ts"
import { noSerialLine } from "../bench/serial-line.ts"
import { thin } from "../bench/thin.ts"
import { verification } from "../bench/verify.ts"

const workloads: Readonly<Record<string, () => Promise<Figures>>> = {
  latency: () => latency({ samples: 1, farSamples: 0, delayMs: 0 }),
  backlog: () => backlog({ messages: 50, rounds: 1, delayMs: 1, rate: 100_000_000 }),
  verify: () => verification({ entries: 40, rounds: 1 }),
  rest: () => rest({ entries: 40, rounds: 1, quietMs: 0 }),
  thin: () => thin({ samples: 1, rate: 115_200, delayMs: 5, seed: 1, silenceMs: 0 }),
  preempt: () => preempt({ rate: 115_200, delayMs: 5, seed: 1, documentBytes: 30_000, loss: 0, betweenMs: [100, 300] }),
  outage: () => outage({ messages: 20, everyMs: 50, outageMs: 1_000, rounds: 1, delayMs: 1, rate: 100_000_000 }),
  failover: () =>
    failover({
      ...{ rounds: 1, silentRounds: 1, everyMs: 50 },
      ...{ first: { delayMs: 1, rate: 100_000_000 }, second: { delayMs: 5, rate: 10_000_000 } },
    }),
  document: () => document({ bytes: 200_000, rounds: 1, everyMs: 5, delayMs: 1, rate: 100_000_000 }),
}

describe("the bench", { concurrency: true }, () => {
  for (const [name, workload] of Object.entries(workloads))
    test(
      `its ${name} runs and its last line has its figures`,
      { skip: ["thin", "preempt"].includes(name) && (noSerialLine() ?? false) },
      () => runs(name, workload),
    )
})

const runs = async (name: string, workload: () => Promise<Figures>): Promise<void> => {
  const line: unknown = JSON.parse(lastLine(await workload()))
  assert.ok(typeof line === "object" && line !== null && "workload" in line && line.workload === name)
  for (const figure of ["ours", "limit", "ratio", "cores"])
    assert.ok(Number(Object.entries(line).find(([key]) => key === figure)?.[1]) > 0, figure)
  for (const word of ["unit", "commit"]) assert.ok(word in line)
}

test("a message of the bench has 200 characters and 600 bytes, and no two are alike", () => {
  const texts = [messageText, noticeText].flatMap(text => [text(1), text(12_345_678)])
  assert.equal(new Set(texts).size, 4)
  for (const text of texts) assert.deepEqual([[...text].length, Buffer.byteLength(text)], [200, 600])
})
