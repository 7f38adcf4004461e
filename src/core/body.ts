// Bodies of the kinds that the law itself defines, and the rules of text (page: protocol/registry.md, section 3; forms have their own
// bodies, src/forms). A body is a map with integer keys; keys below 64 that are not known are critical, as in an entry.
import { decode, encode, type Value } from "./cbor.ts"
import { decodeRootSignatures, type Names } from "./charter.ts"
import { announcedBy, type Manifest, manifestsValue, readManifests } from "./document.ts"
import {
  bodyBytesMax,
  cborDepthMax,
  languageBytesMax,
  reasonBytesMax,
  sourceBytesMax,
  subjectBytesMax,
  timeMsMax,
  urgentBodyBytesMax,
} from "./limits.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import { firstNonCritical, kinds, lastNonCritical, precedences } from "./registry.ts"

/** Free text, and the answer to one. (E-13) */
export type Message = {
  readonly language: string
  readonly text: string
  readonly subject?: string
  /** (D-1) */
  readonly documents?: readonly Manifest[]
}
/** Will be answered by `until`, UTC ms. */
export type Deferred = { readonly until: number; readonly reason: string; readonly language: string }
/** Will not be answered. */
export type Declined = { readonly reason: string; readonly language: string }
/** Number of the refusal in the table of refusal.ts; a number from a newer law is kept as it is. */
export type Refused = { readonly code: number }
/** An alarm rings unanswered since `since`; step 0 is its start, each escalation one more. */
export type Ring = { readonly step: number; readonly since: number }
/** An X-Wing public key to seal to; class 0 for live paths, 1 for carried media. Number 0 is the card's. (EP-2) */
export type EpochKey = { readonly number: number; readonly public: Uint8Array; readonly class: 0 | 1 }
/** Sealing began anew: the two break openings, theirs that an officer confirmed and ours, by SHA-256; and that officer's name. (EP-11) */
export type Break = { readonly theirs: Uint8Array; readonly ours: Uint8Array; readonly officer: string }
/** History as reported: nobody's statement. `when` is as exact as is known, and no more. (E-17) */
export type ReportedRecord = {
  readonly when: string
  readonly precision: (typeof precisions)[number]
  /** Whose account: a party's code, "press" or "both". */
  readonly account: string
  readonly source: string
  readonly section: string
  readonly title: Names
  readonly text: Names
}

export const precisions = ["instant", "day", "month", "season", "year"] as const

/** The largest body of an entry of this precedence. (LI-2) */
export const bodyBytesMaxAt = (precedence: number): number =>
  precedence >= precedences.indexOf("IMMEDIATE") ? urgentBodyBytesMax : bodyBytesMax

const utf8Bytes = (text: string): number => {
  let bytes = 0
  for (const character of text) {
    const point = character.codePointAt(0)!
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return bytes
}

/** Whether text may be written into a body: to be asked before `encode…Body`, which takes it for granted. (E-13, C-2) */
export const checkText = (text: string, bytesMax: number): true | Refusal => {
  if (!text.isWellFormed() || text.includes("\0")) return refuse("bad-text")
  const bytes = utf8Bytes(text)
  return bytes <= bytesMax || refuse("too-large", { bytes, most: bytesMax })
}

/** BCP 47 by its outline: subtags of up to 8 letters and digits. */
export const isLanguage = (value: Value | undefined): value is string =>
  typeof value === "string" && value.length <= languageBytesMax && /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(value)

export const encodeMessageBody = ({ language, text, subject, documents }: Message): Uint8Array => {
  const body = new Map<number, Value>([
    [1, language],
    [2, text],
  ])
  if (subject !== undefined) body.set(3, subject)
  if (documents !== undefined && documents.length > 0) body.set(4, manifestsValue(documents))
  return encode(body)
}

/** `message` and `answer`. No text at all is refused; what only looks empty is shown as what it is. (E-13) */
export const decodeMessageBody = (bytes: Uint8Array): Message | Refusal => {
  const body = openBody(bytes, 4)
  if (isRefusal(body)) return body
  const [language, text, subject, listed] = [body.get(1), body.get(2), body.get(3), body.get(4)]
  if (!isLanguage(language)) return wrong("language")
  if (typeof text !== "string") return wrong("text")
  if (text === "") return refuse("empty-text")
  const documents = listed === undefined ? undefined : readManifests(listed)
  if (isRefusal(documents)) return documents
  const read = subject === undefined ? undefined : readText(subject, "subject", subjectBytesMax)
  if (isRefusal(read)) return read
  return { language, text, ...(read !== undefined && { subject: read }), ...(documents && { documents }) }
}

/** The documents that an entry of this kind names. Most bodies name none, and are not read for that. (D-1) */
export const documentsIn = (kind: number, body: Uint8Array | undefined): readonly Manifest[] =>
  body !== undefined && (kind === kinds.message || kind === kinds.answer) ? announcedBy(body, decodeMessageBody) : []

/** `document-stored`: which one. (D-7) */
export const encodeStoredDocumentBody = (root: Uint8Array): Uint8Array => encode(new Map<number, Value>([[1, root]]))

export const decodeStoredDocumentBody = (bytes: Uint8Array): Uint8Array | Refusal => {
  const body = openBody(bytes, 1)
  if (isRefusal(body)) return body
  const root = body.get(1)
  return root instanceof Uint8Array && root.length === 32 ? root : wrong("root")
}

export const encodeDeferredBody = ({ until, reason, language }: Deferred): Uint8Array =>
  encode(
    new Map<number, Value>([
      [1, until],
      [2, reason],
      [3, language],
    ]),
  )

export const decodeDeferredBody = (bytes: Uint8Array): Deferred | Refusal => {
  const body = openBody(bytes, 3)
  if (isRefusal(body)) return body
  const until = body.get(1)
  if (!isNumber(until, timeMsMax)) return wrong("until")
  const reasoned = readReason(body)
  return isRefusal(reasoned) ? reasoned : { until, ...reasoned }
}

/** `declined`, and `objected`. */
export const encodeDeclinedBody = ({ reason, language }: Declined): Uint8Array =>
  encode(
    new Map<number, Value>([
      [2, reason],
      [3, language],
    ]),
  )

export const decodeDeclinedBody = (bytes: Uint8Array): Declined | Refusal => {
  const body = openBody(bytes, 3)
  if (isRefusal(body)) return body
  return body.has(1) ? wrong("until") : readReason(body)
}

/** A reason may be empty: a party may decline without giving one. */
const readReason = (body: Body): Declined | Refusal => {
  const reason = readText(body.get(2), "reason", reasonBytesMax)
  if (isRefusal(reason)) return reason
  const language = body.get(3)
  return isLanguage(language) ? { reason, language } : wrong("language")
}

export const encodeRefusedBody = ({ code }: Refused): Uint8Array => encode(new Map([[1, code]]))

export const decodeRefusedBody = (bytes: Uint8Array): Refused | Refusal => {
  const body = openBody(bytes, 1)
  if (isRefusal(body)) return body
  const code = body.get(1)
  return isNumber(code) ? { code } : wrong("refusal")
}

export const encodeRingBody = ({ step, since }: Ring): Uint8Array =>
  encode(
    new Map<number, Value>([
      [1, step],
      [2, since],
    ]),
  )

export const decodeRingBody = (bytes: Uint8Array): Ring | Refusal => {
  const body = openBody(bytes, 2)
  if (isRefusal(body)) return body
  const [step, since] = [body.get(1), body.get(2)]
  if (!isNumber(step)) return wrong("step")
  return isNumber(since, timeMsMax) ? { step, since } : wrong("since")
}

/** The root signatures in a `charter` entry; written by core/charter.ts, where they are checked as well. (CH-5) */
export const decodeCharterBody = decodeRootSignatures

const xwingPublicBytes = 1_216

export const encodeEpochKeyBody = (key: EpochKey): Uint8Array =>
  encode(
    new Map<number, Value>([
      [1, key.number],
      [2, key.public],
      [3, key.class],
    ]),
  )

export const decodeEpochKeyBody = (bytes: Uint8Array): EpochKey | Refusal => {
  const body = openBody(bytes, 3)
  if (isRefusal(body)) return body
  const [number, key, keyClass] = [body.get(1), body.get(2), body.get(3)]
  // Number 0 is the card's, and the charter alone says which that is.
  if (!isNumber(number) || number === 0) return wrong("number")
  if (!(key instanceof Uint8Array && key.length === xwingPublicBytes)) return wrong("public")
  if (!isNumber(keyClass)) return wrong("class")
  return keyClass === 0 || keyClass === 1
    ? { number, public: key, class: keyClass }
    : refuse("newer-law", { class: keyClass })
}

export const encodeBreakBody = ({ theirs, ours, officer }: Break): Uint8Array =>
  encode(
    new Map<number, Value>([
      [1, theirs],
      [2, ours],
      [3, officer],
    ]),
  )

export const decodeBreakBody = (bytes: Uint8Array): Break | Refusal => {
  const body = openBody(bytes, 3)
  if (isRefusal(body)) return body
  const [theirs, ours] = [body.get(1), body.get(2)]
  if (!(theirs instanceof Uint8Array && theirs.length === 32)) return wrong("theirs")
  if (!(ours instanceof Uint8Array && ours.length === 32)) return wrong("ours")
  const officer = readText(body.get(3), "officer", subjectBytesMax)
  return isRefusal(officer) ? officer : { theirs, ours, officer }
}

export const encodeReportedRecordBody = (record: ReportedRecord): Uint8Array =>
  encode(
    new Map<number, Value>([
      [1, record.when],
      [2, precisions.indexOf(record.precision)],
      [3, record.account],
      [4, record.source],
      [5, record.section],
      [6, namesValue(record.title)],
      [7, namesValue(record.text)],
    ]),
  )

export const decodeReportedRecordBody = (bytes: Uint8Array): ReportedRecord | Refusal => {
  const body = openBody(bytes, 7)
  if (isRefusal(body)) return body
  const place = body.get(2)
  if (!isNumber(place)) return wrong("precision")
  const precision = precisions[place]
  if (precision === undefined) return refuse("newer-law", { precision: place })
  const when = body.get(1)
  if (typeof when !== "string" || !isWhen(when, precision)) return wrong("when")
  const account = body.get(3)
  if (typeof account !== "string" || !/^[a-z0-9-]{1,16}$/.test(account)) return wrong("account")
  const source = readText(body.get(4), "source", sourceBytesMax)
  if (isRefusal(source)) return source
  const section = readText(body.get(5), "section", sourceBytesMax)
  if (isRefusal(section)) return section
  const title = readNames(body.get(6))
  if (title === undefined) return wrong("title")
  const text = readNames(body.get(7))
  return text === undefined ? wrong("text") : { when, precision, account, source, section, title, text }
}

const whenForms: Readonly<Record<ReportedRecord["precision"], RegExp>> = {
  instant: /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/,
  day: /^(\d{4})-(\d{2})-(\d{2})$/,
  month: /^(\d{4})-(\d{2})$/,
  season: /^(\d{4})-2[1-4]$/, // ISO 8601-2: 21 spring, 22 summer, 23 autumn, 24 winter
  year: /^(\d{4})$/,
}

/** RFC 3339, ended where the knowledge ends; the date must be one of the calendar. */
const isWhen = (when: string, precision: ReportedRecord["precision"]): boolean => {
  const found = whenForms[precision].exec(when)
  if (found === null) return false
  const [, year, month = "01", day = "01"] = found
  return Number(day) >= 1 && Number(day) <= daysOf(Number(year), Number(month))
}

const daysOf = (year: number, month: number): number => {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month < 1 || month > 12 ? 0 : [4, 6, 9, 11].includes(month) ? 30 : 31
}

const namesValue = ({ en, ja, zh }: Names): Value =>
  new Map([
    [1, en],
    [2, ja],
    [3, zh],
  ])

const readNames = (value: Value | undefined): Names | undefined => {
  if (!(value instanceof Map) || value.size !== 3) return undefined
  const [en, ja, zh] = [value.get(1), value.get(2), value.get(3)]
  return typeof en === "string" && typeof ja === "string" && typeof zh === "string" ? { en, ja, zh } : undefined
}

type Body = ReadonlyMap<number, Value>

/** `lastKey`: the highest that this version knows. (E-16) */
export const openBody = (bytes: Uint8Array, lastKey: number): Body | Refusal => {
  const body = decode(bytes, { bytesMax: bodyBytesMax, depthMax: cborDepthMax })
  if (isRefusal(body)) return body
  if (!(body instanceof Map)) return wrong("body")
  for (const key of body.keys()) {
    if (key < 1 || (key > lastKey && key < firstNonCritical)) return refuse("newer-law", { key })
    if (key > lastNonCritical) return refuse("malformed", { key })
  }
  return body
}

const wrong = (field: string): Refusal => refuse("malformed", { field })
const isNumber = (value: Value | undefined, most = Number.MAX_SAFE_INTEGER): value is number =>
  typeof value === "number" && value >= 0 && value <= most

const readText = (value: Value | undefined, field: string, bytesMax: number): string | Refusal => {
  if (typeof value !== "string") return wrong(field)
  const bytes = utf8Bytes(value)
  return bytes <= bytesMax ? value : refuse("too-large", { field, bytes, most: bytesMax })
}
