// Reported records in the order in which they are read: by section, and what the accounts tell differently side by side. Two records
// of one section with one title are two accounts of one thing.
import type { Language, ReportedView } from "../../api/shapes.ts"
import { dayHeading } from "../time.ts"

export type Item = { readonly key: string; readonly accounts: readonly ReportedView[] }
export type Section = { readonly section: string; readonly items: readonly Item[] }

export const sections = (reported: readonly ReportedView[]): readonly Section[] => {
  const found = new Map<string, Map<string, ReportedView[]>>()
  for (const record of reported) {
    const section = found.get(record.section) ?? new Map<string, ReportedView[]>()
    found.set(record.section, section)
    const title = record.title.en
    section.set(title, [...(section.get(title) ?? []), record])
  }
  return [...found].map(([section, items]) => ({
    section,
    items: [...items].map(([key, accounts]) => ({ key, accounts })),
  }))
}

/** A source is one text; where it is given in three languages, they stand in the order of the law with a dot between them. (E-17) */
export const sourceIn = (source: string, language: Language): string => {
  const [en, ja, zh, ...more] = source.split(" · ")
  if (en === undefined || ja === undefined || zh === undefined || more.length > 0) return source
  return { en, ja, zh }[language]
}

export type When =
  | { readonly season: 1 | 2 | 3 | 4; readonly year: string }
  | { readonly text: string; readonly season?: undefined }

/** ISO 8601-2: 21 spring, 22 summer, 23 autumn, 24 winter. */
const seasons = new Map<string, 1 | 2 | 3 | 4>([
  ["21", 1],
  ["22", 2],
  ["23", 3],
  ["24", 4],
])

/** The accounts of one thing, ours first on our own screen: each side's console names itself first. */
export const ownFirst = (accounts: readonly ReportedView[], code: string): readonly ReportedView[] =>
  [...accounts].sort((a, b) => Number(b.account === code) - Number(a.account === code))

/** No more exact than what is known: a month has no day. */
export const whenOf = ({ when, precision }: Pick<ReportedView, "when" | "precision">, language: Language): When => {
  const [year = "", second = ""] = when.slice(0, 10).split("-")
  switch (precision) {
    case "day":
      return { text: dayHeading(when.slice(0, 10), language) }
    case "month":
      return { text: dayHeading(`${year}-${second}-01`, language).replace(language === "en" ? /^1 / : /1日$/, "") }
    case "year":
      return { text: language === "en" ? year : `${year}年` }
    case "season": {
      const season = seasons.get(second)
      return season ? { season, year } : { text: when }
    }
    case "instant": {
      const clock = when.includes("T") ? ` ${when.slice(11, 16)}Z` : ""
      return { text: `${dayHeading(when.slice(0, 10), language)}${clock}` }
    }
    default:
      return precision satisfies never
  }
}
