// What the buttons of the example page do to the real processes, one at a time, and what came of it: a sentence, and a refusal by name.
import { execFile, fork } from "node:child_process"
import { once } from "node:events"
import { cpSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Language, LineView, MessagePage, MessageView, OrderReply, Problem } from "../src/api/shapes.ts"
import { serial } from "../src/console/number.ts"
import type { RefusalCode } from "../src/core/refusal.ts"
import type { Verified } from "../src/evidence/verify.ts"
import { type Alteration, alterByte, restoreByte } from "./alter.ts"
import { type Capital, NodeRefused, watchOfficer } from "./capital.ts"
import type { Act, FaultSeen, Outcome, SideCode } from "./shapes.ts"
import type { Stage } from "./stage.ts"

export type Came = Omit<Outcome, "id" | "at">

const place = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const pageMessages = 500
const deferMs = 2 * 3_600_000
const forgeMsMax = 10_000
const reasons: Readonly<Record<Language, string>> = {
  en: "Practice: under examination.",
  ja: "練習：検討中。",
  zh: "练习：正在研究。",
}

export class Acts {
  readonly #stage: Stage
  /** Where a stolen copy of a home lies for as long as it is used. */
  readonly #folder: string
  readonly #altered = new Map<SideCode, Alteration>()

  constructor(stage: Stage, folder: string) {
    this.#stage = stage
    this.#folder = folder
  }

  async do(act: Act, side: SideCode | undefined, language: Language): Promise<Came> {
    try {
      if (act === "verify") return await this.#verify()
      if (act === "cut" || act === "mend") return this.#cable(act)
      const capital = this.#stage.capitals.find(({ code }) => code === side)
      if (side === undefined || capital === undefined) throw new Error("The request names no side.")
      return { ...(await this.#onSide(act, capital, language)), side }
    } catch (cause) {
      if (cause instanceof NodeRefused) return { said: "came.refused", given: {}, refusal: cause.problem.refusal }
      throw cause
    }
  }

  #cable(act: "cut" | "mend"): Came {
    this.#stage.cable[act]()
    return { said: `came.${act}`, given: {} }
  }

  async #onSide(act: Exclude<Act, "cut" | "mend" | "verify">, capital: Capital, language: Language): Promise<Came> {
    switch (act) {
      case "kill":
        await capital.kill()
        return { said: "came.kill", given: {} }
      case "start":
        await capital.start()
        return { said: "came.start", given: {} }
      case "defer":
      case "decline":
        return this.#reply(act, capital, language)
      case "alter":
        return this.#alter(capital)
      case "restore":
        return this.#restore(capital)
      case "forge":
        return this.#forge(capital)
      default:
        return act satisfies never
    }
  }

  /** To the oldest thing that waits for this side. */
  async #reply(act: "defer" | "decline", capital: Capital, language: Language): Promise<Came> {
    if (capital.process !== "runs") return { said: "came.no-node", given: {} }
    const waiting = await oldestWaiting(capital)
    if (waiting === undefined) return { said: "came.nothing-waits", given: {} }
    const until = Date.now() + deferMs
    const common = { act: hexOf(16), refs: [waiting.hash], reason: reasons[language], language }
    const order = act === "defer" ? { kind: "deferred", ...common, until } : { kind: "declined", ...common }
    await capital.ask<OrderReply>(watchOfficer, "/api/orders", order)
    return {
      said: `came.${act}`,
      given: { traffic: waiting.traffic, number: serial(waiting.traffic, waiting.number), until },
    }
  }

  #alter(capital: Capital): Came {
    if (this.#altered.has(capital.code)) return { said: "came.altered-already", given: {} }
    const alteration = alterByte(capital.side.path)
    if (alteration === undefined) return { said: "came.nothing-to-alter", given: {} }
    this.#altered.set(capital.code, alteration)
    capital.altered = true
    const { author, seq, before, after } = alteration
    const whose = this.#stage.capitals.find(({ party }) => party === author)?.code ?? String(author)
    const [from, to] = [String.fromCharCode(before), String.fromCharCode(after)]
    return { said: "came.alter", given: { author: whose, seq, from, to } }
  }

  #restore(capital: Capital): Came {
    const alteration = this.#altered.get(capital.code)
    if (alteration === undefined) return { said: "came.nothing-altered", given: {} }
    restoreByte(capital.side.path, alteration)
    this.#altered.delete(capital.code)
    capital.altered = false
    return { said: "came.restore", given: {} }
  }

  /** The thief speaks in the name of `capital`, whose own node is away meanwhile. */
  async #forge(capital: Capital): Promise<Came> {
    const victim = this.#stage.capitals.find(each => each !== capital)!
    if (this.#stage.cable.isCut) return { said: "came.forge-cut", given: {} }
    if (victim.process !== "runs") return { said: "came.forge-no-node", given: {} }
    const wasRunning = capital.process === "runs"
    await capital.stop()
    const since = Date.now()
    const copy = mkdtempSync(join(this.#folder, "stolen-"))
    const thief = await theft(capital, copy)
    try {
      const refusal = await refusedBy(victim, since)
      if (refusal === undefined) return { said: "came.forge-silent", given: { victim: victim.code } }
      return { said: "came.forge", given: { victim: victim.code }, refusal }
    } finally {
      const gone = once(thief, "exit")
      if (thief.kill("SIGKILL")) await gone
      rmSync(copy, { recursive: true, force: true })
      if (wasRunning) await capital.start()
    }
  }

  async #verify(): Promise<Came> {
    const { capitals } = this.#stage
    const both = await Promise.all(capitals.map(async capital => ({ capital, proved: await verified(capital) })))
    const codeOf = (author: number): string => capitals.find(({ party }) => party === author)?.code ?? String(author)
    const faults = both.flatMap(({ capital, proved }) =>
      proved.first.map(
        ({ author, seq, refusal }): FaultSeen => ({
          record: capital.code,
          author: codeOf(author),
          seq,
          refusal,
        }),
      ),
    )
    const [tokyo, beijing] = both.map(({ proved }) => proved)
    const isSame = JSON.stringify(rootsOf(tokyo!)) === JSON.stringify(rootsOf(beijing!))
    const given = { tokyo: tokyo!.entries, beijing: beijing!.entries }
    if (faults.length > 0) return { said: "came.verify-faults", given: { ...given, count: faults.length }, faults }
    return { said: isSame ? "came.verify-same" : "came.verify-whole", given }
  }
}

const rootsOf = ({ logs }: Verified): string[] =>
  logs.map(({ author, size, root }) => `${author} ${size} ${root}`).sort()

/** `parley verify`, as anybody may run it beside the node. */
const verified = async ({ side }: Capital): Promise<Verified> => {
  const given = ["--disable-warning=ExperimentalWarning", place("../bin/parley"), "verify", side.path, "--json"]
  const answer = await promisify(execFile)(process.execPath, given).catch((cause: { stdout?: string }) => cause)
  // Exit code 1 says that the record is not whole; the answer says why.
  if (answer.stdout) return JSON.parse(answer.stdout) as Verified
  throw new Error(`The record of ${side.settings.code} cannot be verified.`, { cause: answer })
}

const oldestWaiting = async (capital: Capital): Promise<MessageView | undefined> => {
  for (let after = 0; ; after += pageMessages) {
    const query = `/api/messages?after=${after}&limit=${pageMessages}`
    const { messages, total } = await capital.ask<MessagePage>(watchOfficer, query)
    const found = messages.find(({ waits }) => waits?.who === capital.party)
    if (found !== undefined || after + pageMessages >= total) return found
  }
}

const theft = async (capital: Capital, copy: string) => {
  cpSync(capital.side.path, copy, { recursive: true })
  return fork(place("forger.ts"), [copy, ...capital.meeting], {
    execArgv: ["--disable-warning=ExperimentalWarning", "--import", new URL("leash.ts", import.meta.url).href],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  })
}

/** The name under which this side refuses a false signature, once it has. */
const refusedBy = async (victim: Capital, since: number): Promise<RefusalCode | undefined> => {
  const isIt = ({ at, refusal }: Problem): boolean => at >= since && refusal === "bad-signature"
  for (const late = Date.now() + forgeMsMax; Date.now() < late; await pause(50)) {
    const { refusals } = await victim.ask<LineView>(watchOfficer, "/api/line")
    const found = refusals.find(isIt)
    if (found !== undefined) return found.refusal
  }
  return undefined
}

const hexOf = (bytes: number): string => crypto.getRandomValues(new Uint8Array(bytes)).toHex()
