// Where the two cards differ, side by side in the reader's language; each field is taken over, or kept. (CH-7)
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import { saidField } from "../../api/said.ts"
import { type Proposal, type Proposed, propose } from "../../core/proposal.ts"
import { isRefusal } from "../../core/refusal.ts"
import type { TermField } from "../../core/term-fields.ts"
import { type Failure, isFailure } from "../ask.ts"
import { useFailure } from "../failure.ts"
import { useReader } from "../words.tsx"
import { takeTheirs } from "./ask.ts"
import { Onward, Title } from "./pieces.tsx"
import { useSaying } from "./say.ts"
import type { StepProps } from "./step.ts"

const blank: Proposed = {
  terms: {
    example: false,
    languages: [],
    replyClocks: [],
    flashBudget: { count: 0, ms: 0 },
    retentionYears: 0,
    labels: [],
    releases: [],
    disclosure: [],
    forms: new Uint8Array(0),
    proofs: [],
    soleMs: 0,
  },
  desks: [],
}

/** A proposal as the home wrote it; null where it cannot be read, which the home would have refused. */
export const readProposal = (proposal: Proposal): Proposed | null => {
  const proposed = propose(blank, proposal)
  return isRefusal(proposed) ? null : proposed
}

export const Said = ({ field, proposal }: { readonly field: TermField; readonly proposal: Proposal }) => {
  const saying = useSaying()
  const proposed = readProposal(proposal)
  return (
    <ul className="said">
      {(proposed ? saidField(field, proposed, saying) : [proposal[field]]).map(line => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}

export const Differences = ({ view, heard, go }: StepProps) => {
  const { say } = useSaying()
  const { name } = useReader()
  const why = useFailure()
  const [failure, setFailure] = useState<Failure | null>(null)
  const [busy, setBusy] = useState(false)
  const [taken, setTaken] = useState(false)
  if (view.them === null) return null
  const { differing, proposal } = view.them
  const take = async (fields: readonly TermField[]): Promise<void> => {
    setBusy(true)
    const answer = await takeTheirs(fields)
    setBusy(false)
    setFailure(isFailure(answer) ? answer : null)
    if (isFailure(answer)) return
    setTaken(true)
    heard(answer)
  }
  return (
    <>
      <Title>{say("step.differ")}</Title>
      <p className="lead">{differing.length === 0 ? say("differ.none") : say("differ.lead")}</p>
      {failure && (
        <p className="notice" role="alert">
          {why(failure)}
        </p>
      )}
      {differing.length > 0 && (
        <table className="differ">
          <caption>{say("differ.count", { count: differing.length })}</caption>
          <thead>
            <tr>
              <th scope="col">{say("differ.field")}</th>
              <th scope="col">{name(view.us.names)}</th>
              <th scope="col">{name(view.them.names)}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {differing.map(field => (
              <tr key={field}>
                <th scope="row">{say(`term.${field}`)}</th>
                <td data-side={say("differ.ours")}>
                  <Said field={field} proposal={view.us.proposal} />
                </td>
                <td data-side={say("differ.theirs")}>
                  <Said field={field} proposal={proposal} />
                </td>
                <td>
                  <Button
                    className="button small"
                    isDisabled={busy}
                    aria-label={`${say("differ.take")}: ${say(`term.${field}`)}`}
                    onPress={() => void take([field])}
                  >
                    {say("differ.take")}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {differing.length > 1 && (
        <div className="buttons">
          <Button className="button" isDisabled={busy} onPress={() => void take(differing)}>
            {say("differ.take-all")}
          </Button>
        </div>
      )}
      {taken && <p className="notice">{say("differ.new-card")}</p>}
      {differing.length > 0 && <p className="quiet">{say("differ.wait")}</p>}
      <div className="buttons">
        {taken && (
          <Button className="button" onPress={() => go("ours")}>
            {say("differ.to-card")}
          </Button>
        )}
        {differing.length > 0 && (
          <Button className="button" onPress={() => go("theirs")}>
            {say("differ.to-theirs")}
          </Button>
        )}
      </div>
      <Onward next={() => go("seen")} back={() => go("theirs")} isDisabled={differing.length > 0} />
    </>
  )
}
