// Several paths to one peer: how they open and close, and which of them a thing takes (page: protocol/sync.md, section 5).
import { showOpenings } from "./epoch.ts"
import type { PathTraits } from "./event.ts"
import { deadAfterMs, headRateMin, pingAfterMs } from "./limits.ts"
import { freshPath, type Path } from "./path-state.ts"
import { precedences } from "./registry.ts"
import type { Line, Peer } from "./state.ts"
import { firstWindow, swallowed } from "./window.ts"

const immediate = precedences.indexOf("IMMEDIATE")
export const isThin = (traits: PathTraits): boolean => traits.rate < headRateMin

/** By which path nothing is asked. */
export const noPath = -1

/** Silence before a ping, and before a path is taken for dead: a thin one is given six times as long. (S-9) */
export const pingEvery = ({ traits }: Path): number => (isThin(traits) ? 6 * pingAfterMs : pingAfterMs)
export const deadAfter = ({ traits }: Path): number => (isThin(traits) ? 6 * deadAfterMs : deadAfterMs)

/** How long a pong may take before its path is doubted. (S-5) */
export const pongMs = ({ traits, roundTripMs }: Path): number =>
  Math.max(isThin(traits) ? 6_000 : 2_000, 3 * (roundTripMs ?? 0))

export const openPath = (line: Line, id: number, peer: number, traits: PathTraits): void => {
  const path = freshPath(id, peer, traits, firstWindow(line, id), line.now)
  line.state.paths.set(id, path)
  showOpenings(line, line.state.peers.get(peer)!, path)
}

/** What was on its way is not known to have arrived: pushing begins again from what the peer is proven to hold. */
export const closePath = (line: Line, id: number): void => {
  const path = line.state.paths.get(id)
  if (!path) return
  line.state.paths.delete(id)
  swallowed(line, path, pingAfterMs)
  // Who has its number next was asked nothing of this.
  for (const { coming } of line.state.documents.wanted.values())
    for (const chunk of coming.values()) if (chunk.path === id) chunk.path = noPath
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
