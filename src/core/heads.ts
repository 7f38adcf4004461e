// Signed heads as they are heard: compared with the record, or kept until it reaches them (page: protocol/log.md, section 4).
import { recall, refused, setHeadsAside } from "./aside.ts"
import { equal } from "./hash.ts"
import { checkHead, type Head } from "./head.ts"
import { keysAfter } from "./key.ts"
import type { Path } from "./path-state.ts"
import { type Refusal, refuse } from "./refusal.ts"
import type { Line, Log } from "./state.ts"
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
  if (!log) return refused(line, refuse("unknown-author", { author: head.author }), path.peer)
  // Heads of what is closed, or not open yet, cover nothing here; of what is closed they may still contradict. (K-9, L-12)
  if (head.generation > log.generation || head.size === 0) return
  const size = head.generation === log.generation ? log.frontier.size : (log.closed[head.generation - 1] ?? 0)
  if (head.size < size) return lookUp(line, head)
  if (head.generation !== log.generation) return
  if (head.size === size && head.size <= log.headSize && equal(head.root, log.root)) return
  const twin = log.pendingHeads.find(it => it.size === head.size)
  if (twin && equal(twin.root, head.root)) return
  const proof = judgeHead(line, log, head)
  if (proof !== true && head.size > size) return waitForKeys(log, head)
  if (proof !== true) return refused(line, proof, path.peer)
  if (twin) return setHeadsAside(line, [twin, head])
  if (head.size === size) return compareHead(line, log, head, log.root)
  keepPending(log, head)
}

/** Compared with the record, where the root of size s is the own root of entry s + 1. */
const lookUp = (line: Line, head: Head): void => {
  if (line.state.asks.size > 256) return
  recall(line, { about: "pastHead", head }, { ...head, seq: head.size + 1 })
}

/** `root`: what the record has at its size. A head that says the same is worth a signature check only where it would be the largest. */
export const heardPast = (line: Line, head: Head, root: Hash): void => {
  const log = line.state.logs[head.author]!
  const covers = head.generation === log.generation && head.size > log.headSize
  if (!covers && equal(head.root, root)) return
  const proof = judgeHead(line, log, head)
  if (proof !== true) return refused(line, proof, head.author)
  compareHead(line, log, head, root)
}

/** By the keys in force after the entries that it covers. (K-4) */
export const judgeHead = (line: Line, log: Log, head: Head): true | Refusal =>
  checkHead(line.charter.line, head, keysAfter(log.tenures, head.generation, head.size), line.suite)

const keepPending = (log: Log, head: Head): void => {
  if (log.pendingHeads.length >= pendingHeadsMax) log.pendingHeads.pop()
  log.pendingHeads.push(head)
  log.pendingHeads.sort((a, b) => a.size - b.size)
  if (head.size > log.claimed) log.claimed = head.size
}

/** What it covers has not all come: it has still to be compared, and gathers nothing more. */
export const keepWaiting = (log: Log, head: Head): void => {
  log.judgedTo = Math.max(log.judgedTo, head.size)
  keepPending(log, head)
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
  setHeadsAside(line, [head])
}

/** Heads that we have now reached, where the entries came without waiting for them. */
export const reachHeads = (line: Line): void => {
  for (const log of line.state.logs) {
    for (const head of log.unjudgedHeads.filter(it => it.size <= log.frontier.size)) {
      log.unjudgedHeads = log.unjudgedHeads.filter(it => it !== head)
      const proof = judgeHead(line, log, head)
      if (proof !== true) refused(line, proof, log.author)
      else reached(line, log, head)
    }
    for (const head of log.pendingHeads.filter(it => it.size <= log.frontier.size)) {
      log.pendingHeads = log.pendingHeads.filter(it => it !== head)
      reached(line, log, head)
    }
  }
}

const reached = (line: Line, log: Log, head: Head): void => {
  if (head.size === log.frontier.size) compareHead(line, log, head, log.root)
  else lookUp(line, head)
}
