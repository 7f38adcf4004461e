// The record of a ceremony in a reader's language, as rows of a label and its lines: one content for terminal, screen and paper. Our own
// side stands first in the words, the parties stand in the charter's order.
import type { Terms } from "../core/charter.ts"
import { termFields } from "../core/term-fields.ts"
import { wordDigits } from "../core/words.ts"
import type { CeremonyRecord, WordForm } from "./ceremony.ts"
import { type Sayer, saidField } from "./said.ts"
import type { Language } from "./shapes.ts"

type RecordWord =
  | `record.${"line" | "parties" | "party" | "card" | "charter" | "words" | "numbers" | "terms" | "persons" | "person"}`
  | `record.${"person-unnamed" | "place" | "no-place" | "time" | "side"}`
  | `form.${WordForm}`
  | `term.${(typeof termFields)[number]}`

export type RecordSayer = Sayer & {
  readonly say: (word: RecordWord, given?: Readonly<Record<string, string | number>>) => string
}

export type RecordRow = { readonly label: string; readonly lines: readonly string[]; readonly code?: true }

export const recordRows = (
  record: CeremonyRecord,
  terms: Terms,
  lists: Readonly<Record<Language, readonly string[]>>,
  by: RecordSayer,
): RecordRow[] => {
  const { say, language } = by
  const us = record.parties[record.us]
  return [
    { label: say("record.line"), lines: [record.line], code: true },
    { label: say("record.side"), lines: us === undefined ? [] : [partyLine(us, by)] },
    { label: say("record.parties"), lines: record.parties.map(party => partyLine(party, by)) },
    ...record.parties.map(party => ({
      label: `${say("record.card")} · ${party.code}`,
      lines: [party.card],
      code: true as const,
    })),
    { label: say("record.charter"), lines: [record.charter], code: true },
    {
      label: say("record.words"),
      lines: (["en", "ja", "zh"] as const).map(each =>
        record.words.map(number => lists[each][number] ?? "").join(each === "zh" ? " " : "  "),
      ),
    },
    { label: say("record.numbers"), lines: [record.words.map(wordDigits).join(" ")], code: true },
    {
      label: say("record.persons"),
      lines: record.persons.map(({ name, form }) =>
        say("record.person", {
          name: name === "" ? say("record.person-unnamed") : name,
          form: say(`form.${form}`),
        }),
      ),
    },
    { label: say("record.place"), lines: [record.place === "" ? say("record.no-place") : record.place] },
    { label: say("record.time"), lines: [new Date(record.at).toISOString().replace(/\.\d+Z$/, "Z")], code: true },
    ...termFields.map(field => ({
      label: say(`term.${field}`),
      lines: saidField(field, { terms, desks: [] }, { say, language }),
    })),
  ]
}

const partyLine = ({ code, names }: CeremonyRecord["parties"][number], { say, language }: RecordSayer): string =>
  say("record.party", { code, name: names[language] })
