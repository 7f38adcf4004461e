import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { pairedParties, startNode, until, wire } from "../../test/fixtures/pair.ts"
import { kinds } from "../core/registry.ts"
import { memoryDisk } from "../store/memory.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-copy-"))
after(() => rmSync(folder, { recursive: true }))

const order = {
  kind: kinds.message,
  traffic: 2,
  precedence: 1,
  refs: [],
  action: [],
  info: [],
  handling: 0,
  act: new Uint8Array(16).fill(5),
  releases: [],
}

test("EP-3, EP-7: a node is heard again within seconds after a copy of its home has opened epochs in its name", async () => {
  const { charter, parties } = await pairedParties(folder)
  const line = wire()
  const disk = memoryDisk()
  const b = await startNode(parties[1], charter, line.ends[1])
  after(() => b.stop())
  const first = await startNode(parties[0], charter, line.ends[0], { store: disk.open() })
  await until("first up", () => b.running.status().peers[0]!.up)
  await first.stop()
  const copy = await startNode(parties[0], charter, line.ends[0], { store: disk.clone().open() })
  await until("copy up", () => b.running.status().peers[0]!.up && copy.running.status().peers[0]!.up)
  await copy.stop()
  // It takes the very number that its copy took, with another secret.
  const again = await startNode(parties[0], charter, line.ends[0], { store: disk.open() })
  after(() => again.stop())
  const answer = await again.running.order(order)
  assert.ok("entry" in answer)
  await until("heard again", () => again.running.status().peers[0]!.confirmed >= answer.entry.seq, 6_000)
})
