// What officers ask for, read from JSON into an order of the core, or refused by name before anything of it is promised. Whether the
// officer may is asked in watch.ts; here it is asked whether it can be said at all.
import type { Language, OrderRequest } from "../api/shapes.ts"
import {
  bodyBytesMaxAt,
  checkText,
  decodeReportedRecordBody,
  encodeDeclinedBody,
  encodeDeferredBody,
  encodeMessageBody,
  encodeReportedRecordBody,
  precisions,
} from "../core/body.ts"
import type { Charter, Names } from "../core/charter.ts"
import { documentFault, type Manifest } from "../core/document.ts"
import type { Body, DeskAddress } from "../core/entry.ts"
import type { Order } from "../core/event.ts"
import { fromHex } from "../core/hash.ts"
import {
  bodyBytesMax,
  desksMax,
  documentsMax,
  reasonBytesMax,
  refsMax,
  subjectBytesMax,
  timeMsMax,
} from "../core/limits.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { kinds, precedences, traffics } from "../core/registry.ts"
import { isPlainLine } from "../core/text.ts"
import type { LineRecord } from "../record/record.ts"
import { type Released, readReleased } from "./released.ts"

/** All but who releases it. */
export type Asked = Omit<Order, "id" | "releases"> & Pick<Released, "releases">

export type Bearings = {
  readonly charter: Charter
  readonly us: number
  readonly record: LineRecord
  readonly now: number
  /** 16 random bytes. */
  readonly salt: () => Uint8Array
  /** Whether a document was taken in here. */
  readonly isKept?: ((document: Pick<Manifest, "root" | "size">) => boolean) | undefined
}

const service = traffics.indexOf("service")
const wrong = (field: string): Refusal => refuse("bad-request", { field })
type Fields = Readonly<Record<string, unknown>>

export const readOrder = (request: unknown, bearings: Bearings): Asked | Refusal => {
  if (!isObject(request)) return wrong("body")
  const released = readReleased(request)
  if (isRefusal(released)) return released
  const { salt, ...proofs } = released
  const asked = readSaid(request, salt ? { ...bearings, salt: () => salt } : bearings)
  return isRefusal(asked) ? asked : { ...asked, ...proofs }
}

const readSaid = (request: Fields, bearings: Bearings): Asked | Refusal => {
  const act = readAct(request.act)
  if (isRefusal(act)) return act
  const kind = request.kind as OrderRequest["kind"]
  switch (kind) {
    case "message":
    case "answer":
      return readMessage(kind, act, request, bearings)
    case "acknowledged":
    case "seconded":
      return readReply(kind, act, request, bearings)
    case "read-back":
      return readRestated(act, request, bearings)
    case "deferred":
    case "declined":
    case "objected":
      return readReasoned(kind, act, request, bearings)
    default:
      kind satisfies never
      return wrong("kind")
  }
}

const readMessage = (
  kind: "message" | "answer",
  act: Uint8Array,
  request: Fields,
  bearings: Bearings,
): Asked | Refusal => {
  const precedence = readPlace(precedences, request.precedence)
  const traffic = readPlace(traffics, request.traffic)
  if (precedence === undefined) return wrong("precedence")
  if (traffic === undefined || traffic === service) return wrong("traffic")
  const refs = readRefs(request.refs, bearings.record)
  if (isRefusal(refs)) return refs
  if (kind === "answer") {
    const fault = answerFault(refs[0], traffic, bearings)
    if (fault !== undefined) return fault
  }
  const body = readText(request, precedence, bearings)
  if (isRefusal(body)) return body
  const action = readDesks(request.action, bearings.charter) ?? defaultDesks(bearings)
  const info = readDesks(request.info, bearings.charter) ?? []
  if (isRefusal(action)) return action
  if (isRefusal(info)) return info
  const notAfter = request.notAfter
  if (notAfter !== undefined && !isTime(notAfter, bearings.now)) return wrong("notAfter")
  return {
    kind: kinds[kind],
    traffic,
    precedence,
    refs,
    body,
    action,
    info,
    handling: 0,
    act,
    ...(notAfter !== undefined && { notAfter }),
  }
}

/** An answer goes to something that the other side said, and is of the same traffic: a drill never answers what is real. */
const answerFault = (ref: Uint8Array | undefined, traffic: number, { record, us }: Bearings): Refusal | undefined => {
  if (ref === undefined) return wrong("refs")
  const place = record.place(ref)
  const fault = addressFault(place, { record, us })
  if (fault !== undefined) return fault
  return record.facts.traffic[place] === traffic ? undefined : wrong("traffic")
}

/** A person must read why: that it is refused is plain to whoever wrote this, and not to whoever acknowledges her own message. */
const addressFault = (place: number, { record, us }: Pick<Bearings, "record" | "us">): Refusal | undefined => {
  if (!record.facts.isMessage(place)) return refuse("bad-request", { field: "refs", why: "this entry is no message" })
  if (record.facts.author(place) !== us) return undefined
  const why = "this message is your own: only the other side can acknowledge, answer, defer or decline it"
  return refuse("bad-request", { field: "refs", why })
}

/** What was taken in here before, and may be called so. (D-1, D-2) */
const readDocuments = (value: unknown, isKept: Bearings["isKept"]): readonly Manifest[] | Refusal => {
  if (value === undefined) return []
  if (!Array.isArray(value)) return wrong("documents")
  if (value.length > documentsMax) return refuse("too-large", { documents: value.length, most: documentsMax })
  const documents: Manifest[] = []
  for (const row of value as readonly unknown[]) {
    if (!isObject(row)) return wrong("documents")
    const { name, mediaType, size } = row
    const root = readHash(row.root)
    if (typeof name !== "string" || typeof mediaType !== "string" || typeof size !== "number" || root === undefined)
      return wrong("documents")
    const fault = documentFault({ name, mediaType, size })
    if (fault) return fault
    if (isKept?.({ root, size }) !== true) return refuse("not-found", { field: "documents", name })
    documents.push({ name, mediaType, size, root })
  }
  return documents
}

const readText = (request: Fields, precedence: number, { salt, isKept }: Bearings): Body | Refusal => {
  const { text, subject } = request
  const language = readLanguage(request.language)
  if (language === undefined) return wrong("language")
  if (typeof text !== "string") return wrong("text")
  if (text.trim() === "") return refuse("empty-text")
  const checked = checkText(text, bodyBytesMax)
  if (checked !== true) return checked
  if (subject !== undefined && typeof subject !== "string") return wrong("subject")
  const checkedSubject = subject === undefined ? true : checkText(subject, subjectBytesMax)
  if (checkedSubject !== true) return checkedSubject
  // A subject is a heading: what breaks it into lines could draw a row of its own in a list.
  if (typeof subject === "string" && !isPlainLine(subject)) return wrong("subject")
  const hasSubject = subject !== undefined && subject !== ""
  const documents = readDocuments(request.documents, isKept)
  if (isRefusal(documents)) return documents
  const bytes = encodeMessageBody({ language, text, ...(hasSubject && { subject }), documents })
  const most = bodyBytesMaxAt(precedence)
  return bytes.length <= most ? { salt: salt(), bytes } : refuse("too-large", { bytes: bytes.length, most })
}

const readReply = (
  kind: "acknowledged" | "read-back" | "deferred" | "declined" | "seconded" | "objected",
  act: Uint8Array,
  request: Fields,
  bearings: Bearings,
): Asked | Refusal => {
  const { record } = bearings
  const refs = readRefs(request.refs, record)
  if (isRefusal(refs)) return refs
  const [ref, more] = refs
  if (ref === undefined || more !== undefined) return wrong("refs")
  const place = record.place(ref)
  // OF-11: of what one officer here released, another speaks afterwards; of all else the other side does.
  const isOurs = kind === "seconded" || kind === "objected"
  const fault = isOurs ? ownFault(place, bearings) : addressFault(place, bearings)
  if (fault !== undefined) return fault
  return replyTo(record, place, kinds[kind], act)
}

const ownFault = (place: number, { record, us }: Bearings): Refusal | undefined =>
  record.facts.isMessage(place) && record.facts.author(place) === us ? undefined : wrong("refs")

/** A receipt has the traffic and the precedence of what it answers. */
export const replyTo = (record: LineRecord, message: number, kind: number, act?: Uint8Array): Asked => ({
  kind,
  traffic: record.facts.traffic[message]!,
  precedence: record.facts.precedence[message]!,
  refs: [record.facts.hashes.at(message).slice()],
  action: [],
  info: [],
  handling: 0,
  ...(act !== undefined && { act }),
})

/** what somebody here has understood, in their words; of the message's own length at the most. */
const readRestated = (act: Uint8Array, request: Fields, bearings: Bearings): Asked | Refusal => {
  const reply = readReply("read-back", act, request, bearings)
  if (isRefusal(reply)) return reply
  const body = readText({ language: request.language, text: request.text }, reply.precedence, bearings)
  return isRefusal(body) ? body : { ...reply, body }
}

const readReasoned = (
  kind: "deferred" | "declined" | "objected",
  act: Uint8Array,
  request: Fields,
  bearings: Bearings,
): Asked | Refusal => {
  const reply = readReply(kind, act, request, bearings)
  if (isRefusal(reply)) return reply
  const { reason, until } = request
  const language = readLanguage(request.language)
  if (language === undefined) return wrong("language")
  if (typeof reason !== "string") return wrong("reason")
  const checked = checkText(reason, reasonBytesMax)
  if (checked !== true) return checked
  if (kind !== "deferred")
    return { ...reply, body: { salt: bearings.salt(), bytes: encodeDeclinedBody({ reason, language }) } }
  if (!isTime(until, bearings.now)) return wrong("until")
  return { ...reply, body: { salt: bearings.salt(), bytes: encodeDeferredBody({ until, reason, language }) } }
}

/** History as reported: no act, no number, nobody's statement. (E-17) */
export const readReported = (request: unknown, { salt }: Bearings): Asked | Refusal => {
  if (!isObject(request)) return wrong("body")
  const { when, account, source, section } = request
  const precision = readPlace(precisions, request.precision)
  const [title, text] = [readNames(request.title), readNames(request.text)]
  if (precision === undefined) return wrong("precision")
  if (typeof when !== "string" || typeof account !== "string") return wrong("when")
  if (typeof source !== "string" || typeof section !== "string") return wrong("source")
  if (title === undefined || text === undefined) return wrong("text")
  const texts = [when, account, source, section, ...Object.values(title), ...Object.values(text)]
  for (const each of texts) {
    const checked = checkText(each, bodyBytesMax)
    if (checked !== true) return checked
  }
  const bytes = encodeReportedRecordBody({
    when,
    precision: precisions[precision]!,
    account,
    source,
    section,
    title,
    text,
  })
  // Read back by the law's own rules, so that nothing is signed that the other side would have to refuse.
  const read = decodeReportedRecordBody(bytes)
  if (isRefusal(read)) return read
  return {
    kind: kinds["reported-record"],
    traffic: service,
    precedence: precedences.indexOf("ROUTINE"),
    refs: [],
    body: { salt: salt(), bytes },
    action: [],
    info: [],
    handling: 0,
  }
}

export const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A hash in hex; undefined for anything else. */
export const readHash = (value: unknown): Uint8Array | undefined =>
  typeof value === "string" && value.length === 64 ? fromHex(value) : undefined

const readAct = (value: unknown): Uint8Array | Refusal =>
  (typeof value === "string" && value.length === 32 ? fromHex(value) : undefined) ?? wrong("act")

const readRefs = (value: unknown, record: LineRecord): Uint8Array[] | Refusal => {
  if (!Array.isArray(value)) return wrong("refs")
  if (value.length > refsMax) return refuse("too-large", { refs: value.length, most: refsMax })
  const refs: Uint8Array[] = []
  for (const each of value) {
    const hash = readHash(each)
    if (hash === undefined) return wrong("refs")
    if (record.place(hash) < 0) return refuse("not-found", { hash: String(each) })
    refs.push(hash)
  }
  return refs
}

/** Undefined when none are named. */
const readDesks = (value: unknown, charter: Charter): DeskAddress[] | Refusal | undefined => {
  if (value === undefined) return undefined
  if (!Array.isArray(value) || value.length > desksMax) return wrong("desks")
  const desks: DeskAddress[] = []
  for (const each of value) {
    if (!isObject(each)) return wrong("desks")
    const { party, desk } = each
    if (typeof party !== "number" || typeof desk !== "number") return wrong("desks")
    if (charter.parties[party]?.desks[desk] === undefined) return wrong("desks")
    desks.push({ party, desk })
  }
  return desks
}

/** The first desk of each other side: its one national address. */
const defaultDesks = ({ charter, us }: Bearings): DeskAddress[] =>
  charter.parties.flatMap((card, party) => (party !== us && card.desks.length > 0 ? [{ party, desk: 0 }] : []))

const readPlace = (names: readonly string[], value: unknown): number | undefined => {
  const place = typeof value === "string" ? names.indexOf(value) : -1
  return place < 0 ? undefined : place
}

export const readLanguage = (value: unknown): Language | undefined =>
  value === "en" || value === "ja" || value === "zh" ? value : undefined

const readNames = (value: unknown): Names | undefined => {
  if (!isObject(value)) return undefined
  const { en, ja, zh } = value
  return typeof en === "string" && typeof ja === "string" && typeof zh === "string" ? { en, ja, zh } : undefined
}

const isTime = (value: unknown, after: number): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value > after && value <= timeMsMax
