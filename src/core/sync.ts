// Carrying the record to a peer: push within its credit, fill its gaps, highest precedence first on every path (page:
// protocol/sync.md). Everything is idempotent; what a path loses is asked for again.
import type { Entry } from "./entry.ts"
import { openEpoch, showOpenings } from "./epoch.ts"
import type { Held } from "./event.ts"
import { askDocuments } from "./fetch.ts"
import { encodePart, type Have, type Part } from "./frame.ts"
import { giveDocuments } from "./give.ts"
import { have, rangesAhead } from "./have.ts"
import type { Head } from "./head.ts"
import { creditBytes, doubtMs, gapsMax, wantAfterMs } from "./limits.ts"
import { enqueueOnce } from "./once.ts"
import { bulk, drain, flash, immediate, priority, sendOwn, storedOf } from "./outbox.ts"
import type { Path } from "./path-state.ts"
import { bestOf, deadAfter, isThin, pathsFor, pingEvery, rewind } from "./paths.ts"
import { doubtAt, tailDueAt } from "./ping.ts"
import { sendPing } from "./probe.ts"
import { doubtGeneration, doubtWhole, heardFromPeer, isInDoubt } from "./restore.ts"
import { serve } from "./serve.ts"
import { emptyBuffer, type Line, type Log, type Peer } from "./state.ts"

/** The longest that an answer is waited for: a round trip is the peer's own word. */
const answerMsMax = 60_000

export const ownLog = (line: Line): Log => line.state.logs[line.us]!

/** An own entry that has just become durable goes out at once, unless older ones are still to be pushed. */
export const push = (line: Line, held: Held): void => {
  const { entry } = held
  // What was written before the log began anew is asked for by who lacks it. (K-9)
  if (entry.generation !== ownLog(line).generation) return
  const urgent = entry.precedence >= immediate
  if (urgent) line.state.urgent.push(entry.seq)
  for (const peer of line.state.peers.values()) {
    if (!peer.helloHeard) continue
    const next = peer.sentTo === entry.seq - 1
    const bytes = entry.bytes.length + (held.body?.bytes.length ?? 0)
    if (!next && !urgent) continue
    if (next && !urgent && peer.unconfirmedBytes + bytes > peer.credit) continue
    for (const path of pathsFor(line, peer, entry.precedence))
      sendOwn(line, peer, path, { precedence: entry.precedence, stored: storedOf(held), isNext: next })
    if (next) {
      peer.sentTo = entry.seq
      peer.pushed.push({ seq: entry.seq, bytes })
      peer.unconfirmedBytes += bytes
    }
  }
}

export const pushHead = (line: Line, head: Head): void => {
  const isNewLog = line.state.newestHead?.generation !== head.generation
  line.state.newestHead = head
  for (const peer of line.state.peers.values()) {
    if (isNewLog) peer.headSentTo = 0
    offerHead(line, peer)
  }
}

/** Once to who has been sent all that it covers, and again after a new HELLO: what was under way when a path went down is lost. (L-6) */
const offerHead = (line: Line, peer: Peer): void => {
  const head = line.state.newestHead
  if (head === null || head.generation !== ownLog(line).generation) return
  if (!peer.helloHeard || head.size > peer.sentTo || head.size <= peer.headSentTo) return
  peer.headSentTo = head.size
  const part = encodePart({ type: "head", head })
  for (const path of pathsFor(line, peer, bulk)) {
    path.headSentAt = line.now
    enqueueOnce(path, { name: "head", precedence: isThin(path.traits) ? bulk : priority, part })
  }
}

/** The peer is proven to hold our log up to `size`. */
export const confirm = (line: Line, peer: Peer, size: number): void => {
  if (size <= peer.confirmed) return
  peer.confirmed = size
  line.state.dirty = true
  if (peer.sentTo < size) peer.sentTo = size
  while (peer.pushed.length > 0 && peer.pushed[0]!.seq <= size) peer.unconfirmedBytes -= peer.pushed.shift()!.bytes
  const least = Math.min(...[...line.state.peers.values()].map(it => it.confirmed))
  line.state.urgent = line.state.urgent.filter(seq => seq > least)
  forgetRoots(line, least)
}

const forgetRoots = (line: Line, least: number): void => {
  for (const size of line.state.roots.keys()) {
    if (size >= least) break
    line.state.roots.delete(size)
  }
}

export const heardHello = (line: Line, peer: Peer, path: Path, hello: Extract<Part, { type: "hello" }>): void => {
  peer.credit = Math.min(hello.credit, 16 * creditBytes)
  peer.helloHeard = true
  peer.takesShort = hello.takesShort
  // What went before it may not have been heard.
  for (const each of line.state.paths.values()) if (each.peer === peer.party) each.before = null
  peer.clockOffsetMs = hello.now - line.now
  const again = line.now - path.helloHeardAt
  path.helloHeardAt = line.now
  // S-2: who says hello again on one path has not heard ours. What comes close after the first was already on its way.
  if (again >= pingEvery(path) && again < Infinity) path.helloSent = false
  rewind(peer)
  if (!isThin(path.traits)) peer.headSentTo = 0
  heardFromPeer(line, peer, hello.restored)
  line.state.logs[peer.party]!.askedWholeAt = -Infinity
  heardHave(line, peer, hello.have)
  if (!peer.linkTold) line.out.push({ do: "tell", tell: { type: "link", peer: peer.party, up: true } })
  peer.linkTold = true
  // What a path is worth is known from its first round trip on.
  path.pingAt = -Infinity
  const { generation } = ownLog(line)
  const own = path.wants.filter(it => it.author === line.us && it.generation === generation && it.from === it.to)
  const known = new Set(own.map(({ from }) => from))
  for (const seq of line.state.urgent)
    if (seq > peer.confirmed && !known.has(seq)) path.wants.push({ author: line.us, generation, from: seq, to: seq })
}

/** Sizes are claims: they steer what is sent and asked for. Only a signed `seen` proves what the peer holds. */
export const heardHave = (line: Line, peer: Peer, list: readonly Have[]): void => {
  for (const it of list) {
    const log = line.state.logs[it.author]
    if (log && it.generation > log.generation) {
      if (it.author === line.us) doubtGeneration(line)
      else log.newer = true
    }
    if (!log || it.generation !== log.generation) continue
    if (it.size > log.claimed) {
      log.claimed = it.size
      log.progressAt = line.now
    }
    if (it.author !== line.us) continue
    if (peer.helloHeard && !peer.restored) line.state.unanswered.delete(peer.party)
    if (it.size > log.frontier.size) doubtWhole(line, it.size)
    else if (it.size > peer.sentTo) peer.sentTo = it.size
    peer.claims = Math.min(Math.max(peer.claims, it.size), log.frontier.size)
    releaseCredit(peer, it.size)
  }
}

/** The peer says that it has stored so much: what it holds no longer weighs on its credit. */
const releaseCredit = (peer: Peer, size: number): void => {
  while (peer.pushed.length > 0 && peer.pushed[0]!.seq <= size) peer.unconfirmedBytes -= peer.pushed.shift()!.bytes
}

const sendHello = (line: Line, path: Path): void => {
  path.helloSent = true
  path.pingAt = line.now
  const part = encodePart({
    type: "hello",
    charterHash: line.charter.hash,
    have: have(line),
    credit: creditBytes,
    now: line.now,
    restored: line.state.restored,
    takesShort: true,
  })
  enqueueOnce(path, { name: "hello", precedence: flash, part })
}

/** The first entry of the next generation is asked for by itself: it says how much of this one is to be held first. (K-9) */
const asksAnew = (log: Log): boolean => log.newer && log.opening === null

/** By which path to ask for what a log lacks; undefined when it lacks nothing, or nobody can be asked. */
const wantPath = (line: Line, log: Log): Path | undefined => {
  if (log.author === line.us && !isInDoubt(line)) return undefined
  const lacks = !log.broken && log.claimed > log.frontier.size + log.buffer.length
  if (!lacks && !asksAnew(log)) return undefined
  const isAble = (path: Path): boolean => path.helloSent && (log.author === line.us || path.peer === log.author)
  // The answer comes by the path of the question: a modem line must not be asked for what the fibre beside it could bring.
  return bestOf([...line.state.paths.values()].filter(isAble))
}

/** How long what is asked for by a path may take: a satellite's answer needs more than a second. (S-7) */
export const answerMs = ({ roundTripMs }: Path): number =>
  Math.min(Math.max(wantAfterMs, 2 * (roundTripMs ?? 0)), answerMsMax)

/** What is missing between what is held, lowest first. */
const gapsOf = (log: Log): [number, number][] => {
  const gaps: [number, number][] = []
  let from = log.frontier.size + 1
  for (const [first, last] of [...rangesAhead(log), [log.claimed + 1, log.claimed] as const]) {
    if (from < first) gaps.push([from, first - 1])
    from = last + 1
  }
  return gaps.slice(0, gapsMax)
}

/** Asks for what is said to exist and does not come. (S-7) */
const sendWants = (line: Line): void => {
  for (const log of line.state.logs) {
    const path = wantPath(line, log)
    if (!path || line.now - log.progressAt < answerMs(path)) continue
    if (asksAnew(log)) {
      log.progressAt = line.now
      sendWant(path, { author: log.author, generation: log.generation + 1, from: 1, to: 1 })
      continue
    }
    // What waited for a head is asked for anew and judged entry by entry: the head may never come true.
    emptyBuffer(log)
    log.judgedTo = log.claimed
    log.progressAt = line.now
    const { author, generation } = log
    for (const [from, to] of gapsOf(log)) sendWant(path, { author, generation, from, to })
  }
}

const sendWant = (path: Path, want: Path["wants"][number]): void => {
  const { author, generation, from, to } = want
  const name = `want ${author} ${generation} ${from} ${to}`
  enqueueOnce(path, { name, precedence: immediate, part: encodePart({ type: "want", ...want }) })
}

/** What came short could not be made whole: it is asked for as what does not come, at once, and at most once in that time. (S-11) */
export const askWhole = (line: Line, log: Log): void => {
  if (line.now - log.askedWholeAt < wantAfterMs) return
  log.askedWholeAt = line.now
  log.progressAt = -Infinity
}

/** One entry whole, whatever is held at its place, of a peer that may have it. (L-8, S-11) */
export const wantWhole = (
  line: Line,
  from: number,
  { author, generation, seq }: Pick<Entry, "author" | "generation" | "seq">,
): void => {
  const log = line.state.logs[author]!
  const [path] = [...line.state.paths.values()].filter(it => it.peer === from && it.helloSent)
  if (path === undefined || line.now - log.askedWholeAt < wantAfterMs) return
  log.askedWholeAt = line.now
  sendWant(path, { author, generation, from: seq, to: seq })
}

/** Tells the peer what is held, where no signed entry of ours has just said so. */
const haveDelay = (path: Path): number => (isThin(path.traits) ? 30_000 : 20)

const sendHave = (line: Line, path: Path, peer: Peer): void => {
  if (peer.haveDue === null || line.now < peer.haveDue) return
  peer.haveDue = null
  enqueueOnce(path, { name: "have", precedence: priority, part: encodePart({ type: "have", have: have(line) }) })
}

export const owesHave = (line: Line, peer: Peer): void => {
  const path = pathsFor(line, peer, bulk)[0]
  if (path) peer.haveDue ??= line.now + haveDelay(path)
}

/** Everything that may be sent now, path by path. Called when nothing waits to be written. */
export const pump = (line: Line): void => {
  for (const peer of line.state.peers.values()) if (peer.reopened) sayAgain(line, peer)
  sendWants(line)
  askDocuments(line)
  for (const path of line.state.paths.values()) {
    const peer = line.state.peers.get(path.peer)!
    if (!peer.sending) {
      openEpoch(line, peer)
      // An opening may have been lost: until the peer has answered, it takes the place of the ping. (EP-8)
      if (line.now - path.pingAt >= pingEvery(path)) {
        path.pingAt = line.now
        showOpenings(line, peer, path)
      }
      continue
    }
    if (!path.helloSent) sendHello(line, path)
    if (line.now - path.pingAt >= pingEvery(path) || line.now >= tailDueAt(path, peer)) {
      if (peer.helloHeard) sendPing(line, path)
      else sendHello(line, path)
    }
    sendHave(line, path, peer)
    serve(line, path)
    offerHead(line, peer)
    giveDocuments(line, path)
    drain(line, path, peer)
  }
}

/** A fresh epoch after one that the peer could not open: hello again, and everything that it is not proven to hold. */
const sayAgain = (line: Line, peer: Peer): void => {
  peer.reopened = false
  rewind(peer)
  for (const path of line.state.paths.values()) if (path.peer === peer.party) path.helloSent = false
}

/** When time alone will next make something due. */
export const nextWake = (line: Line): number => {
  let at = Infinity
  for (const path of line.state.paths.values()) {
    at = Math.min(at, path.pingAt + pingEvery(path), path.heardAt + deadAfter(path), doubtAt(line, path))
    const peer = line.state.peers.get(path.peer)!
    if (peer.sending && peer.helloHeard) at = Math.min(at, tailDueAt(path, peer))
    if (peer.sending && peer.haveDue !== null) at = Math.min(at, peer.haveDue)
  }
  if (line.state.doubtSince !== null) at = Math.min(at, line.state.doubtSince + doubtMs)
  for (const log of line.state.logs) {
    const path = wantPath(line, log)
    if (path) at = Math.min(at, log.progressAt + answerMs(path))
  }
  return at
}
