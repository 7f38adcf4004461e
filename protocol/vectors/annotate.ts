// CBOR for the eye: every head and value on a line of its own, with what it is. For the examples of the pages.
import { hex } from "../../src/core/hash.ts"

/** What stands at a place: "" for the whole, "7" for key or place 7, "7.0.3" within it. */
export type Labels = Readonly<Record<string, string>>

const column = 44
/** Byte strings longer than this are shown by their beginning; the vectors hold them whole. */
const shownMax = 96
const perLine = 16

export const rows = (bytes: Uint8Array): string[] => {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 32) lines.push(hex(bytes.subarray(at, at + 32)))
  return lines
}

export const annotate = (bytes: Uint8Array, labels: Labels = {}): string => {
  const lines: string[] = []
  let at = 0
  const say = (depth: number, shown: Uint8Array, what: string): void => {
    const left = "  ".repeat(depth) + hex(shown)
    lines.push(what === "" ? left : `${left.padEnd(column)}# ${what}`)
  }
  const argument = (): { major: number; value: number; head: Uint8Array } => {
    const initial = bytes[at]!
    const info = initial & 31
    const width = info < 24 ? 0 : 1 << (info - 24)
    const head = bytes.subarray(at, at + 1 + width)
    let value = info
    if (width > 0) value = head.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0)
    at += 1 + width
    return { major: initial >> 5, value, head }
  }
  const content = (depth: number, length: number): void => {
    const whole = bytes.subarray(at, at + length)
    at += length
    const shown = length > shownMax ? whole.subarray(0, 2 * perLine) : whole
    for (let from = 0; from < shown.length; from += perLine) say(depth, shown.subarray(from, from + perLine), "")
    if (shown.length < length) lines.push(`${"  ".repeat(depth)}… ${length - shown.length} bytes more`)
  }
  const item = (depth: number, path: string): void => {
    const label = labels[path]
    const named = (what: string): string => (label === undefined ? what : `${label}: ${what}`)
    const { major, value, head } = argument()
    const below = (step: number | string): string => (path === "" ? `${step}` : `${path}.${step}`)
    if (major === 0 || major === 1) return say(depth, head, named(`${major === 0 ? value : -1 - value}`))
    if (major === 2) {
      say(depth, head, named(`${value} bytes`))
      return content(depth + 1, value)
    }
    if (major === 3) {
      const text = new TextDecoder().decode(bytes.subarray(at, at + value))
      say(depth, head, named(JSON.stringify(text)))
      return content(depth + 1, value)
    }
    if (major === 4) {
      say(depth, head, named(`array of ${value}`))
      for (let place = 0; place < value; place++) item(depth + 1, below(place))
      return
    }
    if (major === 5) {
      say(depth, head, named(`map of ${value}`))
      for (let place = 0; place < value; place++) {
        const key = argument()
        const number = key.major === 0 ? key.value : -1 - key.value
        say(depth + 1, key.head, `key ${number}`)
        item(depth + 2, below(number))
      }
      return
    }
    say(depth, head, named(value === 20 ? "false" : value === 21 ? "true" : "null"))
  }
  item(0, "")
  return lines.join("\n")
}
