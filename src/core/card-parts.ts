// A card in parts, each small enough for one QR code: for screens, cameras and paper (page: protocol/charter.md, CH-9). Parts may come in
// any order and more than once; what they make is checked as a whole.
import { hex } from "./hash.ts"
import { cardBytesMax, cardPartBytesMax, cardPartsMax } from "./limits.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import type { Suite } from "./suite.ts"

const start = "PARLEY-CARD-1"
const idBytes = 8
/** RFC 9285: two bytes are three of these, and a QR code holds them at five and a half bits each. */
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

/** Parts of one card that were read so far. */
export type Held = { readonly id: string; readonly count: number; readonly parts: ReadonlyMap<number, Uint8Array> }

export const cardParts = (card: Uint8Array, suite: Suite): string[] => {
  const count = Math.ceil(card.length / cardPartBytesMax)
  const id = idOf(card, suite)
  return Array.from({ length: count }, (_, at) => {
    const bytes = card.subarray(at * cardPartBytesMax, (at + 1) * cardPartBytesMax)
    return `${start}/${at + 1}/${count}/${id}/${base45(bytes)}`
  })
}

export const isCardPart = (text: string): boolean => text.trimStart().toUpperCase().startsWith(`${start}/`)

/** One part more. A part of another card is refused, and what was held stays. (CH-9) */
export const addPart = (held: Held | undefined, text: string): Held | Refusal => {
  const [, placed = "", counted = "", id = "", written = ""] = form.exec(text.trim().toUpperCase()) ?? []
  const [place, count, bytes] = [Number(placed), Number(counted), fromBase45(written)]
  if (bytes === undefined || bytes.length === 0 || bytes.length > cardPartBytesMax)
    return refuse("bad-part", { field: "part" })
  if (place < 1 || place > count || count > cardPartsMax) return refuse("bad-part", { part: place, count })
  if (held !== undefined && (held.id !== id || held.count !== count)) return refuse("mixed-parts", { part: place })
  const before = held?.parts.get(place)
  if (before !== undefined && hex(before) !== hex(bytes)) return refuse("mixed-parts", { part: place })
  return { id, count, parts: new Map(held?.parts).set(place, bytes) }
}

/** The card's bytes once every part is here; undefined before that. (CH-9) */
export const wholeCard = (held: Held, suite: Suite): Uint8Array | Refusal | undefined => {
  if (held.parts.size < held.count) return undefined
  const parts = Array.from({ length: held.count }, (_, at) => held.parts.get(at + 1) ?? new Uint8Array(0))
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  if (bytes.length > cardBytesMax) return refuse("too-large", { most: cardBytesMax })
  return idOf(bytes, suite) === held.id ? bytes : refuse("bad-part", { field: "sum" })
}

/** A whole sequence, as a file or a paste brings it: one part a line. */
export const joinParts = (text: string, suite: Suite): Uint8Array | Refusal => {
  const lines = text.split(/[\r\n]+/).filter(line => line.trim() !== "")
  if (lines.length > 2 * cardPartsMax) return refuse("bad-part", { count: lines.length })
  let held: Held | undefined
  for (const line of lines) {
    const next = addPart(held, line)
    if (isRefusal(next)) return next
    held = next
  }
  const whole = held && wholeCard(held, suite)
  return whole ?? refuse("bad-part", { field: "missing", parts: held?.parts.size ?? 0, count: held?.count ?? 0 })
}

const form = /^PARLEY-CARD-1\/(\d{1,2})\/(\d{1,2})\/([0-9A-F]{16})\/([0-9A-Z $%*+\-./:]+)$/

const idOf = (card: Uint8Array, suite: Suite): string => hex(suite.sha256(card).slice(0, idBytes)).toUpperCase()

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
