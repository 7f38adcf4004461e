// What came of a button or of the start, as people read it: the same sentence on the page and in the terminal. {name} is filled in with
// what is given, {act.defer} and the like with the console's own word, so that a button has one name wherever it is spoken of.
import { en } from "../../src/words/en.ts"
import { ja } from "../../src/words/ja.ts"
import { zh } from "../../src/words/zh.ts"
import type { FaultSeen, Outcome, SideCode } from "../shapes.ts"
import { type Word, words } from "./words.ts"

export type Language = keyof typeof words
export type Given = Readonly<Record<string, string | number>>

export const own = { en, ja, zh }
/** How a moment is written for a reader; every language says that it is UTC. */
const locales: Readonly<Record<Language, string>> = { en: "en-GB", ja: "ja", zh: "zh-Hans" }
const isOwn = (name: string): name is keyof typeof en => name in en
export const isSide = (value: unknown): value is SideCode => value === "tokyo" || value === "beijing"

export const say = (language: Language, word: Word, given: Given = {}): string =>
  words[language][word].replaceAll(/\{([\w.-]+)\}/g, (_, name: string) =>
    String(given[name] ?? (isOwn(name) ? own[language][name] : "")),
  )

const moment = (language: Language, ms: number): string => {
  const form = new Intl.DateTimeFormat(locales[language], { dateStyle: "long", timeStyle: "short", timeZone: "UTC" })
  return `${form.format(ms)} UTC`
}

const filledIn = (language: Language, name: string, value: string | number): string => {
  if ((name === "author" || name === "victim" || name === "record") && isSide(value))
    return say(language, `side.${value}`)
  if (name === "until" && typeof value === "number") return moment(language, value)
  if (name === "traffic" && (value === "real" || value === "drill" || value === "test"))
    return own[language][`traffic.${value}`]
  return String(value)
}

const filled = (language: Language, given: Given): Given =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, filledIn(language, name, value)]))

export const sentence = (language: Language, { said, given, side }: Pick<Outcome, "said" | "given" | "side">): string =>
  say(language, said, { side: side === undefined ? "" : say(language, `side.${side}`), ...filled(language, given) })

/** Before and after the refusal's code, which stands apart. */
export const fault = (language: Language, { record, author, seq, refusal }: FaultSeen): readonly [string, string] => {
  const [before = "", after = ""] = say(language, "came.fault", {
    ...filled(language, { record, author, seq }),
    code: "\n",
  }).split("\n")
  return [before, `${after} ${own[language][`refusal.${refusal}`]}`]
}

/** In the terminal: the same, in one run of text. */
export const printed = (language: Language, came: Omit<Outcome, "id" | "at">): string => {
  const { refusal, faults = [] } = came
  const why = refusal === undefined ? "" : ` ${refusal}: ${own[language][`refusal.${refusal}`]}`
  const found = faults.map(each => `\n  ${fault(language, each).join(each.refusal)}`)
  return `${sentence(language, came)}${why}${found.join("")}`
}
