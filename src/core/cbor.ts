// The law's profile of deterministic CBOR (page: protocol/entry.md, section 1): integers up to 2^53 − 1 either way, byte strings,
// text, arrays, maps with integer keys, true, false and null. One value has one encoding, and the decoder accepts no other: every
// rule is checked where the byte is read, so that to encode again gives the same bytes. Written by hand because a general decoder
// that is compared with a second encoding takes four times as long (1.3 µs against 5.5 µs for 240 bytes), and nested too deep it throws.
// The decoder never throws, and its recursion ends at `depthMax`.
import { fromUtf8 } from "./hash.ts"
import { type Refusal, refuse } from "./refusal.ts"

export type Value = number | string | boolean | null | Uint8Array | readonly Value[] | ReadonlyMap<number, Value>

export type DecodeLimits = { readonly bytesMax: number; readonly depthMax: number }

/** Reads exactly one value. Refused is the first breach met, from left to right. Byte strings are views of `bytes`. (C-1, C-2) */
export const decode = (bytes: Uint8Array, limits: DecodeLimits): Value | Refusal => {
  if (bytes.length > limits.bytesMax) return refuse("too-large", { bytes: bytes.length, most: limits.bytesMax })
  const reader = new Reader(bytes, limits.depthMax)
  const value = reader.item(0)
  if (value === undefined) return reader.refusal ?? refuse("malformed")
  if (reader.at !== bytes.length) return refuse("malformed", { at: reader.at, why: "trailing bytes" })
  return value
}

const shortText = 24

class Reader {
  at = 0
  refusal: Refusal | undefined
  readonly #bytes: Uint8Array
  readonly #depthMax: number

  constructor(bytes: Uint8Array, depthMax: number) {
    this.#bytes = bytes
    this.#depthMax = depthMax
  }

  /** Undefined when refused. `depth`: arrays and maps around the item. */
  item(depth: number): Value | undefined {
    const bytes = this.#bytes
    if (this.at >= bytes.length) return this.#no("truncated")
    const initial = bytes[this.at++]!
    const major = initial >> 5
    if (major === 7) {
      if (initial === 0xf4) return false
      if (initial === 0xf5) return true
      if (initial === 0xf6) return null
      return this.#no("a float or a simple value that the law does not use")
    }
    const argument = this.#argument(initial & 31)
    if (argument < 0) return undefined
    switch (major) {
      case 0:
        return argument
      case 1:
        return argument === Number.MAX_SAFE_INTEGER ? this.#no("integer too large") : -1 - argument
      case 2:
        if (argument > bytes.length - this.at) return this.#no("truncated")
        this.at += argument
        return bytes.subarray(this.at - argument, this.at)
      case 3:
        return this.#text(argument)
      case 4:
        return this.#array(argument, depth + 1)
      case 5:
        return this.#map(argument, depth + 1)
      default:
        return this.#no("tag")
    }
  }

  /** The head's argument, shortest form only; −1 when refused. */
  #argument(info: number): number {
    if (info < 24) return info
    const bytes = this.#bytes
    const at = this.at
    const width = info === 24 ? 1 : info === 25 ? 2 : info === 26 ? 4 : info === 27 ? 8 : 0
    if (width === 0) return this.#never(info === 31 ? "indefinite length" : "reserved head")
    if (at + width > bytes.length) return this.#never("truncated")
    this.at += width
    if (width === 1) return bytes[at]! < 24 ? this.#never("not the shortest integer") : bytes[at]!
    const upper = (bytes[at]! << 8) | bytes[at + 1]!
    if (width === 2) return upper < 0x100 ? this.#never("not the shortest integer") : upper
    const word = upper * 0x10000 + ((bytes[at + 2]! << 8) | bytes[at + 3]!)
    if (width === 4) return word < 0x10000 ? this.#never("not the shortest integer") : word
    if (word === 0) return this.#never("not the shortest integer")
    if (word >= 0x200000) return this.#never("integer too large")
    const lower = ((bytes[at + 4]! << 24) | (bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!) >>> 0
    return word * 0x1_0000_0000 + lower
  }

  #text(length: number): string | undefined {
    const bytes = this.#bytes
    const start = this.at
    if (length > bytes.length - start) return this.#no("truncated")
    this.at = start + length
    if (length <= shortText) {
      let text = ""
      let at = start
      for (; at < this.at; at++) {
        const byte = bytes[at]!
        if (byte === 0 || byte > 0x7f) break
        text += String.fromCharCode(byte)
      }
      if (at === this.at) return text
    }
    const text = fromUtf8(bytes.subarray(start, this.at))
    // C-2: U+0000 ends strings in too many programs; no language needs it.
    if (text === undefined || text.includes("\0")) {
      this.refusal = refuse("bad-text", { at: start })
      return undefined
    }
    return text
  }

  #array(count: number, depth: number): Value[] | undefined {
    if (depth > this.#depthMax) return this.#deep()
    // An item has at least one byte: a count beyond the bytes left is a lie, found before anything is made for it.
    if (count > this.#bytes.length - this.at) return this.#no("truncated")
    const items: Value[] = []
    for (let place = 0; place < count; place++) {
      const item = this.item(depth)
      if (item === undefined) return undefined
      items.push(item)
    }
    return items
  }

  #map(count: number, depth: number): Map<number, Value> | undefined {
    if (depth > this.#depthMax) return this.#deep()
    if (2 * count > this.#bytes.length - this.at) return this.#no("truncated")
    const map = new Map<number, Value>()
    let before = -1
    for (let place = 0; place < count; place++) {
      const keyAt = this.at
      if (keyAt < this.#bytes.length && this.#bytes[keyAt]! > 0x3b) return this.#no("a key that is no integer")
      const key = this.item(depth)
      if (key === undefined) return undefined
      if (typeof key !== "number") return this.#no("a key that is no integer")
      if (place > 0 && !keyFollows(before, key)) return this.#no("keys unsorted or twice")
      before = key
      const value = this.item(depth)
      if (value === undefined) return undefined
      map.set(key, value)
    }
    return map
  }

  #no(why: string): undefined {
    this.refusal = refuse("malformed", { at: this.at, why })
    return undefined
  }

  #never(why: string): -1 {
    this.#no(why)
    return -1
  }

  #deep(): undefined {
    this.refusal = refuse("too-deep", { at: this.at, most: this.#depthMax })
    return undefined
  }
}

/** Order of the encoded keys' bytes: 0, 1, 2 … then −1, −2 … */
const keyFollows = (before: number, key: number): boolean =>
  before >= 0 ? key > before || key < 0 : key < 0 && key < before

/** The one encoding of a value. What the profile cannot carry is our own fault and throws. */
export const encode = (value: Value): Uint8Array => {
  length = 0
  write(value)
  return out.slice(0, length)
}

// One buffer for all encodings: encode() calls nothing of others, so no two ever use it at once.
let out = new Uint8Array(4_096)
let length = 0
const encoder = new TextEncoder()

const reserve = (bytes: number): void => {
  if (length + bytes <= out.length) return
  const wider = new Uint8Array(Math.max(2 * out.length, length + bytes))
  wider.set(out)
  out = wider
}

const writeHead = (major: number, argument: number): void => {
  reserve(9)
  const top = major << 5
  if (argument < 24) {
    out[length++] = top | argument
  } else if (argument < 0x100) {
    out[length++] = top | 24
    out[length++] = argument
  } else if (argument < 0x10000) {
    out[length++] = top | 25
    out[length++] = argument >> 8
    out[length++] = argument
  } else if (argument < 0x1_0000_0000) {
    out[length++] = top | 26
    writeWord(argument)
  } else {
    out[length++] = top | 27
    writeWord(Math.floor(argument / 0x1_0000_0000))
    writeWord(argument % 0x1_0000_0000)
  }
}

const writeWord = (word: number): void => {
  out[length++] = word >>> 24
  out[length++] = word >>> 16
  out[length++] = word >>> 8
  out[length++] = word
}

const write = (value: Value): void => {
  if (typeof value === "number") writeInteger(value)
  else if (typeof value === "string") writeText(value)
  else if (value === null) writeByte(0xf6)
  else if (typeof value === "boolean") writeByte(value ? 0xf5 : 0xf4)
  else if (value instanceof Uint8Array) writeBytes(value)
  else if (value instanceof Map) writeMap(value)
  else if (Array.isArray(value)) {
    writeHead(4, value.length)
    for (const item of value) write(item)
  } else throw new Error(`the profile of CBOR has no ${typeof value}`)
}

const writeByte = (byte: number): void => {
  reserve(1)
  out[length++] = byte
}

const writeBytes = (bytes: Uint8Array): void => {
  writeHead(2, bytes.length)
  reserve(bytes.length)
  out.set(bytes, length)
  length += bytes.length
}

const writeInteger = (value: number): void => {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new Error(`not an integer of the profile: ${value}`)
  if (value >= 0) writeHead(0, value)
  else writeHead(1, -1 - value)
}

const writeText = (text: string): void => {
  if (!text.isWellFormed() || text.includes("\0")) throw new Error("text that the profile cannot carry")
  const start = length
  // A UTF-16 unit takes at most three bytes. The head's width is known only afterwards for what is not short ASCII.
  reserve(9 + 3 * text.length)
  if (3 * text.length < 24) {
    const { written } = encoder.encodeInto(text, out.subarray(start + 1))
    writeHead(3, written)
    length += written
    return
  }
  const { written } = encoder.encodeInto(text, out.subarray(start + 9))
  writeHead(3, written)
  out.copyWithin(length, start + 9, start + 9 + written)
  length += written
}

const writeMap = (map: ReadonlyMap<number, Value>): void => {
  writeHead(5, map.size)
  let sorted = true
  let before: number | undefined
  for (const key of map.keys()) {
    if (before !== undefined && !keyFollows(before, key)) sorted = false
    before = key
  }
  const entries = sorted ? map : [...map].sort(([a], [b]) => (keyFollows(a, b) ? -1 : 1))
  for (const [key, item] of entries) {
    writeInteger(key)
    write(item)
  }
}
