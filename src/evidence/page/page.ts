// verify.html: the judge of src/evidence in one file, opened from a disk, without a network. It keeps nothing and sends nothing; what it is
// given is shown as text and never as markup. (EV-11)
import { isRefusal } from "../../core/refusal.ts"
import { nobleSuite } from "../../suites/noble.ts"
import { type Judgement, judge } from "../judge.ts"
import { type EntryLines, type Language, type Line, refusalSentence, say, shownText, type Told, tell } from "../say.ts"
import { parseFingerprint } from "../trust.ts"

const tags: Record<Language, string> = { en: "en", ja: "ja", zh: "zh-Hans" }
const ownNames: Record<Language, string> = { en: "English", ja: "日本語", zh: "中文" }
const languages = ["en", "ja", "zh"] as const
const suite = nobleSuite()

type Found = Judgement | ReturnType<typeof judge>

let language: Language = languages.find(each => navigator.language.toLowerCase().startsWith(each)) ?? "en"
let bundle: { readonly name: string; readonly bytes: Uint8Array } | undefined
let found: Found | undefined

/** The element; what it holds is put in as text, never as markup. */
const make = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  given: { readonly [name: string]: string } = {},
  ...held: (Node | string)[]
): HTMLElementTagNameMap[Tag] => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value)
  element.append(...held)
  return element
}

// Made once, so that no letter that is being typed and no focus is lost when the language changes.
const title = make("h1")
const intro = make("p", { class: "quiet" })
const choice = make("div", { class: "languages", role: "group" })
const trustLabel = make("label", { for: "trust" })
const trustHow = make("p", { class: "quiet", id: "trust-how" })
const trust = make("textarea", {
  id: "trust",
  spellcheck: "false",
  autocomplete: "off",
  "aria-describedby": "trust-how",
})
const dropLabel = make("p")
const file = make("input", { type: "file", accept: ".zip", hidden: "" })
const choose = make("button", { type: "button", class: "button" })
const fileName = make("p", { class: "quiet" })
const drop = make("div", { class: "drop" }, dropLabel, choose, file, fileName)
const result = make("section", { "aria-live": "polite" })

const lineItem = ({ holds, text }: Line): HTMLLIElement => make("li", { class: holds }, text)
const list = (lines: readonly Line[]): HTMLUListElement => make("ul", { class: "lines" }, ...lines.map(lineItem))

const saidBy = ({ text }: EntryLines): HTMLElement[] => {
  if (text === undefined) return []
  const lang = /^[A-Za-z0-9-]+$/.test(text.language) ? { lang: text.language === "zh" ? tags.zh : text.language } : {}
  const subject = text.subject === undefined ? [] : [make("p", { class: "subject" }, shownText(text.subject))]
  return [make("div", { class: "said", ...lang }, ...subject, shownText(text.text))]
}

const sheetOf = (told: Told): HTMLElement => {
  const head = make("section", { class: `verdict ${told.isProven ? "yes" : "no"}` })
  head.append(make("h2", {}, told.title), make("p", {}, told.sentence), make("p", { class: "quiet" }, told.line))
  head.append(list(told.parties))
  if (told.faults.length > 0) head.append(list(told.faults))
  const entries = told.entries.map(entry =>
    make("article", { class: "entry" }, make("h3", {}, entry.title), list(entry.lines), ...saidBy(entry)),
  )
  return make("div", { class: "sheet-result" }, head, ...entries)
}

const draw = (): void => {
  document.documentElement.lang = tags[language]
  document.title = say(language, "title")
  title.textContent = say(language, "title")
  intro.textContent = say(language, "intro")
  trustLabel.textContent = say(language, "trust")
  trustHow.textContent = say(language, "trust.how")
  dropLabel.textContent = say(language, "drop")
  choose.textContent = say(language, "choose")
  choice.setAttribute("aria-label", say(language, "language"))
  for (const button of choice.querySelectorAll("button"))
    button.setAttribute("aria-pressed", String(button.lang === tags[language]))
  fileName.textContent = bundle?.name ?? ""
  result.replaceChildren(...drawn())
}

const drawn = (): HTMLElement[] => {
  if (found === undefined) return []
  if (!isRefusal(found)) return [sheetOf(tell(found, language))]
  const head = make("section", { class: "verdict no" }, make("h2", {}, say(language, "not-proven")))
  head.append(make("p", {}, refusalSentence(language, found.refusal)))
  const { file: where, why } = found.details
  if (where !== undefined || why !== undefined)
    head.append(make("p", { class: "quiet" }, `${where ?? ""} ${why ?? ""}`))
  return [head]
}

const check = (): void => {
  if (bundle === undefined) return
  const { bytes } = bundle
  result.replaceChildren(make("p", {}, say(language, "checking")))
  // After the browser has drawn that.
  requestAnimationFrame(() =>
    setTimeout(() => {
      const prints = trust.value.split("\n").filter(line => line.trim() !== "")
      // What is no fingerprint is nobody's: it stays as it was typed, and fits no party.
      found = judge(
        bytes,
        prints.map(line => parseFingerprint(line) ?? line),
        suite,
      )
      draw()
    }),
  )
}

const take = async (given: File | undefined): Promise<void> => {
  if (given === undefined) return
  bundle = { name: given.name, bytes: new Uint8Array(await given.arrayBuffer()) }
  fileName.textContent = bundle.name
  check()
}

choose.addEventListener("click", () => file.click())
file.addEventListener("change", () => void take(file.files?.[0]))
trust.addEventListener("input", check)
addEventListener("dragover", event => {
  event.preventDefault()
  drop.setAttribute("data-over", "")
})
addEventListener("dragleave", () => drop.removeAttribute("data-over"))
addEventListener("drop", event => {
  event.preventDefault()
  drop.removeAttribute("data-over")
  void take(event.dataTransfer?.files[0])
})
for (const each of languages) {
  const button = make("button", { type: "button", lang: tags[each] }, ownNames[each])
  button.addEventListener("click", () => {
    language = each
    draw()
  })
  choice.append(button)
}
document.documentElement.dataset.surface = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"
document
  .getElementById("page")
  ?.append(
    make(
      "main",
      { class: "sheet" },
      make("header", { class: "top" }, make("div", {}, title, intro), choice),
      make(
        "div",
        { class: "given" },
        make("div", { class: "field" }, trustLabel, trust, trustHow),
        make("div", { class: "field" }, drop),
      ),
      result,
    ),
  )
draw()
