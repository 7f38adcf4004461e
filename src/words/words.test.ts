import assert from "node:assert/strict"
import { test } from "node:test"
import { IntlMessageFormat } from "intl-messageformat"
import { refusals } from "../core/refusal.ts"
import { precedences, traffics } from "../core/registry.ts"
import { bundleWords } from "./bundle.ts"
import { en as ceremonyEn } from "./ceremony/en.ts"
import { ja as ceremonyJa } from "./ceremony/ja.ts"
import { zh as ceremonyZh } from "./ceremony/zh.ts"
import { en } from "./en.ts"
import { ja } from "./ja.ts"
import { zh } from "./zh.ts"

const prefixed = (words: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(words).map(([key, word]) => [`bundle ${key}`, word])
const all = (
  own: Readonly<Record<string, string>>,
  bundle: Readonly<Record<string, string>>,
): Record<string, string> => ({
  ...own,
  ...Object.fromEntries(prefixed(bundle)),
})
/** The bundle's words and the ceremony's are loaded apart, and held to the same rules. */
const languages = {
  en: all({ ...en, ...ceremonyEn }, bundleWords.en),
  ja: all({ ...ja, ...ceremonyJa }, bundleWords.ja),
  zh: all({ ...zh, ...ceremonyZh }, bundleWords.zh),
} as const
const tag = { en: "en", ja: "ja", zh: "zh-Hans" } as const
const keys = Object.keys(languages.en)

/** The names that a message asks to be filled in, found in its syntax tree and not by eye. */
const argumentsOf = (message: string, locale: string): string[] => {
  const names = new Set<string>()
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const part of value) walk(part)
    if (typeof value !== "object" || value === null) return
    if ("type" in value && "value" in value && value.type !== 0 && typeof value.value === "string")
      names.add(value.value)
    if ("options" in value && typeof value.options === "object" && value.options !== null)
      for (const option of Object.values(value.options)) walk(option.value)
  }
  walk(new IntlMessageFormat(message, locale).getAst())
  return [...names].sort()
}

test("words: the three languages have the same keys, and no word is empty", () => {
  for (const words of Object.values(languages)) {
    assert.deepEqual(Object.keys(words).sort(), [...keys].sort())
    for (const key of keys) assert.notEqual(words[key]?.trim() ?? "", "", key)
  }
})

test("words: every message parses as ICU MessageFormat and asks for the same arguments in every language", () => {
  for (const key of keys) {
    const asked = argumentsOf(languages.en[key] ?? "", "en")
    for (const language of ["ja", "zh"] as const)
      assert.deepEqual(argumentsOf(languages[language][key] ?? "", tag[language]), asked, `${language} ${key}`)
  }
})

test("words: every refusal, precedence and traffic of the law has its sentence in every language", () => {
  const due = [
    ...Object.keys(refusals).map(code => `refusal.${code}`),
    ...precedences.map(precedence => `precedence.${precedence}`),
    ...traffics.map(traffic => `traffic.${traffic}`),
  ]
  for (const words of Object.values(languages)) for (const key of due) assert.ok(key in words, key)
})

test("words: no word takes a side", () => {
  const banned = {
    en: [
      /disput/i,
      /\bsp(y|ies|ying)\b/i,
      /provocat/i,
      /(?<!alleged )violation/i,
      /aggress/i,
      /\bsenkaku\b/i,
      /\bdiaoyu\b/i,
    ],
    ja: [/紛争/, /係争/, /スパイ/, /挑発/, /侵犯/, /侵略/, /尖閣/],
    zh: [/争端/, /争议/, /间谍/, /挑衅/, /侵犯/, /侵略/, /钓鱼岛/],
  } as const
  for (const language of ["en", "ja", "zh"] as const)
    for (const key of keys)
      for (const word of banned[language])
        assert.doesNotMatch(languages[language][key] ?? "", word, `${language} ${key} takes a side`)
})

test("words: Chinese is written in simplified characters, Japanese in Japanese ones", () => {
  for (const key of keys) {
    assert.doesNotMatch(languages.zh[key] ?? "", /[線應對處時發圖錄過實驗絡動聽試務電話語請図発処応対]/u, `zh ${key}`)
    assert.doesNotMatch(languages.ja[key] ?? "", /[线应处时发图录过实验络动听试务电话语请]/u, `ja ${key}`)
  }
})
