// The worked example of the page on keys: a rotation, whole, and who signs what.
import { decode } from "../../src/core/cbor.ts"
import { kidOf } from "../../src/core/charter.ts"
import { concat, hex } from "../../src/core/hash.ts"
import { encodeKeyBody, keyPrefix, keySigned } from "../../src/core/key.ts"
import { kinds } from "../../src/core/registry.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import { annotate } from "./annotate.ts"
import { type ExampleLine, Pen } from "./line.ts"

const labels = {
  "1": "what: rotation",
  "2": "replaces",
  "3": "keys",
  "3.0.0": "alg",
  "3.1.0": "alg",
  "3.0.1": "public key",
  "3.1.1": "public key",
  "4": "by the new keys",
  "5": "by the old key 1",
}

export const keyExample = (line: ExampleLine): string => {
  const pen = new Pen(line, 0)
  pen.charter()
  const change = pen.rotation()
  const old = pen.keys
  const { entry } = pen.say({ kind: kinds.key, precedence: 2 }, encodeKeyBody(change))
  pen.keys = change.keys
  const next = pen.say({ kind: kinds.message, traffic: 2 })
  const said = keySigned(line.charter, 0, change)
  const signed = concat(keyPrefix, said)
  const shown = decode(said, { bytesMax: said.length, depthMax: 8 })
  if (!Array.isArray(shown)) throw new Error("what is signed is a prefix and an array")
  return [
    "```",
    `entry ${entry.seq} of party 0, kind 3, signed with key ${hex(kidOf(old[0], suite))}, which was in force`,
    `  ${hex(entry.hash)}`,
    "its body:",
    annotate(encodeKeyBody(change), labels),
    "",
    `what all three sign: "parley/1 key" and an array of ${shown.length}, ${signed.length} bytes; its SHA-256`,
    `  ${hex(suite.sha256(signed))}`,
    `entry ${next.entry.seq}, signed with key ${hex(kidOf(change.keys[0], suite))}`,
    `  ${hex(next.entry.hash)}`,
    "```",
  ].join("\n")
}
