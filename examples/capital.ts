// One capital of the example: its home, and its node as a process of its own (`parley run`), which can be stopped, killed and asked.
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { closeSync, openSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import type { Problem } from "../src/api/shapes.ts"
import { monitorSecret, type Side } from "../src/node/home.ts"
import type { SideCode, SideState } from "./shapes.ts"

export const watchOfficer = { name: "Watch 1", role: "watch" } as const
export const administrator = { name: "Administrator", role: "administrator" } as const
type Seat = typeof watchOfficer | typeof administrator

const place = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const stopMsMax = 5_000
const askMsMax = 10_000
const tokenMs = 10 * 60_000

export type CapitalOptions = {
  readonly code: SideCode
  readonly side: Side
  readonly apiPort: number
  /** How it meets the peer: `--listen HOST:PORT` or `--peer HOST:PORT`. */
  readonly meeting: readonly ["--listen" | "--peer", string]
  readonly party: number
  readonly frames: readonly string[]
}

export type Health = {
  readonly link: "up" | "down"
  readonly queued: number
  readonly sizes: readonly { readonly party: number; readonly size: number }[]
}

/** The node refused what it was asked. */
export class NodeRefused extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.sentence)
    this.problem = problem
  }
}

export class Capital {
  readonly code: SideCode
  readonly side: Side
  readonly apiPort: number
  readonly meeting: CapitalOptions["meeting"]
  /** Its place in the charter. */
  readonly party: number
  altered = false
  readonly #options: CapitalOptions
  readonly #cookies = new Map<string, string>()
  #child: ChildProcess | undefined
  #process: SideState["process"] = "stopped"

  constructor(options: CapitalOptions) {
    this.#options = options
    this.code = options.code
    this.side = options.side
    this.apiPort = options.apiPort
    this.meeting = options.meeting
    this.party = options.party
  }

  get process(): SideState["process"] {
    return this.#process
  }

  get #origin(): string {
    return `http://127.0.0.1:${this.apiPort}`
  }

  /** Resolves when the node answers; rejects with the end of its log when it does not start. */
  async start(): Promise<void> {
    if (this.#process === "runs" || this.#process === "starting") return
    this.#process = "starting"
    const log = join(this.side.path, "..", `${this.code}.log`)
    const written = openSync(log, "a", 0o600)
    const frames = this.#options.frames.flatMap(origin => ["--frame-origin", origin])
    const given = ["run", this.side.path, "--json", "--api-port", String(this.apiPort), ...this.meeting, ...frames]
    const child = fork(place("../bin/parley"), given, {
      execArgv: ["--disable-warning=ExperimentalWarning", "--import", new URL("leash.ts", import.meta.url).href],
      stdio: ["ignore", "pipe", written, "ipc"],
    })
    closeSync(written)
    this.#child = child
    const ended = once(child, "exit").then(() => {
      const wasRunning = this.#process === "runs"
      if (this.#child === child) this.#child = undefined
      if (this.#process === "starting" || wasRunning) this.#process = "ended"
      return false
    })
    const lines = createInterface({ input: child.stdout! })
    const answered = once(lines, "line").then(() => true)
    answered.catch(() => undefined)
    if (!(await Promise.race([answered, ended])))
      throw new Error(`The node of ${this.code} does not start. ${readFileSync(log, "utf8").slice(-600)}`)
    if (this.#child === child) this.#process = "runs"
  }

  /** As a power cut would: nothing is told, nothing is closed. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL", "killed")
  }

  async stop(): Promise<void> {
    if (this.#child === undefined) return
    this.#process = "stopping"
    const late = setTimeout(() => this.#child?.kill("SIGKILL"), stopMsMax)
    await this.#end("SIGTERM", "stopped")
    clearTimeout(late)
  }

  async #end(signal: "SIGKILL" | "SIGTERM", becomes: "killed" | "stopped"): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    const gone = once(child, "exit")
    this.#process = becomes === "killed" ? "killed" : "stopping"
    child.kill(signal)
    await gone
    this.#process = becomes
  }

  async health(): Promise<Health | undefined> {
    if (this.#process !== "runs") return undefined
    try {
      const authorization = `Bearer ${monitorSecret(this.side.path)}`
      const signal = AbortSignal.timeout(1_000)
      const answer = await fetch(`${this.#origin}/health`, { headers: { authorization }, signal })
      return answer.ok ? ((await answer.json()) as Health) : undefined
    } catch {
      return undefined // it was killed just now, or is too busy to say
    }
  }

  async state(): Promise<SideState> {
    const health = await this.health()
    return {
      code: this.code,
      process: this.#process,
      pid: this.#child?.pid ?? null,
      link: health?.link ?? null,
      queued: health?.queued ?? null,
      entries: health?.sizes.reduce((sum, { size }) => sum + size, 0) ?? null,
      altered: this.altered,
      port: this.apiPort,
    }
  }

  /** A one-time sign-in token for the watch officer. */
  token(): string {
    return this.side.signIns.issue(watchOfficer, Date.now() + tokenMs)
  }

  /** Asks the node's API as an officer of this side, who signs in at first. */
  async ask<T>(seat: Seat, path: string, body?: object): Promise<T> {
    const answer = await this.#asked(seat, path, body)
    if (answer.ok) return (await answer.json()) as T
    throw new NodeRefused((await answer.json()) as Problem)
  }

  async #asked(seat: Seat, path: string, body: object | undefined): Promise<Response> {
    const cookie = this.#cookies.get(seat.name) ?? (await this.#signIn(seat))
    const answer = await this.#fetch(path, body, { cookie })
    if (answer.status !== 401) return answer
    return this.#fetch(path, body, { cookie: await this.#signIn(seat) })
  }

  async #signIn(seat: Seat): Promise<string> {
    const token = this.side.signIns.issue(seat, Date.now() + tokenMs)
    const answer = await this.#fetch("/api/sign-in", { token }, {})
    const cookie = answer.headers.getSetCookie()[0]?.split(";")[0]
    if (cookie === undefined) throw new Error(`${this.code} does not let its own officer in (${answer.status}).`)
    this.#cookies.set(seat.name, cookie)
    return cookie
  }

  #fetch(path: string, body: object | undefined, headers: Record<string, string>): Promise<Response> {
    const signal = AbortSignal.timeout(askMsMax)
    if (body === undefined) return fetch(`${this.#origin}${path}`, { headers, signal })
    const sent = { ...headers, origin: this.#origin, "content-type": "application/json" }
    return fetch(`${this.#origin}${path}`, { method: "POST", headers: sent, body: JSON.stringify(body), signal })
  }

  /** Resolves when this node holds so much of a party's log. */
  async holds(party: number, size: number): Promise<void> {
    for (const late = Date.now() + askMsMax; ; await pause(20)) {
      const health = await this.health()
      if ((health?.sizes.find(log => log.party === party)?.size ?? 0) >= size) return
      if (Date.now() > late) throw new Error(`${this.code} does not receive what the other side has stored.`)
    }
  }
}
