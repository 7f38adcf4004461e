// The state of a line at one node: bounded, never entries (page: protocol/sync.md, section 2). What is durable is in the snapshot,
// written in the same transaction as the entries it follows from; the rest is rebuilt when the process starts.
import { type BreakState, noBreak } from "./break-state.ts"
import { type CarriedState, noneCarried } from "./carried-state.ts"
import type { Charter } from "./charter.ts"
import { type DocumentsState, noDocuments } from "./documents-state.ts"
import type { Entry } from "./entry.ts"
import type { Accepted, Effect, Held, MarkedSpan, Order, Signing, Tell, Writing } from "./event.ts"
import type { Head } from "./head.ts"
import { cardTenure, type NodeKeys, type Tenure } from "./key.ts"
import { emptyFrontier, emptyRoot, type Frontier, type Grown } from "./log.ts"
import { noOfficers, type Officers } from "./officer.ts"
import type { Path } from "./path-state.ts"
import type { Refusal } from "./refusal.ts"
import type { FrameKeys, Window } from "./seal.ts"
import type { Hash, Suite } from "./suite.ts"

/** One author's log as this node holds it. */
export type Log = {
  readonly author: number
  generation: number
  frontier: Frontier
  root: Hash
  /** Last number by traffic. */
  numbers: number[]
  /** Largest size of each party's log that this author has claimed to hold. */
  seen: number[]
  /** Size of the last head made (own) or verified (a peer's). */
  headSize: number
  /** Entries whose own signatures are verified, contiguously from 1. */
  checkedTo: number
  /** Entries held beyond the contiguous ones. */
  readonly ahead: Map<number, Ahead>
  /** Who is in office after all contiguous entries. (OF-3) */
  officers: Officers
  /** The author has signed what cannot be true: nothing more of this generation is accepted. */
  broken: boolean
  /** Size at which each earlier generation was closed, the first first. (K-9) */
  closed: number[]
  /** Where its author has changed its node keys; what it has changed them to is in the record. `held` for our own. (K-1) */
  changes: { readonly generation: number; readonly seq: number; readonly held: Held | null }[]
  // Not in the snapshot:
  /** A later generation is said to exist; and its first entry, while what it names of this one is not all held. */
  newer: boolean
  opening: Held | null
  /** Its author's node keys, by position; the first are the card's. */
  tenures: Tenure[]
  readonly acts: Map<string, Entry | null>
  /** Largest size that anybody says exists, what is held beyond a gap included. */
  claimed: number
  progressAt: number
  pendingHeads: Head[]
  /** Heads of sizes that are not reached, signed with keys that are not known yet. (K-4) */
  unjudgedHeads: Head[]
  judgedTo: number // up to here entries waited for a head in vain, and are judged one by one
  /** Entries that wait for the head that covers them, and the log with each of them. */
  buffer: { readonly held: Held; readonly grown: Grown }[]
  bufferBytes: number
  /** The last entry, of those that wait too: what goes without saying is as in this one. (F-16) */
  last: Entry | null
  /** When an entry was last asked for that came short and could not be made whole; Infinity: once the rival of a stopped log was. */
  askedWholeAt: number
  checking: boolean
  /** The next entry, held beyond a gap until now, is being read again to be judged; 0: none. */
  recalling: number
  recalled: Held | null
}

export type Ahead = {
  readonly ownRoot: Hash
  readonly hash: Hash
  readonly traffic: number
  readonly number: number
  readonly act: Uint8Array | null
  /** Which key has signed it; null in a snapshot of before keys could change. */
  readonly kid: Uint8Array | null
  readonly isJudged: boolean
}

/** A secret that an epoch leaves behind, for the next opening to build on. `proven`: the peer was seen to hold it. */
export type EpochSecret = {
  readonly from: number
  readonly epoch: number
  readonly secret: Uint8Array
  proven: boolean
}

export type Sending = FrameKeys & {
  readonly epoch: number
  /** Opened on the pairing of a break. */
  readonly anew: boolean
  counter: number
  readonly opening: Uint8Array
  readonly openedAt: number
  /** EPOCH-OK has come. */
  confirmed: boolean
  /** Counters below it were used before that: what refuses them is old news. (EP-7) */
  provenFrom: number
}

/** `enc`: the encapsulation that opened it. */
export type Receiving = FrameKeys & {
  readonly epoch: number
  readonly anew: boolean
  readonly enc: Uint8Array
  readonly window: Window
}

/** What is known of, and agreed with, one peer. */
export type Peer = BreakState & {
  readonly party: number
  /** Size of our log that it is proven to hold. */
  confirmed: number
  // Sealing, durable:
  pairingOurs: Uint8Array | null
  pairingTheirs: Uint8Array | null
  baseOpening: Uint8Array | null
  nextEpoch: number
  heardEpoch: number
  secrets: EpochSecret[]
  keyNumber: number
  publicKey: Uint8Array
  // Sealing, of this process only:
  /** Keys that its log will bring, by signed changes that were shown before they could be sealed; the last are in force. (K-5) */
  shownKeys: NodeKeys[]
  /** It may be a copy from before our last changes of keys: all are shown to it. (K-5) */
  lacksKeys: boolean
  sending: Sending | null
  opening: boolean
  /** The epoch before could not be opened there: what was sealed in it must be said again. */
  reopened: boolean
  usePairing: boolean
  receiving: Receiving[]
  early: { path: number; frame: Uint8Array }[]
  earlyOpening: boolean
  /** When a frame, and when an opening of the peer was last refused; each is said once a second. */
  refusedAt: number
  refusedOpeningAt: number
  shownAgainAt: number
  reopenedAt: number
  // Sync:
  sentTo: number
  /** Size of the newest own head that was handed to a path to it. */
  headSentTo: number
  /** Size of our log that it says it holds: for people and credit, proof of nothing. */
  claims: number
  credit: number
  pushed: { seq: number; bytes: number }[]
  unconfirmedBytes: number
  helloHeard: boolean
  takesShort: boolean
  /** It says that it was put back from a copy, and is not whole yet. */
  restored: boolean
  haveDue: number | null
  lastHuman: number | null
  consoles: number
  roundTripMs: number | null
  clockOffsetMs: number | null
  heardAt: number | null
  linkTold: boolean
}

export type State = {
  readonly logs: Log[]
  readonly peers: Map<number, Peer>
  readonly paths: Map<number, Path>
  /** What was found that may be under way on a path, by its number. Not in the snapshot. (S-12) */
  readonly windows: Map<number, number>
  /** Own epoch keys published so far; the last number and when. Number 0 is the card's. */
  epochKey: number
  epochKeyAt: number
  epochKeyUsed: boolean
  carried: CarriedState
  readonly documents: DocumentsState
  restored: boolean
  /** Restored when this process began, and not heard since what these peers hold. Not in the snapshot. (L-11) */
  unanswered: Set<number>
  /** A peer has said that it holds more of our log than we do, and has not shown it yet. Not in the snapshot. */
  doubtSince: number | null
  doubtEnded: boolean
  /** The node key in force, as this record has it, is not held here; or those that are, if any. Not in the snapshot. (K-6) */
  keyless: boolean | NodeKeys
  // Not in the snapshot:
  /** Roots of our own log by size, from the smallest size that a peer is proven to hold. */
  readonly roots: Map<number, Hash>
  /** Own unconfirmed entries at IMMEDIATE or above, pushed first after an outage. */
  urgent: number[]
  /** Of our own heads; after a start, none until the next is made. */
  newestHead: Head | null
  orders: Order[]
  signing: Signing | null
  /** Peers' entries were accepted: a `stored` receipt is owed for them, and by name for those beyond a gap. */
  receiptOwed: { precedence: number; refs: Hash[]; withoutBody: Hash[]; expired: Hash[] } | null
  staged: Accepted[]
  stagedOwn: { order: Order | null; held: Held }[]
  stagedHeads: Head[]
  stagedAsides: { author: number; bytes: Uint8Array; refusal: Refusal }[]
  stagedMarks: { hash: Hash; refusal: Refusal }[]
  stagedSpans: MarkedSpan[]
  dirty: boolean
  /** What is being written now. What comes meanwhile waits for the next time: it is not durable when this is. */
  appending: Writing | null
  /** Done once what is staged is durable. */
  afterwards: Tell[]
  afterAppend: (() => void)[]
  asks: Map<number, Ask>
  nextAsk: number
  ownEntryAt: number
  attestingHead: boolean
  lastHuman: number | null
  consoles: number
  wakeAt: number
  asideCount: number
  /** Hashes of what this process has set aside, at most as many; and by log, the least size of two histories. Not in the snapshot. */
  asideNames: Set<string>
  readonly forkedAt: Map<string, number>
}

/** Questions to keys and store that are not answered yet. */
export type Ask =
  | { readonly about: "encapsulation"; readonly use: (enc: Uint8Array, secret: Uint8Array) => void }
  | { readonly about: "attestation"; readonly use: (ed25519: Uint8Array | null, mlDsa65: Uint8Array | null) => void }
  | { readonly about: "decapsulation"; readonly use: (secret: Uint8Array | null) => void }
  | { readonly about: "rival"; readonly held: Held }
  | { readonly about: "again"; readonly signature: Uint8Array }
  | { readonly about: "opening"; readonly use: (next: Held | null) => void }
  | { readonly about: "pastHead"; readonly head: Head }
  | { readonly about: "pastSeen"; readonly entry: Entry; readonly root: Hash }
  | { readonly about: "joined"; readonly log: Log }
  | { readonly about: "judged"; readonly log: Log }

/** All that a step works with. `out` is what it answers. */
export type Line = {
  readonly charter: Charter
  readonly us: number
  readonly suite: Suite
  readonly charterBody: Uint8Array
  readonly state: State
  now: number
  out: Effect[]
  /** Plaintext heard since the last write: what a peer may send before we have stored it is bounded. (S-3) */
  heardBytes: number
}

const freshLog = (charter: Charter, author: number, suite: Suite): Log => ({
  author,
  generation: 1,
  closed: [],
  changes: [],
  newer: false,
  opening: null,
  tenures: [cardTenure(charter.parties, author)],
  frontier: emptyFrontier(),
  root: emptyRoot(suite),
  numbers: [0, 0, 0, 0],
  seen: new Array<number>(charter.parties.length).fill(0),
  headSize: 0,
  checkedTo: 0,
  ahead: new Map(),
  officers: noOfficers,
  broken: false,
  acts: new Map(),
  claimed: 0,
  progressAt: 0,
  pendingHeads: [],
  unjudgedHeads: [],
  judgedTo: 0,
  buffer: [],
  bufferBytes: 0,
  last: null,
  askedWholeAt: -Infinity,
  checking: false,
  recalling: 0,
  recalled: null,
})

export const emptyBuffer = (log: Log): void => {
  log.buffer = []
  log.bufferBytes = 0
}

const freshPeer = (party: number, base: Uint8Array): Peer => ({
  party,
  confirmed: 0,
  pairingOurs: null,
  pairingTheirs: null,
  baseOpening: null,
  nextEpoch: 1,
  heardEpoch: 0,
  secrets: [],
  ...noBreak,
  keyNumber: 0,
  publicKey: base,
  shownKeys: [],
  lacksKeys: false,
  sending: null,
  opening: false,
  reopened: false,
  usePairing: false,
  receiving: [],
  early: [],
  earlyOpening: false,
  refusedAt: -Infinity,
  refusedOpeningAt: -Infinity,
  shownAgainAt: -Infinity,
  reopenedAt: -Infinity,
  sentTo: 0,
  headSentTo: 0,
  claims: 0,
  credit: 0,
  pushed: [],
  unconfirmedBytes: 0,
  helloHeard: false,
  takesShort: false,
  restored: false,
  haveDue: null,
  lastHuman: null,
  consoles: 0,
  roundTripMs: null,
  clockOffsetMs: null,
  heardAt: null,
  linkTold: false,
})

/** A line of which nothing has been said yet. */
export const freshState = (charter: Charter, us: number, suite: Suite): State => ({
  logs: charter.parties.map((_, author) => freshLog(charter, author, suite)),
  peers: new Map(
    charter.parties.flatMap((card, party) => (party === us ? [] : [[party, freshPeer(party, card.base)] as const])),
  ),
  paths: new Map(),
  windows: new Map(),
  epochKey: 0,
  epochKeyAt: 0,
  epochKeyUsed: false,
  carried: noneCarried(),
  documents: noDocuments(),
  restored: false,
  unanswered: new Set(),
  doubtSince: null,
  doubtEnded: false,
  keyless: false,
  roots: new Map([[0, emptyRoot(suite)]]),
  urgent: [],
  newestHead: null,
  orders: [],
  signing: null,
  receiptOwed: null,
  staged: [],
  stagedOwn: [],
  stagedHeads: [],
  stagedAsides: [],
  stagedMarks: [],
  stagedSpans: [],
  dirty: false,
  appending: null,
  afterwards: [],
  afterAppend: [],
  asks: new Map(),
  nextAsk: 1,
  ownEntryAt: 0,
  attestingHead: false,
  lastHuman: null,
  consoles: 0,
  wakeAt: Infinity,
  asideCount: 0,
  asideNames: new Set(),
  forkedAt: new Map(),
})

/** Puts a question to keys or store; its answer comes as an event that names it. */
export const ask = (line: Line, question: Ask): number => {
  const id = line.state.nextAsk++
  line.state.asks.set(id, question)
  return id
}
