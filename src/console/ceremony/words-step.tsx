// The words: read ours out, then two persons type theirs, one after the other, each alone; then the signature. Our own words are covered
// while theirs are typed, so that nobody copies what they should have heard. (CH-6, CH-10)
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import type { Person } from "../../api/ceremony.ts"
import { type Failure, isFailure } from "../ask.ts"
import { useFailure } from "../failure.ts"
import { ownName } from "../words.tsx"
import { checkWords, signCharter } from "./ask.ts"
import { type Form, shownAs } from "./lists.ts"
import { Onward, Title } from "./pieces.tsx"
import { useSaying } from "./say.ts"
import type { StepProps } from "./step.ts"
import { TypedWords } from "./typed-words.tsx"

type Phase = "read" | "first" | "handover" | "second" | "sign"

export const Words = (props: StepProps) => {
  const { view, heard, go } = props
  const [phase, setPhase] = useState<Phase>("read")
  const [persons, setPersons] = useState<readonly Person[]>([])
  if (view.words === null) return null
  const confirmed = (person: Person): void => {
    setPersons(held => [...held, person])
    if (persons.length === 0 && !view.example) setPhase("handover")
    else setPhase("sign")
  }
  switch (phase) {
    case "read":
      return <ReadOut numbers={view.words} next={() => setPhase("first")} back={() => go("seen")} />
    case "first":
    case "second":
      return (
        <Typing
          key={phase}
          title={view.example ? "words.only" : phase === "first" ? "words.first" : "words.second"}
          isExample={view.example}
          taken={persons[0]?.name}
          confirmed={confirmed}
          again={() => setPhase("read")}
          // Whoever wants to hear them again begins anew: a person must not confirm what another typed.
          canReadAgain={phase === "first"}
        />
      )
    case "handover":
      return <HandOver name={persons[0]?.name ?? ""} ready={() => setPhase("second")} />
    case "sign":
      return <Sign persons={persons} heard={heard} />
    default:
      return phase satisfies never
  }
}

const forms: readonly Form[] = ["en", "ja", "zh", "numbers"]

type ReadOutProps = { readonly numbers: readonly number[]; readonly next: () => void; readonly back: () => void }

const ReadOut = ({ numbers, next, back }: ReadOutProps) => {
  const { say, language } = useSaying()
  const [form, setForm] = useState<Form>(language)
  return (
    <>
      <Title>{say("words.ours")}</Title>
      <p className="lead">{say("words.lead")}</p>
      <fieldset className="choice" aria-label={say("words.show-as")}>
        {forms.map(one => (
          <button type="button" key={one} aria-pressed={one === form} onClick={() => setForm(one)}>
            {one === "numbers" ? say("words.as-numbers") : ownName[one]}
          </button>
        ))}
      </fieldset>
      <ol className="ten-words" translate="no">
        {numbers.map((number, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: one word may stand twice among the ten.
          <li key={at}>
            <span className="place code">{at + 1}</span>
            <span className={form === "numbers" ? "word code" : "word"} lang={form === "zh" ? "zh-Hans" : form}>
              {shownAs(number, form)}
            </span>
            {form !== "numbers" && <span className="quiet code">{shownAs(number, "numbers")}</span>}
          </li>
        ))}
      </ol>
      <Onward next={next} back={back} label={say("words.begin")} />
    </>
  )
}

type TypingProps = {
  readonly title: "words.first" | "words.second" | "words.only"
  readonly isExample: boolean
  readonly taken: string | undefined
  readonly confirmed: (person: Person) => void
  readonly again: () => void
  readonly canReadAgain: boolean
}

const sameName = (a: string, b: string | undefined): boolean =>
  b !== undefined && a.trim().normalize("NFKC").toLowerCase() === b.trim().normalize("NFKC").toLowerCase()

const Typing = ({ title, isExample, taken, confirmed, again, canReadAgain }: TypingProps) => {
  const { say } = useSaying()
  const why = useFailure()
  const [name, setName] = useState("")
  const [words, setWords] = useState<readonly string[]>(Array.from({ length: 10 }, () => ""))
  const [failure, setFailure] = useState<Failure | null>(null)
  const [busy, setBusy] = useState(false)
  const missing = (!isExample && name.trim() === "") || sameName(name, taken)
  const place = failure?.failed === "refused" ? Number(failure.problem.details.place ?? 0) : 0
  const check = async (): Promise<void> => {
    setBusy(true)
    const typed = words.join(" ")
    const answer = await checkWords(typed)
    setBusy(false)
    setFailure(isFailure(answer) ? answer : null)
    if (!isFailure(answer)) confirmed({ name: name.trim(), typed })
  }
  return (
    <>
      <Title>{say(title)}</Title>
      <p className="lead">{say("words.hidden")}</p>
      <label className="field who">
        <span>{say(isExample ? "words.name-optional" : "words.name")}</span>
        <input value={name} autoComplete="off" onChange={event => setName(event.target.value)} />
      </label>
      {sameName(name, taken) && name !== "" && <p className="notice">{say("refusal.same-person")}</p>}
      <TypedWords
        words={words}
        wrong={place}
        change={next => {
          setWords(next)
          setFailure(null)
        }}
      />
      {failure && (
        <p className="notice" role="alert">
          {why(failure)} {place > 0 ? say("words.wrong-at", { place }) : say("words.wrong-count")}
        </p>
      )}
      <div className="buttons onward">
        <Button
          className="button strong"
          isDisabled={busy || missing || words.some(word => word.trim() === "")}
          onPress={() => void check()}
        >
          {busy ? say("words.checking") : say("words.check")}
        </Button>
        {canReadAgain && (
          <Button className="button" onPress={again}>
            {say("words.show-again")}
          </Button>
        )}
      </div>
      {!isExample && name.trim() === "" && <p className="quiet">{say("words.need-name")}</p>}
    </>
  )
}

const HandOver = ({ name, ready }: { readonly name: string; readonly ready: () => void }) => {
  const { say } = useSaying()
  return (
    <div className="handover">
      <Title>{say("handover.title")}</Title>
      <p className="lead">{say("handover.lead", { name })}</p>
      <div className="buttons onward">
        <Button className="button strong" onPress={ready}>
          {say("handover.ready")}
        </Button>
      </div>
    </div>
  )
}

const Sign = ({ persons, heard }: { readonly persons: readonly Person[]; readonly heard: StepProps["heard"] }) => {
  const { say } = useSaying()
  const why = useFailure()
  const [place, setPlace] = useState("")
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const sign = async (): Promise<void> => {
    setBusy(true)
    const answer = await signCharter(persons, place)
    setBusy(false)
    setFailure(isFailure(answer) ? answer : null)
    if (!isFailure(answer)) heard(answer)
  }
  const named = persons.filter(({ name }) => name !== "")
  return (
    <>
      <Title>{say("sign.title")}</Title>
      <p className="lead">{say("sign.lead")}</p>
      {named.length > 0 && (
        <dl className="fingerprint">
          <dt>{say("record.persons")}</dt>
          <dd>{named.map(({ name }) => name).join(" · ")}</dd>
        </dl>
      )}
      <label className="field who">
        <span>{say("sign.place")}</span>
        <input value={place} autoComplete="off" onChange={event => setPlace(event.target.value)} />
      </label>
      {failure && (
        <p className="notice" role="alert">
          {why(failure)}
        </p>
      )}
      <div className="buttons onward">
        <Button className="button strong send" isDisabled={busy} onPress={() => void sign()}>
          {busy ? say("sign.going") : say("sign.go")}
        </Button>
      </div>
    </>
  )
}
