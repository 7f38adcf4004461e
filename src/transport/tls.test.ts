import assert from "node:assert/strict"
import { generateKeyPairSync } from "node:crypto"
import { once } from "node:events"
import { createConnection, createServer, type Socket } from "node:net"
import { after, test } from "node:test"
import { type ConnectionOptions, connect } from "node:tls"
import { tlsIdentity } from "../keys/certificate.ts"
import { type End, frameOf, isUp, startEnd, transportContract } from "./contract.ts"
import { coatOptions, spkiOf } from "./pin.ts"
import { type TlsPath, tlsTransport } from "./tls.ts"

const identities = Array.from({ length: 3 }, () => tlsIdentity(generateKeyPairSync("ed25519").privateKey))
// The lower hash first: its dials are the ones that are kept.
const [low, high] = identities.slice(0, 2).sort((x, y) => Buffer.compare(x.spki, y.spki))
const stranger = identities[2]
assert(low && high && stranger)

const host = "127.0.0.1"
const random = () => 0

/** A free port: taken and given back, for two nodes that must know each other's before they start. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, host)
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  return typeof address === "object" ? (address?.port ?? 0) : 0
}

const openSockets = (): number => process.getActiveResourcesInfo().filter(name => /^(TCP|TLS)/.test(name)).length

const pairOf = async (dials: "low" | "high" | "both", coat = true) => {
  const before = openSockets()
  const [lowPort, highPort] = [await freePort(), await freePort()]
  const end = (me: typeof low, peer: typeof low, mine: number, theirs: number, dial: boolean) =>
    tlsTransport({
      key: me.key,
      cert: me.cert,
      peerSpki: peer.spki,
      random,
      coat,
      ...(!dial || dials === "both" ? { listen: { host, port: mine } } : {}),
      ...(dial ? { connect: { host, port: theirs } } : {}),
    })
  return {
    a: end(low, high, lowPort, highPort, dials !== "high"),
    b: end(high, low, highPort, lowPort, dials !== "low"),
    stopped: async () => {
      // The system frees a handle a turn after its close was reported.
      for (let turn = 0; turn < 20 && openSockets() > before; turn++) await new Promise(setImmediate)
      assert.ok(openSockets() <= before, "left open")
    },
  }
}

transportContract("tls, one dials", () => pairOf("low"))
transportContract("tls, both listen and dial", () => pairOf("both"))
transportContract("plain TCP, for tests of the wire", () => pairOf("high", false))

/** The listening node of a pair whose dialler is played by the test. */
const listening = async (more: Partial<TlsPath> = {}) => {
  const refused: string[] = []
  const transport = tlsTransport({
    listen: { host, port: 0 },
    key: high.key,
    cert: high.cert,
    peerSpki: low.spki,
    random,
    refused: reason => refused.push(reason),
    ...more,
  })
  const end = await startEnd(transport)
  return { transport, end, refused, port: transport.port() ?? 0 }
}

/** What is left of a test that failed must not hold the process. */
const sockets = new Set<Socket>()
after(() => {
  for (const socket of sockets) socket.destroy()
})

const dial = (port: number, me: typeof low, more: ConnectionOptions = {}) => {
  const socket = connect({ host, port, ...coatOptions(me.key, me.cert), checkServerIdentity: () => undefined, ...more })
  sockets.add(socket)
  socket.on("error", () => socket.destroy())
  return socket
}

const closed = async (socket: Socket): Promise<void> => {
  socket.resume()
  if (!socket.closed) await new Promise(done => socket.once("close", done))
}

test("CH-2: the card's pin is the hash of the certificate's key", () => {
  assert.deepEqual([...spkiOf(low.cert)], [...low.spki])
  assert.throws(() => tlsTransport({ key: low.key, cert: low.cert, peerSpki: low.spki, random }), /its own peer/)
})

test("CH-2: who is not the peer is turned away, counted, and does not disturb the path that stands", async () => {
  const { transport, end, refused, port } = await listening()
  const peer = dial(port, low)
  await end.until(() => isUp(end))
  const { key: _key, cert: _cert, ...nobody } = coatOptions(low.key, low.cert)
  const plain = createConnection(port, host).on("error", () => {})
  const strangers: [string, Socket, RegExp][] = [
    ["another key", dial(port, stranger), /^other-key$/],
    ["our own key", dial(port, high), /^other-key$/],
    ["no certificate", connect({ host, port, ...nobody }).on("error", () => {}), /^no-certificate$/],
    ["no protocol", dial(port, low, { ALPNProtocols: [] }), /^other-protocol$/],
    ["another protocol", dial(port, low, { ALPNProtocols: ["h2"] }), /./],
    ["TLS 1.2", dial(port, low, { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" }), /./],
    ["a classical group", dial(port, low, { ecdhCurve: "X25519" }), /./],
    ["no TLS", plain, /./],
  ]
  plain.write("GET / HTTP/1.1\r\n\r\n")
  for (const [what, socket, reason] of strangers) {
    await closed(socket)
    assert.ok(
      refused.some(said => reason.test(said)),
      `${what}: ${refused}`,
    )
  }
  assert.equal(refused.length, strangers.length, String(refused))
  assert.deepEqual([end.said, end.frames], [["opened"], []])
  peer.write(Buffer.concat([Buffer.of(0, 0, 0, 3), Buffer.from("abc")]))
  await end.until(() => end.frames.length === 1)
  await transport.stop()
})

test("CH-2: a stranger who answers our dial is not sent a byte", async () => {
  const impostor = tlsTransport({
    listen: { host, port: 0 },
    key: stranger.key,
    cert: stranger.cert,
    peerSpki: low.spki,
    random,
  })
  const there = await startEnd(impostor)
  const refused = Promise.withResolvers<string>()
  const transport = tlsTransport({
    connect: { host, port: impostor.port() ?? 0 },
    key: low.key,
    cert: low.cert,
    peerSpki: high.spki,
    random,
    refused: refused.resolve,
  })
  const here = await startEnd(transport)
  transport.send(frameOf(100, 1))
  assert.equal(await refused.promise, "other-key")
  assert.deepEqual([here.said, there.said, there.frames], [[], [], []])
  await Promise.all([transport.stop(), impostor.stop()])
})

test("CH-2: connections that say nothing have sixteen places, and do not keep the peer out", async () => {
  const { transport, end, refused, port } = await listening()
  const silent = Array.from({ length: 40 }, () => createConnection(port, host).on("error", () => {}))
  for (const socket of silent) sockets.add(socket)
  await Promise.all(silent.slice(0, 24).map(closed))
  assert.equal(silent.filter(socket => !socket.closed).length, 16)
  const peer = dial(port, low)
  await end.until(() => isUp(end))
  assert.equal(refused.filter(reason => reason === "too-many").length, 25)
  await transport.stop()
  await Promise.all([...silent, peer].map(closed))
})

test("CH-2: a handshake that is not finished in five seconds is cut off", { skip: !process.env.SLOW }, async () => {
  const { transport, refused, port } = await listening()
  const slow = createConnection(port, host)
  sockets.add(slow)
  slow.write(Buffer.of(0x16))
  const before = performance.now()
  await closed(slow)
  assert.ok(performance.now() - before < 6_000)
  assert.deepEqual(refused, ["ERR_TLS_HANDSHAKE_TIMEOUT"])
  await transport.stop()
})

test("F-3, F-9: a frame that is cut off half-way is not handed on, nor is one that claims too much", async () => {
  const { transport, end, port } = await listening()
  const first = dial(port, low)
  await end.until(() => isUp(end))
  first.write(Buffer.concat([Buffer.of(0, 0, 0, 2, 7, 8), Buffer.of(0, 0, 1, 0), Buffer.alloc(255)]))
  await end.until(() => end.frames.length === 1)
  first.destroy()
  await end.until(() => !isUp(end))
  const second = dial(port, low)
  await end.until(() => isUp(end))
  second.write(Buffer.of(0, 4, 0x1e, 0xb1)) // 270,001
  await end.until(() => !isUp(end))
  assert.deepEqual(end.frames, [Uint8Array.of(7, 8)])
  assert.equal(end.said.at(-1), "closed: too-large")
  await transport.stop()
})

test("F-3: bytes that come one by one make the same frames", async () => {
  const { transport, end, port } = await listening({ coat: false })
  const peer = createConnection(port, host)
  sockets.add(peer)
  const wire = Buffer.concat([Buffer.of(0, 0, 0, 0), Buffer.of(0, 0, 0, 5), frameOf(5, 1), Buffer.of(0, 0, 0, 1, 9)])
  for (const byte of wire) await new Promise(done => peer.write(Buffer.of(byte), done))
  await end.until(() => end.frames.length === 3)
  assert.deepEqual(
    end.frames.map(frame => [...frame]),
    [[], [...frameOf(5, 1)], [9]],
  )
  await transport.stop()
})

test("S-10: the peer's newer connection takes the place of its older one", async () => {
  const { transport, end, port } = await listening()
  const first = dial(port, low)
  await end.until(() => isUp(end))
  const second = dial(port, low)
  await closed(first)
  await end.until(() => end.said.length === 3)
  second.write(Buffer.of(0, 0, 0, 1, 9))
  await end.until(() => end.frames.length === 1)
  assert.deepEqual(end.said, ["opened", "closed: replaced", "opened"])
  await transport.stop()
})

test("S-5, S-10: of two connections that cross both nodes keep the lower one's, unless that is dead at the other end", async () => {
  const { a, b, stopped } = await pairOf("both")
  const ends: End[] = await Promise.all([startEnd(a), startEnd(b)])
  await Promise.all(ends.map(end => end.until(() => isUp(end))))
  // The higher node's connection comes although the path stands, as when the two had crossed; the higher node then closes it.
  const crossing = dial(a.port() ?? 0, high)
  await once(crossing, "secureConnect")
  crossing.end(Buffer.of(0, 0, 0, 1, 8))
  await closed(crossing)
  // One that the higher node does not close: the path does not stand there any more.
  const second = dial(a.port() ?? 0, high)
  await once(second, "secureConnect")
  second.write(Buffer.of(0, 0, 0, 1, 9))
  assert.deepEqual(
    ends.map(end => end.said),
    [["opened"], ["opened"]],
  )
  await ends[0]!.until(() => ends[0]!.frames.length === 1)
  assert.deepEqual(ends[0]!.frames, [Uint8Array.of(9)])
  assert.deepEqual(ends[0]!.said, ["opened", "closed: replaced", "opened"])
  await Promise.all([a.stop(), b.stop()])
  await closed(second)
  await stopped()
})

test("S-10: a node dials for ever, and says why it failed", async () => {
  const port = await freePort()
  const failed: string[] = []
  const dialling = tlsTransport({
    connect: { host, port },
    key: low.key,
    cert: low.cert,
    peerSpki: high.spki,
    random: () => 0,
    failed: reason => failed.push(reason),
  })
  const here = await startEnd(dialling)
  while (failed.length < 2) await new Promise(done => setTimeout(done, 50))
  const { transport, end } = await listening({ listen: { host, port } })
  await Promise.all([end.until(() => isUp(end)), here.until(() => isUp(here))])
  assert.deepEqual(new Set(failed), new Set(["ECONNREFUSED"]))
  await Promise.all([dialling.stop(), transport.stop()])
})

test("S-10: a port that is taken is an error of the start, not of the line", async () => {
  const { transport, port } = await listening()
  await assert.rejects(listening({ listen: { host, port } }), (error: unknown) => {
    assert.ok(error instanceof Error && error.message.includes(String(port)), "it says which")
    assert.ok(error.cause instanceof Error && "code" in error.cause)
    return error.cause.code === "EADDRINUSE"
  })
  await transport.stop()
})
