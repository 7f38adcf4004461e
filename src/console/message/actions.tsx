// What an officer may do with a received message: acknowledge, answer, defer until a time, decline with a reason. Refusing to answer is
// an act of its own and travels like one.
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import type { MessageView } from "../../api/shapes.ts"
import { checkText } from "../../core/body.ts"
import { reasonBytesMax } from "../../core/limits.ts"
import { useFailure } from "../failure.ts"
import { CheckMark, ClockMark, ReceivedMark, RefusedMark, WriteMark } from "../icons.tsx"
import { useKnowledge, useMoment } from "../knowledge.tsx"
import { numberOf } from "../number.ts"
import { acknowledgement, declination, deferral, isBusy, useOrder } from "../orders.ts"
import { LocalTimes } from "../pieces.tsx"
import { Need, Touch } from "../proof/need.tsx"
import { dtg } from "../time.ts"
import { useReader } from "../words.tsx"
import { ReadBackForm } from "./read-back.tsx"

const reasonFits = (reason: string): boolean =>
  reason.trim() !== "" && checkText(reason.trim(), reasonBytesMax) === true
const hourMs = 3_600_000
const hoursMax = 24 * 365

type Form = "defer" | "decline" | "read-back"
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
  const request = deferral(message.hash, { until, reason: reason.trim(), language })
  const send = async (): Promise<void> => {
    if (await give(request, message)) done()
  }
  return (
    <div className="act-form">
      <h3>{t("act.defer-title", { number: numberOf(line, message) })}</h3>
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
      <Need request={request} about={message} />
      <div className="buttons">
        <Button className="button strong" isDisabled={!fits || isBusy(ordering)} onPress={() => void send()}>
          <Touch ordering={ordering}>{t("act.defer-send", { dtg: fits ? dtg(until) : "", them })}</Touch>
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
  const request = declination(message.hash, { reason: reason.trim(), language })
  const send = async (): Promise<void> => {
    if (await give(request, message)) done()
  }
  return (
    <div className="act-form">
      <h3>{t("act.decline-title", { number: numberOf(line, message) })}</h3>
      <label className="field">
        <span>{t("act.reason", { them })}</span>
        <textarea rows={2} value={reason} onChange={event => setReason(event.target.value)} />
      </label>
      <Need request={request} about={message} />
      <div className="buttons">
        <Button
          className="button strong"
          isDisabled={!reasonFits(reason) || isBusy(ordering)}
          onPress={() => void send()}
        >
          <Touch ordering={ordering}>{t("act.decline-send", { them })}</Touch>
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
  const readBack = message.rungs.some(({ rung, party }) => rung === "read-back" && party === us)
  if (message.mark) return null
  const done = (): void => setForm(null)
  return (
    <section className="actions">
      {!acknowledged && <Need request={acknowledgement(message.hash)} about={message} />}
      <div className="buttons">
        {!acknowledged && (
          <Button
            className="button strong"
            isDisabled={isBusy(ordering) || ordering.at === "done"}
            onPress={() => void give(acknowledgement(message.hash), message)}
          >
            <CheckMark />
            <Touch ordering={ordering}>{t("act.acknowledge")}</Touch>
          </Button>
        )}
        <Button className="button" onPress={() => answer(message.hash)}>
          <WriteMark />
          {t("act.answer")}
        </Button>
        {!readBack && (
          <Button className="button" onPress={() => setForm("read-back")} aria-expanded={form === "read-back"}>
            <ReceivedMark />
            {t("read-back.act")}
          </Button>
        )}
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
      {form === "read-back" && <ReadBackForm message={message} done={done} />}
      {form === "defer" && <DeferForm message={message} done={done} />}
      {form === "decline" && <DeclineForm message={message} done={done} />}
    </section>
  )
}
