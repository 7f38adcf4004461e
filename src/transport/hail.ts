// Whether anybody is at the other end of a bare line, where no carrier tells and a frame may come from long ago: each end calls by a
// number that it draws anew whenever the path closes, and the path is open once each has heard its own number from the other (page:
// protocol/frame.md, F-17). It proves nothing of who that is; frames do. It holds no device and no clock.
import { randomInt } from "node:crypto"

/** Why what came whole is passed over: our own bytes come back, or they belong to a path that has closed. */
export type Strange = "own-echo" | "other-time" | "malformed"

const kinds = { call: 1, here: 2, gone: 3 }
const hailBytes = 10
const marks = 255

export type Hail = {
  isOpen(): boolean
  /** Calls, where the path is not open. */
  call(): void
  /** What stands before a frame of ours. */
  mark(): number
  /** Something came whole; answers the frame in it, if it is one of the path that is open. */
  heard(what: Uint8Array): Uint8Array | Strange | undefined
  /** The path closes; the other end is told by a call, or by a last word. */
  close(reason: string, isLast?: boolean): void
}

type Said = {
  /** To the other end. */
  readonly say: (what: Uint8Array) => void
  readonly opened: () => void
  readonly closed: (reason: string) => void
}

export const hail = ({ say, opened, closed }: Said): Hail => {
  let own = fresh()
  let peer = 0
  let isOpen = false

  const words = (kind: number): Uint8Array => {
    const bytes = new Uint8Array(hailBytes)
    const view = new DataView(bytes.buffer)
    bytes[1] = kind
    view.setUint32(2, own)
    view.setUint32(6, peer)
    return bytes
  }
  const tell = (kind: number): void => say(words(kind))
  const end = (reason: string): void => {
    own = fresh(own)
    peer = 0
    if (!isOpen) return
    isOpen = false
    closed(reason)
  }

  const heardHail = (what: Uint8Array): Strange | undefined => {
    const [, kind] = what
    if (what.length !== hailBytes || (kind !== kinds.call && kind !== kinds.here && kind !== kinds.gone))
      return "malformed"
    const view = new DataView(what.buffer, what.byteOffset)
    const [from, to] = [view.getUint32(2), view.getUint32(6)]
    if (from === own) return "own-echo"
    if (from % (marks + 1) === 0) return "malformed"
    if (kind === kinds.gone) {
      if (isOpen && from === peer) end("closed by the peer")
      return undefined
    }
    if (isOpen && from === peer) {
      if (kind === kinds.call) tell(kinds.here)
      return undefined
    }
    if (isOpen) end("the peer began anew")
    peer = from
    // Marks tell the two ends apart, so that an echo of ours is never taken for the peer's.
    if (markOf(from) === markOf(own)) own = fresh(own)
    if (to !== own) {
      tell(kinds.call)
      return undefined
    }
    isOpen = true
    if (kind === kinds.call) tell(kinds.here)
    opened()
    return undefined
  }

  return {
    isOpen: () => isOpen,
    call: () => {
      if (!isOpen) tell(kinds.call)
    },
    mark: () => markOf(own),
    heard: what => {
      const [first] = what
      if (first === 0) return heardHail(what)
      if (first === markOf(own)) return "own-echo"
      return isOpen && first === markOf(peer) ? what.slice(1) : "other-time"
    },
    close: (reason, isLast = false) => {
      const wasOpen = isOpen
      const last = words(kinds.gone)
      end(reason)
      if (wasOpen) say(isLast ? last : words(kinds.call))
    },
  }
}

const markOf = (number: number): number => number % (marks + 1)

/** Any number with another mark, which is never 0: what is still on its way of the last path is known by it. */
const fresh = (last?: number): number => {
  const lastMark = last === undefined ? 0 : markOf(last)
  const mark = 1 + ((lastMark + randomInt(marks - 1)) % marks)
  return randomInt(2 ** 24) * (marks + 1) + mark
}
