// The watch: what those on it do, what they are shown, and what the node says of them to the other side (pages: protocol/receipt.md;
// DESIGN 8). It stands between the API and the loop: orders go down, tellings come up.
import type {
  CharterView,
  EntryBytes,
  EntryView,
  HeadView,
  LineView,
  LiveEvent,
  MessagePage,
  Officer,
  OrderReply,
  Problem,
  ReportedView,
} from "../api/shapes.ts"
import { encodeRingBody } from "../core/body.ts"
import { levelOf, saidBy } from "../core/disclosure.ts"
import { bodyHash, type Entry, type Release } from "../core/entry.ts"
import type { Tell } from "../core/event.ts"
import { equal, hex } from "../core/hash.ts"
import { refsMax } from "../core/limits.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import type { Store } from "../store/store.ts"
import type { Alarms } from "./alarms.ts"
import { decideBreak } from "./break-request.ts"
import { clocksOf } from "./clocks.ts"
import { lamps, touchMs } from "./lamps.ts"
import { lineView, restoreView } from "./line-view.ts"
import { takeMarks } from "./marking.ts"
import { charterView, type EntryRange, entriesFrom, newestHead } from "./proofs.ts"
import { type Asked, type Bearings, isObject, readHash, readOrder, readReported, replyTo } from "./requests.ts"
import { isOnWatch } from "./routes.ts"
import type { Running } from "./run.ts"
import { secondFault } from "./second-officer.ts"
import { entryView, messageView, reportedView, sentenceOf, type ViewOptions } from "./views.ts"

export type WatchOptions = ViewOptions & {
  readonly running: Running
  readonly store: Pick<Store, "find" | "marks" | "read" | "heads">
  readonly now: () => number
  /** 16 random bytes. */
  readonly salt: () => Uint8Array
  readonly isKept?: Bearings["isKept"]
  readonly version: string
  readonly release: string | null
  readonly alarms: Pick<Alarms, "list">
  /** Tells of a refusal of the line, for log and metrics. */
  readonly refused: (problem: Problem, peer: number | null) => void
}

export type Listener = {
  readonly officer: Officer
  readonly isConsole: boolean
  readonly hear: (event: LiveEvent) => void
}

/** Messages that one event brings before the consoles are told to read the page again. */
const changesMax = 200
const pageMax = 500
const refusalsKept = 50
const refusalsKeptMs = 24 * 3_600_000
/** Changes are told together: short enough for an alarm, long enough that a backlog does not drown the consoles. */
const gatherMs = 20

export class Watch {
  readonly #options: WatchOptions
  readonly #listeners = new Set<Listener>()
  readonly #refusals: Problem[] = []
  /** Messages for which a receipt of ours is on its way, so that it is said once. */
  readonly #displaying = new Set<number>()
  readonly #ringing = new Set<number>()
  /** Displayed messages that wait to be told in one entry; by officer, traffic and precedence. */
  readonly #shown = new Map<string, { readonly officer: Officer; readonly messages: number[] }>()
  #gathering: NodeJS.Timeout | undefined
  #lastHuman: number | null = null
  #restore = ""
  #toldHuman = 0
  #stopped = false

  constructor(options: WatchOptions) {
    this.#options = options
  }

  /** What the loop tells, after it is durable. */
  told(tell: Tell): void {
    const { record, now } = this.#options
    switch (tell.type) {
      case "rows":
        record.feed(
          tell.rows.map(({ held: { entry, body }, gapBefore }) => ({
            entry,
            bodyBytes: body?.bytes.length ?? 0,
            at: now(),
            gapBefore,
          })),
        )
        return this.#gather()
      case "sent":
        record.sent(tell.seq, now(), tell.from)
        return this.#gather()
      case "refused":
        return this.#refused(tell.refusal, tell.peer)
      case "link":
        return this.#broadcast(() => this.beat())
      case "break":
        return this.sayLine()
      default:
      // What else is told is heard in other rooms.
    }
  }

  /** Listens until the answer is called. The first event is the line; then whatever rings or waits, however old it is. */
  listen(listener: Listener): () => void {
    listener.hear({ type: "line", line: this.line(listener.officer) })
    const { record } = this.#options
    const open = new Set([...record.ringing(), ...record.waiting()].slice(-pageMax))
    for (const message of open) listener.hear({ type: "message", message: messageView(this.#options, message) })
    this.#listeners.add(listener)
    this.#sayWatched()
    this.#gather()
    return () => {
      this.#listeners.delete(listener)
      this.#sayWatched()
    }
  }

  /** How far documents of these entries are. */
  touch(entries: readonly Uint8Array[]): void {
    for (const entry of entries) this.#options.record.touch(entry)
    this.#gather()
  }

  /** Consoles that are open now. */
  get consoles(): number {
    return [...this.#listeners].filter(listener => listener.isConsole).length
  }

  line(officer: Officer): LineView {
    const oldest = this.#options.now() - refusalsKeptMs
    return lineView(
      this.#options,
      officer,
      this.#refusals.filter(problem => problem.at > oldest),
    )
  }

  readonly decideBreak = (officer: Officer, request: unknown) => decideBreak(request, officer.name, this.#options)

  beat(): LiveEvent {
    const status = this.#options.running.status()
    const now = this.#options.now()
    return { type: "beat", now, lamps: lamps(status, now), queued: status.queued, clocks: clocksOf(status) }
  }

  /** Called every second. */
  beatAll(): void {
    if (this.#listeners.size > 0) this.#broadcast(() => this.beat())
    this.#sayRestore()
  }

  /** what a restored home waits for is told as soon as it is otherwise, and so is that it waits no more. */
  #sayRestore(): void {
    const stands = JSON.stringify(restoreView(this.#options.running.status(), this.#options.us)) ?? ""
    if (stands === this.#restore) return
    this.#restore = stands
    this.sayLine()
  }

  /** To every console, of what no beat carries. */
  sayLine(): void {
    for (const { officer, hear } of this.#listeners) hear({ type: "line", line: this.line(officer) })
  }

  messages(after: number, limit: number): MessagePage {
    const { record } = this.#options
    const page = record.page(after, Math.min(limit, pageMax))
    return { messages: page.map(place => messageView(this.#options, place)), total: record.total }
  }

  entry(name: unknown): EntryView | Refusal {
    const hash = readHash(name)
    const place = hash === undefined ? -1 : this.#options.record.place(hash)
    return place < 0 ? refuse("not-found") : entryView(this.#options, place)
  }

  charter(): CharterView {
    return charterView(this.#options.charter)
  }

  entries(range: EntryRange): EntryBytes[] {
    return entriesFrom(this.#options.store, range)
  }

  heads(): HeadView[] {
    return this.#options.running.status().logs.flatMap(log => newestHead(this.#options.store, log) ?? [])
  }

  reported(): ReportedView[] {
    return this.#options.record.reported.flatMap(place => reportedView(this.#options, place) ?? [])
  }

  /** The order is durable and signed when this is answered. Asked twice with one act, it is done once. */
  async order(officer: Officer, request: unknown): Promise<OrderReply | Refusal> {
    this.#human()
    const asked = readOrder(request, this.#bearings())
    if (isRefusal(asked)) return asked
    const fault = secondFault(this.#options, asked)
    if (fault !== undefined) return fault
    const before = this.#acknowledgedBefore(asked)
    if (before !== undefined) return before
    this.#shownBefore(asked, officer)
    return this.#release(asked, officer)
  }

  /** Imports history as reported. */
  async report(officer: Officer, request: unknown): Promise<OrderReply | Refusal> {
    const asked = readReported(request, this.#bearings())
    return isRefusal(asked) ? asked : this.#release(asked, officer)
  }

  /** A console has shown a message to somebody on watch. Said once for each message, whoever shows it again. */
  displayed(officer: Officer, request: unknown): true | Refusal {
    const hash = isObject(request) ? readHash(request.hash) : undefined
    if (hash === undefined) return refuse("bad-request", { field: "hash" })
    const { record, us } = this.#options
    const message = record.place(hash)
    if (message < 0 || !record.facts.isMessage(message)) return refuse("not-found")
    if (record.facts.author(message) !== us) this.#show(officer, message)
    return true
  }

  #show(officer: Officer, message: number): void {
    const { record, us } = this.#options
    if (record.markOf(message) !== undefined) return
    // CH-8: what the charter withholds is not said, and the other side draws it as withheld.
    if (levelOf(this.#options.charter.terms.disclosure, "displayed") === "withheld") return
    if (this.#displaying.has(message) || record.hasSaid(message, kinds.displayed, us)) return
    this.#displaying.add(message)
    const key = `${officer.name} ${record.facts.traffic[message]} ${record.facts.precedence[message]}`
    const together = this.#shown.get(key)
    if (together === undefined) this.#shown.set(key, { officer, messages: [message] })
    else together.messages.push(message)
    this.#gather()
  }

  /** who acknowledges a message at a console has been shown it. Said before, for the loop signs in the order in which it is asked. */
  #shownBefore({ kind, refs }: Asked, officer: Officer): void {
    if (kind !== kinds.acknowledged || refs[0] === undefined || !isOnWatch(officer.role)) return
    this.#show(officer, this.#options.record.place(refs[0]))
    this.#sayDisplayed()
  }

  /** Somebody touched a console here. */
  human(): void {
    this.#human()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#gathering)
  }

  #bearings(): Bearings {
    const { charter, us, record, now, salt, isKept } = this.#options
    return { charter, us, record, now: now(), salt, isKept }
  }

  /** Two officers who acknowledge one message have done one thing. */
  #acknowledgedBefore({ kind, refs }: Asked): OrderReply | undefined {
    if (kind !== kinds.acknowledged || refs[0] === undefined) return undefined
    const { record, us } = this.#options
    const rungs = record.rungs(record.place(refs[0]))
    const said = rungs.find(rung => rung.kind === kind && rung.party === us)
    if (said === undefined) return undefined
    return { hash: hex(record.facts.hashes.at(said.proof)), seq: record.facts.seq[said.proof]!, number: null }
  }

  async #release(asked: Asked, officer: Officer): Promise<OrderReply | Refusal> {
    const word: Release = { type: "node", officer: this.#named(asked.kind, officer), proof: new Uint8Array(0) }
    // E-14: what a person releases is an act, the imported history too.
    const act = asked.act ?? this.#options.salt()
    const answer = await this.#options.running.order({ ...asked, act, releases: asked.releases ?? [word] })
    if (isRefusal(answer)) return answer
    const { entry } = answer
    if (!this.#isOneAct(entry, asked)) return refuse("act-reused", { hash: hex(entry.hash), seq: entry.seq })
    return { hash: hex(entry.hash), seq: entry.seq, number: entry.number ?? null }
  }

  /** CH-8: the other side is told of a person what the charter says. */
  #named(kind: number, officer: Officer): string {
    return saidBy(this.#options.charter.terms.disclosure, kind, officer)
  }

  /** E-14: who asks twice with one act must have asked for the same; of the second request nothing was signed. */
  #isOneAct(entry: Entry, asked: Asked): boolean {
    const said = ({ kind, traffic, precedence, refs, action, info, handling, notAfter }: Asked): string =>
      JSON.stringify([kind, traffic, precedence, refs.map(hex), action, info, handling, notAfter ?? null])
    if (said(entry) !== said(asked)) return false
    if (!asked.body || !entry.bodyHash) return !asked.body && !entry.bodyHash
    if (equal(bodyHash(asked.body, this.#options.suite), entry.bodyHash)) return true
    // Salts are drawn anew for each request, so a true repeat is told by its text.
    const held = this.#options.store.find(entry.hash)?.body
    return held !== undefined && equal(held, asked.body.bytes)
  }

  #human(): void {
    this.#lastHuman = this.#options.now()
    if (this.#lastHuman - this.#toldHuman >= touchMs) this.#sayWatched()
  }

  #sayWatched(): void {
    this.#toldHuman = this.#options.now()
    if (!this.#stopped) this.#options.running.watched(this.#lastHuman, this.consoles)
  }

  #refused(refusal: Refusal, peer: number | null): void {
    const { record, store, now, refused } = this.#options
    const problem = { ...refusal, sentence: sentenceOf(refusal.refusal), at: now() }
    refused(problem, peer)
    this.#refusals.unshift(problem)
    this.#refusals.length = Math.min(this.#refusals.length, refusalsKept)
    if (takeMarks(record, store, refusal)) this.#gather()
    this.#broadcast(() => ({ type: "refused", problem }))
  }

  #gather(): void {
    if (this.#stopped) return
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined
      this.#tellChanges()
      this.#sayDisplayed()
      this.#sayRinging()
    }, gatherMs)
  }

  #tellChanges(): void {
    const { record } = this.#options
    const { messages, reordered } = record.changes()
    if (this.#listeners.size === 0) return
    const many = messages.length > changesMax
    if (reordered || many) this.#broadcast(() => ({ type: "reordered" }))
    // What asks for a person is told one by one even then: it may stand outside the page that a console reads.
    const told = many ? messages.filter(place => record.rings(place) || record.waits(place) !== undefined) : messages
    for (const place of told.slice(-pageMax)) {
      const message = messageView(this.#options, place)
      this.#broadcast(() => ({ type: "message", message }))
    }
  }

  /** one entry for all that one officer was shown in a moment. */
  #sayDisplayed(): void {
    const { record } = this.#options
    for (const { officer, messages } of this.#shown.values())
      for (let at = 0; at < messages.length; at += refsMax) {
        const together = messages.slice(at, at + refsMax)
        const refs = together.map(place => record.facts.hashes.at(place).slice())
        this.#say({ ...replyTo(record, together[0]!, kinds.displayed), refs }, officer, together, this.#displaying)
      }
    this.#shown.clear()
  }

  /** an alarm that sounds here is told at its start and no more; where no console is open, nothing sounds. */
  #sayRinging(): void {
    if (this.consoles === 0 || levelOf(this.#options.charter.terms.disclosure, "ring") === "withheld") return
    const { record, us, salt, now } = this.#options
    for (const message of record.ringing()) {
      if (this.#ringing.has(message) || record.hasSaid(message, kinds.ring, us)) continue
      this.#ringing.add(message)
      const body = { salt: salt(), bytes: encodeRingBody({ step: 0, since: now() }) }
      this.#say({ ...replyTo(record, message, kinds.ring), body }, undefined, [message], this.#ringing)
    }
  }

  /** Said by the node of itself. What was not taken, e.g. while the node is restored, is tried again when it next comes up. */
  #say(asked: Asked, officer: Officer | undefined, messages: readonly number[], under: Set<number>): void {
    const proof = new Uint8Array(0)
    const released = officer !== undefined && {
      act: this.#options.salt(),
      releases: [{ type: "node" as const, officer: this.#named(asked.kind, officer), proof }],
    }
    const forget = (answer: object): void => {
      if (isRefusal(answer)) for (const message of messages) under.delete(message)
    }
    void this.#options.running.order({ ...asked, releases: [], ...released }).then(forget)
  }

  #broadcast(event: () => LiveEvent): void {
    if (this.#listeners.size === 0) return
    const made = event()
    for (const { hear } of this.#listeners) hear(made)
  }
}
