// RaptorQ (RFC 6330), by the package `raptorq`: a program in WebAssembly that was not written for Node. Its traps are kept in here: a wrong
// piece gives a wrong whole without a word, so whoever asks compares hashes; a malformed one stops the machine for good, so every call has
// a machine of its own, which also gives back what memory it took.
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { symbolBytes } from "../core/limits.ts"

export type RaptorQ = {
  /** All source packets, then as many for repair, from the `skip`th on: payload id ‖ symbol, each. The bytes are one block. */
  encode(bytes: Uint8Array, repair: { readonly skip: number; readonly count: number }): Uint8Array[]
  /** Undefined where these are too few, or what is no packet is among them. */
  decode(length: number, packets: Iterable<Uint8Array>): Uint8Array | undefined
}

export const loadRaptorQ = async (): Promise<RaptorQ> => {
  const { Decoder, Encoder, initSync } = await import("raptorq/raptorq.js")
  const program = readFileSync(fileURLToPath(import.meta.resolve("raptorq/raptorq_bg.wasm")))
  return {
    encode(bytes, { skip, count }) {
      initSync(program)
      const packets = Encoder.with_defaults(bytes, symbolBytes).encode(skip + count)
      const source = packets.length - skip - count
      return [...packets.slice(0, source), ...packets.slice(source + skip)]
    },
    decode(length, packets) {
      initSync(program)
      try {
        const decoder = Decoder.with_defaults(BigInt(length), symbolBytes)
        for (const packet of packets) {
          const whole = decoder.decode(packet)
          if (whole !== undefined) return whole.slice()
        }
      } catch (error) {
        // Its own way of saying that a packet is none; the next call begins anew.
        if (!(error instanceof Error && error.name === "RuntimeError")) throw error
      }
      return undefined
    },
  }
}
