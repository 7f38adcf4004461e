// One log of one author and generation, as far as a verifier has followed it.
import type { Charter } from "../core/charter.ts"
import { hex } from "../core/hash.ts"
import { cardTenure, type Span, type Tenure } from "../core/key.ts"
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
  tenures: Tenure[]
  readonly acts: Set<string>
  /** What its author does not stand by. */
  readonly disavowed: Span[]
  readonly waiting: Map<number, Held>
  readonly bytes: Uint8Array[]
  /** Entries whose signatures are being checked, and those whose are false. */
  asked: number
  readonly unsigned: number[]
  heads: number
  underHead: number
  signatures: number
}

export type LogProof = {
  readonly author: number
  readonly generation: number
  /** Entries without a gap from 1, each following from the one before. */
  readonly size: number
  readonly root: string
  /** Entries held beyond a gap: their place in the log is not proven. */
  readonly beyond: number
  /** Entries under a head with both signatures. */
  readonly underHead: number
  readonly heads: number
  readonly signatures: number
  /** Entries of these that their author does not stand by: signed with a revoked key, or after its log was begun anew. (K-8, K-9) */
  readonly disavowed: number
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
    acts: new Set(),
    disavowed: [],
    waiting: new Map(),
    bytes: [],
    asked: 0,
    unsigned: [],
    heads: 0,
    underHead: 0,
    signatures: 0,
  }
}

/** Held entries of it that their author does not stand by. */
const disavowedIn = ({ disavowed, frontier }: Log): number =>
  new Set(
    disavowed.flatMap(({ from, to }) =>
      Array.from({ length: Math.max(0, Math.min(to, frontier.size) - from + 1) }, (_, at) => from + at),
    ),
  ).size

export const rootAt = ({ roots }: Log, size: number): Uint8Array =>
  roots.subarray(hashBytes * size, hashBytes * (size + 1))

export const proofOf = (log: Log): LogProof => ({
  author: log.author,
  generation: log.generation,
  size: log.frontier.size,
  root: hex(log.root),
  beyond: log.waiting.size,
  underHead: log.underHead,
  heads: log.heads,
  signatures: log.signatures,
  disavowed: disavowedIn(log),
})
