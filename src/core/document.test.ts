import { deepEqual, equal, ok } from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { nodeSuite as suite } from "../suites/node.ts"
import { decodeMessageBody, documentsIn, encodeMessageBody } from "./body.ts"
import {
  chunkBytesAt,
  chunkLeaf,
  chunkOf,
  chunkRecord,
  chunksOf,
  documentFault,
  documentRoot,
  isDocumentName,
  proofLength,
  recordBytesAt,
} from "./document.ts"
import { equal as same } from "./hash.ts"
import { chunkBytes, documentBytesMax } from "./limits.ts"
import { inclusionProof } from "./proof.ts"
import { isRefusal } from "./refusal.ts"
import { kinds } from "./registry.ts"

const root = new Uint8Array(32).fill(7)
const document = { name: "chart.pdf", mediaType: "application/pdf", size: 9, root }

test("D-1: a message names its documents, and one without them is not read for them", () => {
  const said = { language: "en", text: "See the chart.", subject: "Chart", documents: [document, document] }
  const body = encodeMessageBody(said)
  deepEqual(decodeMessageBody(body), said)
  deepEqual(documentsIn(kinds.message, body), [document, document])
  deepEqual(documentsIn(kinds["read-back"], body), [])
  deepEqual(documentsIn(kinds.message, encodeMessageBody({ language: "en", text: "None." })), [])
  const refused = (documents: object[]): string => {
    const read = decodeMessageBody(encodeMessageBody({ ...said, documents: documents as (typeof document)[] }))
    return isRefusal(read) ? read.refusal : "ok"
  }
  equal(refused(Array.from({ length: 9 }, () => document)), "too-large")
  equal(refused([{ ...document, size: documentBytesMax + 1 }]), "too-large")
  equal(refused([{ ...document, size: 0 }]), "malformed")
  equal(refused([{ ...document, mediaType: "text/html; charset=x" }]), "malformed")
  equal(refused([{ ...document, root: new Uint8Array(31) }]), "malformed")
  equal(refused([{ ...document, name: "../chart.pdf" }]), "bad-name")
})

test("D-2: a name that leads elsewhere, or is not read as it is written, is refused", () => {
  const good = ["chart.pdf", "気球の報告 第2版.docx", "关于演习的通知.pdf", "café.txt", "a", "Ω".repeat(100)]
  const wrong = [
    ...["", ".", "..", "../x", "a/b", "a\\b", "C:x", ".hidden", "x.", "x ", " x", "a\nb", "a\0b", "tab\t"],
    ...[
      "invoice\u202efdp.exe",
      "a\u2066b",
      "zero\u200bwidth",
      "soft\u00adhyphen",
      "a\u2028b",
      "\ud800",
      "CON",
      "nul.txt",
    ],
    ...["lpt1.pdf", "what?", "a*b", '"q"', "<x>", "a|b", "Ω".repeat(101), "bom\ufeff", "private\ue000"],
  ]
  deepEqual(
    good.filter(name => !isDocumentName(name)),
    [],
  )
  deepEqual(
    wrong.filter(name => isDocumentName(name)),
    [],
  )
  equal(documentFault({ ...document, name: "a/b" })?.refusal, "bad-name")
})

test("D-3, D-4: every chunk is proven by itself, and no other bytes, place, size or length pass", () => {
  const size = 4 * chunkBytes + 5
  const bytes = Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 9)) & 0xff)
  const chunks = Array.from({ length: chunksOf(size) }, (_, at) =>
    bytes.subarray(at * chunkBytes, at * chunkBytes + chunkBytesAt(size, at)),
  )
  const leaves = chunks.map(chunk => chunkLeaf(chunk, suite))
  const key = { root: documentRoot(leaves, suite), size }
  for (const [index, chunk] of chunks.entries()) {
    const record = chunkRecord(leaves, index, chunk, suite)
    equal(record.length, recordBytesAt(size, index))
    const proven = chunkOf(key, index, record, suite)
    ok(proven && same(proven, chunk))
    const passes = (at: number, bytes: Uint8Array, of = key): boolean => chunkOf(of, at, bytes, suite) !== undefined
    ok(!passes((index + 1) % chunks.length, record))
    // A false size is found at the end at the latest.
    equal(passes(index, record, { ...key, size: size + 1 }), index < chunks.length - 1)
    for (const at of [0, record.length - 1]) {
      const altered = record.slice()
      altered[at]! ^= 1
      ok(!passes(index, altered))
    }
    ok(!passes(index, record.subarray(1)))
  }
})

test("D-4: how long a chunk's proof is follows from its place alone", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_600 }), fc.nat(), (count, place) => {
      const index = place % count
      const leaves = Array.from({ length: count }, () => root)
      ok(inclusionProof(leaves, index + 1, suite).length === proofLength(count * chunkBytes, index))
    }),
    { numRuns: 60 },
  )
})
