// Paired: the record of the ceremony, the fallback card, and the node that takes over on this very address.
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import { recordRows } from "../../api/said-record.ts"
import { askLine, isFailure } from "../ask.ts"
import { useReader } from "../words.tsx"
import { runNode } from "./ask.ts"
import { readProposal } from "./differ.tsx"
import { Fallback } from "./fallback.tsx"
import { wordLists } from "./lists.ts"
import { Title } from "./pieces.tsx"
import { useSaying } from "./say.ts"
import { PrintButton, Sheet } from "./sheet.tsx"
import type { StepProps } from "./step.ts"

const eachMs = 500
const triesMax = 60

/** The node answers under the same name and port, and knows who is signed in. */
const nodeAnswers = async (): Promise<boolean> => {
  for (let tried = 0; tried < triesMax; tried++) {
    await new Promise(resolve => setTimeout(resolve, eachMs))
    if (!isFailure(await askLine())) return true
  }
  return false
}

export const Done = ({ view }: StepProps) => {
  const saying = useSaying()
  const { say } = saying
  const { name } = useReader()
  const [state, setState] = useState<"paired" | "starting" | "silent">("paired")
  const { record } = view
  const terms = readProposal(view.us.proposal)?.terms
  if (record === null || terms === undefined) return null
  const them = record.parties[1 - record.us]
  const rows = recordRows(record, terms, wordLists, saying)
  const run = async (): Promise<void> => {
    setState("starting")
    const answer = await runNode()
    if (!isFailure(answer) && (await nodeAnswers())) location.reload()
    else setState("silent")
  }
  const table = (
    <dl className="record-rows">
      {rows.map(({ label, lines, code }) => (
        <div key={label}>
          <dt>{label}</dt>
          {lines.map(line => (
            <dd key={line} className={code ? (line.includes(" ") ? "code figures" : "code hash") : ""}>
              {line}
            </dd>
          ))}
        </div>
      ))}
    </dl>
  )
  return (
    <>
      <Title>{say("done.title", { name: them ? name(them.names) : "" })}</Title>
      <p className="lead">{say("done.lead")}</p>
      <div className="buttons">
        <Button className="button strong" isDisabled={state === "starting"} onPress={() => void run()}>
          {state === "starting" ? say("done.running") : say("done.run")}
        </Button>
        <PrintButton sheet="record">{say("done.print-record")}</PrintButton>
      </div>
      {state === "silent" && (
        <p className="notice" role="alert">
          {say("done.not-running")}
        </p>
      )}
      <Fallback record={record} />
      <details className="record-on-screen">
        <summary>{say("record.title")}</summary>
        {table}
      </details>
      <Sheet name="record">
        <h1>{say("record.title")}</h1>
        {view.example && <p className="print-band">{say("record.example")}</p>}
        {table}
        <section className="signatures">
          <h2>{say("record.signatures")}</h2>
          {[0, 1].map(at => (
            <p key={at}>{record.persons[at]?.name ?? ""}</p>
          ))}
        </section>
      </Sheet>
    </>
  )
}
