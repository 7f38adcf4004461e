// Pings, and what they tell of a path: that both ways of it work, how long they take, what is lost, what comes through (page:
// protocol/sync.md, section 9).
import { encodePart, type Part } from "./frame.ts"
import { wantAfterMs } from "./limits.ts"
import { enqueueOnce } from "./once.ts"
import { flash } from "./outbox.ts"
import type { Path } from "./path-state.ts"
import { closePath, deadAfter, pongMs, rewind } from "./paths.ts"
import type { Line, Peer } from "./state.ts"
import { passed } from "./window.ts"

/** Frames over which losses are counted, at most; then half of them are forgotten. */
const countedMax = 512

type Ping = { readonly now: number; readonly lastHuman: number | null; readonly consoles: number }

/** On a path on which frames vanish unseen: when the last that was said should have been receipted, and was not. The ping says how much
 *  there is, so that it is asked for; it may vanish as well, and is waited for twice as long each time. Asked is asked, though the ping
 *  itself waits for a path that takes nothing: what stays due wakes the node without end. (S-7) */
export const tailDueAt = (path: Path, { sentTo, confirmed, claims }: Peer): number =>
  path.traits.loses && sentTo > Math.max(confirmed, claims)
    ? Math.max(path.sentAt, path.pingAt) + Math.max(wantAfterMs, 2 * (path.roundTripMs ?? 0)) * 2 ** path.pings.length
    : Infinity

export const heardPing = (line: Line, peer: Peer, path: Path, ping: Ping): void => {
  peer.clockOffsetMs = ping.now - line.now
  peer.lastHuman = ping.lastHuman === null ? null : ping.lastHuman - peer.clockOffsetMs
  peer.consoles = ping.consoles
  const { framesHeard: frames, bytesHeard: bytes } = path
  enqueueOnce(path, {
    ...{ name: "pong", precedence: flash },
    part: encodePart({ type: "pong", echo: ping.now, now: line.now, frames, bytes }),
  })
  tellPeer(line, peer)
}

/** One that answers nothing says nothing: its ping was never said, or is answered. */
export const heardPong = (line: Line, peer: Peer, path: Path, pong: Extract<Part, { type: "pong" }>): void => {
  const place = path.pings.findIndex(it => it.echo === pong.echo)
  const asked = path.pings[place]
  if (!asked) return
  path.pings = path.pings.slice(place + 1)
  path.roundTripMs = line.now - asked.at
  peer.roundTripMs = path.roundTripMs
  path.isDoubtful = false
  path.bytesPassed = Math.max(path.bytesPassed, asked.bytes)
  if (pong.frames > 0) measure(line, path, asked, pong)
  tellPeer(line, peer)
}

/** A peer that has begun to count anew meanwhile is heard from the next pong on. */
const measure = (line: Line, path: Path, asked: Path["pings"][number], pong: Extract<Part, { type: "pong" }>): void => {
  const last = path.lastPong ?? { at: path.openedAt, frames: 0, heard: 0, bytes: 0 }
  path.lastPong = { at: line.now, frames: asked.frames, heard: pong.frames, bytes: pong.bytes }
  if (pong.frames < last.heard || pong.bytes < last.bytes) return
  const { counted } = path
  counted.sent += asked.frames - last.frames
  counted.heard += pong.frames - last.heard
  if (counted.sent > countedMax) path.counted = { sent: counted.sent / 2, heard: counted.heard / 2 }
  const perMs = (pong.bytes - last.bytes) / Math.max(1, line.now - last.at)
  path.rate = perMs * 8_000
  passed(line, path, asked, perMs)
}

/** Share of what was handed over that is known not to have come; null before anything was counted. */
export const lossOf = ({ counted: { sent, heard } }: Path): number | null =>
  sent === 0 ? null : Math.max(0, 1 - heard / sent)

export const tellPeer = (line: Line, peer: Peer): void => {
  const { party, lastHuman, consoles, roundTripMs, clockOffsetMs } = peer
  line.out.push({ do: "tell", tell: { type: "peer", peer: party, lastHuman, consoles, roundTripMs, clockOffsetMs } })
}

/** A path on which nothing is heard for three pings is dead; one whose pong is late is doubted, and what is not urgent moves to another.
 *  (S-5, S-9) */
export const dropDeadPaths = (line: Line): void => {
  for (const path of [...line.state.paths.values()]) {
    if (line.now - path.heardAt >= deadAfter(path)) {
      line.out.push({ do: "drop", path: path.id, reason: "silent" })
      closePath(line, path.id)
    } else if (line.now >= doubtAt(line, path)) {
      path.isDoubtful = true
      rewind(line.state.peers.get(path.peer)!)
    }
  }
}

/** When a path is to be doubted: never where there is no better one. */
export const doubtAt = (line: Line, path: Path): number => {
  const [late] = path.pings
  if (!late || path.isDoubtful) return Infinity
  const others = [...line.state.paths.values()].filter(it => it !== path && it.peer === path.peer && it.helloSent)
  return others.some(it => !it.isDoubtful) ? late.at + pongMs(path) : Infinity
}
