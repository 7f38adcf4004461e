import assert from "node:assert/strict"
import { once } from "node:events"
import { createConnection, createServer, type Socket } from "node:net"
import { test } from "node:test"
import { type Relay, type RelayOptions, relay } from "./relay.ts"

const host = "127.0.0.1"

/** A path to a server that gives back what it gets. */
const echoed = async (
  options: Omit<RelayOptions, "listenPort" | "targetPort">,
  work: (path: Relay, dial: () => Promise<Socket>) => Promise<void>,
): Promise<void> => {
  const sockets: Socket[] = []
  const server = createServer(socket => {
    sockets.push(socket.on("error", () => {}))
    socket.pipe(socket)
  })
  server.listen(0, host)
  await once(server, "listening")
  const address = server.address()
  const targetPort = typeof address === "object" ? (address?.port ?? 0) : 0
  const path = await relay({ listenPort: 0, targetPort, ...options })
  try {
    await work(path, async () => {
      const socket = createConnection({ port: path.port, host, noDelay: true }).on("error", () => {})
      sockets.push(socket)
      await once(socket, "connect")
      return socket
    })
  } finally {
    for (const socket of sockets) socket.destroy()
    await path.stop()
    server.close()
    await once(server, "close")
  }
}

/** Sends the bytes and gives what comes back, with the time that it took. */
const roundTrip = async (socket: Socket, bytes: Uint8Array): Promise<{ back: Buffer; ms: number }> => {
  const before = performance.now()
  const chunks: Buffer[] = []
  let count = 0
  const whole = Promise.withResolvers<void>()
  const take = (chunk: Buffer) => {
    chunks.push(chunk)
    count += chunk.length
    if (count >= bytes.length) whole.resolve()
  }
  socket.on("data", take)
  socket.write(bytes)
  await whole.promise
  socket.off("data", take)
  return { back: Buffer.concat(chunks), ms: performance.now() - before }
}

const patterned = (length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff))

const closed = (socket: Socket): Promise<void> => {
  socket.resume()
  return new Promise(done => (socket.closed ? done() : socket.once("close", () => done())))
}

test("relay: a path without delay or rate passes everything, unchanged", () =>
  echoed({}, async (path, dial) => {
    const sent = patterned(3_000_000)
    const { back } = await roundTrip(await dial(), sent)
    assert.ok(back.equals(sent))
    assert.deepEqual(path.stats, { forthBytes: sent.length, backBytes: sent.length, connections: 1 })
  }))

test("relay: a delay is had each way", () =>
  echoed({ delayMs: 30 }, async (_path, dial) => {
    const socket = await dial()
    await roundTrip(socket, patterned(10))
    const { ms } = await roundTrip(socket, patterned(1_000))
    assert.ok(ms > 57 && ms < 500, `${ms} ms`)
  }))

test("relay: all connections together have the rate", () =>
  echoed({ delayMs: 5, rate: 20_000_000 }, async (_path, dial) => {
    const sockets = await Promise.all([dial(), dial()])
    const before = performance.now()
    const sent = patterned(250_000)
    const trips = await Promise.all(sockets.map(socket => roundTrip(socket, sent)))
    for (const { back } of trips) assert.ok(back.equals(sent))
    // 4 Mbit at 20 Mbit/s are 200 ms, and what comes back overlaps.
    const ms = performance.now() - before
    assert.ok(ms > 195 && ms < 1_500, `${ms} ms`)
  }))

test("relay: a thin path takes the time of its bytes", () =>
  echoed({ rate: 9_600 }, async (_path, dial) => {
    const { back, ms } = await roundTrip(await dial(), patterned(120))
    assert.ok(back.equals(patterned(120)))
    // 100 ms there; back in groups of eight behind it.
    assert.ok(ms > 98 && ms < 800, `${ms} ms`)
  }))

test("relay: a cut resets what stands and what comes, until it is mended", () =>
  echoed({ delayMs: 1 }, async (path, dial) => {
    const first = await dial()
    await roundTrip(first, patterned(10))
    path.cut()
    await closed(first)
    // It is reset while it is made or just after.
    await dial().then(closed, error => assert.equal(error.code, "ECONNRESET"))
    path.mend()
    const { back } = await roundTrip(await dial(), patterned(10))
    assert.equal(back.length, 10)
    assert.equal(path.stats.connections, 2)
  }))

test("relay: silence holds everything and tells nobody; who gives up meanwhile is never heard of", () =>
  echoed({ delayMs: 1, rate: 10_000_000 }, async (path, dial) => {
    const first = await dial()
    await roundTrip(first, patterned(10))
    path.stall()
    const held = roundTrip(first, patterned(100_000))
    const second = await dial()
    const late = roundTrip(second, patterned(20))
    const third = await dial()
    third.write("gone")
    third.destroy()
    await new Promise(done => setTimeout(done, 100))
    assert.equal(path.stats.forthBytes, 10)
    path.mend()
    assert.ok((await held).back.equals(patterned(100_000)))
    assert.ok((await late).back.equals(patterned(20)))
    assert.equal(path.stats.connections, 2)
  }))

test("relay: an end and a reset reach the other side", () =>
  echoed({ delayMs: 2 }, async (_path, dial) => {
    const first = await dial()
    first.end(patterned(10))
    await closed(first)
    assert.equal(first.bytesRead, 10)
    const second = await dial()
    second.resetAndDestroy()
    await closed(second)
  }))
