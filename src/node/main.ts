// A node, wired: a home's keys, store, path, loop, watch and API, from start to stop. When the loop says that the world failed, the
// process ends at once; a restart replays (crash-only).
import { readFileSync } from "node:fs"
import type { Charter } from "../core/charter.ts"
import { decodeEntry } from "../core/entry.ts"
import type { Tell } from "../core/event.ts"
import { isRefusal } from "../core/refusal.ts"
import type { PublicKey } from "../core/suite.ts"
import type { Keyring } from "../keys/lock.ts"
import type { Fed } from "../record/facts.ts"
import { type Changes, LineRecord } from "../record/record.ts"
import { openSqlite } from "../store/sqlite.ts"
import type { Indexed, Row, Store, StoreReader } from "../store/store.ts"
import { type Checking, checking } from "../suites/checking.ts"
import { nodeSuite } from "../suites/node.ts"
import { clockNotes } from "./clocks.ts"
import { exportDesk } from "./export.ts"
import { type Home, isPaired, monitorSecret, openHome, openSide, requireWritable, writeApiDoor } from "./home.ts"
import { keysView } from "./key-standing.ts"
import { leanly } from "./lean.ts"
import type { LineStatus } from "./line-status.ts"
import type { Log } from "./log.ts"
import type { Metrics } from "./metrics.ts"
import { offices } from "./offices.ts"
import type { OneWayRooms } from "./one-way.ts"
import { PathDesk, pathsOf } from "./path-desk.ts"
import { spareIn } from "./reserve.ts"
import { type Running, run } from "./run.ts"
import { makeSecret } from "./secret.ts"
import type { Times } from "./serve.ts"
import type { ServedCeremony } from "./serve-ceremony.ts"
import { keepPaths } from "./settings.ts"
import { verifyPage } from "./verify-page.ts"
import { realWorld } from "./world.ts"

// The CLI's one door to the rooms behind the node.
export { drawSecret, type Fallback, fallbackOf } from "../keys/fallback.ts"
export { type Keyring, keyring, passphraseCharsMin } from "../keys/lock.ts"
export { createOfficerKey, officerPublicKey, openOfficerKey } from "../keys/officer-key.ts"
export { wordLists } from "../keys/pairing-words.ts"
export { createSealedKey, isSealedKey, openSealedKey, readSealedWords, type SealedWords } from "../keys/sealed-key.ts"
export { credentialFile, readSecret } from "../keys/secret-file.ts"
export { createTokenKey, signByToken, tokenKeyIn } from "../keys/token-key.ts"
export { type CarriedIn, type CarriedOut, carryIn, carryOut } from "./carried-folder.ts"
export { checkTyped, confirm, readCard, readCeremony, setTerms, takeTerms, withCard } from "./ceremony.ts"
export {
  type Ceremony,
  cipherOf,
  consoleAddress,
  type HomeOptions,
  initHome,
  isFileLocked,
  isLocked,
  meet,
  openCharter,
  openHome,
  openSide,
  pair,
  putOfficer,
  readApiDoor,
  recordPath,
  relock,
  rootsAt,
  type Side,
  signInLink,
} from "./home.ts"
export { releaseHash } from "./release.ts"
export { restoreHome } from "./restore.ts"
export { parseAddress, requireHome } from "./settings.ts"
export { verifyPage } from "./verify-page.ts"
export { messageView } from "./views.ts"

export type NodeOptions = {
  /** Instead of the home's own: for tests, and for two nodes on one machine. */
  readonly apiPort?: number
  readonly listen?: string
  readonly peer?: string
  readonly frames?: readonly string[]
  readonly logLevel?: string
  /** Opens a locked home. */
  readonly ring?: Keyring
  /** Shorter ones, for tests. */
  readonly times?: Times
  /** False in tests of what the wire shows. */
  readonly coat?: boolean
  /** Another verify.html, for tests. */
  readonly page?: () => Uint8Array
  readonly log?: Log
  /** Called when the world failed; by default the process ends at once, with 3. */
  readonly failed?: (error: Error) => void
}

export type StartedNode = {
  /** Where its console is. */
  readonly url: string
  readonly apiPort: number
  readonly peerPort: number | undefined
  readonly home: Home
  readonly status: () => LineStatus
  stop(): Promise<void>
}

/** Read at once: more of them are more garbage before the first collection, and a node at rest keeps what it took. */
const feedRows = 100
const stopMsMax = 3_000

export const startNode = async (path: string, options: NodeOptions = {}): Promise<StartedNode> => {
  requireWritable(path)
  const home = openHome(path, options.ring)
  // A hardware module that is not there is found before anything is said.
  await home.keys.ready()
  const log = options.log ?? (await import("./log.ts")).openLog(home.settings.code, options.logLevel ?? "info")
  const store = openSqlite(home.record, { now: Date.now, cipher: home.cipher })
  const started: (() => Promise<void>)[] = [async () => store.close()]
  const undo = async (): Promise<void> => {
    for (const stop of started.splice(0).reverse()) await stop()
  }
  try {
    return await wire(home, store, options, log, started, undo)
  } catch (cause) {
    await undo()
    throw cause
  }
}

const wire = async (
  home: Home,
  store: Store,
  options: NodeOptions,
  log: Log,
  started: (() => Promise<void>)[],
  undo: () => Promise<void>,
): Promise<StartedNode> => {
  // Fetched only here: a command that reads a record must not wait for a web server to be loaded.
  const [{ serve }, { openMetrics }] = await Promise.all([import("./serve.ts"), import("./metrics.ts")])
  const { charter, us, settings } = home
  const reader = new RecordReader(charter, us, store)
  reader.read()
  const { record } = reader
  const metrics = openMetrics(
    () => running.status(),
    () => running.paths(),
    party => charter.parties[party]?.code ?? String(party),
  )
  const pool = checking()
  started.push(() => pool.close())
  let rooms: OneWayRooms | undefined
  const means = { home, log, rooms: () => rooms, ...(options.coat === false && { coat: false }) }
  const made = pathsOf(means, options)
  const world = realWorld()
  const state = { failed: undefined as Error | undefined, since: Date.now(), storedAt: Date.now() }
  const early: Tell[] = []
  let hear: ((told: Tell) => void) | undefined
  const failed = (error: Error): void => {
    state.failed = error
    log.fatal({ err: error }, "the world failed: this node stops at once and tells nobody what is not stored")
    if (options.failed) options.failed(error)
    else process.exit(3)
  }
  const noteClock = clockNotes(log, party => charter.parties[party]?.code ?? String(party))
  const tell = (told: Tell): void => {
    noteClock(told)
    note(told, metrics, log, charter, state)
    if (hear === undefined) early.push(told)
    else hear(told)
  }
  const running: Running = await run({
    charter,
    us,
    charterBody: home.charterBody,
    suite: nodeSuite,
    ...{ signer: home.keys, lived: home.keys.lived() },
    ...{ store, spareBytes: spareIn(home) },
    paths: made.map(({ transport }) => ({ peer: 1 - us, transport })),
    world,
    check: (rows, key) => badOnes(pool, rows, key),
    tell,
    failed,
  })
  started.push(async () => {
    world.stop()
    await running.stop()
  })
  const refused = ({ refusal, details }: { refusal: string; details: object }, peer: number | null): void => {
    metrics.refusals.inc({ code: refusal })
    log.warn({ refusal, details, peer: peer === null ? null : charter.parties[peer]?.code }, "refused")
  }
  const version = packageVersion()
  const all = offices({ home, record, store, running, log, version }, refused)
  const { about, watch, desk, parcels, documents, passkeys, alarms, duress, office, officers } = all
  started.push(async () => watch.stop())
  hear = all.told
  for (const told of early.splice(0)) hear(told)
  documents.start()
  rooms = {
    running,
    parcels,
    store,
    documents: () => documents.offered(),
    told: tell,
    refused: refusal => refused(refusal, 1 - us),
  }

  const paths = new PathDesk({ means, made, running, keep: settings => keepPaths(home.path, settings) })
  const cliSecret = makeSecret()
  const health = () => healthOf(running.status(), state, version)
  const { signIns, sessions } = home
  const { code, origins } = settings
  const frames = [...settings.frames, ...(options.frames ?? [])]
  const { host } = settings.api
  const port = options.apiPort ?? settings.api.port
  const served = await serve({
    ...{ code, host, port, origins, frames, watch, desk, parcels, paths, documents, alarms, duress, passkeys },
    ...{ office, officers, standing: () => keysView({ ...about, office, officers }) },
    exports: exportDesk({ charter, record, store, path: home.record, page: options.page ?? verifyPage }),
    signIns,
    sessions,
    cliSecret,
    monitorSecret: monitorSecret(home.path),
    health,
    metrics,
    log,
    now: Date.now,
    ...(options.times && { times: options.times }),
  })
  started.push(() => served.stop())
  writeApiDoor(home.path, { url: `http://127.0.0.1:${served.port}`, secret: cliSecret })
  const url = `http://${code}.parley.localhost:${served.port}/`
  const peerPort = made.map(({ transport }) => transport.port?.()).find(each => each !== undefined)
  log.info({ url, listens: peerPort ?? null, entries: record.facts.count }, "the node runs")
  return { url, apiPort: served.port, peerPort, home, status: () => running.status(), stop: undo }
}

/** Runs until a signal or a failure; the process's exit code. */
export const runUntilSignal = async (
  path: string,
  options: NodeOptions,
  ready: (node: StartedNode) => void,
  unpaired: (ceremony: ServedCeremony) => void,
): Promise<number> => {
  const told = new Promise<"stop">(resolve => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, () => resolve("stop"))
  })
  const apiPort = isPaired(path) ? options.apiPort : await pairHere(path, options, told, unpaired)
  if (apiPort === "stop") return 0
  const node = await leanly(() => startNode(path, { ...options, ...(apiPort !== undefined && { apiPort }) }))
  ready(node)
  await told
  // What is stored is stored; a path or a console that does not close in time loses nothing by being cut off.
  const late = setTimeout(() => process.exit(0), stopMsMax)
  await node.stop()
  clearTimeout(late)
  return 0
}

/** Serves the ceremony until the home is paired and somebody says that the node may run: on the port on which it then answers. */
const pairHere = async (
  path: string,
  options: NodeOptions,
  told: Promise<"stop">,
  unpaired: (ceremony: ServedCeremony) => void,
): Promise<number | "stop"> => {
  requireWritable(path)
  const side = openSide(path, options.ring)
  // Asked for now: a home that stays locked is refused here, and not after the words.
  if (side.keys.base === undefined) throw new Error(`${path} holds no base key; it cannot be paired.`)
  const { serveCeremony } = await import("./serve-ceremony.ts")
  const log = options.log ?? (await import("./log.ts")).openLog(side.settings.code, options.logLevel ?? "info")
  const ceremony = await serveCeremony({ side, port: options.apiPort ?? side.settings.api.port, now: Date.now, log })
  unpaired(ceremony)
  const next = await Promise.race([ceremony.done, told])
  await ceremony.stop()
  return next ?? ceremony.port
}

/** The record as it stands in a store, read from its beginning, and again for what was stored since. */
export class RecordReader {
  readonly record: LineRecord
  readonly #store: Pick<StoreReader, "indexed" | "marks">
  #position = 0

  constructor({ parties, terms }: Charter, us: number, store: Pick<StoreReader, "indexed" | "marks">) {
    const desks = parties.map(party => party.desks)
    this.record = new LineRecord({ us, parties: parties.length, replyClocks: terms.replyClocks, desks })
    this.#store = store
  }

  read(): Changes {
    for (const { hash, refusal } of this.#store.marks()) this.record.mark(hash, refusal.refusal)
    for (;;) {
      const rows = this.#store.indexed(this.#position, feedRows)
      this.record.feed(rows.map(fedOf))
      const last = rows.at(-1)
      if (last === undefined) return this.record.changes()
      this.#position = last.position
    }
  }
}

/** A plain start trusts its disk: entries keep the names under which they are filed, which `verify` computes again. (L-11) */
const fedOf = ({ position, hash, bytes, bodyBytes, at, gapBefore }: Indexed): Fed => {
  const entry = decodeEntry(bytes, nodeSuite, hash)
  if (isRefusal(entry)) throw new Error(`The entry at ${position} is damaged on this disk: ${entry.refusal}.`)
  return { entry, bodyBytes, at, gapBefore }
}

const badOnes = async (pool: Checking, rows: readonly Row[], key: PublicKey): Promise<Uint8Array[]> => {
  const good = await pool.check(
    [key],
    rows.map(row => row.bytes),
  )
  return rows.filter((_, at) => good[at] !== true).map(row => row.hash)
}

const note = (told: Tell, metrics: Metrics, log: Log, { parties }: Charter, state: { storedAt: number }): void => {
  if (told.type === "link")
    log.info({ peer: parties[told.peer]?.code, up: told.up }, told.up ? "the link is up" : "the link is down")
  if (told.type !== "rows") return
  state.storedAt = Date.now()
  for (const { held } of told.rows) metrics.entries.inc({ party: parties[held.entry.author]?.code ?? "" })
}

const healthOf = (
  line: LineStatus,
  state: { readonly failed: Error | undefined; readonly since: number; readonly storedAt: number },
  version: string,
) => ({
  ok: state.failed === undefined,
  loop: state.failed === undefined ? "running" : "stopped",
  // Crash-only: a write that the disk does not take ends the loop, so a loop that runs has had all of them taken.
  disk: state.failed === undefined ? "ok" : "failed",
  lastStoredAt: state.storedAt,
  since: state.since,
  restored: line.restored,
  link: line.peers.some(peer => peer.up) ? "up" : "down",
  queued: line.queued,
  sizes: line.logs.map(({ author, generation, size }) => ({ party: author, generation, size })),
  version,
})

/** Of the package that this file lies in, in a checkout and in an installed package alike. */
export const packageVersion = (): string => {
  const value: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))
  return typeof value === "object" && value !== null && "version" in value && typeof value.version === "string"
    ? value.version
    : "0"
}
