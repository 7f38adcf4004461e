// The worked example of the page on documents: a message that names one, and a part of it on its way.
import { encodeMessageBody } from "../../src/core/body.ts"
import { chunkLeaf, documentRoot } from "../../src/core/document.ts"
import { encodePart } from "../../src/core/frame.ts"
import { hex, utf8 } from "../../src/core/hash.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import { annotate } from "./annotate.ts"
import { fence } from "./tables.ts"

export const documentExample = (): string => {
  const chunk = utf8("Drill.")
  const root = documentRoot([chunkLeaf(chunk, suite)], suite)
  const documents = [{ name: "drill.txt", mediaType: "text/plain", size: chunk.length, root }]
  const body = encodeMessageBody({ language: "en", text: "See the file.", documents })
  const ask = encodePart({ type: "ask", root, index: 0, from: 0, to: chunk.length, held: 0 })
  const piece = encodePart({ type: "piece", document: root.subarray(0, 8), index: 0, offset: 0, bytes: chunk })
  return fence(
    "a message that names a file of six bytes; one chunk, so its root is its leaf, and its record the chunk alone:",
    annotate(body, {
      "1": "language",
      "2": "text",
      "4": "documents",
      "4.0.0": "name",
      "4.0.1": "media type",
      "4.0.2": "size",
      "4.0.3": "root",
    }),
    "",
    `ASK    ${hex(ask)}`,
    `PIECE  ${hex(piece)}`,
  )
}
