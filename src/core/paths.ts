// Several paths to one peer: how they open and close, which of them a thing takes, and what one is taken for that does not keep what it
// says (page: protocol/sync.md, section 5).
import { showOpenings } from "./epoch.ts"
import type { PathTraits } from "./event.ts"
import { deadAfterMs, headRateMin, pingAfterMs } from "./limits.ts"
import { freshPath, type Path } from "./path-state.ts"
import { precedences } from "./registry.ts"
import type { Line, Peer } from "./state.ts"

const immediate = precedences.indexOf("IMMEDIATE")
/** A path that lied is taken for this share of what it was taken for, and for so many times more where that much came there. */
const doubtStep = 16
const trustStep = 4
/** The least rate that any path is taken for: a modem of the seventies. */
const rateLeast = 300
/** What may wait in a path that lied, and how long one frame may take there. */
const queueMs = 400
const pieceMs = 210
const pieceBytesLeast = 160

export const isThin = (traits: PathTraits): boolean => traits.rate < headRateMin

/** Silence before a ping, and before a path is taken for dead: a thin one is given six times as long. (S-9) */
export const pingEvery = ({ traits }: Path): number => (isThin(traits) ? 6 * pingAfterMs : pingAfterMs)
export const deadAfter = ({ traits }: Path): number => (isThin(traits) ? 6 * deadAfterMs : deadAfterMs)

/** How long a pong may take before its path is doubted. (S-5) */
export const pongMs = ({ traits, roundTripMs }: Path): number =>
  Math.max(isThin(traits) ? 6_000 : 2_000, 3 * (roundTripMs ?? 0))

/** Its traits at a rate below the one that it says. (S-12) */
const takenFor = (traits: PathTraits, rate: number): PathTraits => {
  if (rate >= traits.rate) return traits
  const bytesPerMs = rate / 8_000
  const piece = Math.max(pieceBytesLeast, Math.round(bytesPerMs * pieceMs))
  return {
    ...traits,
    rate,
    pieceBytes: Math.min(piece, traits.pieceBytes ?? traits.fragmentBytes),
    queueBytes: Math.min(traits.queueBytes, Math.max(piece, Math.round(bytesPerMs * queueMs))),
  }
}

export const openPath = (line: Line, id: number, peer: number, traits: PathTraits): void => {
  const path = freshPath(id, peer, traits, line.now)
  path.traits = takenFor(traits, line.state.believed.get(id) ?? traits.rate)
  line.state.paths.set(id, path)
  showOpenings(line, line.state.peers.get(peer)!, path)
}

/** What was on its way is not known to have arrived: pushing begins again from what the peer is proven to hold. */
export const closePath = (line: Line, id: number): void => {
  const path = line.state.paths.get(id)
  if (!path) return
  line.state.paths.delete(id)
  doubtRate(line, path)
  const peer = line.state.peers.get(path.peer)!
  rewind(peer)
  if ([...line.state.paths.values()].some(it => it.peer === path.peer)) return
  peer.helloHeard = false
  peer.early = []
  if (peer.linkTold) line.out.push({ do: "tell", tell: { type: "link", peer: peer.party, up: false } })
  peer.linkTold = false
}

export const rewind = (peer: Peer): void => {
  peer.sentTo = peer.confirmed
  peer.pushed = []
  peer.unconfirmedBytes = 0
}

/** It took what was handed over and brought nothing of it there, while the peer was heard all the time: it is slower than it says. A cut
 *  silences both ways. (S-12) */
const doubtRate = (line: Line, path: Path): void => {
  const [late] = path.pings
  if (!late || path.heardAt < late.at + pingAfterMs || path.framesSent === 0) return
  line.state.believed.set(path.id, Math.max(rateLeast, path.traits.rate / doubtStep))
}

/** It brought there what it is taken for, or nearly: it may be faster. (S-12) */
export const trustRate = ({ state }: Line, path: Path): void => {
  const rate = state.believed.get(path.id)
  if (rate === undefined) return
  if (rate * trustStep < path.says.rate) state.believed.set(path.id, rate * trustStep)
  else state.believed.delete(path.id)
  path.traits = takenFor(path.says, rate * trustStep)
}

/** The cheaper of two, and of two that cost the same the faster; one whose pong is late comes after all others. (S-5) */
const isBefore = (one: Path, other: Path): boolean => {
  if (one.isDoubtful !== other.isDoubtful) return other.isDoubtful
  const [cost, otherCost] = [one.traits.cost ?? 0, other.traits.cost ?? 0]
  return cost === otherCost ? one.traits.rate > other.traits.rate : cost < otherCost
}

export const bestOf = (paths: readonly Path[]): Path | undefined =>
  paths.reduce<Path | undefined>((best, path) => (best && !isBefore(path, best) ? best : path), undefined)

/** Paths that an entry takes: all of them at IMMEDIATE and above, the best otherwise. (S-5) */
export const pathsFor = (line: Line, peer: Peer, precedence: number): Path[] => {
  const open = [...line.state.paths.values()].filter(path => path.peer === peer.party && path.helloSent)
  if (precedence >= immediate) return open
  const best = bestOf(open)
  return best ? [best] : []
}
