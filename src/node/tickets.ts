// Secrets that let somebody in: one-time sign-in links, and the sessions that they open. Each is 32 random bytes; only its SHA-256
// is kept, as the name of a small file in the home, so that a link made by the CLI works in a running node, and a session outlives a
// restart. Taking a ticket removes its file: of two who try, one gets in.
import { timingSafeEqual } from "node:crypto"
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from "node:fs"
import { join } from "node:path"
import type { Officer } from "../api/shapes.ts"
import { digestOf, isSecret, makeSecret } from "./secret.ts"

export type Ticket = {
  /** Its public name: the beginning of the digest. */
  readonly id: string
  readonly officer: Officer
  readonly expires: number
  /** When it was made or last used. */
  readonly usedAt: number
}

export type Tickets = {
  /** The secret, which is nowhere kept. */
  issue(officer: Officer, expires: number): string
  find(secret: string, now: number): Ticket | undefined
  /** Like find, and never again. */
  take(secret: string, now: number): Ticket | undefined
  list(now: number): Ticket[]
  /** Notes that it is used now. */
  use(id: string, now: number): void
  /** False when there is none of this name. */
  end(id: string): boolean
  /** Removes what has expired. */
  sweep(now: number): void
}

const roles: readonly string[] = ["watch", "releaser", "translator", "auditor", "administrator"]
const nameForm = /^[0-9a-f]{64}$/
const idForm = /^[0-9a-f]{16}$/
const idOf = (name: string): string => name.slice(0, 16)

export const ticketsIn = (folder: string): Tickets => {
  const named = (secret: string): string | undefined => {
    if (!isSecret(secret)) return undefined
    const digest = digestOf(secret)
    // Every name is compared, each in constant time: how long the search takes says nothing about a digest.
    let found: string | undefined
    for (const name of namesIn(folder)) if (timingSafeEqual(Buffer.from(name, "hex"), digest)) found = name
    return found
  }
  const ofId = (id: string): string | undefined =>
    idForm.test(id) ? namesIn(folder).find(name => idOf(name) === id) : undefined
  const valid = (name: string | undefined, now: number): Ticket | undefined => {
    const ticket = name === undefined ? undefined : readTicket(folder, name)
    return ticket !== undefined && ticket.expires > now ? ticket : undefined
  }
  return {
    issue(officer, expires) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const secret = makeSecret()
      const name = digestOf(secret).toString("hex")
      const file = openSync(join(folder, name), "wx", 0o600)
      try {
        writeSync(file, JSON.stringify({ officer, expires }))
      } finally {
        closeSync(file)
      }
      return secret
    },
    find: (secret, now) => valid(named(secret), now),
    take(secret, now) {
      const name = named(secret)
      const ticket = valid(name, now)
      // Somebody else may have been first.
      return name !== undefined && removed(join(folder, name)) ? ticket : undefined
    },
    list: now => namesIn(folder).flatMap(name => valid(name, now) ?? []),
    use(id, now) {
      const name = ofId(id)
      try {
        if (name !== undefined) utimesSync(join(folder, name), now / 1_000, now / 1_000)
      } catch (cause) {
        if (!isMissing(cause)) throw cause
      }
    },
    end(id) {
      const name = ofId(id)
      return name !== undefined && removed(join(folder, name))
    },
    sweep(now) {
      for (const name of namesIn(folder))
        if (valid(name, now) === undefined) rmSync(join(folder, name), { force: true })
    },
  }
}

const removed = (path: string): boolean => {
  try {
    unlinkSync(path)
    return true
  } catch (cause) {
    if (isMissing(cause)) return false
    throw cause
  }
}

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder).filter(name => nameForm.test(name))
  } catch (cause) {
    if (isMissing(cause)) return []
    throw cause
  }
}

/** A damaged file lets nobody in. */
const readTicket = (folder: string, name: string): Ticket | undefined => {
  const path = join(folder, name)
  try {
    const usedAt = statSync(path).mtimeMs
    const value: unknown = JSON.parse(readFileSync(path, "utf8"))
    if (typeof value !== "object" || value === null || !("officer" in value) || !("expires" in value)) return undefined
    const { officer, expires } = value
    if (!isOfficer(officer) || typeof expires !== "number") return undefined
    return { id: idOf(name), officer, expires, usedAt }
  } catch (cause) {
    if (cause instanceof SyntaxError || isMissing(cause)) return undefined
    throw cause
  }
}

export const isOfficer = (value: unknown): value is Officer =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  typeof value.name === "string" &&
  value.name.length > 0 &&
  value.name.length <= 64 &&
  "role" in value &&
  typeof value.role === "string" &&
  roles.includes(value.role)

const isMissing = (cause: unknown): boolean => cause instanceof Error && "code" in cause && cause.code === "ENOENT"
