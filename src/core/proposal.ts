// What a home proposes for the charter, as text that a person can read and write, field by field; and where two proposals differ (page:
// protocol/charter.md, CH-7). One notation for the command line, a file, and the console.
import { type CardBody, readRelyingParty } from "./charter.ts"
import { type Clock, type Desk, deskValue, readDesks } from "./desk.ts"
import { type Disclosed, disclosed, disclosedItems, disclosureLevels } from "./disclosure.ts"
import { fromHex, hex } from "./hash.ts"
import { type Refusal, refuse } from "./refusal.ts"
import { kindName, kinds, precedences } from "./registry.ts"
import { isTermField, type TermField, termFields } from "./term-fields.ts"
import { type Names, readTerms, type Terms, termsValue } from "./terms.ts"

/** What each side says of itself alone. */
export const ownFields = ["desks", "relyingParty"] as const
export const proposalFields = [...termFields, ...ownFields] as const

export type ProposalField = (typeof proposalFields)[number]
export type Proposal = Readonly<Record<ProposalField, string>>
export type Proposed = Pick<CardBody, "terms" | "desks" | "relyingParty">

export const isProposalField = (name: string): name is ProposalField => proposalFields.some(field => field === name)

export const proposalOf = (proposed: Proposed): Proposal => {
  const { terms, desks, relyingParty } = proposed
  return {
    ...termTexts(terms),
    desks: desks.map(deskText).join("\n"),
    relyingParty: relyingParty === undefined ? "" : `${relyingParty.id} ${relyingParty.origin}`,
  }
}

export const termTexts = (terms: Terms): Readonly<Record<TermField, string>> => ({
  example: terms.example ? "yes" : "no",
  languages: terms.languages.join(","),
  replyClocks: clocksText(terms.replyClocks),
  flashBudget: `${terms.flashBudget.count}/${durationText(terms.flashBudget.ms)}`,
  retentionYears: String(terms.retentionYears),
  disclosure: terms.disclosure
    .map(({ item, level }) => `${disclosedItems.find(name => disclosed[name] === item)}:${disclosureLevels[level]}`)
    .join(","),
  labels: terms.labels.map(namesText).join("\n"),
  releases: terms.releases.map(({ precedence, persons }) => `${precedences[precedence]}:${persons}`).join(","),
  proofs: terms.proofs
    .map(({ kind, precedence }) => `${kindName.get(kind) ?? kind}:${precedences[precedence]}`)
    .join(","),
  soleMs: durationText(terms.soleMs),
  forms: hex(terms.forms),
})

/** The proposal with some of its fields written anew, or the first field that cannot be. (CH-7) */
export const propose = (held: Proposed, changes: Partial<Proposal>): Proposed | Refusal => {
  let proposed = held
  for (const field of proposalFields) {
    const text = changes[field]
    if (text === undefined) continue
    const next = isTermField(field) ? withTerm(proposed, field, text) : withOwn(proposed, field, text)
    if (next === undefined) return refuse("bad-terms", { field })
    proposed = next
  }
  return proposed
}

const withTerm = (proposed: Proposed, field: TermField, text: string): Proposed | undefined => {
  const value = readers[field](text.trim())
  if (value === undefined) return undefined
  // What the charter's own reader does not take is no term, however well it is written.
  const terms = readTerms(termsValue({ ...proposed.terms, [field]: value }))
  return terms && { ...proposed, terms }
}

const withOwn = (proposed: Proposed, field: "desks" | "relyingParty", text: string): Proposed | undefined => {
  if (field === "desks") {
    const rows = eachOf(lines(text), readDeskText)
    const desks = rows && readDesks(rows.map(deskValue))
    return desks && { ...proposed, desks }
  }
  const { relyingParty: _, ...others } = proposed
  if (text.trim() === "") return others
  const [id = "", origin = "", more] = text.trim().split(/\s+/)
  const relyingParty =
    more === undefined
      ? readRelyingParty(
          new Map([
            [1, id],
            [2, origin],
          ]),
        )
      : undefined
  return relyingParty && { ...others, relyingParty }
}

const readers: { readonly [Field in TermField]: (text: string) => Terms[Field] | undefined } = {
  example: text => (text === "yes" ? true : text === "no" ? false : undefined),
  languages: text => {
    const list = items(text)
    return list.length > 0 && new Set(list).size === list.length ? list : undefined
  },
  replyClocks: text => readClocks(text),
  flashBudget: text => {
    const [count = "", time = "", more] = text.split("/")
    const ms = readDuration(time)
    return /^\d{1,6}$/.test(count.trim()) && ms && more === undefined ? { count: Number(count), ms } : undefined
  },
  retentionYears: text => (/^\d{1,4}$/.test(text) ? Number(text) : undefined),
  disclosure: text => {
    const rows = eachOf(items(text), row => {
      const [name = "", word = "", more] = parts(row)
      const level = (disclosureLevels as readonly string[]).indexOf(word)
      const item = disclosed[name as Disclosed]
      return item === undefined || level < 0 || more !== undefined ? undefined : { item, level }
    })
    return rows?.filter(row => row.level > 0).sort((a, b) => a.item - b.item)
  },
  labels: text => eachOf(lines(text), row => readNamesText(cells(row))),
  releases: text => readByPrecedenceText(text, word => (/^[1-9]$/.test(word) ? Number(word) : undefined), "persons"),
  proofs: text => {
    const rows = eachOf(items(text), row => {
      const [name = "", word = "", more] = parts(row)
      const kind = Object.entries(kinds).find(([known]) => known === name)?.[1] ?? numberIn(name)
      const precedence = precedenceIn(word)
      return kind === undefined || precedence < 0 || more !== undefined ? undefined : { kind, precedence }
    })
    return rows?.sort((a, b) => a.kind - b.kind)
  },
  soleMs: text => readDuration(text),
  forms: text => (text === "" ? new Uint8Array(0) : fromHex(text)),
}

// The notations.

const units: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
]

/** "48h", "30m": the largest unit below a day that leaves no rest. */
export const durationText = (ms: number): string => {
  const [unit, size] = units.slice(1).find(([, each]) => ms % each === 0 && ms > 0) ?? ["s", 1_000]
  return `${ms / size}${unit}`
}

export const readDuration = (text: string): number | undefined => {
  const [, count = "", unit = ""] = /^(\d{1,9}) ?(d|h|m|s|ms)$/.exec(text.trim()) ?? []
  const size = units.find(([name]) => name === unit)?.[1]
  const ms = Number(count) * (size ?? 0)
  return size === undefined || !Number.isSafeInteger(ms) ? undefined : ms
}

export const clocksText = (clocks: readonly Clock[]): string =>
  clocks.map(({ precedence, ms }) => `${precedences[precedence]}:${durationText(ms)}`).join(",")

export const readClocks = (text: string): Clock[] | undefined => readByPrecedenceText(text, readDuration, "ms")

/** "FLASH:5m,PRIORITY:12h", by precedence ascending. */
const readByPrecedenceText = <Name extends string>(
  text: string,
  read: (word: string) => number | undefined,
  name: Name,
): (Record<Name, number> & { precedence: number })[] | undefined => {
  const rows = eachOf(items(text), row => {
    const [word = "", amount = "", more] = parts(row)
    const [precedence, value] = [precedenceIn(word), read(amount)]
    if (precedence < 0 || !value || more !== undefined) return undefined
    return { precedence, [name]: value } as Record<Name, number> & { precedence: number }
  })
  return rows?.sort((a, b) => a.precedence - b.precedence)
}

const namesText = ({ en, ja, zh }: Names): string => [en, ja, zh].join(" | ")

const readNamesText = ([en, ja, zh, ...more]: readonly string[]): Names | undefined =>
  en && ja && zh && more.length === 0 ? { en, ja, zh } : undefined

const deskText = ({ code, names, clocks = [] }: Desk): string =>
  [code, namesText(names), ...(clocks.length > 0 ? [clocksText(clocks)] : [])].join(" | ")

const readDeskText = (row: string): Desk | undefined => {
  const [code = "", en = "", ja = "", zh = "", clocked = "", ...more] = cells(row)
  const [names, clocks] = [readNamesText([en, ja, zh]), readClocks(clocked)]
  if (names === undefined || clocks === undefined || more.length > 0) return undefined
  return clocks.length > 0 ? { code, names, clocks } : { code, names }
}

const precedenceIn = (word: string): number => (precedences as readonly string[]).indexOf(word.toUpperCase())
const numberIn = (text: string): number | undefined => (/^[1-9]\d{0,4}$/.test(text) ? Number(text) : undefined)

const items = (text: string): string[] => split(text, ",")
const lines = (text: string): string[] => split(text, /[\n;]/)
const split = (text: string, by: string | RegExp): string[] =>
  text
    .split(by)
    .map(each => each.trim())
    .filter(each => each !== "")
const parts = (row: string): string[] => row.split(":").map(each => each.trim())
const cells = (row: string): string[] => row.split("|").map(each => each.trim())

const eachOf = <Item>(texts: readonly string[], read: (text: string) => Item | undefined): Item[] | undefined => {
  const found = texts.map(read).filter(item => item !== undefined)
  return found.length === texts.length ? found : undefined
}
