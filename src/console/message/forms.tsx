// The forms of the acts about one message that take more than a press: what is deferred and until when, declined, objected to or read back,
// each in the officer's own words.
import { useState } from "react"
import type { MessageView } from "../../api/shapes.ts"
import { bodyBytesMaxAt, checkText, encodeMessageBody } from "../../core/body.ts"
import { reasonBytesMax } from "../../core/limits.ts"
import { precedences } from "../../core/registry.ts"
import type { Word } from "../../words/en.ts"
import { useKnowledge, useMoment } from "../knowledge.tsx"
import { numberOf } from "../number.ts"
import { declination, deferral, objection, readingBack } from "../orders.ts"
import { LocalTimes, useThem } from "../pieces.tsx"
import { dtg } from "../time.ts"
import { langTag, useReader } from "../words.tsx"
import { ActForm } from "./act-form.tsx"

const reasonFits = (reason: string): boolean =>
  reason.trim() !== "" && checkText(reason.trim(), reasonBytesMax) === true
const hourMs = 3_600_000
const hoursMax = 24 * 365

type FormProps = { readonly message: MessageView; readonly done: () => void }

const Reason = ({ value, change }: { readonly value: string; readonly change: (next: string) => void }) => {
  const { t } = useReader()
  const them = useThem()
  return (
    <label className="field">
      <span>{t("act.reason", { them })}</span>
      <textarea rows={2} value={value} onChange={event => change(event.target.value)} />
    </label>
  )
}

export const DeferForm = ({ message, done }: FormProps) => {
  const { line } = useKnowledge()
  const { now } = useMoment()
  const { t, language } = useReader()
  const them = useThem()
  const [hours, setHours] = useState(4)
  const [reason, setReason] = useState("")
  // To the full minute: what the button says is exactly what is signed.
  const until = Math.ceil((now + hours * hourMs) / 60_000) * 60_000
  const fits = Number.isFinite(hours) && hours >= 1 && hours <= hoursMax && reasonFits(reason)
  return (
    <ActForm
      message={message}
      title={t("act.defer-title", { number: numberOf(line, message) })}
      send={t("act.defer-send", { dtg: fits ? dtg(until) : "", them })}
      request={deferral(message.hash, { until, reason: reason.trim(), language })}
      fits={fits}
      done={done}
    >
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
      <Reason value={reason} change={setReason} />
    </ActForm>
  )
}

type ReasonFormProps = FormProps & {
  readonly title: Word
  readonly send: Word
  readonly order: typeof declination
}

/** An act of which its reason is all that there is to say. */
const ReasonForm = ({ message, done, title, send, order }: ReasonFormProps) => {
  const { line } = useKnowledge()
  const { t, language } = useReader()
  const them = useThem()
  const [reason, setReason] = useState("")
  return (
    <ActForm
      message={message}
      title={t(title, { number: numberOf(line, message) })}
      send={t(send, { them })}
      request={order(message.hash, { reason: reason.trim(), language })}
      fits={reasonFits(reason)}
      done={done}
    >
      <Reason value={reason} change={setReason} />
    </ActForm>
  )
}

export const DeclineForm = (form: FormProps) => (
  <ReasonForm {...form} title="act.decline-title" send="act.decline-send" order={declination} />
)

/** What the second thinks of a release by one officer alone. (OF-11) */
export const ObjectForm = (form: FormProps) => (
  <ReasonForm {...form} title="second.object-title" send="second.object-send" order={objection} />
)

/** Restates what was understood, for the other side to compare with what was meant. */
export const ReadBackForm = ({ message, done }: FormProps) => {
  const { line } = useKnowledge()
  const { t, language } = useReader()
  const them = useThem()
  const [text, setText] = useState("")
  const said = text.trim()
  const most = bodyBytesMaxAt(precedences.indexOf(message.precedence))
  const fits =
    said !== "" && checkText(said, most) === true && encodeMessageBody({ language, text: said }).length <= most
  return (
    <ActForm
      message={message}
      title={t("read-back.title", { number: numberOf(line, message) })}
      send={t("read-back.send", { them })}
      request={readingBack(message.hash, { text: said, language })}
      fits={fits}
      done={done}
    >
      <label className="field">
        <span>{t("read-back.text", { them })}</span>
        <textarea rows={3} lang={langTag[language]} value={text} onChange={event => setText(event.target.value)} />
      </label>
    </ActForm>
  )
}
