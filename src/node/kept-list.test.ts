// Lists that a node keeps in settings of its record: bounded, and a damaged one is said and not taken for an empty one.
import assert from "node:assert/strict"
import { test } from "node:test"
import { utf8 } from "../core/hash.ts"
import { memoryStore } from "../store/memory.ts"
import { hasFields, keptList, type Settings } from "./kept-list.ts"

type Row = { readonly code: string; readonly at: number }
const isRow = hasFields<Row>({ code: "string", at: "number" })
const open = (store: Settings) => keptList(store, { name: "here", field: "rows", isRow, rowsMax: 3, bytesMax: 100 })
const row = (code: string): Row => ({ code, at: 1 })

test("A-34: what is kept in a setting is there after a restart, and so is what was kept before it had a version", () => {
  const store = memoryStore()
  assert.deepEqual(open(store).all(), [])
  open(store).keep([row("a"), row("b")])
  assert.deepEqual(open(store).all(), [row("a"), row("b")])
  store.set("here", utf8(JSON.stringify([row("c")])))
  assert.deepEqual(open(store).all(), [row("c")])
})

test("A-34: more rows or bytes than may be are told beforehand, and change nothing", () => {
  const store = memoryStore()
  const list = open(store)
  const three = ["a", "b", "c"].map(row)
  assert.equal(list.over(three), undefined)
  list.keep(three)
  assert.deepEqual(list.over([...three, row("d")]), { rows: 4, most: 3 })
  const long = [row("x".repeat(100))]
  assert.equal(list.over(long)?.most, 100)
  for (const rows of [[...three, row("d")], long]) assert.throws(() => list.keep(rows), /setting "here"/)
  assert.deepEqual([list.all(), open(store).all()], [three, three])
})

test("A-34: a damaged setting ends the start by its name, and is never taken for an empty list", () => {
  const damaged = [
    ...[
      '[{"code":"a","at":1}',
      "",
      "null",
      "{}",
      '{"version":2,"rows":[]}',
      '{"version":1}',
      '{"version":1,"rows":{}}',
    ],
    ...['[{"code":"a"}]', '[{"code":7,"at":1}]', "[null]", '{"version":1,"rows":[[]]}'],
    ...[JSON.stringify(["a", "b", "c", "d"].map(row)), JSON.stringify([row("x".repeat(100))])],
  ]
  for (const text of damaged) {
    const store = memoryStore()
    store.set("here", utf8(text))
    assert.throws(() => open(store), /setting "here" is damaged/, text)
  }
  const store = memoryStore()
  store.set("here", Uint8Array.of(0xff))
  assert.throws(() => open(store), /setting "here" is damaged/)
})
