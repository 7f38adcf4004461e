import assert from "node:assert/strict"
import { generateKeyPairSync } from "node:crypto"
import { once } from "node:events"
import { createServer as createHttpServer, request } from "node:http"
import { createConnection, createServer, type Server, type Socket } from "node:net"
import { after, test } from "node:test"
import { createServer as createTlsServer } from "node:tls"
import { WebSocket } from "ws"
import { tlsIdentity } from "../keys/certificate.ts"
import { type End, frameOf, isUp, startEnd, transportContract } from "./contract.ts"
import { answerTo, greeterOf, greetingBytes, hello, helloFault } from "./greet.ts"
import { type WebSocketPath, webSocketTransport } from "./websocket.ts"

const identities = Array.from({ length: 3 }, () => tlsIdentity(generateKeyPairSync("ed25519").privateKey))
// The lower hash first: its dials are the ones that are kept.
const [low, high] = identities.slice(0, 2).sort((x, y) => Buffer.compare(x.spki, y.spki))
const stranger = identities[2]
assert(low && high && stranger)
/** Of the operator, and of a proxy that looks into TLS: both for the name "parley". */
const [operator, inspector] = [0, 1].map(() => tlsIdentity(generateKeyPairSync("ed25519").privateKey))
assert(operator && inspector)

const host = "127.0.0.1"

/** What is left of a test that failed must not hold the process. */
const left = new Set<{ destroy(): void } | Server>()
after(() => {
  for (const each of left) "destroy" in each ? each.destroy() : each.close()
})
const openSockets = (): number => process.getActiveResourcesInfo().filter(name => /^(TCP|TLS)/.test(name)).length
const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === "object" ? (address?.port ?? 0) : 0
}
const listens = async (server: Server): Promise<number> => {
  left.add(server)
  server.listen(0, host)
  await once(server, "listening")
  return portOf(server)
}

const joined = (a: Socket, b: Socket): void => {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    left.add(from)
    from.on("error", () => to.destroy())
    from.on("close", () => to.destroy())
    from.pipe(to)
  }
}

/** An HTTP proxy: passes on to a port whatever name was asked for, and can end the TLS on the way. */
const proxyTo = async (target: () => number, { name = "", inspects = false } = {}) => {
  const asked: string[] = []
  const server = createHttpServer()
  const inner = createTlsServer({ cert: inspector.cert, key: inspector.key }, near => {
    near.on("error", () => near.destroy())
    joined(near, createConnection(target(), host))
  })
  server.on("connect", (what, near: Socket) => {
    asked.push(what.url ?? "")
    near.on("error", () => near.destroy())
    const wanted = `Basic ${Buffer.from(name).toString("base64")}`
    if (name && what.headers["proxy-authorization"] !== wanted)
      return void near.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
    near.write("HTTP/1.1 200 Connection established\r\n\r\n")
    if (inspects) inner.emit("connection", near)
    else joined(near, createConnection(target(), host))
  })
  return { port: await listens(server), asked, close: () => new Promise(done => server.close(done)) }
}

const endOf = (me: typeof low, peer: typeof low, more: Partial<WebSocketPath>) =>
  webSocketTransport({ key: me.key, cert: me.cert, peerSpki: peer.spki, random: () => 0, ...more })

/** The listening node, and what it needs to be reached. */
const listening = async (more: Partial<WebSocketPath> = {}) => {
  const refused: string[] = []
  const listen = { host, port: 0 }
  const transport = endOf(high, low, { listen, refused: reason => refused.push(reason), ...more })
  const end = await startEnd(transport)
  return { transport, end, refused, port: transport.port() ?? 0 }
}

const pairOf = async (
  more: Partial<WebSocketPath>,
  url: (port: number) => URL,
  dialling: Partial<WebSocketPath> = {},
) => {
  const before = openSockets()
  const free = createServer()
  const port = await listens(free)
  await new Promise(done => free.close(done))
  const proxy = await proxyTo(() => port)
  const byProxy = dialling.ca ? { proxy: new URL(`http://${host}:${proxy.port}`) } : {}
  return {
    a: endOf(low, high, { connect: url(port), ...dialling, ...byProxy }),
    b: endOf(high, low, { listen: { host, port }, ...more }),
    stopped: async () => {
      await proxy.close()
      // The system frees a handle a turn after its close was reported.
      for (let turn = 0; turn < 50 && openSockets() > before; turn++) await new Promise(setImmediate)
      assert.ok(openSockets() <= before, "left open")
    },
  }
}

transportContract("websocket", () => pairOf({}, port => new URL(`ws://${host}:${port}`)))
transportContract("websocket, TLS by the operator's certificate, through a proxy", () =>
  pairOf({ server: operator }, () => new URL("wss://parley/"), { ca: operator.cert }),
)

/** Both ends up, and a frame each way. */
const passes = async (here: End, there: End): Promise<void> => {
  await Promise.all([here, there].map(end => end.until(() => isUp(end))))
  here.transport.send(frameOf(300, 1))
  there.transport.send(frameOf(300, 2))
  await Promise.all([here, there].map(end => end.until(() => end.frames.length === 1)))
  await Promise.all([here.transport.stop(), there.transport.stop()])
}

test("F-19: a proxy that asks for a name and looks into TLS carries the path, and is not asked who the peer is", async () => {
  const { end: there, port } = await listening()
  const proxy = await proxyTo(() => port, { name: "watch:one two", inspects: true })
  const failed: string[] = []
  const dialling = (name: string, ca: string | undefined) =>
    endOf(low, high, {
      connect: new URL("wss://parley/"),
      proxy: new URL(`http://${name}@${host}:${proxy.port}`),
      failed: reason => failed.push(reason),
      ...(ca !== undefined && { ca }),
    })
  for (const [name, ca, why] of [
    ["watch:wrong", inspector.cert, /^the proxy answers 407$/],
    ["watch:one%20two", operator.cert, /CERT|SELF_SIGNED|UNABLE/],
    ["watch:one%20two", undefined, /CERT|SELF_SIGNED|UNABLE/],
  ] as const) {
    failed.length = 0
    const transport = dialling(name, ca)
    await startEnd(transport)
    while (failed.length === 0) await new Promise(done => setTimeout(done, 5))
    assert.match(failed[0] ?? "", why)
    await transport.stop()
  }
  await passes(await startEnd(dialling("watch:one%20two", inspector.cert)), there)
  assert.ok(proxy.asked.every(target => target === "parley:443"))
})

test("F-19: another path, another method and no WebSocket get 404 and not a word", async () => {
  const { transport, end, refused, port } = await listening()
  const upgrade = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" }
  const key = { "sec-websocket-key": Buffer.alloc(16).toString("base64") }
  for (const [method, path, headers] of [
    ["GET", "/", {}],
    ["GET", "/parley", {}],
    ["POST", "/parley", {}],
    ["GET", "/other", { ...upgrade, ...key }],
    ["GET", "/parley/", { ...upgrade, ...key }],
    ["GET", "/parley?x", { ...upgrade, ...key }],
    ["GET", "/parley", upgrade],
    ["GET", "/parley", { ...upgrade, ...key, "sec-websocket-version": "7" }],
    ["POST", "/parley", { ...upgrade, ...key }],
    ["GET", "/parley", { ...upgrade, ...key, upgrade: "h2c" }],
  ] as const) {
    const asked = request({ host, port, method, path, headers, agent: false })
    asked.end()
    const [answer] = await once(asked, "response")
    let said = ""
    for await (const bytes of answer) said += bytes
    assert.deepEqual([answer.statusCode, said], [404, ""], `${method} ${path} ${Object.keys(headers)}`)
    const names = Object.keys(answer.headers).filter(name => !/^(content-length|connection|date)$/.test(name))
    assert.deepEqual(names, [])
  }
  assert.deepEqual(new Set(refused), new Set(["other-request"]))
  assert.deepEqual(end.said, [])
  await transport.stop()
})

/** A socket of the test's own to the listening node. */
const socketTo = async (port: number): Promise<WebSocket> => {
  const socket = new WebSocket(`ws://${host}:${port}/parley`, { perMessageDeflate: true })
  left.add({ destroy: () => socket.terminate() })
  socket.on("error", () => {})
  await once(socket, "open")
  return socket
}
const closed = async (socket: WebSocket): Promise<void> => {
  if (socket.readyState !== WebSocket.CLOSED) await once(socket, "close")
}

test("F-18, F-19: who does not greet as the peer is turned away, and does not disturb the path that stands", async () => {
  const { end, refused, port } = await listening()
  const peer = endOf(low, high, { connect: new URL(`ws://${host}:${port}`) })
  const there = await startEnd(peer)
  await end.until(() => isUp(end))
  const knows = greeterOf(stranger.key, stranger.cert, high.spki)
  const asPeer = { ...knows, pins: greeterOf(low.key, low.cert, high.spki).pins }
  for (const [what, first, why] of [
    ["nothing of ours", Buffer.from("hello"), "no-greeting"],
    ["a frame", frameOf(5_000, 1), "no-greeting"],
    ["a stranger's hello", hello(knows).bytes, "other-key"],
    ["our own hello", hello(greeterOf(high.key, high.cert, low.spki)).bytes, "reflected"],
    ["a text", "hello", ""],
    ["more than a frame has", Buffer.alloc(270_001), ""],
  ] as const) {
    const socket = await socketTo(port)
    assert.equal(socket.extensions, "", "nothing is compressed")
    socket.send(first)
    await closed(socket)
    if (why) assert.equal(refused.at(-1), why, what)
  }
  // Who knows the cards and holds another key, and who says a proof of yesterday.
  const socket = await socketTo(port)
  const first = hello(asPeer)
  socket.send(first.bytes)
  const [answer] = await once(socket, "message")
  const next = first.answered(answer)
  assert(typeof next !== "string")
  socket.send(next.proof)
  await closed(socket)
  assert.equal(refused.at(-1), "other-key")
  assert.deepEqual([end.said, end.frames, there.said], [["opened"], [], ["opened"]])
  await passes(there, end)
})

test("F-18, F-19: a stranger who answers our dial is not sent a frame", async () => {
  const answers = greeterOf(stranger.key, stranger.cert, low.spki)
  const { wss, port } = await strangerAnswers(said => {
    assert.equal(helloFault(said, greeterOf(high.key, high.cert, low.spki)), undefined)
    return answerTo(said, { ...answers, pins: greeterOf(high.key, high.cert, low.spki).pins }).bytes
  })
  const refused = Promise.withResolvers<string>()
  const transport = endOf(low, high, { connect: new URL(`ws://${host}:${port}`), refused: refused.resolve })
  const here = await startEnd(transport)
  transport.send(frameOf(100, 1))
  assert.equal(await refused.promise, "other-key")
  await transport.stop()
  assert.deepEqual(here.said, [])
  assert.deepEqual(wss.heard, [greetingBytes])
})

const strangerAnswers = async (answer: (said: Uint8Array) => Uint8Array) => {
  const { WebSocketServer } = await import("ws")
  const server = createHttpServer()
  const heard: number[] = []
  new WebSocketServer({ server }).on("connection", socket => {
    left.add({ destroy: () => socket.terminate() })
    socket.on("message", said => {
      assert(said instanceof Buffer)
      heard.push(said.length)
      socket.send(answer(said))
    })
    socket.on("close", () => server.close())
  })
  return { wss: { heard }, port: await listens(server) }
}

test("F-19: connections that say nothing have sixteen places, and do not keep the peer out", async () => {
  const { end, refused, port } = await listening()
  const silent = Array.from({ length: 20 }, () => createConnection(port, host).on("error", () => {}))
  for (const socket of silent) left.add(socket)
  await Promise.all(silent.slice(0, 4).map(socket => socket.closed || once(socket.resume(), "close")))
  const peer = endOf(low, high, { connect: new URL(`ws://${host}:${port}`) })
  const there = await startEnd(peer)
  await end.until(() => isUp(end))
  assert.equal(refused.filter(reason => reason === "too-many").length, 5)
  await passes(there, end)
  for (const socket of silent) socket.destroy()
})

test("F-19: who has said a true hello keeps its place, though a proxy gives all who come one address", async () => {
  const { end, refused, port } = await listening()
  const peer = new WebSocket(`ws://${host}:${port}/parley`)
  left.add({ destroy: () => peer.terminate() })
  await once(peer, "open")
  const first = hello(greeterOf(low.key, low.cert, high.spki))
  peer.send(first.bytes)
  const [answer] = await once(peer, "message")
  assert(answer instanceof Buffer)
  for (let nth = 0; nth < 40; nth++) {
    const silent = createConnection(port, host).on("error", () => {})
    left.add(silent)
    await once(silent, "connect")
  }
  while (refused.length < 20) await new Promise(setImmediate)
  const next = first.answered(answer)
  assert(typeof next !== "string")
  peer.send(next.proof)
  await end.until(() => isUp(end))
  await end.transport.stop()
})

test("F-19: a text, and a message larger than any frame, close the path of the peer itself", async () => {
  for (const [bad, why] of [
    ["text", "closed: not-binary"],
    [Buffer.alloc(270_001), "closed: too-large"],
  ] as const) {
    const { transport, end, port } = await listening()
    const socket = await socketTo(port)
    const first = hello(greeterOf(low.key, low.cert, high.spki))
    socket.send(first.bytes)
    const [answer] = await once(socket, "message")
    const next = first.answered(answer)
    assert(typeof next !== "string")
    socket.send(next.proof)
    await end.until(() => isUp(end))
    socket.send(bad)
    await end.until(() => !isUp(end))
    assert.deepEqual(end.said, ["opened", why])
    await closed(socket)
    await transport.stop()
  }
})

test("F-19, S-10: of a frame that stops half way nothing is heard; the path closes, opens again, and the next is whole", async () => {
  const { end, port } = await listening()
  let room = Number.POSITIVE_INFINITY
  const halving = createServer(near => {
    left.add(near)
    const far = createConnection(port, host)
    left.add(far)
    far.on("error", () => near.destroy()).on("close", () => near.destroy())
    near.on("error", () => far.destroy()).on("close", () => far.destroy())
    far.pipe(near)
    near.on("data", (bytes: Buffer) => {
      far.write(bytes.subarray(0, room))
      room -= bytes.length
      if (room <= 0) near.destroy()
    })
  })
  const peer = endOf(low, high, { connect: new URL(`ws://${host}:${await listens(halving)}`) })
  left.add({ destroy: () => peer.stop() })
  const there = await startEnd(peer)
  await Promise.all([end.until(() => isUp(end)), there.until(() => isUp(there))])
  for (const most of [1, 7, 5_000]) {
    const before = end.said.length
    room = most
    peer.send(frameOf(10_000, 1))
    await end.until(() => end.said.length > before)
    room = Number.POSITIVE_INFINITY
    await Promise.all([end, there].map(each => each.until(() => isUp(each) && each.said.length >= before + 2)))
  }
  assert.deepEqual(end.frames, [])
  await passes(there, end)
  halving.close()
})
