// What a node keeps of beginning anew with one peer (page: protocol/epoch.md, section 6). All of it but the last two is durable.
import type { Hash } from "./suite.ts"

export type BreakState = {
  /** SHA-256 of the base opening that `pairingTheirs` came from. */
  theirBase: Hash | null
  /** Our break opening and the secret it leaves, until the pairing that it makes is proven. (EP-9) */
  breakOurs: { readonly opening: Uint8Array; readonly secret: Uint8Array } | null
  /** The pairing made by the last confirmed break; `theirs`: the opening that was confirmed. (EP-11) */
  pairing: { readonly id: Hash; readonly secret: Uint8Array; readonly theirs: Hash; proven: boolean } | null
  /** Time of the last break opening of the peer that was decided about here. */
  brokenAt: number
  /** A confirmed break that our log does not say yet. */
  breakToSay: { readonly theirs: Hash; readonly ours: Hash; readonly officer: string } | null
  /** The peer's break opening that waits for an officer; it is shown again after a start. */
  breakTheirs: { readonly hash: Hash; readonly secret: Uint8Array; readonly time: number } | null
  breaking: boolean
}

export const noBreak: BreakState = {
  theirBase: null,
  breakOurs: null,
  pairing: null,
  brokenAt: 0,
  breakToSay: null,
  breakTheirs: null,
  breaking: false,
}
