// What was not done, and why: said aloud below what was pressed.
import type { Failure } from "./ask.ts"
import { useFailure } from "./failure.ts"
import { useReader } from "./words.tsx"

export const Failed = ({ failure }: { readonly failure: Failure | null }) => {
  const { t } = useReader()
  const say = useFailure()
  return failure && <p role="alert">{t("act.failed", { why: say(failure) })}</p>
}
