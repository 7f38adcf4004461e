// Said before a key is asked for: that the charter wants a signature, and why; and while the key is waited for.
import type { About } from "../../api/act.ts"
import type { OrderRequest } from "../../api/shapes.ts"
import { KeyMark } from "../icons.tsx"
import { useKnowledge } from "../knowledge.tsx"
import type { Ordering } from "../orders.ts"
import { useReader } from "../words.tsx"
import { personsOf } from "./act.ts"

/** Nothing where nothing is asked for. */
export const Need = ({ request, about }: { readonly request: OrderRequest; readonly about?: About }) => {
  const { line } = useKnowledge()
  const { t } = useReader()
  const persons = personsOf(line, request, about)
  const precedence = about?.precedence ?? ("precedence" in request ? request.precedence : undefined)
  if (persons === 0 || precedence === undefined) return null
  const given = { precedence: t(`precedence.${precedence}`), persons }
  const isText = request.kind === "message" || request.kind === "answer"
  const reply = request.kind === "acknowledged" ? t("sign.why-acknowledge", given) : t("sign.why-act")
  return (
    <p className="need">
      <KeyMark />
      {isText ? t(persons > 1 ? "sign.why-more" : "sign.why-one", given) : reply}
    </p>
  )
}

/** In place of a button's words while the key is waited for. */
export const Touch = ({ ordering, children }: { readonly ordering: Ordering; readonly children: string }) => {
  const { t } = useReader()
  return <>{ordering.at === "signing" ? t("sign.touch") : children}</>
}
