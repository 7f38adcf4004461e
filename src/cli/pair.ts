import { readFileSync } from "node:fs"
import { createInterface } from "node:readline/promises"
import { Command, Option } from "commander"
import type { Person } from "../api/ceremony.ts"
import { hex } from "../core/hash.ts"
import { isRefusal } from "../core/refusal.ts"
import { termDifferences } from "../core/term-fields.ts"
import { wordDigits } from "../core/words.ts"
import { type Ceremony, checkTyped, confirm, meet, openSide, readCard, wordLists } from "../node/main.ts"
import { readerOf } from "./reader.ts"
import { granted, Refused, sayer } from "./say.ts"
import { differenceLines } from "./terms.ts"
import { type PassphraseOptions, passphraseFileHelp, ringFor } from "./unlock.ts"

type Options = PassphraseOptions & {
  readonly card: string
  readonly words: readonly string[]
  readonly person: readonly string[]
  readonly place: string
  readonly showWords?: true
  readonly language?: string
  readonly json?: true
}

export const pair = (): Command =>
  new Command("pair")
    .description(
      "Pairs a home with the other side's card. Both sides are shown the same ten words; each reads them out over a way that both trust, and types what it heard from the other. On a real line two persons do so, one after the other.",
    )
    .argument("<home>")
    .requiredOption("--card <file>", "the other side's card: its text, or its parts one a line")
    .option("--words <words>", "ten words or ten four-digit numbers, as heard; once for each person", gather, [])
    .option("--person <name>", "who confirms; once for each person, in the order of --words", gather, [])
    .option("--place <place>", "where, for the record of the ceremony", "")
    .option("--show-words", "shows the words and writes nothing")
    .option("--passphrase-file <file>", passphraseFileHelp)
    .addOption(new Option("--language <language>", "to read terms in").choices(["en", "ja", "zh"]))
    .action(async (home: string, options: Options) => {
      const say = sayer(options.json === true)
      const side = openSide(home, options.showWords === true ? undefined : await ringFor(home, options))
      const theirs = granted(readCard(side, readFileSync(options.card, "utf8")))
      const fields = termDifferences(side.card.terms, theirs.terms)
      if (fields.length > 0) {
        const reader = readerOf(options.language, side.card.language)
        say.result({ differing: fields }, ...differenceLines(side.card, theirs, reader))
        say.result({}, `To take theirs: parley terms ${home} --card ${options.card} --take FIELD`)
      }
      const ceremony = granted(await meet(side, theirs))
      const words = Object.fromEntries(
        (["en", "ja", "zh"] as const).map(language => [
          language,
          ceremony.words.map(number => wordLists[language][number] ?? ""),
        ]),
      )
      const numbers = ceremony.words.map(wordDigits)
      const lines = [
        `The words of ${ceremony.charter.parties.map(party => party.code).join(" and ")}, to be read out to the other side:`,
        ...Object.entries(words).map(([language, list]) => `  ${language}  ${list.join(" ")}`),
        `      ${numbers.join(" ")}`,
      ]
      if (options.showWords === true) return say.result({ words, numbers }, ...lines)
      if (options.words.length === 0) say.result({ words, numbers }, ...lines)
      const persons =
        options.words.length > 0
          ? options.words.map((typed, at) => ({ name: options.person[at] ?? "", typed }))
          : await askPersons(ceremony, options.person)
      const record = granted(await confirm(side, ceremony, persons, { place: options.place, at: Date.now() }))
      const line = hex(ceremony.charter.line)
      say.result(
        { paired: true, line, parties: ceremony.charter.parties.map(party => party.code), persons: record.persons },
        `Paired. The line is ${line}. Next:`,
        `  parley ceremony ${home}    prints the record of the ceremony, to be signed and kept`,
        `  parley run ${home}         runs the node`,
        `  parley sign-in ${home}     prints a link for the first officer, once it runs`,
        ...(ceremony.charter.terms.example
          ? []
          : [
              `Officers are enrolled with ${home}/root.json (parley officer ${home} enrol); then keep that file away from here.`,
            ]),
      )
    })

/** Each gives a name and types all ten words alone; a wrong word ends it before anything is signed. (CH-10) */
const askPersons = async (ceremony: Ceremony, given: readonly string[]): Promise<Person[]> => {
  const lines = createInterface({ input: process.stdin })
  const typed = lines[Symbol.asyncIterator]()
  const ask = async (question: string): Promise<string> => {
    process.stderr.write(question)
    const { value, done } = await typed.next()
    if (done === true) throw new Error("Nobody answered; give what the other side read out with --words.")
    return String(value)
  }
  const { example } = ceremony.charter.terms
  const persons: Person[] = []
  try {
    for (let at = 0; at < (example ? Math.max(1, given.length) : 2); at++) {
      const name = given[at] ?? (example ? "" : await ask(`Name of person ${at + 1}: `))
      const words = await ask(`${name === "" ? "" : `${name}: `}What did the other side read out? `)
      const right = checkTyped(ceremony, words)
      if (isRefusal(right)) throw new Refused(right)
      persons.push({ name, typed: words })
    }
    return persons
  } finally {
    lines.close()
  }
}

const gather = (value: string, before: readonly string[]): readonly string[] => [...before, value]
