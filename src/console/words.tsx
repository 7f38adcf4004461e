// The reader's language: chosen in the frame, in the address (?lang=), or the party's own. Every run of text says its language.
import { IntlMessageFormat } from "intl-messageformat"
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react"
import type { Language } from "../api/shapes.ts"
import type { Names } from "../core/charter.ts"
import type { RefusalCode } from "../core/refusal.ts"
import { en, type Word } from "../words/en.ts"
import { ja } from "../words/ja.ts"
import { zh } from "../words/zh.ts"

const words: Record<Language, Record<Word, string>> = { en, ja, zh }
export const languages = ["en", "ja", "zh"] as const
/** Simplified Chinese is said so: the same code point is drawn differently in each language. */
export const langTag: Record<Language, string> = { en: "en", ja: "ja", zh: "zh-Hans" }
export const ownName: Record<Language, string> = { en: "English", ja: "日本語", zh: "中文" }

export const asLanguage = (value: string | null | undefined): Language | null => {
  const short = value?.toLowerCase().slice(0, 2)
  return short === "en" || short === "ja" || short === "zh" ? short : null
}
export const tagOf = (value: string | undefined): string | undefined => {
  const language = asLanguage(value)
  return language ? langTag[language] : undefined
}

type Arguments = Readonly<Record<string, string | number>>
export type Say = (word: Word, given?: Arguments) => string

const formats = new Map<string, IntlMessageFormat>()
const sayIn =
  (language: Language): Say =>
  (word, given = {}) => {
    const place = `${language} ${word}`
    const format = formats.get(place) ?? new IntlMessageFormat(words[language][word], langTag[language])
    formats.set(place, format)
    return String(format.format({ ...given }))
  }

type Reader = {
  readonly language: Language
  readonly choose: (language: Language) => void
  /** Used when the reader has chosen nothing: the language of the party's card. */
  readonly suggest: (language: Language) => void
  readonly t: Say
  readonly refusal: (code: RefusalCode) => string
  readonly name: (names: Names) => string
  /** "A and B", as the reader's language says it. */
  readonly both: (names: readonly string[]) => string
}

const place = "parley.language"
const kept = (): Language | null => {
  try {
    return asLanguage(localStorage.getItem(place))
  } catch {
    return null
  }
}
const addressed = (): Language | null => asLanguage(new URLSearchParams(location.search).get("lang"))

/** A page that frames this console may tell it the reader's language, and nothing else: who may frame it is the node's own policy. */
const languageIn = (data: unknown): Language | null =>
  typeof data === "object" && data !== null && "language" in data && typeof data.language === "string"
    ? asLanguage(data.language)
    : null

const ReaderContext = createContext<Reader | null>(null)

export const ReaderProvider = ({ children }: { readonly children: ReactNode }) => {
  const [chosen, setChosen] = useState<Language | null>(() => addressed() ?? kept())
  const [suggested, setSuggested] = useState<Language | null>(null)
  const language = chosen ?? suggested ?? asLanguage(navigator.language) ?? "en"
  useEffect(() => {
    document.documentElement.lang = langTag[language]
  }, [language])
  useEffect(() => {
    const told = ({ source, data }: MessageEvent): void => {
      const asked = source === window.parent && source !== window ? languageIn(data) : null
      if (asked !== null) setChosen(asked)
    }
    window.addEventListener("message", told)
    return () => window.removeEventListener("message", told)
  }, [])
  const reader = useMemo<Reader>(() => {
    const t = sayIn(language)
    const choose = (next: Language): void => {
      setChosen(next)
      try {
        localStorage.setItem(place, next)
      } catch {
        // Without storage the choice lasts as long as the page.
      }
    }
    // The template type is the proof that every code has its word: a missing one does not compile.
    const refusal = (code: RefusalCode): string => (`refusal.${code}` in en ? t(`refusal.${code}`) : code)
    const both = (names: readonly string[]): string => new Intl.ListFormat(langTag[language]).format(names)
    return { language, choose, suggest: setSuggested, t, refusal, name: names => names[language] || names.en, both }
  }, [language])
  return <ReaderContext value={reader}>{children}</ReaderContext>
}

export const useReader = (): Reader => {
  const reader = useContext(ReaderContext)
  if (!reader) throw new Error("No reader: a screen stands outside its provider.")
  return reader
}
