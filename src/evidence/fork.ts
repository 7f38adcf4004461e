// Whether a party has signed two histories (page: protocol/evidence.md, section 7): two entries of one place, two heads of one size, or a
// head that its own entries contradict. It needs nothing but signatures and the keys in the bundle; which is true, nobody can say.
import { checkSignature, type Entry } from "../core/entry.ts"
import { equal, fromUtf8, hex } from "../core/hash.ts"
import { checkHead, type Head, parseNote } from "../core/head.ts"
import { isIn, keysAfter, keysOf, type Span, type Tenure } from "../core/key.ts"
import { append, bitsSet, rootOf } from "../core/log.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import type { Suite } from "../core/suite.ts"
import { type Folder, fileOf, type Place, pathIn, placeOf, stemIn, tlogProof } from "./files.ts"
import type { Opened } from "./read.ts"

/** `first` and `second`: hashes of the two entries, or the two roots. */
export type Fork = {
  readonly of: "entries" | "head" | "heads"
  readonly stem: string
  readonly party: number
  readonly first: string
  readonly second: string
}

export type ForkCase = {
  readonly opened: Pick<Opened, "charter" | "chosen" | "rivals" | "files">
  /** Of each author, the keys that the bundle brings; and what the author does not stand by. */
  readonly tenures: readonly (readonly Tenure[])[]
  readonly disavowed: readonly (Span & { readonly author: number })[]
  readonly suite: Suite
}

type Fault = { readonly file: string; readonly refusal: Refusal }
type Found = { readonly forks: readonly Fork[]; readonly faults: readonly Fault[] }

export const forksIn = (about: ForkCase): Found => {
  const forks: Fork[] = []
  const faults: Fault[] = []
  const { charter, rivals, files } = about.opened
  const take = (file: string, found: Fork | Refusal): void => {
    if (isRefusal(found)) faults.push({ file, refusal: found })
    else forks.push(found)
  }
  for (const [stem, rival] of rivals) take(fileOf("rival", stem), entriesFork(about, stem, rival))
  for (const name of files.keys()) {
    const { folder, stem = "" } = stemIn(name) ?? {}
    const place = placeOf(charter, stem)
    if (place === undefined) continue
    if (folder === "rivalPath") take(name, headFork(about, stem, place))
    if (folder === "secondHead") take(name, headsFork(about, stem, place))
  }
  return { forks, faults }
}

const isOwn = ({ disavowed }: ForkCase, place: Place): boolean =>
  !disavowed.some(it => it.author === place.author && isIn(it, place))

/** A chosen entry's own signature is judged where every entry's is. (EV-5, EV-14) */
const entriesFork = (about: ForkCase, stem: string, rival: Entry): Fork | Refusal => {
  const { opened, tenures, suite } = about
  const first = opened.chosen.get(stem)!
  const { author, generation, seq } = rival
  if (equal(first.bytes, rival.bytes)) return refuse("no-fork", { why: "one entry twice" })
  const proof = checkSignature(rival, [keysOf(tenures[author]!, generation, seq)[0]], suite)
  if (proof !== true) return proof
  if (!isOwn(about, rival)) return refuse("key-revoked")
  return { of: "entries", stem, party: author, first: hex(first.hash), second: hex(rival.hash) }
}

const textOf = ({ files }: ForkCase["opened"], folder: Folder, stem: string): string =>
  fromUtf8(files.get(fileOf(folder, stem))!) ?? ""

/** A head of exactly that place, with both signatures, by keys that its author stands by. (EV-20) */
const headAt = (about: ForkCase, text: string, place: Place): Head | Refusal => {
  const { suite, tenures } = about
  const { charter } = about.opened
  const keys = keysAfter(tenures[place.author]!, place.generation, place.seq)
  const read = parseNote(text, () => keys, suite)
  if (isRefusal(read)) return read
  const { line, head } = read
  if (!equal(line, charter.line)) return refuse("wrong-line")
  if (head.author !== place.author || head.generation !== place.generation || head.size !== place.seq)
    return refuse("bad-head", { why: "of another place" })
  const proof = checkHead(charter.line, head, keys, suite)
  if (proof !== true) return proof
  return isOwn(about, place) ? head : refuse("key-revoked")
}

/** (EV-20) */
const headsFork = (about: ForkCase, stem: string, place: Place): Fork | Refusal => {
  const first = headAt(about, textOf(about.opened, "firstHead", stem), place)
  if (isRefusal(first)) return first
  const second = headAt(about, textOf(about.opened, "secondHead", stem), place)
  if (isRefusal(second)) return second
  if (equal(first.root, second.root)) return refuse("no-fork", { why: "one root twice" })
  return { of: "heads", stem, party: place.author, first: hex(first.root), second: hex(second.root) }
}

/** The path is what the tree before the entry is made of: its author has signed that in the entry, as own root. With the entry above it,
 *  it is the root that a head of this size must have. (EV-20) */
const headFork = (about: ForkCase, stem: string, place: Place): Fork | Refusal => {
  const { opened, suite } = about
  const text = textOf(opened, "rivalPath", stem)
  const note = text.slice(text.indexOf("\n\n") + 2)
  const head = headAt(about, note, place)
  if (isRefusal(head)) return head
  const path = pathIn(text, (path, note) => tlogProof(place.seq, path, note), note)
  const entry = opened.chosen.get(stem)!
  if (path === undefined || path.length !== bitsSet(place.seq - 1)) return refuse("bad-proof")
  const before = { size: place.seq - 1, peaks: path.toReversed() }
  if (!equal(rootOf(before, suite), entry.ownRoot)) return refuse("bad-proof")
  const root = rootOf(append(before, entry.hash, suite), suite)
  if (equal(root, head.root)) return refuse("no-fork", { why: "the head is that of the entries" })
  return { of: "head", stem, party: place.author, first: hex(root), second: hex(head.root) }
}
