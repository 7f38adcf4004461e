// A home's settings: where the node listens, whom it dials, who its officers are. Nothing here is secret or signed; the charter is.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Officer } from "../api/shapes.ts"
import { refuse } from "../core/refusal.ts"
import { replaceAtomically } from "../keys/atomic.ts"
import { HomeRefused } from "../store/store.ts"
import type { Hardware } from "./hardware.ts"
import { isOfficer } from "./tickets.ts"

export const settingsFile = "settings.json"

/** Throws for a folder that is no home at all; one of any version, paired or not, is. */
export const requireHome = (path: string): void => {
  if (!existsSync(join(path, settingsFile)))
    throw new Error(`${path} is not a home of Parley; make one with: parley init`)
}

export type Settings = {
  readonly code: string
  /** host:port on which the peer reaches us; empty: we only dial. */
  readonly listen: string
  /** host:port of the peer; empty: the first address of its card. */
  readonly peer: string
  readonly api: { readonly host: string; readonly port: number }
  /** Further origins at which this console is served, e.g. behind the operator's HTTPS. */
  readonly origins: readonly string[]
  /** Origins that may show the console in a frame. */
  readonly frames: readonly string[]
  readonly officers: readonly Officer[]
  /** Where the node's classical key is, if not in the home's files. */
  readonly hardware?: Hardware
  /** Further paths to the peer, beside what `listen` and `peer` say. */
  readonly paths?: readonly PathSetting[]
  /** How much of the other side's documents is kept, what they leave free, and the command that looks at each. (D-5, D-9, D-10) */
  readonly documents?: DocumentSettings
}

export type DocumentSettings = {
  readonly roomBytes?: number
  readonly reserveBytes?: number
  readonly look?: readonly string[]
}

/** What a path is made from: its kind's own fields, as they were typed (src/node/path-kinds.ts). */
export type PathSetting = {
  readonly name: string
  readonly kind: string
  readonly fields: Readonly<Record<string, string>>
}

const version = 1

export const writeSettings = (path: string, settings: Settings): void =>
  replaceAtomically(path, `${JSON.stringify({ version, ...settings }, null, 2)}\n`, { scrub: false })

/** In the place of the further paths that a home had. */
export const keepPaths = (home: string, paths: readonly PathSetting[]): void => {
  const path = join(home, settingsFile)
  writeSettings(path, { ...readSettings(path), paths })
}

/** Throws an Error that names the file and the field. */
export const readSettings = (path: string): Settings => {
  const value = parsed(path)
  const damaged = (field: string): Error => new Error(`${path} is damaged at ${field}.`)
  const text = (field: string): string => {
    const held = value[field]
    if (typeof held !== "string") throw damaged(field)
    return held
  }
  const texts = (field: string): string[] => {
    const held = value[field]
    if (!Array.isArray(held)) throw damaged(field)
    return held.map(each => (typeof each === "string" ? each : String(each)))
  }
  if (typeof value.version !== "number") throw damaged("version")
  if (value.version > version)
    throw new HomeRefused(
      `${path} was written by a newer version of Parley.`,
      refuse("newer-home", { home: value.version, known: version }),
    )
  const { api, officers } = value
  if (typeof api !== "object" || api === null || !("host" in api) || !("port" in api)) throw damaged("api")
  if (typeof api.host !== "string" || typeof api.port !== "number") throw damaged("api")
  if (!Array.isArray(officers) || !officers.every(isOfficer)) throw damaged("officers")
  return {
    code: text("code"),
    listen: text("listen"),
    peer: text("peer"),
    api: { host: api.host, port: api.port },
    origins: texts("origins"),
    frames: texts("frames"),
    officers,
    ...(value.paths !== undefined && { paths: pathsIn(value.paths, () => damaged("paths")) }),
    ...(value.documents !== undefined && {
      documents: documentsIn(value.documents, () => damaged("documents")),
    }),
    ...(value.hardware !== undefined && { hardware: hardwareOf(value.hardware, () => damaged("hardware")) }),
  }
}

const documentsIn = (value: unknown, damaged: () => Error): DocumentSettings => {
  if (typeof value !== "object" || value === null) throw damaged()
  const { roomBytes, reserveBytes, look }: Record<string, unknown> = Object.fromEntries(Object.entries(value))
  const isCommand = (held: unknown): held is string[] =>
    Array.isArray(held) && held.length > 0 && held.every(each => typeof each === "string")
  const isBytes = (held: unknown): boolean => held === undefined || (Number.isSafeInteger(held) && Number(held) >= 0)
  if (!isBytes(roomBytes) || !isBytes(reserveBytes)) throw damaged()
  if (look !== undefined && !isCommand(look)) throw damaged()
  return {
    ...(roomBytes !== undefined && { roomBytes: Number(roomBytes) }),
    ...(reserveBytes !== undefined && { reserveBytes: Number(reserveBytes) }),
    ...(look !== undefined && { look }),
  }
}

const pathsIn = (value: unknown, damaged: () => Error): PathSetting[] => {
  if (!Array.isArray(value)) throw damaged()
  return value.map((each: unknown) => {
    if (typeof each !== "object" || each === null) throw damaged()
    const { name, kind, fields }: Record<string, unknown> = Object.fromEntries(Object.entries(each))
    if (typeof name !== "string" || typeof kind !== "string") throw damaged()
    if (typeof fields !== "object" || fields === null) throw damaged()
    const texts = Object.entries(fields).map(([field, text]): [string, string] => {
      if (typeof text !== "string") throw damaged()
      return [field, text]
    })
    return { name, kind, fields: Object.fromEntries(texts) }
  })
}

const hardwareOf = (value: unknown, damaged: () => Error): Hardware => {
  if (typeof value !== "object" || value === null) throw damaged()
  const { module, token, pinFile }: Record<string, unknown> = Object.fromEntries(Object.entries(value))
  if (typeof module !== "string" || typeof token !== "string" || typeof pinFile !== "string") throw damaged()
  return { module, token, pinFile }
}

const parsed = (path: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"))
    if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
  }
  throw new Error(`${path} is not JSON.`)
}

/** "host:port" or "[address]:port"; undefined for anything else. */
export const parseAddress = (text: string): { readonly host: string; readonly port: number } | undefined => {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  return host === undefined || port > 65_535 ? undefined : { host, port }
}
