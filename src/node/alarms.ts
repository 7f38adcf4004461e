// Alarms that stay (page: protocol/security.md, A-40 to A-42): a fork, and a sealed key of ours that was used. What raised them stands
// in the record and cannot be taken away; kept here is only who has acknowledged which, and when.
import type { AlarmAcknowledged, AlarmView } from "../api/alarm.ts"
import type { Officer } from "../api/shapes.ts"
import { decodeEntry, type Entry } from "../core/entry.ts"
import type { Tell } from "../core/event.ts"
import { hex } from "../core/hash.ts"
import { breakGlass } from "../core/officer.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import type { Suite } from "../core/suite.ts"
import { forkCodes, forksKept, type KeptFork } from "../evidence/kept.ts"
import type { LineRecord } from "../record/record.ts"
import type { Store } from "../store/store.ts"
import { hasFields, type KeptList, keptList, type Settings } from "./kept-list.ts"
import { isObject, readHash } from "./requests.ts"

export type AlarmsOptions = {
  readonly us: number
  readonly record: LineRecord
  readonly store: Pick<Store, "asides" | "marks" | "find" | "read" | "headOver"> & Settings
  readonly suite: Suite
  readonly now: () => number
}

/** Shown at once; what is not acknowledged first, the newest of each. All are kept. */
const shownMax = 50
const bounds = { rowsMax: 8192, bytesMax: 2_097_152 }
const supervisors: readonly Officer["role"][] = ["auditor", "administrator"]

export class Alarms {
  readonly #options: AlarmsOptions
  readonly #raised = new Map<string, AlarmView>()
  readonly #forks = new Map<string, KeptFork>()
  readonly #acknowledged: KeptList<Acknowledged>

  constructor(options: AlarmsOptions) {
    this.#options = options
    this.#acknowledged = keptList(options.store, { name: "alarms", field: "acknowledged", ...bounds, isRow })
    this.#findForks()
    const { facts } = options.record
    for (let place = 0; place < facts.count; place++)
      if (facts.author(place) === options.us && facts.isOfficerSigned(place)) this.#used(facts.hashes.at(place))
  }

  /** Whether what the loop tells has raised one more. */
  told(tell: Tell): boolean {
    const before = this.#raised.size
    if (tell.type === "refused" && forkCodes.includes(tell.refusal.refusal)) this.#findForks()
    if (tell.type === "rows")
      for (const { held } of tell.rows) if (held.entry.author === this.#options.us) this.#usedIn(held.entry)
    return this.#raised.size > before
  }

  list(): AlarmView[] {
    const done = new Map(this.#acknowledged.all())
    const all = [...this.#raised.values()].map(view => {
      const acknowledged = done.get(view.id)
      return { ...view, ...(acknowledged && { acknowledged }) }
    })
    const isDone = (view: AlarmView): number => (view.acknowledged ? 1 : 0)
    return all.sort((a, b) => isDone(a) - isDone(b) || b.at - a.at).slice(0, shownMax)
  }

  /** Durable when it returns. The first word stands: who acknowledges again has changed nothing. */
  acknowledge({ name, role }: Officer, request: unknown): true | Refusal {
    const view = this.#named(request)
    if (isRefusal(view)) return view
    if (view.what === "break-glass" && !supervisors.includes(role)) return refuse("not-allowed")
    const before = this.#acknowledged.all()
    if (before.some(([id]) => id === view.id)) return true
    const next: readonly Acknowledged[] = [...before, [view.id, { by: name, role, at: this.#options.now() }]]
    const over = this.#acknowledged.over(next)
    if (over) return refuse("busy", over)
    this.#acknowledged.keep(next)
    return true
  }

  fork(request: unknown): KeptFork | Refusal {
    const view = this.#named(request)
    if (isRefusal(view)) return view
    return this.#forks.get(view.id) ?? refuse("not-found")
  }

  #named(request: unknown): AlarmView | Refusal {
    const hash = isObject(request) ? readHash(request.id) : undefined
    if (hash === undefined) return refuse("bad-request", { field: "id" })
    return this.#raised.get(hex(hash)) ?? refuse("not-found")
  }

  #findForks(): void {
    for (const kept of forksKept(this.#options.store, this.#options.suite)) {
      const { id, place, at, rivals } = kept
      const { author: party, generation, seq } = place
      this.#forks.set(id, kept)
      const ofRoots = rivals.of === "entries" ? {} : { ofRoots: true as const }
      this.#raised.set(id, { id, what: "two-histories", party, generation, seq, at, ...ofRoots })
    }
  }

  #used(hash: Uint8Array): void {
    const row = this.#options.store.find(hash)
    const entry = row && decodeEntry(row.bytes, this.#options.suite, row.hash)
    if (entry && !isRefusal(entry)) this.#usedIn(entry)
  }

  /** A release of ours with the sealed key. What is marked is nobody's release, and our node signs none such. (OF-6, OF-10) */
  #usedIn({ hash, author: party, generation, seq, time: at, releases }: Entry): void {
    const used = releases.find(it => it.type !== "node" && it.officer.startsWith(breakGlass))
    if (used === undefined) return
    const id = hex(hash)
    this.#raised.set(id, { id, what: "break-glass", party, generation, seq, at, officer: used.officer })
  }
}

type Acknowledged = readonly [id: string, AlarmAcknowledged]

const isWord = hasFields<AlarmAcknowledged>({ by: "string", role: "string", at: "number" })
const isRow = (value: unknown): value is Acknowledged =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && isWord(value[1])
