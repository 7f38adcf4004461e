import assert from "node:assert/strict"
import { test } from "node:test"
import { batchOf, rowOf, storeContract } from "./contract.ts"
import { Crash, memoryDisk, memoryStore } from "./memory.ts"
import type { Append } from "./store.ts"

storeContract("memory", () => {
  const disk = memoryDisk()
  return { open: disk.open, rival: disk.open, fault: disk.fault, dispose: () => {} }
})

const one = (seq: number): Append => batchOf({ rows: [rowOf(0, seq)] })

test("L-10: a process that dies at a write has written all of it or nothing, by the disk's choice", () => {
  const choices = ["no", "before", "after"] as const
  let next = 0
  const disk = memoryDisk(() => choices[next++] ?? "no")
  disk.open().append(one(1))
  const second = disk.open()
  assert.throws(() => second.append(one(2)), Crash)
  assert.throws(() => second.count(0, 0), Crash)
  const third = disk.open()
  assert.equal(third.count(0, 0).rows, 1)
  assert.throws(() => third.append(one(2)), Crash)
  assert.equal(disk.open().count(0, 0).rows, 2)
})

test("L-10: a disk that lies loses what was appended since its last sync, and nothing else", () => {
  const disk = memoryDisk()
  const first = disk.open()
  first.append(one(1))
  disk.unsynced(true)
  first.append(one(2))
  disk.sync()
  first.append(one(3))
  assert.equal(first.count(0, 0).rows, 3)
  assert.equal(disk.clone().open().count(0, 0).rows, 2)
  disk.crash()
  assert.throws(() => first.append(one(4)), Crash)
  const second = disk.open()
  assert.equal(second.count(0, 0).rows, 2)
  second.append(one(3))
  disk.unsynced(false)
  second.append(one(4))
  disk.crash()
  assert.equal(disk.open().count(0, 0).rows, 4)
})

test("L-11: a clone is another disk: neither hears of what the other stores", () => {
  const disk = memoryDisk()
  const store = disk.open()
  store.append(one(1))
  const copy = disk.clone().open()
  store.append(one(2))
  copy.append(batchOf({ rows: [rowOf(1, 1)] }))
  assert.deepEqual([store.count(0, 0).rows, store.count(1, 0).rows], [2, 0])
  assert.deepEqual([copy.count(0, 0).rows, copy.count(1, 0).rows], [1, 1])
  assert.equal(memoryStore().count(0, 0).rows, 0)
})
