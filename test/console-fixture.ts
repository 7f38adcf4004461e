// A stand-in for a node, for looking at the console and for its browser tests: made-up data in the shapes of src/api/shapes.ts, served with
// the strict policy that the real node sets. It proves nothing about the protocol. Run: node test/console-fixture.ts PORT tokyo|beijing
import { createReadStream, existsSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { extname, join, normalize } from "node:path"
import { fileURLToPath } from "node:url"
import { WebSocketServer } from "ws"
import type {
  Lamp,
  LineView,
  LiveEvent,
  MessageView,
  OrderRequest,
  PartyView,
  Problem,
  ReportedView,
  Rung,
} from "../src/api/shapes.ts"

const built = fileURLToPath(new URL("../dist/console", import.meta.url))
const minute = 60_000
const hour = 60 * minute

const tokyo: PartyView = {
  party: 0,
  code: "tokyo",
  names: { en: "Tokyo", ja: "東京", zh: "东京" },
  zone: "Asia/Tokyo",
  language: "ja",
  desks: [{ desk: 1, code: "mfa", names: { en: "Foreign ministry", ja: "外務省", zh: "外务省" } }],
}
const beijing: PartyView = {
  party: 1,
  code: "beijing",
  names: { en: "Beijing", ja: "北京", zh: "北京" },
  zone: "Asia/Shanghai",
  language: "zh",
  desks: [{ desk: 1, code: "mfa", names: { en: "Foreign ministry", ja: "外交部", zh: "外交部" } }],
}
export type Side = "tokyo" | "beijing"
const officers = { tokyo: "SATO Hanako · 佐藤 花子", beijing: "LI Wei · 李伟" } as const

const hashOf = (n: number): string => n.toString(16).padStart(4, "0").repeat(16)
const rung = (name: Rung["rung"], party: number, at: number, over: Partial<Rung> = {}): Rung => ({
  rung: name,
  party,
  at,
  heardAt: at + 900,
  proof: "node",
  ...(name === "sent" ? {} : { hash: hashOf(at % 60_000) }),
  ...over,
})

const base = (position: number, author: number, written: number): MessageView => ({
  position,
  hash: hashOf(position),
  author,
  generation: 0,
  seq: position + 20,
  number: 100 + position,
  kind: "message",
  precedence: "ROUTINE",
  traffic: "real",
  written,
  received: written + 700,
  refs: [],
  action: [{ party: 1 - author, desk: 1 }],
  info: [],
  officer: author === 0 ? officers.tokyo : officers.beijing,
  bytes: 412,
  rungs: [],
  gapBefore: false,
  concurrent: false,
  rings: false,
})

/** The ladder of a message as far as it came. */
const came = (author: number, at: number, ...far: Rung["rung"][]): readonly Rung[] => {
  const other = 1 - author
  const name = (party: number): string => (party === 0 ? officers.tokyo : officers.beijing)
  const known: Partial<Record<Rung["rung"], Rung>> = {
    released: rung("released", author, at, { proof: "officer", officer: name(author) }),
    sent: rung("sent", author, at + 40),
    stored: rung("stored", other, at + 700),
    displayed: rung("displayed", other, at + 4_000, { officer: name(other) }),
    ring: rung("ring", other, at + 1_000),
    acknowledged: rung("acknowledged", other, at + 24_000, { proof: "officer", officer: name(other) }),
    answered: rung("answered", other, at + 40 * minute, { proof: "officer", officer: name(other) }),
    deferred: rung("deferred", other, at + 9 * minute, {
      proof: "officer",
      officer: name(other),
      until: at + 30 * hour,
      reason: "The competent authority has been asked.",
      language: "en",
    }),
    declined: rung("declined", other, at + 12 * minute, {
      proof: "officer",
      officer: name(other),
      reason: "非本线路事项。",
      language: "zh",
    }),
  }
  return far.flatMap(name => known[name] ?? [])
}

const script = (now: number): MessageView[] => {
  const t = (minutes: number): number => now - minutes * minute
  return [
    {
      ...base(1, 0, t(1_700)),
      language: "ja",
      text: "定時の回線点検です。受信状況をお知らせください。",
      rungs: came(0, t(1_700), "released", "sent", "stored", "displayed", "acknowledged"),
    },
    {
      ...base(2, 1, t(1_660)),
      kind: "answer",
      refs: [hashOf(1)],
      language: "zh",
      text: "线路检查：收到，信号清晰。",
      rungs: came(1, t(1_660), "released", "stored", "displayed", "acknowledged"),
    },
    {
      ...base(3, 0, t(1_500)),
      precedence: "PRIORITY",
      language: "en",
      subject: "Weather balloon, planned release",
      text: "A meteorological balloon will be released at 0600Z from 35°41′N 139°41′E, drifting east. Expected to come down at sea within four hours.\nA report follows when it has come down.",
      rungs: came(0, t(1_500), "released", "sent", "stored", "displayed", "acknowledged", "deferred"),
    },
    {
      ...base(4, 1, t(900)),
      precedence: "ROUTINE",
      traffic: "test",
      number: 1,
      language: "en",
      text: "TEST TEST TEST. Alphabet and figures follow: ABC 0123456789. 测试：骨直与次刃海角入。TEST TEST TEST.",
      rungs: came(1, t(900), "released", "stored", "displayed"),
    },
    {
      ...base(5, 0, t(800)),
      language: "ja",
      traffic: "drill",
      number: 3,
      precedence: "IMMEDIATE",
      subject: "訓練　訓練：救難調整所との通信確認",
      text: "訓練。これは訓練通信です。漂流中の船舶を想定し、救難調整所の連絡先を確認します。訓練。",
      rungs: came(0, t(800), "released", "sent", "stored", "displayed", "acknowledged", "answered"),
    },
    {
      ...base(6, 1, t(300)),
      received: t(258),
      language: "zh",
      text: "关于2月份联络安排的表格已随后送出，请查收。",
      rungs: came(1, t(300), "released", "stored"),
      gapBefore: true,
      concurrent: true,
    },
    {
      ...base(7, 0, t(290)),
      language: "en",
      text: "Two forms of the same request crossed. Please treat the later one as withdrawn.",
      rungs: came(0, t(290), "released", "sent", "stored", "displayed", "declined"),
      concurrent: true,
    },
    { ...base(8, 1, t(120)), mark: "bad-signature-covered", text: "x", rungs: came(1, t(120), "released", "stored") },
    {
      ...base(9, 1, t(60)),
      language: "en",
      text: "Direction marks and zero-width characters in this line: abc\u202edef\u202c, g\u200bh, \u2066i\u2069.",
      rungs: came(1, t(60), "released", "stored", "displayed"),
    },
    {
      ...base(10, 0, t(12)),
      precedence: "PRIORITY",
      language: "ja",
      subject: "臨時の連絡会議について",
      text: "明日の連絡会議を二時間繰り下げたい。差し支えの有無を回答願います。",
      rungs: came(0, t(12), "released", "sent", "stored", "displayed", "ring"),
      waits: { who: 1, due: t(-168) },
    },
    {
      ...base(11, 1, t(3)),
      precedence: "PRIORITY",
      language: "zh",
      subject: "关于无人气球的询问",
      text: "贵方海岸以东发现一具气球，高度约一万二千米，向东漂移。请告知是否属于贵方登记的气象气球。",
      rungs: came(1, t(3), "released", "stored", "displayed", "ring"),
      rings: true,
      waits: { who: 0, due: t(-177) },
    },
  ]
}

const reported = (): ReportedView[] => {
  const record = (n: number, over: Partial<ReportedView>): ReportedView => ({
    hash: hashOf(900 + n),
    importer: 0,
    when: "2023-02-22",
    precision: "day",
    account: "press",
    source: "press of the day",
    section: "The meeting",
    title: { en: "Fixture", ja: "例", zh: "示例" },
    text: { en: "Fixture text", ja: "例文", zh: "示例文字" },
    ...over,
  })
  const hotline = { en: "The hotline", ja: "ホットライン", zh: "热线" }
  return [
    record(1, {
      title: { en: "The meeting", ja: "会合", zh: "会谈" },
      text: {
        en: "The 17th security dialogue, Tokyo, the first in four years.",
        ja: "第17回安保対話、東京。4年ぶりの開催。",
        zh: "第十七次安全对话，东京，四年来首次。",
      },
    }),
    record(2, {
      section: "What was agreed",
      title: hotline,
      account: "tokyo",
      source: "Ministry of Foreign Affairs of Japan",
      text: {
        en: "Continue coordination to commence its operation “around spring”.",
        ja: "「春頃」の運用開始に向けて調整を続ける。",
        zh: "继续协调，争取在“春季前后”开始运行。",
      },
    }),
    record(3, {
      section: "What was agreed",
      title: hotline,
      account: "beijing",
      source: "Ministry of Foreign Affairs of China",
      text: {
        en: "Open the direct telephone line between the defence departments as soon as possible.",
        ja: "防衛部門間の直通電話をできるだけ早期に開通させる。",
        zh: "尽早开通防务部门直通电话。",
      },
    }),
    record(4, {
      section: "What happened since",
      when: "2023-03-31",
      title: { en: "The line is installed", ja: "回線の設置", zh: "线路设置" },
      account: "both",
      text: { en: "Line installed.", ja: "回線を設置。", zh: "线路已设置。" },
    }),
  ]
}

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

/** One side's node, with switches that a test may turn. */
export class Fixture {
  up = true
  beating = true
  readonly orders: OrderRequest[] = []
  readonly displayed: string[] = []
  human = 0
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
      officer: { name: officers[this.side], role: "watch" },
      lamps: lampsAt(now, this.up),
      queued: this.up ? 0 : 1,
      sizes: [],
      replyClocks: [],
      now,
      version: "0.1.0",
      refusals: this.refusals,
    }
  }
  tell(event: LiveEvent): void {
    for (const tell of this.#tell) tell(event)
  }
  join(tell: (event: LiveEvent) => void): () => void {
    this.#tell.add(tell)
    if (this.beating) tell({ type: "line", line: this.line() })
    const beat = setInterval(() => {
      const now = Date.now()
      if (this.beating) tell({ type: "beat", now, lamps: lampsAt(now, this.up), queued: this.up ? 0 : 1 })
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
  urgent(precedence: MessageView["precedence"], traffic: MessageView["traffic"] = "real"): void {
    const now = Date.now()
    const them = 1 - this.line().us.party
    const position = this.messages.length + 1
    const text =
      "Fixture: the object named in our last message has changed its course. Please confirm that you have seen this."
    const rungs = came(them, now, "released", "stored")
    const facts = {
      precedence,
      traffic,
      language: "en",
      text,
      rungs,
      rings: true,
      waits: { who: 1 - them, due: now + hour },
    }
    this.say({ ...base(position, them, now), ...facts })
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
