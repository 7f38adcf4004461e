// What waits to be sent on a path, and how it is cut into frames: strict precedence, per fragment (page: protocol/sync.md, section 4).
import { seal } from "./epoch.ts"
import type { Held, Stored } from "./event.ts"
import { cut } from "./fragment.ts"
import { encodeEntryPart, joinParts } from "./frame.ts"
import { frameBytesMax } from "./limits.ts"
import { layerOf } from "./national.ts"
import { padded } from "./pad.ts"
import type { Outgoing, Path } from "./path-state.ts"
import { isThin } from "./paths.ts"
import { sendPing } from "./probe.ts"
import { precedences } from "./registry.ts"
import { aroundBytes } from "./seal.ts"
import { shorten } from "./short.ts"
import type { Line, Peer } from "./state.ts"
import { hasRoom, pieceOf, wantsProbe } from "./window.ts"

export const bulk = precedences.indexOf("BULK")
export const routine = precedences.indexOf("ROUTINE")
export const priority = precedences.indexOf("PRIORITY")
export const immediate = precedences.indexOf("IMMEDIATE")
export const flash = precedences.indexOf("FLASH")
/** A frame of many small parts ends here; larger ones only lengthen the wait of what comes after. */
const gatherBytes = 65_536
export const partsMax = 4_096

export const enqueue = (path: Path, item: Outgoing): void => {
  path.queue[item.precedence]!.push(item)
}

export const storedOf = ({ entry, body }: Held): Stored => ({
  seq: entry.seq,
  bytes: entry.bytes,
  ...(body && { salt: body.salt, body: body.bytes }),
})

/** As it was written: an answer to who asks for it, and what others have written. */
export const wholePart = (line: Line, { bytes, salt, body }: Stored, path: Path): Uint8Array =>
  encodeEntryPart({ cose: bytes, salt: salt ?? null, body: body ?? null }, isThin(path.traits), line.suite)

type Own = { readonly precedence: number; readonly stored: Stored; readonly isNext: boolean }

/** An own entry on its way, short where its reader will hold the one before it. What overtakes others on the path, or is sent out of
 *  turn, goes whole; and since who holds it already may have no use for it, what follows says all. (S-11) */
export const sendOwn = (line: Line, peer: Peer, path: Path, { precedence, stored, isNext }: Own): void => {
  const { before } = path
  const { generation } = line.state.logs[line.us]!
  const overtakes = path.queue.some((queue, at) => at < precedence && queue.some(it => it.entry !== undefined))
  const keepsOrder = path.traits.keepsOrder === true
  const follows = keepsOrder && before?.generation === generation && before.seq === stored.seq - 1
  const isHeld = follows || Math.max(peer.confirmed, peer.claims) >= stored.seq - 1
  const inTurn = isNext && !overtakes
  const made = peer.takesShort
    ? shorten(
        stored,
        before,
        {
          isHeld: inTurn && isHeld,
          packs: isThin(path.traits),
          goesOn: keepsOrder && inTurn && precedence < immediate,
        },
        line.suite,
      )
    : undefined
  path.before = isNext ? (made?.before ?? null) : null
  const part = made?.part ?? wholePart(line, stored, path)
  const outgoing = { precedence, part, entry: { author: line.us, generation, seq: stored.seq } }
  enqueue(path, outgoing)
  // Where a frame may vanish unseen, its loss would be found too late for this. (S-5)
  if (path.traits.loses && precedence >= immediate) enqueue(path, { ...outgoing, isCopy: true })
}

/** Sends while the path has room, the highest precedence first. */
export const drain = (line: Line, path: Path, peer: Peer): void => {
  while (path.inFlight < path.traits.queueBytes) {
    const next = gather(line, path, peer)
    if (!next) return
    const most = Math.min(path.traits.fragmentBytes - around(line, peer), frameBytesMax)
    const plain = joinParts(isThin(path.traits) ? next.parts : padded(next.parts, most))
    const frame = seal(line, peer, path, plain)
    if (!frame) {
      path.queue[next.precedence]!.unshift(...next.items)
      return
    }
    path.inFlight += frame.length
    path.framesSent += 1
    path.bytesSent += frame.length
    path.sentAt = line.now
    line.out.push({ do: "send", path: path.id, frame })
    if (wantsProbe(path) && peer.helloHeard) sendPing(line, path)
    const sent = Math.max(
      0,
      ...next.items.map(({ entry, isUnfinished }) => (entry?.author === line.us && !isUnfinished ? entry.seq : 0)),
    )
    if (sent > 0) line.out.push({ do: "tell", tell: { type: "sent", peer: peer.party, seq: sent } })
  }
}

/** By the cards, and not by what is open just now: a part may be cut before an epoch is. (F-14) */
export const around = ({ charter, us, suite }: Line, { party }: Peer): number =>
  aroundBytes(layerOf(charter.parties[us]?.national, charter.parties[party]?.national, suite) !== undefined)

type Gathered = { precedence: number; items: Outgoing[]; parts: Uint8Array[] }

/** The next frame's parts: of the highest precedence that waits, as many small ones as fit; one too large is cut in fragments. What is
 *  asked for, again and again where a buffer holds the answers, keeps to the window whatever its precedence. (S-12) */
const gather = (line: Line, path: Path, peer: Peer): Gathered | null => {
  for (let precedence = path.queue.length - 1; precedence >= 0; precedence--) {
    const queue = path.queue[precedence]!
    while (queue.length > 0 && isOver(line, peer, queue[0]!)) queue.shift()
    const mayGo = (it: Outgoing): boolean => hasRoom(path, it.isAsked ? bulk : precedence)
    const first = queue.findIndex(mayGo)
    if (first < 0) continue
    const room = frameRoom(path, precedence) - around(line, peer) - 3
    const most = Math.min(room, gatherBytes)
    if (queue[first]!.part.length > room) queue.splice(first, 1, ...cut(queue[first]!, room, line.suite))
    const items: Outgoing[] = []
    let bytes = 0
    for (let it = queue[first]; it && items.length < partsMax; it = queue[first + items.length]) {
      // One loss must not take both.
      if (items.length > 0 && (it.isCopy || !mayGo(it) || bytes + it.part.length > most)) break
      bytes += it.part.length
      items.push(it)
    }
    queue.splice(first, items.length)
    return { precedence, items, parts: items.map(it => it.part) }
  }
  return null
}

/** Another path has brought it meanwhile, as a receipt of the peer has proven. */
const isOver = (line: Line, { confirmed }: Peer, { entry, isAsked }: Outgoing): boolean =>
  entry !== undefined &&
  isAsked !== true &&
  entry.author === line.us &&
  entry.generation === line.state.logs[line.us]!.generation &&
  entry.seq <= confirmed

/** How long a frame may be: the whole of what the path takes for what is urgent, and for what is alone there; else no more than what
 *  something urgent may be made to wait. (S-4) */
const frameRoom = (path: Path, precedence: number): number => {
  const { traits, queue } = path
  if (precedence >= immediate) return traits.fragmentBytes
  const piece = Math.min(pieceOf(path), traits.fragmentBytes)
  if (traits.pieceBytes === undefined) return piece
  const waiting = queue.reduce((sum, parts) => sum + parts.length, 0)
  return precedence > bulk && waiting === 1 ? traits.fragmentBytes : piece
}
