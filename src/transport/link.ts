// One path out of several connections. Both nodes may listen and dial, so two connections may stand at once; both ends must keep
// the same one, or each would close what the other kept (page: protocol/sync.md, section 5). The rule: the connection that the
// node with the lower key hash dialled is kept; of two by the same dialler, the newer.
import type { Socket } from "node:net"
import { frameReader, frameWriter } from "./framing.ts"
import type { PathEvents } from "./transport.ts"

export type Dialler = "us" | "peer"

/** An authenticated connection. Until it is taken as the path, what it brings is kept. */
export type Link = {
  readonly socket: Socket
  readonly dialler: Dialler
  reason: string
  early: Uint8Array[]
  sink: ((chunk: Uint8Array) => void) | undefined
}

/** A peer says this much at most before it has heard from us; a link that brings more is not read until it is taken. */
const earlyBytesMax = 262_144
/**
 * A second connection that the rule would not keep, but that still stands after this long: the peer would have closed it if the
 * first stood on its side too. So the first is dead there, and the second is taken. Longer than a satellite's round trip.
 */
const spareMs = 2_000
const keepAliveMs = 10_000

export const linkOf = (socket: Socket, dialler: Dialler): Link => {
  const link: Link = { socket, dialler, reason: "closed by the peer", early: [], sink: undefined }
  let earlyBytes = 0
  socket.setNoDelay(true)
  socket.setKeepAlive(true, keepAliveMs)
  socket.on("error", error => {
    link.reason = reasonOf(error)
  })
  // The peer never closes one half: its end is the end.
  socket.on("end", () => socket.destroy())
  socket.on("data", (chunk: Uint8Array) => {
    if (link.sink) return link.sink(chunk)
    link.early.push(chunk)
    earlyBytes += chunk.length
    if (earlyBytes > earlyBytesMax) socket.pause()
  })
  return link
}

export const reasonOf = (error: Error): string =>
  "code" in error && typeof error.code === "string" ? error.code : error.message

export type OnePath = {
  /** An authenticated connection is there. */
  offer(link: Link): void
  send(frame: Uint8Array): void
  /** Closes whatever stands. */
  close(reason: string): void
}

export const onePath = (events: PathEvents, keeps: Dialler, changed: { up(): void; down(): void }): OnePath => {
  let live: { readonly link: Link; readonly send: (frame: Uint8Array) => void; readonly stop: () => void } | undefined

  const take = (link: Link): void => {
    const reader = frameReader(frame => events.heard(frame))
    const send = frameWriter(link.socket, bytes => {
      if (live?.link === link) events.flushed(bytes)
    })
    live = { link, send, stop: reader.stop }
    changed.up()
    link.sink = chunk => {
      const wrong = reader.push(chunk)
      if (wrong) lose(link, wrong)
    }
    link.socket.once("close", () => lose(link, link.reason))
    events.opened()
    const { early } = link
    link.early = []
    for (const chunk of early) link.sink(chunk)
    link.socket.resume()
  }

  /** Ends the path that stands on this link, if it does. */
  const end = (link: Link, reason: string): boolean => {
    if (live?.link !== link) return false
    live.stop()
    live = undefined
    link.socket.destroy()
    events.closed(reason)
    return true
  }

  const lose = (link: Link, reason: string): void => {
    if (!end(link, reason)) return
    const next = spare.release()
    if (next && !live) take(next)
    else if (!live) changed.down()
  }

  const replaceBy = (link: Link): void => {
    if (live) end(live.link, "replaced")
    // `closed` may have led to anything, a stop of the whole transport included.
    if (live) return
    if (link.socket.destroyed) changed.down()
    else take(link)
  }

  const spare = spareOf(replaceBy)

  return {
    offer: link => {
      if (live && live.link.dialler === keeps && link.dialler !== keeps) return spare.hold(link)
      spare.release()?.socket.destroy()
      replaceBy(link)
    },
    send: frame => live?.send(frame),
    close: reason => {
      spare.release()?.socket.destroy()
      if (live && end(live.link, reason) && !live) changed.down()
    },
  }
}

/** The one connection beside the path, until it is due, released, or closed by the peer. */
const spareOf = (due: (link: Link) => void) => {
  let held: { readonly link: Link; readonly timer: NodeJS.Timeout } | undefined
  /** It is held no more, and given back if it still stands. */
  const release = (): Link | undefined => {
    const link = held?.link
    clearTimeout(held?.timer)
    held = undefined
    return link?.socket.destroyed === false ? link : undefined
  }
  const hold = (link: Link): void => {
    release()?.socket.destroy()
    const timer = setTimeout(() => {
      const standing = release()
      if (standing) due(standing)
    }, spareMs)
    held = { link, timer }
    link.socket.once("close", () => {
      if (held?.link === link) release()
    })
  }
  return { hold, release }
}
