// What waits to be sent on a path, and how it is cut into frames: strict precedence, per fragment (page: protocol/sync.md, section 4).
import { seal } from "./epoch.ts"
import type { Held, PathTraits, Stored } from "./event.ts"
import { cut } from "./fragment.ts"
import { encodeEntryPart, joinParts } from "./frame.ts"
import { frameBytesMax, headRateMin } from "./limits.ts"
import { layerOf } from "./national.ts"
import { padded } from "./pad.ts"
import { precedences } from "./registry.ts"
import { aroundBytes } from "./seal.ts"
import { shorten } from "./short.ts"
import type { Line, Outgoing, Path, Peer } from "./state.ts"

export const bulk = precedences.indexOf("BULK")
export const priority = precedences.indexOf("PRIORITY")
export const immediate = precedences.indexOf("IMMEDIATE")
export const flash = precedences.indexOf("FLASH")
/** A frame of many small parts ends here; larger ones only lengthen the wait of what comes after. */
const gatherBytes = 65_536
export const partsMax = 4_096

export const isThin = (traits: PathTraits): boolean => traits.rate < headRateMin

export const enqueue = (path: Path, item: Outgoing): void => {
  path.queue[item.precedence]!.push(item)
}

/** Paths that an entry takes: all of them at IMMEDIATE and above, the fastest otherwise. */
export const pathsFor = (line: Line, peer: Peer, precedence: number): Path[] => {
  const open = [...line.state.paths.values()].filter(path => path.peer === peer.party && path.helloSent)
  if (precedence >= immediate || open.length <= 1) return open
  return [open.reduce((best, path) => (path.traits.rate > best.traits.rate ? path : best))]
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
  enqueue(path, {
    precedence,
    part: made?.part ?? wholePart(line, stored, path),
    entry: { author: line.us, seq: stored.seq },
  })
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
    path.sentAt = line.now
    line.out.push({ do: "send", path: path.id, frame })
    const sent = Math.max(0, ...next.items.map(({ entry }) => (entry?.author === line.us ? entry.seq : 0)))
    if (sent > 0) line.out.push({ do: "tell", tell: { type: "sent", peer: peer.party, seq: sent } })
  }
}

/** By the cards, and not by what is open just now: a part may be cut before an epoch is. (F-14) */
const around = ({ charter, us, suite }: Line, { party }: Peer): number =>
  aroundBytes(layerOf(charter.parties[us]?.national, charter.parties[party]?.national, suite) !== undefined)

type Gathered = { precedence: number; items: Outgoing[]; parts: Uint8Array[] }

/** The next frame's parts: of the highest precedence that waits, as many small ones as fit; one too large is cut in fragments. */
const gather = (line: Line, path: Path, peer: Peer): Gathered | null => {
  for (let precedence = path.queue.length - 1; precedence >= 0; precedence--) {
    const queue = path.queue[precedence]!
    if (queue.length === 0) continue
    const room = path.traits.fragmentBytes - around(line, peer) - 3
    const most = Math.min(room, gatherBytes)
    if (queue[0]!.part.length > room) {
      const whole = queue.shift()!
      queue.unshift(...cut(whole, room, line.suite))
    }
    let count = 0
    let bytes = 0
    while (count < queue.length && count < partsMax && (count === 0 || bytes + queue[count]!.part.length <= most))
      bytes += queue[count++]!.part.length
    const items = queue.splice(0, count)
    return { precedence, items, parts: items.map(it => it.part) }
  }
  return null
}
