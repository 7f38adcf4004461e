// Reading for a peer what it lacks: what it asks for, and what of our own log it does not hold yet (page: protocol/sync.md, section 3).
// Entries go out as they were written, behind the head that covers them.
import { decodeEntry, type InLog } from "./entry.ts"
import type { Stored } from "./event.ts"
import { encodePart } from "./frame.ts"
import type { Head } from "./head.ts"
import { creditBytes, gapsMax } from "./limits.ts"
import { bulk, enqueue, immediate, partsMax, priority, sendOwn, wholePart } from "./outbox.ts"
import type { Path } from "./path-state.ts"
import { pathsFor } from "./paths.ts"
import { isRefusal } from "./refusal.ts"
import type { Line } from "./state.ts"

/** Bytes read from the store for one push. */
const serveBytes = 131_072

/** What a `want` names is read from the store, as much as one read allows; the peer asks again for the rest. */
export const heardWant = (
  line: Line,
  path: Path,
  want: { author: number; generation: number; from: number; to: number },
): void => {
  const log = line.state.logs[want.author]
  if (!log || want.generation > log.generation || path.wants.length >= gapsMax) return
  // What is closed is served from the record as well, as far as it is there. (K-9)
  const to = want.generation === log.generation ? Math.min(want.to, log.frontier.size) : want.to
  // Asked again before the answer had time to come, as on a thin path: once is enough.
  const { author, generation, from } = want
  if (path.wants.some(it => it.author === author && it.generation === generation && it.from <= from && it.to >= to))
    return
  if (want.from <= to) path.wants.push({ author: want.author, generation: want.generation, from: want.from, to })
}

export const serve = (line: Line, path: Path): void => {
  if (path.serving || !path.helloSent) return
  const peer = line.state.peers.get(path.peer)!
  if (!peer.helloHeard || path.queue.some(it => it.length > partsMax)) return
  // What is read earlier than the path can take it only grows old in memory.
  if (path.inFlight >= path.traits.queueBytes || waitingBytes(path) > creditBytes) return
  const want = path.wants[0]
  const own = line.state.logs[line.us]!
  if (want) {
    path.serving = true
    line.out.push({ do: "serve", path: path.id, ...want, bytesMax: serveBytes, coveredTo: coveredTo(path, want) })
    return
  }
  const room = peer.credit - peer.unconfirmedBytes
  if (peer.sentTo >= own.frontier.size || room < 4_096 || pathsFor(line, peer, bulk)[0] !== path) return
  path.serving = true
  const stretch = { author: line.us, generation: own.generation, from: peer.sentTo + 1, to: own.frontier.size }
  const bytesMax = Math.min(room, serveBytes)
  line.out.push({ do: "serve", path: path.id, ...stretch, bytesMax, coveredTo: coveredTo(path, stretch) })
}

const waitingBytes = ({ queue }: Path): number =>
  queue.reduce((sum, parts) => parts.reduce((bytes, { part }) => bytes + part.length, sum), 0)

/** How far the head reaches that went before on this path. */
const coveredTo = ({ headsServed }: Path, { author, generation }: { author: number; generation: number }): number => {
  const head = headsServed.get(author)
  return head?.generation === generation ? head.size : 0
}

/** On a thin path a peer asks again before what it asked for has left: one copy in the queue is enough. */
const isQueued = (path: Path, { author, generation, seq }: InLog, precedence: number): boolean =>
  path.queue.some(
    (queue, at) =>
      at >= precedence &&
      queue.some(({ entry }) => entry?.seq === seq && entry.author === author && entry.generation === generation),
  )

type Named = { readonly author: number; readonly generation: number }
const isSameLog = (a: Named, b: Named): boolean => a.author === b.author && a.generation === b.generation

/** Rows read for a path: an answer to a `want`, or the next of our own that the peer lacks. A head goes before what it covers. */
export const heardServed = (
  line: Line,
  path: Path,
  read: { author: number; generation: number; from: number; rows: readonly Stored[]; head?: Head | undefined },
): void => {
  path.serving = false
  const peer = line.state.peers.get(path.peer)!
  const want = path.wants[0]
  const answersWant = want !== undefined && isSameLog(want, read) && want.from === read.from
  const last = read.rows.at(-1)?.seq
  if (answersWant) {
    if (last === undefined || last >= want.to) path.wants.shift()
    else want.from = last + 1
  }
  if (last === undefined) return
  const pushes = !answersWant && isSameLog(read, line.state.logs[line.us]!) && read.from === peer.sentTo + 1
  if (!answersWant && !pushes) return
  if (read.head && read.rows.length > 1) {
    path.headsServed.set(read.head.author, read.head)
    enqueue(path, { precedence: priority, part: encodePart({ type: "head", head: read.head }) })
  }
  const { author } = read
  let bytes = 0
  for (const row of read.rows) {
    const precedence = answersWant ? wantedAt(line, author, row) : priority
    const entry = { author, generation: read.generation, seq: row.seq }
    if (answersWant && isQueued(path, entry, precedence)) continue
    if (pushes) sendOwn(line, peer, path, { precedence, stored: row, isNext: true })
    else enqueue(path, { precedence, part: wholePart(line, row, path), entry, isAsked: true })
    bytes += row.bytes.length + (row.body?.length ?? 0)
  }
  if (!pushes) return
  peer.sentTo = last
  peer.pushed.push({ seq: last, bytes })
  peer.unconfirmedBytes += bytes
}

/** What is asked for goes as a backlog does, and what is urgent as what it is. To who asks for its own log nothing of it is news: it needs
 *  all, in order. (S-7) */
const wantedAt = (line: Line, author: number, row: Stored): number => {
  if (author !== line.us) return priority
  const entry = decodeEntry(row.bytes, line.suite)
  return !isRefusal(entry) && entry.precedence >= immediate ? entry.precedence : priority
}
