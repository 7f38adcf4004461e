// A stand-in for a node, for looking at the console and for its browser tests: made-up data in the shapes of src/api/shapes.ts, served with
// the strict policy that the real node sets. It proves nothing about the protocol. Run: node test/console-fixture.ts PORT tokyo|beijing
import { createReadStream, existsSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { extname, join, normalize } from "node:path"
import { fileURLToPath } from "node:url"
import { WebSocketServer } from "ws"
import type { Lamp, LineView, LiveEvent, MessageView, OrderRequest, Problem } from "../src/api/shapes.ts"
import {
  base,
  beijing,
  came,
  hashOf,
  hour,
  officers,
  reported,
  rung,
  type Side,
  script,
  tokyo,
} from "./console-script.ts"

const built = fileURLToPath(new URL("../dist/console", import.meta.url))

const lampsAt = (now: number, up: boolean): Lamp[] => [
  { name: "node", state: "up", heardAt: now, staleMs: 5_000, detail: null },
  { name: "link", state: up ? "up" : "down", heardAt: now - 400, staleMs: 9_000, detail: up ? 52 : null },
  { name: "their-node", state: "up", heardAt: up ? now - 400 : now - 74_000, staleMs: 9_000, detail: null },
  {
    name: "their-console",
    state: "up",
    heardAt: up ? now - 1_100 : now - 75_000,
    staleMs: 15_000,
    detail: now - 262_000,
  },
]

const confirm =
  "Fixture: the object named in our last message has changed its course. Please confirm that you have seen this."

/** One side's node, with switches that a test may turn. */
export class Fixture {
  up = true
  /** How far their clock stands from ours. */
  clock = 12
  beating = true
  readonly orders: OrderRequest[] = []
  readonly displayed: string[] = []
  human = 0
  role: LineView["officer"]["role"] = "watch"
  /** What else a test wants the line to say. */
  more: Partial<LineView> = {}
  messages: MessageView[]
  refusals: Problem[]
  readonly side: Side
  readonly started = Date.now()
  readonly #tell = new Set<(event: LiveEvent) => void>()
  constructor(side: Side) {
    this.side = side
    const us = side === "tokyo" ? 0 : 1
    this.messages = script(this.started).map(message => ({
      ...message,
      rings:
        message.author !== us && message.precedence === "PRIORITY" && message.waits?.who === us && message.position > 9,
      // "sent" is the author's own claim: the other side never shows it.
      rungs: message.rungs.flatMap(held => {
        if (held.rung === "sent") return []
        if (held.rung !== "released" || message.author !== us || message.position === 10) return [held]
        return [held, rung("sent", us, held.at + 40)]
      }),
    }))
    this.refusals = [
      { refusal: "bad-signature", sentence: "", details: { author: 1 }, at: this.started - 9 * hour },
      { refusal: "replayed-frame", sentence: "", details: {}, at: this.started - 20 * hour },
    ]
  }
  line(): LineView {
    const now = Date.now()
    const [us, them] = this.side === "tokyo" ? [tokyo, beijing] : [beijing, tokyo]
    return {
      line: hashOf(7),
      example: true,
      us,
      them: [them],
      officer: { name: officers[this.side], role: this.role },
      lamps: lampsAt(now, this.up),
      queued: this.up ? 0 : 1,
      sizes: [],
      replyClocks: [],
      policy: { proofs: [], releases: [], soleMs: 300_000 },
      breaks: [],
      now,
      clocks: this.clocks(),
      version: "0.1.0",
      release: "0123456789abcdef".repeat(4),
      refusals: this.refusals,
      ...this.more,
    }
  }
  clocks(): LineView["clocks"] {
    const party = this.side === "tokyo" ? 1 : 0
    return [{ party, offsetMs: this.clock, isDoubted: Math.abs(this.clock) > 60_000 }]
  }
  tell(event: LiveEvent): void {
    for (const tell of this.#tell) tell(event)
  }
  join(tell: (event: LiveEvent) => void): () => void {
    this.#tell.add(tell)
    if (this.beating) tell({ type: "line", line: this.line() })
    const beat = setInterval(() => {
      const now = Date.now()
      const [queued, clocks] = [this.up ? 0 : 1, this.clocks()]
      if (this.beating) tell({ type: "beat", now, lamps: lampsAt(now, this.up), queued, clocks })
    }, 1_000)
    return () => {
      clearInterval(beat)
      this.#tell.delete(tell)
    }
  }
  change(hash: string, change: (message: MessageView) => MessageView): void {
    this.messages = this.messages.map(message => (message.hash === hash ? change(message) : message))
    const message = this.messages.find(message => message.hash === hash)
    if (message) this.tell({ type: "message", message })
  }
  say(message: MessageView): void {
    this.messages.push(message)
    this.tell({ type: "message", message })
  }
  refuse(refusal: Problem["refusal"]): void {
    const problem: Problem = { refusal, sentence: "", details: {}, at: Date.now() }
    this.refusals = [problem, ...this.refusals]
    this.tell({ type: "refused", problem })
  }
  give(request: OrderRequest): { hash: string; seq: number; number: number | null } {
    const now = Date.now()
    const us = this.line().us.party
    this.orders.push(request)
    const [ref] = request.refs
    if (request.kind === "message" || request.kind === "answer") {
      const position = this.messages.length + 1
      const rungs = came(us, now, "released", ...(this.up ? (["sent", "stored"] as const) : []))
      const { text, language, precedence, traffic, refs, subject } = request
      const said = { kind: request.kind, text, language, precedence, traffic, refs, ...(subject ? { subject } : {}) }
      this.say({ ...base(position, us, now), ...said, received: now, rungs })
      return { hash: hashOf(position), seq: position + 20, number: 100 + position }
    }
    const { kind } = request
    const proof = { proof: "officer", officer: officers[this.side] } as const
    if (ref)
      this.change(ref, ({ waits, ...message }) => ({
        ...message,
        rings: false,
        ...(request.kind === "acknowledged" && waits ? { waits } : {}),
        rungs: [...message.rungs, rung(kind, us, now, proof)],
      }))
    return { hash: hashOf(500), seq: 99, number: null }
  }
  urgent(
    precedence: MessageView["precedence"],
    traffic: MessageView["traffic"] = "real",
    said: Pick<MessageView, "text" | "subject"> = { text: confirm },
  ): string {
    const now = Date.now()
    const them = 1 - this.line().us.party
    const position = this.messages.length + 1
    const rungs = came(them, now, "released", "stored")
    const facts = {
      precedence,
      traffic,
      language: "en",
      ...said,
      rungs,
      rings: true,
      waits: { who: 1 - them, due: now + hour },
    }
    this.say({ ...base(position, them, now), ...facts })
    return hashOf(position)
  }
}

const kinds: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
}
export const policy =
  "default-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-ancestors 'self' http://*.localhost:* http://localhost:* http://127.0.0.1:*"

const file = (path: string, response: ServerResponse): void => {
  const place = normalize(join(built, path === "/" ? "index.html" : path))
  const found = place.startsWith(built) && existsSync(place)
  response.writeHead(found ? 200 : 404, {
    "content-type": kinds[extname(place)] ?? "text/plain",
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
  })
  if (found) createReadStream(place).pipe(response)
  else response.end()
}
const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = ""
  for await (const part of request) text += String(part)
  return text === "" ? {} : JSON.parse(text)
}

const answer = async (fixture: Fixture, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const url = new URL(request.url ?? "/", "http://console.localhost")
  const json = (status: number, value: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value))
  }
  const signedIn = request.headers.cookie?.includes(`${fixture.side}=yes`) ?? false
  if (url.pathname === "/api/sign-in") {
    const body = await bodyOf(request)
    const good = typeof body === "object" && body !== null && "token" in body && body.token === "once"
    if (!good) return json(401, { refusal: "not-signed-in", sentence: "", details: {}, at: Date.now() })
    response.writeHead(204, { "set-cookie": `${fixture.side}=yes; HttpOnly; SameSite=Strict; Path=/` }).end()
    return
  }
  if (!url.pathname.startsWith("/api/")) return file(url.pathname, response)
  if (!signedIn) return json(401, { refusal: "not-signed-in", sentence: "", details: {}, at: Date.now() })
  const after = Number(url.searchParams.get("after") ?? 0)
  const limit = Number(url.searchParams.get("limit") ?? 200)
  switch (url.pathname) {
    case "/api/line":
      return json(200, fixture.line())
    case "/api/messages":
      return json(200, { messages: fixture.messages.slice(after, after + limit), total: fixture.messages.length })
    case "/api/reported":
      return json(200, reported())
    case "/api/orders":
      return json(200, fixture.give((await bodyOf(request)) as OrderRequest))
    case "/api/displayed": {
      const body = await bodyOf(request)
      if (typeof body === "object" && body !== null && "hash" in body) fixture.displayed.push(String(body.hash))
      return json(200, {})
    }
    case "/api/human":
      fixture.human += 1
      return json(200, {})
    case "/api/sign-out":
      response.writeHead(204, { "set-cookie": `${fixture.side}=; Path=/; Max-Age=0` }).end()
      return
    default:
      return json(404, { refusal: "not-found", sentence: "", details: {}, at: Date.now() })
  }
}

/** Answers with the way to end it: sockets and all, as a killed node would. */
export const serveFixture = (fixture: Fixture, port: number): Promise<() => void> => {
  const server = createServer((request, response) => void answer(fixture, request, response))
  const sockets = new WebSocketServer({ server, path: "/api/live" })
  sockets.on("connection", socket => {
    const leave = fixture.join(event => socket.send(JSON.stringify(event)))
    socket.on("close", leave)
  })
  const stop = (): void => {
    for (const socket of sockets.clients) socket.terminate()
    server.close()
    server.closeAllConnections()
  }
  return new Promise(done => server.listen(port, "127.0.0.1", () => done(stop)))
}

if (import.meta.main) {
  const [port = "7901", side = "tokyo"] = process.argv.slice(2)
  await serveFixture(new Fixture(side === "beijing" ? "beijing" : "tokyo"), Number(port))
  console.log(`http://127.0.0.1:${port}/#token=once`)
}
