// Who is signed in (page: protocol/security.md, A-24). A session ends when its officer says so, when an administrator does, when it was
// not used for half a day, and after a week in any case. An open console uses it: a watch that waits all night for an alarm is no
// idle one.
import type { Officer } from "../api/shapes.ts"
import { type Ticket, ticketsIn } from "./tickets.ts"

export type Session = {
  readonly id: string
  readonly officer: Officer
  readonly since: number
  readonly usedAt: number
}

export type Sessions = {
  /** The secret, which is nowhere kept: always a new one. */
  open(officer: Officer, now: number): string
  /** Whose it is, if it still is somebody's; and it is used now. */
  find(secret: string, now: number): Session | undefined
  /** Still somebody's? Asked for as long as a console of it is open. */
  holds(id: string, now: number): boolean
  list(now: number): Session[]
  /** False when there is none of this name. */
  end(id: string): boolean
  sweep(now: number): void
}

export const sessionMs = 7 * 24 * 3_600_000
export const idleMs = 12 * 3_600_000
/** A use is noted on disk at most so often. */
const notedMs = 60_000

export const sessionsIn = (folder: string): Sessions => {
  const tickets = ticketsIn(folder)
  const used = (ticket: Ticket | undefined, now: number): Session | undefined => {
    if (ticket === undefined || now - ticket.usedAt > idleMs) return undefined
    if (now - ticket.usedAt > notedMs) tickets.use(ticket.id, now)
    return sessionOf(ticket)
  }
  const list = (now: number): Ticket[] => tickets.list(now).filter(({ usedAt }) => now - usedAt <= idleMs)
  return {
    open: (officer, now) => tickets.issue(officer, now + sessionMs),
    find: (secret, now) => used(tickets.find(secret, now), now),
    holds: (id, now) =>
      used(
        tickets.list(now).find(ticket => ticket.id === id),
        now,
      ) !== undefined,
    list: now => list(now).map(sessionOf),
    end: id => tickets.end(id),
    sweep(now) {
      tickets.sweep(now)
      const kept = new Set(list(now).map(({ id }) => id))
      for (const { id } of tickets.list(now)) if (!kept.has(id)) tickets.end(id)
    },
  }
}

/** The same, while their officers may: who is retired, or has another role now, is signed in no more. */
export const sessionsWhile = (sessions: Sessions, holds: (officer: Officer) => boolean): Sessions => {
  const ended = ({ id, officer }: Session): boolean => !holds(officer) && sessions.end(id)
  const swept = (now: number): Session[] => sessions.list(now).filter(session => !ended(session))
  return {
    ...sessions,
    find(secret, now) {
      const found = sessions.find(secret, now)
      return found === undefined || ended(found) ? undefined : found
    },
    holds: (id, now) => swept(now).some(session => session.id === id) && sessions.holds(id, now),
    list: swept,
  }
}

const sessionOf = ({ id, officer, expires, usedAt }: Ticket): Session => ({
  ...{ id, officer, usedAt },
  since: expires - sessionMs,
})
