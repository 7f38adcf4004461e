// `parley verify FILE`: a bundle of evidence, judged by the same judge as everywhere.
import { readFileSync } from "node:fs"
import { bundleBytesMax } from "../core/limits.ts"
import { refuse } from "../core/refusal.ts"
import { kindName, precedences, traffics } from "../core/registry.ts"
import { type Judgement, judge, type Verdict } from "../evidence/judge.ts"
import { type Language, type Line, refusalSentence, type Told, tell } from "../evidence/say.ts"
import { parseFingerprint } from "../evidence/trust.ts"
import { nodeSuite } from "../suites/node.ts"
import { granted, indented, Refused, sayer, shown, shownLine, Usage } from "./say.ts"

type Options = { readonly trust?: readonly string[]; readonly language: string; readonly json?: true }

export const verifyBundle = (path: string, { trust = [], language, json }: Options): void => {
  const prints = trust.map(typed => {
    const print = parseFingerprint(typed)
    if (print === undefined)
      throw new Usage("A fingerprint has 64 hex digits; a party prints its own with: parley card HOME --fingerprint")
    return print
  })
  const reader = asLanguage(language)
  const file = readFileSync(path)
  if (file.length > bundleBytesMax) throw new Refused(refuse("too-large", { bytes: file.length, most: bundleBytesMax }))
  const judgement = granted(judge(new Uint8Array(file), prints, nodeSuite))
  const say = sayer(json === true)
  const told = tell(judgement, reader)
  say.result(summaryOf(judgement), ...headLines(told))
  for (const [at, verdict] of judgement.entries.entries())
    say.result(verdictOf(judgement, verdict), ...entryText(told, at))
  say.result(
    { faults: judgement.faults },
    ...told.faults.map(lineText),
    `  SHA-256 of its verify.html  ${judgement.page}`,
  )
  if (judgement.outcome !== true)
    throw new Refused(judgement.outcome, refusalSentence(reader, judgement.outcome.refusal))
}

const asLanguage = (given: string): Language => {
  if (given === "en" || given === "ja" || given === "zh") return given
  throw new Usage("--language is one of en, ja, zh.")
}

const signs = { yes: "+", no: "!", fact: "-" } as const
const lineText = ({ holds, text }: Line): string => `  ${signs[holds]} ${text}`

const headLines = (told: Told): string[] => [
  `${told.title}: ${told.sentence}`,
  `  ${told.line}`,
  ...told.parties.map(lineText),
]

const entryText = ({ entries }: Told, at: number): string[] => {
  const { title, lines, text } = entries[at]!
  const subject = text?.subject ? [`${shownLine(text.subject)}:`] : []
  const said = text === undefined ? [] : [...subject, ...text.text.split("\n").map(shown)]
  const { columns } = process.stdout
  return [title, ...lines.map(lineText), ...said.flatMap(each => indented(each, columns))]
}

const summaryOf = ({ line, parties, page, forks, outcome }: Judgement) => ({
  proven: outcome === true,
  ...(outcome === true ? {} : { refusal: outcome.refusal, details: outcome.details }),
  line,
  parties,
  page,
  ...(forks && { forks }),
})

const verdictOf = ({ parties }: Judgement, verdict: Verdict) => {
  const { stem, hash, entry, trusted, signed, released, alone, included, countersigned, receipts, body, text, proven } =
    verdict
  const code = (party: number): string => parties[party]?.code ?? String(party)
  return {
    entry: stem,
    hash,
    party: code(entry.author),
    kind: kindName.get(entry.kind) ?? entry.kind,
    traffic: traffics[entry.traffic],
    precedence: precedences[entry.precedence],
    ...(entry.number === undefined ? {} : { number: entry.number }),
    at: entry.time,
    proven,
    trusted,
    signed,
    released,
    alone,
    included: included ?? null,
    pq: included !== undefined,
    countersigned: countersigned.map(it => ({ ...it, party: code(it.party) })),
    receipts: receipts.map(it => ({ ...it, party: code(it.party), kind: kindName.get(it.kind) ?? it.kind })),
    body,
    ...(text === undefined ? {} : { text }),
  }
}
