// Signatures that are checked at leisure: entries that were stored under a signed head, whose own signatures no alarm has to wait for
// (page: protocol/log.md, section 3).
import { marked } from "./aside.ts"
import { hex } from "./hash.ts"
import { keysOf, stretchEnd } from "./key.ts"
import { refuse } from "./refusal.ts"
import type { Line, Log } from "./state.ts"
import type { Hash } from "./suite.ts"

/** Own signatures of entries that were stored under a head were checked at leisure. (L-7) */
export const heardChecked = (
  line: Line,
  log: Log,
  checked: { generation: number; to: number; bad: readonly Hash[] },
): void => {
  if (checked.generation !== log.generation) return
  log.checking = false
  log.checkedTo = Math.max(log.checkedTo, checked.to)
  line.state.dirty = true
  for (const hash of checked.bad) {
    const problem = refuse("bad-signature-covered", { author: log.author, hash: hex(hash) })
    marked(line, { author: log.author, hash }, problem)
  }
}

const checkAtOnce = 2_048

/** Asks for the next stretch of unchecked signatures, once nothing more is being caught up. */
export const wantChecks = (line: Line): void => {
  for (const log of line.state.logs) {
    if (log.checking || log.author === line.us || log.checkedTo >= log.frontier.size || log.buffer.length > 0) continue
    if (log.claimed > log.frontier.size && line.now - log.progressAt < 1_000) continue
    log.checking = true
    const { author, generation, tenures } = log
    const from = log.checkedTo + 1
    const key = keysOf(tenures, generation, from)[0]
    // One key a time.
    const to = Math.min(log.frontier.size, log.checkedTo + checkAtOnce, stretchEnd(tenures, generation, from))
    line.out.push({ do: "check", author, generation, from, to, key })
  }
}
