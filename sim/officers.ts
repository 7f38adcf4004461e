// The people of one party: they speak in bursts and keep quiet between, acknowledge, answer, defer and decline. What a person has
// decided is in a notebook that outlives every process: an order without an answer is given again, under the same act.
import { encode, type Value } from "../src/core/cbor.ts"
import { type Manifest, manifestsValue } from "../src/core/document.ts"
import type { Body } from "../src/core/entry.ts"
import type { Accepted, Order } from "../src/core/event.ts"
import { personsFor } from "../src/core/policy.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { kinds, precedences, traffics } from "../src/core/registry.ts"
import type { OrderAnswer, Running } from "../src/node/run.ts"
import { type Proving, proofs } from "./people.ts"
import type { Prng } from "./prng.ts"
import type { Universe } from "./world.ts"

export type Decided = {
  readonly order: Omit<Order, "id"> & { readonly act: Uint8Array }
  /** Null until the node has answered; a crash takes the question with it. */
  answer: OrderAnswer | null
  /** Which process was asked last. */
  askedOf: Running | null
}

export type Officers = {
  /** `count` messages within `ms`. */
  burst(count: number, ms: number): void
  /** One message at once, as the last thing said. */
  last(): void
  /** People here are shown new rows, and some react. */
  shown(rows: readonly Accepted[]): void
  /** A process is up: what was never answered is asked again. */
  returned(): void
  /** Nothing new is begun from now on. */
  rest(): void
  readonly notebook: readonly Decided[]
}

type Surroundings = Proving & {
  readonly all: Universe
  readonly chance: Prng
  /** Bodies that put them in office, signed by the roots. */
  readonly enrolments: readonly Uint8Array[]
  readonly running: () => Running | null
  /** What this party's clock shows. */
  readonly now: () => number
  readonly answered: (decided: Decided) => void
  /** A document is taken in; null where that fails. */
  readonly attach: () => Manifest | null
}

const filedMax = 4

const texts = [
  "了解しました。",
  "请确认位置。",
  "Say again your position.",
  "\u202eevil\u2066 \u0007",
  "気球 🎈 を確認した。",
]

export const officers = (surroundings: Surroundings): Officers => {
  const { all, chance, us, charter, enrolments, running, now, answered, attach } = surroundings
  const filing = chance.fork("filing")
  let filed = 0
  const releasing = chance.fork("releasing")
  const notebook: Decided[] = []
  const unread: Accepted[] = []
  let resting = false

  const ask = (decided: Decided): void => {
    const node = running()
    if (!node || decided.answer || decided.askedOf === node) return
    decided.askedOf = node
    node.order(decided.order).then(
      answer => {
        if (decided.answer) return
        if (isRefusal(answer) && (answer.refusal === "busy" || answer.refusal === "restored")) {
          decided.askedOf = null
          later()
          return
        }
        decided.answer = answer
        answered(decided)
        afterwards(decided)
      },
      // The process died with the question: the notebook remembers.
      () => {
        decided.askedOf = null
      },
    )
  }

  /** What the node could not take yet is asked again once it may be able to: a home that was put back says nothing before it is whole. */
  let waits = false
  const later = (): void => {
    if (waits) return
    waits = true
    all.after(5_000, () => {
      waits = false
      if (running()?.status().restored) return later()
      for (const decided of notebook) ask(decided)
    })
  }

  /** What one has released alone, the other signs or objects to, sooner or later. (OF-11) */
  const afterwards = ({ order, answer }: Decided): void => {
    if (order.sole === undefined || !answer || isRefusal(answer) || resting) return
    const { traffic, precedence } = order
    const about = { traffic, precedence, refs: [answer.entry.hash.slice()] }
    const objects = releasing.chance(0.3)
    all.after(releasing.between(1_000, 60_000), () => {
      if (resting) return
      if (objects) decide({ kind: kinds.objected, ...about, body: reasonBody(releasing, null) })
      else decide({ kind: kinds.seconded, ...about })
    })
  }

  const decide = (order: Partial<Order> & Pick<Order, "kind">): void => {
    const unproven: Decided["order"] = {
      traffic: 0,
      precedence: 1,
      refs: [],
      action: [],
      info: [],
      handling: 0,
      releases: [{ type: "node", officer: `officer ${chance.below(9)}`, proof: new Uint8Array(0) }],
      act: chance.bytes(16),
      ...(order as Partial<Decided["order"]>),
    } as Decided["order"]
    const isAfterwards = order.kind === kinds.seconded || order.kind === kinds.objected
    const proven = proofs(unproven, surroundings, isAfterwards ? "chief" : "both")
    const whole = proven.length > 0 ? { ...unproven, releases: proven } : unproven
    const decided: Decided = { order: whole, answer: null, askedOf: null }
    notebook.push(decided)
    ask(decided)
  }

  /** A few documents in a seed, so that it ends in time. */
  const annex = (): Manifest | null => {
    if (filed === filedMax || !running() || !filing.chance(0.02)) return null
    filed += 1
    return attach()
  }

  const speak = (): void => {
    const precedence = chance.pick([0, 1, 1, 1, 1, 2, 2, 3, 4])
    const most = precedence >= precedences.indexOf("IMMEDIATE") ? 3_000 : chance.chance(0.01) ? 60_000 : 600
    const body = textBody(
      chance,
      chance
        .pick(texts)
        .repeat(1 + chance.below(Math.ceil(most / 40)))
        .slice(0, most / 4),
      annex(),
    )
    const notAfter = chance.chance(0.05) ? { notAfter: Math.max(0, now() + chance.between(1_000, 120_000)) } : {}
    const action = chance.chance(0.3) ? [{ party: 1 - us, desk: 0 }] : []
    const needsTwo = personsFor(kinds.message, precedence, charter.terms) > 1
    const sole = needsTwo && releasing.chance(0.2) ? { sole: Math.max(0, now() - charter.terms.soleMs) } : {}
    decide({
      kind: kinds.message,
      traffic: chance.pick([0, 0, 0, 1, 2]),
      precedence,
      body,
      action,
      ...notAfter,
      ...sole,
    })
  }

  const react = (row: Accepted): void => {
    const { entry } = row.held
    const refs = [entry.hash.slice()]
    const about = { traffic: entry.traffic, precedence: entry.precedence, refs }
    const what = chance.below(10)
    if (what < 5) decide({ kind: kinds.acknowledged, ...about })
    if (what === 1) decide({ kind: kinds.answer, ...about, body: textBody(chance, chance.pick(texts)) })
    if (what === 5) decide({ kind: kinds.deferred, ...about, body: reasonBody(chance, Math.max(0, now() + 3_600_000)) })
    if (what === 6) decide({ kind: kinds.declined, ...about, body: reasonBody(chance, null) })
  }

  for (const bytes of enrolments) {
    const body = { salt: releasing.bytes(16), bytes }
    decide({ kind: kinds.officer, traffic: traffics.indexOf("service"), precedence: 2, body })
  }

  return {
    notebook,
    burst(count, ms) {
      for (let done = 0; done < count; done++) all.after(chance.below(ms), () => resting || speak())
    },
    last: () => {
      decide({ kind: kinds.message, precedence: 4, body: textBody(chance, "last") })
    },
    shown(rows) {
      const heard = rows.filter(row => row.held.entry.author !== us && row.held.entry.kind === kinds.message)
      const isRead = unread.length > 0
      unread.push(...heard)
      if (isRead || heard.length === 0) return
      // Whoever reads answers in one go: people do not work message by message.
      all.after(chance.between(200, 9_000), () => {
        const read = unread.splice(0)
        if (!resting) for (const row of read) react(row)
      })
    },
    returned() {
      for (const decided of notebook) ask(decided)
    },
    rest() {
      resting = true
    },
  }
}

const textBody = (chance: Prng, text: string, document: Manifest | null = null): Body => {
  const fields = new Map<number, Value>([
    [1, "en"],
    [2, text.toWellFormed()],
  ])
  if (document) fields.set(4, manifestsValue([document]))
  return { salt: chance.bytes(16), bytes: encode(fields) }
}

const reasonBody = (chance: Prng, until: number | null): Body => {
  const fields = new Map<number, Value>([
    [2, "in consultation"],
    [3, "en"],
  ])
  if (until !== null) fields.set(1, until)
  return { salt: chance.bytes(16), bytes: encode(fields) }
}
