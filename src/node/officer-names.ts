// Who an officer's code stood for at a place of its party's log: a code may be another person's later (page: protocol/officer.md, OF-3).
import type { NamedOfficer } from "../api/shapes.ts"
import { decodeOfficerBody, type Officer } from "../core/officer.ts"
import { isRefusal } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import type { LineRecord } from "../record/record.ts"
import type { StoreReader } from "../store/store.ts"

/** Before an entry of a party's log; only the code where nobody had it, or where nothing more is disclosed. */
export type OfficerNames = (party: number, code: string, before: Place) => NamedOfficer
export type Place = { readonly generation: number; readonly seq: number }

type Enrolment = Place & { readonly place: number; readonly named: NamedOfficer }

/** Reads each officer's entry of the record once. */
export const officerNames = (record: LineRecord, store: Pick<StoreReader, "find">): OfficerNames => {
  const { facts } = record
  const enrolments = new Map<string, Enrolment[]>()
  let read = 0
  const readOn = (): void => {
    for (; read < facts.count; read++) {
      if (facts.kind[read] !== kinds.officer) continue
      const row = store.find(facts.hashes.at(read))
      const officer = row?.body && decodeOfficerBody(row.body)
      if (row === undefined || officer === undefined || isRefusal(officer)) continue
      const { author, generation, seq } = row
      const key = keyOf(author, officer.code)
      enrolments.set(key, [...(enrolments.get(key) ?? []), { generation, seq, place: read, named: named(officer) }])
    }
  }
  return (party, code, before) => {
    readOn()
    // A mark may come later than its entry, when a gap is filled.
    const held = enrolments.get(keyOf(party, code))?.filter(it => isBefore(it, before) && !record.markOf(it.place))
    return held?.toSorted((a, b) => (isBefore(a, b) ? -1 : 1)).at(-1)?.named ?? { code }
  }
}

/** Who is retired leaves the code to nobody. */
export const named = ({ code, name, office, inOffice }: Officer): NamedOfficer => ({
  code,
  ...(inOffice && name !== undefined && { name }),
  ...(inOffice && office !== undefined && { office }),
})

const keyOf = (party: number, code: string): string => `${party} ${code}`
const isBefore = (a: Place, b: Place): boolean =>
  a.generation < b.generation || (a.generation === b.generation && a.seq < b.seq)
