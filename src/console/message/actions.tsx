// What an officer may do with a received message: acknowledge, answer, defer until a time, decline with a reason. Refusing to answer is
// an act of its own and travels like one.
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import type { MessageView } from "../../api/shapes.ts"
import { checkText } from "../../core/body.ts"
import { reasonBytesMax } from "../../core/limits.ts"
import { useFailure } from "../failure.ts"
import { CheckMark, ClockMark, RefusedMark, WriteMark } from "../icons.tsx"
import { useKnowledge, useMoment } from "../knowledge.tsx"
import { numberOf } from "../number.ts"
import { acknowledgement, declination, deferral, useOrder } from "../orders.ts"
import { LocalTimes } from "../pieces.tsx"
import { dtg } from "../time.ts"
import { useReader } from "../words.tsx"

const reasonFits = (reason: string): boolean =>
  reason.trim() !== "" && checkText(reason.trim(), reasonBytesMax) === true
const hourMs = 3_600_000
const hoursMax = 24 * 365

type Form = "defer" | "decline"
type FormProps = { readonly message: MessageView; readonly done: () => void }

const DeferForm = ({ message, done }: FormProps) => {
  const { line } = useKnowledge()
  const { now } = useMoment()
  const { t, name, language } = useReader()
  const { ordering, give } = useOrder()
  const failure = useFailure()
  const [hours, setHours] = useState(4)
  const [reason, setReason] = useState("")
  const them = line.them.map(party => name(party.names)).join(" · ")
  // To the full minute: what the button says is exactly what is signed.
  const until = Math.ceil((now + hours * hourMs) / 60_000) * 60_000
  const fits = Number.isFinite(hours) && hours >= 1 && hours <= hoursMax && reasonFits(reason)
  const send = async (): Promise<void> => {
    if (await give(deferral(message.hash, { until, reason: reason.trim(), language }))) done()
  }
  return (
    <div className="act-form">
      <h4>{t("act.defer-title", { number: numberOf(line, message) })}</h4>
      <label className="field hours">
        <span>{t("act.hours")}</span>
        <input
          type="number"
          min={1}
          max={hoursMax}
          value={hours}
          onChange={event => setHours(event.target.valueAsNumber)}
        />
      </label>
      {fits && (
        <p className="quiet">
          {t("act.until", { dtg: dtg(until) })} <LocalTimes ms={until} />
        </p>
      )}
      <label className="field">
        <span>{t("act.reason", { them })}</span>
        <textarea rows={2} value={reason} onChange={event => setReason(event.target.value)} />
      </label>
      <div className="buttons">
        <Button className="button strong" isDisabled={!fits || ordering.at === "under-way"} onPress={() => void send()}>
          {t("act.defer-send", { dtg: fits ? dtg(until) : "", them })}
        </Button>
        <Button className="button" onPress={done}>
          {t("act.cancel")}
        </Button>
      </div>
      {ordering.at === "failed" && <p role="alert">{t("act.failed", { why: failure(ordering.failure) })}</p>}
    </div>
  )
}

const DeclineForm = ({ message, done }: FormProps) => {
  const { line } = useKnowledge()
  const { t, name, language } = useReader()
  const { ordering, give } = useOrder()
  const failure = useFailure()
  const [reason, setReason] = useState("")
  const them = line.them.map(party => name(party.names)).join(" · ")
  const send = async (): Promise<void> => {
    if (await give(declination(message.hash, { reason: reason.trim(), language }))) done()
  }
  return (
    <div className="act-form">
      <h4>{t("act.decline-title", { number: numberOf(line, message) })}</h4>
      <label className="field">
        <span>{t("act.reason", { them })}</span>
        <textarea rows={2} value={reason} onChange={event => setReason(event.target.value)} />
      </label>
      <div className="buttons">
        <Button
          className="button strong"
          isDisabled={!reasonFits(reason) || ordering.at === "under-way"}
          onPress={() => void send()}
        >
          {t("act.decline-send", { them })}
        </Button>
        <Button className="button" onPress={done}>
          {t("act.cancel")}
        </Button>
      </div>
      {ordering.at === "failed" && <p role="alert">{t("act.failed", { why: failure(ordering.failure) })}</p>}
    </div>
  )
}

export const Actions = ({
  message,
  answer,
}: {
  readonly message: MessageView
  readonly answer: (hash: string) => void
}) => {
  const { line } = useKnowledge()
  const { t } = useReader()
  const { ordering, give } = useOrder()
  const failure = useFailure()
  const [form, setForm] = useState<Form | null>(null)
  const us = line.us.party
  const acknowledged = message.rungs.some(({ rung, party }) => rung === "acknowledged" && party === us)
  if (message.mark) return null
  const done = (): void => setForm(null)
  return (
    <section className="actions">
      <div className="buttons">
        {!acknowledged && (
          <Button
            className="button strong"
            isDisabled={ordering.at === "under-way" || ordering.at === "done"}
            onPress={() => void give(acknowledgement(message.hash))}
          >
            <CheckMark />
            {t("act.acknowledge")}
          </Button>
        )}
        <Button className="button" onPress={() => answer(message.hash)}>
          <WriteMark />
          {t("act.answer")}
        </Button>
        {message.waits?.who === us && (
          <>
            <Button className="button" onPress={() => setForm("defer")} aria-expanded={form === "defer"}>
              <ClockMark />
              {t("act.defer")}
            </Button>
            <Button className="button" onPress={() => setForm("decline")} aria-expanded={form === "decline"}>
              <RefusedMark />
              {t("act.decline")}
            </Button>
          </>
        )}
      </div>
      {ordering.at === "failed" && <p role="alert">{t("act.failed", { why: failure(ordering.failure) })}</p>}
      {form === "defer" && <DeferForm message={message} done={done} />}
      {form === "decline" && <DeclineForm message={message} done={done} />}
    </section>
  )
}
