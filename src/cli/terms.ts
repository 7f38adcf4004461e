import { readFileSync } from "node:fs"
import { Command, InvalidArgumentError, Option } from "commander"
import { saidField, seenOfUs } from "../api/said.ts"
import type { Card } from "../core/charter.ts"
import { hex } from "../core/hash.ts"
import { isProposalField, type Proposal, type ProposalField, proposalFields, proposalOf } from "../core/proposal.ts"
import { refuse } from "../core/refusal.ts"
import { isTermField, type TermField, termDifferences, termFields } from "../core/term-fields.ts"
import { openSide, readCard, setTerms, takeTerms, withCard } from "../node/main.ts"
import { padded, type Reader, readerOf } from "./reader.ts"
import { granted, Refused, sayer } from "./say.ts"
import { type PassphraseOptions, passphraseFileHelp, ringFor } from "./unlock.ts"

type Options = PassphraseOptions & {
  readonly set: readonly (readonly [ProposalField, string])[]
  readonly file?: string
  readonly card?: string
  readonly take: readonly (TermField | "all")[]
  readonly preview?: true
  readonly language?: string
  readonly json?: true
}

export const terms = (): Command =>
  new Command("terms")
    .description(
      "Shows what a home proposes for the charter, and changes it before pairing. Every change makes a new card, which the other side needs.",
    )
    .argument("<home>")
    .option("--set <field=value>", "writes one field anew; may be given several times", readSet, [])
    .option("--file <file>", "a JSON object of fields, as --json prints them")
    .option("--card <file>", "the other side's card: shows where the terms differ")
    .option("--take <field>", "takes theirs from that card, a field or all; may be given several times", readTake, [])
    .option("--preview", "shows what they will see of us")
    .option("--passphrase-file <file>", passphraseFileHelp)
    .addOption(new Option("--language <language>", "to read in").choices(["en", "ja", "zh"]))
    .action(async (home: string, options: Options) => {
      const say = sayer(options.json === true)
      const writes = options.set.length + options.take.length > 0 || options.file !== undefined
      const side = openSide(home, writes ? await ringFor(home, options) : undefined)
      const reader = readerOf(options.language, side.card.language)
      const theirs =
        options.card === undefined ? undefined : granted(readCard(side, readFileSync(options.card, "utf8")))
      const changes = { ...fromFile(options.file), ...Object.fromEntries(options.set) }
      let card = side.card
      if (Object.keys(changes).length > 0) card = granted(await setTerms(side, changes))
      if (options.take.length > 0) {
        if (theirs === undefined) throw new Error("--take needs their card: --card FILE")
        const fields = options.take.includes("all") ? termFields : options.take.filter(isTermField)
        card = granted(await takeTerms(withCard(side, card), theirs, fields))
      }
      const isNew = card !== side.card
      const differing = theirs === undefined ? undefined : termDifferences(card.terms, theirs.terms)
      const preview = options.preview === true ? seenOfUs(card.terms.disclosure, reader) : undefined
      say.result(
        {
          terms: proposalOf(card),
          card: hex(card.hash),
          changed: isNew,
          ...(differing && { differing }),
          ...(preview && { preview }),
        },
        ...(theirs === undefined ? termLines(card, reader) : differenceLines(card, theirs, reader)),
        ...(preview === undefined ? [] : previewLines(card, reader)),
        ...(isNew ? [`The card is new; the other side needs it: parley card ${home}`] : []),
      )
    })

const termLines = (card: Card, reader: Reader): string[] =>
  proposalFields.flatMap(field => column(reader.say(`term.${field}`), saidField(field, card, reader), 36))

/** Every field in which the two differ, side by side. (CH-7) */
export const differenceLines = (ours: Card, theirs: Card, reader: Reader): string[] => {
  const { say } = reader
  const fields = termDifferences(ours.terms, theirs.terms)
  return [
    say("differ.count", { count: fields.length }),
    ...fields.flatMap(field => [
      `  ${say(`term.${field}`)} (${field})`,
      ...column(`    ${say("differ.ours")}`, saidField(field, ours, reader), 12),
      ...column(`    ${say("differ.theirs")}`, saidField(field, theirs, reader), 12),
    ]),
  ]
}

const previewLines = (card: Card, reader: Reader): string[] => [
  "",
  reader.say("preview.title"),
  ...seenOfUs(card.terms.disclosure, reader).map(
    ({ item, seen }) => `  ${padded(reader.say(item === "roster" ? "preview.roster" : `item.${item}`), 34)}${seen}`,
  ),
]

const column = (label: string, lines: readonly string[], columns: number): string[] =>
  lines.map((line, at) => `${padded(at === 0 ? label : "", columns)}${line}`)

const fromFile = (path: string | undefined): Partial<Proposal> => {
  if (path === undefined) return {}
  const bad = (field: string): Refused => new Refused(refuse("bad-terms", { field }))
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, "utf8"))
  } catch (cause) {
    if (cause instanceof SyntaxError) throw bad("file")
    throw cause
  }
  if (typeof value !== "object" || value === null) throw bad("file")
  const inner = "terms" in value && typeof value.terms === "object" && value.terms !== null ? value.terms : value
  const changes: Partial<Record<ProposalField, string>> = {}
  for (const [field, text] of Object.entries(inner)) {
    if (!isProposalField(field) || typeof text !== "string") throw bad(field)
    changes[field] = text
  }
  return changes
}

const readSet = (
  value: string,
  before: readonly (readonly [ProposalField, string])[],
): readonly (readonly [ProposalField, string])[] => {
  const at = value.indexOf("=")
  const field = value.slice(0, at)
  if (at > 0 && isProposalField(field)) return [...before, [field, value.slice(at + 1)]]
  throw new InvalidArgumentError(`It has the form field=value, the field one of ${proposalFields.join(", ")}.`)
}

const readTake = (value: string, before: readonly (TermField | "all")[]): readonly (TermField | "all")[] => {
  if (value === "all" || isTermField(value)) return [...before, value]
  throw new InvalidArgumentError(`It is all, or one of ${termFields.join(", ")}.`)
}
