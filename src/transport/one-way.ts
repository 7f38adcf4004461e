// The two ends of a path without a way back: datagrams at a steady rate to one address, and whatever comes to another (page:
// protocol/epoch.md, section 8). The sending end takes nothing in.
import { createSocket, type Socket } from "node:dgram"
import { isIPv6 } from "node:net"

export type OneWayAddress = { readonly host: string; readonly port: number }

/** What is before a datagram on the wire: IP and UDP, or Ethernet besides. */
const aroundBytes = 42
/** No more is made up for than this: a machine that slept must not flood what is behind. */
const lateMsMax = 50
const idleMs = 20
const receiveBytes = 4 * 1_048_576

const bound = (host: string, port: number, at?: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? "udp6" : "udp4")
    const failed = (cause: Error): void => {
      socket.close()
      reject(new Error(`The port ${at ?? host}:${port} cannot be opened.`, { cause }))
    }
    socket.once("error", failed)
    socket.bind(port, at, () => {
      socket.off("error", failed)
      resolve(socket)
    })
  })

/** The system gives what it gives: what does not fit is lost like any other, and comes again. */
const sizeBuffer = (socket: Socket, bytes: number): void => {
  try {
    socket.setRecvBufferSize(bytes)
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_SOCKET_BUFFER_SIZE")) throw error
  }
}

export type OneWaySender = { stop(): Promise<void> }

/** `next`: undefined when there is nothing to send just now. Its time is of a clock that nobody sets back: what goes round must not stand
 *  still until then. `host` is a number: no name is asked for. */
export const sendOneWay = async (
  { host, port, rate }: OneWayAddress & { readonly rate: number },
  next: (now: number) => Uint8Array | undefined,
  failed: (reason: string) => void,
): Promise<OneWaySender> => {
  const socket = await bound(host, 0)
  socket.on("error", error => failed(error.message))
  // Nobody listens to what may come, and the system keeps as little of it as it can.
  sizeBuffer(socket, 1)
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let dueAt = performance.now()
  const turn = (): void => {
    if (stopped) return
    const now = performance.now()
    dueAt = Math.max(dueAt, now - lateMsMax)
    while (dueAt <= now) {
      const datagram = next(now)
      if (datagram === undefined) {
        dueAt = now + idleMs
        break
      }
      dueAt += ((datagram.length + aroundBytes) * 8_000) / rate
      socket.send(datagram, port, host, error => {
        if (error) failed(error.message)
      })
    }
    timer = setTimeout(turn, Math.max(1, dueAt - now))
  }
  timer = setTimeout(turn, 0)
  return {
    stop() {
      stopped = true
      clearTimeout(timer)
      return new Promise(resolve => socket.close(resolve))
    },
  }
}

export type OneWayListener = { stop(): Promise<void> }

/** Rejects where it cannot listen there. */
export const hearOneWay = async (
  { host, port }: OneWayAddress,
  heard: (datagram: Uint8Array) => void,
  failed: (reason: string) => void,
): Promise<OneWayListener> => {
  const socket = await bound(host, port, host)
  socket.on("error", error => failed(error.message))
  socket.on("message", message => heard(new Uint8Array(message)))
  sizeBuffer(socket, receiveBytes)
  return {
    stop: () => new Promise(resolve => socket.close(resolve)),
  }
}
