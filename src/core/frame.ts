// What travels inside a sealed frame: a list of parts (page: protocol/frame.md). Encoded parts are joined as they are, so that an
// entry is encoded once however many paths it takes. An unknown part is passed over: a newer peer may say more. (F-2)
import { decode, encode, type Value } from "./cbor.ts"
import type { Head } from "./head.ts"
import { bodyBytesMax, cborDepthMax, entryBytesMax, frameBytesMax, gapsMax, partiesMax, saltBytes } from "./limits.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import type { Hash, Suite } from "./suite.ts"

/** What a node holds of one author's log: contiguous size, and ranges beyond it. */
export type Have = {
  readonly author: number
  readonly generation: number
  readonly size: number
  readonly ahead: readonly (readonly [from: number, to: number])[]
}

/** An entry without what its reader can tell by itself. `header`: null where it is that of the entry before. (F-16) */
export type ShortPart = {
  readonly generation: number
  readonly seq: number
  readonly header: Uint8Array | null
  readonly rest: ReadonlyMap<number, Value>
  readonly signature: Uint8Array
  readonly salt: Uint8Array | null
  readonly body: Uint8Array | null
}

/** Bytes `from` to `to`, the last not included, of a chunk's record; `held`: chunks of the document that the asker holds. (D-5) */
export type AskPart = {
  readonly type: "ask"
  readonly root: Hash
  readonly index: number
  readonly from: number
  readonly to: number
  readonly held: number
}

/** `document`: the first eight bytes of its root. (D-5) */
export type PiecePart = {
  readonly type: "piece"
  readonly document: Uint8Array
  readonly index: number
  readonly offset: number
  readonly bytes: Uint8Array
}

export type Part =
  | {
      readonly type: "hello"
      readonly charterHash: Hash
      readonly have: readonly Have[]
      readonly credit: number
      readonly now: number
      readonly restored: boolean
      /** Entries may come to it as SHORT. */
      readonly takesShort: boolean
    }
  | { readonly type: "have"; readonly have: readonly Have[] }
  | {
      readonly type: "entry"
      readonly cose: Uint8Array
      readonly salt: Uint8Array | null
      readonly body: Uint8Array | null
    }
  | ({ readonly type: "short" } & ShortPart)
  | {
      readonly type: "want"
      readonly author: number
      readonly generation: number
      readonly from: number
      readonly to: number
    }
  | { readonly type: "head"; readonly head: Head }
  | {
      readonly type: "fragment"
      readonly id: number
      readonly offset: number
      readonly total: number
      readonly bytes: Uint8Array
    }
  | {
      readonly type: "ping"
      readonly now: number
      readonly lastHuman: number | null
      readonly consoles: number
      readonly have: readonly Have[]
    }
  /** `frames` and `bytes`: what was opened of this path since it opened, the ping included; 0 where that is not counted. */
  | {
      readonly type: "pong"
      readonly echo: number
      readonly now: number
      readonly frames: number
      readonly bytes: number
    }
  | { readonly type: "epoch-ok"; readonly epoch: number }
  | { readonly type: "pad"; readonly bytes: number }
  | AskPart
  | PiecePart
  /** `code`: number of the refusal. */
  | { readonly type: "lack"; readonly root: Hash; readonly code: number }

export const partNumbers = {
  hello: 1,
  have: 2,
  entry: 3,
  want: 4,
  head: 5,
  fragment: 6,
  ping: 7,
  pong: 8,
  "epoch-ok": 9,
  pad: 10,
  short: 11,
  ask: 12,
  piece: 13,
  lack: 14,
} as const

/** What HELLO says that its sender takes, as a sum. */
const takes = { short: 1 } as const

const haveValue = (have: readonly Have[]): Value =>
  have.map(log => [log.author, log.generation, log.size, log.ahead.map(range => [...range])])

/** One part as the law writes it. Entries go through `encodeEntryPart` and `encodeShortPart`, which may compress; padding is made by
 *  pad.ts. */
export const encodePart = (part: Exclude<Part, { type: "entry" | "short" | "pad" }>): Uint8Array => {
  const number = partNumbers[part.type]
  switch (part.type) {
    case "hello": {
      const { charterHash, have, credit, now, restored, takesShort } = part
      const flags = takesShort ? takes.short : 0
      return encode([number, charterHash, haveValue(have), credit, now, restored ? 1 : 0, flags])
    }
    case "have":
      return encode([number, haveValue(part.have)])
    case "want":
      return encode([number, part.author, part.generation, part.from, part.to])
    case "head": {
      const { author, generation, size, root, ed25519, mlDsa65 } = part.head
      return encode([number, author, generation, size, root, ed25519, mlDsa65])
    }
    case "fragment":
      return encode([number, part.id, part.offset, part.total, part.bytes])
    case "ping":
      return encode([number, part.now, part.lastHuman, part.consoles, haveValue(part.have)])
    case "pong":
      return encode([number, part.echo, part.now, part.frames, part.bytes])
    case "epoch-ok":
      return encode([number, part.epoch])
    case "ask":
      return encode([number, part.root, part.index, part.from, part.to, part.held])
    case "piece":
      return encode([number, part.document, part.index, part.offset, part.bytes])
    case "lack":
      return encode([number, part.root, part.code])
    default:
      return part satisfies never
  }
}

/** Body compression pays from here on; below, brotli's own framing eats the gain. (F-7) */
const compressFrom = 64

type Packed = { readonly body: Uint8Array | null; readonly encoding: 0 | 1 }

/** Brotli for the body, when that is shorter. Compression is never under a signature. (F-7) */
const packed = (body: Uint8Array | null, thin: boolean, suite: Suite): Packed => {
  if (!thin || body === null || body.length < compressFrom) return { body, encoding: 0 }
  const short = suite.compress(body)
  return short.length < body.length ? { body: short, encoding: 1 } : { body, encoding: 0 }
}

/** An entry with its body. `thin`: the body is packed. */
export const encodeEntryPart = (
  entry: { cose: Uint8Array; salt: Uint8Array | null; body: Uint8Array | null },
  thin: boolean,
  suite: Suite,
): Uint8Array => {
  const { body, encoding } = packed(entry.body, thin, suite)
  return encode([partNumbers.entry, entry.cose, entry.salt, body, encoding])
}

export const encodeShortPart = (part: ShortPart, thin: boolean, suite: Suite): Uint8Array => {
  const { generation, seq, header, rest, signature, salt } = part
  const { body, encoding } = packed(part.body, thin, suite)
  return encode([partNumbers.short, generation, seq, header, rest, signature, salt, body, encoding])
}

/** A frame's plaintext of encoded parts: a CBOR array of them. */
export const joinParts = (parts: readonly Uint8Array[]): Uint8Array => {
  const count = parts.length
  const headBytes = count < 24 ? 1 : count < 256 ? 2 : 3
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, headBytes))
  if (count < 24) out[0] = 0x80 | count
  else if (count < 256) out.set([0x98, count])
  else out.set([0x99, count >> 8, count & 255])
  let at = headBytes
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Parts of a plaintext, whole or refused whole: a frame with one bad part has a sender that breaks the law. */
export const decodeParts = (plain: Uint8Array, suite: Suite): Part[] | Refusal => {
  const list = decode(plain, { bytesMax: frameBytesMax, depthMax: cborDepthMax })
  if (isRefusal(list)) return list
  if (!Array.isArray(list)) return refuse("malformed", { why: "a frame holds a list of parts" })
  const parts: Part[] = []
  for (const value of list as readonly Value[]) {
    const part = decodePart(value, suite)
    if (part === "unknown") continue
    if (isRefusal(part)) return part
    parts.push(part)
  }
  return parts
}

const isCount = (value: unknown): value is number => typeof value === "number" && value >= 0
const isBytes = (value: unknown, length: number): value is Uint8Array =>
  value instanceof Uint8Array && value.length === length

const decodePart = (value: Value, suite: Suite): Part | "unknown" | Refusal => {
  if (!Array.isArray(value) || !isCount(value[0]))
    return refuse("malformed", { why: "a part is a list that begins with its type" })
  const [type, ...fields] = value as readonly Value[]
  switch (type) {
    case partNumbers.hello:
      return decodeHello(fields)
    case partNumbers.have: {
      const have = decodeHave(fields[0])
      return isRefusal(have) ? have : { type: "have", have }
    }
    case partNumbers.entry:
      return decodeEntryPart(fields, suite)
    case partNumbers.short:
      return decodeShortPart(fields, suite)
    case partNumbers.want: {
      const [author, generation, from, to] = fields
      if (!isCount(author) || !isCount(generation) || !isCount(from) || !isCount(to) || from < 1 || to < from)
        return refuse("malformed", { part: "want" })
      return { type: "want", author, generation, from, to }
    }
    case partNumbers.head:
      return decodeHead(fields)
    case partNumbers.fragment: {
      const [id, offset, total, bytes] = fields
      if (
        !isCount(id) ||
        !isCount(offset) ||
        !isCount(total) ||
        !(bytes instanceof Uint8Array) ||
        total > frameBytesMax
      )
        return refuse("malformed", { part: "fragment" })
      return { type: "fragment", id, offset, total, bytes }
    }
    case partNumbers.ping: {
      const [now, lastHuman, consoles] = fields
      const have = decodeHave(fields[3])
      if (!isCount(now) || !(lastHuman === null || isCount(lastHuman)) || !isCount(consoles) || isRefusal(have))
        return refuse("malformed", { part: "ping" })
      return { type: "ping", now, lastHuman, consoles, have }
    }
    case partNumbers.pong: {
      const [echo, now, frames = 0, bytes = 0] = fields
      return isCount(echo) && isCount(now) && isCount(frames) && isCount(bytes)
        ? { type: "pong", echo, now, frames, bytes }
        : refuse("malformed", { part: "pong" })
    }
    case partNumbers["epoch-ok"]:
      return isCount(fields[0]) ? { type: "epoch-ok", epoch: fields[0] } : refuse("malformed", { part: "epoch-ok" })
    case partNumbers.pad:
      return fields[0] instanceof Uint8Array
        ? { type: "pad", bytes: fields[0].length }
        : refuse("malformed", { part: "pad" })
    case partNumbers.ask:
    case partNumbers.piece:
    case partNumbers.lack:
      return decodeDocumentPart(type, fields)
    default:
      return "unknown"
  }
}

const decodeDocumentPart = (type: number, fields: readonly Value[]): Part | Refusal => {
  const [first, index, from, to, held] = fields
  if (type === partNumbers.lack)
    return isBytes(first, 32) && isCount(index)
      ? { type: "lack", root: first, code: index }
      : refuse("malformed", { part: "lack" })
  if (type === partNumbers.piece)
    return isBytes(first, documentIdBytes) &&
      isCount(index) &&
      isCount(from) &&
      to instanceof Uint8Array &&
      to.length > 0
      ? { type: "piece", document: first, index, offset: from, bytes: to }
      : refuse("malformed", { part: "piece" })
  return isBytes(first, 32) && isCount(index) && isCount(from) && isCount(to) && isCount(held) && from < to
    ? { type: "ask", root: first, index, from, to, held }
    : refuse("malformed", { part: "ask" })
}

/** Of a document's root, in its pieces: its proof decides, and not this. (D-5) */
export const documentIdBytes = 8

const decodeHello = (fields: readonly Value[]): Part | Refusal => {
  const [charterHash, , credit, now, restored, taken = 0] = fields
  const have = decodeHave(fields[1])
  if (!isBytes(charterHash, 32) || isRefusal(have) || !isCount(credit) || !isCount(now) || !isCount(restored))
    return refuse("malformed", { part: "hello" })
  const takesShort = isCount(taken) && taken % 2 === takes.short
  return { type: "hello", charterHash, have, credit, now, restored: restored === 1, takesShort }
}

const decodeHead = (fields: readonly Value[]): Part | Refusal => {
  const [author, generation, size, root, ed25519, mlDsa65] = fields
  if (!isCount(author) || !isCount(generation) || !isCount(size) || !isBytes(root, 32))
    return refuse("malformed", { part: "head" })
  const isClassical = isBytes(ed25519, 64) || isBytes(ed25519, 96) // P-384 signs with 96
  if (!isClassical || !isBytes(mlDsa65, 3_309)) return refuse("malformed", { part: "head" })
  return { type: "head", head: { author, generation, size, root, ed25519, mlDsa65 } }
}

const decodeEntryPart = (fields: readonly Value[], suite: Suite): Part | Refusal => {
  const [cose, salt, body, encoding] = fields
  if (!(cose instanceof Uint8Array)) return refuse("malformed", { part: "entry" })
  if (cose.length > entryBytesMax) return refuse("too-large", { bytes: cose.length, most: entryBytesMax })
  const carried = decodeCarried("entry", [salt, body, encoding], suite)
  return isRefusal(carried) ? carried : { type: "entry", cose, ...carried }
}

const decodeShortPart = (fields: readonly Value[], suite: Suite): Part | Refusal => {
  const [generation, seq, header, rest, signature, salt, body, encoding] = fields
  if (!isCount(generation) || !isCount(seq) || !(header === null || header instanceof Uint8Array))
    return refuse("malformed", { part: "short" })
  if (!(rest instanceof Map && signature instanceof Uint8Array)) return refuse("malformed", { part: "short" })
  const carried = decodeCarried("short", [salt, body, encoding], suite)
  return isRefusal(carried) ? carried : { type: "short", generation, seq, header, rest, signature, ...carried }
}

type Carried = { readonly salt: Uint8Array | null; readonly body: Uint8Array | null }

/** What travels beside an entry. (F-7) */
const decodeCarried = (part: string, fields: readonly (Value | undefined)[], suite: Suite): Carried | Refusal => {
  const [salt, packed, encoding] = fields
  if (!(salt === null || isBytes(salt, saltBytes))) return refuse("malformed", { part })
  if (!(packed === null || packed instanceof Uint8Array) || (salt === null) !== (packed === null))
    return refuse("malformed", { part })
  if (packed !== null && packed.length > bodyBytesMax)
    return refuse("too-large", { bytes: packed.length, most: bodyBytesMax })
  if (encoding === 0 || packed === null) return { salt, body: packed }
  const body = encoding === 1 ? suite.decompress(packed, bodyBytesMax) : undefined
  return body ? { salt, body } : refuse("malformed", { part, why: "compression" })
}

const decodeHave = (value: Value | undefined): Have[] | Refusal => {
  if (!Array.isArray(value) || value.length > partiesMax) return refuse("malformed", { part: "have" })
  const have: Have[] = []
  for (const item of value as readonly Value[]) {
    if (!Array.isArray(item)) return refuse("malformed", { part: "have" })
    const [author, generation, size, ranges] = item as readonly Value[]
    if (!isCount(author) || !isCount(generation) || !isCount(size) || !Array.isArray(ranges) || ranges.length > gapsMax)
      return refuse("malformed", { part: "have" })
    const ahead: [number, number][] = []
    for (const range of ranges as readonly Value[]) {
      if (!Array.isArray(range) || !isCount(range[0]) || !isCount(range[1]))
        return refuse("malformed", { part: "have" })
      ahead.push([range[0], range[1]])
    }
    have.push({ author, generation, size, ahead })
  }
  return have
}
