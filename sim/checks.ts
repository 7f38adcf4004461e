// What must hold at every step, and what must have come true once one path is whole again. The checks know what is durable on both
// disks and what every node told; no node knows that it is watched.
import type { Charter } from "../src/core/charter.ts"
import { decodeEntry, type Entry } from "../src/core/entry.ts"
import type { Tell } from "../src/core/event.ts"
import { decodeParts, type Part } from "../src/core/frame.ts"
import { equal } from "../src/core/hash.ts"
import { isRefusal, type RefusalCode } from "../src/core/refusal.ts"
import { kinds } from "../src/core/registry.ts"
import type { Suite } from "../src/core/suite.ts"
import type { Running } from "../src/node/run.ts"
import type { Append, Row } from "../src/store/store.ts"
import { nodeSuite } from "../src/suites/node.ts"
import type { Truth } from "./disk.ts"
import type { Decided } from "./officers.ts"
import { rivals } from "./rivals.ts"
import type { Universe } from "./world.ts"

export type Checks = {
  told(party: number, tell: Tell): void
  started(party: number, running: Running): void
  answered(party: number, decided: Decided): void
  /** A batch is about to be written. */
  writes(party: number, batch: Append): void
  /** A suite that lets nothing be sealed which may not be, and knows what was opened. */
  watched(party: number, suite: Suite): Suite
  /** How often each refusal was told by each party. */
  readonly refusals: readonly Map<RefusalCode, number>[]
  /** Places of which a party has heard two histories, and not said so. */
  unsaid(party: number): readonly string[]
}

export type ChecksOptions = {
  readonly all: Universe
  readonly charter: Charter
  readonly truths: () => readonly Truth[]
  /** What ever was durable: a receipt stays true when a copy is put back. */
  readonly ever: () => readonly Truth[]
  /** A party that breaks the law: nothing is demanded of what it says and does. */
  readonly liar: number | null
}

/** 4,096 entries ahead at 90 B, twice, and room. */
const snapshotBytesMax = 1_000_000

/** Only a liar gives cause for these: between two honest nodes whatever a path does dies at the seal. */
const accusations: readonly RefusalCode[] = [
  "two-histories",
  "wrong-own-root",
  "false-own-root",
  "wrong-number",
  "act-reused",
  "bad-signature",
  "bad-signature-covered",
  "seen-mismatch",
  "false-receipt",
  "wrong-body",
  "bad-head",
  "bad-head-signature",
  "unknown-key",
  "unknown-author",
  "wrong-line",
  "wrong-generation",
  "other-charter",
  "malformed",
  "wrong-chunk",
  "over-credit",
  "restored", // but by a home that has lost its record, of itself
]
/** These can also come of a damaged opening, which is read before its signature is. */
const alsoOfDamage: readonly RefusalCode[] = ["malformed", "wrong-line"]

export const checks = ({ all, charter, truths, ever, liar }: ChecksOptions): Checks => {
  const sealed = new Set<string>()
  const refusals = [new Map<RefusalCode, number>(), new Map<RefusalCode, number>()]
  const holds = (party: number, { author, generation, seq, hash }: Entry): boolean => {
    const row = truths()[party]!.log(author, generation).rows.get(seq)
    return row !== undefined && equal(row.hash, hash)
  }
  const runs: (Running | null)[] = [null, null]
  const heard = [rivals(charter, nodeSuite), rivals(charter, nodeSuite)]

  /** Nothing is told stored that the other side does not durably hold. */
  const receipt = (party: number, entry: Entry): void => {
    const other = ever()[entry.author]!
    const { size, generation } = entry.seen.find(seen => seen.author === party) ?? { size: 0, generation: 1 }
    const { contiguous } = other.log(party, generation)
    if (size > contiguous)
      all.found(`party ${party} was told that ${size} of its entries are stored; ${contiguous} are`)
    if (entry.kind < kinds.stored || entry.kind > kinds["passed-up"]) return
    for (const ref of entry.refs)
      if (!other.find(ref)) all.found(`party ${party} was given a receipt of kind ${entry.kind} for what is not held`)
  }

  const confirmed = (party: number): void => {
    const status = runs[party]?.status()
    const size = status?.peers[0]?.confirmed ?? 0
    const durable = ever()[1 - party]!.log(party, status?.logs[party]?.generation ?? 1).contiguous
    if (size > durable) all.found(`party ${party} takes ${size} of its entries for stored; ${durable} are`)
  }

  const rows = (party: number, tell: Extract<Tell, { type: "rows" }>): void => {
    for (const { held } of tell.rows) {
      const { entry } = held
      if (!holds(party, entry))
        all.found(`party ${party} told of entry ${entry.author}/${entry.seq} before it was durable`)
      if (entry.author !== party && entry.author !== liar) receipt(party, entry)
    }
  }

  const frame = (party: number, plain: Uint8Array, suite: Suite): void => {
    const parts = decodeParts(plain, suite)
    if (isRefusal(parts)) return all.found(`party ${party} sends what does not read: ${parts.refusal}`)
    all.trace.show(`party ${party}`, () => `seals ${parts.map(part => shown(part, suite)).join(" · ")}`)
    for (const part of parts) {
      if (
        part.type === "short" &&
        !isShortOf(truths()[party]!.log(party, part.generation).rows.get(part.seq), part, suite)
      )
        all.found(`party ${party} sends entry ${part.seq} short before it is durable`)
      if (part.type !== "entry") continue
      const entry = decodeEntry(part.cose, suite)
      if (isRefusal(entry)) return all.found(`party ${party} sends an entry that does not read: ${entry.refusal}`)
      if (!holds(party, entry))
        all.found(`party ${party} sends entry ${entry.author}/${entry.seq} before it is durable`)
    }
  }

  return {
    refusals,
    unsaid: party => heard[party]!.unsaid(),
    told(party, tell) {
      if (party === liar) return
      const who = `party ${party}`
      if (tell.type === "rows") rows(party, tell)
      if (tell.type === "done" && !holds(party, tell.entry))
        all.found(`${who} answered an order with what is not durable`)
      const own = truths()[party]!.logs(party)
      if (tell.type === "sent" && !own.some(({ rows }) => rows.has(tell.seq)))
        all.found(`${who} told of sending ${tell.seq}, which is not durable`)
      if (tell.type === "refused") {
        const { refusal, details } = tell.refusal
        all.trace.note(who, `refused ${refusal} ${JSON.stringify(details)}`)
        heard[party]!.refused(tell.refusal)
        refusals[party]!.set(refusal, (refusals[party]!.get(refusal) ?? 0) + 1)
        const isLost = refusal === "restored" && truths()[party]!.order.length === 0
        if (liar === null && accusations.includes(refusal) && !alsoOfDamage.includes(refusal) && !isLost)
          all.found(`${who} accuses an honest peer: ${refusal} ${JSON.stringify(details)}`)
      }
      if (liar === null) confirmed(party)
    },
    writes(party, { asides, marks, state }) {
      if (liar === null && asides.length + marks.length > 0)
        all.found(`party ${party} keeps evidence against an honest peer`)
      // Bounded: frontiers, gaps and secrets, never entries.
      if (state.length > snapshotBytesMax) all.found(`the snapshot of party ${party} has ${state.length} B`)
    },
    started(party, running) {
      runs[party] = running
      heard[party]!.started()
    },
    answered(party, decided) {
      const { answer } = decided
      if (!answer || isRefusal(answer)) return
      if (!holds(party, answer.entry)) all.found(`party ${party} promised what is not durable`)
    },
    watched: (party, suite) => ({
      ...suite,
      seal(key, nonce, aad, plain) {
        // Never one key and nonce twice: with AES-GCM that would open both frames and forge a third.
        const once = key.toHex() + nonce.toHex()
        if (sealed.has(once)) all.found(`party ${party} seals twice with one key and nonce`)
        sealed.add(once)
        if (party !== liar) frame(party, plain, suite)
        return suite.seal(key, nonce, aad, plain)
      },
      open(key, nonce, aad, sealed) {
        const plain = suite.open(key, nonce, aad, sealed)
        if (plain && party !== liar) heard[party]!.opened(plain, runs[party]!, truths()[party]!)
        return plain
      },
    }),
  }
}

const isShortOf = (row: Row | undefined, part: Extract<Part, { type: "short" }>, suite: Suite): boolean => {
  const entry = row && decodeEntry(row.bytes, suite)
  return entry !== undefined && !isRefusal(entry) && equal(entry.signature, part.signature)
}

const shown = (part: Part, suite: Suite): string => {
  switch (part.type) {
    case "entry": {
      const entry = decodeEntry(part.cose, suite)
      return isRefusal(entry) ? "entry?" : `entry ${entry.author}/${entry.seq} kind ${entry.kind}`
    }
    case "short":
      return `short ${part.generation}/${part.seq}`
    case "have":
    case "ping":
    case "hello":
      return `${part.type} ${part.have.map(log => `${log.author}:${log.size}${log.ahead.length > 0 ? `+${JSON.stringify(log.ahead)}` : ""}`).join(" ")}`
    case "want":
      return `want ${part.author}/${part.from}-${part.to}`
    case "head":
      return `head ${part.head.author}/${part.head.size}`
    case "fragment":
      return `fragment ${part.id} ${part.offset}+${part.bytes.length}/${part.total}`
    case "pong":
      return "pong"
    case "epoch-ok":
      return `epoch-ok ${part.epoch}`
    case "pad":
    case "lack":
      return part.type
    case "ask":
    case "piece":
      return `${part.type} ${part.index}`
    default:
      return part satisfies never
  }
}
