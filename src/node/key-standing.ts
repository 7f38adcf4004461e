// How the keys of both sides stand, for the people of this one: node keys by place, roots' fingerprints, officers and who left, and whether
// our own keys have been in force for longer than a year (pages: protocol/key.md, K-10; protocol/security.md, A-46). It changes nothing.
import type { KeysView, PartyKeysView, RetiredView, TenureView } from "../api/keys.ts"
import type { KeyView } from "../api/shapes.ts"
import type { YearlyView } from "../api/standing.ts"
import type { Charter } from "../core/charter.ts"
import { kidOf } from "../core/charter.ts"
import { decodeEntry } from "../core/entry.ts"
import { equal, hex } from "../core/hash.ts"
import type { Tenure } from "../core/key.ts"
import { decodeOfficerBody } from "../core/officer.ts"
import { isRefusal } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import type { Suite } from "../core/suite.ts"
import { fingerprint } from "../evidence/trust.ts"
import type { LineRecord } from "../record/record.ts"
import type { StoreReader } from "../store/store.ts"
import type { KeyOffice } from "./key-office.ts"
import type { OfficerOffice } from "./officer-office.ts"
import type { Running } from "./run.ts"

export type StandingOptions = {
  readonly charter: Charter
  readonly us: number
  readonly suite: Suite
  readonly running: Pick<Running, "tenures">
  readonly record: LineRecord
  readonly store: Pick<StoreReader, "read" | "find">
  readonly office: Pick<KeyOffice, "list" | "sheet">
  readonly officers: Pick<OfficerOffice, "list">
  readonly now: () => number
}

type Rows = { readonly store: Pick<StoreReader, "read"> }

const dayMs = 86_400_000
/** A month before the year is over they are due; afterwards they are late. (K-10) */
const dueMs = 335 * dayMs
const lateMs = 365 * dayMs

export const keysView = (options: StandingOptions): KeysView => {
  const { charter, office, officers, suite } = options
  const listed = office.list()
  const inOffice = officers.list()
  return {
    parties: charter.parties.map((card, party): PartyKeysView => {
      const now = inOffice.find(each => each.party === party)?.officers ?? []
      return {
        party,
        fingerprint: fingerprint(card, suite),
        keys: tenuresOf(
          options,
          party,
          listed.filter(each => each.party === party),
        ),
        officers: now,
        retired: retiredOf(options, party, new Set(now.map(({ code }) => code))),
      }
    }),
    yearly: yearlyOf(options),
    sheet: office.sheet(),
  }
}

/** Of the keys that are in force here, by the clock of whoever wrote them in: this home. (K-10) */
export const yearlyOf = (options: Pick<StandingOptions, "us" | "running" | "suite" | "now"> & Rows): YearlyView => {
  const { us, running, now } = options
  const tenures = running.tenures(us)
  const last = tenures.at(-1)
  // A log that begins anew may go on with the keys that it had.
  const first = tenures.find(({ keys }) => last !== undefined && equal(keys[0].public, last.keys[0].public))
  const since = first === undefined ? null : writtenOf(options, us, first)
  const ageMs = since === null ? 0 : now() - since
  return { since, state: ageMs > lateMs ? "late" : ageMs > dueMs ? "due" : "fresh" }
}

const tenuresOf = (options: StandingOptions, party: number, views: readonly KeyView[]): TenureView[] =>
  options.running.tenures(party).flatMap((tenure, at) => {
    const view = views[at]
    if (view === undefined) return []
    return {
      ...view,
      post: hex(kidOf(tenure.keys[1], options.suite)),
      standing: view.inForce ? "in-force" : tenure.revoked ? "revoked" : "replaced",
      by: at === 0 ? "card" : tenure.byRoots ? "roots" : "keys",
      written: writtenOf(options, party, tenure),
    }
  })

/** The time that its author wrote into the entry from which it counts; of the card's keys, into the first. */
const writtenOf = (
  { store, suite }: Pick<StandingOptions, "suite"> & Rows,
  author: number,
  { generation, after }: Tenure,
): number | null => {
  const seq = Math.max(1, after)
  const [row] = store.read({ author, generation, from: seq, to: seq }, 1)
  const entry = row && decodeEntry(row.bytes, suite, row.hash)
  return entry === undefined || isRefusal(entry) ? null : entry.time
}

/** Who was in office and is no more, and the entry that said so. */
const retiredOf = ({ record, store }: StandingOptions, party: number, inOffice: ReadonlySet<string>): RetiredView[] => {
  const { facts } = record
  const retired = new Map<string, RetiredView>()
  const names = new Map<string, Pick<RetiredView, "name" | "office">>()
  for (let place = 0; place < facts.count; place++) {
    if (facts.kind[place] !== kinds.officer || facts.author(place) !== party || record.markOf(place)) continue
    const row = store.find(facts.hashes.at(place))
    const officer = row?.body && decodeOfficerBody(row.body)
    if (row === undefined || officer === undefined || isRefusal(officer)) continue
    const { code, name, office } = officer
    const said = { ...(name !== undefined && { name }), ...(office !== undefined && { office }) }
    names.set(code, { ...names.get(code), ...said })
    if (!officer.inOffice && !inOffice.has(code))
      retired.set(code, { code, generation: row.generation, seq: row.seq, ...names.get(code) })
  }
  return [...retired.values()]
}
