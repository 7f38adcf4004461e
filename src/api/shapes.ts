// What passes between a node and its people; console and CLI know only this. JSON; hashes, line and acts in lower-case hex; times in
// UTC milliseconds. Routes, and who may use them: src/node/routes.ts. What is refused is answered with a Problem:
//   POST /api/sign-in {token} → 204 and a cookie; POST /api/sign-out
//   GET  /api/line → LineView            GET /api/messages?after=POSITION&limit=N → MessagePage (oldest first, joint order)
//   GET  /api/charter → CharterView      GET /api/heads → HeadView[] (the newest signed head of each log)
//   GET  /api/entries?author=A&generation=G&from=SEQ&limit=N → EntryBytes[] (by number, without a gap; at most 1,000 and a megabyte)
//   GET  /api/reported → ReportedView[]  GET /api/entries/HASH → EntryView
//   POST /api/orders OrderRequest → OrderReply (or 409 Problem)   POST /api/displayed {hash}   POST /api/human (a touch)
//   POST /api/reported ReportedView without hash and importer → OrderReply: imports history
//   GET  /api/sessions → SessionView[]   POST /api/sessions/end {id} → 204: that officer is signed out, everywhere and at once
//   GET  /api/keys → KeyView[]           POST /api/keys/rotate {algorithm?} → OrderReply: administrators alone
//   GET  /api/officers → OfficersView[]  POST /api/officers {body} → OrderReply: a body that the roots have signed, administrators alone
//   POST /api/keys/prepare PrepareRequest → SheetFile, POST /api/keys/commit SignaturesFile → OrderReply: what the roots must sign
//   GET  /api/keys/standing → KeysView (src/api/keys.ts)
//   GET  /api/waiting → WaitingView[]    POST /api/waiting OrderRequest with the first proof → WaitingView: what waits for a second officer
//   POST /api/waiting/release WaitingRelease → WaitingReply   POST /api/waiting/aside WaitingAside → 204
//   POST /api/break BreakRequest: an officer has rung the other side about beginning anew (or 409 Problem)
//   POST /api/duress {word} → 204: the other side's word for duress; an empty one forgets it
//   POST /api/alarms/… (src/api/alarm.ts)
//   WS   /api/live → LiveEvent, one JSON a frame, the first is `line`; a `beat` at least every second
//   GET  /health, /metrics
import type { Names } from "../core/charter.ts"
import type { Role } from "../core/officer.ts"
import type { RefusalCode } from "../core/refusal.ts"
import type { Kind, Precedence, Traffic } from "../core/registry.ts"
import type { Terms } from "../core/terms.ts"
import type { AlarmView } from "./alarm.ts"
import type { DocumentRequest, DocumentView } from "./documents.ts"
import type { RestoreView, YearlyView } from "./standing.ts"

export type Language = "en" | "ja" | "zh"

export type PartyView = {
  readonly party: number
  readonly code: string
  readonly names: Names
  readonly zone: string
  readonly language: Language
  readonly desks: readonly { readonly desk: number; readonly code: string; readonly names: Names }[]
}

/** One lamp of the chain. `heardAt`: when this was last known to be so, by this node's clock; the reader computes the age and shows
 *  NOT KNOWN beyond `staleMs`. `console` is the reader's own and is kept by the console itself. */
export type Lamp = {
  readonly name: "node" | "link" | "their-node" | "their-console"
  readonly state: "up" | "down" | "unknown"
  readonly heardAt: number | null
  readonly staleMs: number
  /** Round trip in ms on `link`; time of the last human touch on `their-console`. */
  readonly detail: number | null
}

/** `offsetMs`: the other side's clock less ours, as last heard; `isDoubted`: so far that people must be told. (E-9) */
export type PeerClock = { readonly party: number; readonly offsetMs: number | null; readonly isDoubted: boolean }

export type Officer = {
  readonly name: string
  readonly role: "watch" | "releaser" | "translator" | "auditor" | "administrator"
  /** Under which the officer is enrolled: of a session that a passkey opened. */
  readonly code?: string
}

/** `read`: the number of our own request, to be read out; `held`: theirs waits here for an officer; `waits`: confirmed here, and not yet
 *  there. The number of theirs is not shown: an officer hears it from them. (EP-10) */
export type BreakView = {
  readonly party: number
  readonly read: string | null
  readonly held: boolean
  readonly waits: boolean
}

/** `code`: what the other side read out, digits with or without spaces. `confirmed` false sets its request aside. */
export type BreakRequest = { readonly party: number; readonly code: string; readonly confirmed: boolean }

export type LineView = {
  readonly line: string
  readonly example: boolean
  readonly us: PartyView
  readonly them: readonly PartyView[]
  readonly officer: Officer
  readonly lamps: readonly Lamp[]
  /** Own entries not yet known to be stored there. */
  readonly queued: number
  /** This home was put back from a copy: nothing is signed until its record is whole again. (L-11) */
  readonly restored?: true
  readonly restore?: RestoreView
  /** To administrators alone, and where our own node keys are due to be changed or late. (K-10) */
  readonly yearly?: YearlyView
  readonly sizes: readonly { readonly party: number; readonly generation: number; readonly size: number }[]
  readonly replyClocks: readonly { readonly precedence: Precedence; readonly ms: number }[]
  /** What the charter asks of officers' own proofs, by numbers of the law. (OF-8, OF-9) */
  readonly policy: Pick<Terms, "proofs" | "releases" | "soleMs">
  /** Rungs that neither side reports, by the charter: drawn as such, never as not known. (CH-8) */
  readonly withheld?: readonly ("displayed" | "ring")[]
  readonly now: number
  readonly clocks: readonly PeerClock[]
  readonly version: string
  /** SHA-256 over the files of the release that the node runs, in hex; null where it runs from its sources. */
  readonly release: string | null
  /** Peers with which sealing is to begin anew; empty on a line that is well. */
  readonly breaks: readonly BreakView[]
  /** Those that stay until they are acknowledged, and those that were: at most 50. */
  readonly alarms?: readonly AlarmView[]
  /** Refusals of the last 24 h, newest first, at most 50. */
  readonly refusals: readonly Problem[]
}

export type RungName =
  | "released"
  | "sent"
  | "stored"
  | "displayed"
  | "ring"
  | "acknowledged"
  | "read-back"
  | "passed-up"
  | "answered"
  | "deferred"
  | "declined"
  | "seconded"
  | "objected"
  | "refused"
  | "expired"
  | "undecipherable"
  | "without-body"

/** One rung of the ladder, proven by the entry `hash` of `party` (absent for `sent`, which is only our own claim). */
/** An officer as the party's own entries named them there; what it does not disclose is absent. (OF-3, CH-8) */
export type NamedOfficer = { readonly code: string; readonly name?: string; readonly office?: Names }

export type Rung = {
  readonly rung: RungName
  readonly party: number
  readonly at: number // by that party's clock
  readonly heardAt: number // when we stored the proof
  readonly proof: "officer" | "node"
  readonly hash?: string
  readonly officer?: string
  /** Where an officer's proof stands behind it. */
  readonly signer?: NamedOfficer
  readonly until?: number
  /** Why; and of what was read back, the words. */
  readonly reason?: string
  readonly language?: string
}

export type MessageView = {
  readonly position: number // place in the joint order as of now, from 1
  readonly hash: string
  readonly author: number
  readonly generation: number
  readonly seq: number
  readonly number: number | null
  readonly kind: Kind | number
  readonly precedence: Precedence
  readonly traffic: Traffic
  readonly written: number // author's clock
  readonly received: number // stored here
  readonly notAfter?: number
  readonly refs: readonly string[]
  readonly action: readonly { readonly party: number; readonly desk: number }[]
  readonly info: readonly { readonly party: number; readonly desk: number }[]
  readonly officer?: string
  /** Of a release that officers have proven: who they are. (OF-13) */
  readonly signers?: readonly NamedOfficer[]
  /** Released by one officer where the charter asks for one more, who was asked in time; and what that one has said since. (OF-9, OF-11) */
  readonly second?: "notified" | "seconded" | "objected"
  /** Released with a key that is kept for when all others are lost. (OF-13) */
  readonly breakGlass?: true
  /** To the consoles on watch alone: the other side's word for duress is in it. */
  readonly duress?: true
  readonly language?: string
  readonly subject?: string
  readonly text?: string // absent: no body, or not held
  readonly documents?: readonly DocumentView[]
  readonly bytes: number
  readonly rungs: readonly Rung[]
  readonly gapBefore: boolean
  /** "after" what it had seen is proven; the console says "order not provable" of what is concurrent with it. */
  readonly concurrent: boolean
  readonly mark?: RefusalCode
  /** Its second signature, by its author's national suite, is missing or false; the message stands by the common one. (E-22) */
  readonly doubt?: RefusalCode
  /** An alarm is due here: PRIORITY or above, from the other side, not yet acknowledged, deferred, declined or answered. */
  readonly rings: boolean
  /** It waits for us (or for them): a message or question not answered, deferred or declined. `due` by the charter's reply clocks. */
  readonly waits?: { readonly who: number; readonly due: number }
}

export type MessagePage = { readonly messages: readonly MessageView[]; readonly total: number }

export type ReportedView = {
  readonly hash: string
  readonly importer: number
  readonly when: string
  readonly precision: "instant" | "day" | "month" | "season" | "year"
  readonly account: string
  readonly source: string
  readonly section: string
  readonly title: Names
  readonly text: Names
}

/** Somebody who is signed in. `consoles`: sockets that are open. */
export type SessionView = {
  readonly id: string
  readonly officer: Officer
  readonly since: number
  readonly usedAt: number
  readonly consoles: number
  readonly isOwn: boolean
}

/** What a console needs to verify the record by itself, in lower-case hex. */
export type CharterView = { readonly charter: string }
/** What each root of this side signs: prefix ‖ message, with the prefix as the context string of SLH-DSA. In hex. (K-8, K-9) */
export type ToSign = { readonly prefix: string; readonly message: string }
export type PrepareRequest =
  | { readonly what: "revocation"; readonly generation?: number; readonly seq?: number; readonly algorithm?: string }
  | {
      readonly what: "generation"
      readonly why: string
      readonly language: Language
      readonly seq?: number
      readonly newKeys?: boolean
      readonly algorithm?: string
    }

/** Node keys of a party, from a place of its log on; `inForce` those that sign now, `held` whether this home has the private ones. */
export type KeyView = {
  readonly party: number
  readonly generation: number
  readonly after: number
  readonly algorithm: string
  readonly kid: string
  readonly inForce: boolean
  readonly held: boolean
}

/** Salt and body only of what changes node keys. */
export type EntryBytes = { readonly cose: string; readonly salt?: string; readonly body?: string }
export type HeadView = {
  readonly author: number
  readonly generation: number
  readonly size: number
  readonly root: string
  readonly ed25519: string
  readonly mlDsa65: string
}

export type EntryView = MessageView & { readonly cose: string; readonly salt?: string; readonly body?: string }

/** `act` is made by the asker (16 random bytes): asking twice with one act is done once. */
export type OrderRequest = Released &
  (
    | {
        readonly kind: "message" | "answer"
        readonly act: string
        readonly text: string
        readonly subject?: string
        /** Taken in before. (D-1) */
        readonly documents?: readonly DocumentRequest[]
        readonly language: Language
        readonly precedence: Precedence
        readonly traffic: Exclude<Traffic, "service">
        readonly refs: readonly string[]
        readonly notAfter?: number
        readonly action?: readonly { readonly party: number; readonly desk: number }[]
        readonly info?: readonly { readonly party: number; readonly desk: number }[]
      }
    | { readonly kind: "acknowledged"; readonly act: string; readonly refs: readonly [string] }
    | {
        readonly kind: "deferred"
        readonly act: string
        readonly refs: readonly [string]
        readonly until: number
        readonly reason: string
        readonly language: Language
      }
    | {
        readonly kind: "read-back"
        readonly act: string
        readonly refs: readonly [string]
        readonly text: string
        readonly language: Language
      }
    | { readonly kind: "seconded"; readonly act: string; readonly refs: readonly [string] }
    | {
        readonly kind: "declined" | "objected"
        readonly act: string
        readonly refs: readonly [string]
        readonly reason: string
        readonly language: Language
      }
  )

/** What officers have signed of an order. Where the charter asks for more than it brings, the answer is `release-missing`, with the act
 *  digest that is to be signed; asked again it must be the same order, its salt too, and bring the proofs. Without `releases` the node
 *  says who released it. */
export type Released = {
  readonly releases?: readonly { readonly type: "key" | "passkey"; readonly officer: string; readonly proof: string }[]
  /** When the second officer was asked, who has not answered. */
  readonly sole?: number
  /** 16 bytes, before the body under its hash; drawn by the node if absent. */
  readonly salt?: string
}

export type Proof = NonNullable<Released["releases"]>[number]

/** What was signed for, whole: nothing of it is left to the node to add. */
export type WaitingOrder = Extract<OrderRequest, { readonly kind: "message" | "answer" }> & {
  readonly salt: string
  readonly action: readonly { readonly party: number; readonly desk: number }[]
  readonly info: readonly { readonly party: number; readonly desk: number }[]
}

/** An act that waits for a second officer. */
export type WaitingView = {
  readonly order: Omit<WaitingOrder, "releases" | "sole">
  readonly digest: string
  /** When it was laid down, by whose session; and the officers who have signed. */
  readonly at: number
  readonly name: string
  readonly given: readonly NamedOfficer[]
  readonly persons: number
  /** None of those who have signed is a releaser, and one must be. (OF-8) */
  readonly lacksReleaser: boolean
  /** From when on it may be released alone; null where that is not to be had. */
  readonly aloneFrom: number | null
  readonly aside?: { readonly by: string; readonly word: string; readonly language: Language; readonly at: number }
}

/** `alone`: over the act with `sole`, the time at which it was laid down. */
export type WaitingRelease = { readonly act: string; readonly release: Proof; readonly alone?: boolean }
/** Released, or it waits on for a third. */
export type WaitingReply = OrderReply | { readonly waits: WaitingView }
/** It is set aside, and `word` says why. Without one it is taken off: by who laid it down, or when it can be released no more. */
export type WaitingAside = { readonly act: string; readonly word?: string; readonly language?: Language }

/** Who is in office of a party, as its log stands here. `issue`: of its last officer entry. */
export type OfficersView = {
  readonly party: number
  readonly issue: number
  readonly officers: readonly {
    readonly code: string
    readonly name?: string
    readonly office?: Names
    readonly roles: readonly Role[]
    readonly keys: readonly {
      readonly type: "key" | "passkey"
      readonly algorithm: string
      readonly public: string
      readonly credentialId?: string
      readonly rpId?: string
      readonly origin?: string
    }[]
    readonly issue: number
  }[]
}

/** The order is durable and signed when this is answered. */
export type OrderReply = { readonly hash: string; readonly seq: number; readonly number: number | null }

export type Problem = {
  readonly refusal: RefusalCode
  readonly sentence: string // English; the console uses its own words by code
  readonly details: Readonly<Record<string, string | number>>
  readonly at: number
}

export type LiveEvent =
  | { readonly type: "line"; readonly line: LineView }
  | { readonly type: "message"; readonly message: MessageView } // new, or its rungs changed
  | { readonly type: "waiting"; readonly waiting: readonly WaitingView[] } // to those on watch: all that waits now, at each change
  | { readonly type: "reordered" } // late entries moved places: read the page again
  | { readonly type: "refused"; readonly problem: Problem }
  | {
      readonly type: "beat"
      readonly now: number
      readonly lamps: readonly Lamp[]
      readonly queued: number
      readonly clocks: readonly PeerClock[]
    }
