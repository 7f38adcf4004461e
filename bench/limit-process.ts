// The limit: the same text over bare TCP, made durable on each side with fdatasync, with no signature, seal, order or receipt. As
// little of a program as can be.
import { closeSync, fdatasync, fdatasyncSync, openSync, writeSync, writev } from "node:fs"
import { createConnection, createServer, type Socket } from "node:net"
import { messageText } from "./message.ts"
import { answer, busyMs, clock } from "./process.ts"

const file = openSync(process.argv[2] ?? "", "w")
const headBytes = 4
const [echoMode, streamMode] = [1, 2]
const message = (): Buffer => {
  const text = Buffer.from(messageText(1))
  const framed = Buffer.alloc(headBytes + text.length)
  framed.writeUInt32BE(text.length)
  text.copy(framed, headBytes)
  return framed
}

/** Each message durable here, then sent back. */
const echo = (socket: Socket): void => {
  const { length } = message()
  let held: Uint8Array = new Uint8Array(0)
  socket.on("data", (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    while (held.length >= length) {
      const one = held.subarray(0, length)
      held = held.subarray(length)
      writeSync(file, one)
      fdatasyncSync(file)
      socket.write(one)
    }
  })
}

/** All that has come is written and synced together, and the number of bytes that are durable is said back. */
const sink = (socket: Socket): void => {
  let waiting: Buffer[] = []
  let busy = false
  let durable = 0
  const write = (): void => {
    if (busy || waiting.length === 0) return
    busy = true
    const group = waiting
    waiting = []
    writev(file, group, (failure, bytes) => {
      if (failure) throw failure
      fdatasync(file, error => {
        if (error) throw error
        busy = false
        durable += bytes
        const said = Buffer.alloc(8)
        said.writeBigUInt64BE(BigInt(durable))
        socket.write(said)
        write()
      })
    })
  }
  socket.on("data", (chunk: Buffer) => {
    waiting.push(chunk)
    write()
  })
}

const server = createServer({ noDelay: true }, socket => {
  socket.on("error", () => socket.destroy())
  socket.once("data", (first: Buffer) => {
    if (first[0] === echoMode) echo(socket)
    else sink(socket)
    if (first.length > 1) socket.emit("data", first.subarray(1))
  })
})

const connected = (port: number, mode: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = createConnection({ host: "127.0.0.1", port, noDelay: true }, () => {
      socket.write(Uint8Array.of(mode))
      resolve(socket)
    })
    socket.once("error", reject)
  })

let caller: Socket | undefined

const echoOnce = (): Promise<number> =>
  new Promise(resolve => {
    const one = message()
    let back = 0
    const from = clock()
    const heard = (chunk: Buffer): void => {
      back += chunk.length
      if (back < one.length) return
      caller?.off("data", heard)
      resolve(clock() - from)
    }
    caller?.on("data", heard)
    writeSync(file, one)
    fdatasyncSync(file)
    caller?.write(one)
  })

/** From the connection until all is known to be durable there. */
const stream = async (port: number, count: number): Promise<number> => {
  const from = clock()
  const socket = await connected(port, streamMode)
  const one = message()
  const atOnce = Buffer.concat(Array.from({ length: 100 }, () => one))
  const total = count * one.length
  return new Promise(resolve => {
    let last = Buffer.alloc(0)
    socket.on("data", (chunk: Buffer) => {
      last = Buffer.concat([last, chunk])
      last = last.subarray(Math.max(0, Math.floor(last.length / 8) - 1) * 8)
      if (last.length < 8 || Number(last.readBigUInt64BE()) < total) return
      socket.destroy()
      resolve(clock() - from)
    })
    let sent = 0
    const more = (): void => {
      while (sent < total) {
        const next = atOnce.subarray(0, Math.min(atOnce.length, total - sent))
        sent += next.length
        if (!socket.write(next)) return void socket.once("drain", more)
      }
    }
    more()
  })
}

answer(
  {
    listen: () =>
      new Promise(resolve =>
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          resolve([typeof address === "object" && address ? address.port : 0])
        }),
      ),
    connect: async (port = 0) => {
      caller = await connected(port, echoMode)
      return []
    },
    echo: async () => [await echoOnce()],
    stream: async (port = 0, count = 0) => [await stream(port, count)],
    busy: () => [busyMs()],
  },
  () => closeSync(file),
)
