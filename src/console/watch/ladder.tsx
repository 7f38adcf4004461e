// The ladder as a row of rungs: name, place and time of each, and what is still to come.
import type { MessageView } from "../../api/shapes.ts"
import { RungMark } from "../icons.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { ladder, type Step } from "../ladder.ts"
import { PartyName, PersonName } from "../pieces.tsx"
import { dtg, utcDay, zulu } from "../time.ts"
import { useReader } from "../words.tsx"

const markOf = ({ state, rung }: Step): "officer" | "node" | "claimed" | "pending" | "queued" =>
  state === "proven" ? (rung?.proof ?? "node") : state === "withheld" ? "pending" : state

const Rung = ({ step, written }: { readonly step: Step; readonly written: number }) => {
  const { t } = useReader()
  const { rung, state, name } = step
  const at = rung ? (utcDay(rung.at) === utcDay(written) ? zulu(rung.at) : dtg(rung.at)) : ""
  return (
    <li className={`rung ${state} ${name}`}>
      <span className="rung-mark">
        <RungMark kind={markOf(step)} />
      </span>
      <span className="rung-name">{state === "queued" ? t("message.queued") : t(`rung.${name}`)}</span>
      {state === "withheld" && <span className="rung-place">{t("ladder.withheld")}</span>}
      {state === "queued" && <span className="rung-place">{t("message.queued-why")}</span>}
      {rung && (
        <>
          <PartyName party={rung.party} className="rung-place" />
          <time className="rung-time code" dateTime={new Date(rung.at).toISOString()}>
            {name === "ring" ? t("ladder.since", { time: at }) : at}
          </time>
          {rung.officer && <PersonName name={rung.officer} party={rung.party} />}
          {rung.until !== undefined && (
            <span className="rung-until">{t("ladder.until", { dtg: dtg(rung.until) })}</span>
          )}
        </>
      )}
    </li>
  )
}

export const Ladder = ({ message }: { readonly message: MessageView }) => {
  const { line, up } = useKnowledge()
  const { t } = useReader()
  return (
    <ol className="ladder" aria-label={t("ladder.title")}>
      {ladder(message, line.us.party, up, line.withheld).map(step => (
        <Rung key={`${step.name} ${step.rung?.party ?? ""}`} step={step} written={message.written} />
      ))}
    </ol>
  )
}
