// The stage of the example: two homes, paired on an example line; two nodes; one cable between them that can be cut; and what every
// button does to them. Everything is the program itself; nothing here is known to the nodes.
import { existsSync, mkdirSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { type Relay, relay } from "../bench/relay.ts"
import { cardText } from "../src/core/charter.ts"
import { isRefusal } from "../src/core/refusal.ts"
import {
  type HomeOptions,
  initHome,
  meet,
  openCharter,
  openSide,
  pair,
  type Side,
  wordLists,
} from "../src/node/main.ts"
import { buildConsole } from "../test/fixtures/console.ts"
import { administrator, Capital, watchOfficer } from "./capital.ts"
import { signWhatWaits } from "./enrolments.ts"
import type { Outcome, SideCode } from "./shapes.ts"
import { askQuestion, importTalks } from "./talks.ts"

export type Ports = { readonly page: number; readonly tokyo: number; readonly beijing: number }
export type Tell = (outcome: Omit<Outcome, "id" | "at">) => void

export type Stage = {
  readonly capitals: readonly [Capital, Capital]
  readonly cable: Relay & { readonly isCut: boolean }
  close(): Promise<void>
}

const desks: NonNullable<HomeOptions["desks"]> = [
  { code: "mfa", names: { en: "Foreign ministry", ja: "外務省", zh: "外交部" } },
  { code: "mod", names: { en: "Defence ministry", ja: "防衛省", zh: "国防部" } },
]

const common = {
  listen: "",
  api: { host: "127.0.0.1", port: 0 },
  example: true,
  desks,
  officers: [watchOfficer, administrator],
}

const homes: Readonly<Record<SideCode, HomeOptions>> = {
  tokyo: {
    ...common,
    code: "tokyo",
    names: { en: "Tokyo", ja: "東京", zh: "东京" },
    zone: "Asia/Tokyo",
    language: "ja",
  },
  beijing: {
    ...common,
    code: "beijing",
    names: { en: "Beijing", ja: "北京", zh: "北京" },
    zone: "Asia/Shanghai",
    language: "zh",
  },
}

/** Homes are made or opened, paired, connected and started; history is imported; one question is asked. Each step is told. */
export const openStage = async (folder: string, ports: Ports, tell: Tell): Promise<Stage> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const built = buildConsole()
  built.catch(() => undefined) // awaited below; until then the homes are made
  const tokyo = await sideOf(folder, "tokyo", tell)
  const beijing = await sideOf(folder, "beijing", tell)
  await pairBoth(tokyo, beijing, tell)
  tell({ said: "step.console", given: {} })
  await built

  const [port, frames] = [await freePort(), framesOf(ports.page)]
  const cable = await cableTo(port)
  const at = (place: number): string => `127.0.0.1:${place}`
  const capital = (side: Side, code: SideCode, meeting: Capital["meeting"]): Capital =>
    new Capital({ code, side, party: openCharter(side.path).us, apiPort: ports[code], meeting, frames })
  const capitals = [
    capital(tokyo, "tokyo", ["--listen", at(port)]),
    capital(beijing, "beijing", ["--peer", at(cable.port)]),
  ] as const
  const signing = signWhatWaits(capitals, tell)
  const close = async (): Promise<void> => {
    await signing()
    await Promise.all(capitals.map(each => each.stop()))
    await cable.stop()
  }
  try {
    await furnish(capitals, tell)
  } catch (cause) {
    await close()
    throw cause
  }
  return { capitals, cable, close }
}

const furnish = async (capitals: readonly [Capital, Capital], tell: Tell): Promise<void> => {
  tell({ said: "step.nodes", given: {} })
  await Promise.all(capitals.map(each => each.start()))
  tell({ said: "step.records", given: {} })
  const count = await importTalks(capitals)
  if (count > 0) tell({ said: "step.imported", given: { count } })
  if (await askQuestion(capitals[0])) tell({ said: "step.question", given: {} })
}

const sideOf = async (folder: string, code: SideCode, tell: Tell): Promise<Side> => {
  const path = join(folder, code)
  if (existsSync(join(path, "settings.json"))) {
    tell({ said: "step.opened", given: {}, side: code })
    return openSide(path)
  }
  tell({ said: "step.keys", given: {}, side: code })
  return initHome(path, homes[code])
}

/** What two ceremonies do with two persons each: cards are exchanged, the words read out and typed, the charter signed. */
const pairBoth = async (tokyo: Side, beijing: Side, tell: Tell): Promise<void> => {
  const both = [tokyo, beijing] as const
  if (both.every(({ path }) => existsSync(join(path, "charter")))) return
  const [here, there] = [await meet(tokyo, cardText(beijing.card)), await meet(beijing, cardText(tokyo.card))]
  if (isRefusal(here) || isRefusal(there)) throw new Error("The two cards do not make a charter.")
  const words = here.words.map(word => wordLists.en[word] ?? "").join(" ")
  tell({ said: "step.words", given: { words } })
  // Each types what the other reads out.
  for (const paired of [await pair(tokyo, here, there.words), await pair(beijing, there, here.words)])
    if (paired !== true) throw new Error("The words of the two sides differ.")
}

const cableTo = async (targetPort: number): Promise<Stage["cable"]> => {
  const path = await relay({ listenPort: 0, targetPort })
  let isCut = false
  return {
    ...path,
    get isCut() {
      return isCut
    },
    cut() {
      isCut = true
      path.cut()
    },
    mend() {
      isCut = false
      path.mend()
    },
  }
}

/** Origins of the page that frames both consoles: by its name, and by the address for browsers that do not resolve the name. */
export const framesOf = (port: number): readonly string[] =>
  ["parley.localhost", "127.0.0.1", "localhost"].map(host => `http://${host}:${port}`)

export const isFree = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)))
  })

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })
