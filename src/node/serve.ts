// The API of one node and its console, on loopback unless the operator says otherwise. Routes are those of api/shapes.ts; what they may
// do is watch.ts's to say, who gets in guard.ts's.
import { existsSync } from "node:fs"
import type { Socket } from "node:net"
import { fileURLToPath } from "node:url"
import fastifyStatic from "@fastify/static"
import fastifyWebsocket from "@fastify/websocket"
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify"
import type { WebSocket } from "ws"
import type { LiveEvent, Problem } from "../api/shapes.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import {
  cookieHeader,
  cookieOf,
  type Doors,
  digestOf,
  type Entrant,
  entrant,
  limiter,
  type Origins,
  originsOf,
} from "./guard.ts"
import type { Log } from "./log.ts"
import type { Metrics } from "./metrics.ts"
import { isObject } from "./requests.ts"
import type { Tickets } from "./tickets.ts"
import { sentenceOf } from "./views.ts"
import type { Watch } from "./watch.ts"

export type ServeOptions = {
  readonly code: string
  readonly host: string
  readonly port: number
  readonly origins: readonly string[]
  readonly frames: readonly string[]
  readonly watch: Watch
  readonly signIns: Tickets
  readonly sessions: Tickets
  /** The secret of this home's own CLI; only its digest is kept. */
  readonly cliSecret: string
  readonly health: () => { readonly ok: boolean }
  readonly metrics: Metrics
  readonly log: Log
  readonly now: () => number
}

export type Served = { readonly port: number; stop(): Promise<void> }

/** 65,536 bytes of text, each perhaps escaped as six in JSON, and the rest of the request. */
const bodyLimit = 512 * 1_024
const sessionMs = 7 * 24 * 3_600_000
/** A console that does not read what it is sent is closed before it fills the memory. */
const unreadBytesMax = 8 * 1_048_576
const beatMs = 1_000
const sweepMs = 60_000
const goodbyeMs = 500

export const serve = async (options: ServeOptions): Promise<Served> => {
  const app = fastify({ bodyLimit, logger: false, forceCloseConnections: true, requestTimeout: 30_000 })
  const doors: Doors = {
    cookie: `parley-${options.code}-session`,
    sessions: options.sessions,
    cliDigest: digestOf(options.cliSecret),
  }
  let origins: Origins | undefined
  guard(app, () => origins, options)
  await app.register(fastifyWebsocket, { options: { maxPayload: 1_024, handleProtocols: () => false } })
  const inside = entry(doors, options)
  await app.register(async routes => {
    signing(routes, doors, options)
    reading(routes, inside, options)
    ordering(routes, inside, options)
    live(routes, inside, options)
  })
  watching(app, options)
  await consoleFiles(app)
  const sockets = new Set<Socket>()
  app.server.on("connection", socket => {
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
  })
  await app.listen({ host: options.host, port: options.port })
  const address = app.server.address()
  const port = typeof address === "object" && address !== null ? address.port : options.port
  // Port 0 is known only now, and until now nobody was answered.
  origins = originsOf({ code: options.code, port, origins: options.origins, frames: options.frames })
  const beating = setInterval(() => options.watch.beatAll(), beatMs)
  const sweeping = setInterval(() => {
    options.sessions.sweep(options.now())
    options.signIns.sweep(options.now())
  }, sweepMs)
  return {
    port,
    async stop() {
      clearInterval(beating)
      clearInterval(sweeping)
      for (const socket of app.websocketServer.clients) socket.close(1001)
      // A console that is asleep does not say goodbye, and must not hold up the end.
      const late = setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, goodbyeMs)
      await app.close()
      clearTimeout(late)
    },
  }
}

/** Before anything else: the host, the origin, and the headers of every answer. */
const guard = (app: FastifyInstance, origins: () => Origins | undefined, { now, log }: ServeOptions): void => {
  app.addHook("onRequest", async (request, reply) => {
    const known = origins()
    reply.headers({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": request.url.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-store",
      ...(known && { "content-security-policy": known.policy }),
    })
    const isUpgrade = request.headers.upgrade !== undefined
    // The server no longer counts the connection of an upgrade as its own: one that is refused would stay open for ever.
    if (isUpgrade) reply.raw.once("finish", () => request.raw.socket.destroySoon())
    // A name that was made to point here, so that a stranger's page shares an origin with this node, is no name of ours.
    if (known?.isHost(request.headers.host) !== true)
      return refused(reply, 421, refuse("bad-request", { field: "host" }), now())
    const isRead = request.method === "GET" || request.method === "HEAD"
    if (isRead && !isUpgrade) return
    const { origin, authorization } = request.headers
    // No browser adds this header for a page of another origin without asking us first, and we never agree.
    if (origin === undefined && authorization !== undefined) return
    if (!known.isOrigin(origin)) return refused(reply, 403, refuse("bad-request", { field: "origin" }), now())
  })
  app.setErrorHandler((error, request, reply) => {
    const status = statusOf(error)
    if (status >= 500) log.error({ url: request.url.split("?")[0], err: error }, "a request failed")
    const refusal = status === 413 ? refuse("too-large", { most: bodyLimit }) : refuse("bad-request", { status })
    return refused(reply, status, refusal, now())
  })
  app.setNotFoundHandler((_request, reply) => refused(reply, 404, refuse("not-found"), now()))
}

const statusOf = (error: unknown): number =>
  error instanceof Error && "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500

type Inside = (request: FastifyRequest, reply: FastifyReply) => Entrant | undefined

/** Whoever asks, if they are signed in and ask no more often than anybody needs to; else it is answered here. */
const entry = (doors: Doors, { now }: ServeOptions): Inside => {
  const mayAsk = limiter(100, 500)
  return (request, reply) => {
    const who = entrant(request.headers, doors, now())
    if (who === undefined) {
      void refused(reply, 401, refuse("not-signed-in"), now())
      return undefined
    }
    // The CLI is the home's own; a script of its owner's that sends a backlog is held back by the loop itself.
    if (who.isCli || mayAsk(who.session, now())) return who
    void refused(reply, 429, refuse("busy"), now())
    return undefined
  }
}

const signing = (app: FastifyInstance, doors: Doors, { signIns, sessions, now, host, log }: ServeOptions): void => {
  const mayTry = limiter(1, 30)
  const secure = !isLoopback(host)
  app.post("/api/sign-in", async (request, reply) => {
    if (!mayTry(request.ip, now())) return refused(reply, 429, refuse("busy"), now())
    const token = isObject(request.body) ? request.body.token : undefined
    const ticket = typeof token === "string" ? signIns.take(token, now()) : undefined
    if (ticket === undefined) return refused(reply, 401, refuse("not-signed-in"), now())
    const session = sessions.issue(ticket.officer, now() + sessionMs)
    log.info({ officer: ticket.officer.name, role: ticket.officer.role }, "signed in")
    return reply
      .header("set-cookie", cookieHeader(doors.cookie, session, { seconds: sessionMs / 1_000, secure }))
      .code(204)
      .send()
  })
  app.post("/api/sign-out", async (request, reply) => {
    const session = cookieOf(request.headers.cookie, doors.cookie)
    if (session !== undefined) sessions.take(session, now())
    return reply
      .header("set-cookie", cookieHeader(doors.cookie, "", { seconds: 0, secure }))
      .code(204)
      .send()
  })
}

const reading = (app: FastifyInstance, inside: Inside, { watch, now }: ServeOptions): void => {
  app.get("/api/line", (request, reply) => {
    const who = inside(request, reply)
    return who === undefined ? reply : reply.send(watch.line(who.officer))
  })
  app.get("/api/messages", (request, reply) => {
    if (inside(request, reply) === undefined) return reply
    const query = isObject(request.query) ? request.query : {}
    const [after, limit] = [countOf(query.after, 0), countOf(query.limit, 100)]
    if (after === undefined || limit === undefined)
      return refused(reply, 400, refuse("bad-request", { field: "after, limit" }), now())
    return reply.send(watch.messages(after, limit))
  })
  app.get("/api/reported", (request, reply) => {
    if (inside(request, reply) === undefined) return reply
    return reply.send(watch.reported())
  })
  app.get("/api/charter", (request, reply) => {
    if (inside(request, reply) === undefined) return reply
    return reply.send(watch.charter())
  })
  app.get("/api/heads", (request, reply) => {
    if (inside(request, reply) === undefined) return reply
    return reply.send(watch.heads())
  })
  app.get("/api/entries", (request, reply) => {
    if (inside(request, reply) === undefined) return reply
    const query = isObject(request.query) ? request.query : {}
    const [author, generation] = [countOf(query.author), countOf(query.generation)]
    const [from, limit] = [countOf(query.from, 1), countOf(query.limit, 500)]
    if (author === undefined || generation === undefined || !from || !limit)
      return refused(reply, 400, refuse("bad-request", { field: "author, generation, from, limit" }), now())
    return reply.send(watch.entries({ author, generation, from, limit }))
  })
  app.get<{ Params: { hash: string } }>("/api/entries/:hash", (request, reply) => {
    if (inside(request, reply) === undefined) return reply
    const view = watch.entry(request.params.hash)
    return isRefusal(view) ? refused(reply, 404, view, now()) : reply.send(view)
  })
}

const ordering = (app: FastifyInstance, inside: Inside, { watch, metrics, now }: ServeOptions): void => {
  app.post("/api/orders", async (request, reply) => {
    const who = inside(request, reply)
    if (who === undefined) return reply
    const answer = await watch.order(who.officer, request.body)
    metrics.orders.inc({ outcome: isRefusal(answer) ? answer.refusal : "done" })
    return isRefusal(answer) ? refused(reply, 409, answer, now()) : reply.send(answer)
  })
  app.post("/api/reported", async (request, reply) => {
    const who = inside(request, reply)
    if (who === undefined) return reply
    const answer = await watch.report(who.officer, request.body)
    return isRefusal(answer) ? refused(reply, 409, answer, now()) : reply.send(answer)
  })
  app.post("/api/displayed", async (request, reply) => {
    const who = inside(request, reply)
    if (who === undefined) return reply
    const answer = watch.displayed(who.officer, request.body)
    return answer === true ? reply.code(204).send() : refused(reply, 409, answer, now())
  })
  app.post("/api/human", async (request, reply) => {
    const who = inside(request, reply)
    if (who === undefined) return reply
    watch.human(who.officer)
    return reply.code(204).send()
  })
}

const live = (app: FastifyInstance, inside: Inside, { watch, metrics }: ServeOptions): void => {
  const admitted = new WeakMap<FastifyRequest, Entrant>()
  const admit = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const who = inside(request, reply)
    if (who === undefined) return reply
    admitted.set(request, who)
    return undefined
  }
  app.get("/api/live", { websocket: true, preValidation: admit }, (socket: WebSocket, request: FastifyRequest) => {
    const who = admitted.get(request)
    if (who === undefined) return socket.close(1008)
    const hear = (event: LiveEvent): void => {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > unreadBytesMax) return socket.terminate()
      socket.send(JSON.stringify(event))
    }
    const leave = watch.listen({ officer: who.officer, isConsole: !who.isCli, hear })
    metrics.consoles.set(watch.consoles)
    socket.on("error", () => socket.terminate())
    socket.on("close", () => {
      leave()
      metrics.consoles.set(watch.consoles)
    })
  })
}

const watching = (app: FastifyInstance, { health, metrics }: ServeOptions): void => {
  app.get("/health", (_request, reply) => {
    const facts = health()
    return reply.code(facts.ok ? 200 : 503).send(facts)
  })
  app.get("/metrics", async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
}

/** The console as Vite built it, in the package or in a checkout. */
const consoleFiles = async (app: FastifyInstance): Promise<void> => {
  const root = ["../console/", "../../dist/console/"]
    .map(folder => fileURLToPath(new URL(folder, import.meta.url)))
    .find(folder => existsSync(`${folder}index.html`) && existsSync(`${folder}assets`))
  if (root !== undefined) {
    await app.register(fastifyStatic, { root, cacheControl: false, index: ["index.html"], preCompressed: true })
    return
  }
  const page = `<!doctype html><html lang="en"><title>Parley</title><p>The console is not built. In the checkout run: npx vite build --config src/console/vite.config.ts</p>`
  app.get("/", (_request, reply) => reply.type("text/html; charset=utf-8").send(page))
}

const refused = (reply: FastifyReply, status: number, refusal: Refusal, at: number): FastifyReply => {
  const problem: Problem = { ...refusal, sentence: sentenceOf(refusal.refusal), at }
  return reply.code(status).send(problem)
}

/** A count in a query; undefined when it is none. */
const countOf = (value: unknown, absent?: number): number | undefined => {
  if (value === undefined) return absent
  return typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : undefined
}

const isLoopback = (host: string): boolean => host === "127.0.0.1" || host === "localhost" || host === "::1"
