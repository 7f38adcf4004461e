// What an officer may do with a received message: acknowledge, answer, defer until a time, decline with a reason. Refusing to answer is
// an act of its own and travels like one.
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import type { MessageView } from "../../api/shapes.ts"
import { Failed } from "../failed.tsx"
import { CheckMark, ClockMark, ReceivedMark, RefusedMark, WriteMark } from "../icons.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { acknowledgement, failureOf, isBusy, useOrder } from "../orders.ts"
import { Need, Touch } from "../proof/need.tsx"
import { useReader } from "../words.tsx"
import { DeclineForm, DeferForm, ReadBackForm } from "./forms.tsx"

type Form = "defer" | "decline" | "read-back"

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
      <Failed failure={failureOf(ordering)} />
      {form === "read-back" && <ReadBackForm message={message} done={done} />}
      {form === "defer" && <DeferForm message={message} done={done} />}
      {form === "decline" && <DeclineForm message={message} done={done} />}
    </section>
  )
}
