// What a party heard of another's second history: an entry, truly signed, for a place that another one holds already. Whoever opened
// it must say so, whatever else it has found, and whichever branch came first. Only a process that dies meanwhile is excused.
import type { Charter } from "../src/core/charter.ts"
import { bodyHash, checkSignature, decodeEntry, type Entry } from "../src/core/entry.ts"
import { decodeParts, type Part } from "../src/core/frame.ts"
import { equal } from "../src/core/hash.ts"
import { isRefusal, type Refusal } from "../src/core/refusal.ts"
import type { Suite } from "../src/core/suite.ts"
import type { Running } from "../src/node/run.ts"
import type { Truth } from "./disk.ts"

export type Rivals = {
  /** A frame was opened, and its parts are about to be heard. */
  opened(plain: Uint8Array, running: Running | null, durable: Truth): void
  refused(refusal: Refusal): void
  /** What a process that died had heard is nobody's any more. */
  started(): void
  /** Heard and not said. */
  unsaid(): readonly string[]
}

type EntryPart = Extract<Part, { type: "entry" }>

export const rivals = (charter: Charter, suite: Suite): Rivals => {
  const heard = new Map<string, string>()
  const said = new Set<string>()

  const isTrue = (entry: Entry, { salt, body }: EntryPart): boolean => {
    const key = charter.parties[entry.author]?.nodeKeys[0]
    if (!key || !equal(entry.line, charter.line) || checkSignature(entry, [key], suite) !== true) return false
    if (salt === null || body === null) return true
    return entry.bodyHash !== undefined && equal(bodyHash({ salt, bytes: body }, suite), entry.bodyHash)
  }

  return {
    opened(plain, running, durable) {
      const parts = decodeParts(plain, suite)
      const logs = running?.status().logs
      if (isRefusal(parts) || !logs) return
      for (const part of parts) {
        const entry = part.type === "entry" ? decodeEntry(part.cose, suite) : null
        if (part.type !== "entry" || !entry || isRefusal(entry)) continue
        const { author, generation, seq, hash } = entry
        const row = durable.log(author, generation).rows.get(seq)
        // Beyond a gap another may still wait for a head, and be dropped with what waits (S-7): nothing is demanded there.
        if (!row || seq > (logs[author]?.size ?? 0) || logs[author]?.generation !== generation) continue
        const name = hash.toHex()
        if (!equal(row.hash, hash) && !said.has(name) && isTrue(entry, part)) heard.set(name, `${author}/${seq}`)
      }
    },
    refused({ refusal, details }) {
      if (refusal !== "two-histories") return
      said.add(String(details?.hash))
      heard.delete(String(details?.hash))
    },
    started: () => heard.clear(),
    unsaid: () => [...heard.values()],
  }
}
