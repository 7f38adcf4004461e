// What datagrams between two nodes hold once they have greeted (page: protocol/frame.md, F-20): frames as they are, and the path's own
// short messages, each with a number and a tag by the session's key.
import { type Session, sessionIdBytes, tagBytes } from "./greet.ts"

export const datagramKinds = { frame: 0x24, control: 0x25 }

/** What goes before a frame. */
export const frameAroundBytes = 1 + sessionIdBytes
const headBytes = 1 + sessionIdBytes + 4 + 1
const controlKinds = { probe: 1, probed: 2, mark: 3, report: 4, bye: 5 }
/** Numbers that came late, or twice, are told apart as far back as this. */
const windowLeast = 64

/** Sizes are of whole datagrams. Numbers and times have 32 bits and go round. */
export type Control =
  | { readonly type: "probe" | "probed"; readonly size: number }
  | { readonly type: "mark"; readonly number: number }
  | {
      readonly type: "report"
      readonly number: number
      readonly at: number
      readonly frames: number
      readonly bytes: number
    }
  | { readonly type: "bye" }

export const frameDatagram = ({ id }: Session, frame: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.of(datagramKinds.frame), id, frame])

/** Of which session it claims to be; undefined for what is of none. */
export const sessionOf = (datagram: Uint8Array): string | undefined =>
  datagram.length > frameAroundBytes && (datagram[0] === datagramKinds.frame || datagram[0] === datagramKinds.control)
    ? Buffer.from(datagram.subarray(1, frameAroundBytes)).toString("hex")
    : undefined

const numbers = (...all: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * all.length)
  for (const [at, number] of all.entries()) bytes.writeUInt32BE(number >>> 0, 4 * at)
  return bytes
}

const bodyOf = (control: Control): Buffer => {
  switch (control.type) {
    case "probe":
      return Buffer.concat([numbers(control.size), Buffer.alloc(Math.max(0, control.size - headBytes - 4 - tagBytes))])
    case "probed":
      return numbers(control.size)
    case "mark":
      return numbers(control.number)
    case "report":
      return numbers(control.number, control.at, control.frames, control.bytes)
    case "bye":
      return Buffer.alloc(0)
    default:
      return control satisfies never
  }
}

/** Our own messages, each with the next number. */
export const controlWriter = (session: Session): ((control: Control) => Uint8Array) => {
  let number = 0
  return control => {
    const kind = Buffer.of(controlKinds[control.type])
    number += 1
    const said = Buffer.concat([Buffer.of(datagramKinds.control), session.id, numbers(number), kind, bodyOf(control)])
    return Buffer.concat([said, session.tag(said)])
  }
}

/** What the peer says, and whether nothing newer has come yet; why it is not the peer's; undefined for what this version does not know. */
export type Heard = { readonly control: Control; readonly isNewest: boolean } | "bad-tag" | "repeated" | undefined

export const controlReader = (session: Session): ((datagram: Uint8Array) => Heard) => {
  let newest = 0
  let taken = new Set<number>()
  return datagram => {
    if (datagram.length < headBytes + tagBytes) return "bad-tag"
    const said = datagram.subarray(0, datagram.length - tagBytes)
    if (!session.isTrue(said, datagram.subarray(said.length))) return "bad-tag"
    const bytes = Buffer.from(said)
    const number = bytes.readUInt32BE(1 + sessionIdBytes)
    if (number <= newest - windowLeast || taken.has(number)) return "repeated"
    const isNewest = number > newest
    newest = Math.max(newest, number)
    taken.add(number)
    if (taken.size > 2 * windowLeast) taken = new Set([...taken].filter(each => each > newest - windowLeast))
    const control = controlOf(bytes[headBytes - 1], bytes.subarray(headBytes), datagram.length)
    return control && { control, isNewest }
  }
}

const controlOf = (kind: number | undefined, body: Buffer, datagramBytes: number): Control | undefined => {
  const at = (place: number): number | undefined =>
    body.length >= 4 * place + 4 ? body.readUInt32BE(4 * place) : undefined
  const [first, second, third, fourth] = [at(0), at(1), at(2), at(3)]
  switch (kind) {
    case controlKinds.probe:
      return first === datagramBytes ? { type: "probe", size: first } : undefined
    case controlKinds.probed:
      return first === undefined ? undefined : { type: "probed", size: first }
    case controlKinds.mark:
      return first === undefined ? undefined : { type: "mark", number: first }
    case controlKinds.report:
      return first === undefined || second === undefined || third === undefined || fourth === undefined
        ? undefined
        : { type: "report", number: first, at: second, frames: third, bytes: fourth }
    case controlKinds.bye:
      return { type: "bye" }
    default:
      return undefined
  }
}
