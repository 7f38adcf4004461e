// Signed heads as they are heard: compared with the record, or kept until it reaches them (page: protocol/log.md, section 4).
import { recall, refused } from "./aside.ts"
import { equal } from "./hash.ts"
import { checkHead, type Head } from "./head.ts"
import { keysAfter } from "./key.ts"
import { type Refusal, refuse } from "./refusal.ts"
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
  // Heads of what is closed, or not open yet, cover nothing here. (K-9)
  if (log && head.generation !== log.generation) return
  if (!log) return refused(line, refuse("unknown-author", { author: head.author }), path.peer)
  if (head.size <= log.headSize || log.pendingHeads.some(it => it.size === head.size)) return
  const size = log.frontier.size
  const proof = judgeHead(line, log, head)
  if (proof !== true && head.size > size) return waitForKeys(log, head)
  if (proof !== true) return refused(line, proof, path.peer)
  if (head.size === size) return compareHead(line, log, head, log.root)
  if (head.size > size) return keepPending(log, head)
  if (line.state.asks.size > 256) return
  recall(line, { about: "pastHead", head }, { ...head, seq: head.size + 1 })
}

/** By the keys in force after the entries that it covers. (K-4) */
export const judgeHead = (line: Line, log: Log, head: Head): true | Refusal =>
  checkHead(line.charter.line, head, keysAfter(log.tenures, log.generation, head.size), line.suite)

const keepPending = (log: Log, head: Head): void => {
  if (log.pendingHeads.length >= pendingHeadsMax) log.pendingHeads.pop()
  log.pendingHeads.push(head)
  log.pendingHeads.sort((a, b) => a.size - b.size)
  if (head.size > log.claimed) log.claimed = head.size
}

/** Its keys may come with the entries that lie between: it covers nothing until then. (K-4) */
const waitForKeys = (log: Log, head: Head): void => {
  if (log.unjudgedHeads.some(it => it.size === head.size)) return
  log.unjudgedHeads = [...log.unjudgedHeads, head].sort((a, b) => a.size - b.size).slice(0, pendingHeadsMax)
}

/** The log has brought other keys: what waits is judged by them. */
export const judgeAnew = (line: Line, log: Log): void => {
  const waiting = [...log.pendingHeads, ...log.unjudgedHeads]
  log.pendingHeads = []
  log.unjudgedHeads = []
  for (const head of waiting) {
    if (judgeHead(line, log, head) === true) keepPending(log, head)
    else waitForKeys(log, head)
  }
}

export const compareHead = (line: Line, log: Log, head: Head, root: Hash): void => {
  if (equal(head.root, root)) return keepHead(line, log, head)
  refused(line, refuse("bad-head", { author: head.author, size: head.size }), log.author)
}

/** Heads that we have now reached, where the entries came without waiting for them. */
export const reachHeads = (line: Line): void => {
  for (const log of line.state.logs) {
    for (const head of log.unjudgedHeads.filter(it => it.size <= log.frontier.size)) {
      log.unjudgedHeads = log.unjudgedHeads.filter(it => it !== head)
      const proof = judgeHead(line, log, head)
      if (proof !== true) refused(line, proof, log.author)
      else if (head.size === log.frontier.size) compareHead(line, log, head, log.root)
    }
    for (const head of log.pendingHeads.filter(it => it.size <= log.frontier.size)) {
      if (head.size === log.frontier.size) compareHead(line, log, head, log.root)
      log.pendingHeads = log.pendingHeads.filter(it => it !== head)
    }
  }
}
