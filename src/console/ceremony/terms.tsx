// Our terms, field by field, each with the control that fits it. What is written here is the notation of core/proposal.ts; the home says
// what cannot be.
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import { type Proposal, type ProposalField, proposalFields } from "../../core/proposal.ts"
import { type Failure, isFailure } from "../ask.ts"
import { useFailure } from "../failure.ts"
import { proposeTerms } from "./ask.ts"
import { FieldEditor } from "./fields.tsx"
import { Onward, Title } from "./pieces.tsx"
import { useSaying } from "./say.ts"
import type { StepProps } from "./step.ts"

const own: readonly ProposalField[] = ["desks", "relyingParty"]
const agreed = proposalFields.filter(field => !own.includes(field))

const faultIn = (failure: Failure | null): string | undefined =>
  failure?.failed === "refused" && failure.problem.refusal === "bad-terms"
    ? String(failure.problem.details.field)
    : undefined

export const OurTerms = ({ view, heard, go }: StepProps) => {
  const { say } = useSaying()
  const why = useFailure()
  const [draft, setDraft] = useState<Proposal>(view.us.proposal)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [busy, setBusy] = useState(false)
  const changed = proposalFields.filter(field => draft[field] !== view.us.proposal[field])
  const fault = faultIn(failure)
  const save = async (): Promise<void> => {
    setBusy(true)
    const answer = await proposeTerms(Object.fromEntries(changed.map(field => [field, draft[field]])))
    setBusy(false)
    setFailure(isFailure(answer) ? answer : null)
    if (isFailure(answer)) return
    heard(answer)
    setDraft(answer.us.proposal)
  }
  const group = (fields: readonly ProposalField[]) =>
    fields.map(field => (
      <FieldEditor
        key={field}
        field={field}
        value={draft[field]}
        fault={fault === field && failure ? why(failure) : undefined}
        change={text => setDraft(held => ({ ...held, [field]: text }))}
      />
    ))
  return (
    <>
      <Title>{say("step.terms")}</Title>
      <p className="lead">{say("terms.lead")}</p>
      <section className="terms">
        <h2>{say("terms.agreed")}</h2>
        {group(agreed)}
        <h2>{say("terms.own")}</h2>
        {group(own)}
      </section>
      <div className="terms-foot">
        {failure && (
          <p className="notice" role="alert">
            {fault ? `${say(`term.${fieldOf(fault)}`)}: ` : ""}
            {why(failure)}
          </p>
        )}
        {changed.length > 0 && (
          <>
            <p className="quiet">{say("terms.changed", { count: changed.length })}</p>
            <div className="buttons">
              <Button className="button strong" isDisabled={busy} onPress={() => void save()}>
                {busy ? say("terms.saving") : say("terms.save")}
              </Button>
            </div>
          </>
        )}
        {changed.length === 0 && <Onward next={() => go("ours")} />}
      </div>
    </>
  )
}

const fieldOf = (name: string): ProposalField => proposalFields.find(field => field === name) ?? "desks"
