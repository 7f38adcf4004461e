// `npm start`: the talks of 22 February 2023 on one page. Two homes, two nodes, one cable, both consoles side by side; until Ctrl-C.
import { mkdtempSync, rmSync } from "node:fs"
import type { Server } from "node:http"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import type { Language } from "../src/api/shapes.ts"
import { Acts, type Came } from "./acts.ts"
import { printed } from "./page/said.ts"
import { consoleStyle, serve } from "./serve.ts"
import type { Act, ActRequest, Outcome, SideState, State } from "./shapes.ts"
import { isFree, openStage, type Ports, type Stage } from "./stage.ts"

const usage = `Shows both capitals of an example line on one page, until Ctrl-C.

  npm start -- [--home DIR] [--port 7300] [--language en|ja|zh]

  --home DIR     keeps both homes there and goes on with them; else they are in a temporary folder that is removed at the end
  --port N       the page; the consoles have the next two
  --language L   of what is printed here, and of the page at first`

const outcomesKept = 60
const triplesTried = 20
const triple = 10
const parentMs = 250

/** The program behind the page: what it shows, and what its buttons do, one at a time. */
class Example {
  readonly #outcomes: Outcome[] = []
  readonly #language: Language
  readonly #ports: Ports
  #stage: Stage | undefined
  #acts: Acts | undefined
  #failed: string | undefined
  #busy: Act | null = null
  #last: Promise<void> = Promise.resolve()
  #id = 0

  constructor(ports: Ports, language: Language) {
    this.#ports = ports
    this.#language = language
  }

  async start(folder: string): Promise<void> {
    try {
      this.#stage = await openStage(folder, this.#ports, came => this.#tell(came))
      this.#acts = new Acts(this.#stage, folder)
      this.#tell({ said: "step.ready", given: {} })
    } catch (cause) {
      this.#failed = cause instanceof Error ? cause.message : String(cause)
      throw cause
    }
  }

  async close(): Promise<void> {
    await this.#last
    await this.#stage?.close()
  }

  async state(): Promise<State> {
    const sides: SideState[] = await Promise.all(this.#stage?.capitals.map(capital => capital.state()) ?? [])
    return {
      ready: this.#stage !== undefined,
      ...(this.#failed !== undefined && { failed: this.#failed }),
      cable: this.#stage?.cable.isCut === true ? "cut" : "whole",
      sides,
      outcomes: this.#outcomes,
      busy: this.#busy,
      style: consoleStyle(),
    }
  }

  open() {
    if (this.#stage === undefined) return undefined
    const frames = this.#stage.capitals.map(each => ({ code: each.code, port: each.apiPort, token: each.token() }))
    return { frames }
  }

  act({ act, side, language }: ActRequest): Promise<void> {
    this.#last = this.#last.then(async () => {
      if (this.#acts === undefined) return
      this.#busy = act
      const failed = (cause: unknown): Came => ({
        said: "came.failed",
        given: { why: cause instanceof Error ? cause.message : String(cause) },
        ...(side !== undefined && { side }),
      })
      this.#tell(await this.#acts.do(act, side, language).catch(failed))
      this.#busy = null
    })
    return this.#last
  }

  #tell(came: Came): void {
    this.#outcomes.push({ id: ++this.#id, at: Date.now(), ...came })
    this.#outcomes.splice(0, this.#outcomes.length - outcomesKept)
    console.log(printed(this.#language, came))
  }
}

/** The page's server on the first three ports in a row that are free. */
const open = async (first: number, language: Language): Promise<{ ports: Ports; server: Server; example: Example }> => {
  for (let page = first; page < first + triple * triplesTried; page += triple) {
    const ports = { page, tokyo: page + 1, beijing: page + 2 }
    const taken: number[] = []
    for (const port of Object.values(ports)) if (!(await isFree(port))) taken.push(port)
    if (taken.length === 0) {
      const example = new Example(ports, language)
      return { ports, example, server: await serve(ports, example) }
    }
    const are = taken.length > 1 ? `Ports ${taken.join(", ")} are` : `Port ${taken.join("")} is`
    console.error(`${are} taken; trying ${page + triple} to ${page + triple + 2}.`)
  }
  throw new Error(`No three ports in a row are free from ${first} on; name another with --port.`)
}

/** What was asked for cannot be asked for. */
class WrongUse extends Error {}

const parsed = () => {
  try {
    return parseArgs({
      options: {
        home: { type: "string" },
        port: { type: "string", default: "7300" },
        language: { type: "string", default: "en" },
        help: { type: "boolean", default: false },
      },
    }).values
  } catch (cause) {
    throw new WrongUse(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

const readOptions = () => {
  const values = parsed()
  const port = Number(values.port)
  const language = (["en", "ja", "zh"] as const).find(each => each === values.language)
  if (!Number.isInteger(port) || port < 1 || port > 65_000) throw new WrongUse("--port is a number from 1 to 65000.")
  if (language === undefined) throw new WrongUse("--language is en, ja or zh.")
  return { home: values.home, port, language, help: values.help }
}

/** A signal; or the end of npm, whose shell does not hand signals on. */
const toldToStop = (): Promise<void> =>
  new Promise(resolve => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve())
    const parent = process.ppid
    const isByNpm = process.env.npm_lifecycle_event !== undefined
    if (isByNpm) setInterval(() => process.ppid !== parent && resolve(), parentMs).unref()
  })

const main = async (): Promise<number> => {
  const { home, port, language, help } = readOptions()
  if (help) {
    console.log(usage)
    return 0
  }
  const told = toldToStop()
  const { ports, server, example } = await open(port, language)
  const query = language === "en" ? "" : `?lang=${language}`
  console.log(`http://parley.localhost:${ports.page}/${query}`)
  console.log(`http://127.0.0.1:${ports.page}/${query}  (for a browser that does not resolve the name)`)
  const folder = home === undefined ? mkdtempSync(join(tmpdir(), "parley-example-")) : resolve(home)
  try {
    const started = example.start(folder)
    started.catch(() => undefined)
    await Promise.race([started, told])
    await told
    // A start that is under way is let come to its end, so that there is something to close.
    await started
    return 0
  } finally {
    await example.close()
    server.closeAllConnections()
    server.close()
    if (home === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

try {
  process.exitCode = await main()
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : String(cause))
  if (cause instanceof WrongUse) console.error(`\n${usage}`)
  process.exitCode = cause instanceof WrongUse ? 2 : 3
}
