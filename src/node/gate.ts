// What every request passes before anything else of this node hears it (page: protocol/security.md, A-20 to A-23, A-26): its name, its
// origin, how often it comes, and whether whoever asks may. All of it by the rows of routes.ts. What is refused is refused by name, and
// every answer, a refusal too, carries the same strict headers.
import { randomBytes } from "node:crypto"
import type { ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { Problem } from "../api/shapes.ts"
import { type Refusal, type RefusalCode, refuse } from "../core/refusal.ts"
import { type Doors, type Entrant, entrant, type Origins, policyOf } from "./guard.ts"
import type { Log } from "./log.ts"
import { type Limiter, limiter, paces } from "./rate.ts"
import { type Route, type RouteAt, routes, routesOf, type Seat } from "./routes.ts"
import { sentenceOf } from "./views.ts"

export type GateOptions = {
  /** Undefined until the port is known; until then nobody is answered. */
  readonly origins: () => Origins | undefined
  readonly doors: Doors
  readonly now: () => number
  readonly log: Log
  /** Its own table, and the camera that reads the other side's card: the pairing of a home that has no line yet. */
  readonly ceremony?: { readonly routes: readonly Route[] }
}

export type Gate = {
  /** Who asks; of a route that nobody unknown may use. */
  entrant(request: FastifyRequest): Entrant
  /** Whoever asks may be nobody. */
  visitor(request: FastifyRequest): Entrant | undefined
}

const urlBytesMax = 2_048
export const jsonDepthMax = 8
const yearSeconds = 31_536_000
/** Nothing of a browser that this page does not use; a passkey and a sound it does. */
const permissions = [
  ...["accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi"],
  ...["payment", "serial", "usb", "bluetooth", "hid", "xr-spatial-tracking"],
].map(feature => `${feature}=()`)
const asked = ["autoplay=(self)", "publickey-credentials-create=(self)", "publickey-credentials-get=(self)"]
const strict: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "origin-agent-cluster": "?1",
  "permissions-policy": [...permissions, ...asked].join(", "),
}
/** The same, and the camera: for the ceremony, and for one page of an administrator's. (A-20) */
export const withCamera: Readonly<Record<string, string>> = {
  "permissions-policy": [...permissions.filter(feature => feature !== "camera=()"), "camera=(self)", ...asked].join(
    ", ",
  ),
}

export const gate = (app: FastifyInstance, { origins, doors, now, log, ceremony }: GateOptions): Gate => {
  const routeAt = routesOf(ceremony?.routes ?? routes)
  const entrants = new WeakMap<FastifyRequest, Entrant>()
  const draw = counter(now)
  app.addHook("onRoute", ({ method, url, bodyLimit }) => {
    for (const each of [method].flat())
      if (routeAt(each, url) === undefined) throw new Error(`${each} ${url} has no row in routes.ts.`)
      else if ((bodyLimit ?? 0) > (routeAt(each, url)?.bytesMax ?? 0))
        throw new Error(`${url} takes more than its row.`)
  })
  app.addHook("onRoute", route => {
    const [method = ""] = [route.method].flat()
    route.bodyLimit = routeAt(method, route.url)?.bytesMax ?? 1
  })
  app.addHook("onRequest", async (request, reply) => {
    const known = origins()
    const { host } = request.headers
    const isSecure = known?.isSecure(host) === true
    reply.headers({
      ...strict,
      ...(ceremony && withCamera),
      "cache-control": request.url.startsWith("/assets/") ? `public, max-age=${yearSeconds}, immutable` : "no-store",
      ...(known && { "content-security-policy": policyOf(request.url, known) }),
      ...(isSecure && { "strict-transport-security": `max-age=${yearSeconds}` }),
    })
    // The server no longer counts the connection of an upgrade as its own: one that is refused would stay open for ever.
    if (request.headers.upgrade !== undefined) reply.raw.once("finish", () => request.raw.socket.destroySoon())
    const row = routeAt(request.method, request.routeOptions.url)
    const refusal = known === undefined ? ([421, refuse("wrong-host")] as const) : fault(request, row, known)
    if (refusal !== undefined) return refused(reply, ...refusal, now())
    const who = entrant(request.headers, doors, isSecure, now())
    const wait = draw(row, who, request.ip)
    if (wait > 0) {
      reply.header("retry-after", String(Math.ceil(wait / 1_000)))
      return refused(reply, 429, refuse("too-many-requests", { waitMs: wait }), now())
    }
    if (who !== undefined) entrants.set(request, who)
    const seat: Seat = who?.seat ?? "nobody"
    if (row === undefined || row.seats.includes(seat)) return
    // Whoever is nobody, or has shown only that they may read figures, can still sign in.
    if (seat === "nobody") return refused(reply, 401, refuse("not-signed-in"), now())
    return refused(reply, 403, refuse("not-allowed", { role: seat }), now())
  })
  app.addHook("preValidation", async (request, reply) => {
    if (depthOf(request.body) > jsonDepthMax)
      return refused(reply, 400, refuse("too-deep", { most: jsonDepthMax }), now())
  })
  failing(app, routeAt, now, log)
  return {
    entrant: request => {
      const who = entrants.get(request)
      if (who === undefined) throw new Error(`${request.url} was let in without an entrant.`)
      return who
    },
    visitor: request => entrants.get(request),
  }
}

/** What is wrong with a request, whoever makes it. */
const fault = (
  { method, url, headers }: FastifyRequest,
  row: Route | undefined,
  known: Origins,
): readonly [number, Refusal] | undefined => {
  const { host, origin, authorization, upgrade } = headers
  // A name that was made to point here, so that a stranger's page shares an origin with this node, is no name of ours.
  if (!known.isHost(host)) return [421, refuse("wrong-host")]
  if (url.length > urlBytesMax) return [414, refuse("too-large", { most: urlBytesMax })]
  if (upgrade !== undefined && row?.isSocket !== true) return [400, refuse("bad-request", { field: "upgrade" })]
  if (row?.isSocket === true && upgrade === undefined) return [426, refuse("bad-request", { field: "upgrade" })]
  const isRead = (method === "GET" || method === "HEAD") && upgrade === undefined
  // Opening the console from elsewhere is no harm: it is a page, and asks by itself.
  const site = headers["sec-fetch-site"]
  const isPage = isRead && row?.path === "/*" && headers["sec-fetch-mode"] === "navigate"
  if (site !== undefined && site !== "same-origin" && site !== "none" && !isPage)
    return [403, refuse("wrong-origin", { field: "sec-fetch-site" })]
  // No browser adds this header for a page of another origin without asking us first, and we never agree.
  const isProgram = origin === undefined && authorization !== undefined
  if ((!isRead || origin !== undefined) && !isProgram && !known.isOrigin(origin, host))
    return [403, refuse("wrong-origin")]
  // A form of a stranger's page can send texts and files, but no JSON.
  const form = row?.isOctets === true ? /^application\/octet-stream$/i : /^application\/json(;|$)/i
  if (row?.method === "POST" && !form.test(headers["content-type"] ?? ""))
    return [415, refuse("bad-request", { field: "content-type" })]
  return undefined
}

/** Draws one for whoever asks; the milliseconds to wait when there is none. */
const counter = (now: () => number): ((row: Route | undefined, who: Entrant | undefined, ip: string) => number) => {
  const limiters = new Map<keyof typeof paces, Limiter>()
  const of = (pace: keyof typeof paces): Limiter => {
    const held = limiters.get(pace) ?? limiter(paces[pace])
    limiters.set(pace, held)
    return held
  }
  return (row, who, ip) => {
    // The CLI is the home's own; a script of its owner's that sends a backlog is held back by the loop itself.
    if (who?.seat === "cli") return 0
    if (row?.pace === "sign-ins") return of("sign-ins")(ip, now())
    if (who === undefined) return of("strangers")(ip, now())
    return of(row?.pace ?? "reads")(who.session, now())
  }
}

/** How deep a value is nested, as far as it matters: never further down than one too many. */
const depthOf = (value: unknown, most = jsonDepthMax): number => {
  if (typeof value !== "object" || value === null) return 0
  if (most <= 0) return 1
  let deepest = 0
  for (const inner of Object.values(value)) deepest = Math.max(deepest, depthOf(inner, most - 1))
  return deepest + 1
}

const failing = (app: FastifyInstance, routeAt: RouteAt, now: () => number, log: Log): void => {
  app.setErrorHandler((error, request, reply) => {
    const status = statusOf(error)
    if (status >= 500) return refused(reply, 500, failure(error, request, log), now())
    const most = routeAt(request.method, request.routeOptions.url)?.bytesMax ?? 0
    const refusal = status === 413 ? refuse("too-large", { most }) : refuse("bad-request", { status })
    return refused(reply, status, refusal, now())
  })
  app.setNotFoundHandler((_request, reply) => refused(reply, 404, refuse("not-found"), now()))
}

/** What failed is in the log under a number, and nowhere else: an answer tells that number, and neither of them what the error says, for
 *  that may be a place on the machine or a piece of a request. (A-45, A-25) */
const failure = (error: unknown, { method, routeOptions }: FastifyRequest, log: Log): Refusal => {
  const number = randomBytes(4).toString("hex")
  const kind = error instanceof Error ? error.name : typeof error
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""
  log.error({ number, method, route: routeOptions.url ?? "", kind, code }, "a request failed")
  return refuse("failed", { number })
}

const statusOf = (error: unknown): number =>
  error instanceof Error && "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500

const problem = (refusal: Refusal, at: number): Problem => ({ ...refusal, sentence: sentenceOf(refusal.refusal), at })

export const refused = (reply: FastifyReply, status: number, refusal: Refusal, at: number): FastifyReply =>
  reply.code(status).send(problem(refusal, at))

/** Before there is a request: its bytes are none, or too many, or too slow. */
const broken: Readonly<Record<string, readonly [string, RefusalCode]>> = {
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "too-large"],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "bad-request"],
}

/** As a stranger's answer, to a path that cannot be read. */
export const unreadable = (response: ServerResponse, at: number): void => {
  response.writeHead(400, { ...strict, ...closed })
  response.end(JSON.stringify(problem(refuse("bad-request", { field: "url" }), at)))
}

const closed: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
  "content-type": "application/json; charset=utf-8",
  connection: "close",
}

export const answerBroken = (error: Error & { readonly code?: string }, socket: Socket, at: number): void => {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const [status, code] = broken[error.code ?? ""] ?? ["400 Bad Request", "bad-request"]
  const body = JSON.stringify(problem(refuse(code), at))
  const head = Object.entries({ ...strict, ...closed, "content-length": Buffer.byteLength(body) })
  socket.end(`HTTP/1.1 ${status}\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`)
}
