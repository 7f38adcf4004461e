// One thread of checking.ts: decodes entries and verifies their signatures.
import { parentPort } from "node:worker_threads"
import { checkSignature, decodeEntry } from "../core/entry.ts"
import { isRefusal } from "../core/refusal.ts"
import type { CheckAsked } from "./checking.ts"
import { nodeSuite } from "./node.ts"

parentPort?.on("message", ({ keys, lengths, bytes }: CheckAsked) => {
  const good = new Uint8Array(lengths.length)
  let at = 0
  for (const [place, length] of lengths.entries()) {
    const entry = decodeEntry(bytes.subarray(at, at + length), nodeSuite)
    good[place] = !isRefusal(entry) && checkSignature(entry, keys, nodeSuite) === true ? 1 : 0
    at += length
  }
  parentPort?.postMessage(good)
})
