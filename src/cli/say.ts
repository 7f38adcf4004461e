// How the CLI speaks: results on standard output, for a person or one JSON object a line; refusals and failures on standard error; and
// the exit code says which. 0 done, 1 refused, 2 usage, 3 the world failed.
import { isRefusal, type Refusal, refusals } from "../core/refusal.ts"
import { visible } from "../core/text.ts"

export const exits = { done: 0, refused: 1, usage: 2, failed: 3 } as const

/** Ends a command with what was refused. */
export class Refused extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal, message: string = refusals[refusal.refusal][2]) {
    super(message)
    this.refusal = refusal
  }
}

/** Ends a command whose arguments do not go together. */
export class Usage extends Error {}

/** The value, or the end of the command. */
export const granted = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) throw new Refused(value)
  return value
}

export type Say = {
  /** One result: an object for --json, and lines for a person. */
  result(object: object, ...lines: readonly string[]): void
}

export const sayer = (json: boolean, write: (text: string) => void = text => void process.stdout.write(text)): Say => ({
  result(object, ...lines) {
    if (json) write(`${JSON.stringify(object)}\n`)
    else for (const line of lines) write(`${line}\n`)
  },
})

/** What went wrong, on standard error, and the exit code. */
export const explain = (
  error: unknown,
  write: (text: string) => void = text => void process.stderr.write(text),
): number => {
  if (error instanceof Usage) {
    write(`error: ${error.message}\n`)
    return exits.usage
  }
  const refusal = refusalIn(error)
  if (refusal !== undefined) {
    const details = Object.entries(refusal.details).map(([name, value]) => ` ${name}=${value}`)
    write(`${refusal.refusal}: ${shown(error instanceof Error ? error.message : "")}${details.join("")}\n`)
    return exits.refused
  }
  write(`parley: ${shown(error instanceof Error ? error.message : String(error))}\n`)
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined
  if (cause !== undefined) write(`  because: ${shown(cause)}\n`)
  return exits.failed
}

const refusalIn = (error: unknown): Refusal | undefined =>
  error instanceof Error && "refusal" in error && isRefusal(error.refusal) ? error.refusal : undefined

/** A number of hex digits that two people compare. */
export const inGroups = (digits: string): string => digits.match(/.{1,4}/g)?.join(" ") ?? ""

/** A heading of others on a terminal: one line, whatever it holds. */
export const shownLine = (text: string): string =>
  text
    .split(/([\n\t])/)
    .map((piece, at) => (at % 2 === 1 ? codePoint(piece.charCodeAt(0)) : shown(piece)))
    .join("")

const codePoint = (point: number): string => `<U+${point.toString(16).toUpperCase().padStart(4, "0")}>`

/** Whatever a wide character takes on a terminal. */
const isWide = (character: string): boolean =>
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(character) ||
  /[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(character)

/** Lines no wider than the terminal, so that it breaks none itself: a text must not be able to begin a row at the margin. */
export const indented = (text: string, columns: number | undefined): string[] => {
  const indent = "    "
  const room = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(8, columns - indent.length - 1)
  const lines: string[] = []
  let line = ""
  let width = 0
  for (const character of text) {
    const wide = isWide(character) ? 2 : 1
    if (width + wide > room) {
      lines.push(indent + line)
      line = ""
      width = 0
    }
    line += character
    width += wide
  }
  return [...lines, indent + line]
}

/** Text of others on a terminal: nothing in it is obeyed, and what cannot be seen stands there as its code point. (C-2) */
export const shown = (text: string): string =>
  visible(text)
    .map(segment => ("text" in segment ? segment.text : codePoint(segment.codepoint)))
    .join("")
