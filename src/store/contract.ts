// What every store must do, run against each (page: protocol/security.md, section 3). A new store brings a medium and passes.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { Head } from "../core/head.ts"
import { refuse } from "../core/refusal.ts"
import { type Append, LateWriter, type Row, type Store } from "./store.ts"

/** One place where a record lies, and what the suite does to it. */
export type Medium = {
  /** A process starts on the record; the one before was closed. */
  open(): Store
  /** A second process that starts on the record while the first is open, where no lock stands between them. */
  rival(): Store
  /** The nth write from now fails; 0: none does. */
  fault(nth: number): void
  /** Takes the medium away with all that is open on it. */
  dispose(): void
}

/** Bytes that differ by place, every value of a byte among them. */
const bytesOf = (length: number, from: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (from + i) & 0xff)

export const rowOf = (author: number, seq: number, more: Partial<Row> = {}): Row => {
  const hash = bytesOf(32, seq)
  new DataView(hash.buffer).setUint32(28, author * 1_000_000 + seq)
  return {
    author,
    generation: 0,
    seq,
    hash,
    bytes: bytesOf(300, seq),
    at: 1_700_000_000_000 + seq,
    gapBefore: false,
    ...more,
  }
}

export const headOf = (author: number, size: number, root = 0): Head => ({
  author,
  generation: 0,
  size,
  root: bytesOf(32, size + root),
  ed25519: bytesOf(64, 1),
  mlDsa65: bytesOf(3_309, 2),
})

export const batchOf = (more: Partial<Append>): Append => ({
  rows: [],
  heads: [],
  asides: [],
  marks: [],
  state: bytesOf(40, 7),
  ...more,
})

/** All that a store answers, to compare before with after. */
const image = (store: Store) => ({
  rows: store.since(0, 1_000),
  heads: [...store.heads(0, 0), ...store.heads(1, 0)],
  asides: store.asides(),
  marks: store.marks(),
  counts: [store.count(0, 0), store.count(1, 0)],
  state: store.state(),
  setting: store.setting("a"),
})

const plain = (bytes: Uint8Array | undefined): Uint8Array | undefined => bytes && new Uint8Array(bytes)

export const storeContract = (name: string, medium: () => Medium): void => {
  const on = (title: string, work: (store: Store, place: Medium) => void): void => {
    test(title, () => {
      const place = medium()
      try {
        work(place.open(), place)
      } finally {
        place.dispose()
      }
    })
  }
  describe(`store contract: ${name}`, () => {
    readingContract(on)
    orderContract(on)
    lastingContract(on)
    documentContract(on)
  })
}

type On = (title: string, work: (store: Store, place: Medium) => void) => void

const readingContract = (on: On): void => {
  on("L-2: a row comes back as it was given, with and without salt and body", store => {
    const rows = [
      rowOf(0, 1, { salt: bytesOf(16, 9), body: bytesOf(65_536, 0) }),
      rowOf(0, 2),
      rowOf(1, 5, { gapBefore: true, salt: bytesOf(16, 0), body: new Uint8Array() }),
    ]
    store.append(batchOf({ rows }))
    for (const row of rows) assert.deepEqual(store.find(row.hash), row)
    assert.deepEqual(store.read({ author: 0, generation: 0, from: 1, to: 9 }, 1_000_000), rows.slice(0, 2))
    assert.equal(store.find(bytesOf(32, 200)), undefined)
    const near = new Uint8Array(rows[0]!.hash)
    near[31] = 99
    assert.equal(store.find(near), undefined, "a hash that begins alike is another entry")
  })

  on("L-2: what the caller does to its bytes afterwards does not reach the record", store => {
    const bytes = Buffer.from([1, 2, 3])
    store.append(batchOf({ rows: [rowOf(0, 1, { bytes })], state: bytes }))
    bytes.fill(9)
    const row = store.find(rowOf(0, 1).hash)!
    assert.deepEqual([...row.bytes], [1, 2, 3])
    row.bytes.fill(9)
    assert.deepEqual([...store.find(row.hash)!.bytes], [1, 2, 3])
    assert.deepEqual([...store.state()!], [1, 2, 3])
  })

  on("S-7: a range leaves out what is missing and stops before it grows too large, after one row at least", store => {
    const rows = [1, 2, 4, 5, 6].map(seq => rowOf(0, seq, { body: bytesOf(700, seq) }))
    store.append(batchOf({ rows: [...rows].reverse() }))
    const seqs = (from: number, to: number, bytesMax: number) =>
      store.read({ author: 0, generation: 0, from, to }, bytesMax).map(r => r.seq)
    assert.deepEqual(seqs(1, 6, 1_000_000), [1, 2, 4, 5, 6])
    assert.deepEqual(seqs(2, Number.MAX_SAFE_INTEGER, 3_000), [2, 4, 5])
    assert.deepEqual(seqs(2, 6, 2_999), [2, 4])
    assert.deepEqual(seqs(3, 6, 0), [4])
    assert.deepEqual(seqs(3, 3, 1_000), [])
    assert.deepEqual(seqs(7, 9, 1_000), [])
    assert.deepEqual(store.read({ author: 1, generation: 0, from: 1, to: 9 }, 1_000), [])
  })

  on("L-2: a range longer than one fetch is whole and in order", store => {
    const rows = Array.from({ length: 500 }, (_, i) => rowOf(0, i + 1))
    store.append(batchOf({ rows }))
    const seqs = store.read({ author: 0, generation: 0, from: 3, to: 490 }, 1_000_000).map(r => r.seq)
    assert.deepEqual(
      seqs,
      Array.from({ length: 488 }, (_, i) => i + 3),
    )
  })
}

const orderContract = (on: On): void => {
  on("O-1: rows come back in the order in which they were stored, from any position", store => {
    store.append(batchOf({ rows: [rowOf(1, 3), rowOf(0, 1)] }))
    store.append(batchOf({ rows: [rowOf(1, 1)] }))
    const all = store.since(0, 10)
    const stored = all.map(({ row }) => `${row.author}/${row.seq}`)
    assert.deepEqual(stored, ["1/3", "0/1", "1/1"])
    assert.ok(all[0]!.position < all[1]!.position && all[1]!.position < all[2]!.position && all[0]!.position > 0)
    assert.deepEqual(store.since(all[0]!.position, 1), [all[1]])
    assert.deepEqual(store.since(all[2]!.position, 10), [])
    const named = all.map(({ position, row: { hash, bytes, body, at, gapBefore } }) => {
      return { position, hash, bytes, bodyBytes: body?.length ?? 0, at, gapBefore }
    })
    assert.deepEqual(store.indexed(0, 10), named)
    assert.deepEqual(store.indexed(all[0]!.position, 1), [named[1]])
  })

  on("S-6: the count tells the whole beginning from what lies beyond a gap", store => {
    const add = (...seqs: number[]) => store.append(batchOf({ rows: seqs.map(seq => rowOf(0, seq)) }))
    assert.deepEqual(store.count(0, 0), { contiguous: 0, rows: 0 })
    add(2, 3)
    assert.deepEqual(store.count(0, 0), { contiguous: 0, rows: 2 })
    add(1)
    assert.deepEqual(store.count(0, 0), { contiguous: 3, rows: 3 })
    add(7, 5)
    assert.deepEqual(store.count(0, 0), { contiguous: 3, rows: 5 })
    add(4, 6)
    assert.deepEqual(store.count(0, 0), { contiguous: 7, rows: 7 })
    store.append(batchOf({ rows: [rowOf(0, 1, { generation: 1, hash: bytesOf(32, 90) })] }))
    assert.deepEqual([store.count(0, 0).rows, store.count(0, 1)], [7, { contiguous: 1, rows: 1 }])
  })

  on("L-4: heads come back by size; the same one is kept once, two that differ are both kept", store => {
    store.append(batchOf({ heads: [headOf(0, 9), headOf(0, 4), headOf(1, 2)] }))
    store.append(batchOf({ heads: [headOf(0, 4), headOf(0, 4, 1)] }))
    assert.deepEqual(store.heads(0, 0), [headOf(0, 4), headOf(0, 4, 1), headOf(0, 9)])
    assert.deepEqual(store.heads(0, 0, 5), [headOf(0, 9)])
    assert.deepEqual(store.heads(0, 1), [])
    assert.deepEqual(store.headOver(0, 0, 1, 3), headOf(0, 4), "none reaches so little: the next above")
    assert.deepEqual(store.headOver(0, 0, 2, 20), headOf(0, 9), "the largest of those that may be")
    assert.equal(store.headOver(0, 0, 10, 20), undefined)
  })

  on("L-9: asides and marks are kept with their reasons; a second mark does not change the first", store => {
    const aside = { author: 1, bytes: bytesOf(90, 3), refusal: refuse("two-histories", { seq: 3, of: "ab" }), at: 5 }
    const mark = { hash: bytesOf(32, 1), refusal: refuse("bad-signature-covered", { seq: 1 }) }
    store.append(batchOf({ asides: [aside, { ...aside, at: 6 }], marks: [mark] }))
    store.append(batchOf({ marks: [{ ...mark, refusal: refuse("false-own-root") }] }))
    assert.deepEqual(store.asides(), [aside, { ...aside, at: 6 }])
    assert.deepEqual(store.marks(), [mark])
  })

  on(
    "K-8, K-9: a mark on a stretch of one log reaches the rows that are held of it, those of its own batch too",
    store => {
      const refusal = refuse("disowned")
      store.append(batchOf({ rows: [rowOf(0, 1), rowOf(0, 2), rowOf(1, 2)] }))
      const span = { author: 0, generation: rowOf(0, 1).generation, from: 2, to: Number.MAX_SAFE_INTEGER, refusal }
      store.append(batchOf({ rows: [rowOf(0, 3)], spans: [span] }))
      assert.deepEqual(
        store.marks(),
        [2, 3].map(seq => ({ hash: plain(rowOf(0, seq).hash), refusal })),
      )
    },
  )
}

const full = (): Append =>
  batchOf({
    rows: [rowOf(0, 11), rowOf(0, 12, { salt: bytesOf(16, 1), body: bytesOf(900, 1) }), rowOf(1, 11)],
    heads: [headOf(0, 12), headOf(1, 11)],
    asides: [{ author: 1, bytes: bytesOf(90, 3), refusal: refuse("two-histories"), at: 5 }],
    marks: [{ hash: rowOf(0, 11).hash, refusal: refuse("bad-signature-covered") }],
    state: bytesOf(5_000, 77),
  })

const lastingContract = (on: On): void => {
  on("L-10: a restart finds everything, at the same positions", (store, place) => {
    store.append(batchOf({ rows: [rowOf(0, 1), rowOf(1, 1)] }))
    store.append(full())
    store.set("a", bytesOf(10, 1))
    store.set("a", bytesOf(11, 2))
    const before = image(store)
    assert.deepEqual(plain(before.setting), bytesOf(11, 2))
    assert.deepEqual(plain(before.state), bytesOf(5_000, 77))
    store.close()
    assert.throws(() => store.append(full()))
    const again = place.open()
    assert.deepEqual(image(again), before)
    again.append(batchOf({ rows: [rowOf(1, 2)] }))
    assert.ok(again.since(0, 10).at(-1)!.position > before.rows.at(-1)!.position)
  })

  on("L-10: a home without a record has no state, no setting and no rows", store => {
    assert.deepEqual([store.state(), store.setting("a"), store.since(0, 1)], [undefined, undefined, []])
  })

  on("L-10: the writer that was opened first is late, and changes nothing", (store, place) => {
    store.append(batchOf({ rows: [rowOf(0, 1)] }))
    const rival = place.rival()
    const before = image(rival)
    assert.throws(() => store.append(full()), LateWriter)
    assert.throws(() => store.set("a", bytesOf(1, 1)), LateWriter)
    assert.deepEqual(image(rival), before)
    rival.append(full())
    rival.close()
  })

  on("L-8: a number that is taken is not written again, and nothing of its batch is", store => {
    store.append(batchOf({ rows: [rowOf(0, 1)] }))
    const before = image(store)
    const rows = [rowOf(0, 2), rowOf(0, 1, { hash: bytesOf(32, 50) })]
    assert.throws(() => store.append(batchOf({ ...full(), rows })), hasCause)
    assert.throws(() => store.append(batchOf({ rows: [rowOf(0, 3), rowOf(0, 3)] })), hasCause)
    assert.throws(() => store.append(batchOf({ rows: [rowOf(0, 0)] })), hasCause)
    assert.deepEqual(image(store), before)
  })

  on("L-10: a fault at any write leaves all or nothing, and the next append goes through", (store, place) => {
    store.append(batchOf({ rows: [rowOf(0, 1)] }))
    const before = image(store)
    for (let nth = 1; nth <= 8; nth++) {
      place.fault(nth)
      assert.throws(() => store.append(full()), hasCause, `write ${nth}`)
      assert.deepEqual(image(store), before, `write ${nth}`)
    }
    place.fault(1)
    assert.throws(() => store.set("a", bytesOf(3, 3)), hasCause)
    assert.deepEqual(image(store), before)
    place.fault(9)
    store.append(full())
    place.fault(0)
    store.set("a", bytesOf(3, 3))
    assert.equal(store.since(0, 10).length, 4)
    assert.deepEqual(plain(store.state()), bytesOf(5_000, 77))
  })
}

const hasCause = (error: unknown): boolean => error instanceof Error && error.cause instanceof Error

const documentContract = (on: On): void => {
  const [root, size, leaves] = [bytesOf(32, 5), 70_000, bytesOf(64, 1)]
  const entry = rowOf(1, 1).hash

  on(
    "D-3: a document that is taken in has its chunks, and is kept under its root once all are here",
    ({ documents }) => {
      const id = documents.begin()
      documents.putChunk(id, 1, bytesOf(4_464, 2))
      documents.putChunk(id, 0, bytesOf(65_536, 1))
      documents.putChunk(id, 0, bytesOf(65_536, 9))
      assert.deepEqual(documents.all(), [])
      documents.finish(id, { root, size, leaves })
      assert.deepEqual(documents.find(root), {
        ...{ id, root, size, leaves, given: "", got: "", held: 2, announced: [] },
      })
      assert.deepEqual(documents.chunks(id), [0, 1])
      assert.deepEqual(documents.chunk(id, 0), bytesOf(65_536, 1), "the first that came stays")
      assert.equal(documents.chunk(id, 2), undefined)
      documents.drop(id)
      assert.equal(documents.find(root), undefined)
    },
  )

  on(
    "D-1, D-5: a document that an entry names is known with its entry, keeps its states apart, and loses its chunks alone",
    (store, place) => {
      const announced = [{ root, size, author: 1, entry }]
      store.append(batchOf({ rows: [rowOf(1, 1)], announced }))
      const again = { ...announced[0]!, entry: rowOf(1, 2).hash, isWanted: true }
      store.append(batchOf({ rows: [rowOf(1, 2)], announced: [again] }))
      const { id, got } = store.documents.find(root)!
      assert.equal(got, "wanted")
      store.documents.putChunk(id, 0, bytesOf(5, 1))
      store.append(batchOf({ announced: [{ ...again, size: 5 }] }))
      assert.deepEqual([store.documents.find(root)?.size, store.documents.find(root)?.held], [5, 0], "another size")
      store.append(batchOf({ announced: [again] }))
      store.documents.putChunk(id, 1, bytesOf(4_464, 2))
      store.documents.setGot(id, "here")
      store.documents.setGiven(id, "withdrawn")
      store.documents.setGiven(id, "there")
      const unfinished = store.documents.begin()
      store.documents.putChunk(unfinished, 0, bytesOf(10, 1))
      store.close()
      const { documents } = place.open()
      const known = documents.find(root)!
      assert.deepEqual([known.held, known.given, known.got, known.announced.length], [1, "withdrawn", "here", 2])
      documents.dropUnfinished()
      assert.equal(documents.chunk(unfinished, 0), undefined)
      documents.drop(id)
      assert.deepEqual([documents.find(root)?.held, documents.find(root)?.announced.length], [0, 2])
    },
  )

  on(
    "D-3: the same bytes taken in twice, or known from the other side, are one document, of the chunks that came last",
    store => {
      store.append(batchOf({ rows: [rowOf(1, 1)], announced: [{ root, size: 5, author: 1, entry }] }))
      const { documents } = store
      const id = documents.begin()
      documents.putChunk(id, 0, bytesOf(65_536, 1))
      documents.putChunk(documents.find(root)!.id, 0, bytesOf(65_536, 9))
      documents.finish(id, { root, size, leaves })
      const known = documents.find(root)!
      assert.equal(known.size, size, "that of what was taken in")
      assert.deepEqual([known.leaves, known.held, documents.all().length], [leaves, 1, 1])
      assert.deepEqual(documents.chunk(known.id, 0), bytesOf(65_536, 1))
    },
  )
}
