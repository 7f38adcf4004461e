// The path over UDP datagrams (page: protocol/frame.md, F-20), by one socket on which both ends may listen and dial. Whoever is not the
// peer is turned away at the price of a hash, and is never sent more than came.
import { type Attempt, connectedTransport } from "./connected.ts"
import { frameAroundBytes } from "./datagram.ts"
import { type Greeter, greeterOf, hello } from "./greet.ts"
import { type Link, reasonOf } from "./link.ts"
import { sizes } from "./probing.ts"
import { queueMs, type SessionLink } from "./session.ts"
import { greetingMs, type Place, type Station, stationOf } from "./station.ts"
import type { Address } from "./tls.ts"
import type { Transport } from "./transport.ts"

export type UdpPath = {
  readonly name?: string
  /** Where the peer may dial us; port 0 is any free one. */
  readonly listen?: Address
  /** Where we dial the peer. */
  readonly connect?: Address
  readonly key: string // PEM, our TLS key
  readonly cert: string // PEM, self-signed
  /** SHA-256 of the peer's public key, from its card. */
  readonly peerSpki: Uint8Array
  /** From 0 to 1, spreads the reconnects. */
  readonly random: () => number
  /** bit/s that we send at most. */
  readonly rate?: number
  /** Somebody was turned away who is not the peer. */
  readonly refused?: (reason: string) => void
  /** A dial of ours came to nothing; the next is on its way. */
  readonly failed?: (reason: string) => void
}

const rateDeclared = 10_000_000
/** A hello goes out again while it is not answered; a new one follows with the next dial. */
const helloAgainMs = [0, 300, 600]
/** On a thin path one frame must not hold what is urgent for longer. */
const fragmentMs = 200
const fragmentLeast = 200
/** False answers under the peer's address that one hello bears. */
const falseAnswersMax = 16

export const udpTransport = (path: UdpPath): Transport & { port(): number | undefined } => {
  const { listen, connect, rate = rateDeclared, random } = path
  const greeter = greeterOf(path.key, path.cert, path.peerSpki)
  const largest = Math.max(...sizes) - frameAroundBytes
  const most = Math.min(largest, Math.max(fragmentLeast, Math.floor((rate / 8_000) * fragmentMs)))
  const queueBytes = (each: number): number => Math.max(2 * each, Math.floor((rate / 8_000) * queueMs))
  let fragmentBytes = most
  let station: Station | undefined
  const taken = (bytes: number): void => {
    fragmentBytes = bytes
  }
  return connectedTransport({
    traits: () => ({
      ...{ name: path.name ?? "udp", rate, loses: true, fragmentBytes, queueBytes: queueBytes(fragmentBytes) },
    }),
    pins: greeter.pins,
    random,
    listens: listen !== undefined,
    door: arrived => {
      const flow = { rate, fragmentBytes: most, queueBytes, taken }
      const refused = (reason: string): void => path.refused?.(reason)
      station = stationOf({ listen, towards: connect, greeter, flow, refused, arrived })
      return station
    },
    ...(connect && {
      dial: (arrived, ended) => attempt(path, connect, greeter, station, arrived, ended),
    }),
  })
}

/** One hello, until it is a path or its time is over. */
const attempt = (
  path: UdpPath,
  address: Address,
  greeter: Greeter,
  station: Station | undefined,
  arrived: (link: Link) => void,
  ended: (attempt: Attempt) => void,
): Attempt => {
  const first = hello(greeter)
  const timers: NodeJS.Timeout[] = []
  let place: Place | undefined
  let link: SessionLink | undefined
  let isOver = false
  let sentAt = 0
  let falseAnswers = 0
  const over = (): boolean => {
    if (isOver) return false
    isOver = true
    for (const timer of timers) clearTimeout(timer)
    deaf?.()
    ended(own)
    return true
  }
  const own: Attempt = {
    isSilent: () => link === undefined,
    destroy: () => {
      if (over()) link?.close()
    },
  }
  const fail = (reason: string): void => {
    if (!over()) return
    path.failed?.(reason)
    link?.close()
  }

  const deaf = station?.hearAnswers((answer, from) => {
    if (from.address !== place?.address || from.port !== place.port) return "no-greeting"
    // The second of two answers to a hello that went out twice.
    if (link) return true
    const next = first.answered(answer)
    if (typeof next === "string") {
      falseAnswers += 1
      if (falseAnswers > falseAnswersMax) fail(next)
      return next
    }
    const { session, proof } = next
    for (const timer of timers) clearTimeout(timer)
    link = station.begin({
      ...{ session, proof, dialler: "us", at: from, rttMs: performance.now() - sentAt },
      ready: made => {
        if (!made) return fail("nothing came back")
        if (over()) arrived(made)
      },
    })
    link.onClosed(fail)
    station.send(proof, from)
    return true
  })
  timers.push(setTimeout(() => fail("timed out"), greetingMs))
  station?.resolve(address, found => {
    if (isOver) return
    if (found instanceof Error) return fail(reasonOf(found))
    place = found
    for (const ms of helloAgainMs)
      timers.push(
        setTimeout(() => {
          if (sentAt === 0) sentAt = performance.now()
          station.send(first.bytes, found)
        }, ms),
      )
  })
  return own
}
