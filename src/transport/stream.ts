// An authenticated stream as a link: frames with their lengths before them, both ways (page: protocol/frame.md, F-9).
import type { Socket } from "node:net"
import { frameReader, frameWriter } from "./framing.ts"
import { type Dialler, earlyBytesMax, type Link, reasonOf } from "./link.ts"

const keepAliveMs = 10_000

export const streamLink = (socket: Socket, dialler: Dialler): Link => {
  let reason = "closed by the peer"
  let early: Uint8Array[] = []
  let earlyBytes = 0
  let sink: ((chunk: Uint8Array) => void) | undefined
  socket.setNoDelay(true)
  socket.setKeepAlive(true, keepAliveMs)
  socket.on("error", error => {
    reason = reasonOf(error)
  })
  // The peer never closes one half: its end is the end.
  socket.on("end", () => socket.destroy())
  socket.on("data", (chunk: Uint8Array) => {
    if (sink) return sink(chunk)
    early.push(chunk)
    earlyBytes += chunk.length
    if (earlyBytes > earlyBytesMax) socket.pause()
  })
  return {
    dialler,
    isClosed: () => socket.destroyed,
    close: () => socket.destroy(),
    onClosed: told => {
      socket.once("close", () => told(reason))
    },
    take: ({ heard, flushed, wrong }) => {
      const reader = frameReader(heard)
      return {
        send: frameWriter(socket, flushed),
        begin: () => {
          const read = (chunk: Uint8Array): void => {
            const fault = reader.push(chunk)
            if (fault) wrong(fault)
          }
          sink = read
          const chunks = early
          early = []
          for (const chunk of chunks) read(chunk)
          socket.resume()
        },
        stop: reader.stop,
      }
    },
  }
}
