// Terms and their disclosure in a reader's language: the same sentences on the command line, in the console and on paper. Words are handed
// in; a language that lacks one does not compile.
import {
  type Disclosed,
  type Disclosure,
  type DisclosureLevel,
  disclosed,
  disclosedItems,
  disclosureLevels,
  levelOf,
} from "../core/disclosure.ts"
import { hex } from "../core/hash.ts"
import type { ProposalField, Proposed } from "../core/proposal.ts"
import { kindName, type Precedence, precedences } from "../core/registry.ts"
import type { Names } from "../core/terms.ts"
import type { Language } from "./shapes.ts"

type Item = Disclosed | "message" | "answer" | "refused"
type SaidWord =
  | `precedence.${Precedence}`
  | `term.${"yes" | "no" | "none" | "budget-value" | "years" | "persons" | "clock" | "from" | "level" | "all-named"}`
  | `span.${"d" | "h" | "m" | "s" | "ms"}`
  | `item.${Item}`
  | `level.${DisclosureLevel}`
  | `preview.${"name" | "number" | "withheld" | "nobody" | "sample-name" | "sample-office"}`

export type Sayer = {
  readonly language: Language
  readonly say: (word: SaidWord, given?: Readonly<Record<string, string | number>>) => string
}

/** One field of a proposal, a line for each of its rows. */
export const saidField = (field: ProposalField, { terms, desks, relyingParty }: Proposed, by: Sayer): string[] => {
  const { say, language } = by
  switch (field) {
    case "example":
      return [say(terms.example ? "term.yes" : "term.no")]
    case "languages":
      return [terms.languages.map(code => ownNames[code] ?? code).join(", ")]
    case "replyClocks":
      return orNone(
        terms.replyClocks.map(clock => saidClock(clock, by)),
        by,
      )
    case "flashBudget":
      return [say("term.budget-value", { count: terms.flashBudget.count, span: span(terms.flashBudget.ms, by) })]
    case "retentionYears":
      return [say("term.years", { years: terms.retentionYears })]
    case "disclosure":
      return terms.disclosure.length === 0
        ? [say("term.all-named")]
        : terms.disclosure.map(({ item, level }) => {
            const name = disclosedItems.find(each => disclosed[each] === item) ?? "roster"
            const word = disclosureLevels[level] ?? "withheld"
            return say("term.level", { item: say(`item.${name}`), level: say(`level.${word}`) })
          })
    case "labels":
      return orNone(
        terms.labels.map(label => nameIn(label, language)),
        by,
      )
    case "releases":
      return orNone(
        terms.releases.map(({ precedence, persons }) =>
          say("term.persons", { precedence: saidPrecedence(precedence, by), persons }),
        ),
        by,
      )
    case "proofs":
      return orNone(
        terms.proofs.map(({ kind, precedence }) =>
          say("term.from", { kind: saidKind(kind, by), precedence: saidPrecedence(precedence, by) }),
        ),
        by,
      )
    case "soleMs":
      return [span(terms.soleMs, by)]
    case "forms":
      return orNone(terms.forms.length > 0 ? [hex(terms.forms)] : [], by)
    case "desks":
      return orNone(
        desks.map(({ code, names, clocks = [] }) =>
          [`${nameIn(names, language)} (${code})`, ...clocks.map(clock => saidClock(clock, by))].join(" · "),
        ),
        by,
      )
    case "relyingParty":
      return orNone(relyingParty === undefined ? [] : [`${relyingParty.id} · ${relyingParty.origin}`], by)
    default:
      return field satisfies never
  }
}

export type SeenOfUs = { readonly item: Disclosed; readonly level: DisclosureLevel; readonly seen: string }

/** What the other side's screens show of us, on a sample: each rung, then the roster. (CH-8) */
export const seenOfUs = (disclosure: Disclosure, { say }: Sayer): SeenOfUs[] =>
  disclosedItems.map(item => {
    const level = levelOf(disclosure, item)
    const [name, office] = [say("preview.sample-name"), say("preview.sample-office")]
    const seen: Readonly<Record<DisclosureLevel, string>> = {
      name: item === "ring" ? say("preview.nobody") : say("preview.name", { name, office }),
      office,
      number: say("preview.number", { number: 7 }),
      withheld: say("preview.withheld"),
    }
    return { item, level, seen: seen[level] }
  })

const ownNames: Readonly<Record<string, string>> = { en: "English", ja: "日本語", zh: "中文" }

const nameIn = (names: Names, language: Language): string => names[language]

const orNone = (lines: string[], { say }: Sayer): string[] => (lines.length > 0 ? lines : [say("term.none")])

const saidClock = ({ precedence, ms }: { precedence: number; ms: number }, by: Sayer): string =>
  by.say("term.clock", { precedence: saidPrecedence(precedence, by), span: span(ms, by) })

const saidPrecedence = (precedence: number, { say }: Sayer): string =>
  say(`precedence.${precedences[precedence] ?? "BULK"}`)

const span = (ms: number, { say }: Sayer): string => {
  if (ms > 0 && ms % 86_400_000 === 0 && ms > 3 * 86_400_000) return say("span.d", { n: ms / 86_400_000 })
  if (ms > 0 && ms % 3_600_000 === 0) return say("span.h", { n: ms / 3_600_000 })
  if (ms > 0 && ms % 60_000 === 0) return say("span.m", { n: ms / 60_000 })
  return ms % 1_000 === 0 ? say("span.s", { n: ms / 1_000 }) : say("span.ms", { n: ms })
}

const items: readonly Item[] = [...disclosedItems, "message", "answer", "refused"]
const saidKind = (kind: number, { say }: Sayer): string => {
  const item = items.find(each => each === kindName.get(kind))
  return item === undefined ? String(kind) : say(`item.${item}`)
}
