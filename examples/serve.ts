// The example page's own server, on loopback: its files, the state of the stage, and the buttons. A page of a stranger can do nothing
// here: the host is one of ours, whatever acts has one of our origins, and the page may load and frame nothing else.
import { existsSync, readFileSync } from "node:fs"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { stripTypeScriptTypes } from "node:module"
import { extname, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { ActRequest, Frames, State } from "./shapes.ts"
import { lineActs, sideActs, sideCodes } from "./shapes.ts"
import { framesOf, type Ports } from "./stage.ts"

export type Door = {
  state(): Promise<State>
  open(): Frames | undefined
  act(request: ActRequest): Promise<void>
}

const root = fileURLToPath(new URL("..", import.meta.url))
const bodyBytesMax = 1_024

/** The page's own files, beside the words; TypeScript is served without its types, as Node itself runs it. */
const pageFiles = new Set([
  "examples/page/page.css",
  "examples/page/page.ts",
  "examples/page/said.ts",
  "examples/page/words.ts",
])

const mediaTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".ts": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
}

export const serve = (ports: Ports, door: Door): Promise<Server> => {
  const origins = framesOf(ports.page)
  const hosts = new Set(origins.map(origin => new URL(origin).host))
  const headers = headersOf(ports)
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    if (!hosts.has(request.headers.host ?? "")) return send(response, 421)
    const answered =
      request.method === "POST"
        ? post(request, response, door, origins.includes(request.headers.origin ?? ""))
        : read(request, response, door)
    answered.catch((cause: unknown) => {
      console.error(cause)
      send(response, 500)
    })
  })
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(ports.page, "127.0.0.1", () => resolve(server))
  })
}

const headersOf = ({ tokyo, beijing }: Ports): Readonly<Record<string, string>> => {
  const consoles = [
    `http://tokyo.parley.localhost:${tokyo}`,
    `http://beijing.parley.localhost:${beijing}`,
    ...["127.0.0.1", "localhost"].flatMap(host => [`http://${host}:${tokyo}`, `http://${host}:${beijing}`]),
  ]
  return {
    "content-security-policy": `default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; frame-src ${consoles.join(" ")}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
  }
}

const send = (
  response: ServerResponse,
  status: number,
  type = "text/plain; charset=utf-8",
  body: string | Buffer = "",
) => {
  response.writeHead(status, { "content-type": type })
  response.end(body)
}
const json = (response: ServerResponse, value: object): void =>
  void send(response, 200, "application/json", JSON.stringify(value))

const read = async (request: IncomingMessage, response: ServerResponse, door: Door): Promise<void> => {
  // After a host of our own, so that what begins with two slashes names no other; what is no path at all is not found.
  const path = URL.parse(`http://page${request.url ?? "/"}`)?.pathname ?? ""
  if (path === "/state") return json(response, await door.state())
  const file = fileOf(path)
  if (file === undefined || (request.method !== "GET" && request.method !== "HEAD")) return void send(response, 404)
  const bytes = readFileSync(file)
  const type = mediaTypes[extname(file)] ?? "application/octet-stream"
  send(response, 200, type, file.endsWith(".ts") ? stripTypeScriptTypes(bytes.toString("utf8")) : bytes)
}

/** One of the page's own, a font of the console's, or an asset of its build; nothing else of this machine. */
const fileOf = (path: string): string | undefined => {
  if (path === "/") return join(root, "examples", "page", "index.html")
  if (path === "/mark.svg") return join(root, "src", "console", "mark.svg")
  if (pageFiles.has(path.slice(1))) return join(root, path)
  if (wordsForm.test(path)) return existing(join(root, path))
  if (fontForm.test(path)) return existing(join(root, path))
  const asset = /^\/assets\/([\w.-]+)$/.exec(path)?.[1]
  return asset && existing(join(root, "dist", "console", "assets", asset))
}

const fontForm = /^\/node_modules\/@fontsource\/noto-sans-(jp|sc)\/(\d+\.css|files\/[\w-]+\.woff2)$/
/** The console's words: its tables are made of several. */
const wordsForm = /^\/src\/words\/([a-z]+\/)?[a-z]+\.ts$/
const existing = (file: string): string | undefined => (existsSync(file) ? file : undefined)

/** The console's style sheet, by which this page looks like it; null until the console is built. */
export const consoleStyle = (): string | null => {
  const page = join(root, "dist", "console", "index.html")
  const name = existsSync(page)
    ? /href="[^"]*(\/assets\/[\w.-]+\.css)"/.exec(readFileSync(page, "utf8"))?.[1]
    : undefined
  return name ?? null
}

const post = async (request: IncomingMessage, response: ServerResponse, door: Door, isOurs: boolean): Promise<void> => {
  if (!isOurs) return void send(response, 403)
  const body = await bodyOf(request)
  if (request.url === "/open") {
    const frames = door.open()
    return frames === undefined ? void send(response, 503) : json(response, frames)
  }
  if (request.url !== "/act") return void send(response, 404)
  const asked = readAct(body)
  if (asked === undefined) return void send(response, 400)
  await door.act(asked)
  json(response, await door.state())
}

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = ""
  request.setEncoding("utf8")
  for await (const piece of request) {
    text += String(piece)
    if (text.length > bodyBytesMax) return undefined
  }
  try {
    return JSON.parse(text)
  } catch {
    return undefined // answered as a bad request
  }
}

const readAct = (value: unknown): ActRequest | undefined => {
  if (typeof value !== "object" || value === null || !("act" in value)) return undefined
  const lineAct = lineActs.find(act => act === value.act)
  const sideAct = sideActs.find(act => act === value.act)
  const side = "side" in value ? sideCodes.find(code => code === value.side) : undefined
  const given = "language" in value ? value.language : "en"
  const language = (["en", "ja", "zh"] as const).find(each => each === given)
  if (language === undefined) return undefined
  if (lineAct !== undefined) return { act: lineAct, language }
  return sideAct !== undefined && side !== undefined ? { act: sideAct, side, language } : undefined
}
