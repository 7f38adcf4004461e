// By what a stranger trusts a party: one hash of its root keys, heard from the party itself and not from the bundle (page:
// protocol/evidence.md, EV-8).
import { encode } from "../core/cbor.ts"
import type { Card } from "../core/charter.ts"
import { concat, hex, utf8 } from "../core/hash.ts"
import type { Suite } from "../core/suite.ts"

const prefix = utf8("parley/1 roots")

/** 64 hex digits. Root keys stay when node keys, addresses and desks change. (EV-8) */
export const fingerprint = ({ roots }: Pick<Card, "roots">, suite: Suite): string =>
  hex(suite.sha256(concat(prefix, encode(roots.map(key => [key.alg, key.public])))))

/** What was typed or read aloud: spaces, dashes and capitals apart. Undefined when it is no fingerprint. */
export const parseFingerprint = (typed: string): string | undefined => {
  const bare = typed.replaceAll(/[\s:-]/g, "").toLowerCase()
  return /^[0-9a-f]{64}$/.test(bare) ? bare : undefined
}
