// Verifies a whole record offline, from nothing but the charter (pages: protocol/entry.md, log.md, charter.md). Every check of the law
// that a receiver makes is made again here, over rows in any order: what comes before its forerunners waits for them. Two depths:
// `heads` proves every entry by a head with both signatures over the tree that it lies in, and only what no head covers by its own
// signature; `signatures` checks every signature of every entry and every head.
import { decodeCharterBody } from "../core/body.ts"
import { type Charter, checkCharterSignatures } from "../core/charter.ts"
import { bodyHash, checkSignature, decodeEntry, type Entry } from "../core/entry.ts"
import { equal, hex } from "../core/hash.ts"
import { checkHead, type Head } from "../core/head.ts"
import {
  decodeGenerationBody,
  disownedBy,
  isKeyChange,
  judge,
  keysAfter,
  keysOf,
  revokedBy,
  type Span,
  stretchEnd,
  tenureOf,
} from "../core/key.ts"
import { append, rootOf } from "../core/log.ts"
import { isRefusal, type Refusal, type RefusalCode, refuse } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import { secondOf } from "../core/second.ts"
import type { PublicKey, Suite } from "../core/suite.ts"
import { freshLog, type Held, hashBytes, type Log, type LogProof, proofOf, rootAt } from "./log.ts"
import { type ReleaseProof, Releases } from "./releases.ts"

export type Depth = "heads" | "signatures"

export type { Held }

export type VerifyOptions = {
  readonly charter: Charter
  readonly suite: Suite
  readonly rows: Iterable<Held>
  readonly heads: Iterable<Head>
  readonly depth: Depth
  /** Checks many signatures elsewhere, e.g. on other threads; without it they are checked here. */
  readonly check?: (keys: readonly PublicKey[], entries: readonly Uint8Array[]) => Promise<boolean[]>
}

export type Fault = {
  readonly author: number
  readonly generation: number
  readonly seq: number
  readonly hash: string
  readonly refusal: RefusalCode
  readonly details: Refusal["details"]
}

export type Verified = ReleaseProof & {
  readonly depth: Depth
  readonly logs: readonly LogProof[]
  readonly entries: number
  readonly bodies: number
  readonly bodiesMissing: number
  /** Held under a key that was not given. */
  readonly bodiesLocked: number
  /** Claims to have seen the other's log, each found in it. */
  readonly seen: number
  /** … and those of what its author had left behind by beginning anew, which is not held here and can be judged only where it is. (K-9) */
  readonly seenBeyond: number
  /** Second signatures, by their authors' national suites, that are true; and those of suites that are not known here. */
  readonly secondSignatures: number
  readonly secondSignaturesUnknown: number
  readonly faults: number
  /** The first of them. */
  readonly first: readonly Fault[]
}

const faultsKept = 20
const batch = 512
const batchesInFlight = 8

type Claim = {
  readonly entry: Entry
  readonly author: number
  readonly generation: number
  readonly size: number
  readonly root: Uint8Array
}

export const verify = (options: VerifyOptions): Promise<Verified> => new Verification(options).run()

class Verification {
  readonly #options: VerifyOptions
  readonly #logs = new Map<string, Log>()
  readonly #claims: Claim[] = []
  readonly #first: Fault[] = []
  readonly #running: Promise<void>[] = []
  readonly #releases: Releases
  #faults = 0
  #bodies = 0
  #bodiesMissing = 0
  #bodiesLocked = 0
  #entries = 0
  #seen = 0
  #seenBeyond = 0
  readonly #seconds = { good: 0, unknown: 0 }

  constructor(options: VerifyOptions) {
    this.#options = options
    this.#releases = new Releases(options.charter, options.suite)
  }

  async run(): Promise<Verified> {
    for (const row of this.#options.rows) {
      this.#row(row)
      // Other threads check signatures while this one follows the trees; they must not fall far behind.
      while (this.#running.length > batchesInFlight) await this.#running.shift()
    }
    for (const log of this.#logs.values()) for (const row of log.waiting.values()) this.#alone(log, row)
    this.#checkHeads()
    for (const claim of this.#claims) this.#checkSeen(claim)
    for (const log of this.#logs.values()) this.#startChecks(log, log.underHead)
    await Promise.all(this.#running)
    for (const log of this.#logs.values()) for (const seq of log.unsigned) this.#tellUnsigned(log, seq)
    return {
      depth: this.#options.depth,
      logs: [...this.#logs.values()].map(proofOf),
      entries: this.#entries,
      bodies: this.#bodies,
      bodiesMissing: this.#bodiesMissing,
      bodiesLocked: this.#bodiesLocked,
      seen: this.#seen,
      seenBeyond: this.#seenBeyond,
      secondSignatures: this.#seconds.good,
      secondSignaturesUnknown: this.#seconds.unknown,
      ...this.#releases.proven(),
      faults: this.#faults,
      first: this.#first,
    }
  }

  #row(row: Held): void {
    this.#entries++
    const log = this.#log(row.author, row.generation)
    if (row.seq <= log.frontier.size || log.waiting.has(row.seq)) return this.#fault(row, refuse("two-histories"))
    log.waiting.set(row.seq, row)
    this.#goOn(log)
  }

  #goOn(log: Log): void {
    for (;;) {
      const next = log.waiting.get(log.frontier.size + 1)
      if (next === undefined || !this.#mayBegin(log, next)) break
      log.waiting.delete(next.seq)
      this.#next(log, next)
    }
    // A generation waits for what its first entry names of the one before. (K-9)
    const after = this.#logs.get(nameOf(log.author, log.generation + 1))
    if (after !== undefined && after.frontier.size === 0) this.#goOn(after)
  }

  #mayBegin(log: Log, { seq, body }: Held): boolean {
    if (log.generation === 1 || seq > 1) return true
    const opening = body && decodeGenerationBody(body)
    if (opening === undefined || isRefusal(opening)) return true
    return (this.#logs.get(nameOf(log.author, log.generation - 1))?.frontier.size ?? 0) >= opening.size
  }

  /** The next entry of a log. A fault is told, and the log goes on with what stands there, so that one fault is not told for all. */
  #next(log: Log, row: Held): void {
    const entry = this.#decoded(row)
    // The hash under which it is filed is what the tree was made of: where the bytes were altered since, they alone are at fault.
    const leaf = row.hash ?? this.#leafOf(row)
    if (!isRefusal(entry)) {
      const misfit = this.#misfit(log, entry, row.body)
      if (misfit !== undefined) this.#fault(row, misfit)
      if (isKeyChange(entry.kind)) this.#changeKeys(log, entry, row)
      const { salt, body, unread } = row
      const release = this.#releases.next(entry, salt && body && { salt, bytes: body }, unread === "locked")
      if (release !== undefined) this.#fault(row, release)
      const second = secondOf(entry, this.#options.charter, this.#options.suite)
      if (isRefusal(second)) this.#fault(row, second)
      else if (second !== "none") this.#seconds[second]++
      this.#remember(log, entry)
    }
    log.frontier = append(log.frontier, leaf, this.#options.suite)
    log.root = rootOf(log.frontier, this.#options.suite)
    const at = hashBytes * log.frontier.size
    if (log.roots.length < at + hashBytes) {
      const wider = new Uint8Array(2 * log.roots.length)
      wider.set(log.roots)
      log.roots = wider
    }
    log.roots.set(log.root, at)
    log.bytes.push(row.bytes)
    if (this.#options.depth === "signatures" && log.bytes.length - log.asked >= batch) this.#startChecks(log, 0)
  }

  /** What changes keys is judged at once, whatever the depth: everything after it is judged by what it brings. (K-2) */
  #changeKeys(log: Log, entry: Entry, { salt, body }: Held): void {
    const { charter, suite } = this.#options
    const held = salt && body ? { entry, body: { salt, bytes: body } } : { entry }
    const proof = judge({ charter, ...log }, held, suite)
    const tenure = proof === true ? tenureOf({ charter, ...log }, held, suite) : proof
    if (isRefusal(tenure)) return this.#fault(entry, tenure)
    for (const span of revokedBy(log.tenures, held)) this.#distrust(log.author, span)
    const closed = disownedBy(held)
    if (closed) this.#distrust(log.author, closed)
    log.tenures.push(tenure)
  }

  /** Its author says that this is not its word: by the roots, or by beginning anew before it. (K-8, K-9) */
  #distrust(author: number, span: Span): void {
    this.#logs.get(nameOf(author, span.generation))?.disavowed.push(span)
  }

  /** The old log has the size and the root that the new one names. (K-9) */
  #openingFault(log: Log, entry: Entry, body: Uint8Array | undefined): Refusal | undefined {
    const isFirst = entry.generation > 1 && entry.seq === 1
    if (isFirst !== (entry.kind === kinds.generation)) return refuse("bad-generation", { kind: entry.kind })
    const opening = isFirst && body ? decodeGenerationBody(body) : undefined
    if (opening === undefined || isRefusal(opening)) return opening
    const old = this.#logs.get(nameOf(log.author, log.generation - 1))
    const root = old && opening.size <= old.frontier.size ? rootAt(old, opening.size) : undefined
    return root && equal(root, opening.root) ? undefined : refuse("bad-generation", { size: opening.size })
  }

  /** An entry beyond a gap: what can be said of it by itself. */
  #alone(log: Log, row: Held): void {
    const entry = this.#decoded(row)
    if (isRefusal(entry)) return
    const proof = judge({ ...this.#options, ...log }, { entry }, this.#options.suite)
    if (proof !== true) this.#fault(row, proof)
    log.signatures++
  }

  /** Decoded, and what it says of itself compared with where it lies; its body with its hash. */
  #decoded(row: Held): Entry | Refusal {
    const entry = decodeEntry(row.bytes, this.#options.suite)
    if (isRefusal(entry)) {
      this.#fault(row, entry)
      return entry
    }
    if (!equal(entry.line, this.#options.charter.line)) this.#fault(row, refuse("wrong-line"))
    if (entry.author !== row.author) this.#fault(row, refuse("unknown-author", { says: entry.author }))
    if (entry.generation !== row.generation) this.#fault(row, refuse("wrong-generation", { says: entry.generation }))
    if (entry.seq !== row.seq) this.#fault(row, refuse("wrong-seq", { says: entry.seq }))
    if (row.hash !== undefined && !equal(row.hash, entry.hash)) this.#fault(row, this.#altered(row, entry))
    this.#checkBody(row, entry)
    return entry
  }

  /** Its bytes are not those of its name. */
  #altered(row: Held, entry: Entry): Refusal {
    const proof = judge({ ...this.#options, ...this.#log(row.author, row.generation) }, { entry }, this.#options.suite)
    return proof === true ? refuse("malformed", { why: "filed under another hash", hash: hex(entry.hash) }) : proof
  }

  #checkBody(row: Held, entry: Entry): void {
    if (entry.bodyHash === undefined) {
      if (row.body !== undefined) this.#fault(row, refuse("wrong-body", { why: "none was signed" }))
      return
    }
    if (row.body === undefined || row.salt === undefined) {
      if (row.unread === "altered") this.#fault(row, refuse("wrong-body", { why: "does not open" }))
      else if (row.unread === "locked") this.#bodiesLocked++
      else this.#bodiesMissing++
      return
    }
    this.#bodies++
    const held = bodyHash({ salt: row.salt, bytes: row.body }, this.#options.suite)
    if (!equal(held, entry.bodyHash)) this.#fault(row, refuse("wrong-body"))
  }

  /** What the entry must have of the log before it. (E-7, E-10, E-14, CH-5) */
  #misfit(log: Log, entry: Entry, body: Uint8Array | undefined): Refusal | undefined {
    if (this.#options.charter.parties[entry.author] === undefined) return refuse("unknown-author")
    if (!equal(entry.ownRoot, log.root)) return refuse("wrong-own-root")
    if (entry.number !== undefined && entry.number !== (log.numbers[entry.traffic] ?? 0) + 1)
      return refuse("wrong-number", { number: entry.number, last: log.numbers[entry.traffic] ?? 0 })
    if (entry.act !== undefined && log.acts.has(hex(entry.act))) return refuse("act-reused")
    if (entry.generation !== 1 || entry.seq !== 1) return this.#openingFault(log, entry, body)
    return this.#charterFault(entry, body)
  }

  /** The first entry of a log carries the signatures of its author's roots over this very charter. (CH-5) */
  #charterFault({ kind, author }: Entry, body: Uint8Array | undefined): Refusal | undefined {
    const signatures = kind === kinds.charter && body !== undefined ? decodeCharterBody(body) : refuse("other-charter")
    if (isRefusal(signatures)) return signatures
    return checkCharterSignatures(this.#options.charter, author, signatures, this.#options.suite)
  }

  #remember(log: Log, entry: Entry): void {
    if (entry.number !== undefined) log.numbers[entry.traffic] = entry.number
    if (entry.act !== undefined) log.acts.add(hex(entry.act))
    for (const { author, generation, size, root } of entry.seen)
      this.#claims.push({ entry, author, generation, size, root })
  }

  /** A claim must be found in the other's own log, where that is held so far. (L-5) */
  #checkSeen({ entry, author, generation, size, root }: Claim): void {
    const log = this.#logs.get(nameOf(author, generation))
    if (log === undefined || size > log.frontier.size) {
      if (log && this.#logs.has(nameOf(author, generation + 1))) return void this.#seenBeyond++
      return this.#fault(entry, refuse("seen-mismatch", { seen: author, size, held: log?.frontier.size ?? 0 }))
    }
    if (!equal(rootAt(log, size), root)) return this.#fault(entry, refuse("seen-mismatch", { seen: author, size }))
    this.#seen++
  }

  /** Roots of all heads; signatures of all, or of the largest of each log, which covers every entry below it. (L-4) */
  #checkHeads(): void {
    const byLog = Map.groupBy(this.#options.heads, head => nameOf(head.author, head.generation))
    for (const [name, heads] of byLog) {
      const log = this.#logs.get(name)
      const sorted = heads.sort((a, b) => b.size - a.size)
      for (const head of sorted) {
        const fault = this.#headFault(log, head)
        if (fault !== undefined) this.#fault({ ...head, seq: head.size }, fault)
        else if (log !== undefined) {
          log.heads++
          log.underHead = Math.max(log.underHead, head.size)
        }
      }
    }
  }

  #headFault(log: Log | undefined, head: Head): Refusal | undefined {
    if (log === undefined || head.size > log.frontier.size)
      return refuse("bad-head", { size: head.size, held: log?.frontier.size ?? 0 })
    if (!equal(rootAt(log, head.size), head.root)) return refuse("bad-head", { size: head.size })
    if (this.#options.depth === "heads" && head.size <= log.underHead) return undefined
    const { charter, suite } = this.#options
    const proof = checkHead(charter.line, head, keysAfter(log.tenures, log.generation, head.size), suite)
    return proof === true ? undefined : proof
  }

  /** Of every entry that was not asked yet, or of those that no head covers. */
  #startChecks(log: Log, covered: number): void {
    if (this.#options.depth === "heads") log.asked = Math.max(log.asked, covered)
    while (log.asked < log.bytes.length) {
      const from = log.asked
      // One key a time.
      const end = stretchEnd(log.tenures, log.generation, from + 1)
      const entries = log.bytes.slice(from, Math.min(from + batch, end))
      log.asked += entries.length
      const [key] = keysOf(log.tenures, log.generation, from + 1)
      const told = this.#verdicts(key, entries).then(good => {
        log.signatures += entries.length
        for (const [place, isGood] of good.entries()) if (!isGood) log.unsigned.push(from + place + 1)
      })
      this.#running.push(told)
    }
  }

  /** L-7: whether a head covers it is known only when all heads are checked. */
  #tellUnsigned({ author, generation, underHead, bytes }: Log, seq: number): void {
    const code = seq <= underHead ? "bad-signature-covered" : "bad-signature"
    this.#fault({ author, generation, seq, bytes: bytes[seq - 1]! }, refuse(code))
  }

  async #verdicts(key: PublicKey, entries: readonly Uint8Array[]): Promise<readonly boolean[]> {
    const { check, suite } = this.#options
    if (check !== undefined) return check([key], entries)
    return entries.map(bytes => {
      const entry = decodeEntry(bytes, suite)
      return !isRefusal(entry) && checkSignature(entry, [key], suite) === true
    })
  }

  #log(author: number, generation: number): Log {
    const name = nameOf(author, generation)
    const held = this.#logs.get(name)
    if (held !== undefined) return held
    const log = freshLog(this.#options.charter.parties, author, generation, this.#options.suite)
    // The keys of an author go on from one generation to the next.
    const other = [...this.#logs.values()].find(it => it.author === author)
    if (other !== undefined) log.tenures = other.tenures
    this.#logs.set(name, log)
    return log
  }

  #leafOf(row: Held): Uint8Array {
    return this.#options.suite.sha256(Uint8Array.of(0), row.bytes)
  }

  #fault(
    row: Pick<Held, "author" | "generation" | "seq"> & { readonly hash?: Uint8Array; readonly bytes?: Uint8Array },
    refusal: Refusal,
  ): void {
    this.#faults++
    if (this.#first.length >= faultsKept) return
    const hash = row.hash ?? (row.bytes && this.#options.suite.sha256(Uint8Array.of(0), row.bytes))
    this.#first.push({
      author: row.author,
      generation: row.generation,
      seq: row.seq,
      hash: hash === undefined ? "" : hex(hash),
      refusal: refusal.refusal,
      details: refusal.details,
    })
  }
}

const nameOf = (author: number, generation: number): string => `${author}/${generation}`
