// One node of a bench in a process of its own: the loop, the core, SQLite on disk, TLS, the checking threads and the record's fold of a
// real node; without its web server, so that what is measured is the line.
import { createHash, randomBytes } from "node:crypto"
import { setTimeout as pause } from "node:timers/promises"
import { chunkLeaf, chunksOf, documentRoot, type Manifest } from "../src/core/document.ts"
import type { Tell } from "../src/core/event.ts"
import { concat } from "../src/core/hash.ts"
import { chunkBytes } from "../src/core/limits.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { kinds } from "../src/core/registry.ts"
import { openHome } from "../src/node/home.ts"
import { type Running, run } from "../src/node/run.ts"
import { LineRecord } from "../src/record/record.ts"
import { openSqlite } from "../src/store/sqlite.ts"
import { checking } from "../src/suites/checking.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { serialTransport } from "../src/transport/serial.ts"
import { tlsTransport } from "../src/transport/tls.ts"
import type { Transport } from "../src/transport/transport.ts"
import { ring } from "./homes.ts"
import { type MessageOptions, messageOrder, noticeText } from "./message.ts"
import { answer, busyMs, clock } from "./process.ts"
import { realWorld } from "./world.ts"

const [folder = "", listens = "", device = "", rate = ""] = process.argv.slice(2)
const home = openHome(folder, ring)
const { charter, us } = home
const peer = 1 - us
const store = openSqlite(home.record, { now: Date.now, cipher: home.cipher })
const world = realWorld()
const pool = checking()
const record = new LineRecord({ us, parties: charter.parties.length, replyClocks: charter.terms.replyClocks })
let running: Running | undefined
let lastSeq = 0
/** Messages of each party that are durable here, by seq: since when; and how often one was told that had been told before. */
const spoken = charter.parties.map(() => new Map<number, number>())
let toldAgain = 0
/** Documents that were taken in, and when each that was fetched was whole. */
const documents: Manifest[] = []
const wholeAt: number[] = []

/** What the peer has said, signed and stored here, that it holds of ours, and when we were told. */
const known = { size: 0, at: 0 }
const waiting: { readonly ready: () => boolean; resolve(at: number): void }[] = []

const heard = (): void => {
  const at = clock()
  for (const each of waiting.splice(0)) {
    if (each.ready()) each.resolve(at)
    else waiting.push(each)
  }
}

const when = (ready: () => boolean): Promise<number> =>
  new Promise(resolve => {
    if (ready()) resolve(clock())
    else waiting.push({ ready, resolve })
  })

const spokenNow = (author: number, seq: number): void => {
  const messages = spoken[author]!
  if (messages.has(seq)) toldAgain += 1
  else messages.set(seq, clock())
}

const tell = (told: Tell): void => {
  if (told.type === "document" && told.what === "whole") wholeAt.push(clock())
  if (told.type === "rows") {
    const at = Date.now()
    for (const { held } of told.rows)
      if (held.entry.kind === kinds.message) spokenNow(held.entry.author, held.entry.seq)
    for (const { held } of told.rows)
      for (const seen of held.entry.author === peer ? held.entry.seen : [])
        if (seen.author === us && seen.size > known.size) known.size = seen.size
    record.feed(
      told.rows.map(({ held, gapBefore }) => ({
        entry: held.entry,
        bodyBytes: held.body?.bytes.length ?? 0,
        at,
        gapBefore,
      })),
    )
  }
  heard()
}

const check = async (
  rows: readonly { readonly bytes: Uint8Array; readonly hash: Uint8Array }[],
): Promise<Uint8Array[]> => {
  const good = await pool.check(
    charter.parties[peer]!.nodeKeys.slice(0, 1),
    rows.map(row => row.bytes),
  )
  return rows.filter((_, at) => good[at] !== true).map(row => row.hash)
}

const order = async (count: number, how: MessageOptions = {}): Promise<number> => {
  if (!running) throw new Error("the node does not run")
  const said = await running.order(messageOrder(count, how))
  if (isRefusal(said)) throw new Error(`refused: ${said.refusal}`)
  lastSeq = Math.max(lastSeq, said.entry.seq)
  return said.entry.seq
}

const overSerial = (): Transport => serialTransport({ device, rate: Number(rate), random: Math.random })

/** The first is the cheapest. */
const overTls = (connectTo: number, at: number): Transport => {
  const made = tlsTransport({
    name: `tls-${at}`,
    ...(listens === "listens" && { listen: { host: "127.0.0.1", port: 0 } }),
    ...(connectTo > 0 && { connect: { host: "127.0.0.1", port: connectTo } }),
    key: home.keys.tls.key,
    cert: home.keys.tls.cert,
    peerSpki: charter.parties[peer]!.tlsSpki,
    random: Math.random,
  })
  return { ...made, traits: { ...made.traits, cost: at } }
}

const takeIn = (size: number): Manifest => {
  const id = store.documents.begin()
  const leaves: Uint8Array[] = []
  for (let index = 0; index < chunksOf(size); index++) {
    const chunk = Uint8Array.from(randomBytes(Math.min(chunkBytes, size - index * chunkBytes)))
    leaves.push(chunkLeaf(chunk, nodeSuite))
    store.documents.putChunk(id, index, chunk)
  }
  const root = documentRoot(leaves, nodeSuite)
  store.documents.finish(id, { root, size, leaves: concat(...leaves) })
  return { name: "survey.bin", mediaType: "application/octet-stream", size, root }
}

/** When the state of the cheapest path is one of these, or none of them, found within a millisecond. */
const firstPath = async (isUp: boolean): Promise<number> => {
  while ((running?.paths()[0]?.state === "up") !== isUp) await pause(1)
  return clock()
}

/** All that is kept of a party's log, as a number. */
const digestOf = (author: number): number => {
  const hash = createHash("sha256")
  const { generation = 1, size = 0 } = running?.status().logs[author] ?? {}
  for (let seq = 1; seq <= size; seq++) {
    const [row] = store.read({ author, generation, from: seq, to: seq }, 1)
    hash.update(row?.hash ?? "").update(row?.body ?? "")
  }
  return hash.digest().readUIntBE(0, 6)
}

answer(
  {
    /** Runs the node, on a serial line or by TLS; `connectTo`: the ports to dial, the first path being the cheapest, or 0 for each on
     *  which it listens. Answers the ports on which it does. */
    run: async (...connectTo) => {
      const transports = listens === "serial" ? [overSerial()] : (connectTo.length > 0 ? connectTo : [0]).map(overTls)
      running = await run({
        charter,
        us,
        charterBody: home.charterBody,
        suite: nodeSuite,
        signer: home.keys,
        store,
        paths: transports.map(transport => ({ peer, transport })),
        world,
        check,
        tell,
        failed: error => {
          throw error
        },
      })
      return transports.map(transport => transport.port?.() ?? 0)
    },
    up: async () => {
      await when(() => running?.status().peers[0]?.up === true)
      return []
    },
    down: async () => {
      await when(() => running?.status().peers[0]?.up === false)
      return []
    },
    /** One message: milliseconds until its author knows of the peer's signed receipt, itself stored here; and when it was ordered. */
    one: async (count = 0) => {
      const from = clock()
      const seq = await order(count, listens === "serial" ? { text: noticeText(count) } : {})
      return [(await when(() => known.size >= seq)) - from, from]
    },
    /** So many messages, all durable here. */
    write: async (count = 0) => {
      const from = clock()
      await Promise.all(Array.from({ length: count }, (_, at) => order(at)))
      return [clock() - from]
    },
    /** So many messages, one each `everyMs`, of these precedences in turn: seq, and when it was ordered, of each. */
    flow: async (from = 0, count = 0, everyMs = 0, ...turns) => {
      const said: Promise<readonly [number, number]>[] = []
      const startedAt = performance.now()
      for (let at = 0; at < count; at++) {
        await pause(Math.max(0, startedAt + at * everyMs - performance.now()))
        const orderedAt = clock()
        const how = { text: noticeText(from + at), precedence: turns[at % turns.length] ?? 1 }
        said.push(order(from + at, how).then(seq => [seq, orderedAt]))
      }
      return (await Promise.all(said)).flat()
    },
    /** When each of these messages of the peer was durable here. */
    stored: async (...seqs) => {
      await when(() => seqs.every(seq => spoken[peer]?.has(seq)))
      return seqs.map(seq => spoken[peer]?.get(seq) ?? Number.NaN)
    },
    /** When the first message of the peer became durable here that was not when this was asked. */
    nextStored: async () => {
      const { size = 0 } = spoken[peer] ?? {}
      await when(() => (spoken[peer]?.size ?? 0) > size)
      return [[...(spoken[peer]?.values() ?? [])][size] ?? Number.NaN]
    },
    /** Of a party's log here: messages, how many were told more than once, and a digest of the whole. */
    log: (author = 0) => [spoken[author]?.size ?? 0, toldAgain, digestOf(author)],
    takeIn: (bytes = 0) => {
      documents.push(takeIn(bytes))
      return []
    },
    /** A message that names the document last taken in: when it was ordered. */
    hand: async (count = 0) => {
      const from = clock()
      await order(count, { documents: documents.slice(-1) })
      return [from]
    },
    fetches: (bytes = 0) => {
      running?.documents({ type: "documentRoom", bytes })
      return []
    },
    /** When so many documents were whole here. */
    whole: async (count = 0) => {
      await when(() => wholeAt.length >= count)
      return [wholeAt[count - 1] ?? Number.NaN]
    },
    wholes: () => [wholeAt.length],
    leavesFirst: async () => [await firstPath(false)],
    onFirst: async () => [await firstPath(true)],
    /** When all that was ordered here was known to be durable there. */
    settled: async () => [await when(() => known.size >= lastSeq)],
    /** When both logs are of these sizes here. */
    holds: async (...sizes) => [
      await when(() => running?.status().logs.every((log, author) => log.size >= (sizes[author] ?? 0)) === true),
    ],
    us: () => [us],
    sizes: () => running?.status().logs.map(log => log.size) ?? [],
    busy: () => [busyMs()],
  },
  async () => {
    await running?.stop()
    world.stop()
    await pool.close()
    store.close()
  },
)
