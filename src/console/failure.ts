// A failure in the reader's language: the refusal's own sentence, or that our node does not answer.
import type { Failure } from "./ask.ts"
import { useReader } from "./words.tsx"

export const useFailure = (): ((failure: Failure) => string) => {
  const { t, refusal } = useReader()
  return failure => (failure.failed === "no-node" ? t("world.no-node") : refusal(failure.problem.refusal))
}
