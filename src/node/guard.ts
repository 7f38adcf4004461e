// Who gets in: the hosts that this node answers to, the origins that may ask for something to be done, and whose secret a request
// brings. A page of a stranger in an officer's browser must be able to do nothing here: no request of its makes it past this file.
import { timingSafeEqual } from "node:crypto"
import type { IncomingHttpHeaders } from "node:http"
import type { Officer } from "../api/shapes.ts"
import type { Seat } from "./routes.ts"
import { digestOf } from "./secret.ts"
import type { Sessions } from "./sessions.ts"

export type Origins = {
  /** Whether the Host header names this node; anything else is a rebound name. */
  isHost(host: string | undefined): boolean
  /** Whether a page of this origin may ask for something to be done: it is one that was served under the same name. */
  isOrigin(origin: string | undefined, host: string | undefined): boolean
  /** Whether this name is reached by HTTPS, which the operator's proxy speaks. */
  isSecure(host: string | undefined): boolean
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
  const known = new Map([
    ...hosts.map(host => [host, `http://${host}`] as const),
    ...further.map(url => [url.host, url.origin] as const),
  ])
  // 'self' does not cover ws: in every browser. [::1] is no valid source in a policy; who uses it relies on 'self'.
  const live = [...known.values()].filter(origin => !origin.includes("[")).map(origin => origin.replace(/^http/, "ws"))
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
    isHost: host => host !== undefined && known.has(host),
    isOrigin: (origin, host) => origin !== undefined && host !== undefined && known.get(host) === origin,
    isSecure: host => host !== undefined && known.get(host)?.startsWith("https:") === true,
    policy,
  }
}

/** Where a document's pages are drawn, which is a worker and so keeps the policy of its own file: scripts of ours and nothing else, no
 *  network above all. (D-8) */
export const policyOf = (path: string, { policy }: Pick<Origins, "policy">): string =>
  path.startsWith("/assets/pages.worker-") ? "default-src 'none'; script-src 'self'; frame-ancestors 'none'" : policy

/** Somebody who has shown who they are. `session`: the name under which their requests are counted. */
export type Entrant = { readonly officer: Officer; readonly seat: Seat; readonly session: string }

export type Doors = {
  /** Names the party: two nodes on one machine share a host, and so their cookies. */
  readonly cookie: string
  readonly sessions: Sessions
  /** SHA-256 of the secret of this home's own CLI, and of whoever reads its figures. */
  readonly cliDigest: Uint8Array
  readonly monitorDigest: Uint8Array
}

const cli: Entrant = { officer: { name: "cli", role: "administrator" }, seat: "cli", session: "cli" }
const monitor: Entrant = { officer: { name: "monitor", role: "auditor" }, seat: "monitor", session: "monitor" }

/** Who asks, by cookie or by a secret of this home; undefined for nobody. */
export const entrant = (
  headers: IncomingHttpHeaders,
  { cookie, sessions, cliDigest, monitorDigest }: Doors,
  isSecure: boolean,
  now: number,
): Entrant | undefined => {
  const { authorization } = headers
  if (authorization !== undefined) {
    const secret = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(authorization)?.[1]
    if (secret === undefined) return undefined
    const digest = digestOf(secret)
    if (timingSafeEqual(digest, cliDigest)) return cli
    return timingSafeEqual(digest, monitorDigest) ? monitor : undefined
  }
  const secret = cookieOf(headers.cookie, cookieName(cookie, isSecure))
  const session = secret === undefined ? undefined : sessions.find(secret, now)
  return session && { officer: session.officer, seat: session.officer.role, session: session.id }
}

/** Under HTTPS a browser lets no other host and no plain page set a cookie of this prefix. */
export const cookieName = (cookie: string, isSecure: boolean): string => (isSecure ? `__Host-${cookie}` : cookie)

/** Undefined for two of one name as well: a page of a neighbouring name may have laid its own beside ours. */
export const cookieOf = (header: string | undefined, name: string): string | undefined => {
  const found = (header?.split(";") ?? []).flatMap(pair => {
    const [key, value] = pair.trim().split("=", 2)
    return key === name && value !== undefined ? [value] : []
  })
  return found.length === 1 ? found[0] : undefined
}

/** HttpOnly: no script reads it; Strict: no other site sends it; Secure wherever it leaves the machine. */
export const cookieHeader = (
  name: string,
  value: string,
  options: { readonly seconds: number; readonly secure: boolean },
): string =>
  `${cookieName(name, options.secure)}=${value}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${options.seconds}${options.secure ? "; Secure" : ""}`
