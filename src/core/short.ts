// An entry without what its reader can tell by itself (page: protocol/frame.md, F-16; sync.md, S-11): of 905 bytes of a message in a
// backlog 150 are left out. It goes from its author alone, to who holds the entry before it; the reader makes the very bytes anew that
// were signed, and its signature, or the head above it, shows whether it did. Where it cannot, it asks for the entry whole.
import { decode, encode, type Value } from "./cbor.ts"
import { bodyHash, decodeEntry, type Entry, encodeHeader } from "./entry.ts"
import type { Held, Stored } from "./event.ts"
import { encodeShortPart, type ShortPart } from "./frame.ts"
import { equal } from "./hash.ts"
import { cborDepthMax, entryBytesMax } from "./limits.ts"
import { isRefusal, type Refusal } from "./refusal.ts"
import { field } from "./registry.ts"
import type { Hash, Suite } from "./suite.ts"

/** The last own entry that was put on a path. `goesOn`: what comes after it comes after it there too. */
export type Before = {
  readonly generation: number
  readonly seq: number
  readonly header: Uint8Array
  readonly seen: Uint8Array
  readonly goesOn: boolean
}

const nothingSeen = new Uint8Array(0)
/** What the place says: version, line, author, generation, seq, own root. */
const ofPlace = [field.version, field.line, field.author, field.generation, field.seq, field.ownRoot] as const
const lawVersion = 1

type Parts = {
  readonly generation: number
  readonly seq: number
  readonly precedence: number
  readonly header: Uint8Array
  readonly payload: ReadonlyMap<number, Value>
  readonly signature: Uint8Array
}

/** Of an entry that this node has signed and stored. */
const partsOf = (bytes: Uint8Array): Parts => {
  const limits = { bytesMax: entryBytesMax, depthMax: cborDepthMax }
  const cose = decode(bytes, limits)
  const [header, , inner, signature] = Array.isArray(cose) ? (cose as readonly Value[]) : []
  const payload = inner instanceof Uint8Array ? decode(inner, limits) : undefined
  if (!(payload instanceof Map && header instanceof Uint8Array && signature instanceof Uint8Array))
    throw new Error("An own entry is not what was written.")
  const [generation, seq, precedence] = [field.generation, field.seq, field.precedence].map(key => payload.get(key))
  if (typeof generation !== "number" || typeof seq !== "number" || typeof precedence !== "number")
    throw new Error("An own entry lacks its place.")
  return { generation, seq, precedence, header, payload, signature }
}

export type Shortened = { readonly part: Uint8Array; readonly before: Before }

/** `before`: what went last on the path. `isHeld`: the reader is known to hold the entry before, or it goes before on this path. `packs`:
 *  the path's bodies are packed. Undefined for what can only go whole. */
export const shorten = (
  { bytes, salt, body }: Stored,
  before: Before | null,
  options: { readonly isHeld: boolean; readonly packs: boolean; readonly goesOn: boolean },
  suite: Suite,
): Shortened | { readonly part: undefined; readonly before: Before } => {
  const { generation, seq, header, payload, signature } = partsOf(bytes)
  const seen = payload.get(field.seen)
  const seenBytes = seen === undefined ? nothingSeen : encode(seen)
  const now: Before = { generation, seq, header, seen: seenBytes, goesOn: options.goesOn }
  if (!options.isHeld || seq === 1) return { part: undefined, before: now }
  const goesOn = before?.goesOn === true && before.generation === generation && before.seq === seq - 1
  const rest = new Map(payload)
  for (const key of ofPlace) rest.delete(key)
  if (body !== undefined) rest.delete(field.bodyHash)
  const sameSeen = goesOn && equal(before.seen, seenBytes)
  if (sameSeen) rest.delete(field.seen)
  else if (seen === undefined) return { part: undefined, before: now }
  const sameHeader = goesOn && equal(before.header, header)
  const part = encodeShortPart(
    {
      ...{ generation, seq, header: sameHeader ? null : header, rest, signature },
      ...{ salt: salt ?? null, body: body ?? null },
    },
    options.packs,
    suite,
  )
  return { part, before: now }
}

/** What a log says of the place after its last. */
export type Place = {
  readonly line: Uint8Array
  readonly author: number
  readonly ownRoot: Hash
  /** The entry before, if it is at hand. */
  readonly last: Entry | null
}

/** The entry as it was signed, if its author has signed it here. Undefined: the entry before would be needed. */
export const rebuild = (
  part: ShortPart,
  { line, author, ownRoot, last }: Place,
  suite: Suite,
): Held | Refusal | undefined => {
  const { generation, seq, header, rest, signature, salt, body } = part
  const before = last?.generation === generation && last.seq === seq - 1 ? last : undefined
  const signer = header ?? (before && encodeHeader(before.kid, before.alg))
  if (signer === undefined || (before === undefined && !rest.has(field.seen))) return undefined
  const payload = new Map<number, Value>([
    [field.version, lawVersion],
    [field.line, line],
    [field.author, author],
    [field.generation, generation],
    [field.seq, seq],
    [field.ownRoot, ownRoot],
  ])
  const seen = before?.seen ?? []
  if (!rest.has(field.seen) && seen.length > 0)
    payload.set(
      field.seen,
      seen.map(it => [it.author, it.generation, it.size, it.root]),
    )
  for (const [key, value] of rest) payload.set(key, value)
  const held = salt && body ? { salt, bytes: body } : undefined
  if (held) payload.set(field.bodyHash, bodyHash(held, suite))
  const entry = decodeEntry(encode([signer, new Map(), encode(payload), signature]), suite)
  return isRefusal(entry) ? entry : { entry, ...(held && { body: held }), rebuilt: true }
}
