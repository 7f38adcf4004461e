// One path out of several connections. Both nodes may listen and dial, so two connections may stand at once; both ends must keep
// the same one, or each would close what the other kept (page: protocol/sync.md, section 5). The rule: the connection that the
// node with the lower key hash dialled is kept; of two by the same dialler, the newer.
import type { PathEvents } from "./transport.ts"

export type Dialler = "us" | "peer"

/** What a connection does once it is the path. */
export type Taken = {
  send(frame: Uint8Array): void
  /** Hands on what came before it was taken, and from then on what comes. */
  begin(): void
  /** Nothing is handed on any more, even of what is being taken just now. */
  stop(): void
}

/** An authenticated connection. Until it is taken as the path, what it brings is kept, within a bound. */
export type Link = {
  readonly dialler: Dialler
  isClosed(): boolean
  close(): void
  /** Once, and with why. */
  onClosed(told: (reason: string) => void): void
  /** `wrong` says why what comes cannot be followed any further. */
  take(path: { heard(frame: Uint8Array): void; flushed(bytes: number): void; wrong(reason: string): void }): Taken
}

/**
 * A second connection that the rule would not keep, but that still stands after this long: the peer would have closed it if the
 * first stood on its side too. So the first is dead there, and the second is taken. Longer than a satellite's round trip.
 */
const spareMs = 2_000

/** A peer says this much at most before it has heard from us; a link that brings more is not read until it is taken. */
export const earlyBytesMax = 262_144

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
  let live: { readonly link: Link; readonly taken: Taken } | undefined

  const take = (link: Link): void => {
    const taken = link.take({
      heard: frame => events.heard(frame),
      flushed: bytes => {
        if (live?.link === link) events.flushed(bytes)
      },
      wrong: reason => lose(link, reason),
    })
    live = { link, taken }
    changed.up()
    link.onClosed(reason => lose(link, reason))
    events.opened()
    taken.begin()
  }

  /** Ends the path that stands on this link, if it does. */
  const end = (link: Link, reason: string): boolean => {
    if (live?.link !== link) return false
    live.taken.stop()
    live = undefined
    link.close()
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
    if (link.isClosed()) changed.down()
    else take(link)
  }

  const spare = spareOf(replaceBy)

  return {
    offer: link => {
      if (live && live.link.dialler === keeps && link.dialler !== keeps) return spare.hold(link)
      spare.release()?.close()
      replaceBy(link)
    },
    send: frame => live?.taken.send(frame),
    close: reason => {
      spare.release()?.close()
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
    return link?.isClosed() === false ? link : undefined
  }
  const hold = (link: Link): void => {
    release()?.close()
    const timer = setTimeout(() => {
      const standing = release()
      if (standing) due(standing)
    }, spareMs)
    held = { link, timer }
    link.onClosed(() => {
      if (held?.link === link) release()
    })
  }
  return { hold, release }
}
