// One socket for datagrams, and who is let in by it: greetings of both sides, the sessions that came of them, and whose every datagram is
// (page: protocol/frame.md, F-18 and F-20). It keeps nothing for who does not know both cards.
import { createSocket } from "node:dgram"
import { lookup, V4MAPPED } from "node:dns"
import { isIP, isIPv6 } from "node:net"
import type { Door } from "./connected.ts"
import { datagramKinds, frameAroundBytes, sessionOf } from "./datagram.ts"
import {
  type Answer,
  answerTo,
  type Greeter,
  greetingKinds,
  helloFault,
  nonceOf,
  type Session,
  tagBytes,
} from "./greet.ts"
import { type Dialler, reasonOf } from "./link.ts"
import { places } from "./places.ts"
import { type SessionLink, type SessionOptions, sessionLink } from "./session.ts"
import type { Address } from "./tls.ts"

/** Where a datagram comes from or goes to: an address in numbers. */
export type Place = { readonly address: string; readonly port: number }

export type StationOptions = {
  readonly listen: Address | undefined
  /** Whether its address is one of IPv6 decides about the socket, where nothing is listened on. */
  readonly towards: Address | undefined
  readonly greeter: Greeter
  readonly flow: Pick<SessionOptions, "rate" | "fragmentBytes" | "queueBytes" | "taken">
  readonly refused: (reason: string) => void
  readonly arrived: (link: SessionLink) => void
}

export type Station = Door & {
  /** The numbers of a name. */
  resolve(address: Address, found: (place: Place | Error) => void): void
  send(datagram: Uint8Array, to: Place): void
  /** Hears answers to hellos until it is let go; true when an answer was taken. */
  hearAnswers(hear: (answer: Uint8Array, from: Place) => string | true): () => void
  begin(begun: Begun): SessionLink
}

type Begun = {
  readonly session: Session
  readonly dialler: Dialler
  readonly at: Place
  readonly rttMs: number
  readonly proof?: Uint8Array
  readonly ready: (link: SessionLink | undefined) => void
}

/** One that was answered and has not proven who it is. */
type HalfOpen = { readonly hello: Buffer; readonly answer: Answer; readonly from: Place; readonly at: number }

export const greetingMs = 5_000
/** Sessions of the peer: the one that stands, one beside it, and those that are being measured. */
const sessionsMax = 8
/** Ended sessions and proven greetings of which something may still be on its way. */
const rememberedMax = 32
/** Hellos that were answered: whoever records them must not take the turns of new ones with them. Four hours of a dial each second. */
const hellosMax = 16_384
const receiveBytes = 1 << 20
/** Hellos of the peer that are recorded and sent again in numbers cost two signatures each: so many a second are answered. */
const answersPerSecond = 32

const isAt = (a: Place, b: Place): boolean => a.address === b.address && a.port === b.port

/** The last few of what it is told. */
const memory = (most = rememberedMax) => {
  const held = new Set<string>()
  return {
    has: (name: string): boolean => held.has(name),
    add: (name: string): void => {
      held.add(name)
      const [oldest] = held
      if (held.size > most && oldest !== undefined) held.delete(oldest)
    },
  }
}

export const stationOf = (options: StationOptions): Station => {
  const { listen, greeter, refused } = options
  const wire = wireOf(listen, options.towards, refused)
  const sessions = new Map<string, { readonly link: SessionLink; at: Place }>()
  const dials = new Set<(answer: Uint8Array, from: Place) => string | true>()
  const over = memory()

  const begin = ({ session, dialler, at, rttMs, proof, ready }: Begun): SessionLink => {
    const id = Buffer.from(session.id).toString("hex")
    const link = sessionLink({
      ...options.flow,
      ...{ session, dialler, rttMs, ready },
      ...(proof && { proof }),
      send: datagram => wire.send(datagram, sessions.get(id)?.at ?? at),
    })
    const [oldest] = sessions.values()
    if (sessions.size >= sessionsMax) oldest?.link.close()
    sessions.set(id, { link, at })
    link.onClosed(() => {
      sessions.delete(id)
      over.add(id)
    })
    return link
  }

  const greeted = greetings(greeter, refused, wire.send, (session, from, rttMs) =>
    begin({
      ...{ session, dialler: "peer", at: from, rttMs },
      ready: link => {
        if (link) options.arrived(link)
      },
    }),
  )

  const answered = (answer: Uint8Array, from: Place): void => {
    let why = "no-greeting"
    for (const hear of dials) {
      const said = hear(answer, from)
      if (said === true) return
      why = said
    }
    // What comes twice, or late, finds nobody who asked.
    if (dials.size > 0) refused(why)
  }

  const inSession = (datagram: Buffer, from: Place): void => {
    const id = sessionOf(datagram)
    const held = id === undefined ? undefined : sessions.get(id)
    if (!held) {
      // What comes before its own proof is asked for again.
      if (id === undefined || !(over.has(id) || greeted.isUnderWay())) refused("no-session")
      return
    }
    if (datagram[0] === datagramKinds.frame) return held.link.frame(new Uint8Array(datagram.subarray(frameAroundBytes)))
    const fault = held.link.control(datagram, () => {
      if (!isAt(held.at, from)) held.at = from
    })
    if (fault === "bad-tag") refused(fault)
  }

  wire.hears((datagram, from) => {
    switch (datagram[0]) {
      case greetingKinds.hello:
        return greeted.hello(datagram, from)
      case greetingKinds.answer:
        return answered(datagram, from)
      case greetingKinds.proof:
        return greeted.proof(datagram, from)
      default:
        return inSession(datagram, from)
    }
  })

  return {
    resolve: wire.resolve,
    send: wire.send,
    begin,
    hearAnswers: hear => {
      dials.add(hear)
      return () => void dials.delete(hear)
    },
    open: wire.open,
    close: () => {
      for (const { link } of sessions.values()) link.close()
      return wire.close()
    },
  }
}

/** The answering end of greetings. */
const greetings = (
  greeter: Greeter,
  refused: (reason: string) => void,
  send: (datagram: Uint8Array, to: Place) => void,
  proven: (session: Session, from: Place, rttMs: number) => void,
) => {
  const halfOpen = places<HalfOpen>(
    ({ from }) => from.address,
    () => refused("too-many"),
  )
  const done = memory()
  const answered = memory(hellosMax)
  let second = { from: 0, answers: 0 }
  return {
    isUnderWay: (): boolean => [...halfOpen.held.values()].some(({ at }) => performance.now() - at < greetingMs),
    hello: (datagram: Buffer, from: Place): void => {
      const fault = helloFault(datagram, greeter)
      if (fault) return refused(fault)
      const now = performance.now()
      for (const [nonce, { hello, answer, at }] of halfOpen.held) {
        if (now - at > greetingMs) halfOpen.leave(nonce)
        // The same hello once more: from wherever, since its answer is no longer than itself.
        else if (hello.equals(datagram)) return send(answer.bytes, from)
      }
      const name = datagram.toString("base64", datagram.length - tagBytes)
      // What comes twice, or late, is as nothing.
      if (answered.has(name)) return
      if (now - second.from > 1_000) second = { from: now, answers: 0 }
      second.answers += 1
      if (second.answers > answersPerSecond) return refused("too-many")
      answered.add(name)
      const answer = answerTo(datagram, greeter)
      halfOpen.take(answer.nonce, { hello: Buffer.from(datagram), answer, from, at: now })
      send(answer.bytes, from)
    },
    proof: (datagram: Buffer, from: Place): void => {
      const nonce = nonceOf(datagram) ?? ""
      const held = halfOpen.held.get(nonce)
      const now = performance.now()
      // A proof goes out until its sender is heard, and so comes more than once.
      if (!held && done.has(nonce)) return
      if (!held || now - held.at > greetingMs) return refused("no-greeting")
      // One try for each answer: a false proof costs a signature's check.
      halfOpen.leave(nonce)
      const session = held.answer.proven(datagram)
      if (typeof session === "string") return refused(session)
      done.add(nonce)
      proven(session, from, now - held.at)
    },
  }
}

/** The socket itself. What the system cannot send is lost, as anything on the way. */
const wireOf = (listen: Address | undefined, towards: Address | undefined, refused: (reason: string) => void) => {
  const isSix = isIPv6(listen?.host ?? towards?.host ?? "")
  const family = isSix ? 6 : 4
  const socket = createSocket({
    type: isSix ? "udp6" : "udp4",
    recvBufferSize: receiveBytes,
    // Without it each datagram would ask for the numbers of a number, and leave a turn later.
    lookup: (name, asked, found) => {
      if (isIP(name) === 0) lookup(name, { ...asked, all: false }, found)
      else found(null, name, family)
    },
  })
  let isOpen = false
  return {
    send: (datagram: Uint8Array, { address, port }: Place): void => {
      if (isOpen) socket.send(datagram, port, address, () => {})
    },
    hears: (hear: (datagram: Buffer, from: Place) => void): void => {
      socket.on("message", (datagram, { address, port }) => hear(datagram, { address, port }))
    },
    resolve: ({ host, port }: Address, found: (place: Place | Error) => void): void =>
      lookup(host, { family, ...(isSix && { hints: V4MAPPED }) }, (error, address) =>
        found(error ?? { address, port }),
      ),
    open: () =>
      new Promise<number | undefined>((resolve, reject) => {
        const failed = (cause: Error): void => {
          socket.close()
          reject(new Error(`The peer's port ${listen?.host}:${listen?.port} cannot be opened.`, { cause }))
        }
        socket.once("error", failed)
        socket.bind({ port: listen?.port ?? 0, ...(listen && { address: listen.host }) }, () => {
          socket.off("error", failed)
          socket.on("error", error => refused(reasonOf(error)))
          isOpen = true
          resolve(socket.address().port)
        })
      }),
    close: async (): Promise<void> => {
      // What was said last is handed to the system in this turn.
      await new Promise(setImmediate)
      if (!isOpen) return
      isOpen = false
      await new Promise<void>(resolve => socket.close(() => resolve()))
    },
  }
}
