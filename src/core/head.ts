// A signed head: an author's tree at one size, as a C2SP checkpoint with two signatures (page: protocol/log.md, section 4).
import type { Hash } from "./suite.ts"

export type Head = {
  readonly author: number
  readonly generation: number
  readonly size: number
  readonly root: Hash
  readonly ed25519: Uint8Array // 64 B over the checkpoint text
  readonly mlDsa65: Uint8Array // 3,309 B over the same text, context "parley/1 head"
}
