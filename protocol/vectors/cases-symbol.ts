// Symbols of a parcel on a way that has no way back, from the pairing secret to the datagram. (EP-19)
import { concat, hex, utf8 } from "../../src/core/hash.ts"
import { parcelBytesMax, symbolBytes } from "../../src/core/limits.ts"
import { newLine } from "../../src/core/line.ts"
import { objectIdBytes, type SymbolObject, sealSymbol, symbolKeys } from "../../src/core/symbol.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import type { Case } from "./cases-cbor.ts"
import type { ExampleLine } from "./line.ts"

/** `ours` and `theirs`: what the base openings of party 0 and party 1 export. A whole of three symbols, the last filled up with zeros. */
export const symbolCases = (line: ExampleLine, ours: Uint8Array, theirs: Uint8Array): Record<string, unknown> => {
  const { charter, parties } = line
  const core = newLine({ charter, us: 0, suite, charterBody: parties[0].charterBody })
  const peer = core.state.peers.get(1)
  if (!peer) throw new Error("the line of the vectors has two parties")
  peer.pairingOurs = ours
  peer.pairingTheirs = theirs
  const parcel = concat(
    ...Array.from({ length: 94 }, (_, nth) => suite.sha256(utf8(`parcel of the vectors ${nth}`))),
  ).slice(0, 3_000)
  const object = { bytes: parcel.length, hash: suite.sha256(parcel) }
  const id = suite.sha256(utf8("name of the parcel of the vectors")).slice(0, objectIdBytes)
  const [key] = symbolKeys(core, 1, "out", id)
  if (!key) throw new Error("both halves of the pairing are there")
  const padded = concat(parcel, new Uint8Array(3 * symbolBytes - parcel.length))
  const packet = (block: number, symbol: number): Uint8Array =>
    concat(Uint8Array.of(block, 0, 0, symbol), padded.subarray(symbol * symbolBytes, (symbol + 1) * symbolBytes))
  const sealed = (of: Uint8Array, about: SymbolObject = object, from = 0): Uint8Array =>
    sealSymbol(suite, key, { line: charter.line, from, to: 1 - from }, { id, packet: of, object: about })
  const made = (name: string, expect: string, datagram: Uint8Array): Case => ({
    name,
    ...{ clause: "EP-19", expect, datagram: hex(datagram) },
  })
  const flipped = (at: number): Uint8Array => sealed(packet(0, 1)).map((byte, here) => (here === at ? byte ^ 1 : byte))
  return {
    ...{ object: hex(id), bytes: object.bytes, hash: hex(object.hash), parcel: hex(parcel), key: hex(key) },
    cases: [
      ...[0, 1, 2].map(nth => made(`source symbol ${nth}`, "ok", sealed(packet(0, nth)))),
      made("a bit of the ciphertext turned", "bad-symbol", flipped(600)),
      made("a bit of the tag turned", "bad-symbol", flipped(1_192)),
      made("the payload id of another symbol", "bad-symbol", flipped(20)),
      made("the way back", "bad-symbol", sealed(packet(0, 0), object, 1)),
      made("of nothing", "malformed", sealed(packet(0, 0), { ...object, bytes: 0 })),
      made("of more than a parcel may be", "malformed", sealed(packet(0, 0), { ...object, bytes: parcelBytesMax + 1 })),
      made("of block 1", "malformed", sealed(packet(1, 0))),
    ],
  }
}
