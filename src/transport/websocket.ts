// The path over WebSocket (RFC 6455), for where nothing but HTTPS passes: through proxies on either side (page: protocol/frame.md, F-19).
// Whoever ends the TLS on the way is not the peer, so both ends greet each other inside (F-18) before a frame is taken or sent.
import { createServer, type RequestListener } from "node:http"
import { createServer as createSecureServer } from "node:https"
import { createConnection, isIP, type Server, type Socket } from "node:net"
import type { Duplex } from "node:stream"
import { connect } from "node:tls"
import { type RawData, WebSocket, WebSocketServer } from "ws"
import { frameBytesMax } from "../core/limits.ts"
import { type Attempt, connectedTransport, type Door } from "./connected.ts"
import { streamFrameBytesMax } from "./framing.ts"
import { type Answer, answerTo, type Greeter, greeterOf, hello, helloFault } from "./greet.ts"
import { type Dialler, earlyBytesMax, type Link, reasonOf } from "./link.ts"
import { nameOf, places } from "./places.ts"
import { throughProxy } from "./proxy.ts"
import { type Address, doorOf } from "./tls.ts"
import type { PathTraits, Transport } from "./transport.ts"

export type WebSocketPath = {
  readonly name?: string
  /** Where the peer, or the proxy before us, may dial us; port 0 is any free one. */
  readonly listen?: Address
  /** The operator's certificate and its key, PEM, by which we end TLS ourselves; without it a proxy does, or nobody. */
  readonly server?: { readonly cert: string; readonly key: string }
  /** ws: or wss:, where we dial the peer. */
  readonly connect?: URL
  /** PEM: who signs certificates on the way, in place of those that the platform trusts. */
  readonly ca?: string
  /** http:, through which we dial. */
  readonly proxy?: URL
  readonly key: string // PEM, our TLS key
  readonly cert: string // PEM, self-signed
  /** SHA-256 of the peer's public key, from its card. */
  readonly peerSpki: Uint8Array
  /** From 0 to 1, spreads the reconnects. */
  readonly random: () => number
  readonly rate?: number // bit/s
  readonly refused?: (reason: string) => void
  readonly failed?: (reason: string) => void
}

const place = "/parley"
/** From the first packet to the end of the greeting: TCP, the proxy, TLS, HTTP and ours are five round trips, of a satellite 3 s. */
const greetingMs = 10_000
const socketOptions = {
  perMessageDeflate: false,
  maxPayload: streamFrameBytesMax,
  maxFragments: 1_024,
  maxBufferedChunks: 8_192,
}

export const webSocketTransport = (path: WebSocketPath): Transport & { port(): number | undefined } => {
  const { connect: url, listen } = path
  const greeter = greeterOf(path.key, path.cert, path.peerSpki)
  const traits: PathTraits = {
    ...{ name: path.name ?? "websocket", rate: path.rate ?? 1e9, keepsOrder: true },
    ...{ fragmentBytes: frameBytesMax, queueBytes: 1_048_576 },
  }
  return connectedTransport({
    traits: () => traits,
    pins: greeter.pins,
    random: path.random,
    listens: listen !== undefined,
    ...(url && { dial: (arrived, ended) => attempt(path, url, greeter, arrived, ended) }),
    ...(listen && { door: arrived => doorkeeper(path, listen, greeter, arrived) }),
  })
}

type Ear = (said: Uint8Array) => void
type Line = {
  readonly socket: WebSocket
  /** Who hears the next message. */
  hears: Ear
  reason: string
}

/** Messages of a socket, each with bytes of its own. */
const lineOf = (socket: WebSocket, hears: Ear): Line => {
  const line: Line = { socket, hears, reason: "closed by the peer" }
  socket.on("error", error => {
    const reason = reasonOf(error)
    line.reason = reason === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH" ? "too-large" : reason
  })
  socket.on("message", (said: RawData, isBinary) => {
    if (isBinary && said instanceof Buffer) return line.hears(new Uint8Array(said))
    line.reason = "not-binary"
    socket.terminate()
  })
  return line
}

const linkOf = (line: Line, dialler: Dialler): Link => {
  const { socket } = line
  let early: Uint8Array[] = []
  let earlyBytes = 0
  let isStopped = false
  line.hears = frame => {
    early.push(frame)
    earlyBytes += frame.length
    if (earlyBytes > earlyBytesMax) socket.pause()
  }
  return {
    dialler,
    isClosed: () => socket.readyState !== WebSocket.OPEN,
    close: () => socket.terminate(),
    onClosed: told => {
      socket.once("close", () => told(line.reason))
    },
    take: ({ heard, flushed }) => ({
      send: frame => {
        if (socket.readyState !== WebSocket.OPEN) return
        socket.send(frame, error => {
          if (!error) flushed(frame.length)
        })
      },
      begin: () => {
        const hear: Ear = frame => {
          if (!isStopped) heard(frame)
        }
        line.hears = hear
        const frames = early
        early = []
        for (const frame of frames) hear(frame)
        socket.resume()
      },
      stop: () => {
        isStopped = true
      },
    }),
  }
}

/** The stream to the peer's server, in the TLS that the address asks for, by way of the proxy if there is one. */
const reach = (
  { ca, proxy }: WebSocketPath,
  url: URL,
  made: (socket: Socket) => void,
  failed: (error: Error) => void,
): { destroy(): void } => {
  const isSecure = url.protocol === "wss:"
  const host = url.hostname.replace(/^\[|\]$/g, "")
  const port = url.port === "" ? (isSecure ? 443 : 80) : Number(url.port)
  const coated = (inner: Socket): Socket =>
    connect({
      socket: inner,
      ...(isIP(host) === 0 ? { servername: host } : { host }),
      ALPNProtocols: ["http/1.1"],
      ...(ca !== undefined && { ca }),
    })
  const reached = (inner: Socket): void => {
    // Until somebody else listens for what befalls it.
    inner.on("error", () => inner.destroy())
    made(isSecure ? coated(inner) : inner)
  }
  if (proxy) return throughProxy(proxy, `${url.hostname}:${port}`, reached, failed)
  const inner = createConnection({ host, port })
  inner.once("error", failed)
  inner.once("connect", () => {
    inner.off("error", failed)
    reached(inner)
  })
  return inner
}

const attempt = (
  path: WebSocketPath,
  url: URL,
  greeter: Greeter,
  arrived: (link: Link) => void,
  ended: (attempt: Attempt) => void,
): Attempt => {
  let isSilent = true
  let isOver = false
  let inner: { destroy(): void } | undefined
  let socket: WebSocket | undefined
  const over = (): boolean => {
    if (isOver) return false
    isOver = true
    clearTimeout(timer)
    ended(own)
    return true
  }
  const destroy = (): void => {
    over()
    if (socket) socket.terminate()
    else inner?.destroy()
  }
  const fail = (reason: string, tell = path.failed): void => {
    if (!over()) return
    tell?.(reason)
    destroy()
  }
  const own: Attempt = { isSilent: () => isSilent, destroy }
  const timer = setTimeout(() => fail("timed out"), greetingMs)

  const made = (stream: Socket): void => {
    isSilent = false
    if (isOver) return void stream.destroy()
    const first = hello(greeter)
    socket = new WebSocket(url.pathname === "/" ? new URL(place, url) : url, {
      ...socketOptions,
      createConnection: () => stream,
    })
    const line = lineOf(socket, answer => {
      const next = first.answered(answer)
      if (typeof next === "string") return fail(next, path.refused)
      line.socket.send(next.proof)
      if (over()) arrived(linkOf(line, "us"))
    })
    socket.once("open", () => line.socket.send(first.bytes))
    socket.once("close", () => fail(line.reason))
  }
  inner = reach(path, url, made, error => fail(reasonOf(error)))
  return own
}

/** Lets the peer in. Who asks for anything else, or is somebody else, learns nothing and holds a place for ten seconds at most. */
const doorkeeper = (path: WebSocketPath, listen: Address, greeter: Greeter, arrived: (link: Link) => void): Door => {
  const inside = new Set<Socket>()
  const refused = (reason: string): void => path.refused?.(reason)
  const turnAway = (socket: Duplex, reason: string): void => {
    refused(reason)
    socket.destroy()
  }
  /** Behind a proxy all come from one address: who knows both cards gives way to no stranger. */
  const knocked = new WeakSet<Socket>()
  const halfOpen = places<Socket>(
    socket => `${socket.remoteAddress}${knocked.has(socket) ? " knocked" : ""}`,
    socket => turnAway(socket, "too-many"),
  )

  const other: RequestListener = (_asked, answer) => {
    refused("other-request")
    answer.writeHead(404, { "content-length": 0, connection: "close" }).end()
  }
  const limits = { maxHeaderSize: 8_192, headersTimeout: greetingMs, requestTimeout: greetingMs }
  const server: Server = path.server
    ? createSecureServer({ ...path.server, ...limits, handshakeTimeout: greetingMs }, other)
    : createServer(limits, other)

  server.on("connection", (socket: Socket) => {
    inside.add(socket)
    socket.on("error", () => socket.destroy())
    const name = nameOf(socket)
    halfOpen.take(name, socket)
    const timer = setTimeout(() => {
      if (halfOpen.held.get(name) === socket) turnAway(socket, "timed out")
    }, greetingMs)
    socket.once("close", () => {
      clearTimeout(timer)
      inside.delete(socket)
      if (halfOpen.held.get(name) === socket) halfOpen.leave(name)
    })
  })
  server.on("tlsClientError", (error, socket) => turnAway(socket, reasonOf(error)))
  server.on("clientError", (error, socket) => turnAway(socket, reasonOf(error)))

  const opened = new WebSocketServer({ noServer: true, clientTracking: false, ...socketOptions })
  const nothing = (stream: Duplex): void => {
    refused("other-request")
    stream.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", () => stream.destroy())
  }
  opened.on("wsClientError", (_error, stream) => nothing(stream))
  server.on("upgrade", (asked, stream: Socket, head) => {
    stream.on("error", () => stream.destroy())
    if (asked.url !== place) return nothing(stream)
    const name = nameOf(stream)
    opened.handleUpgrade(asked, stream, head, socket =>
      welcome(socket, greeter, refused, {
        knocked() {
          const held = halfOpen.held.get(name)
          if (held) knocked.add(held)
        },
        arrived(link) {
          halfOpen.leave(name)
          arrived(link)
        },
      }),
    )
  })
  return doorOf(server, listen, inside, refused)
}

/** The answering end of a greeting. */
const welcome = (
  socket: WebSocket,
  greeter: Greeter,
  refused: (reason: string) => void,
  told: { knocked(): void; arrived(link: Link): void },
): void => {
  let answer: Answer | undefined
  const turnAway = (reason: string): void => {
    refused(reason)
    socket.terminate()
  }
  const line = lineOf(socket, said => {
    if (!answer) {
      const fault = helloFault(said, greeter)
      if (fault) return turnAway(fault)
      told.knocked()
      answer = answerTo(said, greeter)
      return socket.send(answer.bytes)
    }
    const session = answer.proven(said)
    if (typeof session === "string") return turnAway(session)
    told.arrived(linkOf(line, "peer"))
  })
}
