// The path over TCP in a coat of TLS 1.3 (page: protocol/charter.md, section 2; protocol/sync.md, section 5). It hands sealed
// frames over and never looks into them. Whoever is not the peer is turned away before one byte of theirs is handed on.
import { strict as assert } from "node:assert"
import { createConnection, createServer, type Server, type Socket } from "node:net"
import { connect, createServer as createTlsServer, TLSSocket } from "node:tls"
import { frameBytesMax, reconnectMs, reconnectSpread } from "../core/limits.ts"
import { type Dialler, linkOf, onePath, reasonOf } from "./link.ts"
import { coatOptions, spkiOf, strangerBecause } from "./pin.ts"
import type { Transport } from "./transport.ts"

export type Address = { readonly host: string; readonly port: number }

export type TlsPath = {
  readonly name?: string
  /** Where the peer may dial us; port 0 is any free one. */
  readonly listen?: Address
  /** Where we dial the peer. */
  readonly connect?: Address
  readonly key: string // PEM
  readonly cert: string // PEM, self-signed
  /** SHA-256 of the peer's public key, from its card. */
  readonly peerSpki: Uint8Array
  /** From 0 to 1, spreads the reconnects. */
  readonly random: () => number
  readonly rate?: number // bit/s
  /** False in tests of what the wire shows: the same frames without TLS, from whoever connects. */
  readonly coat?: boolean
  /** Somebody was turned away who is not the peer. */
  readonly refused?: (reason: string) => void
  /** A dial of ours came to nothing; the next is on its way. */
  readonly failed?: (reason: string) => void
}

/** From the first packet to the end of the handshake. */
const handshakeMs = 5_000
/** Connections that have not yet shown who they are. */
const halfOpenMax = 16

export const tlsTransport = (path: TlsPath): Transport & { port(): number | undefined } => {
  const order = Buffer.compare(spkiOf(path.cert), path.peerSpki)
  assert(order !== 0, "a node cannot be its own peer")
  const keeps: Dialler = order < 0 ? "us" : "peer"
  // The node whose connection is not kept leaves the first word to the other, by one reconnect, so that the two seldom cross.
  const patience = keeps === "peer" && path.listen !== undefined ? 1 : 0
  let running: { stop(): Promise<void>; send(frame: Uint8Array): void; drop(reason: string): void } | undefined
  let port: number | undefined
  return {
    traits: {
      ...{ name: path.name ?? "tls", rate: path.rate ?? 1e9, keepsOrder: true },
      ...{ fragmentBytes: frameBytesMax, queueBytes: 1_048_576 },
    },
    port: () => port,
    start: async events => {
      assert(!running, "started twice")
      let stopped = false
      const dials = dialler(path, socket => one.offer(linkOf(socket, "us")))
      const one = onePath(events, keeps, {
        up: () => dials.stop(),
        down: () => {
          if (!stopped) dials.start(1 + patience)
        },
      })
      const door = path.listen && doorkeeper(path, socket => one.offer(linkOf(socket, "peer")))
      running = {
        send: one.send,
        drop: one.close,
        stop: async () => {
          stopped = true
          dials.stop()
          one.close("stopped")
          await door?.close()
        },
      }
      try {
        port = await door?.open()
      } catch (cause) {
        running = undefined
        throw cause
      }
      // Stopped while it was starting: the door may have opened after it was closed.
      if (stopped) await door?.close()
      else dials.start(patience)
    },
    send: frame => running?.send(frame),
    drop: reason => running?.drop(reason),
    stop: async () => {
      const last = running
      running = undefined
      await last?.stop()
    },
  }
}

/**
 * S-10: dials every second, spread by a fifth, for ever. While a packet of ours may be lost on its way, the next attempt does not
 * wait for the system's own, ever longer retries; once a connection stands, it is given its time.
 */
const dialler = (path: TlsPath, arrived: (socket: Socket) => void) => {
  const address = path.connect
  const coat = path.coat === false ? undefined : coatOptions(path.key, path.cert)
  const attempts = new Set<Socket>()
  let timer: NodeJS.Timeout | undefined

  const pauseMs = (): number => reconnectMs * (1 + reconnectSpread * (2 * path.random() - 1))

  const attempt = ({ host, port }: Address): void => {
    const socket = coat
      ? connect({ host, port, ...coat, servername: "", checkServerIdentity: () => undefined })
      : createConnection({ host, port })
    attempts.add(socket)
    const timeout = setTimeout(() => socket.destroy(new Error("timed out")), handshakeMs)
    const failed = (error: Error): void => path.failed?.(reasonOf(error))
    socket.on("error", failed)
    socket.once("close", () => {
      clearTimeout(timeout)
      attempts.delete(socket)
    })
    socket.once(coat ? "secureConnect" : "connect", () => {
      clearTimeout(timeout)
      const stranger = socket instanceof TLSSocket ? strangerBecause(socket, path.peerSpki) : undefined
      if (stranger) {
        path.refused?.(stranger)
        socket.destroy()
        return
      }
      attempts.delete(socket)
      socket.off("error", failed)
      stop()
      arrived(socket)
    })
  }

  const turn = (): void => {
    if (!address) return
    timer = setTimeout(turn, pauseMs())
    if ([...attempts].every(socket => socket.connecting)) attempt(address)
  }
  const stop = (): void => {
    clearTimeout(timer)
    for (const socket of attempts) socket.destroy()
    attempts.clear()
  }
  return {
    /** The first dial after this many pauses. */
    start: (pauses: number): void => {
      stop()
      if (pauses === 0) turn()
      else timer = setTimeout(turn, pauses * pauseMs())
    },
    stop,
  }
}

/** Lets the peer in. What a stranger can take of it is bounded: places for a handshake, and each for five seconds. */
const doorkeeper = (path: TlsPath, arrived: (socket: Socket) => void) => {
  const halfOpen = new Map<string, Socket>()
  const inside = new Set<Socket>()
  const refused = (reason: string): void => path.refused?.(reason)
  const nameOf = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort}`

  const inner = createTlsServer({ ...coatOptions(path.key, path.cert), handshakeTimeout: handshakeMs })
  inner.on("tlsClientError", (error, socket) => {
    refused(reasonOf(error))
    socket.destroy()
  })
  inner.on("secureConnection", socket => {
    halfOpen.delete(nameOf(socket))
    // A stranger's reset must not end the process; a link listens for itself.
    socket.on("error", () => socket.destroy())
    const stranger = strangerBecause(socket, path.peerSpki)
    if (!stranger) return arrived(socket)
    refused(stranger)
    socket.destroy()
  })

  const outer: Server = createServer(socket => {
    inside.add(socket)
    socket.once("close", () => inside.delete(socket))
    socket.on("error", () => socket.destroy())
    if (path.coat === false) return arrived(socket)
    const name = nameOf(socket)
    if (halfOpen.size >= halfOpenMax) {
      refused("too-many")
      turnAway(halfOpen)
    }
    halfOpen.set(name, socket)
    socket.once("close", () => {
      if (halfOpen.get(name) === socket) halfOpen.delete(name)
    })
    inner.emit("connection", socket)
  })

  return {
    open: () =>
      new Promise<number | undefined>((resolve, reject) => {
        const failed = (cause: Error): void =>
          reject(new Error(`The peer's port ${path.listen?.host}:${path.listen?.port} cannot be opened.`, { cause }))
        outer.once("error", failed)
        outer.listen({ host: path.listen?.host, port: path.listen?.port }, () => {
          outer.off("error", failed)
          // Once it listens, an error is one failed accept, e.g. for want of file handles: the next may succeed.
          outer.on("error", error => refused(reasonOf(error)))
          const address = outer.address()
          resolve(typeof address === "object" ? address?.port : undefined)
        })
      }),
    close: () =>
      new Promise<void>(resolve => {
        for (const socket of inside) socket.destroy()
        outer.close(() => resolve())
      }),
  }
}

/**
 * Who gives way when all places are taken: the oldest of the address that holds most of them. A stranger who fills them from one
 * address only pushes out their own; to keep the peer out they would need sixteen connections within each of its handshakes.
 */
const turnAway = (halfOpen: Map<string, Socket>): void => {
  const byAddress = Map.groupBy(halfOpen, ([, socket]) => socket.remoteAddress)
  const [most] = [...byAddress.values()].sort((a, b) => b.length - a.length)
  const [oldest] = most ?? []
  if (!oldest) return
  halfOpen.delete(oldest[0])
  oldest[1].destroy()
}
