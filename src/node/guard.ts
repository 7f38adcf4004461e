// Who gets in: the hosts that this node answers to, the origins that may ask for something to be done, the sessions, and how often each
// may ask. A page of a stranger in an officer's browser must be able to do nothing here: no request of its makes it past this file.
import { createHash, timingSafeEqual } from "node:crypto"
import type { IncomingHttpHeaders } from "node:http"
import type { Officer } from "../api/shapes.ts"
import type { Tickets } from "./tickets.ts"

export type Origins = {
  /** Whether the Host header names this node; anything else is a rebound name. */
  isHost(host: string | undefined): boolean
  /** Whether a page of this origin may ask for something to be done. */
  isOrigin(origin: string | undefined): boolean
  readonly policy: string
}

/** `origins`: further ones under which the operator serves this node. `frames`: origins that may frame the console. */
export const originsOf = (options: {
  readonly code: string
  readonly port: number
  readonly origins: readonly string[]
  readonly frames: readonly string[]
}): Origins => {
  const { code, port } = options
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, `${code}.parley.localhost:${port}`]
  const further = options.origins.map(origin => new URL(origin))
  const allHosts = new Set([...hosts, ...further.map(url => url.host)])
  const allOrigins = new Set([...hosts.map(host => `http://${host}`), ...further.map(url => url.origin)])
  // 'self' does not cover ws: in every browser. [::1] is no valid source in a policy; who uses it relies on 'self'.
  const live = [...allOrigins].filter(origin => !origin.includes("[")).map(origin => origin.replace(/^http/, "ws"))
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    `connect-src 'self' ${live.join(" ")}`,
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors 'self' ${options.frames.join(" ")}`.trim(),
  ].join("; ")
  return {
    isHost: host => host !== undefined && allHosts.has(host),
    isOrigin: origin => origin !== undefined && allOrigins.has(origin),
    policy,
  }
}

export type Entrant = { readonly officer: Officer; readonly session: string; readonly isCli: boolean }

export type Doors = {
  readonly cookie: string
  readonly sessions: Tickets
  /** SHA-256 of the secret of this home's own CLI. */
  readonly cliDigest: Uint8Array
}

const cliOfficer: Officer = { name: "cli", role: "administrator" }

/** Who asks, by cookie or by the CLI's secret; undefined for nobody. */
export const entrant = (
  headers: IncomingHttpHeaders,
  { cookie, sessions, cliDigest }: Doors,
  now: number,
): Entrant | undefined => {
  const { authorization } = headers
  if (authorization !== undefined) {
    const secret = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(authorization)?.[1]
    if (secret === undefined || !timingSafeEqual(digestOf(secret), cliDigest)) return undefined
    return { officer: cliOfficer, session: "cli", isCli: true }
  }
  const session = cookieOf(headers.cookie, cookie)
  const ticket = session === undefined ? undefined : sessions.find(session, now)
  return session === undefined || ticket === undefined ? undefined : { officer: ticket.officer, session, isCli: false }
}

export const digestOf = (secret: string): Buffer => createHash("sha256").update(secret).digest()

export const cookieOf = (header: string | undefined, name: string): string | undefined => {
  for (const pair of header?.split(";") ?? []) {
    const [key, value] = pair.trim().split("=", 2)
    if (key === name) return value
  }
  return undefined
}

/** HttpOnly: no script reads it; Strict: no other site sends it; Secure wherever it leaves the machine. */
export const cookieHeader = (
  name: string,
  value: string,
  options: { readonly seconds: number; readonly secure: boolean },
): string =>
  `${name}=${value}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${options.seconds}${options.secure ? "; Secure" : ""}`

/** Requests that one name may make: a store that fills by `perSecond` and holds `burst`. */
export const limiter = (perSecond: number, burst: number) => {
  const stores = new Map<string, { left: number; at: number }>()
  const namesMax = 10_000
  return (name: string, now: number): boolean => {
    const held = stores.get(name) ?? { left: burst, at: now }
    held.left = Math.min(burst, held.left + (Math.max(0, now - held.at) / 1_000) * perSecond)
    held.at = now
    if (!stores.has(name) && stores.size >= namesMax) stores.clear()
    stores.set(name, held)
    if (held.left < 1) return false
    held.left--
    return true
  }
}
