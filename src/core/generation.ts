// A log begun anew: the next generation of a log opens, on either side, and the old one is closed at the size that it names (page:
// protocol/key.md, section 5). One generation of each log is open; what is closed stays in the record and is served from it.
import { about, recall, refused, setAside } from "./aside.ts"
import type { Held } from "./event.ts"
import { equal } from "./hash.ts"
import { decodeGenerationBody, disownedBy, judge, type Opening, tenureOf } from "./key.ts"
import { emptyFrontier, emptyRoot } from "./log.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import { kinds } from "./registry.ts"
import { isRestored } from "./restore.ts"
import { emptyBuffer, type Line, type Log, type Peer } from "./state.ts"

/** Takes an entry as the next of its log. */
type Accept = (log: Log, held: Held) => void

/** An entry of a generation that is not the open one. (K-9, E-5) */
export const heardElsewhere = (line: Line, peer: Peer, held: Held, accept: Accept): void => {
  const { entry } = held
  const log = line.state.logs[entry.author]!
  if (entry.generation < log.generation) return heardClosed(line, log, held)
  // What follows the next opening is asked for when that is there.
  log.newer = true
  if (entry.generation !== log.generation + 1 || entry.seq !== 1) return
  const holder = { charter: line.charter, author: log.author, tenures: log.tenures }
  const tenure = entry.kind === kinds.generation ? tenureOf(holder, held, line.suite) : badGeneration(held)
  const proof = isRefusal(tenure) ? tenure : judge(holder, held, line.suite)
  if (proof !== true) return refused(line, proof, peer.party)
  if (log.author === line.us && !line.state.restored) return isRestored(line, Number.MAX_SAFE_INTEGER)
  log.opening = held
  reachOpening(line, log, accept)
}

const badGeneration = ({ entry }: Held): Refusal => refuse("bad-generation", about(entry))

/** It stays a place of its own log, held already, or lies beyond where its author has closed that. */
const heardClosed = (line: Line, log: Log, held: Held): void => {
  const { entry } = held
  if (entry.seq <= (log.closed[entry.generation - 1] ?? 0)) {
    if (line.state.asks.size <= 256) recall(line, { about: "rival", held }, entry)
    return
  }
  const holder = { charter: line.charter, author: log.author, tenures: log.tenures }
  const proof = judge(holder, held, line.suite)
  if (proof === true) setAside(line, entry, refuse("disowned", about(entry)))
  else refused(line, proof, log.author)
}

/** The next generation opens when the old log is held up to the size that it names, with the root that it names. (K-9) */
export const reachOpening = (line: Line, log: Log, accept: Accept): void => {
  const held = log.opening
  const opening = held?.body && decodeGenerationBody(held.body.bytes)
  if (!held || !opening || isRefusal(opening)) return
  if (opening.size === log.frontier.size) return open(line, log, { held, opening }, log.root, accept)
  if (opening.size > log.frontier.size) {
    if (log.broken) return refuseOpening(line, log, held)
    log.claimed = Math.max(log.claimed, opening.size)
    return
  }
  log.opening = null
  const use = (next: Held | null): void => {
    // Another may have opened meanwhile.
    if (next && held.entry.generation === log.generation + 1)
      open(line, log, { held, opening }, next.entry.ownRoot, accept)
  }
  recall(line, { about: "opening", use }, { author: log.author, generation: log.generation, seq: opening.size + 1 })
}

const refuseOpening = (line: Line, log: Log, held: Held): void => {
  log.opening = null
  log.newer = false
  setAside(line, held.entry, badGeneration(held))
}

type Next = { readonly held: Held; readonly opening: Opening }

const open = (line: Line, log: Log, { held, opening }: Next, root: Uint8Array, accept: Accept): void => {
  if (!equal(root, opening.root)) return refuseOpening(line, log, held)
  disown(line, log, held)
  beginAnew(line, log, opening.size)
  // Given back, and not begun here: how much more of it there is, each peer has yet to say. (L-11)
  if (log.author === line.us) for (const party of line.state.peers.keys()) line.state.unanswered.add(party)
  accept(log, held)
}

/** What is held of the old log beyond what its author stands by is marked, and nothing of it is lost. */
const disown = (line: Line, log: Log, held: Held): void => {
  const span = disownedBy(held)
  if (!span || (log.frontier.size < span.from && log.ahead.size === 0)) return
  const refusal = refuse("disowned", { author: log.author, generation: span.generation, from: span.from })
  line.state.stagedSpans.push({ author: log.author, ...span, refusal })
  refused(line, refusal, log.author)
}

const beginAnew = (line: Line, log: Log, closedAt: number): void => {
  log.closed.push(closedAt)
  Object.assign(log, {
    generation: log.generation + 1,
    frontier: emptyFrontier(),
    root: emptyRoot(line.suite),
    numbers: [0, 0, 0, 0],
    seen: log.seen.map(() => 0),
    headSize: 0,
    checkedTo: 0,
    broken: false,
    askedWholeAt: -Infinity,
    claimed: 0,
    pendingHeads: [],
    unjudgedHeads: [],
    judgedTo: 0,
    checking: false,
    opening: null,
    newer: false,
  })
  log.ahead.clear()
  Object.assign(log, { recalling: 0, recalled: null })
  emptyBuffer(log)
  // What others had seen of it was of the old one.
  for (const each of line.state.logs) each.seen[log.author] = 0
  line.state.dirty = true
  if (log.author === line.us) beginOwnAnew(line)
  else log.acts.clear()
}

/** Nobody is known to hold anything of it yet. */
const beginOwnAnew = ({ state, suite }: Line): void => {
  state.roots.clear()
  state.roots.set(0, emptyRoot(suite))
  state.urgent = []
  for (const peer of state.peers.values())
    Object.assign(peer, { confirmed: 0, sentTo: 0, claims: 0, pushed: [], unconfirmedBytes: 0 })
}

/** Our own new generation is signed: its first entry takes its place in a log of its own. */
export const beginOwnGeneration = (line: Line, held: Held): void => {
  const own = line.state.logs[line.us]!
  const opening = held.body && decodeGenerationBody(held.body.bytes)
  if (!opening || isRefusal(opening)) throw new Error("our own new generation has no body")
  disown(line, own, held)
  beginAnew(line, own, opening.size)
  // Whatever was to be fetched back of the old one is not waited for any more.
  line.state.restored = false
  line.state.unanswered.clear()
  line.state.doubtSince = null
}

/** Why an order of ours that would begin our log anew does not follow it. `upTo`: its people have named an earlier place. */
export const unlawfulOpening = (line: Line, opening: Opening, upTo: boolean): Refusal | undefined => {
  const { frontier, root } = line.state.logs[line.us]!
  const known = opening.size === frontier.size ? root : line.state.roots.get(opening.size)
  const isHeld = upTo ? opening.size <= frontier.size : opening.size === frontier.size
  if (isHeld && (known === undefined || equal(known, opening.root))) return undefined
  return refuse("bad-generation", { size: opening.size, held: frontier.size })
}
