// Evidence for whoever asks at the console: what is chosen, what of it is shown, and the file (pages: protocol/evidence.md, section 6;
// protocol/security.md, A-48). The writer is that of the command line, and runs beside the loop.
import { createHash } from "node:crypto"
import { setTimeout } from "node:timers/promises"
import { Worker } from "node:worker_threads"
import type { ExportRequest, ExportView } from "../api/export.ts"
import type { Charter } from "../core/charter.ts"
import type { Body, Entry } from "../core/entry.ts"
import { fromHex, hex } from "../core/hash.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { bodyIn, named } from "../evidence/choose.ts"
import { stemOf } from "../evidence/files.ts"
import type { KeptFork } from "../evidence/kept.ts"
import type { LineRecord } from "../record/record.ts"
import type { StoreReader } from "../store/store.ts"
import { nodeSuite } from "../suites/node.ts"
import type { ExportAsked, ExportMade } from "./export-thread.ts"
import { isObject } from "./requests.ts"

export type ExportOptions = {
  readonly charter: Charter
  readonly record: LineRecord
  readonly store: StoreReader
  /** The file of the record. */
  readonly path: string
  /** verify.html, read when it is needed. */
  readonly page: () => Uint8Array
}

export type Exported = { readonly view: ExportView; readonly bytes: Uint8Array }
export type ExportDesk = {
  write(request: unknown): Promise<Exported | Refusal>
  /** The proof that somebody has signed two histories: no text is in it. (EV-16) */
  fork(kept: KeptFork): Promise<Uint8Array | Refusal>
}

export const entriesMax = 1_000
export const bytesMax = 32 * 1_048_576
/** A running node signs its head after a quarter of a second of quiet; on a thin path it may take longer. */
const headMsMax = 5_000
const lookMs = 100
const dayMs = 86_400_000

export const exportDesk = (options: ExportOptions): ExportDesk => {
  let isWriting = false
  const alone = async <T>(write: () => Promise<T | Refusal>): Promise<T | Refusal> => {
    if (isWriting) return refuse("too-many-requests", { waitMs: 1_000 })
    isWriting = true
    try {
      return await write()
    } finally {
      isWriting = false
    }
  }
  return {
    async write(request) {
      const asked = readRequest(request)
      if (isRefusal(asked)) return asked
      return alone(async () => {
        const chosen = chosenBy(asked, options)
        return isRefusal(chosen) ? chosen : written(options, asked, chosen)
      })
    },
    fork: ({ id }) =>
      alone(async () => {
        const about = { record: options.path, charter: options.charter.bytes, page: options.page() }
        const made = await writeBeside({ ...about, chosen: [], fork: id, shown: new Map() })
        if (isRefusal(made)) return made
        return made.bytes.length > bytesMax ? refuse("too-large", { most: bytesMax }) : made.bytes
      }),
  }
}

const wrong = (field: string): Refusal => refuse("bad-request", { field })
const areTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length <= entriesMax && value.every(each => typeof each === "string")

const readRequest = (request: unknown): ExportRequest | Refusal => {
  if (!isObject(request)) return wrong("entries")
  const { entries, thread, days, texts } = request
  if ([entries, thread, days].filter(each => each !== undefined).length !== 1) return wrong("entries, thread, days")
  if (texts !== "all" && texts !== "none" && !areTexts(texts)) return wrong("texts")
  if (entries !== undefined) return areTexts(entries) && entries.length > 0 ? { entries, texts } : wrong("entries")
  if (thread !== undefined)
    return typeof thread === "string" && fromHex(thread)?.length === 32 ? { thread, texts } : wrong("thread")
  const { from, to } = isObject(days) ? days : {}
  return typeof from === "string" && typeof to === "string" && dayOf(from) <= dayOf(to)
    ? { days: { from, to }, texts }
    : wrong("days")
}

/** NaN for what is no day. */
const dayOf = (text: string): number =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN

const chosenBy = ({ entries, thread, days }: ExportRequest, options: ExportOptions): Entry[] | Refusal => {
  const { charter, record, store } = options
  const choice = { charter, suite: nodeSuite, store }
  if (entries !== undefined) return named(entries, choice, entriesMax)
  const places = thread === undefined ? placesIn(record, days ?? { from: "", to: "" }) : threadOf(record, thread)
  if (places.length === 0) return refuse("not-found")
  if (places.length > entriesMax) return refuse("too-large", { most: entriesMax })
  return named(
    places.map(place => hex(record.facts.hashes.at(place))),
    choice,
    entriesMax,
  )
}

const placesIn = ({ facts }: LineRecord, { from, to }: { readonly from: string; readonly to: string }): number[] => {
  const [first, end] = [dayOf(from), dayOf(to) + dayMs]
  const places: number[] = []
  for (let place = 0; place < facts.count; place++)
    if (facts.isMessage(place) && facts.time[place]! >= first && facts.time[place]! < end) places.push(place)
  return places
}

/** The message, what it refers to, what refers to it, and so on. */
const threadOf = ({ facts }: LineRecord, thread: string): number[] => {
  const start = facts.hashes.find(fromHex(thread) ?? new Uint8Array(32))
  if (start < 0 || !facts.isMessage(start)) return []
  const answers = new Map<number, number[]>()
  for (let place = 0; place < facts.count; place++)
    if (facts.isMessage(place))
      for (const ref of facts.refs(place)) answers.set(ref, [...(answers.get(ref) ?? []), place])
  const found = new Set([start])
  for (const place of found)
    for (const next of [...facts.refs(place), ...(answers.get(place) ?? [])]) if (facts.isMessage(next)) found.add(next)
  return [...found]
}

const written = async (
  options: ExportOptions,
  { texts }: ExportRequest,
  chosen: readonly Entry[],
): Promise<Exported | Refusal> => {
  const { charter, store, path } = options
  const names = new Set(chosen.map(({ hash }) => hex(hash)))
  const wanted = texts === "all" ? names : new Set(texts === "none" ? [] : texts)
  if (![...wanted].every(hash => names.has(hash))) return wrong("texts")
  const shown = new Map<string, Body>()
  for (const { hash } of chosen) {
    const body = wanted.has(hex(hash)) ? bodyIn(store, hash) : undefined
    if (body !== undefined) shown.set(hex(hash), body)
  }
  await underHeads(store, chosen)
  const page = options.page()
  const made = await writeBeside({ record: path, charter: charter.bytes, chosen: [...names], shown, page })
  if (isRefusal(made)) return made
  const { bytes, others, uncovered } = made
  if (bytes.length > bytesMax) return refuse("too-large", { bytes: bytes.length, most: bytesMax })
  const entries = chosen.map(entry => ({
    hash: hex(entry.hash),
    place: stemOf(charter, entry),
    text: entry.bodyHash === undefined ? "none" : shown.has(hex(entry.hash)) ? "shown" : "withheld",
  })) satisfies ExportView["entries"]
  const [first] = entries
  const name = `${first?.place ?? "entries"}${entries.length > 1 ? `-and-${entries.length - 1}-more` : ""}.parley.zip`
  const view = { entries, others, uncovered, bytes: bytes.length, sha256: sha256(bytes), page: sha256(page), name }
  return { view, bytes }
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** Heads come within moments: our own after some quiet, the other side's over the link. (L-6) */
const underHeads = async (store: StoreReader, chosen: readonly Entry[]): Promise<void> => {
  const isUnder = (): boolean =>
    [...Map.groupBy(chosen, ({ author, generation }) => `${author} ${generation}`).values()].every(entries => {
      const last = entries.reduce((most, entry) => (entry.seq > most.seq ? entry : most))
      return store.heads(last.author, last.generation, last.seq).length > 0
    })
  for (const end = performance.now() + headMsMax; !isUnder() && performance.now() < end; ) await setTimeout(lookMs)
}

const writeBeside = (asked: ExportAsked): Promise<ExportMade | Refusal> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./export-thread.ts", import.meta.url), { workerData: asked })
    worker.once("message", resolve)
    worker.once("error", reject)
    worker.once("exit", code => reject(new Error(`The thread that writes a bundle ended with ${code}.`)))
  })
