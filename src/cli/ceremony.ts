import { createInterface } from "node:readline/promises"
import { Command, Option } from "commander"
import { recordRows } from "../api/said-record.ts"
import type { Charter } from "../core/charter.ts"
import { isRefusal } from "../core/refusal.ts"
import { parseWords } from "../core/words.ts"
import { drawSecret, type Fallback, fallbackOf, openCharter, readCeremony, wordLists } from "../node/main.ts"
import { padded, type Reader, readerOf } from "./reader.ts"
import { Refused, sayer, shown, Usage } from "./say.ts"

type Options = {
  readonly fallback?: true
  readonly draw?: true
  readonly language?: string
  readonly json?: true
}

export const ceremony = (): Command =>
  new Command("ceremony")
    .description(
      "Prints the record of the pairing ceremony of a home, or its fallback card. The word for duress is on neither: each side tells it to the other by voice alone (parley duress).",
    )
    .argument("<home>")
    .option("--fallback", "prints the fallback card's tables, from the secret that both sides carry by hand")
    .option("--draw", "draws such a secret and shows it; it is kept nowhere")
    .addOption(new Option("--language <language>", "to read in").choices(["en", "ja", "zh"]))
    .action(async (home: string, options: Options) => {
      const { charter, us } = openCharter(home)
      const reader = readerOf(options.language, charter.parties[us]?.language ?? "en")
      const say = sayer(options.json === true)
      if (options.fallback === true || options.draw === true) {
        const secret = options.draw === true ? drawSecret() : await askedSecret(reader)
        const words = secret.map(number => wordLists[reader.language][number] ?? "")
        const made = await fallbackOf(secret, charter.hash)
        const drawn = options.draw === true ? [reader.say("fallback.secret"), `  ${words.join(" ")}`, ""] : []
        return say.result(
          { ...made, ...(options.draw && { secret: words }) },
          ...drawn,
          ...cardLines(made, charter, us, reader),
        )
      }
      const record = readCeremony(home)
      if (record === undefined) throw new Error(`${home} was paired without a record of the ceremony.`)
      const rows = recordRows(record, charter.terms, wordLists, reader)
      say.result(
        record,
        reader.say("record.title"),
        ...(charter.terms.example ? [reader.say("record.example")] : []),
        "",
        ...rows.flatMap(({ label, lines }) =>
          lines.map((line, at) => `${padded(at === 0 ? label : "", 38)}${shown(line)}`),
        ),
      )
    })

/** From the terminal or a pipe; never an argument, which other users may see. */
const askedSecret = async ({ say }: Reader): Promise<readonly number[]> => {
  const lines = createInterface({ input: process.stdin })
  process.stderr.write(`${say("fallback.secret")}: `)
  try {
    const { value, done } = await lines[Symbol.asyncIterator]().next()
    if (done === true) throw new Usage("No secret was given.")
    const words = parseWords(String(value), Object.values(wordLists))
    if (isRefusal(words)) throw new Refused(words, "These are not ten words, or ten four-digit numbers, of one list.")
    return words
  } finally {
    lines.close()
  }
}

const letters = "ABCDEFGHJK"

const cardLines = ({ check, tables }: Fallback, charter: Charter, us: number, { say, language }: Reader): string[] => {
  const name = (party: number): string => charter.parties[party]?.names[language] ?? ""
  return [
    say("fallback.title"),
    `${name(us)} · ${name(1 - us)}`,
    `${say("fallback.check")}: ${check}`,
    "",
    say("fallback.how"),
    ...[us, 1 - us].flatMap(party => [
      "",
      say("fallback.table", { name: name(party) }),
      `     ${tables[party]?.[0]?.map((_, column) => `${column + 1}   `).join("  ") ?? ""}`,
      ...(tables[party] ?? []).map((cells, row) => `  ${letters[row]}  ${cells.join("  ")}`),
    ]),
    "",
    say("fallback.dead-title"),
    ...(["fallback.dead-1", "fallback.dead-2", "fallback.dead-3", "fallback.dead-4"] as const).map(
      (word, at) => `  ${at + 1}. ${say(word)}`,
    ),
    say("fallback.duress"),
    say("fallback.keep"),
  ]
}
