// Writes a bundle: a few entries of a record with everything that a stranger needs to judge them, and nothing that was not chosen
// (page: protocol/evidence.md). The same record, choice and page give the same bytes.
import type { Charter } from "../core/charter.ts"
import { type Body, decodeEntry, type Entry, leafHash } from "../core/entry.ts"
import { concat, equal, hex, utf8 } from "../core/hash.ts"
import { type Head, note, originOf } from "../core/head.ts"
import { cardTenure, isKeyChange, judge, keysAfter, type NodeKeys, type Tenure, tenureOf } from "../core/key.ts"
import { decodeOfficerBody } from "../core/officer.ts"
import { consistencyProof, inclusionProof, type RootOf, rootsOf } from "../core/proof.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { isReceipt, kinds } from "../core/registry.ts"
import type { Hash, Suite } from "../core/suite.ts"
import { bundleWords } from "../words/bundle.ts"
import {
  charterFile,
  consistencyText,
  fileOf,
  hashLines,
  logStem,
  type Place,
  pageFile,
  readmeFile,
  stemOf,
  sumsFile,
  sumsOf,
  tlogProof,
  vkeyOf,
} from "./files.ts"
import { writeZip } from "./zip.ts"

/** What a party has signed of the root of one size: as a head, in the entry after it, or in the last that it covers. (L-12) */
export type Statement =
  | { readonly by: "head"; readonly head: Head }
  | { readonly by: "next"; readonly entry: Entry }
  | { readonly by: "last"; readonly entry: Entry }

/** What contradicts what: of two entries, `first` holds the place in the record; of two roots, it says what the record has. */
export type Rivals =
  | { readonly of: "entries"; readonly first: Entry; readonly second: Entry }
  | { readonly of: "roots"; readonly place: Place; readonly first: Statement; readonly second: Statement }

/** A record, and what is to be shown of it. */
export type Wanted = {
  readonly charter: Charter
  readonly suite: Suite
  /** Bytes of every entry that is held, in any order. */
  readonly entries: Iterable<Uint8Array>
  readonly heads: Iterable<Head>
  readonly bodyOf: (hash: Hash) => Body | undefined
  readonly chosen: readonly Entry[]
  /** Of a fork proof: what contradicts each chosen entry, or two heads that contradict each other. (EV-16, EV-21) */
  readonly rivals?: readonly Rivals[]
  /** Whether the body of an entry is shown. Charters' bodies always are: they hold the roots' signatures. */
  readonly shows: (entry: Entry) => boolean
  /** verify.html, as it was released. */
  readonly page: Uint8Array
}

export type Written = {
  readonly bytes: Uint8Array
  readonly files: readonly string[]
  /** Chosen entries that no signed head covers yet. */
  readonly uncovered: readonly Entry[]
  /** Chosen entries whose body is shown, and those whose body is kept back or not held. */
  readonly shown: number
  readonly withheld: number
}

/** One author's log: what is held of it without a gap. */
type Log = {
  readonly held: (Uint8Array | undefined)[]
  readonly leaves: Hash[]
  roots: RootOf
  head: Head | undefined
  /** The leaves under the head. */
  covered: readonly Hash[]
  /** Those that sign the head, and the head as a note. */
  keys: NodeKeys | undefined
  note: string
}

const emptyLog = (suite: Suite): Log => ({
  held: [],
  leaves: [],
  roots: rootsOf([], suite),
  head: undefined,
  covered: [],
  keys: undefined,
  note: "",
})

const nameOf = ({ author, generation }: Pick<Entry, "author" | "generation">): string => `${author} ${generation}`

export const writeBundle = (wanted: Wanted): Written | Refusal => {
  const { charter, suite, chosen } = wanted
  const rivals = wanted.rivals ?? []
  if (chosen.length + rivals.length === 0) return refuse("bad-request", { field: "entries" })
  const logs = gather(wanted)
  const tenures = withNotes(wanted, logs)
  const others = gatherOthers(wanted, logs)
  addOfficers(wanted, logs, others)
  const files = new Map<string, Uint8Array>()
  const put = (name: string, text: string | Uint8Array): void => {
    files.set(name, typeof text === "string" ? utf8(text) : text)
  }
  put(charterFile, charter.bytes)
  for (const entry of chosen) put(fileOf("chosen", stemOf(charter, entry)), entry.bytes)
  for (const rival of rivals) putRival(wanted, logs, { rival, tenures }, put)
  for (const [stem, entry] of others) put(fileOf("other", stem), entry.bytes)
  const all = [...chosen, ...others.values()]
  const counts = putBodies(wanted, all, put)
  putHeads(wanted, logs, all, put)
  for (const entry of all) putProof(wanted, logs, entry, put)
  for (const entry of all) putConsistency(wanted, logs, entry, put)
  put(readmeFile, readme(charter, chosen, rivals.length > 0))
  put(pageFile, wanted.page)
  put(sumsFile, sumsOf(files, suite))
  const uncovered = chosen.filter(entry => !isCovered(logs, entry))
  return { bytes: writeZip(files), files: [...files.keys()].sort(), uncovered, ...counts }
}

const isCovered = (logs: ReadonlyMap<string, Log>, entry: Entry): boolean =>
  (logs.get(nameOf(entry))?.head?.size ?? 0) >= entry.seq

/** All logs, and of each the largest signed head that is the tree's own. */
const gather = ({ charter, suite, entries, heads }: Wanted): Map<string, Log> => {
  const logs = new Map<string, Log>()
  for (const bytes of entries) {
    const entry = decodeEntry(bytes, suite)
    if (isRefusal(entry) || charter.parties[entry.author] === undefined) continue
    const log = logs.get(nameOf(entry)) ?? emptyLog(suite)
    logs.set(nameOf(entry), log)
    log.held[entry.seq - 1] = bytes
  }
  for (const log of logs.values()) {
    for (const bytes of log.held) {
      if (bytes === undefined) break
      log.leaves.push(leafHash(bytes, suite))
    }
    log.roots = rootsOf(log.leaves, suite)
  }
  for (const head of heads) {
    const log = logs.get(nameOf(head))
    if (log === undefined || head.size > log.leaves.length || head.size <= (log.head?.size ?? 0)) continue
    if (equal(log.roots(0, head.size), head.root)) log.head = head
  }
  return logs
}

/** What is proven with the head of every log, which follows from the keys in force at its size. → Each author's keys. (K-4) */
const withNotes = ({ charter, suite, bodyOf }: Wanted, logs: ReadonlyMap<string, Log>): readonly Tenure[][] => {
  const all = charter.parties.map((_, author) => [cardTenure(charter.parties, author)])
  for (const [author, tenures] of all.entries()) {
    for (let generation = 1; ; generation++) {
      const log = logs.get(nameOf({ author, generation }))
      if (log === undefined) break
      for (const entry of entriesOf(log, suite)) {
        const body = isKeyChange(entry.kind) ? bodyOf(entry.hash) : undefined
        if (body === undefined || judge({ charter, author, tenures }, { entry, body }, suite) !== true) continue
        const tenure = tenureOf({ charter, author, tenures }, { entry, body }, suite)
        if (!isRefusal(tenure)) tenures.push(tenure)
      }
      const { head } = log
      if (head === undefined) continue
      log.covered = log.leaves.slice(0, head.size)
      log.keys = keysAfter(tenures, generation, head.size)
      log.note = note(charter.line, head, log.keys, suite)
    }
  }
  return all
}

/** A log's entries in their order, up to the first gap. */
function* entriesOf(log: Log, suite: Suite): Generator<Entry> {
  for (const bytes of log.held) {
    const entry = bytes === undefined ? undefined : decodeEntry(bytes, suite)
    if (entry === undefined) return
    if (!isRefusal(entry)) yield entry
  }
}

/** What goes with the chosen entries: what the parties declared of themselves, receipts and answers that name a chosen entry, and of
 *  every other party the first `stored` and the first entry at all by which it countersigned each. (EV-10) */
const gatherOthers = ({ charter, suite, chosen }: Wanted, logs: ReadonlyMap<string, Log>): Map<string, Entry> => {
  const names = new Set(chosen.map(({ hash }) => hex(hash)))
  const others = new Map<string, Entry>()
  for (const log of logs.values()) {
    const [byAny, byStored] = [countersigning(chosen, logs), countersigning(chosen, logs)]
    for (const entry of entriesOf(log, suite)) {
      const answers = isReceipt(entry.kind) || entry.kind === kinds.answer
      const needed = [
        isDeclaration(entry.kind) && entry.kind !== kinds.officer,
        answers && entry.refs.some(ref => names.has(hex(ref))),
        byAny(entry),
        entry.kind === kinds.stored && byStored(entry),
      ]
      if (needed.includes(true) && !names.has(hex(entry.hash))) others.set(stemOf(charter, entry), entry)
    }
  }
  return others
}

/** Every word of the roots about an officer whose proof stands in the bundle, and about those who proved that word. (EV-10) */
const addOfficers = (wanted: Wanted, logs: ReadonlyMap<string, Log>, others: Map<string, Entry>): void => {
  const { charter, suite, bodyOf, chosen } = wanted
  const enrolments: { readonly entry: Entry; readonly code: string }[] = []
  for (const log of logs.values())
    for (const entry of entriesOf(log, suite)) {
      const body = entry.kind === kinds.officer ? bodyOf(entry.hash) : undefined
      const officer = body && decodeOfficerBody(body.bytes)
      if (officer && !isRefusal(officer)) enrolments.push({ entry, code: officer.code })
    }
  const waiting = [...chosen, ...others.values()]
  for (let by = waiting.pop(); by !== undefined; by = waiting.pop())
    for (const { type, officer } of by.releases)
      for (const { entry, code } of type === "node" ? [] : enrolments) {
        const stem = stemOf(charter, entry)
        if (entry.author !== by.author || code !== officer || others.has(stem)) continue
        if (chosen.some(it => equal(it.hash, entry.hash))) continue
        others.set(stem, entry)
        waiting.push(entry)
      }
}

/** What a party says of itself, and every reader needs: its roots' signatures, its keys, its officers, and how its log goes on. */
const isDeclaration = (kind: number): boolean => declarations.includes(kind)
const declarations: readonly number[] = [kinds.charter, kinds.generation, kinds.key, kinds.officer]

/** Asked of one log's entries in their order: whether this is the first to have seen one more of the chosen, at a size that the head
 *  of the chosen one's log can be compared with. */
const countersigning = (chosen: readonly Entry[], logs: ReadonlyMap<string, Log>): ((entry: Entry) => boolean) => {
  const waiting = new Map<string, number[]>()
  for (const [name, entries] of Map.groupBy(chosen, nameOf))
    waiting.set(
      name,
      entries.map(({ seq }) => seq).sort((a, b) => b - a),
    )
  return ({ seen }) => {
    let isFirst = false
    for (const row of seen) {
      const seqs = waiting.get(nameOf(row)) ?? []
      if (row.size > (logs.get(nameOf(row))?.head?.size ?? 0)) continue
      for (; seqs.length > 0 && seqs.at(-1)! <= row.size; isFirst = true) seqs.pop()
    }
    return isFirst
  }
}

type Put = (name: string, text: string | Uint8Array) => void

/** A body with its salt before it: the SHA-256 of the file is what the entry signs. (EV-4) */
const putBodies = (wanted: Wanted, all: readonly Entry[], put: Put): { shown: number; withheld: number } => {
  const chosen = new Set(wanted.chosen)
  let [shown, withheld] = [0, 0]
  for (const entry of all) {
    if (entry.bodyHash === undefined) continue
    const isChosen = chosen.has(entry)
    const body = wanted.shows(entry) || isDeclaration(entry.kind) ? wanted.bodyOf(entry.hash) : undefined
    if (body !== undefined) put(fileOf("body", stemOf(wanted.charter, entry)), concat(body.salt, body.bytes))
    if (isChosen && body !== undefined) shown++
    if (isChosen && body === undefined) withheld++
  }
  return { shown, withheld }
}

type Against = { readonly rival: Rivals; readonly tenures: readonly (readonly Tenure[])[] }

/** An entry of the same place, or two statements of one size. (EV-13, EV-19) */
const putRival = ({ charter, suite }: Wanted, logs: ReadonlyMap<string, Log>, about: Against, put: Put): void => {
  const { rival, tenures } = about
  const noteOf = (head: Head): string =>
    note(charter.line, head, keysAfter(tenures[head.author]!, head.generation, head.size), suite)
  const pathTo = (entry: Entry): Hash[] => {
    const { leaves, roots } = logs.get(nameOf(entry)) ?? emptyLog(suite)
    if (leaves.length < entry.seq) throw new Error("A root was compared with entries that are not held.")
    return inclusionProof(leaves.slice(0, entry.seq), entry.seq, suite, roots)
  }
  if (rival.of === "entries") return put(fileOf("rival", stemOf(charter, rival.second)), rival.second.bytes)
  const stem = stemOf(charter, rival.place)
  for (const [at, it] of [rival.first, rival.second].entries()) {
    if (it.by === "next") put(fileOf("rivalNext", stem), it.entry.bytes)
    else if (it.by === "last") put(fileOf("rivalPath", stem), hashLines(pathTo(it.entry)))
    else put(fileOf(at === 1 && rival.first.by === "head" ? "rivalSecond" : "rivalHead", stem), noteOf(it.head))
  }
}

/** The head of every log that an entry of the bundle lies in. */
const putHeads = (wanted: Wanted, logs: ReadonlyMap<string, Log>, all: readonly Entry[], put: Put): void => {
  const { charter, suite } = wanted
  for (const entry of all) {
    const log = logs.get(nameOf(entry))
    if (log?.head === undefined || log.keys === undefined) continue
    const stem = logStem(charter, entry)
    put(fileOf("head", stem), log.note)
    const vkey = vkeyOf(originOf(charter.line, entry), log.keys[0], suite)
    if (vkey !== undefined) put(fileOf("key", stem), vkey)
  }
}

const putProof = (wanted: Wanted, logs: ReadonlyMap<string, Log>, entry: Entry, put: Put): void => {
  const { covered, roots, head, note } = logs.get(nameOf(entry))!
  if (head === undefined || head.size < entry.seq) return
  const path = inclusionProof(covered, entry.seq, wanted.suite, roots)
  put(fileOf("proof", stemOf(wanted.charter, entry)), tlogProof(entry.seq, path, note))
}

/** That the head of a chosen entry's log continues what another entry has seen of it. */
const putConsistency = (wanted: Wanted, logs: ReadonlyMap<string, Log>, entry: Entry, put: Put): void => {
  for (const row of entry.seen) {
    const log = wanted.chosen.some(it => nameOf(it) === nameOf(row)) ? logs.get(nameOf(row)) : undefined
    if (log?.head === undefined || row.size >= log.head.size) continue
    const path = consistencyProof(log.covered, row.size, wanted.suite, log.roots)
    const name = fileOf("consistency", stemOf(wanted.charter, { ...row, seq: row.size }))
    put(name, consistencyText(row.size, path, log.note))
  }
}

const languages = ["en", "ja", "zh"] as const

/** What a person reads who has nothing but this file. */
const readme = (charter: Charter, chosen: readonly Entry[], isFork: boolean): string =>
  languages
    .map(language => {
      const given = {
        line: hex(charter.line),
        parties: charter.parties.map(({ names, code }) => `${names[language]} (${code})`).join(", "),
        entries: chosen.map(entry => stemOf(charter, entry)).join(", "),
      }
      const { readme: whole, "readme.fork": fork } = bundleWords[language]
      return `${whole}${isFork ? fork : ""}`.replaceAll(
        /\{(line|parties|entries)\}/g,
        (_, name: keyof typeof given) => given[name],
      )
    })
    .join("\n----\n\n")
