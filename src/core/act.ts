// The act: what a person decides on, whatever place in the log the node then gives it (page: protocol/entry.md, E-14).
import { encode } from "./cbor.ts"
import { desksValue, type Fields } from "./entry.ts"
import { utf8 } from "./hash.ts"
import type { Hash, Suite } from "./suite.ts"

/** An entry without its place, its time and its proofs. */
export type Act = Omit<Fields, "generation" | "seq" | "ownRoot" | "seen" | "time" | "number" | "releases">

const actPrefix = utf8("parley/1 act")

/** What a person's key signs: the act, never the place in the log. (E-14) */
export const actDigest = (act: Act, suite: Pick<Suite, "sha256">): Hash =>
  suite.sha256(
    actPrefix,
    encode([
      act.line,
      act.author,
      act.act ?? null,
      act.traffic,
      act.precedence,
      act.notAfter ?? null,
      act.kind,
      act.refs,
      desksValue(act.action),
      desksValue(act.info),
      act.handling,
      act.bodyHash ?? null,
      act.sole ?? null,
    ]),
  )
