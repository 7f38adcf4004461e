// The pairing ceremony, step by step: our terms, our card, their card, where they differ, what they see of us, the words, the signature.
// Everything is decided by the home (src/node/ceremony.ts); this shows where it stands and asks for what is due. (CH-7 to CH-11)
import { useCallback, useEffect, useState } from "react"
import type { CeremonyView } from "../../api/ceremony.ts"
import { type Failure, isFailure } from "../ask.ts"
import { useFailure } from "../failure.ts"
import { LanguageChoice } from "../language.tsx"
import { asLanguage, useReader } from "../words.tsx"
import { askCeremony } from "./ask.ts"
import { OurCard } from "./card.tsx"
import { Differences } from "./differ.tsx"
import { Done } from "./done.tsx"
import { useSaying } from "./say.ts"
import { Seen } from "./seen.tsx"
import { type StepName, type StepProps, steps } from "./step.ts"
import { OurTerms } from "./terms.tsx"
import { TheirCard } from "./theirs.tsx"
import { Words } from "./words-step.tsx"
import "../style/ceremony.css"

/** The last step that can be opened: nobody compares words while the terms differ. */
const reach = (view: CeremonyView): number => {
  if (view.record !== null) return steps.indexOf("done")
  if (view.them === null) return steps.indexOf("theirs")
  return view.words === null ? steps.indexOf("differ") : steps.indexOf("words")
}

const screens: Readonly<Record<StepName, (props: StepProps) => React.ReactNode>> = {
  terms: OurTerms,
  ours: OurCard,
  theirs: TheirCard,
  differ: Differences,
  seen: Seen,
  words: Words,
  done: Done,
}

const useCeremony = () => {
  const [view, setView] = useState<CeremonyView | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  useEffect(() => {
    void askCeremony().then(answer => (isFailure(answer) ? setFailure(answer) : setView(answer)))
  }, [])
  return { view, setView, failure }
}

export const Ceremony = () => {
  const { view, setView, failure } = useCeremony()
  const { suggest, name } = useReader()
  const { say } = useSaying()
  const why = useFailure()
  const [step, setStep] = useState<StepName>("terms")
  useEffect(() => {
    if (view) suggest(asLanguage(view.language) ?? "en")
  }, [view, suggest])
  useEffect(() => {
    if (view?.record) setStep("done")
  }, [view?.record])
  const go = useCallback((next: StepName): void => {
    setStep(next)
    requestAnimationFrame(() => {
      window.scrollTo(0, 0)
      document.querySelector<HTMLElement>(".ceremony h1")?.focus()
    })
  }, [])
  if (view === null)
    return (
      <main className="door">
        <p role={failure ? "alert" : "status"}>{failure ? why(failure) : say("wizard.loading")}</p>
      </main>
    )
  const Screen = screens[step]
  const at = steps.indexOf(step)
  const last = reach(view)
  return (
    <div className="ceremony">
      <header className="ceremony-head">
        <p className="own-name">{name(view.us.names)}</p>
        <p className="quiet">{say("wizard.title")}</p>
        <LanguageChoice />
      </header>
      {view.example && <p className="example">{say("example.band")}</p>}
      <nav aria-label={say("wizard.steps")} className="ceremony-steps">
        <ol>
          {steps.map((one, place) => (
            <li key={one} className={place < at || view.record ? "past" : ""}>
              <button
                type="button"
                disabled={place > last || (view.record !== null && one !== "done")}
                aria-current={one === step ? "step" : undefined}
                onClick={() => go(one)}
              >
                <span className="step-number code">{place + 1}</span>
                <span>{say(`step.${one}`)}</span>
              </button>
            </li>
          ))}
        </ol>
      </nav>
      <main className="ceremony-step">
        <p className="quiet step-place">{say("wizard.step", { n: at + 1, count: steps.length })}</p>
        <Screen view={view} heard={setView} go={go} />
      </main>
    </div>
  )
}
