// What one officer released alone: here the second says what they think of it, for both sides to see. (OF-9, OF-11)
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import type { MessageView } from "../../api/shapes.ts"
import { checkText } from "../../core/body.ts"
import { reasonBytesMax } from "../../core/limits.ts"
import { useFailure } from "../failure.ts"
import { CheckMark, RefusedMark } from "../icons.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { numberOf } from "../number.ts"
import { isBusy, objection, seconding, useOrder } from "../orders.ts"
import { Need, Touch } from "../proof/need.tsx"
import { useReader } from "../words.tsx"

const ObjectForm = ({ message, done }: { readonly message: MessageView; readonly done: () => void }) => {
  const { line } = useKnowledge()
  const { t, name, language } = useReader()
  const { ordering, give } = useOrder()
  const failure = useFailure()
  const [reason, setReason] = useState("")
  const them = line.them.map(party => name(party.names)).join(" · ")
  const said = reason.trim()
  const fits = said !== "" && checkText(said, reasonBytesMax) === true
  const send = async (): Promise<void> => {
    if (await give(objection(message.hash, { reason: said, language }), message)) done()
  }
  return (
    <div className="act-form">
      <h3>{t("second.object-title", { number: numberOf(line, message) })}</h3>
      <label className="field">
        <span>{t("act.reason", { them })}</span>
        <textarea rows={2} value={reason} onChange={event => setReason(event.target.value)} />
      </label>
      <div className="buttons">
        <Button className="button strong" isDisabled={!fits || isBusy(ordering)} onPress={() => void send()}>
          <Touch ordering={ordering}>{t("second.object-send", { them })}</Touch>
        </Button>
        <Button className="button" isDisabled={isBusy(ordering)} onPress={done}>
          {t("act.cancel")}
        </Button>
      </div>
      {ordering.at === "failed" && <p role="alert">{t("act.failed", { why: failure(ordering.failure) })}</p>}
    </div>
  )
}

export const Second = ({ message }: { readonly message: MessageView }) => {
  const { t } = useReader()
  const { ordering, give } = useOrder()
  const failure = useFailure()
  const [objecting, setObjecting] = useState(false)
  const request = seconding(message.hash)
  return (
    <section className="actions second">
      <p className="notice">{t("second.ask", { officer: message.officer ?? "" })}</p>
      <Need request={request} about={message} />
      <div className="buttons">
        <Button
          className="button strong"
          isDisabled={isBusy(ordering) || ordering.at === "done"}
          onPress={() => void give(request, message)}
        >
          <CheckMark />
          <Touch ordering={ordering}>{t("second.sign")}</Touch>
        </Button>
        <Button className="button" onPress={() => setObjecting(true)} aria-expanded={objecting}>
          <RefusedMark />
          {t("second.object")}
        </Button>
      </div>
      {ordering.at === "failed" && <p role="alert">{t("act.failed", { why: failure(ordering.failure) })}</p>}
      {objecting && <ObjectForm message={message} done={() => setObjecting(false)} />}
    </section>
  )
}
