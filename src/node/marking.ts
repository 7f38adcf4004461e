// Which refusals stand in the record, and are told again with their message.
import type { RefusalCode } from "../core/refusal.ts"

/** Refusals that come with a mark in the record. */
export const marking: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  "bad-signature-covered",
  "false-own-root",
  "bad-key-change",
  "key-replaced",
  "key-revoked",
  "disowned",
  "bad-release",
  "release-missing",
  "bad-officer",
])
