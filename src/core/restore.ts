// A home that was put back from a copy may have said more than it knows (page: protocol/log.md, section 6). Until it is whole again it
// signs no entry: a second history would be signed by its own keys.

import type { Entry } from "./entry.ts"
import { doubtMs } from "./limits.ts"
import { refuse } from "./refusal.ts"
import type { Line, Peer } from "./state.ts"

/** Whether our own log may be longer elsewhere. */
export const isInDoubt = ({ state }: Line): boolean => state.restored || state.doubtSince !== null

/** Whether every peer has been heard by this process: what is due by the clock alone must not be signed by a copy of long ago before
 *  somebody could say that it is one. (L-11, EP-2) */
export const isAnswered = ({ state }: Line): boolean => [...state.peers.values()].every(peer => peer.helloHeard)

/** A peer says, unsigned, that it holds more of our log than we do. Until it has shown so, or time has passed, nothing is signed. (L-11) */
export const doubtWhole = (line: Line, size: number): void => {
  const { state } = line
  if (state.doubtEnded) return
  const own = line.state.logs[line.us]!
  own.claimed = Math.max(own.claimed, size)
  if (!state.restored) state.doubtSince ??= line.now
}

/** The proof did not come: the claim was false, and later ones are not waited for. (L-11) */
export const endDoubt = (line: Line): void => {
  const { state } = line
  if (state.doubtSince === null || line.now - state.doubtSince < doubtMs) return
  const own = line.state.logs[line.us]!
  const refusal = refuse("seen-mismatch", { author: line.us, size: own.claimed, ours: own.frontier.size })
  state.doubtSince = null
  state.doubtEnded = true
  own.claimed = own.frontier.size
  own.newer = false
  line.out.push({ do: "tell", tell: { type: "refused", refusal, peer: null } })
}

/** … or that there is a later generation of our log than ours. */
export const doubtGeneration = (line: Line): void => {
  const { state } = line
  if (state.doubtEnded) return
  state.logs[line.us]!.newer = true
  if (!state.restored) state.doubtSince ??= line.now
}

/** Proof that more of our log exists than we hold, signed by us or by the peer: this home was restored from a copy. (L-11) */
export const isRestored = (line: Line, size: number): void => {
  const own = line.state.logs[line.us]!
  if (size <= own.frontier.size) return
  // A later generation of ours says no more than that it exists.
  if (size < Number.MAX_SAFE_INTEGER) own.claimed = Math.max(own.claimed, size)
  else own.newer = true
  line.state.doubtSince = null
  if (line.state.restored) return
  line.state.restored = true
  line.state.dirty = true
  line.out.push({
    do: "tell",
    tell: { type: "refused", refusal: refuse("restored", { ours: own.frontier.size, theirs: size }), peer: null },
  })
}

/** Two entries of ours are signed for one place: this home is a copy that has spoken, or its key is not ours alone. Nothing gives that back
 *  whole; it is for our people to begin the log anew. (L-11, K-9) */
export const isForked = (line: Line, { generation, seq }: Pick<Entry, "generation" | "seq">): void => {
  const own = line.state.logs[line.us]!
  if (own.broken || generation !== own.generation) return
  own.broken = true
  line.state.restored = true
  line.state.doubtSince = null
  line.state.dirty = true
  const refusal = refuse("restored", { ours: own.frontier.size, theirs: seq })
  line.out.push({ do: "tell", tell: { type: "refused", refusal, peer: null } })
}

/** A peer has said what it holds of our log, and whether it was itself put back from a copy. */
export const heardFromPeer = (line: Line, peer: Peer, restored: boolean): void => {
  peer.restored = restored
  if (restored && !peer.sending?.confirmed) peer.lacksKeys = true
  if (!restored) line.state.unanswered.delete(peer.party)
}

/** Every peer has answered, none of them from a copy, and all that they hold of our log is here, with all that it had seen. (L-11) */
const isWhole = ({ state, us }: Line): boolean => {
  const own = state.logs[us]!
  if (own.broken || state.unanswered.size > 0 || own.newer || own.opening || own.frontier.size < own.claimed)
    return false
  if ([...state.peers.values()].some(peer => peer.restored)) return false
  return state.logs.every(log => log.author === us || log.frontier.size >= (own.seen[log.author] ?? 0))
}

export const endRestore = (line: Line): void => {
  const { state } = line
  if (!state.restored || !isWhole(line)) return
  state.restored = false
  state.dirty = true
  // The peers waited for it, if they were put back as well.
  for (const path of state.paths.values()) path.helloSent = false
}

/** The keys have been in use and the record is empty: it was lost. Nothing is signed before the peer has shown what it holds. (L-11) */
export const recordLost = (line: Line): void => {
  const { state } = line
  if (state.restored || state.epochKey > 0 || state.logs.some(log => log.frontier.size > 0)) return
  state.restored = true
  state.dirty = true
  for (const party of state.peers.keys()) state.unanswered.add(party)
  const refusal = refuse("restored", { ours: 0 })
  line.out.push({ do: "tell", tell: { type: "refused", refusal, peer: null } })
}
