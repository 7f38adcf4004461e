// One log of one author and generation, as far as a verifier has followed it.
import type { Charter } from "../core/charter.ts"
import { cardTenure, type Tenure } from "../core/key.ts"
import { emptyFrontier, emptyRoot, type Frontier } from "../core/log.ts"
import type { Suite } from "../core/suite.ts"

export const hashBytes = 32

/** An entry as a store or a bundle holds it. `hash`: what it is filed under, if it is. */
export type Held = {
  readonly author: number
  readonly generation: number
  readonly seq: number
  readonly hash?: Uint8Array
  readonly bytes: Uint8Array
  readonly salt?: Uint8Array
  readonly body?: Uint8Array
  /** Its body is held and was not read: its key was not given, or does not open it. */
  readonly unread?: "locked" | "altered"
}

export type Log = {
  readonly author: number
  readonly generation: number
  frontier: Frontier
  root: Uint8Array
  /** Roots by size, from 0, one after the other. */
  roots: Uint8Array
  readonly numbers: number[]
  /** The author's node keys, by position. */
  readonly tenures: Tenure[]
  readonly waiting: Map<number, Held>
  readonly bytes: Uint8Array[]
  /** Entries whose signatures are being checked, and those whose are false. */
  asked: number
  readonly unsigned: number[]
  heads: number
  underHead: number
  signatures: number
}

export const freshLog = (parties: Charter["parties"], author: number, generation: number, suite: Suite): Log => {
  const root = emptyRoot(suite)
  const roots = new Uint8Array(hashBytes * 1_024)
  roots.set(root)
  return {
    author,
    generation,
    frontier: emptyFrontier(),
    root,
    roots,
    numbers: [],
    tenures: [cardTenure(parties, parties[author] === undefined ? 0 : author)],
    waiting: new Map(),
    bytes: [],
    asked: 0,
    unsigned: [],
    heads: 0,
    underHead: 0,
    signatures: 0,
  }
}
