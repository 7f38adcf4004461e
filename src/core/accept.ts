// What a peer says of the record: entries and heads, checked before anything is stored (page: protocol/log.md, sections 2 and 3).
// An entry that is its author's is kept whatever it claims: a log has no holes. What cannot be true of the log itself is kept aside.
import { about, marked, recall, refused, setAside } from "./aside.ts"
import { decodeEpochKeyBody } from "./body.ts"
import { takeCarriedKey } from "./carried-state.ts"
import { checkCharterSignatures, decodeRootSignatures, kidOf } from "./charter.ts"
import { bodyHash, decodeEntry, type Entry, type Seen } from "./entry.ts"
import type { Held } from "./event.ts"
import { heardElsewhere, reachOpening } from "./generation.ts"
import { equal, hex } from "./hash.ts"
import type { Head } from "./head.ts"
import { compareHead, judgeHead, keepWaiting } from "./heads.ts"
import { isXwingPublic } from "./hpke.ts"
import { isKeyChange, keysOf } from "./key.ts"
import { changeKeys } from "./key-change.ts"
import { creditBytes, gapsMax, headEntriesMax, precedenceFloor } from "./limits.ts"
import { append, type Grown, grown, rootOf } from "./log.ts"
import { isJudged, judgeEntry } from "./policy.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import { isReceipt, kinds } from "./registry.ts"
import { isRestored } from "./restore.ts"
import { askOwnRival, meetAgain, signatureOf } from "./rival.ts"
import { secondOf } from "./second.ts"
import { emptyBuffer, type Line, type Log, type Peer } from "./state.ts"
import type { Hash } from "./suite.ts"
import { askWhole, confirm, owesHave, ownLog } from "./sync.ts"

/** Entries that may wait for a head that covers them: two heads' worth. (L-7) */
const bufferMax = 2 * headEntriesMax
/** Entries held beyond the contiguous ones, at the most. (S-6) */
const aheadMax = 4_096
/** Acts remembered per author; the whole record is searched by `verify`. (E-14) */
export const actsKept = 4_096

/** One entry part, from whoever relays it. */
export const heardEntry = (
  line: Line,
  peer: Peer,
  part: { cose: Uint8Array; salt: Uint8Array | null; body: Uint8Array | null },
): void => {
  const entry = decodeEntry(part.cose, line.suite)
  if (isRefusal(entry)) return refused(line, entry, peer.party)
  const held = withBody(line, entry, part)
  const problem = isRefusal(held) ? held : belongs(line, entry)
  if (problem) return refused(line, problem, peer.party)
  place(line, peer, held as Held)
}

const withBody = (
  line: Line,
  entry: Entry,
  part: { salt: Uint8Array | null; body: Uint8Array | null },
): Held | Refusal => {
  if (part.salt === null || part.body === null) return { entry }
  const body = { salt: part.salt, bytes: part.body }
  if (!entry.bodyHash || !equal(bodyHash(body, line.suite), entry.bodyHash)) return refuse("wrong-body", about(entry))
  return { entry, body }
}

const belongs = (line: Line, entry: Entry): Refusal | undefined => {
  if (!equal(entry.line, line.charter.line)) return refuse("wrong-line", about(entry))
  if (!line.charter.parties[entry.author]) return refuse("unknown-author", about(entry))
  return undefined
}

/** An entry that belongs here, at the place that it names. */
export const place = (line: Line, peer: Peer, held: Held): void => {
  const { entry } = held
  const log = line.state.logs[entry.author]!
  if (entry.generation !== log.generation)
    return heardElsewhere(line, peer, held, (its, next) => void acceptNext(line, its, next, false))
  const size = log.frontier.size
  const next = size + log.buffer.length + 1
  const waits = entry.seq === next && log.buffer.length > 0
  // Before the stop: whatever a log was stopped for, a second history in it is proof of its own. (L-7)
  if (entry.seq <= size || (log.ahead.has(entry.seq) && !waits)) return meetAgain(line, held)
  if (log.broken) return
  if (entry.author !== line.us && entry.seq > log.claimed) log.claimed = entry.seq
  // What was asked for is coming: asked again, it would come twice, and what is urgent of it would never let the rest pass. (S-7)
  if (entry.seq <= log.judgedTo) log.progressAt = line.now
  // It waits for its head already; were it held ahead as well, nothing would ever bring it to its place.
  if (entry.seq < next) return
  if (entry.author === line.us && !line.state.restored) {
    // Only we write our log: this is either a forgery or something that we said before we were restored.
    const proof = signatureOf(line, held)
    return proof === true ? isRestored(line, entry.seq) : refused(line, proof, peer.party)
  }
  if (entry.seq === next) {
    const head = log.pendingHeads.find(
      it => it.size >= entry.seq && it.size > log.judgedTo && it.size - size <= bufferMax,
    )
    if (head && (waits || !overtaken(log, head))) return bufferUnder(line, log, head, held)
    if (log.buffer.length === 0) {
      acceptNext(line, log, held, false)
      return takeAhead(line, log)
    }
  }
  acceptAhead(line, log, held)
}

/** Urgent entries that came first are not sent twice: what lies around them is judged one by one. */
const overtaken = (log: Log, head: Head): boolean => log.ahead.keys().some(seq => seq <= head.size)

/** Where a log ends, with what waits for its head. */
export const endOf = ({ buffer, frontier, root }: Log): Grown => buffer.at(-1)?.grown ?? { frontier, root }

/** Catching up: entries wait for the head that covers them, then one root answers for all. (L-7) */
const bufferUnder = (line: Line, log: Log, head: Head, held: Held): void => {
  log.buffer.push({ held, grown: grown(endOf(log).frontier, held.entry.hash, line.suite) })
  log.bufferBytes += held.entry.bytes.length + (held.body?.bytes.length ?? 0)
  log.last = held.entry
  log.progressAt = line.now
  const full = log.bufferBytes > creditBytes / 2
  if (held.entry.seq < head.size && !full) return
  const waiting = log.buffer
  const end = endOf(log)
  emptyBuffer(log)
  if (held.entry.seq < head.size) {
    // Large bodies: the credit would be spent before the head is reached, so these are judged one by one.
    waiting.every(it => acceptNext(line, log, it.held, false, it.grown))
    return takeAhead(line, log)
  }
  log.pendingHeads = log.pendingHeads.filter(it => it !== head)
  const covered = equal(end.root, head.root)
  const tenures = log.tenures.length
  const whole = waiting.every(it => acceptNext(line, log, it.held, covered, it.grown))
  // Only now: what was held ahead and has been buffered as well must take its place from the buffer, and once.
  takeAhead(line, log)
  if (!whole) return keepWaiting(log, head)
  // Where the keys have changed on the way, it is not by those that it was judged by that a head of its size is signed. (K-4)
  const proof = log.tenures.length === tenures ? true : judgeHead(line, log, head)
  if (proof === true) compareHead(line, log, head, end.root)
  else refused(line, proof, head.author)
}

/** The next entry of a log. `covered`: it lies under a verified head, so its own signature is checked later. `grown`: the tree with it. */
const acceptNext = (line: Line, log: Log, held: Held, covered: boolean, longer?: Grown): boolean => {
  const { entry } = held
  // What changes keys is judged at once: what follows is judged by what it brings. (K-2)
  const changes = isKeyChange(entry.kind)
  const proof = covered && !changes ? true : signatureOf(line, held)
  if (proof !== true && !covered && coveredBeyond(line, log, entry)) return acceptNext(line, log, held, true, longer)
  const problem = proof !== true && !covered ? proof : changes && !held.body && refuse("bad-key-change", about(entry))
  if (problem) {
    // What was put in may be ours and not its author's: only what came whole can be held against anybody. (S-11)
    if (held.rebuilt) askWhole(line, log)
    else refused(line, problem, log.author)
    return false
  }
  const misfit = fits(line, log, held)
  if (misfit) {
    // Its author has signed it, or a head over it: no other entry can take this place any more. Proof is only what is truly signed itself.
    const signed = covered ? signatureOf(line, held) : true
    setAside(line, entry, signed === true ? misfit : signed)
    if (misfit.refusal !== "other-charter") log.broken = true
    line.state.dirty = true
    return false
  }
  const ahead = log.ahead.get(entry.seq)
  if (ahead && !equal(ahead.hash, entry.hash)) {
    meetAgain(line, held)
    return false
  }
  if (!log.ahead.delete(entry.seq)) {
    line.state.staged.push({ held, gapBefore: false })
    owe(line, held, null)
  }
  grow(line, log, held, longer ?? grown(log.frontier, entry.hash, line.suite))
  if (changes) changeKeys(line, log, held, proof)
  if (!covered && log.checkedTo === entry.seq - 1) log.checkedTo = entry.seq
  return true
}

/** A false signature under a true head: what is held beyond the entry leads up to a head that its author signed. The entry is kept
 *  and marked: else one bad signature would hold up a log for ever. (L-7) */
const coveredBeyond = (line: Line, log: Log, entry: Entry): boolean => {
  let frontier = append(log.frontier, entry.hash, line.suite)
  for (const head of log.pendingHeads) {
    while (frontier.size < head.size) {
      const next = log.ahead.get(frontier.size + 1)
      if (!next) return false
      frontier = append(frontier, next.hash, line.suite)
    }
    if (frontier.size === head.size && equal(rootOf(frontier, line.suite), head.root)) return true
  }
  return false
}

/** Whether the entry follows the log that we hold. (E-6, E-7, E-10, E-14, CH-1) */
const fits = (line: Line, log: Log, held: Held): Refusal | undefined => {
  const { entry } = held
  if (!equal(entry.ownRoot, log.root)) return refuse("wrong-own-root", about(entry))
  if (entry.number !== undefined && entry.number !== log.numbers[entry.traffic]! + 1)
    return refuse("wrong-number", about(entry))
  if (entry.act && log.acts.has(hex(entry.act))) return refuse("act-reused", about(entry))
  if ((log.generation === 1 && entry.seq === 1) !== (entry.kind === kinds.charter))
    return refuse("other-charter", about(entry))
  if ((log.generation > 1 && entry.seq === 1) !== (entry.kind === kinds.generation))
    return refuse("bad-generation", about(entry))
  if (entry.kind !== kinds.charter) return undefined
  const signatures = held.body ? decodeRootSignatures(held.body.bytes) : refuse("other-charter", about(entry))
  if (isRefusal(signatures)) return signatures
  return checkCharterSignatures(line.charter, log.author, signatures, line.suite)
}

/** Generations whose first entry waited for what it names of the one before. (K-9) */
export const reachOpenings = (line: Line): void => {
  for (const log of line.state.logs)
    if (log.opening) reachOpening(line, log, (its, next) => void acceptNext(line, its, next, false))
}

export const rememberAct = (log: Log, entry: Entry): void => {
  if (!entry.act) return
  log.acts.set(hex(entry.act), entry.author === log.author ? entry : null)
  if (log.acts.size > actsKept) log.acts.delete(log.acts.keys().next().value!)
}

/** The log is longer by one: tree, numbers, and what this entry says of others' logs and of keys. */
const grow = (line: Line, log: Log, held: Held, { frontier, root }: Grown): void => {
  const { entry } = held
  log.frontier = frontier
  log.root = root
  log.last = entry
  log.progressAt = line.now
  if (entry.number !== undefined) log.numbers[entry.traffic] = entry.number
  rememberAct(log, entry)
  judgeNext(line, log, held)
  const peer = line.state.peers.get(log.author)
  if (!peer) {
    line.state.roots.set(log.frontier.size, log.root)
    for (const { author, generation, size } of entry.seen)
      if (generation === line.state.logs[author]?.generation) log.seen[author] = Math.max(log.seen[author] ?? 0, size)
    return
  }
  const seen = entry.seen.find(it => it.author === line.us)
  if (seen) checkSeen(line, log, peer, entry, seen)
  owesHave(line, peer)
  if (entry.kind === kinds["epoch-key"] && held.body) takeEpochKey(line, peer, held.body.bytes)
}

/** Officers are judged by position: at the moment when the entry takes its place. (OF-3, OF-6, OF-8) */
const judgeNext = (line: Line, log: Log, held: Held): void => {
  // E-22: people are told; it is no mark, which would keep the entry from being shown as said.
  const second = secondOf(held.entry, line.charter, line.suite)
  if (isRefusal(second)) refused(line, second, log.author)
  if (!isJudged(held.entry, line.charter.terms)) return
  const { refusal, officers } = judgeEntry(held, log.officers, line.charter, line.suite)
  log.officers = officers
  if (refusal) marked(line, held.entry, refusal)
}

/** `seen` is a countersignature: the peer held our log up to that size, with that root. (L-5) */
const checkSeen = (line: Line, log: Log, peer: Peer, entry: Entry, seen: Seen): void => {
  const own = ownLog(line)
  const { generation, size, root } = seen
  if (generation > own.generation) return isRestored(line, Number.MAX_SAFE_INTEGER)
  if (generation < own.generation) return checkPastSeen(line, entry, seen)
  if (size > own.frontier.size) return isRestored(line, size)
  const before = log.seen[line.us] ?? 0
  const ours = line.state.roots.get(size)
  if (size < before || (ours ? !equal(ours, root) : size > peer.confirmed)) {
    if (ours && size > 0) askOwnRival(line, peer, { generation, seq: size })
    return falseSeen(line, entry)
  }
  log.seen[line.us] = size
  if (!ours) checkPastSeen(line, entry, seen)
  confirm(line, peer, size)
}

export const falseSeen = (line: Line, entry: Entry): void =>
  marked(line, entry, refuse(entry.kind === kinds.stored ? "false-receipt" : "seen-mismatch", about(entry)))

/** A `seen` that is read late, when later ones have been read already: only its root can still be judged. (L-5) */
const checkPastSeen = (line: Line, entry: Entry, { author, generation, size, root }: Seen): void => {
  const ours = generation === ownLog(line).generation ? line.state.roots.get(size) : undefined
  if (ours) return equal(ours, root) ? undefined : falseSeen(line, entry)
  recall(line, { about: "pastSeen", entry, root }, { author, generation, seq: size + 1 })
}

const takeEpochKey = (line: Line, peer: Peer, body: Uint8Array): void => {
  const key = decodeEpochKeyBody(body)
  if (!isRefusal(key) && key.class === 1) return takeCarriedKey(line.state.carried, peer.party, key)
  if (isRefusal(key) || key.number <= peer.keyNumber || !isXwingPublic(key.public)) return
  peer.keyNumber = key.number
  peer.publicKey = key.public.slice()
}

/** The next own entry is a receipt for all that is held contiguously. */
export const oweReceipt = (line: Line, precedence: number): NonNullable<Line["state"]["receiptOwed"]> => {
  line.state.receiptOwed ??= { precedence: precedenceFloor, refs: [], withoutBody: [], expired: [] }
  line.state.receiptOwed.precedence = Math.max(line.state.receiptOwed.precedence, precedence)
  return line.state.receiptOwed
}

/** Entries are owed a receipt, receipts are not. */
const owe = (line: Line, held: Held, beyondGap: Hash | null): void => {
  const { entry } = held
  if (isReceipt(entry.kind) || entry.author === line.us) return
  const owed = oweReceipt(line, entry.precedence)
  if (beyondGap) owed.refs.push(beyondGap)
  if (entry.bodyHash && !held.body) owed.withoutBody.push(entry.hash)
  if (entry.notAfter !== undefined && entry.notAfter < line.now) owed.expired.push(entry.hash)
}

/** An entry across a gap: checked by its own signature, stored and shown at once, placed when the gap fills. (S-6) */
const acceptAhead = (line: Line, log: Log, held: Held): void => {
  const { entry } = held
  if (log.ahead.size >= aheadMax || (line.us === log.author && line.state.restored)) return
  const isNear = log.ahead.has(entry.seq - 1) || log.ahead.has(entry.seq + 1)
  // What changes keys is taken in its turn; what is signed with keys that are not known yet comes again after it. (K-2)
  if (isKeyChange(entry.kind)) return
  if (!isNear && log.ahead.keys().reduce((edges, seq) => edges + (log.ahead.has(seq + 1) ? 0 : 1), 0) >= gapsMax) return
  const proof = signatureOf(line, held)
  if (proof !== true) return proof.refusal === "unknown-key" ? undefined : refused(line, proof, log.author)
  const { ownRoot, hash, traffic, number = 0, act = null, kid } = entry
  const judged = isJudged(entry, line.charter.terms)
  log.ahead.set(entry.seq, { ownRoot, hash, traffic, number, act, kid, isJudged: judged })
  line.state.staged.push({ held, gapBefore: true })
  if (log.progressAt < line.now && log.ahead.size === 1) log.progressAt = line.now
  owe(line, held, hash)
}

/** The gap has closed: what was held beyond it takes its place, if its own root was true. (L-8) */
const takeAhead = (line: Line, log: Log): void => {
  for (;;) {
    const seq = log.frontier.size + 1
    const next = log.ahead.get(seq)
    if (!next) return
    const numbered = next.number === 0 || next.number === log.numbers[next.traffic]! + 1
    const isReused = next.act !== null && log.acts.has(hex(next.act))
    if (next.isJudged && (!log.recalled || !equal(log.recalled.entry.hash, next.hash)))
      return recallNext(line, log, seq)
    const [key] = keysOf(log.tenures, log.generation, seq)
    const isOld = next.kid !== null && !equal(next.kid, kidOf(key, line.suite))
    if (!equal(next.ownRoot, log.root) || !numbered || isReused || isOld) {
      const code = isReused ? "act-reused" : isOld ? "key-replaced" : "false-own-root"
      log.broken = true
      const { author } = log
      return marked(line, { author, hash: next.hash }, refuse(code, { author, seq, hash: hex(next.hash) }))
    }
    log.ahead.delete(seq)
    if (next.act) log.acts.set(hex(next.act), null)
    if (next.isJudged && log.recalled) judgeNext(line, log, log.recalled)
    log.recalled = null
    log.frontier = append(log.frontier, next.hash, line.suite)
    log.root = rootOf(log.frontier, line.suite)
    log.progressAt = line.now
    if (next.number > 0) log.numbers[next.traffic] = next.number
    if (log.checkedTo === seq - 1) log.checkedTo = seq
    line.state.dirty = true
    // What it saw and which keys it brought was signed, and is read again from the store.
    recall(line, { about: "joined", log }, { author: log.author, generation: log.generation, seq })
  }
}

/** An entry that officers have to do with takes its place only with its judgement: it is read again before. (OF-3) */
const recallNext = (line: Line, log: Log, seq: number): void => {
  if (log.recalling === seq) return
  log.recalling = seq
  recall(line, { about: "judged", log }, { author: log.author, generation: log.generation, seq })
}

export const heardNext = (line: Line, log: Log, held: Held): void => {
  log.recalling = 0
  log.recalled = held
  if (!log.broken) takeAhead(line, log)
}

/** A process that ended between the closing of a gap and that answer takes it up here. */
export const resumeAhead = (line: Line): void => {
  for (const log of line.state.logs) if (!log.broken) takeAhead(line, log)
}

/** What a joined entry says of our log, now that it has its place. */
export const joined = (line: Line, log: Log, held: Held): void => {
  rememberAct(log, held.entry)
  const peer = line.state.peers.get(log.author)
  if (!peer) return
  // It was receipted by name; the size that is proven to be held grows only by a receipt that says so.
  if (!isReceipt(held.entry.kind)) oweReceipt(line, held.entry.precedence)
  const seen = held.entry.seen.find(it => it.author === line.us)
  if (seen && seen.size > (log.seen[line.us] ?? 0)) checkSeen(line, log, peer, held.entry, seen)
  else if (seen) checkPastSeen(line, held.entry, seen)
  if (held.entry.kind === kinds["epoch-key"] && held.body) takeEpochKey(line, peer, held.body.bytes)
}
