// A card or a small parcel in parts, each small enough for one QR code: for screens, cameras and paper (pages: protocol/charter.md, CH-9;
// protocol/epoch.md, EP-22). Parts may come in any order and more than once; what they make is checked as a whole.
import { concat, hex } from "./hash.ts"
import { cardBytesMax, codesBytesMax, partBytesMax, partsMax } from "./limits.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import type { Suite } from "./suite.ts"

/** What goes in parts: how each begins, so that none is taken for another, and how much it may be. */
export type Sequence = { readonly start: string; readonly bytesMax: number }
export const cardSequence: Sequence = { start: "PARLEY-CARD-1", bytesMax: cardBytesMax }
export const parcelSequence: Sequence = { start: "PARLEY-PARCEL-1", bytesMax: codesBytesMax }

const idBytes = 8
/** RFC 9285: two bytes are three of these, and a QR code holds them at five and a half bits each. */
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

/** Parts of one whole that were read so far. */
export type Held = { readonly id: string; readonly count: number; readonly parts: ReadonlyMap<number, Uint8Array> }

export const partsOf = ({ start }: Sequence, whole: Uint8Array, suite: Suite): string[] => {
  const count = Math.ceil(whole.length / partBytesMax)
  const id = idOf(whole, suite)
  return Array.from({ length: count }, (_, at) => {
    const bytes = whole.subarray(at * partBytesMax, (at + 1) * partBytesMax)
    return `${start}/${at + 1}/${count}/${id}/${base45(bytes)}`
  })
}

export const isPart = ({ start }: Sequence, text: string): boolean =>
  text.trimStart().toUpperCase().startsWith(`${start}/`)

/** One part more. A part of another whole is refused, and what was held stays. (CH-9, EP-22) */
export const addPart = ({ start }: Sequence, held: Held | undefined, text: string): Held | Refusal => {
  const [, begins, placed = "", counted = "", id = "", written = ""] = form.exec(text.trim().toUpperCase()) ?? []
  const [place, count, bytes] = [Number(placed), Number(counted), fromBase45(written)]
  if (begins !== start || bytes === undefined || bytes.length === 0 || bytes.length > partBytesMax)
    return refuse("bad-part", { field: "part" })
  if (place < 1 || place > count || count > partsMax) return refuse("bad-part", { part: place, count })
  if (held !== undefined && (held.id !== id || held.count !== count)) return refuse("mixed-parts", { part: place })
  const before = held?.parts.get(place)
  if (before !== undefined && hex(before) !== hex(bytes)) return refuse("mixed-parts", { part: place })
  return { id, count, parts: new Map(held?.parts).set(place, bytes) }
}

/** The bytes once every part is here; undefined before that. (CH-9, EP-22) */
export const wholeOf = ({ bytesMax }: Sequence, held: Held, suite: Suite): Uint8Array | Refusal | undefined => {
  if (held.parts.size < held.count) return undefined
  const bytes = concat(...Array.from({ length: held.count }, (_, at) => held.parts.get(at + 1) ?? new Uint8Array(0)))
  if (bytes.length > bytesMax) return refuse("too-large", { most: bytesMax })
  return idOf(bytes, suite) === held.id ? bytes : refuse("bad-part", { field: "sum" })
}

/** A whole sequence, as a file or a paste brings it: one part a line. */
export const joinParts = (sequence: Sequence, text: string, suite: Suite): Uint8Array | Refusal => {
  const lines = text.split(/[\r\n]+/).filter(line => line.trim() !== "")
  if (lines.length > 2 * partsMax) return refuse("bad-part", { count: lines.length })
  let held: Held | undefined
  for (const line of lines) {
    const next = addPart(sequence, held, line)
    if (isRefusal(next)) return next
    held = next
  }
  const whole = held && wholeOf(sequence, held, suite)
  return whole ?? refuse("bad-part", { field: "missing", parts: held?.parts.size ?? 0, count: held?.count ?? 0 })
}

const form = /^(PARLEY-[A-Z]+-1)\/(\d{1,2})\/(\d{1,2})\/([0-9A-F]{16})\/([0-9A-Z $%*+\-./:]+)$/

const idOf = (whole: Uint8Array, suite: Suite): string => hex(suite.sha256(whole).slice(0, idBytes)).toUpperCase()

export const base45 = (bytes: Uint8Array): string => {
  let text = ""
  for (let at = 0; at < bytes.length; at += 2) {
    const pair = at + 1 < bytes.length
    let value = pair ? bytes[at]! * 256 + bytes[at + 1]! : bytes[at]!
    for (let digit = 0; digit < (pair ? 3 : 2); digit++) {
      text += alphabet[value % 45]
      value = Math.floor(value / 45)
    }
  }
  return text
}

export const fromBase45 = (text: string): Uint8Array | undefined => {
  if (text.length % 3 === 1) return undefined
  const bytes: number[] = []
  for (let at = 0; at < text.length; at += 3) {
    const group = [...text.slice(at, at + 3)].map(letter => alphabet.indexOf(letter))
    const value = group.reduce((sum, digit, place) => sum + digit * 45 ** place, 0)
    if (group.includes(-1) || value >= (group.length === 3 ? 65_536 : 256)) return undefined
    if (group.length === 3) bytes.push(value >> 8)
    bytes.push(value & 255)
  }
  return Uint8Array.from(bytes)
}
