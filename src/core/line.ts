// One line at one node: `step(line, event)` is the only door (page: protocol/sync.md, section 1). It owns and changes the state it
// is given, and answers effects in the order in which they are to be done. No clock, chance, disk, network or key is reached from here.
import { falseSeen, heardNext, joined, oweReceipt, reachOpenings, rememberAct, resumeAhead } from "./accept.ts"
import { decideBreak } from "./break.ts"
import { carriedDueAt, heardCarried, heardCarriedKey, isCarriedKey, keepCarried } from "./carried.ts"
import type { Charter } from "./charter.ts"
import { heardChecked, wantChecks } from "./check.ts"
import { overslept, setBack } from "./clock.ts"
import type { Effect, Event, Held, WantedDocument } from "./event.ts"
import { askDueAt, chunkKept, chunkNotKept, dropWanted, want } from "./fetch.ts"
import { chunkRead } from "./give.ts"
import { equal } from "./hash.ts"
import { heardPast, reachHeads } from "./heads.ts"
import { heardFrame } from "./heard-frame.ts"
import { heardAgain } from "./heard-short.ts"
import { lackInForce, restoreKeys } from "./key-change.ts"
import { ownKeys } from "./opening.ts"
import { drain, immediate } from "./outbox.ts"
import { closePath, openPath } from "./paths.ts"
import { dropDeadPaths } from "./ping.ts"
import { isReceipt } from "./registry.ts"
import { endDoubt, endRestore, recordLost } from "./restore.ts"
import { askRivals, heardRival } from "./rival.ts"
import * as serve from "./serve.ts"
import { restoreSnapshot, snapshot } from "./snapshot.ts"
import { type Ask, freshState, type Line } from "./state.ts"
import type { Suite } from "./suite.ts"
import * as sync from "./sync.ts"
import * as write from "./write.ts"

export type LineOptions = {
  readonly charter: Charter
  readonly us: number
  readonly suite: Suite
  /** Body of our own charter entry: our roots' signatures. (CH-5) */
  readonly charterBody: Uint8Array
}

/** A line as it was left: the snapshot, our own entries that no peer is proven to hold, and the last entries of every log, for
 *  their acts. */
export type Left = {
  readonly snapshot: Uint8Array
  readonly unconfirmed: readonly Held[]
  readonly recent: readonly Held[]
  /** The entries at which a log's node keys have changed, as the snapshot names them, oldest first. */
  readonly changes: readonly Held[]
}

export const newLine = (options: LineOptions, left?: Left): Line => {
  const state = freshState(options.charter, options.us, options.suite)
  const line: Line = { ...options, state, now: 0, out: [], heardBytes: 0 }
  if (!left) return line
  restoreSnapshot(state, left.snapshot)
  restoreKeys(line, left.changes)
  for (const held of left.recent) rememberAct(state.logs[held.entry.author]!, held.entry)
  const own = state.logs[options.us]!
  const least = Math.min(...[...state.peers.values()].map(peer => peer.confirmed))
  state.roots.clear()
  for (const { entry } of left.unconfirmed) {
    if (entry.seq - 1 >= least) state.roots.set(entry.seq - 1, entry.ownRoot)
    if (entry.precedence >= immediate && entry.seq > least) state.urgent.push(entry.seq)
  }
  state.roots.set(own.frontier.size, own.root)
  oweWhatIsUnsaid(line, left.recent)
  return line
}

/** What was accepted, and not yet receipted when the process ended, is receipted now. */
const oweWhatIsUnsaid = (line: Line, recent: readonly Held[]): void => {
  const last = recent.findLast(({ entry }) => entry.author === line.us)?.entry
  for (const { entry } of recent) {
    if (entry.author === line.us || isReceipt(entry.kind)) continue
    const said = last?.seen.find(it => it.author === entry.author && it.generation === entry.generation)?.size ?? 0
    if (entry.seq > said) oweReceipt(line, entry.precedence)
  }
}

/** The snapshot of a line whose home was put back from a copy: it signs nothing before its peers have answered. (L-11) */
export const restoredSnapshot = (options: LineOptions, left?: Left): Uint8Array => {
  const { state } = newLine(options, left)
  state.restored = true
  return snapshot(state)
}

/** What must be written to take the line up again. */
export const snapshotOf = (line: Line): Uint8Array => snapshot(line.state)

export const step = (line: Line, event: Event): Effect[] => {
  if (event.now < line.now) setBack(line.state, line.now - event.now)
  else overslept(line.state, event.now, line.now)
  line.now = event.now
  line.out = []
  handle(line, event)
  return line.out
}

const handle = (line: Line, event: Event): void => {
  const { state } = line
  switch (event.type) {
    case "started":
      // The clock may have been set back while the node was down; a key is then renewed a day from now, not in years.
      state.epochKeyAt = Math.min(state.epochKeyAt, line.now)
      if (event.lived) recordLost(line)
      if (event.held) lackInForce(line, event.held)
      // Keys whose change was durable when the process ended, and keys whose change was not, go now. (K-6)
      if (state.logs[line.us]!.changes.length > 0) line.out.push({ do: "keepNodeKeys", key: ownKeys(line)[0] })
      return resumeAhead(line)
    case "woke":
      // A timer may come a little early: whatever is then not due yet must be asked for again.
      state.wakeAt = Infinity
      return
    case "ordered":
      return write.takeOrder(line, event.order)
    case "pathOpened":
      return openPath(line, event.path, event.peer, event.traits)
    case "pathClosed":
      closePath(line, event.path)
      if (event.isRemoved) state.windows.delete(event.path)
      return
    case "heard": {
      const path = state.paths.get(event.path)
      return path ? heardFrame(line, path, event.frame) : undefined
    }
    case "flushed": {
      const path = state.paths.get(event.path)
      if (path) path.inFlight = Math.max(0, path.inFlight - event.bytes)
      return
    }
    case "signed":
      return write.heardSigned(line, event.signature)
    case "signedSecond":
      return write.heardSignedSecond(line, event.signature)
    case "attested":
    case "encapsulated":
    case "decapsulated":
    case "recalled":
      return heardAnswer(line, event)
    case "epochKeyMade":
      return isCarriedKey(event.number) ? heardCarriedKey(line, event) : write.heardEpochKey(line, event)
    case "carried":
      return heardCarried(line, event)
    case "appended":
      return heardAppended(line, event.wanted)
    case "served": {
      const path = state.paths.get(event.path)
      return path ? serve.heardServed(line, path, event) : undefined
    }
    case "checked":
      return heardChecked(line, state.logs[event.author]!, event)
    case "breakDecided":
      return decideBreak(line, event)
    case "documentWanted":
    case "documentDropped":
    case "chunkKept":
    case "chunkNotKept":
    case "chunkRead":
      return heardOfDocument(line, event)
    case "watched":
      return watched(line, event)
    case "settle":
      return settle(line)
    default:
      return event satisfies never
  }
}

type OfDocument = Extract<
  Event,
  { type: "documentWanted" | "documentDropped" | "chunkKept" | "chunkNotKept" | "chunkRead" }
>

const heardOfDocument = (line: Line, event: OfDocument): void => {
  switch (event.type) {
    case "documentWanted":
      return want(line, event.peer, event, event.held)
    case "documentDropped":
      return dropWanted(line, event.root)
    case "chunkKept":
      return chunkKept(line, event)
    case "chunkNotKept":
      return chunkNotKept(line, event.root)
    case "chunkRead":
      return chunkRead(line, event)
    default:
      return event satisfies never
  }
}

const watched = (line: Line, event: { lastHuman: number | null; consoles: number }): void => {
  const came = event.consoles !== line.state.consoles
  line.state.lastHuman = event.lastHuman
  line.state.consoles = event.consoles
  if (came) for (const path of line.state.paths.values()) path.pingAt = -Infinity
}

type Answer = Extract<Event, { type: "attested" | "encapsulated" | "decapsulated" | "recalled" }>

const heardAnswer = (line: Line, event: Answer): void => {
  const asked: Ask | undefined = line.state.asks.get(event.id)
  line.state.asks.delete(event.id)
  if (!asked) return
  if (event.type === "attested" && asked.about === "attestation") asked.use(event.ed25519, event.mlDsa65)
  if (event.type === "encapsulated" && asked.about === "encapsulation") asked.use(event.enc, event.secret)
  if (event.type === "decapsulated" && asked.about === "decapsulation") asked.use(event.secret)
  if (event.type !== "recalled") return
  if (asked.about === "rival") heardRival(line, asked.held, event.held)
  else if (asked.about === "again") heardAgain(line, asked.signature, event.held)
  if (asked.about === "opening") asked.use(event.held)
  if (asked.about === "joined" && event.held) joined(line, asked.log, event.held)
  if (asked.about === "judged" && event.held) heardNext(line, asked.log, event.held)
  if (asked.about === "pastSeen" && event.held && !equal(asked.root, event.held.entry.ownRoot))
    falseSeen(line, asked.entry)
  if (asked.about === "pastHead" && event.held) heardPast(line, asked.head, event.held.entry.ownRoot)
}

/** Signs what waits, then writes what is signed and accepted, then sends. Nothing is sent before it is written. */
const settle = (line: Line): void => {
  const { state } = line
  if (state.appending || state.signing) return
  if (state.staged.length === 0 && write.headOverdue(line)) write.makeHead(line)
  reachOpenings(line)
  endRestore(line)
  if (write.signNext(line)) return
  reachHeads(line)
  if (
    state.staged.length +
      state.stagedHeads.length +
      state.stagedAsides.length +
      state.stagedMarks.length +
      state.stagedSpans.length >
      0 ||
    state.dirty
  )
    return appendStaged(line)
  if (state.logs.every(log => log.buffer.length === 0)) line.heardBytes = 0
  for (const tell of state.afterwards.splice(0)) line.out.push({ do: "tell", tell })
  if (write.headDueAt(line) <= line.now) write.makeHead(line)
  if (write.epochKeyDueAt(line) <= line.now) write.makeEpochKey(line)
  keepCarried(line)
  dropDeadPaths(line)
  endDoubt(line)
  wantChecks(line)
  askRivals(line)
  sync.pump(line)
  const at = Math.min(
    ...[sync.nextWake(line), write.headDueAt(line), write.epochKeyDueAt(line), carriedDueAt(line), askDueAt(line)],
  )
  if (at !== state.wakeAt && at < Infinity) line.out.push({ do: "wakeAt", at })
  state.wakeAt = at
}

const appendStaged = (line: Line): void => {
  const { state } = line
  const {
    staged: rows,
    stagedOwn: own,
    stagedHeads: heads,
    stagedAsides: asides,
    stagedMarks: marks,
    stagedSpans: spans,
  } = state
  state.appending = { rows, own, heads, tells: state.afterwards.splice(0), after: state.afterAppend.splice(0) }
  Object.assign(state, {
    staged: [],
    stagedOwn: [],
    stagedHeads: [],
    stagedAsides: [],
    stagedMarks: [],
    stagedSpans: [],
    dirty: false,
  })
  line.heardBytes = 0
  line.out.push({ do: "append", rows, heads, asides, marks, spans, state: snapshot(state) })
}

const heardAppended = (line: Line, wanted: readonly WantedDocument[] = []): void => {
  const { state } = line
  const { rows, own, heads, tells, after } = state.appending!
  state.appending = null
  for (const it of own) sync.push(line, it.held)
  for (const head of heads) if (head.author === line.us) sync.pushHead(line, head)
  for (const path of state.paths.values()) drain(line, path, state.peers.get(path.peer)!)
  // First to the peer, then to the people here: a message does not wait for what our own screens make of it.
  const drained = Map.groupBy(line.out, effect => effect.do === "send")
  line.out = drained.get(true) ?? []
  if (rows.length > 0) line.out.push({ do: "tell", tell: { type: "rows", rows } })
  for (const { order, held } of own)
    if (order) line.out.push({ do: "tell", tell: { type: "done", order: order.id, entry: held.entry } })
  for (const tell of tells) line.out.push({ do: "tell", tell })
  line.out.push(...(drained.get(false) ?? []))
  // Before what waits for the rows: parts of a document may have come with the entry that names it.
  for (const document of wanted) want(line, document.peer, document, document.held)
  for (const each of after) each()
}
