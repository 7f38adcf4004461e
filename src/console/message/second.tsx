// What one officer released alone: here the second says what they think of it, for both sides to see. (OF-9, OF-11)
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import type { MessageView } from "../../api/shapes.ts"
import { Failed } from "../failed.tsx"
import { CheckMark, RefusedMark } from "../icons.tsx"
import { failureOf, isBusy, seconding, useOrder } from "../orders.ts"
import { Need, Touch } from "../proof/need.tsx"
import { OfficerNames, Slotted, slot } from "../slots.tsx"
import { useReader } from "../words.tsx"
import { signersOf } from "./facts.tsx"
import { ObjectForm } from "./forms.tsx"

export const Second = ({ message }: { readonly message: MessageView }) => {
  const { t } = useReader()
  const { ordering, give } = useOrder()
  const [objecting, setObjecting] = useState(false)
  const request = seconding(message.hash)
  return (
    <section className="actions second">
      <p className="notice">
        <Slotted
          text={t("second.ask", { officer: slot(0) })}
          parts={[<OfficerNames key="officers" officers={signersOf(message)} party={message.author} />]}
        />
      </p>
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
      <Failed failure={failureOf(ordering)} />
      {objecting && <ObjectForm message={message} done={() => setObjecting(false)} />}
    </section>
  )
}
