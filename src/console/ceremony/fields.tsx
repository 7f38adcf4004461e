// The control of each field of a proposal.
import type { ReactNode } from "react"
import type { ProposalField } from "../../core/proposal.ts"
import { type EditorProps, Entry, Few } from "./editor.tsx"
import { Clocks, Duration, Proofs, Releases } from "./field-clocks.tsx"
import { Desks, DisclosureField, Labels } from "./field-rows.tsx"
import { useSaying } from "./say.ts"

type FieldProps = EditorProps & { readonly field: ProposalField; readonly fault: string | undefined }

export const FieldEditor = ({ field, value, change, fault }: FieldProps) => {
  const { say } = useSaying()
  const Editor = editors[field]
  return (
    <fieldset className={fault ? "term faulty" : "term"} data-field={field}>
      <legend>{say(`term.${field}`)}</legend>
      <Editor value={value} change={change} />
      {fault && <p className="term-fault">{fault}</p>}
    </fieldset>
  )
}

const Example = ({ value, change }: EditorProps) => {
  const { say } = useSaying()
  return (
    <Few
      label={say("term.example")}
      options={["yes", "no"] as const}
      chosen={[value === "yes" ? "yes" : "no"]}
      word={option => say(`term.${option}`)}
      press={change}
    />
  )
}

const known = ["en", "ja", "zh"] as const

const Languages = ({ value, change }: EditorProps) => {
  const { say } = useSaying()
  const held = value.split(",").filter(code => code !== "")
  const press = (code: string): void =>
    change(held.includes(code) ? held.filter(each => each !== code).join(",") : [...held, code].join(","))
  return (
    <Few
      label={say("term.languages")}
      options={known}
      chosen={known.filter(code => held.includes(code))}
      word={code => say(`language.${code}`)}
      press={press}
    />
  )
}

const Budget = ({ value, change }: EditorProps) => {
  const { say } = useSaying()
  const [count = "", span = ""] = value.split("/")
  return (
    <div className="term-row">
      <Entry label={say("terms.messages")} isNumber value={count} change={next => change(`${next}/${span}`)} />
      <Duration label={say("terms.within")} value={span} change={next => change(`${count}/${next}`)} />
    </div>
  )
}

const Years = ({ value, change }: EditorProps) => {
  const { say } = useSaying()
  return <Entry label={say("terms.count-years")} isNumber value={value} change={change} />
}

const Sole = ({ value, change }: EditorProps) => {
  const { say } = useSaying()
  return <Duration label={say("terms.within")} value={value} change={change} />
}

const Forms = ({ value, change }: EditorProps) => {
  const { say } = useSaying()
  return (
    <input
      className="code"
      aria-label={say("term.forms")}
      placeholder={say("term.none")}
      value={value}
      onChange={event => change(event.target.value.trim())}
    />
  )
}

const RelyingParty = ({ value, change }: EditorProps) => {
  const { say } = useSaying()
  const [id = "", origin = ""] = value.split(" ")
  const put = (next: readonly [string, string]): void => change(next.join("") === "" ? "" : next.join(" "))
  return (
    <div className="term-row">
      <Entry label={say("terms.rp-id")} isCode value={id} change={next => put([next, origin])} />
      <Entry label={say("terms.rp-origin")} isCode value={origin} change={next => put([id, next])} />
    </div>
  )
}

const editors: Readonly<Record<ProposalField, (props: EditorProps) => ReactNode>> = {
  example: Example,
  languages: Languages,
  replyClocks: Clocks,
  flashBudget: Budget,
  retentionYears: Years,
  disclosure: DisclosureField,
  labels: Labels,
  releases: Releases,
  proofs: Proofs,
  soleMs: Sole,
  forms: Forms,
  desks: Desks,
  relyingParty: RelyingParty,
}
