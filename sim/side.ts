// One party's ground: its keys, its disk, its clock, its people, and the process that runs node/run.ts until it dies and is started
// again. Whatever a dead process still does is nobody's news.
import { checkSignature, decodeEntry } from "../src/core/entry.ts"
import type { Order, Tell } from "../src/core/event.ts"
import { hex } from "../src/core/hash.ts"
import { restoredSnapshot } from "../src/core/line.ts"
import { isRefusal } from "../src/core/refusal.ts"
import type { PublicKey, Suite } from "../src/core/suite.ts"
import type { RootSigner, Signer } from "../src/keys/signer.ts"
import { type KeyOffice, keyOffice } from "../src/node/key-office.ts"
import { type OrderAnswer, type Running, run } from "../src/node/run.ts"
import type { DocumentReader, Row, Store } from "../src/store/store.ts"
import type { Checks } from "./checks.ts"
import { type Disk, disk } from "./disk.ts"
import type { Faults } from "./faults.ts"
import { type Officers, officers } from "./officers.ts"
import { type Archive, isTrueChunk, type Papers, papers } from "./papers.ts"
import type { Parties } from "./parties.ts"
import type { Prng } from "./prng.ts"
import type { Wire } from "./wire.ts"
import { type ProcessWorld, processWorld, type Universe } from "./world.ts"

/** What a party's process is given; a liar's and a canary's are not what they should be. */
export type Ground = {
  readonly suite: Suite
  /** Asked at every start, as is `store`. */
  readonly signer: () => Signer
  readonly store: (store: Store) => Store
}

export type Change = "rotation" | "revocation" | "generation"

export type Side = {
  readonly party: number
  readonly disk: Disk
  readonly officers: Officers
  running(): Running | null
  now(): number
  /** Sets this party's clock off by so much. */
  skew(ms: number): void
  start(): void
  /** The process ends at once and starts again after `ms`. `told`: whether the other end of its paths notices. */
  crash(told: boolean, ms: number): void
  /** The process is asked to end, and starts again after `ms`. */
  restart(ms: number): void
  /** A path is taken away, or the one that was is added again, while the node runs; one at a time. Answers whether it was. */
  removePath(nth: number): boolean
  addPath(): boolean
  /** Of the process that runs. */
  documents(): DocumentReader | null
  /** What the disk had no room for is asked for again. (D-10) */
  fetchAgain(): void
  /** Withdraws one of ours, or drops one of theirs; answers whether it did. */
  file(what: "withdraw" | "drop"): boolean
  /** The node keys give way to new ones, or the log begins anew, as its administrators say. (K-2, K-8, K-9) */
  change(what: Change): void
  /** The process ends, and starts again after `ms` on the copy that was kept. `isMarked`: its people say that it is one. (L-11) */
  putBack(isMarked: boolean, ms: number): void
  /** The process ends, and starts again after `ms` with its keys and without its record. (L-11) */
  lose(ms: number): void
  /** An officer has heard the other side's number by telephone, and types it. (EP-10) */
  confirmBreak(code: string): void
  stop(): void
}

export type SideOptions = {
  readonly all: Universe
  readonly chance: Prng
  readonly parties: Parties
  readonly party: number
  readonly ground: Ground
  readonly roots: RootSigner
  readonly wires: readonly Wire[]
  /** Which end of the wires is ours. */
  readonly end: number
  readonly faults: Faults
  readonly checks: Checks
  readonly archive: Archive
  readonly told?: (tell: Tell) => void
}

type Process = {
  readonly world: ProcessWorld
  running: Running | null
  readonly signer: Signer
  readonly store: Store
  alive: boolean
  papers: Papers | null
  readonly plugs: Plug[]
}

type Plug = ReturnType<Wire["plug"]>

export const side = (options: SideOptions): Side => {
  const { all, chance, parties, party, ground, wires, end, faults, checks, archive } = options
  const { suite } = ground
  const { charter } = parties
  const salts = chance.fork("salts")
  const who = parties.names[party]!
  const filing = chance.fork("filing")
  let skew = 0
  let process: Process | null = null
  /** The path that was taken away: so it stays, whatever becomes of the process. */
  let removed: number | null = null

  const now = (): number => all.now() + skew
  const running = (): Running | null => (process?.alive ? process.running : null)

  const end_ = (mine: Process, told: boolean): void => {
    if (!mine.alive) return
    mine.alive = false
    mine.world.kill()
    for (const plug of mine.plugs) plug.die(told)
  }

  const crash = (told: boolean, ms: number): void => {
    if (!process?.alive) return
    end_(process, told)
    own.disk.crash()
    all.trace.note(who, `died; again in ${ms} ms`)
    all.after(ms, start)
  }

  /** What a process finds on its disk is what was durable there, no more and no less. */
  const opened = (): Store => {
    const store = own.disk.open()
    for (const author of [0, 1])
      for (const [at, { contiguous, rows }] of own.disk.truth.logs(author).entries()) {
        const found = store.count(author, at + 1)
        if (found.contiguous !== contiguous || found.rows !== rows.size)
          all.found(`${who} finds another log ${author} than it left`)
      }
    return store
  }

  const start = (): void => {
    if (process?.alive) return
    all.trace.note(who, "starts")
    const plugs = wires.map(wire => wire.plug(end))
    const failed = (error: unknown): void => {
      if (!mine.alive) return
      const text =
        error instanceof Error
          ? `${error.message} ${error.cause instanceof Error ? error.cause.message : ""}`
          : String(error)
      if (!text.includes("on purpose"))
        return all.found(`${who} failed: ${error instanceof Error ? error.stack : text}`)
      // The disk was full: the process has ended by itself, and whoever watches over it starts it again.
      all.trace.note(who, `failed: ${text}`)
      crash(true, chance.between(500, 20_000))
    }
    const mine: Process = {
      world: processWorld(all, () => skew, failed),
      running: null,
      signer: ground.signer(),
      store: ground.store(opened()),
      papers: null,
      plugs,
      alive: true,
    }
    process = mine
    const tell = (told: Tell): void => {
      if (!mine.alive) return
      checks.told(party, told)
      if (told.type === "rows") own.officers.shown(told.rows)
      if (told.type === "document" && told.what !== "coming")
        all.trace.note(who, `document ${hex(told.root).slice(0, 8)} ${told.what}`)
      mine.papers?.told(told)
      options.told?.(told)
    }
    run({
      charter: parties.charter,
      us: party,
      charterBody: parties.bodies[party]!,
      suite,
      signer: mine.signer,
      lived: own.disk.ever.order.length > 0,
      store: mine.store,
      paths: plugs.map(plug => ({ peer: 1 - party, transport: plug.transport })),
      world: mine.world,
      check: (rows, key) => bad(rows, key, suite),
      tell,
      failed,
    })
      .then(started => {
        if (!mine.alive) return
        mine.running = started
        checks.started(party, started)
        if (removed !== null) void started.removePath(plugs[removed]!.transport.traits.name)
        mine.papers = papers({ us: party, store: mine.store, running: started, chance: filing, archive })
        mine.papers.start()
        own.officers.returned()
      })
      .catch(failed)
  }

  /** What the disk of a living process does not take is nobody's; of one that died it is nobody's either. */
  const attempt = <Value>(mine: Process, work: () => Value): Value | null => {
    try {
      return work()
    } catch (error) {
      const isOnPurpose =
        error instanceof Error && error.cause instanceof Error && error.cause.message.includes("on purpose")
      if (mine.alive && !isOnPurpose) throw error
      return null
    }
  }

  const file = <Value>(work: (papers: Papers) => Value): Value | null => {
    const mine = process
    const its = mine?.alive ? mine.papers : null
    return mine && its ? attempt(mine, () => work(its)) : null
  }

  /** What the roots sign, signed where they are kept. */
  const byRoots = async (office: KeyOffice, what: Change): ReturnType<KeyOffice["commit"]> => {
    const sheet = await office.prepare({ what, why: "A drill.", language: "en" }, who)
    if (isRefusal(sheet)) return sheet
    const [message, prefix] = [sheet.message, sheet.prefix].map(text => Uint8Array.fromHex(text))
    const signatures = await options.roots.rootSign(message!, prefix!)
    return office.commit({ sheet: sheet.sheet, signatures: signatures.map(each => each.toHex()) })
  }

  const failedToStop = (error: unknown): void => all.found(`${who} did not stop: ${error}`)

  const own: Side = {
    party,
    disk: disk({
      died: when => {
        faults[when === "before" ? "crashBeforeDurable" : "crashAfterDurable"] += 1
        crash(chance.chance(0.6), chance.between(50, 30_000))
      },
      writes: batch => checks.writes(party, batch),
      keeps: (root, index, chunk) => {
        if (!isTrueChunk(archive, root, index, chunk)) all.found(`${who} keeps a chunk that is not what its root says`)
      },
    }),
    officers: officers({
      all,
      chance: chance.fork("officers"),
      us: party,
      charter: parties.charter,
      people: parties.people[party]!,
      enrolments: parties.enrolments[party]!,
      running,
      now,
      answered: decided => checks.answered(party, decided),
      attach: () => file(papers => papers.attach()),
    }),
    running,
    now,
    skew: ms => {
      skew = ms
      all.trace.note(who, `clock off by ${ms}`)
    },
    start,
    crash,
    restart: ms => {
      const mine = process
      const node = running()
      if (!mine || !node) return
      all.trace.note(who, `stops; again in ${ms} ms`)
      node.stop().then(() => {
        if (!mine.alive) return
        end_(mine, true)
        own.disk.crash()
        all.after(ms, start)
      }, failedToStop)
    },
    removePath: nth => {
      const name = process?.plugs[nth]?.transport.traits.name
      const node = running()
      if (!node || name === undefined || removed !== null) return false
      removed = nth
      all.trace.note(who, `takes ${name} away`)
      void node.removePath(name)
      return true
    },
    addPath: () => {
      const mine = process
      const node = running()
      const wire = removed === null ? undefined : wires[removed]
      if (!mine || !node || !wire || removed === null) return false
      const plug = wire.plug(end)
      mine.plugs[removed] = plug
      removed = null
      all.trace.note(who, `adds ${plug.transport.traits.name}`)
      void node.addPath({ peer: 1 - party, transport: plug.transport })
      return true
    },
    documents: () => (process?.alive ? process.store.documents : null),
    fetchAgain: () => void file(papers => papers.fetchAgain()),
    file: what => {
      const root = file(papers => papers[what]())
      if (root) all.trace.note(who, `${what}s document ${hex(root).slice(0, 8)}`)
      return root !== null
    },
    change: what => {
      const mine = process
      const node = running()
      if (!mine || !node) return
      const { signer, store } = mine
      const office = keyOffice({
        charter,
        us: party,
        suite,
        running: node,
        store,
        signer,
        salt: () => salts.bytes(16),
        now,
      })
      const done = what === "rotation" ? office.rotate({}) : byRoots(office, what)
      done.then(
        said => all.trace.note(who, `${what}: ${isRefusal(said) ? said.refusal : said.seq}`),
        // A process that has died, and whose keys were erased by the next, has nothing to say.
        error => mine.alive && all.found(`${who} could not change its keys: ${error}`),
      )
    },
    putBack: (isMarked, ms) => {
      if (!running()) return
      crash(chance.chance(0.5), ms)
      const options = { charter, us: party, suite, charterBody: parties.bodies[party]! }
      const left = { unconfirmed: [], recent: [], changes: [] }
      own.disk.putBack(state => (isMarked ? restoredSnapshot(options, { snapshot: state, ...left }) : state))
      all.trace.note(who, "is put back from a copy")
    },
    lose: ms => {
      if (!running()) return
      crash(chance.chance(0.5), ms)
      own.disk.lose()
      all.trace.note(who, "has lost its record")
    },
    confirmBreak: code => {
      const decision = { peer: 1 - party, code, confirmed: true, officer: parties.people[party]![1].officer.code }
      void running()
        ?.decideBreak(decision)
        .then(refusal => all.trace.note(who, `confirms a new beginning: ${refusal?.refusal ?? "done"}`))
    },
    stop: () => {
      if (process) end_(process, true)
    },
  }
  return own
}

/** What the node's workers do: rows whose own signature is false. */
const bad = (rows: readonly Row[], key: PublicKey, suite: Suite): Uint8Array[] =>
  rows
    .filter(row => {
      const entry = decodeEntry(row.bytes, suite)
      return isRefusal(entry) || checkSignature(entry, [key], suite) !== true
    })
    .map(row => row.hash)

export type { Order, OrderAnswer }
