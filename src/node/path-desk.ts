// The paths of this side to the other, as people see and change them: those of its settings when the node starts, and what is added and
// taken away while it runs (page: protocol/sync.md, section 5). What was changed is in the settings when it is answered.
import type { PathView } from "../api/paths.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { precedences } from "../core/registry.ts"
import type { Transport } from "../transport/transport.ts"
import { heldPath } from "./held-path.ts"
import { badField, makePath, type PathMeans, pathsMax } from "./path-kinds.ts"
import type { PathStatus } from "./path-status.ts"
import { isObject } from "./requests.ts"
import type { Running } from "./run.ts"
import { type PathSetting, parseAddress } from "./settings.ts"

/** The path that `listen` and `peer` of the settings, or the peer's card, describe. */
const firstName = "tls"

export type FirstPath = { readonly listen?: string; readonly peer?: string }

export type MadePath = { readonly setting: PathSetting; readonly transport: Transport }

/** Throws where the settings name none at all. What cannot be made or opened is there all the same, and down. */
export const pathsOf = (means: PathMeans, first: FirstPath): MadePath[] => {
  const { home } = means
  const { settings, charter, us } = home
  const peer = charter.parties[1 - us]
  if (peer === undefined) throw new Error("The charter names nobody else.")
  const listen = first.listen ?? settings.listen
  const connect = first.peer || settings.peer || peer.addresses[0] || ""
  const others = settings.paths ?? []
  if (parseAddress(listen) === undefined && parseAddress(connect) === undefined && others.length === 0)
    throw new Error(
      `${home.path} neither listens nor knows where ${peer.code} does; set "listen" or "peer" in its settings.`,
    )
  const fields = { ...(parseAddress(listen) && { listen }), ...(parseAddress(connect) && { connect }) }
  const tls = Object.keys(fields).length === 0 ? [] : [{ name: firstName, kind: "tls", fields }]
  return [...tls, ...others].map((setting, at, all) => {
    const isTaken = all.findIndex(({ name }) => name === setting.name) < at
    return { setting, transport: held(setting, means, isTaken ? () => badField("name") : makePath) }
  })
}

/** As it is set: it stands from the start, opened or not. */
const held = (setting: PathSetting, means: PathMeans, make = makePath, mustOpen = false): Transport =>
  heldPath({
    ...{ name: setting.name, mustOpen, make: missed => make(setting, { ...means, missed }) },
    failed: reason => means.log.warn({ path: setting.name, reason }, "a path cannot be opened; it is tried again"),
  })

export type PathDeskOptions = {
  readonly means: PathMeans
  readonly made: readonly MadePath[]
  readonly running: Pick<Running, "addPath" | "removePath" | "paths">
  readonly keep: (paths: readonly PathSetting[]) => void
}

export class PathDesk {
  readonly #options: PathDeskOptions
  #settings: ReadonlyMap<string, PathSetting>
  #changing = Promise.resolve()

  constructor(options: PathDeskOptions) {
    this.#options = options
    this.#settings = new Map(options.made.map(({ setting }) => [setting.name, setting]))
  }

  list(): PathView[] {
    return this.#options.running.paths().map(status => pathView(status, this.#settings.get(status.name)))
  }

  /** Started, and in the settings, when it resolves. */
  add(request: unknown): Promise<Refusal | undefined> {
    return this.#inTurn(async () => {
      const setting = readSetting(request)
      if (isRefusal(setting)) return setting
      if (this.#settings.has(setting.name)) return badField("name")
      if (this.#settings.size >= pathsMax) return refuse("too-large", { paths: pathsMax + 1, most: pathsMax })
      const { means, running } = this.#options
      const made = makePath(setting, means)
      if (isRefusal(made)) return made
      const transport = held(setting, means, makePath, true)
      try {
        await running.addPath({ peer: 1 - means.home.us, transport })
        await this.#keep(new Map([...this.#settings, [setting.name, setting]]), () => running.removePath(setting.name))
      } catch (cause) {
        means.log.warn({ path: setting.name, err: cause }, "a path cannot be opened")
        return refuse("no-path", { path: setting.name, why: cause instanceof Error ? cause.message : String(cause) })
      }
      return undefined
    })
  }

  remove(request: unknown): Promise<Refusal | undefined> {
    return this.#inTurn(async () => {
      const name = isObject(request) ? request.name : undefined
      if (typeof name !== "string" || name === firstName || !this.#settings.has(name)) return badField("name")
      await this.#keep(new Map([...this.#settings].filter(([each]) => each !== name)))
      await this.#options.running.removePath(name)
      return undefined
    })
  }

  /** What a start would bring is what runs: where the settings cannot be written, what was done is undone. */
  async #keep(settings: ReadonlyMap<string, PathSetting>, undo?: () => Promise<unknown>): Promise<void> {
    try {
      this.#options.keep([...settings.values()].filter(({ name }) => name !== firstName))
    } catch (cause) {
      await undo?.()
      throw cause
    }
    this.#settings = settings
  }

  /** One change after the other, so that two of one name are not started. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(work)
    this.#changing = done.then(
      () => undefined,
      () => undefined,
    )
    return done
  }
}

const readSetting = (request: unknown): PathSetting | Refusal => {
  if (!isObject(request)) return badField("path")
  const { name, kind, fields } = request
  if (typeof name !== "string") return badField("name")
  if (typeof kind !== "string") return badField("kind")
  if (!isObject(fields)) return badField("fields")
  const texts: [string, string][] = []
  for (const [field, text] of Object.entries(fields)) {
    if (typeof text !== "string") return badField(field)
    texts.push([field, text])
  }
  return { name, kind, fields: Object.fromEntries(texts) }
}

/** Fields that may hold a secret are not given out. */
const isShown = (field: string): boolean => field !== "proxy"

const pathView = (status: PathStatus, setting: PathSetting | undefined): PathView => {
  const { peer, waiting, ...rest } = status
  return {
    ...rest,
    kind: setting?.kind ?? "tls",
    fields: Object.fromEntries(Object.entries(setting?.fields ?? {}).filter(([field]) => isShown(field))),
    isFixed: status.name === firstName,
    waiting: waiting.map(({ precedence, parts, bytes }) => ({
      precedence: precedences[precedence] ?? "ROUTINE",
      parts,
      bytes,
    })),
  }
}
