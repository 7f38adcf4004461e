// How a line stands, read from the core's state at once and without the disk.
import { breakCode } from "../core/break.ts"
import type { Line } from "../core/state.ts"

/** What the loop can say of the line at once, without the disk. */
export type LineStatus = {
  readonly logs: readonly {
    readonly author: number
    readonly generation: number
    readonly size: number
    readonly ahead: number
  }[]
  /** Own entries that a peer does not say it holds, the largest over all peers. What it is proven to hold is `confirmed`. */
  readonly queued: number
  readonly peers: readonly {
    readonly party: number
    readonly up: boolean
    readonly heardAt: number | null
    readonly roundTripMs: number | null
    readonly lastHuman: number | null // by our clock
    readonly consoles: number
    readonly clockOffsetMs: number | null
    readonly confirmed: number // size of our log that the peer is proven to hold
  }[]
  readonly restored: boolean
  /** What a restored home waits for. `claimed`: how much of our log somebody is known to hold; `newer`: a later generation of it;
   *  `lacking`: how much of the others' logs our own says that we had seen, and is not here. (L-11) */
  readonly restore: {
    readonly claimed: number
    readonly newer: boolean
    readonly forked: boolean
    readonly lacking: number
    readonly unanswered: readonly number[]
    readonly restoredPeers: readonly number[]
  }
  /** Peers with which sealing is to begin anew. `read`: the number of our request, to be read out; `held`: theirs waits here for an
   *  officer; `waits`: confirmed here, and not yet proven to be there. (EP-10) */
  readonly breaks: readonly {
    readonly party: number
    readonly read: string | null
    readonly held: boolean
    readonly waits: boolean
  }[]
}

export const statusOf = ({ state, us, suite }: Line): LineStatus => {
  const { logs, peers, paths, restored } = state
  const own = logs[us]!
  const held = Math.min(...[...peers.values()].map(peer => Math.max(peer.confirmed, peer.claims)))
  return {
    logs: logs.map(log => ({
      author: log.author,
      generation: log.generation,
      size: log.frontier.size,
      ahead: log.ahead.size,
    })),
    queued: own.frontier.size - held,
    peers: [...peers.values()].map(peer => ({
      party: peer.party,
      up: peer.helloHeard && [...paths.values()].some(path => path.peer === peer.party),
      heardAt: peer.heardAt,
      roundTripMs: peer.roundTripMs,
      lastHuman: peer.lastHuman,
      consoles: peer.consoles,
      clockOffsetMs: peer.clockOffsetMs,
      confirmed: peer.confirmed,
    })),
    restored,
    restore: {
      claimed: Math.max(own.claimed, own.frontier.size),
      newer: own.newer,
      forked: own.broken,
      lacking: logs.reduce(
        (sum, log) => sum + (log.author === us ? 0 : Math.max(0, (own.seen[log.author] ?? 0) - log.frontier.size)),
        0,
      ),
      unanswered: [...state.unanswered],
      restoredPeers: [...peers.values()].filter(peer => peer.restored).map(peer => peer.party),
    },
    breaks: [...peers.values()].flatMap(({ party, breakOurs, breakTheirs, pairing }) =>
      breakOurs === null
        ? []
        : [
            {
              party,
              read: breakCode(suite.sha256(breakOurs.opening)),
              held: breakTheirs !== null,
              waits: pairing !== null && !pairing.proven,
            },
          ],
    ),
  }
}
