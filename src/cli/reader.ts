// What the CLI says in a reader's language: terms, differences and prints of the ceremony. Everything else that it says is English.
import { IntlMessageFormat } from "intl-messageformat"
import type { Language } from "../api/shapes.ts"
import { type CeremonyWord, en } from "../words/ceremony/en.ts"
import { ja } from "../words/ceremony/ja.ts"
import { zh } from "../words/ceremony/zh.ts"
import { en as mainEn, type Word } from "../words/en.ts"
import { ja as mainJa } from "../words/ja.ts"
import { zh as mainZh } from "../words/zh.ts"

const words: Readonly<Record<Language, Record<CeremonyWord, string> & Record<Word, string>>> = {
  en: { ...mainEn, ...en },
  ja: { ...mainJa, ...ja },
  zh: { ...mainZh, ...zh },
}
const tags: Readonly<Record<Language, string>> = { en: "en", ja: "ja", zh: "zh-Hans" }

export type Reader = {
  readonly language: Language
  readonly say: (word: CeremonyWord | Word, given?: Readonly<Record<string, string | number>>) => string
}

/** A reader of the language asked for, else of the home's own. */
export const readerOf = (asked: string | undefined, own: string): Reader => {
  const language: Language =
    asked === "en" || asked === "ja" || asked === "zh" ? asked : own === "ja" || own === "zh" ? own : "en"
  return {
    language,
    say: (word, given = {}) =>
      String(new IntlMessageFormat(words[language][word], tags[language]).format({ ...given })),
  }
}

/** Columns on a terminal: a character of the three scripts' full width takes two. */
export const wide = (text: string): number =>
  [...text].reduce(
    (sum, letter) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(letter)
        ? 2
        : 1),
    0,
  )

export const padded = (text: string, columns: number): string => text + " ".repeat(Math.max(0, columns - wide(text)))
