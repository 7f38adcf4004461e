// What a bundle proves, entry by entry (page: protocol/evidence.md, sections 3 to 6). One judge for the command line, the console and the
// page inside the bundle. It takes nothing on the bundle's word but what signatures and trusted fingerprints carry.
import { decodeCharterBody } from "../core/body.ts"
import { checkCharterSignatures, type Names } from "../core/charter.ts"
import { bodyHash, type Carried, type Entry } from "../core/entry.ts"
import { equal, fromUtf8, hex } from "../core/hash.ts"
import { checkHead, type Head, originOf, parseNote } from "../core/head.ts"
import {
  cardTenure,
  disownedBy,
  isIn,
  isKeyChange,
  judge as judgeSignature,
  keysAfter,
  type NodeKeys,
  revokedBy,
  type Span,
  type Tenure,
  tenureOf,
} from "../core/key.ts"
import { noOfficers, type Officer, type Officers } from "../core/officer.ts"
import { isJudged, judgeEntry, personsFor } from "../core/policy.ts"
import { checkConsistency, checkInclusion } from "../core/proof.ts"
import { isRefusal, type Refusal, type RefusalCode, refuse } from "../core/refusal.ts"
import { isReceipt, kinds } from "../core/registry.ts"
import type { Suite } from "../core/suite.ts"
import {
  consistencyText,
  fileOf,
  logStem,
  pageFile,
  pathIn,
  placeOf,
  stemIn,
  stemOf,
  tlogProof,
  vkeyOf,
} from "./files.ts"
import { type Fork, forksIn } from "./fork.ts"
import { type Opened, openBundle } from "./read.ts"
import { type BundleText, type Released, type Said, textOf } from "./said.ts"
import { fingerprint } from "./trust.ts"

export type Verdict = {
  readonly stem: string
  readonly hash: string
  readonly entry: Entry
  readonly trusted: boolean
  readonly signed: boolean
  readonly released: readonly Released[]
  /** Released by one, while the second had been asked. (OF-9) */
  readonly alone: boolean
  /** Size of the signed head that it is proven to lie under. Both its signatures hold, so it is covered against a quantum computer. */
  readonly included: number | undefined
  /** By other parties: the first entry that has seen it. */
  readonly countersigned: readonly (Omit<Said, "kind" | "officers"> & { readonly size: number; readonly pq: boolean })[]
  readonly receipts: readonly Said[]
  readonly body: "none" | "shown" | "withheld" | "false"
  readonly text: BundleText | undefined
  readonly proven: boolean
}

export type Fault = { readonly file: string; readonly refusal: Refusal }

export type PartyFound = {
  readonly code: string
  readonly names: Names
  readonly fingerprint: string
  readonly trusted: boolean
}

export type Judgement = {
  readonly line: string
  readonly parties: readonly PartyFound[]
  readonly entries: readonly Verdict[]
  readonly faults: readonly Fault[]
  /** Of a fork proof: where a party has signed two histories. Undefined of any other bundle. (EV-13, EV-19) */
  readonly forks: readonly Fork[] | undefined
  /** SHA-256 of the verify.html inside: who opens that page compares it with the release's. (EV-11) */
  readonly page: string
  /** True when every chosen entry is proven and nothing in the bundle is false; else why not. */
  readonly outcome: true | Refusal
}

/** `trust`: fingerprints, heard from the parties themselves. Refused is what is no bundle at all. */
export const judge = (zip: Uint8Array, trust: readonly string[], suite: Suite): Judgement | Refusal => {
  const opened = openBundle(zip, suite)
  return isRefusal(opened) ? opened : new Judge(opened, trust, suite).judgement()
}

class Judge {
  readonly #opened: Opened
  readonly #suite: Suite
  readonly #parties: readonly PartyFound[]
  readonly #strangers: readonly string[]
  readonly #isFork: boolean
  readonly #faults: Fault[] = []
  readonly #heads = new Map<string, Head>()
  readonly #all: ReadonlyMap<string, Entry>
  /** Stems of entries whose own signature is their author's, and of those that are proven to lie under a head. */
  readonly #signed = new Set<string>()
  readonly #disavowed: (Span & { readonly author: number; readonly code: RefusalCode })[] = []
  readonly #included = new Set<string>()
  /** Of each author, keys and officers as far as the entries in the bundle bring them. */
  readonly #tenures: readonly Tenure[][]
  readonly #officers: Officers[]
  /** By stem: officers whose proofs in the entry hold, and why an entry does not count as its officers'. */
  readonly #proven = new Map<string, ReadonlyMap<string, Officer>>()
  readonly #unreleased = new Map<string, Refusal>()
  /** Stems of entries whose body in the bundle is the one that they sign. */
  readonly #bodied = new Set<string>()

  constructor(opened: Opened, trust: readonly string[], suite: Suite) {
    this.#opened = opened
    this.#suite = suite
    // By place: what an entry is judged by comes before it.
    this.#all = new Map(
      [...opened.chosen, ...opened.others].sort(
        ([, a], [, b]) => a.author - b.author || a.generation - b.generation || a.seq - b.seq,
      ),
    )
    this.#tenures = opened.charter.parties.map((_, author) => [cardTenure(opened.charter.parties, author)])
    this.#officers = opened.charter.parties.map(() => noOfficers)
    this.#parties = opened.charter.parties.map(card => {
      const print = fingerprint(card, suite)
      return { code: card.code, names: card.names, fingerprint: print, trusted: trust.includes(print) }
    })
    this.#isFork = [...opened.files.keys()].some(name => name.startsWith("rivals/"))
    this.#strangers = trust.filter(print => !this.#parties.some(party => party.fingerprint === print))
  }

  judgement(): Judgement {
    const { charter, chosen, files } = this.#opened
    for (const [stem, entry] of this.#all) this.#readEntry(stem, entry)
    this.#disavow()
    const forks = this.#readRivals()
    this.#readHeads()
    for (const [stem, entry] of this.#all) this.#readProof(stem, entry)
    const used = this.#readConsistency()
    for (const name of files.keys())
      if (stemIn(name)?.folder === "consistency" && !used.has(name))
        this.#fault(name, refuse("bad-consistency", { why: "of no entry in the bundle" }))
    const entries = [...chosen].map(([stem, entry]) => this.#verdict(stem, entry))
    return {
      line: hex(charter.line),
      parties: this.#parties,
      entries,
      faults: this.#faults,
      forks,
      page: hex(this.#suite.sha256(files.get(pageFile)!)),
      outcome: this.#outcome(entries, forks),
    }
  }

  #outcome(entries: readonly Verdict[], forks: readonly Fork[] | undefined): true | Refusal {
    const [fault] = this.#faults
    if (fault !== undefined) return refuse(fault.refusal.refusal, { ...fault.refusal.details, file: fault.file })
    // EV-14, EV-20: signatures show a fork, whatever lies under a head.
    const uncovered = forks ? undefined : entries.find(verdict => verdict.included === undefined)
    if (uncovered !== undefined) return refuse("not-covered", { entry: uncovered.stem })
    if (this.#strangers[0] !== undefined) return refuse("untrusted", { fingerprint: this.#strangers[0] })
    const stranger = forks?.find(({ party }) => !this.#parties[party]?.trusted)
    const untrusted = entries.find(verdict => !verdict.trusted) ?? stranger
    return untrusted === undefined || refuse("untrusted", { entry: untrusted.stem })
  }

  #fault(file: string, refusal: Refusal): void {
    this.#faults.push({ file, refusal })
  }

  /** Every head in the bundle, both signatures, under the name of its own log. (L-4) */
  #readHeads(): void {
    for (const [name, bytes] of this.#opened.files) {
      const { folder, stem = "" } = stemIn(name) ?? {}
      if (folder !== "head") continue
      const text = fromUtf8(bytes) ?? ""
      // Which keys sign a head follows from its size, which stands in its second line.
      const place = placeOf(this.#opened.charter, `${stem}.${text.split("\n")[1]}`)
      const keys = keysAfter(this.#tenures[place?.author ?? 0]!, place?.generation ?? 1, place?.seq ?? 0)
      const read = parseNote(text, () => keys, this.#suite)
      const found = isRefusal(read) ? read : this.#headIn(read.line, read.head, stem, keys)
      if (isRefusal(found)) this.#fault(name, found)
      else this.#heads.set(stem, found)
      const vkey = fileOf("key", stem)
      const due = place && vkeyOf(originOf(this.#opened.charter.line, place), keys[0], this.#suite)
      // The key in the form of other tools is the one that signs here.
      const given = this.#opened.files.get(vkey)
      if (given !== undefined && fromUtf8(given) !== due) this.#fault(vkey, refuse("unknown-key"))
    }
  }

  #headIn(line: Uint8Array, head: Head, stem: string, keys: NodeKeys): Head | Refusal {
    const { charter } = this.#opened
    if (!equal(line, charter.line)) return refuse("wrong-line")
    if (logStem(charter, head) !== stem) return refuse("bad-head", { why: "of another log" })
    const proof = checkHead(charter.line, head, keys, this.#suite)
    return proof === true ? head : proof
  }

  /** Signature, body, and what follows from it for the entries after it. (EV-4, EV-5, EV-12) */
  #readEntry(stem: string, entry: Entry): void {
    const { charter, bodies, chosen } = this.#opened
    const file = fileOf(chosen.has(stem) ? "chosen" : "other", stem)
    const tenures = this.#tenures[entry.author]!
    const held = bodies.get(stem)
    const isBodied = held && entry.bodyHash && equal(bodyHash(held, this.#suite), entry.bodyHash)
    if (isBodied) this.#bodied.add(stem)
    else if (held !== undefined) this.#fault(fileOf("body", stem), refuse("wrong-body"))
    const said = { entry, ...(isBodied && { body: held }) }
    const proof = judgeSignature({ charter, author: entry.author, tenures }, said, this.#suite)
    if (proof === true) this.#signed.add(stem)
    else this.#fault(file, proof)
    if (entry.kind === kinds.charter && isBodied) this.#readCharter(stem, entry, held.bytes)
    if (entry.generation === 1 && (entry.seq === 1) !== (entry.kind === kinds.charter))
      this.#fault(file, refuse("other-charter"))
    if (proof !== true) return
    if (isKeyChange(entry.kind)) {
      const tenure = tenureOf({ charter, author: entry.author, tenures }, said, this.#suite)
      if (isRefusal(tenure)) this.#fault(file, tenure)
      else this.#takeTenure(said, tenures, tenure)
    }
    if (!isJudged(entry, charter.terms)) return
    const before = this.#officers[entry.author]!
    const { refusal, officers } = judgeEntry(said, before, charter, this.#suite)
    this.#officers[entry.author] = officers
    if (refusal === undefined) this.#proven.set(stem, before.inOffice)
    else this.#unreleased.set(stem, refusal)
    if (refusal !== undefined && chosen.has(stem) && !this.#isFork) this.#fault(file, refusal)
  }

  #takeTenure(said: Carried, tenures: Tenure[], tenure: Tenure): void {
    const { author } = said.entry
    for (const span of revokedBy(tenures, said)) this.#disavowed.push({ ...span, author, code: "key-revoked" })
    const closed = disownedBy(said)
    if (closed) this.#disavowed.push({ ...closed, author, code: "disowned" })
    tenures.push(tenure)
  }

  /** What its author does not stand by is not proven as its word; where it only goes with others, it proves nothing. (K-8, K-9) */
  #disavow(): void {
    for (const [stem, entry] of this.#all) {
      const reach = this.#disavowed.find(it => it.author === entry.author && isIn(it, entry))
      if (reach !== undefined) this.#signed.delete(stem)
      if (reach !== undefined && this.#opened.chosen.has(stem)) this.#fault(fileOf("chosen", stem), refuse(reach.code))
    }
  }

  #readRivals(): readonly Fork[] | undefined {
    const about = { opened: this.#opened, tenures: this.#tenures, disavowed: this.#disavowed, suite: this.#suite }
    const { forks, faults } = forksIn(about)
    this.#faults.push(...faults)
    return this.#isFork ? forks : undefined
  }

  #readCharter(stem: string, { author }: Entry, body: Uint8Array): void {
    const { charter } = this.#opened
    const signatures = decodeCharterBody(body)
    const fault = isRefusal(signatures) ? signatures : checkCharterSignatures(charter, author, signatures, this.#suite)
    if (fault !== undefined) this.#fault(fileOf("body", stem), fault)
  }

  /** Its place under the head of its log. (EV-6) */
  #readProof(stem: string, entry: Entry): void {
    const { charter, files } = this.#opened
    const log = logStem(charter, entry)
    const head = this.#heads.get(log)
    const path = fileOf("proof", stem)
    if (!files.has(path)) {
      if (head !== undefined && head.size >= entry.seq) this.#fault(path, refuse("missing-file"))
    } else if (this.#isIncluded(entry, head, log, path)) this.#included.add(stem)
    else this.#fault(path, refuse("bad-proof"))
  }

  #isIncluded(entry: Entry, head: Head | undefined, log: string, file: string): boolean {
    if (head === undefined) return false
    const write = (path: readonly Uint8Array[], note: string): string => tlogProof(entry.seq, path, note)
    const path = this.#pathIn(file, log, write)
    const { size, root } = head
    return path !== undefined && checkInclusion({ seq: entry.seq, size, leaf: entry.hash, root, path }, this.#suite)
  }

  #pathIn(file: string, log: string, write: (path: readonly Uint8Array[], note: string) => string) {
    const { files } = this.#opened
    const note = fromUtf8(files.get(fileOf("head", log))!)
    const text = fromUtf8(files.get(file)!)
    return text === undefined || note === undefined ? undefined : pathIn(text, write, note)
  }

  /** Which rows of `seen` are continued by the head of that log: file names that were used. */
  #readConsistency(): Set<string> {
    const used = new Set<string>()
    for (const entry of this.#all.values())
      for (const row of entry.seen) {
        const file = fileOf("consistency", stemOf(this.#opened.charter, { ...row, seq: row.size }))
        if (this.#opened.files.has(file)) used.add(file)
        if (this.#continues(row, file) === false) this.#fault(file, refuse("bad-consistency", { size: row.size }))
      }
    return used
  }

  /** Whether the tree that an entry has seen is the beginning of the signed one; undefined where the bundle cannot tell. (EV-7) */
  #continues(row: Entry["seen"][number], file: string): boolean | undefined {
    const log = logStem(this.#opened.charter, row)
    const head = this.#heads.get(log)
    if (head === undefined || row.size > head.size) return undefined
    if (row.size === head.size) return equal(row.root, head.root)
    if (!this.#opened.files.has(file)) return undefined
    const path = this.#pathIn(file, log, (path, note) => consistencyText(row.size, path, note))
    if (path === undefined) return false
    const { size, root } = head
    return checkConsistency({ oldSize: row.size, oldRoot: row.root, size, root, path }, this.#suite)
  }

  #verdict(stem: string, entry: Entry): Verdict {
    const { bodies, charter } = this.#opened
    const held = bodies.get(stem)
    const body = this.#bodied.has(stem) ? held : undefined
    const trusted = this.#parties[entry.author]?.trusted === true
    const signed = this.#signed.has(stem)
    const included = this.#included.has(stem) ? this.#heads.get(logStem(charter, entry))?.size : undefined
    return {
      stem,
      hash: hex(entry.hash),
      entry,
      trusted,
      signed,
      released: this.#released(stem, entry),
      alone: entry.sole !== undefined && this.#proven.has(stem) && this.#persons(entry) > entry.releases.length,
      included,
      countersigned: this.#countersigned(entry),
      receipts: this.#receipts(entry),
      body: body ? "shown" : held ? "false" : entry.bodyHash ? "withheld" : "none",
      text: body && textOf(entry.kind, body.bytes),
      proven: trusted && signed && included !== undefined && this.#faults.length === 0,
    }
  }

  #persons({ kind, precedence }: Entry): number {
    return personsFor(kind, precedence, this.#opened.charter.terms)
  }

  #released(stem: string, entry: Entry): Released[] {
    const proven = this.#proven.get(stem)
    return entry.releases.map(({ type, officer }) => {
      const found = type === "node" ? undefined : proven?.get(officer)
      return { officer, proven: found !== undefined, ...(found?.name !== undefined && { name: found.name }) }
    })
  }

  /** Entries of others, truly signed, in the order of their log. */
  #ofOthers(author: number): [string, Entry][] {
    return [...this.#all].filter(([stem, it]) => it.author !== author && this.#signed.has(stem))
  }

  /** The size at which an entry has proven to have seen another. */
  #seenAt(by: Entry, { author, generation, seq }: Entry): number | undefined {
    const row = by.seen.find(it => it.author === author && it.generation === generation && it.size >= seq)
    if (row === undefined) return undefined
    const file = fileOf("consistency", stemOf(this.#opened.charter, { ...row, seq: row.size }))
    return this.#continues(row, file) === true ? row.size : undefined
  }

  #countersigned(entry: Entry): Verdict["countersigned"] {
    const found = new Map<number, Verdict["countersigned"][number]>()
    for (const [by, it] of this.#ofOthers(entry.author)) {
      const size = found.has(it.author) ? undefined : this.#seenAt(it, entry)
      if (size === undefined) continue
      found.set(it.author, { party: it.author, at: it.time, by, size, pq: this.#included.has(by) })
    }
    return [...found.values()]
  }

  /** Each kind once for each party, the first time. */
  #receipts(entry: Entry): Said[] {
    const said = new Map<string, Said>()
    const others = this.#ofOthers(entry.author)
    const own = [...this.#all].filter(([stem, it]) => it.author === entry.author && this.#signed.has(stem))
    // OF-11: of what was released by one, and by who is not among those who released it.
    const second = own.filter(
      ([, it]) =>
        (it.kind === kinds.seconded || it.kind === kinds.objected) &&
        entry.sole !== undefined &&
        !it.releases.some(({ officer }) => entry.releases.some(given => given.officer === officer)),
    )
    const names = (it: Entry): boolean => it.refs.some(ref => equal(ref, entry.hash))
    const lacks = new Set(
      others.flatMap(([, it]) => (it.kind === kinds["without-body"] && names(it) ? [it.author] : [])),
    )
    for (const [by, it] of [...others, ...second]) {
      if (this.#unreleased.has(by)) continue
      const answers = it.kind === kinds.answer && it.refs[0] !== undefined && equal(it.refs[0], entry.hash)
      const covers = it.kind === kinds.stored && !lacks.has(it.author) && this.#seenAt(it, entry) !== undefined
      if (!(answers || covers || (isReceipt(it.kind) && names(it)))) continue
      const place = `${it.author} ${it.kind} ${second.some(([stem]) => stem === by) ? by : ""}`
      const officers = this.#released(by, it)
      if (!said.has(place)) said.set(place, { kind: it.kind, party: it.author, at: it.time, by, officers })
    }
    return [...said.values()].sort((a, b) => a.at - b.at)
  }
}
