// The suite of the simulator: the platform's, which is deterministic but for what it signs. Brotli at its strongest takes most of a
// run's time and proves nothing here, so bodies are packed lightly, and each body once.
import { brotliCompressSync, constants } from "node:zlib"
import type { Suite } from "../src/core/suite.ts"
import { nodeSuite } from "../src/suites/node.ts"

const packedMax = 4_096

export const simSuite = (): Suite => {
  const packed = new Map<string, Uint8Array>()
  return {
    ...nodeSuite,
    compress(plain) {
      const name = Buffer.from(nodeSuite.sha256(plain)).toString("latin1")
      const known = packed.get(name)
      if (known) return known
      const params = { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_LGWIN]: 16 }
      const made = new Uint8Array(brotliCompressSync(plain, { params }))
      if (packed.size >= packedMax) packed.clear()
      packed.set(name, made)
      return made
    },
  }
}
