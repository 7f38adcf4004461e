// The release desk: what waits for a second officer, who signs, sets aside or does not answer (pages: protocol/security.md, A-34 to A-38;
// protocol/officer.md, OF-8 to OF-10). Nothing here leaves this side; what is complete goes down to the loop as any other order does.
import type { LiveEvent, Officer, OrderReply, WaitingReply, WaitingView } from "../api/shapes.ts"
import { type Act, actDigest } from "../core/act.ts"
import { checkText } from "../core/body.ts"
import type { Charter } from "../core/charter.ts"
import { bodyHash, decodeEntry, type Release } from "../core/entry.ts"
import type { Tell } from "../core/event.ts"
import { hex } from "../core/hash.ts"
import { reasonBytesMax } from "../core/limits.ts"
import { isReleaser, personsFor, provenBy } from "../core/policy.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { kinds, precedences } from "../core/registry.ts"
import type { Suite } from "../core/suite.ts"
import type { LineRecord } from "../record/record.ts"
import type { Store } from "../store/store.ts"
import { named } from "./officer-names.ts"
import { otherOfficer, proofOf, readReleased } from "./released.ts"
import { type Asked, type Bearings, isObject, readLanguage, readOrder } from "./requests.ts"
import type { Running } from "./run.ts"
import { type Kept, type WaitingActs, waitingActs } from "./waiting-acts.ts"

export type ReleaseDeskOptions = {
  readonly charter: Charter
  readonly us: number
  readonly record: LineRecord
  readonly store: Pick<Store, "setting" | "set" | "read">
  readonly suite: Suite
  readonly running: Pick<Running, "officers" | "own">
  /** Durable and signed when it is answered, once for each act. */
  readonly order: (officer: Officer, request: unknown) => Promise<OrderReply | Refusal>
  readonly now: () => number
  /** 16 random bytes. */
  readonly salt: () => Uint8Array
  readonly isKept?: Bearings["isKept"]
}

const rowsBytesMax = 1_048_576
const wrong = (field: string): Refusal => refuse("bad-request", { field })

export class ReleaseDesk {
  readonly #options: ReleaseDeskOptions
  readonly #acts: WaitingActs
  readonly #listeners = new Set<(event: LiveEvent) => void>()

  constructor(options: ReleaseDeskOptions) {
    this.#options = options
    this.#acts = waitingActs(options.store)
    this.#acts.drop(this.#released())
  }

  list(): WaitingView[] {
    return this.#acts.list().map(kept => this.#view(kept))
  }

  /** Listens until the answer is called; what waits now is told at once. */
  listen(hear: (event: LiveEvent) => void): () => void {
    hear({ type: "waiting", waiting: this.list() })
    this.#listeners.add(hear)
    return () => this.#listeners.delete(hear)
  }

  /** What the loop tells: what stands in our log waits no longer. */
  told(tell: Tell): void {
    if (tell.type !== "rows" || this.#acts.list().length === 0) return
    const acts = tell.rows.flatMap(({ held: { entry } }) =>
      entry.author === this.#options.us && entry.act !== undefined ? [hex(entry.act)] : [],
    )
    if (this.#acts.drop(acts)) this.#tell()
  }

  /** The first officer lays it down with the first proof. */
  lay(officer: Officer, request: unknown): WaitingView | Refusal {
    const { charter, us, record, now, salt, isKept, running } = this.#options
    const asked = readOrder(request, { charter, us, record, now: now(), salt, isKept })
    if (isRefusal(asked)) return asked
    const persons = personsFor(asked.kind, asked.precedence, charter.terms)
    if (persons < 2) return wrong("precedence")
    if (asked.sole !== undefined) return refuse("second-not-asked")
    const releases = asked.releases ?? []
    const fault = otherOfficer(officer, releases)
    if (fault !== undefined) return fault
    const order = orderOf(request, asked)
    if (order === undefined) return wrong("kind")
    const digest = hex(this.#digest(asked))
    const held = this.#acts.find(order.act)
    if (held !== undefined) return isSame(held.order, order) ? this.#view(held) : refuse("act-reused")
    const proven = this.#proven(asked, releases)
    if (isRefusal(proven)) return proven
    if (proven.size === 0) return refuse("release-missing", { persons, given: 0, digest })
    // Nothing is lacking: it is an order, and nothing of it has to wait.
    if (proven.size >= persons) return wrong("releases")
    const { generation, size } = running.own()
    return this.#keep({
      ...{ order, digest, at: now(), name: officer.name, after: { generation, size } },
      releases: releases.map(proofOf),
    })
  }

  /** The second signs; or the first does, alone, when the second has had time enough. */
  async release(officer: Officer, request: unknown): Promise<WaitingReply | Refusal> {
    const kept = this.#found(request)
    if (isRefusal(kept)) return kept
    if (!isObject(request) || !isAbsentOr(request.alone, "boolean")) return wrong("alone")
    const read = readReleased({ releases: [request.release] })
    const release = isRefusal(read) ? undefined : read.releases?.[0]
    if (release === undefined) return wrong("release")
    const fault = otherOfficer(officer, [release]) ?? this.#ended(kept)
    if (fault !== undefined) return fault
    const proof = proofOf(release)
    const isGiven = kept.releases.some(given => given.officer === release.officer)
    if (request.alone === true) {
      if (!isGiven) return refuse("other-officer", { officer: release.officer })
      if (this.#persons(kept) !== 2) return refuse("second-not-asked")
      return this.#order(officer, kept, { releases: [proof], sole: kept.at })
    }
    if (isGiven) return refuse("same-officer", { officer: release.officer })
    const releases = [...kept.releases, proof]
    const asked = this.#read(kept, releases)
    if (isRefusal(asked)) return asked
    const proven = this.#proven(asked, asked.releases ?? [])
    if (isRefusal(proven)) return proven
    if (proven.size >= this.#persons(kept)) return this.#order(officer, kept, { releases })
    const view = this.#keep({ ...kept, releases })
    return isRefusal(view) ? view : { waits: view }
  }

  /** Set aside with a word; without one it is taken off, by who laid it down, or where nobody can release it any more. */
  aside(officer: Officer, request: unknown): true | Refusal {
    const kept = this.#found(request)
    if (isRefusal(kept)) return kept
    if (!isObject(request)) return wrong("body")
    const { word } = request
    const language = readLanguage(request.language)
    const isOwn = officer.code === undefined ? officer.name === kept.name : officer.code === kept.releases[0]?.officer
    if ((isOwn && word === undefined) || this.#ended(kept) !== undefined) {
      this.#acts.drop([kept.order.act])
      this.#tell()
      return true
    }
    if (typeof word !== "string" || word.trim() === "") return wrong("word")
    if (language === undefined) return wrong("language")
    const checked = checkText(word, reasonBytesMax)
    if (checked !== true) return checked
    const by = officer.code ?? officer.name
    const view = this.#keep({ ...kept, aside: { by, word, language, at: this.#options.now() } })
    return isRefusal(view) ? view : true
  }

  async #order(officer: Officer, kept: Kept, proofs: object): Promise<OrderReply | Refusal> {
    const reply = await this.#options.order(officer, { ...kept.order, ...proofs })
    if (!isRefusal(reply) && this.#acts.drop([kept.order.act])) this.#tell()
    return reply
  }

  #keep(kept: Kept): WaitingView | Refusal {
    const put = this.#acts.put(kept)
    if (put !== true) return put
    this.#tell()
    return this.#view(kept)
  }

  #found(request: unknown): Kept | Refusal {
    if (!isObject(request) || typeof request.act !== "string") return wrong("act")
    return this.#acts.find(request.act) ?? refuse("not-waiting")
  }

  /** Why nobody can release it any more. */
  #ended({ aside, order: { notAfter } }: Kept): Refusal | undefined {
    if (aside !== undefined) return refuse("set-aside", { by: aside.by })
    return notAfter !== undefined && notAfter <= this.#options.now() ? refuse("out-of-time", { notAfter }) : undefined
  }

  #read(kept: Kept, releases: Kept["releases"]): Asked | Refusal {
    const { charter, us, record, now, salt, isKept } = this.#options
    return readOrder({ ...kept.order, releases }, { charter, us, record, now: now(), salt, isKept })
  }

  #act(asked: Asked): Act {
    const { charter, us, suite } = this.#options
    const hash = asked.body && bodyHash(asked.body, suite)
    return { ...asked, line: charter.line, author: us, ...(hash && { bodyHash: hash }) }
  }

  #digest(asked: Asked): Uint8Array {
    return actDigest(this.#act(asked), this.#options.suite)
  }

  /** By the officers who are in office now: the loop judges again at the place that the entry takes. */
  #proven(asked: Asked, releases: readonly Release[]): ReturnType<typeof provenBy> {
    const { running, us, suite } = this.#options
    return provenBy({ ...this.#act(asked), releases }, running.officers(us), suite)
  }

  #persons({ order: { kind, precedence } }: Kept): number {
    return personsFor(kinds[kind], precedences.indexOf(precedence), this.#options.charter.terms)
  }

  #view(kept: Kept): WaitingView {
    const { charter, running, us } = this.#options
    const { order, digest, at, name, releases, aside } = kept
    const persons = this.#persons(kept)
    const { inOffice } = running.officers(us)
    const given = releases.map(({ officer }) => officer)
    const hasReleaser = given.some(code => {
      const officer = inOffice.get(code)
      return officer !== undefined && isReleaser(officer)
    })
    const isOver = this.#ended(kept) !== undefined
    return {
      ...{ order, digest, at, name, persons },
      given: given.map(code => {
        const officer = inOffice.get(code)
        return officer === undefined ? { code } : named(officer)
      }),
      lacksReleaser: !hasReleaser,
      aloneFrom: persons === 2 && !isOver ? at + charter.terms.soleMs : null,
      ...(aside && { aside }),
    }
  }

  #tell(): void {
    if (this.#listeners.size === 0) return
    const event: LiveEvent = { type: "waiting", waiting: this.list() }
    for (const hear of this.#listeners) hear(event)
  }

  /** Acts that were released just before this node ended, and were not taken off the desk any more. */
  #released(): string[] {
    const { store, us, running, suite } = this.#options
    const own = running.own()
    const said: string[] = []
    const kept = this.#acts.list()
    const first = Math.min(...kept.map(({ after }) => after.generation))
    for (let generation = first; generation <= own.generation; generation++) {
      const sizes = kept.flatMap(({ after }) => (after.generation === generation ? [after.size] : []))
      for (let from = 1 + (generation === first ? Math.min(...sizes) : 0); ; ) {
        const rows = store.read({ author: us, generation, from, to: Number.MAX_SAFE_INTEGER }, rowsBytesMax)
        for (const { bytes, hash } of rows) {
          const entry = decodeEntry(bytes, suite, hash)
          if (!isRefusal(entry) && entry.act !== undefined) said.push(hex(entry.act))
        }
        const last = rows.at(-1)
        if (last === undefined) break
        from = last.seq + 1
      }
    }
    return said
  }
}

/** All that was signed for, nothing left out that the node would add. */
const orderOf = (request: unknown, asked: Asked): Kept["order"] | undefined => {
  if (!isObject(request) || asked.body === undefined) return undefined
  const { kind, act, text, subject, documents, language, precedence, traffic, refs, notAfter } =
    request as Kept["order"]
  if (kind !== "message" && kind !== "answer") return undefined
  return {
    ...{ kind, act, text, language, precedence, traffic, refs },
    ...(subject !== undefined && subject !== "" && { subject }),
    ...(documents !== undefined && documents.length > 0 && { documents }),
    ...(notAfter !== undefined && { notAfter }),
    salt: hex(asked.body.salt),
    action: asked.action,
    info: asked.info,
  }
}

/** Asked again after an answer that was lost it is the same, though its salt may be another. */
const isSame = ({ salt: _, ...one }: Kept["order"], { salt: __, ...other }: Kept["order"]): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

const isAbsentOr = (value: unknown, type: string): boolean => value === undefined || typeof value === type
