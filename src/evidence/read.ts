// Opens a bundle (page: protocol/evidence.md, sections 1 and 2): everything in it has its place and its form, or the whole is refused.
// Whether what it says is true is judge.ts's.
import { type Charter, decodeCharter } from "../core/charter.ts"
import { type Body, decodeEntry, type Entry } from "../core/entry.ts"
import { equal, fromUtf8 } from "../core/hash.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import type { Suite } from "../core/suite.ts"
import {
  charterFile,
  type Folder,
  fileOf,
  logStem,
  type Place,
  pageFile,
  placeOf,
  readmeFile,
  stemIn,
  stemOf,
  sumsFile,
  sumsOf,
} from "./files.ts"
import { type Files, readZip } from "./zip.ts"

export type Opened = {
  readonly charter: Charter
  readonly files: Files
  /** By stem, in the order of author, generation and seq. */
  readonly chosen: ReadonlyMap<string, Entry>
  readonly others: ReadonlyMap<string, Entry>
  /** Of a fork proof of entries, by the stem of the chosen entry that each contradicts. (EV-13) */
  readonly rivals: ReadonlyMap<string, Entry>
  /** Of a fork proof of roots, by the stem of a size: which files say its root, in order; and the entries after it. (EV-19) */
  readonly sizes: ReadonlyMap<string, readonly Statement[]>
  readonly nexts: ReadonlyMap<string, Entry>
  readonly bodies: ReadonlyMap<string, Body>
}

/** What says the root of one size, in the order in which it is told. */
export const statements = ["rivalPath", "rivalHead", "rivalSecond", "rivalNext"] as const satisfies readonly Folder[]
export type Statement = (typeof statements)[number]

const saltBytes = 16

export const openBundle = (zip: Uint8Array, suite: Suite): Opened | Refusal => {
  const files = readZip(zip)
  if (isRefusal(files)) return files
  for (const name of [readmeFile, charterFile, sumsFile, pageFile])
    if (!files.has(name)) return refuse("missing-file", { file: name })
  const changed = changedFile(files, suite)
  if (changed !== undefined) return changed
  const charter = decodeCharter(files.get(charterFile)!, suite)
  if (isRefusal(charter)) return charter
  const stray = strayFile(files, charter)
  if (stray !== undefined) return stray
  const chosen = entriesIn(files, charter, "chosen", suite)
  if (isRefusal(chosen)) return chosen
  const others = entriesIn(files, charter, "other", suite)
  if (isRefusal(others)) return others
  const rivals = entriesIn(files, charter, "rival", suite)
  if (isRefusal(rivals)) return rivals
  const twice = [...chosen.keys()].find(stem => others.has(stem))
  if (twice !== undefined) return refuse("bad-bundle", { file: twice, why: "both chosen and not" })
  const nexts = entriesIn(files, charter, "rivalNext", suite)
  if (isRefusal(nexts)) return nexts
  const opened = { charter, files, chosen, others, rivals, nexts, sizes: sizesIn(files), bodies: bodiesIn(files) }
  return missing(opened) ?? opened
}

/** EV-3: the list is exactly what the files give. */
const changedFile = (files: Files, suite: Suite): Refusal | undefined => {
  const listed = fromUtf8(files.get(sumsFile)!)
  const due = sumsOf(files, suite)
  if (listed === due) return undefined
  const lines = new Set(listed?.split("\n"))
  const first = due.split("\n").find(line => !lines.has(line))
  return refuse("changed-file", { file: first?.slice(66) || sumsFile })
}

/** A file that has no place in a bundle of this charter. (EV-2) */
const strayFile = (files: Files, charter: Charter): Refusal | undefined => {
  for (const name of files.keys()) {
    if ([readmeFile, charterFile, sumsFile, pageFile].includes(name)) continue
    const found = stemIn(name)
    const isLog = found?.folder === "head" || found?.folder === "key"
    // A log's stem is that of a place without the place.
    const place = found && placeOf(charter, isLog ? `${found.stem}.1` : found.stem)
    if (place === undefined) return refuse("bad-bundle", { file: name, why: "no such file in a bundle" })
  }
  return undefined
}

const entriesIn = (files: Files, charter: Charter, folder: Folder, suite: Suite): Map<string, Entry> | Refusal => {
  const entries: (readonly [string, Entry])[] = []
  for (const [name, bytes] of files) {
    const found = stemIn(name)
    if (found?.folder !== folder) continue
    const entry = decodeEntry(bytes, suite)
    if (isRefusal(entry)) return refuse(entry.refusal, { ...entry.details, file: name })
    if (charter.parties[entry.author] === undefined) return refuse("unknown-author", { file: name })
    if (!equal(entry.line, charter.line)) return refuse("wrong-line", { file: name })
    const place = folder === "rivalNext" ? { ...entry, seq: entry.seq - 1 } : entry
    if (stemOf(charter, place) !== found.stem) return refuse("wrong-entry", { file: name })
    entries.push([found.stem, entry])
  }
  return new Map(entries.sort(([, a], [, b]) => a.author - b.author || a.generation - b.generation || a.seq - b.seq))
}

const sizesIn = (files: Files): Map<string, Statement[]> => {
  const stems = new Set<string>()
  for (const name of files.keys()) {
    const { folder, stem = "" } = stemIn(name) ?? {}
    if (statements.some(it => it === folder)) stems.add(stem)
  }
  return new Map([...stems].map(stem => [stem, statements.filter(it => files.has(fileOf(it, stem)))]))
}

const bodiesIn = (files: Files): Map<string, Body> => {
  const bodies = new Map<string, Body>()
  for (const [name, bytes] of files) {
    const found = stemIn(name)
    if (found?.folder === "body")
      bodies.set(found.stem, { salt: bytes.subarray(0, saltBytes), bytes: bytes.subarray(saltBytes) })
  }
  return bodies
}

/** EV-2: every file belongs to an entry that is there, every log has its head, and both sides' charter entries are whole. */
const missing = (opened: Opened): Refusal | undefined => {
  const { charter, files, chosen, others, bodies } = opened
  const isHeld = (stem: string): boolean => chosen.has(stem) || others.has(stem)
  for (const name of files.keys()) {
    const { folder, stem = "" } = stemIn(name) ?? {}
    if ((folder === "body" || folder === "proof") && !isHeld(stem))
      return refuse("bad-bundle", { file: name, why: "of an entry that is not in the bundle" })
    if (folder !== "proof" && folder !== "consistency" && folder !== "key") continue
    const head = fileOf("head", folder === "key" ? stem : logStem(charter, placeOf(charter, stem)!))
    if (!files.has(head)) return refuse("missing-file", { file: head })
  }
  const fork = missingOfFork(opened)
  if (fork !== undefined) return fork
  for (const author of charter.parties.keys()) {
    const first: Place = { author, generation: 1, seq: 1 }
    const stem = stemOf(charter, first)
    if (!isHeld(stem)) return refuse("missing-file", { file: fileOf("other", stem) })
    if (!bodies.has(stem)) return refuse("missing-file", { file: fileOf("body", stem) })
  }
  return undefined
}

/** EV-13, EV-19: every rival has what it contradicts, and a fork proof says one thing: what was chosen beside it would be shown as if it
 *  were part of it. */
const missingOfFork = ({ chosen, rivals, sizes }: Opened): Refusal | undefined => {
  for (const stem of rivals.keys()) {
    if (!chosen.has(stem)) return refuse("missing-file", { file: fileOf("chosen", stem) })
    if (sizes.has(stem)) return refuse("bad-bundle", { file: fileOf("rival", stem), why: "contradicted twice" })
  }
  for (const [stem, [first, ...more]] of sizes) {
    if (first === "rivalPath" && !chosen.has(stem)) return refuse("missing-file", { file: fileOf("chosen", stem) })
    if (more.length === 0) return refuse("missing-file", { file: fileOf("rivalHead", stem) })
    if (more.length > 1) return refuse("bad-bundle", { file: fileOf(more[1]!, stem), why: "contradicted twice" })
  }
  const isFork = rivals.size + sizes.size > 0
  for (const stem of isFork ? chosen.keys() : [])
    if (!rivals.has(stem) && sizes.get(stem)?.[0] !== "rivalPath")
      return refuse("missing-file", { file: fileOf("rival", stem) })
  return isFork || chosen.size > 0 ? undefined : refuse("missing-file", { file: "chosen" })
}
