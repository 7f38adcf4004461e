// Read back: an officer restates what was understood, for the other side to compare with what was meant.
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import type { MessageView } from "../../api/shapes.ts"
import { bodyBytesMaxAt, checkText, encodeMessageBody } from "../../core/body.ts"
import { precedences } from "../../core/registry.ts"
import { useFailure } from "../failure.ts"
import { useKnowledge } from "../knowledge.tsx"
import { numberOf } from "../number.ts"
import { isBusy, readingBack, useOrder } from "../orders.ts"
import { Need, Touch } from "../proof/need.tsx"
import { langTag, useReader } from "../words.tsx"

export const ReadBackForm = ({ message, done }: { readonly message: MessageView; readonly done: () => void }) => {
  const { line } = useKnowledge()
  const { t, name, language } = useReader()
  const { ordering, give } = useOrder()
  const failure = useFailure()
  const [text, setText] = useState("")
  const them = line.them.map(party => name(party.names)).join(" · ")
  const said = text.trim()
  const most = bodyBytesMaxAt(precedences.indexOf(message.precedence))
  const fits =
    said !== "" && checkText(said, most) === true && encodeMessageBody({ language, text: said }).length <= most
  const request = readingBack(message.hash, { text: said, language })
  const send = async (): Promise<void> => {
    if (await give(request, message)) done()
  }
  return (
    <div className="act-form">
      <h3>{t("read-back.title", { number: numberOf(line, message) })}</h3>
      <label className="field">
        <span>{t("read-back.text", { them })}</span>
        <textarea rows={3} lang={langTag[language]} value={text} onChange={event => setText(event.target.value)} />
      </label>
      <Need request={request} about={message} />
      <div className="buttons">
        <Button className="button strong" isDisabled={!fits || isBusy(ordering)} onPress={() => void send()}>
          <Touch ordering={ordering}>{t("read-back.send", { them })}</Touch>
        </Button>
        <Button className="button" isDisabled={isBusy(ordering)} onPress={done}>
          {t("act.cancel")}
        </Button>
      </div>
      {ordering.at === "failed" && <p role="alert">{t("act.failed", { why: failure(ordering.failure) })}</p>}
    </div>
  )
}
