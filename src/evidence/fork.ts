// Whether a party has signed two histories (page: protocol/evidence.md, section 7): two entries of one place, or two roots of one size. It
// needs nothing but signatures and the keys in the bundle; which of the two is true, nobody can say.
import { checkSignature, type Entry } from "../core/entry.ts"
import { equal, fromUtf8, hex } from "../core/hash.ts"
import { checkHead, parseNote } from "../core/head.ts"
import { isIn, keysAfter, keysOf, type Span, type Tenure } from "../core/key.ts"
import { append, bitsSet, rootOf } from "../core/log.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import type { Hash, Suite } from "../core/suite.ts"
import { type Folder, fileOf, hashesIn, type Place, placeOf } from "./files.ts"
import type { Opened, statements } from "./read.ts"

/** `first` and `second`: hashes of the two entries, or the two roots. */
export type Fork = {
  readonly of: "entries" | "roots"
  readonly stem: string
  readonly party: number
  readonly first: string
  readonly second: string
}

export type ForkCase = {
  readonly opened: Pick<Opened, "charter" | "chosen" | "rivals" | "nexts" | "files" | "sizes">
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
  const { charter, rivals, sizes } = about.opened
  for (const [stem, rival] of rivals) {
    const found = entriesFork(about, stem, rival)
    if (isRefusal(found)) faults.push({ file: fileOf("rival", stem), refusal: found })
    else forks.push(found)
  }
  for (const [stem, folders] of sizes) {
    const said = folders.map(folder => ({ folder, root: rootIn[folder](about, stem, placeOf(charter, stem)!) }))
    const roots: Hash[] = []
    for (const { folder, root } of said) {
      if (isRefusal(root)) faults.push({ file: fileOf(folder, stem), refusal: root })
      else roots.push(root)
    }
    const [first, second] = roots
    if (first === undefined || second === undefined) continue
    const [file, party] = [fileOf(folders.at(-1)!, stem), placeOf(charter, stem)!.author]
    if (equal(first, second)) faults.push({ file, refusal: refuse("no-fork", { why: "one root twice" }) })
    else forks.push({ of: "roots", stem, party, first: hex(first), second: hex(second) })
  }
  return { forks, faults }
}

const isOwn = ({ disavowed }: ForkCase, place: Place): boolean =>
  !disavowed.some(it => it.author === place.author && isIn(it, place))

/** A chosen entry's own signature is judged where every entry's is. (EV-5, EV-14) */
const entriesFork = (about: ForkCase, stem: string, rival: Entry): Fork | Refusal => {
  const first = about.opened.chosen.get(stem)!
  if (equal(first.bytes, rival.bytes)) return refuse("no-fork", { why: "one entry twice" })
  const fault = entryFault(about, rival)
  const party = rival.author
  return fault ?? { of: "entries", stem, party, first: hex(first.hash), second: hex(rival.hash) }
}

const entryFault = (about: ForkCase, entry: Entry): Refusal | undefined => {
  const { author, generation, seq } = entry
  const proof = checkSignature(entry, [keysOf(about.tenures[author]!, generation, seq)[0]], about.suite)
  if (proof !== true) return proof
  return isOwn(about, entry) ? undefined : refuse("key-revoked")
}

const textOf = ({ files }: ForkCase["opened"], folder: Folder, stem: string): string =>
  fromUtf8(files.get(fileOf(folder, stem))!) ?? ""

/** The root that a head of exactly that size says, with both signatures, by keys that its author stands by. (EV-20) */
const rootOfHead = (about: ForkCase, text: string, place: Place): Hash | Refusal => {
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
  return isOwn(about, place) ? head.root : refuse("key-revoked")
}

/** The path is what the tree before the entry is made of: its author has signed that in the entry, as own root. With the entry above it,
 *  it is the root of its size. (EV-20) */
const rootOfPath = ({ opened, suite }: ForkCase, stem: string, { seq }: Place): Hash | Refusal => {
  const path = hashesIn(textOf(opened, "rivalPath", stem))
  const entry = opened.chosen.get(stem)!
  if (path === undefined || path.length !== bitsSet(seq - 1)) return refuse("bad-proof")
  const before = { size: seq - 1, peaks: path.toReversed() }
  if (!equal(rootOf(before, suite), entry.ownRoot)) return refuse("bad-proof")
  return rootOf(append(before, entry.hash, suite), suite)
}

const rootIn: Record<(typeof statements)[number], (about: ForkCase, stem: string, place: Place) => Hash | Refusal> = {
  rivalPath: rootOfPath,
  rivalHead: (about, stem, place) => rootOfHead(about, textOf(about.opened, "rivalHead", stem), place),
  rivalSecond: (about, stem, place) => rootOfHead(about, textOf(about.opened, "rivalSecond", stem), place),
  rivalNext: (about, stem) => {
    const entry = about.opened.nexts.get(stem)!
    return entryFault(about, entry) ?? entry.ownRoot
  },
}
