import assert from "node:assert/strict"
import { generateKeyPairSync } from "node:crypto"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import { networkInterfaces } from "node:os"
import { after, test } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import { type DatagramRelay, datagramRelay, type Weather } from "../../bench/datagrams.ts"
import { tlsIdentity } from "../keys/certificate.ts"
import { type End, frameOf, isUp, startEnd, transportContract } from "./contract.ts"
import { controlReader, controlWriter, frameDatagram } from "./datagram.ts"
import { answerTo, greeterOf, hello } from "./greet.ts"
import { type UdpPath, udpTransport } from "./udp.ts"

const identities = Array.from({ length: 3 }, () => tlsIdentity(generateKeyPairSync("ed25519").privateKey))
// The lower hash first: its dials are the ones that are kept.
const [low, high] = identities.slice(0, 2).sort((x, y) => Buffer.compare(x.spki, y.spki))
const stranger = identities[2]
assert(low && high && stranger)

const host = "127.0.0.1"
const openSockets = (): number => process.getActiveResourcesInfo().filter(name => /^UDP/.test(name)).length

/** A free port: taken and given back, for two nodes that must know each other's before they start. */
const freePort = async (): Promise<number> => {
  const socket = createSocket("udp4").bind(0, host)
  await once(socket, "listening")
  const { port } = socket.address()
  await new Promise<void>(done => socket.close(() => done()))
  return port
}

const endOf = (me: typeof low, peer: typeof low, more: Partial<UdpPath>) =>
  udpTransport({ key: me.key, cert: me.cert, peerSpki: peer.spki, random: () => 0, ...more })

const pairOf = async (dials: "low" | "both") => {
  const before = openSockets()
  const [lowPort, highPort] = [await freePort(), await freePort()]
  const [lowAt, highAt] = [lowPort, highPort].map(port => ({ host, port }))
  assert(lowAt && highAt)
  return {
    a: endOf(low, high, { connect: highAt, ...(dials === "both" && { listen: lowAt }) }),
    b: endOf(high, low, { listen: highAt, ...(dials === "both" && { connect: lowAt }) }),
    stopped: async () => {
      for (let turn = 0; turn < 20 && openSockets() > before; turn++) await new Promise(setImmediate)
      assert.ok(openSockets() <= before, "left open")
    },
  }
}

transportContract("udp, one dials", () => pairOf("low"), { count: 200 })
transportContract("udp, both listen and dial", () => pairOf("both"), { count: 200 })

/** What is left of a test that failed must not hold the process. */
const left = new Set<() => unknown>()
after(() => {
  for (const end of left) end()
})

const listening = async (more: Partial<UdpPath> = {}) => {
  const refused: string[] = []
  const transport = endOf(high, low, { listen: { host, port: 0 }, refused: reason => refused.push(reason), ...more })
  const end = await startEnd(transport)
  left.add(() => transport.stop())
  return { transport, end, refused, port: transport.port() ?? 0 }
}

const socketTo = async (port: number) => {
  const socket = createSocket("udp4").bind(0, host)
  await once(socket, "listening")
  left.add(() => socket.close())
  const heard: Buffer[] = []
  socket.on("message", datagram => heard.push(datagram))
  const say = (datagram: Uint8Array): Promise<void> =>
    new Promise(done => socket.send(datagram, port, host, () => done()))
  const next = async (): Promise<Buffer> => {
    while (heard.length === 0) await once(socket, "message")
    return heard.shift() ?? Buffer.alloc(0)
  }
  return { socket, heard, say, next }
}
type Mouth = Awaited<ReturnType<typeof socketTo>>

/** The peer, played by hand: greets, says that each size has come, and then says nothing by itself. */
const greeted = async (mouth: Mouth) => {
  const first = hello(greeterOf(low.key, low.cert, high.spki))
  await mouth.say(first.bytes)
  const proven = first.answered(await mouth.next())
  assert(typeof proven !== "string")
  const { session, proof } = proven
  const [write, read] = [controlWriter(session), controlReader(session)]
  mouth.socket.on("message", datagram => {
    const said = read(datagram)
    if (typeof said !== "object" || said.control.type !== "probe") return
    void mouth.say(write({ type: "probed", size: said.control.size }))
  })
  await mouth.say(proof)
  return { first, proof, session, write, frame: (frame: Uint8Array) => mouth.say(frameDatagram(session, frame)) }
}

const until = async (condition: () => boolean): Promise<void> => {
  for (let nth = 0; !condition(); nth++) {
    assert.ok(nth < 1_000, `waited in vain for ${condition}`)
    await pause(2)
  }
}

/** Until everything that was sent to the port before has been heard: what the socket of a test sends comes in order. */
const settled = (): Promise<void> => pause(30)

test("F-18, F-20: who is not the peer is turned away by reason, hears nothing, and does not disturb the path", async () => {
  const { transport, end, refused, port } = await listening()
  const peer = await socketTo(port)
  const { frame } = await greeted(peer)
  await end.until(() => isUp(end))
  const other = await socketTo(port)
  const knows = greeterOf(stranger.key, stranger.cert, high.spki)
  for (const [what, datagram, why] of [
    ["nothing", Buffer.alloc(0), "no-session"],
    ["noise", Buffer.from("GET / HTTP/1.1"), "no-session"],
    ["a bare frame", frameOf(200, 1), "no-session"],
    ["a short hello", hello(knows).bytes.subarray(1), "no-session"],
    ["a stranger's hello", hello(knows).bytes, "other-key"],
    ["a hello cut short", hello(knows).bytes.subarray(0, 100), "no-greeting"],
    ["our own hello", hello(greeterOf(high.key, high.cert, low.spki)).bytes, "reflected"],
    ["a proof of nothing", Buffer.alloc(125, 0x23), "no-greeting"],
    ["a frame of no session", Buffer.alloc(300, 0x24), "no-session"],
    ["a message of no session", Buffer.alloc(40, 0x25), "no-session"],
  ] as const) {
    await other.say(datagram)
    await until(() => refused.length > 0)
    assert.deepEqual(refused.splice(0), [why], what)
  }
  assert.deepEqual([other.heard.length, end.said, end.frames], [0, ["opened"], []])
  await frame(frameOf(400, 3))
  await end.until(() => end.frames.length === 1)
  assert.deepEqual(end.frames, [frameOf(400, 3)])
  await transport.stop()
})

test("F-18, F-20: who knows both cards and holds neither key gets one answer to a question, and no further", async () => {
  const { transport, end, refused, port } = await listening()
  const mouth = await socketTo(port)
  const pins = greeterOf(low.key, low.cert, high.spki).pins
  const first = hello({ ...greeterOf(stranger.key, stranger.cert, high.spki), pins })
  await mouth.say(first.bytes)
  await mouth.say(first.bytes)
  const answers = [await mouth.next(), await mouth.next()]
  assert.deepEqual(answers[0], answers[1], "the same to the same")
  assert.equal(answers[0]?.length, first.bytes.length)
  const proven = first.answered(answers[0] ?? Buffer.alloc(0))
  assert(typeof proven !== "string")
  await mouth.say(proven.proof)
  await until(() => refused.length > 0)
  await settled()
  assert.deepEqual([refused, mouth.heard.length, end.said], [["other-key"], 0, []])
  await transport.stop()
})

test("F-18, F-20: recorded hellos in numbers are answered to a bound, and the path that stands goes on", async () => {
  const { transport, end, refused, port } = await listening()
  const { frame } = await greeted(await socketTo(port))
  await end.until(() => isUp(end))
  const other = await socketTo(port)
  const recorded = Array.from({ length: 100 }, () => hello(greeterOf(low.key, low.cert, high.spki)).bytes)
  for (const datagram of recorded) await other.say(datagram)
  await until(() => refused.length >= 100 - 32)
  await frame(frameOf(400, 3))
  await end.until(() => end.frames.length === 1)
  assert.ok(other.heard.length <= 64, `${other.heard.length} were answered`)
  assert.deepEqual([new Set(refused), end.said], [new Set(["too-many"]), ["opened"]])
  await transport.stop()
})

test("F-18, F-20: hellos that are recorded and sent again take no turn of a new one", async () => {
  const { transport, refused, port } = await listening()
  const mouth = await socketTo(port)
  const fresh = (): Uint8Array => hello(greeterOf(low.key, low.cert, high.spki)).bytes
  const recorded = Array.from({ length: 20 }, fresh)
  for (const datagram of recorded) {
    await mouth.say(datagram)
    await mouth.next()
  }
  refused.length = 0
  for (let times = 0; times < 40; times++) for (const datagram of recorded.slice(0, 4)) await mouth.say(datagram)
  await mouth.say(fresh())
  await mouth.next()
  await settled()
  assert.deepEqual(
    [mouth.heard.length, refused],
    [0, ["too-many"]],
    "the new one alone is answered, in the oldest's place",
  )
  await transport.stop()
})

test("F-18: a stranger who answers our dial, however often, gets no proof", async () => {
  const mouth = createSocket("udp4").bind(0, host)
  await once(mouth, "listening")
  const knows = {
    ...greeterOf(stranger.key, stranger.cert, low.spki),
    pins: greeterOf(high.key, high.cert, low.spki).pins,
  }
  const kinds = new Set<number | undefined>()
  mouth.on("message", (said, { port }) => {
    kinds.add(said[0])
    for (let nth = 0; nth < 10; nth++) mouth.send(answerTo(said, knows).bytes, port, host)
  })
  const [refused, failed]: [string[], string[]] = [[], []]
  const transport = endOf(low, high, {
    connect: { host, port: mouth.address().port },
    refused: reason => refused.push(reason),
    failed: reason => failed.push(reason),
  })
  const end = await startEnd(transport)
  await until(() => failed.length > 0)
  assert.deepEqual([failed, new Set(refused), kinds], [["other-key"], new Set(["other-key"]), new Set([0x21])])
  assert.deepEqual(end.said, [])
  await transport.stop()
  mouth.close()
})

test("F-18, F-20: recorded greetings, a spoofed bye, our own words sent back and numbers that come again do nothing", async () => {
  const { transport, end, refused, port } = await listening()
  const before = await socketTo(port)
  const old = await greeted(before)
  await end.until(() => isUp(end))
  const oldBye = old.write({ type: "bye" })
  const oldFrame = frameDatagram(old.session, frameOf(50, 9))
  const peer = await socketTo(port)
  const now = await greeted(peer)
  await end.until(() => end.said.length === 3)
  assert.deepEqual(end.said, ["opened", "closed: replaced", "opened"])
  refused.length = 0
  const other = await socketTo(port)
  // Of a session that is over: what is late is nobody's, and nothing is done.
  for (const datagram of [old.first.bytes, old.proof, oldBye, oldFrame]) await other.say(datagram)
  const bye = Buffer.from(now.write({ type: "bye" }))
  bye[bye.length - 1] = (bye.at(-1) ?? 0) ^ 1
  await other.say(bye)
  await other.say(bye.subarray(0, 20))
  await until(() => refused.length === 2)
  assert.deepEqual([refused, other.heard.length], [["bad-tag", "bad-tag"], 0])
  // What the listening end said itself.
  const said = peer.heard.filter(datagram => datagram[0] === 0x25)
  assert.ok(said.length > 0)
  for (const datagram of said) await other.say(datagram)
  await until(() => refused.length === 2 + said.length)
  assert.ok(refused.every(reason => reason === "bad-tag"))
  const mark = now.write({ type: "mark", number: 1 })
  peer.heard.length = 0
  for (let nth = 0; nth < 5; nth++) await peer.say(mark)
  await settled()
  assert.equal(peer.heard.filter(datagram => datagram[0] === 0x25).length, 1, "answered once")
  assert.deepEqual([end.said.length, end.frames], [3, []])
  await peer.say(now.write({ type: "bye" }))
  await end.until(() => !isUp(end))
  assert.equal(end.said.at(-1), "closed: closed by the peer")
  await transport.stop()
})

test("F-20: only a true and newest message from a new address moves the peer", async () => {
  const { transport, end, port } = await listening()
  const peer = await socketTo(port)
  const { write, frame, session } = await greeted(peer)
  await end.until(() => isUp(end))
  const elsewhere = await socketTo(port)
  const older = write({ type: "mark", number: 1 })
  await peer.say(write({ type: "mark", number: 2 }))
  await frame(frameOf(60, 1))
  await elsewhere.say(frameDatagram(session, frameOf(60, 2)))
  await elsewhere.say(older)
  await end.until(() => end.frames.length === 2)
  await settled()
  peer.heard.length = 0
  transport.send(frameOf(70, 3))
  while (!peer.heard.some(datagram => datagram[0] === 0x24)) await once(peer.socket, "message")
  assert.deepEqual(elsewhere.heard, [], "frames and old messages move nobody")
  await elsewhere.say(write({ type: "mark", number: 3 }))
  await elsewhere.next()
  transport.send(frameOf(70, 4))
  while (!elsewhere.heard.some(datagram => datagram[0] === 0x24)) await once(elsewhere.socket, "message")
  await transport.stop()
})

/** Two transports with weather between them. */
const across = async (weather: Partial<Weather>, more: Partial<UdpPath> = {}) => {
  const { end: there, port } = await listening()
  const relay = await datagramRelay({ targetPort: port, seed: 4, weather })
  left.add(() => relay.stop())
  const dialling = endOf(low, high, { connect: { host, port: relay.port }, ...more })
  left.add(() => dialling.stop())
  const here = await startEnd(dialling)
  await Promise.all([here, there].map(end => end.until(() => isUp(end))))
  return { here, there, relay }
}
const ended = async (relay: DatagramRelay, ...ends: End[]): Promise<void> => {
  await Promise.all(ends.map(end => end.transport.stop()))
  await relay.stop()
}

test("F-20: at a fifth of loss, with doubling and reordering, the path opens and frames pass unchanged, both ways", async () => {
  const { here, there, relay } = await across({ delayMs: 3, loss: 0.2, doubling: 0.1, reordering: 0.2, lateMs: 8 })
  const count = 120
  const frames = Array.from({ length: count }, (_, nth) => frameOf(40 + ((nth * 37) % 500), nth))
  for (const frame of frames) for (const end of [here, there]) end.transport.send(frame)
  const texts = new Set(frames.map(String))
  for (const end of [here, there]) {
    await end.until(() => new Set(end.frames.map(String)).size > count * 0.65)
    assert.ok(end.frames.every(frame => texts.has(String(frame))))
  }
  await ended(relay, here, there)
})

test("F-20: the largest datagram that passes is found before the path opens", async () => {
  for (const [bytesMax, fragmentBytes] of [
    [1_400, 1_372 - 9],
    [600, 548 - 9],
  ] as const) {
    const { here, there, relay } = await across({ bytesMax })
    for (const end of [here, there]) assert.equal(end.transport.traits.fragmentBytes, fragmentBytes)
    here.transport.send(frameOf(fragmentBytes, 1))
    await there.until(() => there.frames.length === 1)
    await ended(relay, here, there)
  }
})

test("F-20: when what is large no longer passes the path closes, and opens with smaller ones", {
  skip: !process.env.SLOW,
}, async () => {
  const { here, there, relay } = await across({})
  assert.equal(here.transport.traits.fragmentBytes, 1_472 - 9)
  relay.change({ bytesMax: 1_300 })
  const timer = setInterval(() => {
    here.transport.send(frameOf(Math.min(1_400, here.transport.traits.fragmentBytes), 1))
    here.transport.send(frameOf(100, 2))
  }, 50)
  await here.until(() => !isUp(here))
  clearInterval(timer)
  assert.equal(here.said.at(-1), "closed: large datagrams vanish")
  await Promise.all([here, there].map(end => end.until(() => isUp(end))))
  assert.equal(here.transport.traits.fragmentBytes, 1_200 - 9)
  await ended(relay, here, there)
})

test("F-20: a peer whose address changes is found again by its next mark, and the path stands", async () => {
  const { here, there, relay } = await across({ delayMs: 1 })
  await relay.move()
  // The first goes out from the new address, and a mark behind it.
  here.transport.send(frameOf(80, 1))
  await there.until(() => there.frames.length === 1)
  for (let nth = 0; here.frames.length === 0; nth++) {
    assert.ok(nth < 100)
    there.transport.send(frameOf(90, nth))
    await pause(20)
  }
  assert.deepEqual([here.said, there.said], [["opened"], ["opened"]])
  await ended(relay, here, there)
})

test("F-20: a node that died without a word is replaced by its next greeting", async () => {
  const { here, there, relay } = await across({})
  relay.cut()
  await here.transport.stop()
  await settled()
  relay.mend()
  assert.ok(isUp(there), "it has heard of nothing")
  const again = endOf(low, high, { connect: { host, port: relay.port } })
  const end = await startEnd(again)
  await end.until(() => isUp(end))
  await there.until(() => there.said.length === 3)
  assert.deepEqual(there.said, ["opened", "closed: replaced", "opened"])
  await ended(relay, end, there)
})

test("F-20: over IPv6, and by a name, it is the same path", async t => {
  const six = Object.values(networkInterfaces()).some(all => all?.some(({ address }) => address === "::1"))
  if (!six) return t.skip("this machine has no IPv6")
  const { end: there, port } = await listening({ listen: { host: "::1", port: 0 } })
  const here = await startEnd(endOf(low, high, { connect: { host: "::1", port } }))
  await Promise.all([here, there].map(end => end.until(() => isUp(end))))
  await Promise.all([here, there].map(end => end.transport.stop()))
  const named = await listening()
  const by = await startEnd(endOf(low, high, { connect: { host: "localhost", port: named.port } }))
  await Promise.all([by, named.end].map(end => end.until(() => isUp(end))))
  await Promise.all([by, named.end].map(end => end.transport.stop()))
})
