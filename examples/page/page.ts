// The example page: three steps, both consoles in frames, and buttons that act on the real processes. It keeps nothing and decides
// nothing: what it shows is what the program behind it has just said.
import type { Act, FaultSeen, Frames, Outcome, SideCode, SideState, State } from "../shapes.ts"
import { fault, type Given, isSide, type Language, own, say, sentence } from "./said.ts"
import type { Word } from "./words.ts"

const tags: Record<Language, string> = { en: "en", ja: "ja", zh: "zh-Hans" }
const names: Record<Language, string> = { en: "English", ja: "日本語", zh: "中文" }
const languages = ["en", "ja", "zh"] as const
const sides = ["tokyo", "beijing"] as const
const lookMs = 500

const firstLanguage = (): Language => {
  const asked = new URLSearchParams(location.search).get("lang") ?? navigator.language
  return languages.find(language => asked.toLowerCase().startsWith(language)) ?? "en"
}

let language = firstLanguage()
let state: State | undefined
let asking: Act | null = null
let isGone = false
/** Consoles that have been opened; the language is told to them, so that their watch goes on when it changes. */
const opened = new Map<SideCode, HTMLIFrameElement>()

const t = (word: Word, given: Given = {}): string => say(language, word, given)
const sideName = (code: SideCode): string => t(`side.${code}`)
const guided = (): Given => ({ tokyo: sideName("tokyo"), beijing: sideName("beijing") })

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

const head = make("header", { class: "page-head" })
const stage = make("main", { class: "stage" })
const capitals = {
  tokyo: make("section", { class: "capital tokyo" }),
  beijing: make("section", { class: "capital beijing" }),
}
const cable = make("section", { class: "cable" })
const frames = make("div", { class: "frames" })
const places = { tokyo: make("div"), beijing: make("div") }
const ready = make("ol", { class: "ready", "aria-live": "polite" })
const came = make("section", { class: "came" })
const outcome = make("div", { class: "outcome" })
const all = make("button", { type: "button", class: "button small" })
let showsAll = false

/** Buttons are made once, so that none is replaced under a finger or loses the focus. */
type Button = { readonly element: HTMLButtonElement; readonly act: () => Act; readonly may: () => boolean }
const buttons: Button[] = []

const button = (side: SideCode | undefined, act: () => Act, may: () => boolean): HTMLButtonElement => {
  const element = make("button", { type: "button", class: "button small" })
  element.addEventListener("click", () => {
    if (element.getAttribute("aria-disabled") !== "true") void press(act(), side)
  })
  buttons.push({ element, act, may })
  return element
}

const sideState = (code: SideCode): SideState | undefined => state?.sides.find(side => side.code === code)
const runs = (code: SideCode): boolean => sideState(code)?.process === "runs"
const isDown = (code: SideCode): boolean => {
  const process = sideState(code)?.process
  return process === "killed" || process === "stopped" || process === "ended"
}

const build = (): void => {
  for (const code of sides) {
    const row = make("div", { class: "buttons" })
    row.append(
      button(
        code,
        () => (isDown(code) ? "start" : "kill"),
        () => runs(code) || isDown(code),
      ),
      button(
        code,
        () => "defer",
        () => runs(code),
      ),
      button(
        code,
        () => "decline",
        () => runs(code),
      ),
      button(
        code,
        () => (sideState(code)?.altered === true ? "restore" : "alter"),
        () => true,
      ),
      button(
        code,
        () => "forge",
        () => true,
      ),
    )
    for (const element of row.children) element.setAttribute("data-side", code)
    capitals[code].append(make("header"), row)
    frames.append(places[code])
  }
  const row = make("div", { class: "buttons" })
  row.append(
    button(
      undefined,
      () => (state?.cable === "cut" ? "mend" : "cut"),
      () => true,
    ),
    button(
      undefined,
      () => "verify",
      () => true,
    ),
  )
  cable.append(make("header"), row)
  all.addEventListener("click", () => {
    showsAll = !showsAll
    drawCame()
  })
  came.append(make("div", {}, outcome, all))
  document.body.append(head, stage, came)
}

const ask = async <T>(path: string, body?: object): Promise<T | undefined> => {
  const init = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
  const answer = await fetch(path, { cache: "no-store", ...init })
  return answer.ok ? ((await answer.json()) as T) : undefined
}

const press = async (act: Act, side: SideCode | undefined): Promise<void> => {
  if (asking !== null) return
  asking = act
  draw()
  try {
    state = (await ask<State>("/act", { act, language, ...(side !== undefined && { side }) })) ?? state
  } catch {
    isGone = true
  }
  asking = null
  draw()
}

const look = async (): Promise<void> => {
  try {
    const seen = await ask<State>("/state")
    isGone = false
    if (seen !== undefined && asking === null) state = seen
    if (state?.ready === true) await openConsoles()
  } catch {
    isGone = true
  }
  draw()
  setTimeout(() => void look(), lookMs)
}

/** A console is opened by a fresh one-time token, once its node runs; afterwards it finds its own way back to its node. */
const openConsoles = async (): Promise<void> => {
  const due = sides.filter(code => !opened.has(code) && runs(code))
  if (due.length === 0) return
  const tokens = await ask<Frames>("/open", {})
  for (const { code, port, token } of tokens?.frames ?? []) {
    if (!due.includes(code)) continue
    const frame = make("iframe", {
      title: sideName(code),
      allow: "autoplay",
      src: `${addressOf(code, port)}?lang=${language}#token=${token}`,
    })
    places[code].replaceChildren(frame)
    frame.addEventListener("load", () => tellLanguage(frame))
    opened.set(code, frame)
  }
}

const tellLanguage = (frame: HTMLIFrameElement): void =>
  frame.contentWindow?.postMessage({ language }, new URL(frame.src).origin)

/** By name, or by the address that this page was opened by: both must be of one site, or the console's cookie is not sent. */
const addressOf = (code: SideCode, port: number): string => {
  const host = location.hostname === "parley.localhost" ? `${code}.parley.localhost` : location.hostname
  return `http://${host}:${port}/`
}

const drawHead = (): void => {
  const choice = make("div", { class: "choice", role: "group", "aria-label": t("page.language") })
  for (const each of languages) {
    const chosen = make(
      "button",
      { type: "button", lang: tags[each], "aria-pressed": String(each === language) },
      names[each],
    )
    chosen.addEventListener("click", () => choose(each))
    choice.append(chosen)
  }
  const steps = make("ol", { class: "steps", "aria-label": t("page.guide") })
  for (const place of [1, 2, 3] as const)
    steps.append(
      make(
        "li",
        {},
        make("span", { class: "place", "aria-hidden": "true" }, String(place)),
        make("strong", {}, t(`guide.${place}`)),
        make("p", {}, t(`guide.${place}-how`, guided())),
      ),
    )
  head.replaceChildren(make("div", {}, make("h1", {}, t("page.title")), make("p", {}, t("page.about"))), steps, choice)
}

const choose = (next: Language): void => {
  language = next
  history.replaceState(null, "", `?lang=${next}`)
  speak()
  for (const frame of opened.values()) tellLanguage(frame)
}

const speak = (): void => {
  document.documentElement.lang = tags[language]
  document.title = t("page.title")
  drawHead()
  draw()
}

const draw = (): void => {
  addStyle(state?.style ?? null)
  for (const { element, act, may } of buttons) drawButton(element, act(), may())
  for (const code of sides) drawCapital(code)
  drawCable()
  if (state?.ready === true) {
    if (!frames.isConnected) stage.replaceChildren(capitals.tokyo, cable, capitals.beijing, frames)
  } else drawReady()
  drawCame()
}

const addStyle = (style: string | null): void => {
  if (style === null || document.getElementById("console-style") !== null) return
  // Before our own, which places what it styles.
  document.getElementById("own-style")?.before(make("link", { id: "console-style", rel: "stylesheet", href: style }))
}

const setText = (element: HTMLElement, text: string): void => {
  if (element.textContent !== text) element.textContent = text
}

const drawButton = (element: HTMLButtonElement, act: Act, may: boolean): void => {
  const side = element.getAttribute("data-side")
  setText(element, t(`act.${act}`, { side: isSide(side) ? sideName(side) : "" }))
  element.setAttribute("data-act", act)
  const isIdle = asking === null && !isGone && state?.ready === true && state.busy === null
  element.setAttribute("aria-disabled", String(!(isIdle && may)))
}

/** Replaced only when it says something else, so that nothing is read out twice. */
const replace = (element: HTMLElement, ...held: Node[]): void => {
  const made = make("div", {}, ...held)
  if (element.innerHTML !== made.innerHTML) element.replaceChildren(...made.childNodes)
}

const drawCapital = (code: SideCode): void => {
  const side = sideState(code)
  const header = capitals[code].firstElementChild
  if (!(header instanceof HTMLElement)) return
  const facts: Node[] = [make("h2", {}, sideName(code))]
  if (side !== undefined) {
    const isUp = side.process === "runs" || side.process === "starting"
    facts.push(make("span", isUp ? {} : { class: "needs-act" }, t(`node.${side.process}`, { pid: side.pid ?? "" })))
    if (side.link !== null)
      facts.push(make("span", side.link === "up" ? {} : { class: "needs-act" }, t(`cable.${side.link}`)))
    if (side.entries !== null) facts.push(make("span", { class: "quiet" }, t("node.entries", { count: side.entries })))
    if (side.queued) facts.push(make("strong", {}, t("node.queued", { count: side.queued })))
    if (side.altered) facts.push(make("strong", {}, t("node.altered")))
    facts.push(
      make(
        "a",
        { class: "alone", href: addressOf(code, side.port), target: "_blank", rel: "noopener" },
        t("page.alone"),
      ),
    )
  }
  replace(header, ...facts)
}

const drawCable = (): void => {
  const header = cable.firstElementChild
  if (!(header instanceof HTMLElement) || state === undefined) return
  cable.classList.toggle("cut", state.cable === "cut")
  const mark =
    state.cable === "cut" ? make("span", { class: "needs-act" }, t("cable.cut")) : make("span", {}, t("cable.whole"))
  replace(header, mark)
}

const drawReady = (): void => {
  const failed = state?.failed
  const lines = (state?.outcomes ?? []).map(outcome => make("li", {}, sentence(language, outcome)))
  if (failed !== undefined) lines.push(make("li", {}, t("page.failed", { why: failed })))
  if (isGone && state === undefined) lines.push(make("li", {}, t("page.gone")))
  replace(ready, make("li", {}, t("page.waits")), ...lines)
  if (!ready.isConnected) stage.replaceChildren(ready)
}

const drawCame = (): void => {
  came.hidden = state?.ready !== true && !(isGone && state !== undefined)
  if (came.hidden) return
  const list = make("ol", { class: showsAll ? "all" : "", "aria-live": "polite", "aria-relevant": "additions" })
  const outcomes = isGone ? [] : (state?.outcomes ?? []).toReversed()
  if (isGone) list.append(make("li", {}, "", make("span", { class: "needs-act" }, t("page.gone"))))
  else for (const outcome of outcomes) list.append(drawOutcome(outcome))
  setText(all, t(showsAll ? "page.came-last" : "page.came-all"))
  all.setAttribute("aria-expanded", String(showsAll))
  replace(outcome, make("h2", {}, t("page.came")), list)
}

const drawOutcome = (outcome: Outcome): HTMLLIElement => {
  const at = new Date(outcome.at).toISOString()
  const text = make("div", {}, sentence(language, outcome))
  if (outcome.refusal !== undefined)
    text.append(
      " ",
      make("span", { class: "code" }, outcome.refusal),
      ` ${own[language][`refusal.${outcome.refusal}`]}`,
    )
  for (const fault of outcome.faults ?? []) text.append(drawFault(fault))
  return make("li", {}, make("time", { datetime: at, class: "code-time" }, `${at.slice(11, 19)}Z`), text)
}

const drawFault = (seen: FaultSeen): HTMLElement => {
  const [before, after] = fault(language, seen)
  return make("span", { class: "fault" }, before, make("span", { class: "code" }, seen.refusal), after)
}

build()
speak()
void look()
