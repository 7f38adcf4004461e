// The second signature of an entry, by its author's own country's suite (page: protocol/entry.md, section 5). It is there for who knows the
// suite. Whether an entry is stored, receipted, proven and kept, the common suite alone decides: two sides must never hold two records.
import { decode, encode, type Value } from "./cbor.ts"
import type { Charter } from "./charter.ts"
import { type Entry, encodePayload, type Fields, type SecondSignature } from "./entry.ts"
import { concat, utf8 } from "./hash.ts"
import { cborDepthMax, entryBytesMax } from "./limits.ts"
import { nationalOf } from "./national.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import { field } from "./registry.ts"
import type { Suite } from "./suite.ts"

const prefix = utf8("parley/1 national")

/** What is signed: the payload as it is without the second signature. (E-21) */
export const secondSigned = (fields: Fields): Uint8Array => concat(prefix, encodePayload(fields))

export type OwnSecond = {
  /** Where the signature will stand, at its length. */
  readonly room: SecondSignature
  verify(message: Uint8Array, signature: Uint8Array): boolean
}

/** Of our own card. A home whose suite is not known here does not start. (CH-15) */
export const ownSecond = ({ parties }: Charter, us: number, suite: Suite): OwnSecond | undefined => {
  const own = parties[us]?.national?.own
  if (!own) return undefined
  const national = nationalOf(suite, own.suite)
  if (!national) throw new Error(`national suite ${own.suite} of our own card is not known here`)
  return {
    room: { suite: own.suite, signature: new Uint8Array(national.signatureBytes) },
    verify: (message, signature) => national.verify(own.public, message, signature),
  }
}

export type Second = "none" | "unknown" | "good" | Refusal

/** What the second signature of an entry says, to who knows its suite. (E-22) */
export const secondOf = (entry: Entry, { parties }: Charter, suite: Suite): Second => {
  const own = parties[entry.author]?.national?.own
  if (!own) return "none"
  const national = nationalOf(suite, own.suite)
  if (!national) return "unknown"
  const facts = { author: entry.author, generation: entry.generation, seq: entry.seq, suite: own.suite }
  const payload = payloadOf(entry)
  const row = payload.get(field.second)
  if (!Array.isArray(row)) return refuse("second-missing", facts)
  const [number, signature, more]: readonly Value[] = row
  if (number !== own.suite || !(signature instanceof Uint8Array) || more !== undefined)
    return refuse("second-missing", facts)
  const others = new Map(payload)
  others.delete(field.second)
  const isGood = national.verify(own.public, concat(prefix, encode(others)), signature)
  return isGood ? "good" : refuse("second-false", facts)
}

const limits = { bytesMax: entryBytesMax, depthMax: cborDepthMax }

/** Of an entry that was read before, and so is of the form. */
const payloadOf = ({ bytes }: Entry): ReadonlyMap<number, Value> => {
  const cose = decode(bytes, limits)
  const inside = !isRefusal(cose) && Array.isArray(cose) && cose[2] instanceof Uint8Array && decode(cose[2], limits)
  return inside instanceof Map ? inside : new Map()
}
