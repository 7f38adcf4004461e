// What a console is shown, made from the record in memory and the texts in the store. Bytes become hex, numbers of the law become names.
import type { DocumentView } from "../api/documents.ts"
import type {
  EntryView,
  Language,
  LineView,
  MessageView,
  PartyView,
  ReportedView,
  Rung,
  RungName,
} from "../api/shapes.ts"
import {
  decodeDeclinedBody,
  decodeDeferredBody,
  decodeMessageBody,
  decodeReportedRecordBody,
  type Message,
} from "../core/body.ts"
import type { Charter } from "../core/charter.ts"
import type { Manifest } from "../core/document.ts"
import { decodeEntry, type Entry } from "../core/entry.ts"
import { hex } from "../core/hash.ts"
import { breakGlass } from "../core/officer.ts"
import { personsFor } from "../core/policy.ts"
import { isRefusal, type RefusalCode, refusals } from "../core/refusal.ts"
import { kindName, kinds, precedences, traffics } from "../core/registry.ts"
import { secondOf } from "../core/second.ts"
import type { Suite } from "../core/suite.ts"
import type { RungFact } from "../record/ladder.ts"
import type { LineRecord } from "../record/record.ts"
import type { Row, StoreReader } from "../store/store.ts"
import type { OfficerNames } from "./officer-names.ts"
import type { ParcelOffice } from "./parcel-office.ts"

export type ViewOptions = {
  readonly charter: Charter
  readonly us: number
  readonly record: LineRecord
  readonly store: Pick<StoreReader, "find">
  readonly suite: Suite
  /** Who an officer's code stood for; a reader beside the node shows codes. */
  readonly named?: OfficerNames
  /** How far what a message names is; a reader beside the node does not know. */
  readonly documents?: (author: number, document: Manifest) => DocumentView
  /** Whether a parcel with this place of our log could not be opened there; a reader beside the node does not know. (EP-17) */
  readonly unopened?: ParcelOffice["unopened"]
}

const rungNames: ReadonlyMap<number, RungName> = new Map<number, RungName>([
  [kinds.stored, "stored"],
  [kinds.displayed, "displayed"],
  [kinds.ring, "ring"],
  [kinds.acknowledged, "acknowledged"],
  [kinds["read-back"], "read-back"],
  [kinds["passed-up"], "passed-up"],
  [kinds.answer, "answered"],
  [kinds.deferred, "deferred"],
  [kinds.declined, "declined"],
  [kinds.seconded, "seconded"],
  [kinds.objected, "objected"],
  [kinds.refused, "refused"],
  [kinds.expired, "expired"],
  [kinds.undecipherable, "undecipherable"],
  [kinds["without-body"], "without-body"],
])

export const partyView = ({ parties }: Charter, party: number): PartyView => {
  const card = parties[party]!
  return {
    party,
    code: card.code,
    names: card.names,
    zone: card.zone,
    language: languageOf(card.language),
    desks: card.desks.map(({ code, names }, desk) => ({ desk, code, names })),
  }
}

export const policyOf = ({ terms: { proofs, releases, soleMs } }: Charter): LineView["policy"] => ({
  ...{ proofs, releases, soleMs },
})

const languageOf = (tag: string): Language => (tag === "ja" || tag === "zh" ? tag : "en")

export const messageView = (options: ViewOptions, place: number): MessageView =>
  viewOf(options, place, rowAt(options, place))

/** The message with its bytes, so that a console can verify it by itself. */
export const entryView = (options: ViewOptions, place: number): EntryView => {
  const row = rowAt(options, place)
  return {
    ...viewOf(options, place, row),
    cose: hex(row.bytes),
    ...(row.salt && { salt: hex(row.salt) }),
    ...(row.body && { body: hex(row.body) }),
  }
}

/** Undefined when its body is not of the form, which is then data. */
export const reportedView = (options: ViewOptions, place: number): ReportedView | undefined => {
  const row = rowAt(options, place)
  const body = row.body && decodeReportedRecordBody(row.body)
  if (body === undefined || isRefusal(body)) return undefined
  return { hash: hex(row.hash), importer: row.author, ...body }
}

/** Whether one officer alone released it, where the charter asks for another besides. (OF-9) */
export const isAlone = (charter: Charter, { kind, precedence, releases, sole }: Entry): boolean => {
  const proven = new Set(releases.flatMap(it => (it.type === "node" ? [] : [it.officer])))
  return sole !== undefined && proven.size < personsFor(kind, precedence, charter.terms)
}

export const rowAt = ({ record, store }: ViewOptions, place: number): Row => {
  const row = store.find(record.facts.hashes.at(place))
  // The record in memory was fed from this very store.
  if (row === undefined) throw new Error("An entry of the record is not in the store.")
  return row
}

const viewOf = (options: ViewOptions, place: number, row: Row): MessageView => {
  const { record, suite } = options
  const { facts } = record
  const entry = decodeEntry(row.bytes, suite)
  if (isRefusal(entry)) throw new Error(`A stored entry is no entry: ${entry.refusal}.`)
  const said = textOf(entry.kind, row.body)
  const mark = record.markOf(place) ?? (typeof said === "string" ? said : undefined)
  const second = secondOf(entry, options.charter, suite)
  const officer = officersOf(entry)
  const waits = record.waits(place)
  return {
    position: record.position(place),
    hash: hex(row.hash),
    author: entry.author,
    generation: entry.generation,
    seq: entry.seq,
    number: entry.number ?? null,
    kind: kindName.get(entry.kind) ?? entry.kind,
    precedence: precedences[entry.precedence] ?? "ROUTINE",
    traffic: traffics[entry.traffic] ?? "service",
    written: entry.time,
    received: facts.at[place]!,
    ...(entry.notAfter !== undefined && { notAfter: entry.notAfter }),
    refs: entry.refs.map(hex),
    action: entry.action,
    info: entry.info,
    ...(officer !== "" && { officer }),
    ...releaseOf(options, place, entry),
    ...(typeof said === "object" && saidOf(options, entry.author, said)),
    bytes: row.bytes.length + (row.body?.length ?? 0),
    rungs: rungsOf(options, place, officer),
    // Once the gap is filled, nothing is missing any more.
    gapBefore: facts.hasGapBefore(place) && record.isProvisional(place),
    concurrent: record.concurrent(place),
    ...(mark !== undefined && { mark }),
    ...(isRefusal(second) && { doubt: second.refusal }),
    rings: record.rings(place),
    ...(waits !== undefined && { waits }),
  }
}

const saidOf = ({ documents = plainly }: ViewOptions, author: number, { documents: named, ...said }: Message) => ({
  ...said,
  ...(named && { documents: named.map(manifest => documents(author, manifest)) }),
})
const plainly = (_author: number, { root, ...named }: Manifest): DocumentView => ({ ...named, root: hex(root) })

const officersOf = ({ releases }: Entry): string => [...new Set(releases.map(it => it.officer))].join(", ")

/** How it was released, as far as it is to be said beside the name: by one alone, or with the key behind the glass. (OF-9, OF-13) */
const releaseOf = (
  { charter, record, named }: ViewOptions,
  place: number,
  entry: Entry,
): Pick<MessageView, "signers" | "second" | "breakGlass"> => {
  if (!record.isProven(place)) return {}
  const proven = new Set(entry.releases.flatMap(it => (it.type === "node" ? [] : [it.officer])))
  const spoken = (kind: number): boolean => record.hasSaid(place, kind, entry.author)
  const second = spoken(kinds.objected) ? "objected" : spoken(kinds.seconded) ? "seconded" : "notified"
  return {
    ...(named && { signers: [...proven].map(code => named(entry.author, code, entry)) }),
    ...(isAlone(charter, entry) && { second }),
    ...([...proven].some(code => code.startsWith(breakGlass)) && { breakGlass: true }),
  }
}

/** What a body says; the refusal's code when it is not of its kind's form; undefined when there is none, or the kind is not known. */
const textOf = (kind: number, body: Uint8Array | undefined): Message | RefusalCode | undefined => {
  if (body === undefined || (kind !== kinds.message && kind !== kinds.answer)) return undefined
  const message = decodeMessageBody(body)
  return isRefusal(message) ? message.refusal : message
}

/** Released and sent are the author's own word; everything else is proven by an entry. */
const rungsOf = (options: ViewOptions, place: number, officer: string): Rung[] => {
  const { record } = options
  const { facts } = record
  const rungs: Rung[] = [
    {
      rung: "released",
      party: facts.author(place),
      at: facts.time[place]!,
      heardAt: facts.at[place]!,
      proof: record.isProven(place) ? "officer" : "node",
      hash: hex(facts.hashes.at(place)),
      ...(officer !== "" && { officer }),
    },
  ]
  const sentAt = record.sentAt(place)
  if (sentAt !== undefined) rungs.push({ rung: "sent", party: options.us, at: sentAt, heardAt: sentAt, proof: "node" })
  for (const fact of record.rungs(place)) {
    const rung = rungOf(options, fact)
    if (rung !== undefined) rungs.push(rung)
  }
  const unopened = facts.author(place) === options.us ? unopenedRung(options, place) : undefined
  if (unopened !== undefined && !rungs.some(({ rung }) => rung === "stored")) rungs.push(unopened)
  return rungs
}

const unopenedRung = ({ record: { facts }, us, unopened }: ViewOptions, place: number): Rung | undefined => {
  const { generation } = facts.streams[facts.stream[place]!]!
  const said = unopened?.(generation, facts.seq[place]!)
  return (
    said && { rung: "undecipherable", party: 1 - us, at: said.at, heardAt: said.at, proof: "node", hash: said.hash }
  )
}

const rungOf = (options: ViewOptions, { kind, party, proof }: RungFact): Rung | undefined => {
  const rung = rungNames.get(kind)
  if (rung === undefined) return undefined
  const { record } = options
  const { facts } = record
  const officer = facts.officers[facts.officer[proof]!]!
  const isProven = record.isProven(proof)
  const { generation } = facts.streams[facts.stream[proof]!]!
  const signer = isProven ? options.named?.(party, officer, { generation, seq: facts.seq[proof]! }) : undefined
  return {
    rung,
    party,
    at: facts.time[proof]!,
    heardAt: facts.at[proof]!,
    proof: isProven ? "officer" : "node",
    hash: hex(facts.hashes.at(proof)),
    ...(officer !== "" && { officer }),
    ...(signer && { signer }),
    ...reasonOf(options, kind, proof),
  }
}

const reasoned: ReadonlySet<number> = new Set([...[kinds.deferred, kinds.declined, kinds.objected], kinds["read-back"]])

/** Reasons and times stand in the bodies of a few kinds; a body that is not of the form gives none. */
const reasonOf = (options: ViewOptions, kind: number, proof: number): Pick<Rung, "until" | "reason" | "language"> => {
  if (!reasoned.has(kind)) return {}
  const { body } = rowAt(options, proof)
  if (body === undefined) return {}
  if (kind === kinds["read-back"]) {
    const restated = decodeMessageBody(body)
    return isRefusal(restated) ? {} : { reason: restated.text, language: restated.language }
  }
  const read = kind === kinds.deferred ? decodeDeferredBody(body) : decodeDeclinedBody(body)
  return isRefusal(read) ? {} : read
}

/** English, for logs and for a console without words of its own. */
export const sentenceOf = (code: RefusalCode): string => refusals[code][2]
