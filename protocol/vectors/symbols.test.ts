// The symbols of the vectors as the second party hears them, whose pairing came from the openings of the vectors.
import { deepEqual, equal, ok } from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { concat, hex } from "../../src/core/hash.ts"
import { symbolBytes } from "../../src/core/limits.ts"
import { isRefusal } from "../../src/core/refusal.ts"
import { openSymbol, payloadIdBytes, symbolKeys, symbolObjectId, symbolsOf } from "../../src/core/symbol.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import { exampleLine } from "./line.ts"
import { madeBefore } from "./make.ts"
import { bytes, type EpochVectors, pairedReader } from "./reader.ts"

type SymbolVectors = {
  readonly object: string
  readonly bytes: number
  readonly hash: string
  readonly parcel: string
  readonly key: string
  readonly cases: readonly { readonly name: string; readonly expect: string; readonly datagram: string }[]
}
const vectors: EpochVectors & { readonly symbols: SymbolVectors } = JSON.parse(
  readFileSync(join(import.meta.dirname, "epoch.json"), "utf8"),
)
const { symbols } = vectors
const line = await exampleLine(madeBefore())
const node = pairedReader(line, vectors, [vectors.openings[0]!.frame])
const keys = symbolKeys(node.line, 0, "in", bytes(symbols.object))
const way = { line: line.charter.line, from: 0, to: 1 }

test("EP-19: the key of a parcel's symbols follows from the pairing, and its source symbols are the parcel", () => {
  deepEqual(keys.map(hex), [symbols.key])
  const whole = { bytes: symbols.bytes, hash: bytes(symbols.hash) }
  const heard = symbols.cases.flatMap(({ expect, datagram }) => {
    const symbol = openSymbol(suite, keys, way, bytes(datagram))
    if (expect !== "ok") return []
    ok(!isRefusal(symbol))
    deepEqual(symbol.object, whole)
    return [symbol.packet]
  })
  equal(heard.length, symbolsOf(whole))
  deepEqual(
    heard.map(packet => hex(packet.subarray(0, payloadIdBytes))),
    ["00000000", "00000001", "00000002"],
  )
  const padded = concat(...heard.map(packet => packet.subarray(payloadIdBytes)))
  equal(padded.length, 3 * symbolBytes)
  equal(hex(padded.subarray(0, symbols.bytes)), symbols.parcel)
  ok(padded.subarray(symbols.bytes).every(byte => byte === 0))
  equal(hex(suite.sha256(bytes(symbols.parcel))), symbols.hash)
})

for (const { name, expect, datagram } of symbols.cases)
  test(`EP-19: symbol, ${name}: ${expect}`, () => {
    const given = bytes(datagram)
    equal(hex(symbolObjectId(given) ?? new Uint8Array(0)), symbols.object)
    const symbol = openSymbol(suite, keys, way, given)
    equal(isRefusal(symbol) ? symbol.refusal : "ok", expect)
    const [short, long] = [given.subarray(1), concat(given, Uint8Array.of(0))]
    deepEqual([symbolObjectId(short), symbolObjectId(long)], [undefined, undefined])
  })
