// Where a person stands before an act that waits: as its first officer, as one who may be its second, and whom it calls aloud.
import type { LineView, WaitingView } from "../../api/shapes.ts"
import type { Sounding } from "../sound.ts"

type Officer = LineView["officer"]
export type Standing = { readonly isFirst: boolean; readonly mayBeSecond: boolean }

/** A link names nobody who is enrolled: behind it may stand the first, or the second at the same desk. */
export const standingOf = ({ given, name }: WaitingView, officer: Officer): Standing =>
  officer.code === undefined
    ? { isFirst: officer.name === name, mayBeSecond: true }
    : { isFirst: given[0]?.code === officer.code, mayBeSecond: given.every(({ code }) => code !== officer.code) }

export const isOver = ({ aside, order: { notAfter } }: WaitingView, now: number): boolean =>
  aside !== undefined || (notAfter !== undefined && notAfter <= now)

/** The oldest that somebody else has laid down sounds until it is signed, set aside or released: softly, for nothing has happened out
 *  there; an exercise as one. */
export const callOf = (waiting: readonly WaitingView[], officer: Officer, now: number): Sounding | undefined => {
  const called = waiting.find(view => !standingOf(view, officer).isFirst && !isOver(view, now))
  return called && { hash: called.order.act, precedence: "PRIORITY", traffic: called.order.traffic }
}
