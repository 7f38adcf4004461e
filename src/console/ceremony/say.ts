// The ceremony's words in the reader's language, loaded with the ceremony alone; everything else comes from the console's own.
import { IntlMessageFormat } from "intl-messageformat"
import { useMemo } from "react"
import type { Language } from "../../api/shapes.ts"
import { type CeremonyWord, en } from "../../words/ceremony/en.ts"
import { ja } from "../../words/ceremony/ja.ts"
import { zh } from "../../words/ceremony/zh.ts"
import type { Word } from "../../words/en.ts"
import { langTag, useReader } from "../words.tsx"

const words: Readonly<Record<Language, Record<CeremonyWord, string>>> = { en, ja, zh }
const isCeremonyWord = (word: CeremonyWord | Word): word is CeremonyWord => word in en

export type Say = (word: CeremonyWord | Word, given?: Readonly<Record<string, string | number>>) => string
export type Saying = { readonly language: Language; readonly say: Say }

export const useSaying = (): Saying => {
  const { language, t } = useReader()
  return useMemo(() => {
    const formats = new Map<string, IntlMessageFormat>()
    const say: Say = (word, given = {}) => {
      if (!isCeremonyWord(word)) return t(word, given)
      const format = formats.get(word) ?? new IntlMessageFormat(words[language][word], langTag[language])
      formats.set(word, format)
      return String(format.format({ ...given }))
    }
    return { language, say }
  }, [language, t])
}
