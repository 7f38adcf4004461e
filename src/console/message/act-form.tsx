// The form of an act about one message: what it is, what is to be said, whether a key is asked for, and the row that sends it or leaves it.
import type { ReactNode } from "react"
import { Button } from "react-aria-components/Button"
import type { MessageView, OrderRequest } from "../../api/shapes.ts"
import { Failed } from "../failed.tsx"
import { failureOf, isBusy, useOrder } from "../orders.ts"
import { Need, Touch } from "../proof/need.tsx"
import { useReader } from "../words.tsx"

type ActFormProps = {
  readonly message: MessageView
  readonly title: string
  /** The words of the button that sends. */
  readonly send: string
  readonly request: OrderRequest
  /** Whether it can be said as it stands. */
  readonly fits: boolean
  /** It was sent, or left. */
  readonly done: () => void
  readonly children: ReactNode
}

export const ActForm = ({ message, title, send, request, fits, done, children }: ActFormProps) => {
  const { t } = useReader()
  const { ordering, give } = useOrder()
  const go = async (): Promise<void> => {
    if (await give(request, message)) done()
  }
  return (
    <div className="act-form">
      <h3>{title}</h3>
      {children}
      <Need request={request} about={message} />
      <div className="buttons">
        <Button className="button strong" isDisabled={!fits || isBusy(ordering)} onPress={() => void go()}>
          <Touch ordering={ordering}>{send}</Touch>
        </Button>
        <Button className="button" isDisabled={isBusy(ordering)} onPress={done}>
          {t("act.cancel")}
        </Button>
      </div>
      <Failed failure={failureOf(ordering)} />
    </div>
  )
}
