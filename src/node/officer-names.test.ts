// Names of officers by the place at which they are asked for. (OF-3, OF-13)
import assert from "node:assert/strict"
import { test } from "node:test"
import { exampleLine, Pen } from "../../protocol/vectors/line.ts"
import { madeBefore } from "../../protocol/vectors/make.ts"
import { kinds } from "../core/registry.ts"
import { LineRecord } from "../record/record.ts"
import { memoryStore } from "../store/memory.ts"
import { officerNames } from "./officer-names.ts"

const line = await exampleLine(madeBefore())
const office = { en: "Watch, east", ja: "東当直", zh: "东部值班" }

test("OF-3, OF-13: a code names who had it before that place, nobody once that one is retired, and nobody by an entry that is marked", () => {
  const store = memoryStore()
  const record = new LineRecord({ us: 1, parties: 2, replyClocks: [] })
  const pen = new Pen(line, 0)
  const said = [
    pen.charter(),
    pen.say({ kind: kinds.officer, precedence: 2 }, line.officers.duty.body),
    pen.say({ kind: kinds.officer, precedence: 2 }, line.officers.retired.body),
  ]
  const rows = said.map(({ entry, body }) => ({
    ...{ author: entry.author, generation: 1, seq: entry.seq, hash: entry.hash, bytes: entry.bytes },
    ...{ ...(body && { salt: body.salt, body: body.bytes }), at: 5, gapBefore: false },
  }))
  const named = officerNames(record, store)
  const at = (seq: number, party = 0) => named(party, "duty-1", { generation: 1, seq })
  assert.deepEqual(at(9), { code: "duty-1" }, "before anything is held")
  store.append({ heads: [], asides: [], marks: [], state: new Uint8Array(0), rows })
  record.feed(said.map(({ entry }) => ({ entry, bodyBytes: 1, at: 5, gapBefore: false })))
  assert.deepEqual(at(2), { code: "duty-1" })
  assert.deepEqual(at(3), { code: "duty-1", name: "Sato", office })
  assert.deepEqual([at(4), at(99)], [{ code: "duty-1" }, { code: "duty-1" }])
  assert.deepEqual(named(0, "duty-1", { generation: 2, seq: 1 }), { code: "duty-1" })
  // Judged when a gap before it is filled. (OF-12)
  record.mark(said[1]!.entry.hash, "bad-officer")
  assert.deepEqual(at(3), { code: "duty-1" })
  assert.deepEqual([at(3, 1), named(0, "nobody", { generation: 1, seq: 3 })], [{ code: "duty-1" }, { code: "nobody" }])
})
