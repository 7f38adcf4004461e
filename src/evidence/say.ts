// A judgement in words, the same lines for a terminal and for a page (page: protocol/evidence.md, EV-9).
import { type RefusalCode, refusals } from "../core/refusal.ts"
import { kindName, kinds, precedences, traffics } from "../core/registry.ts"
import { visible } from "../core/text.ts"
import { type BundleWord, bundleWords } from "../words/bundle.ts"
import { en } from "../words/en.ts"
import { ja } from "../words/ja.ts"
import { zh } from "../words/zh.ts"
import type { Judgement, Verdict } from "./judge.ts"
import type { Released } from "./said.ts"

export type Language = keyof typeof bundleWords
/** `holds`: proven, not so, or neither: a fact to be read. */
export type Line = { readonly holds: "yes" | "no" | "fact"; readonly text: string }
export type EntryLines = {
  readonly title: string
  readonly lines: readonly Line[]
  /** Text of others: to be shown as text and never obeyed. */
  readonly text: { readonly language: string; readonly subject?: string; readonly text: string } | undefined
}
export type Told = {
  readonly isProven: boolean
  readonly title: string
  readonly sentence: string
  readonly line: string
  readonly parties: readonly Line[]
  readonly entries: readonly EntryLines[]
  readonly faults: readonly Line[]
}

const program = { en, ja, zh } as const
type Given = Readonly<Record<string, string | number>>

export const say = (language: Language, word: BundleWord, given: Given = {}): string =>
  bundleWords[language][word].replaceAll(/\{(\w+)\}/g, (_, name: string) => String(given[name] ?? ""))

export const refusalSentence = (language: Language, code: RefusalCode): string =>
  code in refusals ? program[language][`refusal.${code}`] : code

/** UTC, to the second: a bundle is read anywhere. */
const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`

export const tell = (judgement: Judgement, language: Language): Told => {
  const t = (word: BundleWord, given?: Given): string => say(language, word, given)
  const { outcome, parties, faults, line, forks } = judgement
  return {
    isProven: outcome === true,
    title: t(forkWord[forks === undefined ? "none" : "fork"][outcome === true ? "yes" : "no"]),
    sentence: outcome !== true ? refusalSentence(language, outcome.refusal) : forkSentence(judgement, language, t),
    line: t("line", { line }),
    parties: parties.map(({ code, names, fingerprint, trusted }) => ({
      holds: trusted ? "yes" : "no",
      text: t(trusted ? "trusted" : "stranger", { party: `${names[language]} (${code})`, fingerprint }),
    })),
    entries: judgement.entries.map(verdict => entryLines(judgement, verdict, language, t)),
    faults: faults.map(({ file, refusal }) => ({
      holds: "no",
      text: t("fault", { file, sentence: refusalSentence(language, refusal.refusal) }),
    })),
  }
}

type T = (word: BundleWord, given?: Given) => string

const forkWord = { none: { yes: "proven", no: "not-proven" }, fork: { yes: "fork.yes", no: "fork.no" } } as const

const forkWords = {
  entries: { said: "fork.said", second: "fork.second" },
  roots: { said: "fork.roots.said", second: "fork.roots.second" },
} as const

/** Who has signed two histories, and where; of any other bundle, that it is proven. (EV-15) */
const forkSentence = ({ forks, parties }: Judgement, language: Language, t: T): string =>
  forks === undefined
    ? t("proven.all")
    : forks
        .map(({ of, party, ...facts }) =>
          t(forkWords[of].said, { ...facts, party: parties[party]?.names[language] ?? String(party) }),
        )
        .join(" ")

const entryLines = ({ parties, forks }: Judgement, verdict: Verdict, language: Language, t: T): EntryLines => {
  const { entry, stem, signed, included, countersigned, body, text } = verdict
  const name = (party: number): string => parties[party]?.names[language] ?? String(party)
  const party = name(entry.author)
  const facts = { stem, party, kind: kindWord(entry.kind, t), time: timeOf(entry.time) }
  const traffic = program[language][`traffic.${traffics[entry.traffic]!}`]
  const precedence = program[language][`precedence.${precedences[entry.precedence]!}`]
  const lines: Line[] = [
    signed ? yes(t("signed", { party })) : no(t("signed.not", { party })),
    ...released(verdict, t),
    included === undefined ? no(t("included.not")) : yes(t("included", { seq: entry.seq, size: included, party })),
    included === undefined ? no(t("pq.not")) : yes(t("pq")),
  ]
  for (const other of parties.keys()) {
    if (other === entry.author) continue
    const found = countersigned.find(it => it.party === other)
    const given = { party: name(other), size: found?.size ?? 0, by: found?.by ?? "", time: timeOf(found?.at ?? 0) }
    lines.push(found ? yes(t("countersigned", given)) : no(t("countersigned.not", given)))
  }
  const fork = forks?.find(it => it.stem === stem)
  if (fork !== undefined)
    lines.push(no(t(forkWords[fork.of].second, { ...facts, first: fork.first, hash: fork.second })))
  for (const { kind, party, at, by, officers } of verdict.receipts) {
    const given = { kind: rungWord(kind, t), party: name(party), time: timeOf(at), by, officer: namesOf(officers, t) }
    lines.push(yes(t(officers.length > 0 ? "receipt.officer" : "receipt", given)))
  }
  if (verdict.receipts.length === 0) lines.push(fact(t("receipt.none")))
  const ofBody = t(`body.${body}`)
  lines.push(body === "shown" ? yes(ofBody) : body === "false" ? no(ofBody) : fact(ofBody))
  const title =
    entry.number === undefined
      ? t("entry", facts)
      : t("numbered", { ...facts, traffic, precedence, number: entry.number })
  return { title, lines, text }
}

const yes = (text: string): Line => ({ holds: "yes", text })
const no = (text: string): Line => ({ holds: "no", text })
const fact = (text: string): Line => ({ holds: "fact", text })

/** Who it was, and on whose word. (OF-13) */
const namesOf = (officers: readonly Released[], t: T): string =>
  officers
    .map(({ officer, name, proven }) =>
      t(proven ? "officer.proven" : "officer.node", {
        officer: shownLine(name === undefined ? officer : `${name} (${officer})`),
      }),
    )
    .join(", ")

const released = ({ released, alone }: Verdict, t: T): Line[] => {
  if (released.length === 0) return [fact(t("released.none"))]
  const said = released.map(one => {
    const text = t("released", { officer: namesOf([one], t) })
    return one.proven ? yes(text) : fact(text)
  })
  return alone ? [...said, fact(t("released.alone"))] : said
}

const kindWord = (kind: number, t: T): string => {
  const word = `kind.${kindName.get(kind) ?? ""}`
  return word in bundleWords.en ? t(word as BundleWord) : t("kind.other", { number: kind })
}

/** An answer is a rung as well. */
const rungWord = (kind: number, t: T): string => (kind === kinds.answer ? t("kind.answered") : kindWord(kind, t))

/** A name of others, on one line whatever it holds. */
const shownLine = (text: string): string => shownText(text).replaceAll("\n", "<U+000A>").replaceAll("\t", "<U+0009>")

/** What cannot be seen stands there as its code point. (C-2) */
export const shownText = (text: string): string =>
  visible(text)
    .map(piece => ("text" in piece ? piece.text : `<U+${piece.codepoint.toString(16).toUpperCase().padStart(4, "0")}>`))
    .join("")
