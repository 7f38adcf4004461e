// A short list that a node keeps in a setting of its record: what waits, what was made, what somebody has acknowledged. Durable, sealed in
// a locked home like all else (page: protocol/security.md, A-34), written by this program alone: what has another form is a damaged disk.
import { fromUtf8, utf8 } from "../core/hash.ts"
import type { Store } from "../store/store.ts"
import { isObject } from "./requests.ts"

export type Settings = Pick<Store, "setting" | "set">

export type KeptList<Row> = {
  all(): readonly Row[]
  /** By how much these are more than may be kept; undefined where they fit. */
  over(rows: readonly Row[]): Over | undefined
  /** In the place of all that was kept; durable when it returns. Throws, and changes nothing, where they are too many: ask `over` first. */
  keep(rows: readonly Row[]): void
}
export type Over = { readonly most: number } & ({ readonly rows: number } | { readonly bytes: number })

export type KeptListOptions<Row> = {
  readonly name: string
  /** What the setting calls its rows. */
  readonly field: string
  readonly isRow: (value: unknown) => value is Row
  readonly rowsMax: number
  readonly bytesMax: number
}

const version = 1

/** Throws where the setting holds anything else than such a list. */
export const keptList = <Row>(store: Settings, options: KeptListOptions<Row>): KeptList<Row> => {
  const { name, field, rowsMax, bytesMax } = options
  let all = rowsOf(store.setting(name), options)
  const bytesOf = (rows: readonly Row[]): Uint8Array => utf8(JSON.stringify({ version, [field]: rows }))
  const over = (rows: readonly Row[], { length } = bytesOf(rows)): Over | undefined => {
    if (rows.length > rowsMax) return { rows: rows.length, most: rowsMax }
    return length > bytesMax ? { bytes: length, most: bytesMax } : undefined
  }
  return {
    all: () => all,
    over: rows => over(rows),
    keep(rows) {
      const bytes = bytesOf(rows)
      if (over(rows, bytes)) throw new Error(`More than may be kept in the setting "${name}".`)
      store.set(name, bytes)
      all = rows
    },
  }
}

const rowsOf = <Row>(bytes: Uint8Array | undefined, options: KeptListOptions<Row>): readonly Row[] => {
  if (bytes === undefined) return []
  const { name, field, isRow, rowsMax, bytesMax } = options
  const value = bytes.length <= bytesMax ? jsonOf(bytes) : undefined
  // Some were kept as the rows alone, before they had a version.
  const rows = isObject(value) && value.version === version ? value[field] : value
  if (Array.isArray(rows) && rows.length <= rowsMax && rows.every(isRow)) return rows
  throw new Error(`The record's setting "${name}" is damaged, or was written by another version.`)
}

const jsonOf = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(fromUtf8(bytes) ?? "")
  } catch {
    return undefined
  }
}

/** Whether a value has those fields, each of its kind. */
export const hasFields =
  <Row>(fields: { readonly [Field in keyof Row]?: "string" | "number" | "object" | "array" }) =>
  (value: unknown): value is Row =>
    isObject(value) &&
    Object.entries(fields).every(([field, kind]) => {
      const held = value[field]
      if (kind === "array") return Array.isArray(held)
      return kind === "object" ? isObject(held) : typeof held === kind
    })
