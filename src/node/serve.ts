// The API of one node and its console, on loopback unless the operator says otherwise. Which routes there are and who may use them is
// routes.ts's to say, and gate.ts keeps it; here is what they answer.
import { existsSync } from "node:fs"
import type { Socket } from "node:net"
import { fileURLToPath } from "node:url"
import fastifyStatic from "@fastify/static"
import fastifyWebsocket from "@fastify/websocket"
import { type FastifyInstance, fastify } from "fastify"
import type { KeysView } from "../api/keys.ts"
import type { SessionView } from "../api/shapes.ts"
import { isRefusal, refuse } from "../core/refusal.ts"
import type { Alarms } from "./alarms.ts"
import type { DocumentDesk } from "./document-desk.ts"
import type { Duress } from "./duress.ts"
import type { ExportDesk } from "./export.ts"
import { answerBroken, type Gate, gate, refused, unreadable } from "./gate.ts"
import { cookieHeader, type Doors, type Origins, originsOf } from "./guard.ts"
import type { KeyOffice } from "./key-office.ts"
import { frameBytesMax, type Live, live } from "./live.ts"
import type { Log } from "./log.ts"
import type { Metrics } from "./metrics.ts"
import type { OfficerOffice } from "./officer-office.ts"
import type { ParcelOffice } from "./parcel-office.ts"
import type { Passkeys } from "./passkeys.ts"
import type { PathDesk } from "./path-desk.ts"
import type { ReleaseDesk } from "./release-desk.ts"
import { readReleased, sessionFault } from "./released.ts"
import { isObject } from "./requests.ts"
import { digestOf } from "./secret.ts"
import { alarmRoutes } from "./serve-alarms.ts"
import { documentRoutes } from "./serve-documents.ts"
import { exportRoutes } from "./serve-export.ts"
import { keyRoutes } from "./serve-keys.ts"
import { officerRoutes } from "./serve-officers.ts"
import { parcelRoutes } from "./serve-parcels.ts"
import { type PasskeyRoutesOptions, passkeyRoutes } from "./serve-passkeys.ts"
import { pathRoutes } from "./serve-paths.ts"
import { screenRoutes } from "./serve-screen.ts"
import { waitingRoutes } from "./serve-waiting.ts"
import { type Sessions, sessionMs, sessionsWhile } from "./sessions.ts"
import type { Tickets } from "./tickets.ts"
import type { Watch } from "./watch.ts"

export type ServeOptions = {
  readonly code: string
  readonly host: string
  readonly port: number
  readonly origins: readonly string[]
  readonly frames: readonly string[]
  readonly watch: Watch
  readonly desk: ReleaseDesk
  readonly parcels: ParcelOffice
  readonly paths: PathDesk
  readonly documents: DocumentDesk
  readonly passkeys: Passkeys
  readonly office: KeyOffice
  readonly standing: () => KeysView
  readonly officers: OfficerOffice
  readonly exports: ExportDesk
  readonly alarms: Alarms
  readonly duress: Duress
  readonly signIns: Tickets
  readonly sessions: Sessions
  /** The secrets of this home's own CLI, and of whoever reads its figures; only their digests are kept. */
  readonly cliSecret: string
  readonly monitorSecret: string
  readonly health: () => { readonly ok: boolean }
  readonly metrics: Metrics
  readonly log: Log
  readonly now: () => number
  readonly times?: Times
}

/** How long a request may take to arrive. Other ones are for tests. */
export type Times = { readonly headersMs: number; readonly requestMs: number; readonly checkMs: number }

export type Served = { readonly port: number; stop(): Promise<void> }

const times: Times = { headersMs: 10_000, requestMs: 30_000, checkMs: 1_000 }
const headerBytesMax = 8 * 1_024
const connectionsMax = 1_024
const beatMs = 1_000
const sweepMs = 60_000
const goodbyeMs = 500

/** A server that nobody can hold open; other times are for tests. */
export const listening = (now: () => number, { headersMs, requestMs, checkMs }: Times = times): FastifyInstance =>
  fastify({
    logger: false,
    forceCloseConnections: true,
    requestTimeout: requestMs,
    http: { maxHeaderSize: headerBytesMax, headersTimeout: headersMs, connectionsCheckingInterval: checkMs },
    clientErrorHandler: (error, socket) => answerBroken(error, socket as Socket, now()),
    frameworkErrors: (_error, _request, reply) => {
      reply.hijack()
      unreadable(reply.raw, now())
    },
  })

export const serve = async (options: ServeOptions): Promise<Served> => {
  const { now, signIns, watch, log, passkeys } = options
  const sessions = sessionsWhile(options.sessions, officer => passkeys.holds(officer))
  const app = listening(now, options.times)
  app.removeContentTypeParser("text/plain")
  app.server.maxConnections = connectionsMax
  const doors: Doors = {
    cookie: `parley-${options.code}-session`,
    sessions,
    cliDigest: digestOf(options.cliSecret),
    monitorDigest: digestOf(options.monitorSecret),
  }
  let origins: Origins | undefined
  const inside = gate(app, { origins: () => origins, doors, now, log })
  await app.register(fastifyWebsocket, { options: { maxPayload: frameBytesMax, handleProtocols: () => false } })
  const consoles = live(app, inside, { ...options, sessions })
  const isSecure = (host: string | undefined): boolean => origins?.isSecure(host) === true
  const opened = signing(app, inside, {
    ...{ signIns, sessions, now, log, consoles, doors, isSecure },
    byLink: () => !passkeys.isOnly(),
  })
  passkeyRoutes(app, inside, { passkeys, opened, now, log })
  keeping(app, inside, { ...options, sessions, consoles })
  reading(app, inside, options)
  ordering(app, inside, options)
  keyRoutes(app, inside, options)
  officerRoutes(app, options)
  exportRoutes(app, inside, options)
  waitingRoutes(app, inside, options)
  parcelRoutes(app, options)
  pathRoutes(app, options)
  documentRoutes(app, options)
  alarmRoutes(app, inside, options)
  watching(app, inside, options)
  await consoleFiles(app)
  screenRoutes(app, inside)
  const sockets = new Set<Socket>()
  app.server.on("connection", socket => {
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
  })
  await app.listen({ host: options.host, port: options.port }).catch((cause: unknown) => {
    throw new Error(`The API cannot listen on ${options.host}:${options.port}; is another program there?`, { cause })
  })
  const address = app.server.address()
  const port = typeof address === "object" && address !== null ? address.port : options.port
  // Port 0 is known only now, and until now nobody was answered.
  origins = originsOf({ code: options.code, port, origins: options.origins, frames: options.frames })
  const beating = setInterval(() => {
    watch.beatAll()
    consoles.sweep()
  }, beatMs)
  const sweeping = setInterval(() => {
    sessions.sweep(now())
    signIns.sweep(now())
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

type Consoles = { readonly consoles: Live }
type Signing = Pick<ServeOptions, "signIns" | "sessions" | "now" | "log"> & {
  readonly consoles: Pick<Live, "end">
  readonly doors: Doors
  readonly isSecure: (host: string | undefined) => boolean
  /** Whether a link still signs somebody in. */
  readonly byLink: () => boolean
}

/** Answers what opens a session, for those who sign in otherwise. */
export const signing = (app: FastifyInstance, { visitor }: Gate, options: Signing): PasskeyRoutesOptions["opened"] => {
  const { signIns, sessions, consoles, doors, isSecure, byLink, now, log } = options
  const leave = (session: string): void => {
    sessions.end(session)
    consoles.end(session)
  }
  const opened: PasskeyRoutesOptions["opened"] = (request, reply, officer) => {
    // Whoever sat here before is gone: a session never passes to somebody else, nor is one taken over that was there already.
    const before = visitor(request)
    if (before !== undefined) leave(before.session)
    const secret = sessions.open(officer, now())
    log.info({ officer: officer.name, role: officer.role, code: officer.code }, "signed in")
    const secure = isSecure(request.headers.host)
    return reply
      .header("set-cookie", cookieHeader(doors.cookie, secret, { seconds: sessionMs / 1_000, secure }))
      .code(204)
      .send()
  }
  app.post("/api/sign-in", async (request, reply) => {
    if (!byLink()) return refused(reply, 403, refuse("passkey-only"), now())
    const token = isObject(request.body) ? request.body.token : undefined
    const ticket = typeof token === "string" ? signIns.take(token, now()) : undefined
    return ticket === undefined
      ? refused(reply, 401, refuse("not-signed-in"), now())
      : opened(request, reply, ticket.officer)
  })
  app.post("/api/sign-out", async (request, reply) => {
    const who = visitor(request)
    if (who !== undefined) leave(who.session)
    if (who !== undefined) log.info({ officer: who.officer.name }, "signed out")
    const secure = isSecure(request.headers.host)
    return reply
      .header("set-cookie", cookieHeader(doors.cookie, "", { seconds: 0, secure }))
      .code(204)
      .send()
  })
  return opened
}

/** Sessions, seen and ended by whoever keeps the node. */
const keeping = (app: FastifyInstance, { entrant }: Gate, options: ServeOptions & Consoles): void => {
  const { sessions, consoles, now, log } = options
  app.get("/api/sessions", (request, reply) => {
    const { session } = entrant(request)
    const views: SessionView[] = sessions
      .list(now())
      .map(each => ({ ...each, consoles: consoles.count(each.id), isOwn: each.id === session }))
    return reply.send(views)
  })
  app.post("/api/sessions/end", async (request, reply) => {
    const { id, others } = isObject(request.body) ? request.body : {}
    const who = entrant(request)
    if (others === true && id === undefined) {
      const ended = sessions.list(now()).filter(each => each.id !== who.session)
      for (const each of ended) {
        sessions.end(each.id)
        consoles.end(each.id)
      }
      log.info({ sessions: ended.length, by: who.officer.name }, "all other sessions were ended")
      return reply.code(204).send()
    }
    if (typeof id !== "string") return refused(reply, 400, refuse("bad-request", { field: "id" }), now())
    if (!sessions.end(id)) return refused(reply, 404, refuse("not-found"), now())
    consoles.end(id)
    log.info({ session: id, by: entrant(request).officer.name }, "a session was ended")
    return reply.code(204).send()
  })
}

const reading = (app: FastifyInstance, { entrant }: Gate, { watch, duress, now }: ServeOptions): void => {
  app.get("/api/line", (request, reply) => reply.send(watch.line(entrant(request).officer)))
  app.get("/api/messages", (request, reply) => {
    const query = isObject(request.query) ? request.query : {}
    const [after, limit] = [countOf(query.after, 0), countOf(query.limit, 100)]
    if (after === undefined || limit === undefined)
      return refused(reply, 400, refuse("bad-request", { field: "after, limit" }), now())
    const { messages, total } = watch.messages(after, limit)
    const { seat } = entrant(request)
    return reply.send({ messages: messages.map(message => duress.shown(message, seat)), total })
  })
  app.get("/api/reported", (_request, reply) => reply.send(watch.reported()))
  app.get("/api/charter", (_request, reply) => reply.send(watch.charter()))
  app.get("/api/heads", (_request, reply) => reply.send(watch.heads()))
  app.get("/api/entries", (request, reply) => {
    const query = isObject(request.query) ? request.query : {}
    const [author, generation] = [countOf(query.author), countOf(query.generation)]
    const [from, limit] = [countOf(query.from, 1), countOf(query.limit, 500)]
    if (author === undefined || generation === undefined || !from || !limit)
      return refused(reply, 400, refuse("bad-request", { field: "author, generation, from, limit" }), now())
    return reply.send(watch.entries({ author, generation, from, limit }))
  })
  app.get<{ Params: { hash: string } }>("/api/entries/:hash", (request, reply) => {
    const view = watch.entry(request.params.hash)
    if (isRefusal(view)) return refused(reply, 404, view, now())
    return reply.send(duress.shown(view, entrant(request).seat))
  })
}

const ordering = (app: FastifyInstance, { entrant }: Gate, { watch, metrics, now }: ServeOptions): void => {
  app.post("/api/orders", async (request, reply) => {
    const { officer, seat } = entrant(request)
    const brought = isObject(request.body) ? readReleased(request.body) : {}
    const fault = seat === "cli" || isRefusal(brought) ? undefined : sessionFault(officer, brought)
    const answer = fault ?? (await watch.order(officer, request.body))
    metrics.orders.inc({ outcome: isRefusal(answer) ? answer.refusal : "done" })
    return isRefusal(answer) ? refused(reply, 409, answer, now()) : reply.send(answer)
  })
  app.post("/api/break", async (request, reply) => {
    const refusal = await watch.decideBreak(entrant(request).officer, request.body)
    return refusal ? refused(reply, 409, refusal, now()) : reply.code(204).send()
  })
  app.post("/api/reported", async (request, reply) => {
    const answer = await watch.report(entrant(request).officer, request.body)
    return isRefusal(answer) ? refused(reply, 409, answer, now()) : reply.send(answer)
  })
  app.post("/api/displayed", async (request, reply) => {
    const answer = watch.displayed(entrant(request).officer, request.body)
    return answer === true ? reply.code(204).send() : refused(reply, 409, answer, now())
  })
  app.post("/api/human", async (_request, reply) => {
    watch.human()
    return reply.code(204).send()
  })
}

/** What a stranger on this machine is told: that the node is well, or is not. */
const watching = (app: FastifyInstance, { visitor }: Gate, { health, metrics }: ServeOptions): void => {
  app.get("/health", (request, reply) => {
    const facts = health()
    return reply.code(facts.ok ? 200 : 503).send(visitor(request) === undefined ? { ok: facts.ok } : facts)
  })
  app.get("/metrics", async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
}

/** The console as Vite built it, in the package or in a checkout. */
export const consoleFiles = async (app: FastifyInstance): Promise<void> => {
  const root = ["../console/", "../../dist/console/"]
    .map(folder => fileURLToPath(new URL(folder, import.meta.url)))
    .find(folder => existsSync(`${folder}index.html`) && existsSync(`${folder}assets`))
  if (root !== undefined) {
    const given = { root, cacheControl: false, index: ["index.html"], preCompressed: true }
    await app.register(fastifyStatic, { ...given, dotfiles: "deny" })
    return
  }
  const page = `<!doctype html><html lang="en"><title>Parley</title><p>The console is not built. In the checkout run: npx vite build --config src/console/vite.config.ts</p>`
  app.get("/*", (request, reply) =>
    request.url === "/" ? reply.type("text/html; charset=utf-8").send(page) : reply.callNotFound(),
  )
}

/** A count in a query; undefined when it is none. */
const countOf = (value: unknown, absent?: number): number | undefined => {
  if (value === undefined) return absent
  return typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : undefined
}
