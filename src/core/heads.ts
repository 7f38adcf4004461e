// Signed heads as they are heard: compared with the record, or kept until it reaches them (page: protocol/log.md, section 4).
import { recall, refused } from "./aside.ts"
import { equal } from "./hash.ts"
import { checkHead, type Head } from "./head.ts"
import { refuse } from "./refusal.ts"
import type { Line, Log, Path } from "./state.ts"
import type { Hash } from "./suite.ts"

const pendingHeadsMax = 8

export const keepHead = (line: Line, log: Log, head: Head): void => {
  if (head.size <= log.headSize) return
  log.headSize = head.size
  line.state.stagedHeads.push(head)
}

/** A signed head: compared at once where we stand, kept until we get there, or with the record where we have passed. (L-4) */
export const heardHead = (line: Line, path: Path, head: Head): void => {
  const log = line.state.logs[head.author]
  const card = line.charter.parties[head.author]
  if (!log || !card || head.generation !== log.generation)
    return refused(line, refuse("unknown-author", { author: head.author }), path.peer)
  if (head.size <= log.headSize || log.pendingHeads.some(it => it.size === head.size)) return
  const proof = checkHead(line.charter.line, head, card.nodeKeys, line.suite)
  if (proof !== true) return refused(line, proof, path.peer)
  const size = log.frontier.size
  if (head.size === size) return compareHead(line, log, head, log.root)
  if (head.size > size) {
    if (log.pendingHeads.length >= pendingHeadsMax) log.pendingHeads.pop()
    log.pendingHeads.push(head)
    log.pendingHeads.sort((a, b) => a.size - b.size)
    if (head.size > log.claimed) log.claimed = head.size
    return
  }
  if (line.state.asks.size > 256) return
  recall(line, { about: "pastHead", head }, { ...head, seq: head.size + 1 })
}

export const compareHead = (line: Line, log: Log, head: Head, root: Hash): void => {
  if (equal(head.root, root)) return keepHead(line, log, head)
  refused(line, refuse("bad-head", { author: head.author, size: head.size }), log.author)
}

/** Heads that we have now reached, where the entries came without waiting for them. */
export const reachHeads = (line: Line): void => {
  for (const log of line.state.logs) {
    for (const head of log.pendingHeads.filter(it => it.size <= log.frontier.size)) {
      if (head.size === log.frontier.size) compareHead(line, log, head, log.root)
      log.pendingHeads = log.pendingHeads.filter(it => it !== head)
    }
  }
}
