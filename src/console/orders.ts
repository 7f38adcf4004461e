// Orders as a screen gives them: one intent, one act, however often the button is pressed or the answer is lost. (E-14)
import { useCallback, useState } from "react"
import type { About } from "../api/act.ts"
import type { OrderReply, OrderRequest, Proof, WaitingView } from "../api/shapes.ts"
import { type Failure, isFailure, layDown, order } from "./ask.ts"
import { newAct } from "./draft.ts"
import { useKnowledge } from "./knowledge.tsx"
import { digestOf, personsOf, wholeOrder } from "./proof/act.ts"
import { prove } from "./proof/sign.ts"

const acts = new Map<string, string>()
/** The act of an intent: the same intent gets the same act for the life of the page. */
const actOf = (intent: string): string => {
  const act = acts.get(intent) ?? newAct()
  acts.set(intent, act)
  return act
}

/** The salt of an act's body: an act that is tried again is the same to the byte. */
const salts = new Map<string, string>()
const saltOf = (act: string) => (): string => {
  const salt = salts.get(act) ?? newAct()
  salts.set(act, salt)
  return salt
}

export type Ordering =
  | { readonly at: "rest" }
  | { readonly at: "under-way" }
  /** A passkey is asked for. */
  | { readonly at: "signing" }
  | { readonly at: "done" }
  | { readonly at: "failed"; readonly failure: Failure }

export const isBusy = ({ at }: Ordering): boolean => at === "under-way" || at === "signing"
export const failureOf = (ordering: Ordering): Failure | null => (ordering.at === "failed" ? ordering.failure : null)

/** Done, or laid down for a second officer to sign. */
export type Given = OrderReply | { readonly waits: WaitingView }

/** One step after the other, each of which may fail and then is where it was: nothing is done, and it can be tried again. */
export const useSteps = () => {
  const { line } = useKnowledge()
  const [ordering, setOrdering] = useState<Ordering>({ at: "rest" })
  const sign = useCallback(
    (digest: Uint8Array): Promise<Proof | Failure> => {
      setOrdering({ at: "signing" })
      return prove(line, digest)
    },
    [line],
  )
  const ended = useCallback(<T extends object>(answer: T | Failure): T | null => {
    setOrdering(isFailure(answer) ? { at: "failed", failure: answer } : { at: "done" })
    return isFailure(answer) ? null : answer
  }, [])
  const begin = useCallback(() => setOrdering({ at: "under-way" }), [])
  return { line, ordering, begin, sign, ended }
}

/** `about`: the message that is acknowledged, deferred or spoken of. */
export const useOrder = () => {
  const { line, ordering, begin, sign, ended } = useSteps()
  const give = useCallback(
    async (request: OrderRequest, about?: About): Promise<Given | null> => {
      begin()
      const persons = personsOf(line, request, about)
      if (persons === 0) return ended(await order(request))
      const whole = wholeOrder(request, line, saltOf(request.act))
      const proof = await sign(digestOf(whole, line, about))
      if (isFailure(proof)) return ended<Given>(proof)
      begin()
      const signed = { ...whole, releases: [proof] }
      if (persons === 1) return ended(await order(signed))
      const waits = await layDown(signed)
      return ended(isFailure(waits) ? waits : { waits })
    },
    [line, begin, sign, ended],
  )
  return { ordering, give }
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

export const readingBack = (
  hash: string,
  { text, language }: Pick<OrderRequest & { kind: "read-back" }, "text" | "language">,
): OrderRequest => ({ kind: "read-back", act: actOf(`read back ${hash} ${text}`), refs: [hash], text, language })

export const seconding = (hash: string): OrderRequest => ({
  kind: "seconded",
  act: actOf(`seconded ${hash}`),
  refs: [hash],
})

export const objection = (
  hash: string,
  { reason, language }: Pick<OrderRequest & { kind: "objected" }, "reason" | "language">,
): OrderRequest => ({ kind: "objected", act: actOf(`objected ${hash} ${reason}`), refs: [hash], reason, language })
