// What one side's screens are told of the other's people: a level for each rung and for the roster (page: protocol/charter.md, CH-8).
// It is a term of the charter, so it binds both sides alike.
import type { Value } from "./cbor.ts"
import { kindName } from "./registry.ts"

/** What a level is given for, and its number in the charter. A number is never used for two things. */
export const disclosed = {
  displayed: 1,
  ring: 2,
  acknowledged: 3,
  "read-back": 4,
  "passed-up": 5,
  deferred: 6,
  declined: 7,
  released: 8,
  roster: 16,
} as const

export type Disclosed = keyof typeof disclosed
export const disclosedItems = Object.keys(disclosed) as readonly Disclosed[]

/** The place is the number: by name, by office, by number with the name kept at home, not reported. */
export const disclosureLevels = ["name", "office", "number", "withheld"] as const
export type DisclosureLevel = (typeof disclosureLevels)[number]

/** Rows [item, level], by item ascending, none twice. What has no row is at level 0. */
export type Disclosure = readonly { readonly item: number; readonly level: number }[]

/** An act toward the other side is always reported; an alarm that sounds names nobody. */
export const levelsOf = (item: Disclosed): readonly DisclosureLevel[] => {
  if (item === "displayed") return disclosureLevels
  return item === "ring" ? ["name", "withheld"] : ["name", "office", "number"]
}

/** The level at which an item is told. Who is named follows from the officer's entry, so no rung is more open than the roster. (CH-8) */
export const levelOf = (disclosure: Disclosure, item: Disclosed): DisclosureLevel => {
  const held = (of: Disclosed): number => disclosure.find(row => row.item === disclosed[of])?.level ?? 0
  const level = item === "ring" ? held(item) : Math.max(held(item), held("roster"))
  return disclosureLevels[level] ?? "withheld"
}

/** The item under which an entry of this kind tells of a person. */
const itemOf = (kind: number): Disclosed => disclosedItems.find(item => item === kindName.get(kind)) ?? "released"

/** How a node names who released an entry when it speaks for them: by name, by role, or as nobody in particular. (CH-8) */
export const saidBy = (
  disclosure: Disclosure,
  kind: number,
  officer: { readonly name: string; readonly role: string },
): string => {
  const level = levelOf(disclosure, itemOf(kind))
  return level === "name" ? officer.name : level === "office" ? officer.role : "officer"
}

/** Which field of an officer's entry would tell more than the roster's level allows; undefined where none does. (CH-8) */
export const overtold = (
  disclosure: Disclosure,
  officer: { readonly name?: string; readonly office?: object },
): "name" | "office" | undefined => {
  const level = levelOf(disclosure, "roster")
  if (level !== "name" && officer.name !== undefined) return "name"
  return level === "number" && officer.office !== undefined ? "office" : undefined
}

export const disclosureValue = (disclosure: Disclosure): Value => disclosure.map(({ item, level }) => [item, level])

export const readDisclosure = (value: Value | undefined): Disclosure | undefined => {
  if (!Array.isArray(value)) return undefined
  const rows: { item: number; level: number }[] = []
  for (const row of value) {
    const [item, level, more] = Array.isArray(row) ? row : []
    const name = disclosedItems.find(each => disclosed[each] === item)
    if (name === undefined || typeof item !== "number" || typeof level !== "number" || more !== undefined)
      return undefined
    const known = disclosureLevels[level]
    if (level < 1 || known === undefined || !levelsOf(name).includes(known) || item <= (rows.at(-1)?.item ?? 0))
      return undefined
    rows.push({ item, level })
  }
  return rows
}
