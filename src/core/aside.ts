// What is told and kept of what cannot be accepted, and questions to the record (page: protocol/log.md, section 2).
import type { Entry } from "./entry.ts"
import { encodePart, joinParts } from "./frame.ts"
import { hex } from "./hash.ts"
import type { Head } from "./head.ts"
import { asidesMax } from "./limits.ts"
import { type Refusal, refuse } from "./refusal.ts"
import { type Ask, ask, type Line } from "./state.ts"
import type { Hash } from "./suite.ts"

export const refused = (line: Line, refusal: Refusal, peer: number | null): void => {
  line.state.afterwards.push({ type: "refused", refusal, peer })
}

/** The entry stays in the record, and is never shown as said so. */
export const marked = (line: Line, entry: { author: number; hash: Hash }, refusal: Refusal): void => {
  line.state.stagedMarks.push({ hash: entry.hash, refusal })
  refused(line, refusal, entry.author)
}

/** Whether there was room for it. */
const keep = ({ state }: Line, aside: Line["state"]["stagedAsides"][number]): boolean => {
  if (state.asideCount >= asidesMax) return false
  state.asideCount++
  state.stagedAsides.push(aside)
  return true
}

/** Keeps what was signed and cannot be accepted, as evidence, and says so; heard again it is nothing. (L-9) */
export const setAside = (line: Line, entry: Entry, refusal: Refusal): void => {
  if (line.state.asideNames.has(hex(entry.hash))) return
  refused(line, refusal, entry.author)
  if (!keep(line, { author: entry.author, bytes: entry.bytes, refusal })) return
  line.state.asideNames.add(hex(entry.hash))
  if (refusal.refusal === "two-histories") forked(line, entry, entry.seq)
  if (refusal.refusal === "wrong-own-root") forked(line, entry, entry.seq - 1)
}

type InLog = { readonly author: number; readonly generation: number }
const logName = ({ author, generation }: InLog): string => `${author} ${generation}`

/** From where on two histories of a log are kept: whatever differs there differs in every head above as well. */
const forked = (line: Line, log: InLog, size: number): void => {
  const { forkedAt } = line.state
  forkedAt.set(logName(log), Math.min(size, forkedAt.get(logName(log)) ?? Infinity))
}

/** Signed heads that contradict each other, or one that contradicts the entries held, as parts HEAD: proof against their author. What is no
 *  more than the consequence of a fork that is known already is nothing. (L-12) */
export const setHeadsAside = (line: Line, heads: readonly [Head, ...Head[]]): void => {
  const { author, generation, size } = heads[0]
  if (size >= (line.state.forkedAt.get(logName(heads[0])) ?? Infinity)) return
  forked(line, heads[0], size)
  const refusal = refuse("bad-head", { author, generation, size })
  refused(line, refusal, author)
  keep(line, { author, bytes: joinParts(heads.map(head => encodePart({ type: "head", head }))), refusal })
}

export const about = (entry: Entry): Record<string, number | string> => ({
  author: entry.author,
  seq: entry.seq,
  hash: hex(entry.hash),
})

/** Reads a place of the record; what is only staged is there once it is written. */
export const recall = (line: Line, question: Ask, place: { author: number; generation: number; seq: number }): void => {
  const { author, generation, seq } = place
  const id = ask(line, question)
  const read = (): void => void line.out.push({ do: "recall", id, author, generation, seq })
  if (line.state.staged.length > 0) line.state.afterAppend.push(read)
  else read()
}
