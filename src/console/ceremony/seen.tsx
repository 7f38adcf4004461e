// What they see of us: a sample message with its rungs and a sample roster, as the other side's screens show them. (CH-8)
import { seenOfUs } from "../../api/said.ts"
import { levelOf } from "../../core/disclosure.ts"
import { RungMark } from "../icons.tsx"
import { readProposal } from "./differ.tsx"
import { Onward, Title } from "./pieces.tsx"
import { useSaying } from "./say.ts"
import type { StepProps } from "./step.ts"

export const Seen = ({ view, go }: StepProps) => {
  const saying = useSaying()
  const { say } = saying
  const terms = readProposal(view.us.proposal)?.terms
  if (terms === undefined) return null
  const seen = seenOfUs(terms.disclosure, saying)
  const roster = levelOf(terms.disclosure, "roster")
  return (
    <>
      <Title>{say("preview.title")}</Title>
      <p className="lead">{say("seen.lead")}</p>
      <ol className="ladder sample">
        {seen
          .filter(({ item }) => item !== "roster")
          .sort((a, b) => Number(b.item === "released") - Number(a.item === "released"))
          .map(({ item, level, seen: person }) => (
            <li key={item} className={level === "withheld" ? "rung withheld" : "rung proven"}>
              <span className="rung-mark">
                <RungMark kind={level === "withheld" ? "pending" : item === "ring" ? "node" : "officer"} />
              </span>
              <span className="rung-name">{say(`item.${item}`)}</span>
              <span className="rung-place">{person}</span>
            </li>
          ))}
      </ol>
      <table className="roster">
        <caption>{say("preview.roster")}</caption>
        <thead>
          <tr>
            <th scope="col">{say("seen.code")}</th>
            <th scope="col">{say("seen.person")}</th>
            <th scope="col">{say("seen.office")}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td className="code">7</td>
            <td>{roster === "name" ? say("preview.sample-name") : say("preview.withheld")}</td>
            <td>{roster === "number" ? say("preview.withheld") : say("preview.sample-office")}</td>
          </tr>
        </tbody>
      </table>
      <Onward next={() => go("words")} back={() => go("differ")} />
    </>
  )
}
