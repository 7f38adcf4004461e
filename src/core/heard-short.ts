// Entries that come short: made whole by what is held, or asked for (page: protocol/sync.md, S-11).
import { endOf, place } from "./accept.ts"
import { recall, refused } from "./aside.ts"
import type { Held } from "./event.ts"
import type { ShortPart } from "./frame.ts"
import { equal } from "./hash.ts"
import { isRefusal } from "./refusal.ts"
import { rebuild } from "./short.ts"
import type { Line, Peer } from "./state.ts"
import { askWhole, owesHave, wantWhole } from "./sync.ts"

/** Always of the sender's own log. */
export const heardShort = (line: Line, peer: Peer, part: ShortPart): void => {
  const log = line.state.logs[peer.party]!
  const { generation, seq } = part
  if (generation > log.generation) log.newer = true
  if (generation !== log.generation) return
  const { frontier, root } = endOf(log)
  const waits = seq === frontier.size + 1 && log.buffer.length > 0
  if (seq <= log.frontier.size || (log.ahead.has(seq) && !waits)) return meetShort(line, peer, part)
  if (log.broken) return
  if (seq > log.claimed) log.claimed = seq
  if (seq !== frontier.size + 1) return
  const { line: name } = line.charter
  const held = rebuild(part, { line: name, author: log.author, ownRoot: root, last: log.last }, line.suite)
  if (held === undefined) return askWhole(line, log)
  if (isRefusal(held)) return refused(line, held, peer.party)
  place(line, peer, held)
}

/** A place that is taken: what has the same signature is the same; what has not might be a second history. (L-8) */
const meetShort = (line: Line, peer: Peer, { generation, seq, signature }: ShortPart): void => {
  owesHave(line, peer)
  if (line.state.asks.size > 256) return
  recall(line, { about: "again", signature: signature.slice() }, { author: peer.party, generation, seq })
}

export const heardAgain = (line: Line, signature: Uint8Array, ours: Held | null): void => {
  if (ours && !equal(ours.entry.signature, signature)) wantWhole(line, ours.entry.author, ours.entry)
}
