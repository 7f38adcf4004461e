// One node of a bench in a process of its own: the loop, the core, SQLite on disk, TLS, the checking threads and the record's fold of a
// real node; without its web server, so that what is measured is the line.
import type { Tell } from "../src/core/event.ts"
import { isRefusal } from "../src/core/refusal.ts"
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
import { messageOrder, noticeText } from "./message.ts"
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
let transport: Transport | undefined
let lastSeq = 0

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

const tell = (told: Tell): void => {
  if (told.type === "rows") {
    const at = Date.now()
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

const order = async (count: number, text?: string): Promise<number> => {
  if (!running) throw new Error("the node does not run")
  const said = await running.order(messageOrder(count, text))
  if (isRefusal(said)) throw new Error(`refused: ${said.refusal}`)
  lastSeq = Math.max(lastSeq, said.entry.seq)
  return said.entry.seq
}

const overSerial = (): Transport => serialTransport({ device, rate: Number(rate), random: Math.random })

const overTls = (connectTo: number): Transport =>
  tlsTransport({
    ...(listens === "listens" && { listen: { host: "127.0.0.1", port: 0 } }),
    ...(connectTo > 0 && { connect: { host: "127.0.0.1", port: connectTo } }),
    key: home.keys.tls.key,
    cert: home.keys.tls.cert,
    peerSpki: charter.parties[peer]!.tlsSpki,
    random: Math.random,
  })

answer(
  {
    /** Runs the node, on a serial line or by TLS; `connectTo`: the port to dial. Answers the port on which it listens. */
    run: async (connectTo = 0) => {
      transport = listens === "serial" ? overSerial() : overTls(connectTo)
      running = await run({
        charter,
        us,
        charterBody: home.charterBody,
        suite: nodeSuite,
        signer: home.keys,
        store,
        paths: [{ peer, transport }],
        world,
        check,
        tell,
        failed: error => {
          throw error
        },
      })
      return [transport.port?.() ?? 0]
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
      const seq = await order(count, listens === "serial" ? noticeText(count) : undefined)
      return [(await when(() => known.size >= seq)) - from, from]
    },
    /** So many messages, all durable here. */
    write: async (count = 0) => {
      const from = clock()
      await Promise.all(Array.from({ length: count }, (_, at) => order(at)))
      return [clock() - from]
    },
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
