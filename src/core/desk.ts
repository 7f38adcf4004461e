// A desk of a party: its code, its names, and its own reply clocks where it has any (page: protocol/charter.md, CH-3 and CH-7).
import type { Value } from "./cbor.ts"
import {
  asArray,
  type Field,
  type Names,
  namesValue,
  readByPrecedence,
  readList,
  readNames,
  readText,
} from "./terms.ts"

export type Clock = { readonly precedence: number; readonly ms: number }
export type Desk = { readonly code: string; readonly names: Names; readonly clocks?: readonly Clock[] }

export const deskValue = ({ code, names, clocks = [] }: Desk): Value => [
  code,
  namesValue(names),
  ...(clocks.length > 0 ? [clocks.map(({ precedence, ms }) => [precedence, ms])] : []),
]

/** Desks with different codes. */
export const readDesks = (value: Field): Desk[] | undefined => {
  const desks = readList(value, readDesk)
  return desks && new Set(desks.map(desk => desk.code)).size === desks.length ? desks : undefined
}

const readDesk = (value: Field): Desk | undefined => {
  const row = asArray(value)
  const [code, names] = [readText(row[0], /^[a-z0-9-]{1,16}$/), readNames(row[1])]
  if (code === undefined || names === undefined || row.length < 2 || row.length > 3) return undefined
  if (row.length === 2) return { code, names }
  const pairs = readByPrecedence(row[2], Number.MAX_SAFE_INTEGER) ?? []
  return pairs.length === 0 ? undefined : { code, names, clocks: pairs.map(([precedence, ms]) => ({ precedence, ms })) }
}

/** How long an answer to a message may take: the shortest clock of its action desks, else the charter's; none: no answer is due. (CH-7) */
export const replyMs = (
  precedence: number,
  action: readonly (Pick<Desk, "clocks"> | undefined)[],
  clocks: readonly Clock[],
): number | undefined => {
  const of = (list: readonly Clock[] = []): number | undefined => list.find(each => each.precedence === precedence)?.ms
  const desks = action.map(desk => of(desk?.clocks)).filter(ms => ms !== undefined)
  return desks.length > 0 ? Math.min(...desks) : of(clocks)
}
