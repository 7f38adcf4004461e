// Two entries at one place: how a second one is looked for, and what it is (page: protocol/log.md, L-8).
import { about, recall, refused, setAside } from "./aside.ts"
import type { Entry } from "./entry.ts"
import type { Held } from "./event.ts"
import { equal, hex } from "./hash.ts"
import { judge } from "./key.ts"
import { type Refusal, refuse } from "./refusal.ts"
import { isForked } from "./restore.ts"
import type { Line, Peer } from "./state.ts"
import { owesHave, wantWhole } from "./sync.ts"

/** Places that may be looked up at a time: who sends the same again and again is not answered the faster for it. */
const lookUpsMax = 256

/** What an entry's own signature is worth by the keys of its author. */
export const signatureOf = (line: Line, held: Held): true | Refusal => {
  const { author, tenures } = line.state.logs[held.entry.author]!
  return judge({ charter: line.charter, author, tenures }, held, line.suite)
}

/** A place that is taken: the same entry again is nothing, another one is a fork or a forgery. (L-8) */
export const meetAgain = (line: Line, held: Held): void => {
  const { entry } = held
  const peer = line.state.peers.get(entry.author)
  if (peer) owesHave(line, peer)
  if (line.state.asks.size > lookUpsMax) return
  recall(line, { about: "rival", held }, entry)
}

export const heardRival = (line: Line, held: Held, ours: Held | null): void => {
  if (!ours || equal(ours.entry.hash, held.entry.hash)) return
  const proof = signatureOf(line, held)
  if (proof !== true) return refused(line, proof, held.entry.author)
  setAside(line, held.entry, refuse("two-histories", { ...about(held.entry), first: hex(ours.entry.hash) }))
  if (held.entry.author === line.us) isForked(line, held.entry)
}

/** Stopped logs: of two histories, each entry beyond where they part carries another root, so that its author's entry at our last
 *  place is the proof, if there are two. It is asked for once on each link. (L-8) */
export const askRivals = (line: Line): void => {
  for (const log of line.state.logs) {
    if (!log.broken || log.frontier.size === 0 || log.askedWholeAt === Infinity) continue
    log.askedWholeAt = -Infinity
    wantWhole(line, log.author, { ...log, seq: log.frontier.size })
    if (log.askedWholeAt === line.now) log.askedWholeAt = Infinity
  }
}

/** The peer has signed that our log is another than we hold: it can show the entry that makes it so, or it lies. */
export const askOwnRival = (line: Line, peer: Peer, { generation, seq }: Pick<Entry, "generation" | "seq">): void =>
  wantWhole(line, peer.party, { author: line.us, generation, seq })
