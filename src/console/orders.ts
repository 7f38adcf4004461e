// Orders as a screen gives them: one intent, one act, however often the button is pressed or the answer is lost. (E-14)
import { useCallback, useState } from "react"
import type { OrderReply, OrderRequest } from "../api/shapes.ts"
import { type Failure, isFailure, order } from "./ask.ts"
import { newAct } from "./draft.ts"

const acts = new Map<string, string>()
/** The act of an intent: the same intent gets the same act for the life of the page. */
const actOf = (intent: string): string => {
  const act = acts.get(intent) ?? newAct()
  acts.set(intent, act)
  return act
}

export type Ordering =
  | { readonly at: "rest" }
  | { readonly at: "under-way" }
  | { readonly at: "done"; readonly reply: OrderReply }
  | { readonly at: "failed"; readonly failure: Failure }

export const useOrder = () => {
  const [ordering, setOrdering] = useState<Ordering>({ at: "rest" })
  const give = useCallback(async (request: OrderRequest): Promise<OrderReply | null> => {
    setOrdering({ at: "under-way" })
    const reply = await order(request)
    if (isFailure(reply)) {
      setOrdering({ at: "failed", failure: reply })
      return null
    }
    setOrdering({ at: "done", reply })
    return reply
  }, [])
  const rest = useCallback(() => setOrdering({ at: "rest" }), [])
  return { ordering, give, rest }
}

export const acknowledgement = (hash: string): OrderRequest => ({
  kind: "acknowledged",
  act: actOf(`acknowledged ${hash}`),
  refs: [hash],
})

export const deferral = (
  hash: string,
  { until, reason, language }: Pick<OrderRequest & { kind: "deferred" }, "until" | "reason" | "language">,
): OrderRequest => {
  const act = actOf(`deferred ${hash} ${until} ${reason}`)
  return { kind: "deferred", act, refs: [hash], until, reason, language }
}

export const declination = (
  hash: string,
  { reason, language }: Pick<OrderRequest & { kind: "declined" }, "reason" | "language">,
): OrderRequest => ({ kind: "declined", act: actOf(`declined ${hash} ${reason}`), refs: [hash], reason, language })
