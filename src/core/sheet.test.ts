// A sheet for the roots, read from the bytes that they sign.
import assert from "node:assert/strict"
import { test } from "node:test"
import { fc } from "../../test/fixtures/property.ts"
import { nodeSuite } from "../suites/node.ts"
import { decode, encode, type Value } from "./cbor.ts"
import { utf8 } from "./hash.ts"
import { generationPrefix, keyPrefix } from "./key.ts"
import { type Officer, officerPrefix, officerSignedBytes } from "./officer.ts"
import { isRefusal } from "./refusal.ts"
import { readSheet, sheetName } from "./sheet.ts"

const line = new Uint8Array(16).fill(1)
const keys = [
  [-19, new Uint8Array(32).fill(2)],
  [-49, new Uint8Array(1_952).fill(3)],
]
const kid = new Uint8Array(8).fill(4)
const root = new Uint8Array(32).fill(5)
const revocation = [line, 0, 2, kid, keys, [1, 250]]
const generation = [line, 1, 2, 17, root, "en", "A drill, invented for practice.", null]

test("A-47: a sheet says what its signed bytes say, of a revocation and of a log begun anew, with other keys or the same", () => {
  const revoked = readSheet(keyPrefix, encode(revocation))
  assert.ok(!isRefusal(revoked) && revoked.what === "revocation")
  assert.deepEqual([revoked.author, revoked.trusted, revoked.keys[0].alg], [0, { generation: 1, seq: 250 }, -19])
  for (const given of [null, keys]) {
    const anew = readSheet(generationPrefix, encode([...generation.slice(0, -1), given]))
    assert.ok(!isRefusal(anew) && anew.what === "generation")
    assert.deepEqual([anew.author, anew.generation, anew.size, anew.why], [1, 2, 17, generation[6]])
    assert.equal(anew.keys === null, given === null)
  }
})

const officer: Officer = {
  ...{ code: "duty-1", inOffice: true, name: "Sato", issue: 3 },
  roles: ["watch"],
  keys: [{ type: "key", alg: -19, public: new Uint8Array(32).fill(6) }],
}
const officerRow = (): readonly Value[] => {
  const row = decode(officerSignedBytes({ line, author: 1 }, officer), { bytesMax: 1_000, depthMax: 8 })
  return Array.isArray(row) ? row : []
}

test("A-47: a sheet says who is put in office, with which keys, or retired; and nothing that stands beside it is passed over", () => {
  const read = readSheet(officerPrefix, officerSignedBytes({ line, author: 1 }, officer))
  assert.ok(!isRefusal(read) && read.what === "officer")
  assert.deepEqual([read.author, read.officer], [1, officer])
  const gone = { code: "duty-1", inOffice: false, roles: [], keys: [], issue: 4 } as const
  const retired = readSheet(officerPrefix, officerSignedBytes({ line, author: 1 }, gone))
  assert.ok(!isRefusal(retired) && retired.what === "officer" && !retired.officer.inOffice)
  const [, , body] = officerRow()
  assert.ok(body instanceof Map)
  const odd = [new Map(body).set(9, 1), new Map(body).set(5, [0, 9]), new Map(body).set(7, []), new Map()]
  for (const each of odd) assert.ok(isRefusal(readSheet(officerPrefix, encode([line, 1, each]))))
  assert.ok(isRefusal(readSheet(officerPrefix, encode([line, 1, body, 1]))))
})

test("A-47: what is not exactly of a known form is not read: another prefix, field or length, and any bytes whatever", () => {
  const wrong: [Uint8Array, Uint8Array][] = [
    [utf8("parley/1 card"), encode(revocation)],
    [utf8("parley/1 officer"), encode(generation)],
    [generationPrefix, encode(revocation)],
    [keyPrefix, encode(generation)],
    [keyPrefix, encode([...revocation, 1])],
    [generationPrefix, encode(generation.slice(0, -1))],
    [keyPrefix, new Uint8Array(100_000)],
  ]
  const fields = [null, 1, -1, "x", [], new Uint8Array(3), new Map()]
  for (const field of fields)
    for (const at of revocation.keys())
      if (!(at === 1 && field === 1)) wrong.push([keyPrefix, encode(revocation.with(at, field as never))])
  for (const [prefix, message] of wrong) {
    const read = readSheet(prefix, message)
    assert.ok(isRefusal(read) && read.refusal === "wrong-sheet")
  }
  fc.assert(
    fc.property(
      fc.constantFrom(keyPrefix, generationPrefix, officerPrefix),
      fc.uint8Array({ maxLength: 400 }),
      (prefix, bytes) => isRefusal(readSheet(prefix, bytes)),
    ),
  )
  assert.notDeepEqual(sheetName(keyPrefix, kid, nodeSuite), sheetName(generationPrefix, kid, nodeSuite))
})
