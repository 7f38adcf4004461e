import { readFileSync } from "node:fs"
import { createInterface } from "node:readline/promises"
import { Command } from "commander"
import { hex } from "../core/hash.ts"
import { parseWords, wordDigits } from "../core/words.ts"
import { meet, openSide, pair as pairSides, wordLists } from "../node/main.ts"
import { granted, sayer } from "./say.ts"
import { type PassphraseOptions, passphraseFileHelp, ringFor } from "./unlock.ts"

type Options = PassphraseOptions & {
  readonly card: string
  readonly words?: string
  readonly showWords?: true
  readonly json?: true
}

export const pair = (): Command =>
  new Command("pair")
    .description(
      "Pairs a home with the other side's card. Both sides are shown the same ten words; each reads them out over a way that both trust, and types what it heard from the other.",
    )
    .argument("<home>")
    .requiredOption("--card <file>", "the other side's card")
    .option("--words <words>", "ten words or ten four-digit numbers, as the other side read them out")
    .option("--show-words", "shows the words and writes nothing")
    .option("--passphrase-file <file>", passphraseFileHelp)
    .action(async (home: string, options: Options) => {
      const say = sayer(options.json === true)
      const side = openSide(home, options.showWords === true ? undefined : await ringFor(home, options))
      const ceremony = granted(await meet(side, readFileSync(options.card, "utf8")))
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
      if (options.words === undefined) say.result({ words, numbers }, ...lines)
      const typed = options.words ?? (await asked("What did the other side read out? "))
      granted(await pairSides(side, ceremony, granted(parseWords(typed, Object.values(wordLists)))))
      const line = hex(ceremony.charter.line)
      say.result(
        { paired: true, line, parties: ceremony.charter.parties.map(party => party.code) },
        `Paired. The line is ${line}.`,
      )
    })

const asked = async (question: string): Promise<string> => {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const ended = new Promise<never>((_, reject) =>
      lines.once("close", () => reject(new Error("Nobody answered; give what the other side read out with --words."))),
    )
    return await Promise.race([lines.question(question), ended])
  } finally {
    lines.close()
  }
}
