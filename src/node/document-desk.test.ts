// A node's desk for documents, on a disk that dies at a write.
import assert from "node:assert/strict"
import { test } from "node:test"
import { LineRecord } from "../record/record.ts"
import { memoryDisk } from "../store/memory.ts"
import type { Store } from "../store/store.ts"
import { nodeSuite } from "../suites/node.ts"
import { DocumentDesk } from "./document-desk.ts"

const root = new Uint8Array(32).fill(1)

const deskOn = (store: Store): DocumentDesk =>
  new DocumentDesk({
    ...{ us: 0, store, suite: nodeSuite, roomBytes: 1_000, look: undefined, now: () => 0 },
    record: new LineRecord({ us: 0, parties: 2, replyClocks: [] }),
    running: { documents: () => {}, order: () => assert.fail("nothing is said") },
    ...{ salt: () => new Uint8Array(16), changed: () => {}, refused: () => {} },
  })

test("D-7: a document that is dropped when the process ends is not said to be here, whenever that was", () => {
  for (const dies of [1, 2]) {
    let writes = -1
    const disk = memoryDisk(() => (writes >= 0 && ++writes === dies ? "after" : "no"))
    const store = disk.open()
    const announced = [{ root, size: 3, author: 1, entry: new Uint8Array(32).fill(2) }]
    store.append({ rows: [], heads: [], asides: [], marks: [], announced, state: new Uint8Array(1) })
    const id = store.documents.find(root)?.id ?? 0
    store.documents.putChunk(id, 0, Uint8Array.of(1, 2, 3))
    store.documents.setState(id, "here")
    writes = 0
    assert.throws(() => deskOn(store).drop({ root: root.toHex() }))
    writes = -1
    const later = disk.open()
    deskOn(later).start()
    const { state, held } = later.documents.find(root) ?? {}
    assert.deepEqual([state, held], ["dropped", 0], `died at write ${dies}`)
  }
})
