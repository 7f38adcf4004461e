// Evidence for an outsider: which entries, which texts, what the file will show, and the file. (A-48, EV-17, EV-18)
import { useEffect, useRef, useState } from "react"
import { Button } from "react-aria-components/Button"
import type { ExportRequest, ExportView } from "../../api/export.ts"
import { isFailure } from "../ask.ts"
import { useAsking } from "../asking.ts"
import { Choices } from "../choices.tsx"
import { Failed } from "../failed.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { numberOf, partiesOf } from "../number.ts"
import { Code } from "../pieces.tsx"
import { utcDay } from "../time.ts"
import { useReader } from "../words.tsx"
import { lookAtExport } from "./ask.ts"
import { Shows } from "./shows.tsx"

const texts = ["all", "none", "some"] as const
type Texts = (typeof texts)[number]
type Which = "one" | "thread" | "days" | "places"

type Choice = {
  readonly which: Which
  readonly from: string
  readonly to: string
  readonly places: string
  readonly texts: Texts
  readonly shown: ReadonlySet<string>
}

const requestOf = ({ which, from, to, places, texts, shown }: Choice, hash: string | null): ExportRequest | null => {
  const said = texts === "some" ? [...shown].sort() : texts
  if (which === "one") return hash === null ? null : { entries: [hash], texts: said }
  if (which === "thread") return hash === null ? null : { thread: hash, texts: said }
  if (which === "days") return from !== "" && from <= to ? { days: { from, to }, texts: said } : null
  const entries = places.split(/[\s,、，]+/).filter(each => each !== "")
  return entries.length > 0 ? { entries, texts: said } : null
}

const Days = ({ choice, change }: { readonly choice: Choice; readonly change: (next: Choice) => void }) => {
  const { t } = useReader()
  return (
    <div className="keep-fields">
      {(["from", "to"] as const).map(end => (
        <label key={end} className="field">
          <span>{t(`export.${end}`)}</span>
          <input
            type="date"
            value={choice[end]}
            onChange={event => change({ ...choice, [end]: event.target.value, which: "days" })}
          />
        </label>
      ))}
    </div>
  )
}

type ChooseProps = {
  readonly hash: string | null
  readonly choice: Choice
  readonly change: (next: Choice) => void
}

const Choose = ({ hash, choice, change }: ChooseProps) => {
  const { line, state } = useKnowledge()
  const { t } = useReader()
  const message = hash === null ? undefined : state.messages.get(hash)
  const offered = ([hash === null ? [] : ["one", "thread"], "days", "places"] as const).flat() as Which[]
  const sample = partiesOf(line)
    .map(({ code }, at) => (at === 0 ? `${code}.17` : `${code}.20-42`))
    .join(" ")
  return (
    <>
      <Choices
        isOne
        legend={t("export.which")}
        of={offered}
        chosen={[choice.which]}
        choose={which => change({ ...choice, which })}
        label={which => (
          <>
            {t(`export.${which}`)}{" "}
            {message && (which === "one" || which === "thread") && <Code>{numberOf(line, message)}</Code>}
          </>
        )}
      >
        {choice.which === "days" && <Days choice={choice} change={change} />}
        {choice.which === "places" && (
          <label className="field">
            <span>{t("export.places-hint", { sample })}</span>
            <input
              value={choice.places}
              autoComplete="off"
              spellCheck={false}
              lang="en"
              onChange={event => change({ ...choice, places: event.target.value })}
            />
          </label>
        )}
      </Choices>
      <Choices
        isOne
        legend={t("export.texts")}
        of={texts}
        chosen={[choice.texts]}
        choose={each => change({ ...choice, texts: each })}
        label={each => t(`export.texts-${each}`)}
      />
    </>
  )
}

/** What was looked at last, and whether it is still what is chosen. */
type Looked = { readonly request: ExportRequest; readonly view: ExportView }

export const Export = ({ hash }: { readonly hash: string | null }) => {
  const { state } = useKnowledge()
  const { t } = useReader()
  const [choice, setChoice] = useState<Choice>(() => {
    const today = utcDay(state.offset + (state.heardAt ?? 0))
    const which = hash === null ? ("days" as const) : ("one" as const)
    return { which, from: today, to: today, places: "", texts: "all", shown: new Set<string>() }
  })
  const [looked, setLooked] = useState<Looked | null>(null)
  const { isBusy, failure, ask } = useAsking()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  const request = requestOf(choice, hash)
  const look = async (): Promise<void> => {
    if (request === null) return
    const view = await ask(lookAtExport(request))
    setLooked(isFailure(view) ? null : { request, view })
  }
  const toggle = (entry: string): void => {
    const shown = new Set(choice.shown)
    if (!shown.delete(entry)) shown.add(entry)
    setChoice({ ...choice, shown })
  }
  return (
    <article className="keep">
      <header className="pane-head">
        <h2 tabIndex={-1} ref={heading}>
          {t("export.title")}
        </h2>
      </header>
      <p className="keep-about">{t("export.about")}</p>
      <form
        className="keep-form"
        onSubmit={event => {
          event.preventDefault()
          if (!isBusy) void look()
        }}
      >
        <Choose hash={hash} choice={choice} change={setChoice} />
        <div className="buttons">
          <Button type="submit" className="button strong" isDisabled={request === null || isBusy}>
            {t(isBusy ? "export.looking" : "export.look")}
          </Button>
        </div>
      </form>
      <Failed failure={failure} />
      {looked !== null && (
        <Shows
          key={looked.view.sha256}
          view={looked.view}
          request={looked.request}
          isChosen={JSON.stringify(looked.request) === JSON.stringify(request)}
          shown={choice.texts === "some" ? choice.shown : null}
          toggle={toggle}
        />
      )}
    </article>
  )
}
