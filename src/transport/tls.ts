// The path over TCP in a coat of TLS 1.3 (page: protocol/charter.md, section 2; protocol/sync.md, section 5). It hands sealed
// frames over and never looks into them. Whoever is not the peer is turned away before one byte of theirs is handed on.
import { createConnection, createServer, type Server, type Socket } from "node:net"
import { connect, createServer as createTlsServer, TLSSocket } from "node:tls"
import { frameBytesMax } from "../core/limits.ts"
import { type Attempt, connectedTransport, type Door } from "./connected.ts"
import { type Link, reasonOf } from "./link.ts"
import { coatOptions, spkiOf, strangerBecause } from "./pin.ts"
import { nameOf, places } from "./places.ts"
import { streamLink } from "./stream.ts"
import type { PathTraits, Transport } from "./transport.ts"

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

export const tlsTransport = (path: TlsPath): Transport & { port(): number | undefined } => {
  const { connect: address, listen } = path
  const traits: PathTraits = {
    ...{ name: path.name ?? "tls", rate: path.rate ?? 1e9, keepsOrder: true },
    ...{ fragmentBytes: frameBytesMax, queueBytes: 1_048_576 },
  }
  return connectedTransport({
    traits: () => traits,
    pins: [spkiOf(path.cert), path.peerSpki],
    random: path.random,
    listens: listen !== undefined,
    ...(address && { dial: (arrived, ended) => attempt(path, address, arrived, ended) }),
    ...(listen && { door: arrived => doorkeeper(path, listen, arrived) }),
  })
}

const attempt = (
  path: TlsPath,
  { host, port }: Address,
  arrived: (link: Link) => void,
  ended: (attempt: Attempt) => void,
): Attempt => {
  const coat = path.coat === false ? undefined : coatOptions(path.key, path.cert)
  const socket = coat
    ? connect({ host, port, ...coat, servername: "", checkServerIdentity: () => undefined })
    : createConnection({ host, port })
  const own: Attempt = { isSilent: () => socket.connecting, destroy: () => socket.destroy() }
  const timeout = setTimeout(() => socket.destroy(new Error("timed out")), handshakeMs)
  const failed = (error: Error): void => path.failed?.(reasonOf(error))
  socket.on("error", failed)
  socket.once("close", () => {
    clearTimeout(timeout)
    ended(own)
  })
  socket.once(coat ? "secureConnect" : "connect", () => {
    clearTimeout(timeout)
    const stranger = socket instanceof TLSSocket ? strangerBecause(socket, path.peerSpki) : undefined
    if (stranger) {
      path.refused?.(stranger)
      socket.destroy()
      return
    }
    ended(own)
    socket.off("error", failed)
    arrived(streamLink(socket, "us"))
  })
  return own
}

/** Lets the peer in. What a stranger can take of it is bounded: places for a handshake, and each for five seconds. */
const doorkeeper = (path: TlsPath, listen: Address, arrived: (link: Link) => void): Door => {
  const inside = new Set<Socket>()
  const refused = (reason: string): void => path.refused?.(reason)
  const halfOpen = places<Socket>(
    socket => String(socket.remoteAddress),
    socket => {
      refused("too-many")
      socket.destroy()
    },
  )

  const inner = createTlsServer({ ...coatOptions(path.key, path.cert), handshakeTimeout: handshakeMs })
  inner.on("tlsClientError", (error, socket) => {
    refused(reasonOf(error))
    socket.destroy()
  })
  inner.on("secureConnection", socket => {
    halfOpen.leave(nameOf(socket))
    // A stranger's reset must not end the process; a link listens for itself.
    socket.on("error", () => socket.destroy())
    const stranger = strangerBecause(socket, path.peerSpki)
    if (!stranger) return arrived(streamLink(socket, "peer"))
    refused(stranger)
    socket.destroy()
  })

  const outer: Server = createServer(socket => {
    inside.add(socket)
    socket.once("close", () => inside.delete(socket))
    socket.on("error", () => socket.destroy())
    if (path.coat === false) return arrived(streamLink(socket, "peer"))
    const name = nameOf(socket)
    halfOpen.take(name, socket)
    socket.once("close", () => {
      if (halfOpen.held.get(name) === socket) halfOpen.leave(name)
    })
    inner.emit("connection", socket)
  })
  return doorOf(outer, listen, inside, refused)
}

/** A server of connections as a door. */
export const doorOf = (
  server: Server,
  { host, port }: Address,
  inside: ReadonlySet<Socket>,
  refused: (reason: string) => void,
): Door => ({
  open: () =>
    new Promise<number | undefined>((resolve, reject) => {
      const failed = (cause: Error): void =>
        reject(new Error(`The peer's port ${host}:${port} cannot be opened.`, { cause }))
      server.once("error", failed)
      server.listen({ host, port }, () => {
        server.off("error", failed)
        // Once it listens, an error is one failed accept, e.g. for want of file handles: the next may succeed.
        server.on("error", error => refused(reasonOf(error)))
        const address = server.address()
        resolve(typeof address === "object" ? address?.port : undefined)
      })
    }),
  close: () =>
    new Promise<void>(resolve => {
      for (const socket of inside) socket.destroy()
      server.close(() => resolve())
    }),
})
