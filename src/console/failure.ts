// A failure in the reader's language: the refusal's own sentence, that our node does not answer, or that nobody has signed.
import type { Failure } from "./ask.ts"
import { useReader } from "./words.tsx"

export const useFailure = (): ((failure: Failure) => string) => {
  const { t, refusal } = useReader()
  return failure => {
    if (failure.failed === "no-node") return t("world.no-node")
    return failure.failed === "unsigned" ? t(`sign.${failure.why}`) : refusal(failure.problem.refusal)
  }
}
