// Documents of the other side, fetched chunk by chunk: asked for, put together, proven, kept (page: protocol/document.md, section 3). What
// is not here is asked for again, by whatever path there is; nothing of it ever stands before an entry.
import { chunkOf, chunksOf, type DocumentKey, recordBytesAt } from "./document.ts"
import type { Coming, Wanted } from "./documents-state.ts"
import type { Tell } from "./event.ts"
import { documentIdBytes, encodePart, type Part, type PiecePart } from "./frame.ts"
import { hex } from "./hash.ts"
import { askedBytesMax, documentsWantedMax, stretchesMax } from "./limits.ts"
import { enqueueOnce } from "./once.ts"
import { routine } from "./outbox.ts"
import type { Path } from "./path-state.ts"
import { isThin, noPath, pathsFor } from "./paths.ts"
import { refuse } from "./refusal.ts"
import type { Line } from "./state.ts"

/** How long nothing of a chunk may come before it is asked for again, on a thin path longer, where much may go before it; twice as long
 *  each time that nothing came. */
const waitMsLeast = 1_000
const waitMsThin = 15_000
const waitMsMost = 60_000
/** Chunks that were not what they should be, before a document is given up. */
const wrongMost = 3
/** Room for chunks that have not come whole, besides one of each document. */
const roomBytesMax = 2 * askedBytesMax
/** What is asked for ahead on a path whose round trip is not known yet, as time of its rate. */
const aheadMs = 300

export const pieceName = (root: Uint8Array): string => hex(root.subarray(0, documentIdBytes))

/** `held`: chunks that are here. Told again while it comes, nothing changes. */
export const want = (line: Line, peer: number, { root, size }: DocumentKey, held: readonly number[]): void => {
  const { wanted } = line.state.documents
  if (wanted.size >= documentsWantedMax || wanted.has(pieceName(root))) return
  const document: Wanted = {
    ...{ root, size, peer, wrong: 0, turns: 0, next: 0 },
    ...{ held: new Set(held), keeping: new Set(), coming: new Map() },
  }
  wanted.set(pieceName(root), document)
  tellWhole(line, document)
}

export const dropWanted = (line: Line, root: Uint8Array): void =>
  void line.state.documents.wanted.delete(pieceName(root))

type What = Extract<Tell, { type: "document" }>["what"]
const tell = (line: Line, { root, held, size, peer }: Wanted, what: What): void =>
  void line.out.push({ do: "tell", tell: { type: "document", peer, root, what, held: held.size, of: chunksOf(size) } })

const tellWhole = (line: Line, document: Wanted): void => {
  if (document.held.size < chunksOf(document.size)) return tell(line, document, "coming")
  line.state.documents.wanted.delete(pieceName(document.root))
  tell(line, document, "whole")
}

/** It lies on the disk. */
export const chunkKept = (line: Line, { root, index }: { root: Uint8Array; index: number }): void => {
  const document = line.state.documents.wanted.get(pieceName(root))
  if (!document?.keeping.delete(index)) return
  document.held.add(index)
  tellWhole(line, document)
}

/** Nothing more of it is asked for. (D-10) */
export const chunkNotKept = (line: Line, root: Uint8Array): void => {
  const document = line.state.documents.wanted.get(pieceName(root))
  if (!document) return
  dropWanted(line, root)
  tell(line, document, "notKept")
}

/** A stretch of a chunk's record. Of what was not asked for, as from a carrier, the whole document is told by its name alone. (D-5) */
export const heardPiece = (line: Line, from: number, piece: PiecePart, path?: Path): void => {
  const document = line.state.documents.wanted.get(hex(piece.document))
  const { index, offset, bytes } = piece
  if (!document || document.peer !== from || index >= chunksOf(document.size)) return
  if (document.held.has(index) || document.keeping.has(index)) return
  const length = recordBytesAt(document.size, index)
  if (offset + bytes.length > length) return wrongChunk(line, document, index)
  const coming = document.coming.get(index) ?? unasked(line, document, index, length)
  if (!coming) return
  coming.record.set(bytes, offset)
  coming.got = joined([...coming.got, [offset, offset + bytes.length]])
  coming.askedAt = line.now
  coming.waitMs = waitMsOf(path)
  const [only] = coming.got
  if (coming.got.length === 1 && only![0] === 0 && only![1] === length) return wholeChunk(line, document, index, coming)
  if (offset + bytes.length >= coming.end) coming.askedAt = -Infinity
  // So was what is missing of what was asked for before it.
  for (const before of document.coming.values())
    if (before.path === coming.path && before.turn < coming.turn) before.askedAt = -Infinity
}

const waitMsOf = (path: Path | undefined): number =>
  path && isThin(path.traits) ? waitMsThin : Math.max(waitMsLeast, 3 * (path?.roundTripMs ?? 0))

/** What comes without being asked for, as out of a parcel, whole chunk after whole chunk, needs room for one at a time. */
const unasked = (line: Line, { coming }: Wanted, index: number, length: number): Coming | undefined => {
  if (underWay(line).roomBytes >= askedBytesMax) return undefined
  const fresh = nothingYet(length, { turn: 0, path: noPath, askedAt: -Infinity, waitMs: waitMsLeast })
  coming.set(index, fresh)
  return fresh
}

/** Of a chunk's record of this length nothing is here. */
const nothingYet = (length: number, asked: Pick<Coming, "turn" | "path" | "askedAt" | "waitMs">): Coming => ({
  ...{ record: new Uint8Array(length), got: [], end: length },
  ...asked,
})

/** Stretches in order, those that touch made one; of too many the last are forgotten, and asked for again. */
const joined = (stretches: readonly [number, number][]): [number, number][] => {
  const all: [number, number][] = []
  for (const [from, to] of stretches.toSorted((a, b) => a[0] - b[0])) {
    const last = all.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else if (all.length === stretchesMax) break
    else all.push([from, to])
  }
  return all
}

const wholeChunk = (line: Line, document: Wanted, index: number, { record }: Coming): void => {
  document.coming.delete(index)
  const chunk = chunkOf(document, index, record, line.suite)
  if (!chunk) return wrongChunk(line, document, index)
  document.keeping.add(index)
  line.out.push({ do: "keepChunk", root: document.root, index, bytes: chunk })
}

/** It is not what the signed message says: nothing of it is kept, and after a few of them no more is asked for. (D-4) */
const wrongChunk = (line: Line, document: Wanted, index: number): void => {
  document.coming.delete(index)
  document.wrong += 1
  const refusal = refuse("wrong-chunk", { document: hex(document.root), chunk: index })
  line.out.push({ do: "tell", tell: { type: "refused", refusal, peer: document.peer } })
  if (document.wrong < wrongMost) return
  dropWanted(line, document.root)
  tell(line, document, "wrong")
}

/** The peer gives it no more. (D-6) */
export const heardLack = (line: Line, from: number, { root }: Extract<Part, { type: "lack" }>): void => {
  const document = line.state.documents.wanted.get(pieceName(root))
  if (document?.peer !== from) return
  dropWanted(line, root)
  tell(line, document, "withdrawn")
}

/** Of all chunks that have not come whole: the room that is taken for them, and what is missing of it. */
const underWay = (line: Line): { roomBytes: number; missingBytes: number } => {
  let [roomBytes, missingBytes] = [0, 0]
  for (const { coming } of line.state.documents.wanted.values())
    for (const { record, got } of coming.values()) {
      roomBytes += record.length
      missingBytes += got.reduce((left, [from, to]) => left - (to - from), record.length)
    }
  return { roomBytes, missingBytes }
}

/** Asks for what is to come next, and again for what did not: as much ahead as keeps the path full. */
export const askDocuments = (line: Line): void => {
  const taken = underWay(line)
  for (const document of line.state.documents.wanted.values()) {
    const [path] = pathsFor(line, line.state.peers.get(document.peer)!, 0)
    if (!path || !line.state.peers.get(document.peer)!.helloHeard) continue
    for (const [index, coming] of document.coming) {
      const isLost = !line.state.paths.has(coming.path)
      if (isLost || line.now - coming.askedAt >= coming.waitMs) askAgain(line, path, document, index, coming)
    }
    askAhead(line, path, document, taken)
  }
}

/** One chunk of each document, so that none waits for another to end; else as much of all together as keeps the path full. Who gives all
 *  but a little of every chunk takes no more room for it. */
const askAhead = (line: Line, path: Path, document: Wanted, taken: ReturnType<typeof underWay>): void => {
  const count = chunksOf(document.size)
  const mayAsk = (): boolean =>
    document.coming.size === 0 || (taken.missingBytes < windowOf(path) && taken.roomBytes < roomBytesMax)
  for (; document.next < count && mayAsk(); document.next++) {
    const index = document.next
    if (document.held.has(index) || document.keeping.has(index) || document.coming.has(index)) continue
    const length = recordBytesAt(document.size, index)
    const asked = { turn: ++document.turns, path: path.id, askedAt: line.now, waitMs: waitMsOf(path) }
    document.coming.set(index, nothingYet(length, asked))
    taken.roomBytes += length
    taken.missingBytes += length
    ask(path, document, index, 0, length)
  }
  // What was forgotten on the way, as a chunk that was wrong, is come back to.
  if (document.next === count && document.coming.size === 0 && document.keeping.size === 0) document.next = 0
}

const windowOf = ({ traits, roundTripMs }: Path): number =>
  Math.min((traits.rate / 8_000) * (2 * (roundTripMs ?? 0) + aheadMs), askedBytesMax)

const askAgain = (line: Line, path: Path, document: Wanted, index: number, coming: Coming): void => {
  if (coming.askedAt > -Infinity) coming.waitMs = Math.min(2 * coming.waitMs, waitMsMost)
  coming.askedAt = line.now
  coming.path = path.id
  coming.turn = ++document.turns
  let from = 0
  for (const [start, end] of [...coming.got, [coming.record.length, 0] as const]) {
    if (from < start) {
      ask(path, document, index, from, start)
      coming.end = start
    }
    from = end
  }
}

const ask = (path: Path, { root, held }: Wanted, index: number, from: number, to: number): void =>
  enqueueOnce(path, {
    ...{ name: `ask ${pieceName(root)} ${index} ${from}`, precedence: routine },
    part: encodePart({ type: "ask", root, index, from, to, held: held.size }),
  })

/** When something is to be asked for again, by a path that can take the question. */
export const askDueAt = (line: Line): number => {
  let at = Infinity
  for (const { coming, peer } of line.state.documents.wanted.values()) {
    const by = line.state.peers.get(peer)!
    if (!by.helloHeard || pathsFor(line, by, 0).length === 0) continue
    for (const { askedAt, waitMs } of coming.values()) at = Math.min(at, askedAt + waitMs)
  }
  return at
}
