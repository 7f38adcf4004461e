// A draft: what an officer is about to say. Kept on this machine at every keystroke; one intent carries one act, so that asking twice
// is done once. (E-14)
import type { DocumentRequest } from "../api/documents.ts"
import type { Language, OrderRequest } from "../api/shapes.ts"
import { checkText, encodeMessageBody } from "../core/body.ts"
import { fromHex } from "../core/hash.ts"
import { bodyBytesMax, subjectBytesMax, urgentBodyBytesMax } from "../core/limits.ts"
import type { Precedence, Traffic } from "../core/registry.ts"

export type Draft = {
  readonly text: string
  readonly subject: string
  readonly language: Language
  readonly precedence: Precedence
  readonly traffic: Exclude<Traffic, "service">
  /** Taken in by our node, and named by the message when it is signed. */
  readonly documents: readonly DocumentRequest[]
  /** The hash of what is answered. */
  readonly answers: string | null
  /** The act and the content that it was made for: other content is another intent. */
  readonly act: { readonly id: string; readonly content: string } | null
}

export const emptyDraft = (language: Language): Draft => ({
  text: "",
  subject: "",
  language,
  precedence: "ROUTINE",
  traffic: "real",
  documents: [],
  answers: null,
  act: null,
})

export const urgentWordsMax = 200
export const isUrgent = (precedence: Precedence): boolean => precedence === "FLASH" || precedence === "IMMEDIATE"

const segmenters = new Map<string, Intl.Segmenter>()
/** Words as the reader's language divides them; Chinese and Japanese have no spaces to count. */
export const countWords = (text: string, language: Language): number => {
  const held = segmenters.get(language) ?? new Intl.Segmenter(language, { granularity: "word" })
  segmenters.set(language, held)
  let words = 0
  for (const { isWordLike } of held.segment(text)) if (isWordLike) words += 1
  return words
}

export type Measure = {
  readonly words: number
  readonly wordsMax: number | null
  readonly bytes: number
  readonly bytesMax: number
  readonly subjectFits: boolean
  readonly fits: boolean
}

/** What the body says of the documents. */
const named = (documents: readonly DocumentRequest[]) =>
  documents.map(({ root, ...document }) => ({ ...document, root: fromHex(root) ?? new Uint8Array(32) }))

export const measure = (draft: Pick<Draft, "text" | "subject" | "language" | "precedence" | "documents">): Measure => {
  const urgent = isUrgent(draft.precedence)
  const words = countWords(draft.text, draft.language)
  const { language, text } = draft
  const subject = draft.subject.trim()
  // The very body that will be signed, so that the counter and the law never differ.
  const documents = named(draft.documents)
  const bytes = encodeMessageBody({ language, text, ...(subject === "" ? {} : { subject }), documents }).length
  const bytesMax = urgent ? urgentBodyBytesMax : bodyBytesMax
  const wordsMax = urgent ? urgentWordsMax : null
  const subjectFits = checkText(subject, subjectBytesMax) === true
  const fits = bytes <= bytesMax && (wordsMax === null || words <= wordsMax) && subjectFits
  return { words, wordsMax, bytes, bytesMax, subjectFits, fits: fits && checkText(text, bytesMax) === true }
}

export const newAct = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join("")

const contentOf = (draft: Draft): string => JSON.stringify({ ...draft, act: null })

/** The draft with the act of its present content: the same content keeps its act, however often it is tried. */
export const withAct = (draft: Draft, make: () => string = newAct): Draft => {
  const content = contentOf(draft)
  return draft.act?.content === content ? draft : { ...draft, act: { id: make(), content } }
}

export const orderOf = (draft: Draft, act: string): OrderRequest => ({
  kind: draft.answers === null ? "message" : "answer",
  act,
  text: draft.text,
  ...(draft.subject.trim() === "" ? {} : { subject: draft.subject.trim() }),
  ...(draft.documents.length === 0 ? {} : { documents: draft.documents }),
  language: draft.language,
  precedence: draft.precedence,
  traffic: draft.traffic,
  refs: draft.answers === null ? [] : [draft.answers],
})

const isDocument = (value: unknown): value is DocumentRequest =>
  typeof value === "object" &&
  value !== null &&
  ["name", "mediaType", "root"].every(key => typeof Reflect.get(value, key) === "string") &&
  Number.isSafeInteger(Reflect.get(value, "size"))

/** What an older version kept names no documents. */
const documentsIn = (kept: object): readonly DocumentRequest[] => {
  const documents: unknown = Reflect.get(kept, "documents")
  return Array.isArray(documents) ? documents.filter(isDocument) : []
}

const isDraft = (value: unknown): value is Draft =>
  typeof value === "object" &&
  value !== null &&
  ["text", "subject", "language", "precedence", "traffic"].every(key => typeof Reflect.get(value, key) === "string") &&
  "answers" in value &&
  "act" in value

const place = (line: string): string => `parley.draft.${line}`

export const keptDraft = (line: string, language: Language): Draft => {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place(line)) ?? "null")
    return isDraft(kept) ? { ...kept, documents: documentsIn(kept) } : emptyDraft(language)
  } catch {
    // Storage may be closed to us, or hold what an older version wrote: an empty draft is then the truth.
    return emptyDraft(language)
  }
}

/** False when the browser does not let us keep it; the screen then must not say "kept". */
export const keepDraft = (line: string, draft: Draft): boolean => {
  try {
    localStorage.setItem(place(line), JSON.stringify(draft))
    return true
  } catch {
    return false
  }
}
