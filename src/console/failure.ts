// A failure in the reader's language: the refusal's own sentence, that our node does not answer, or what an authenticator has not done.
import type { Failure } from "./ask.ts"
import { useReader } from "./words.tsx"

export const useFailure = (): ((failure: Failure) => string) => {
  const { t, refusal } = useReader()
  return failure => {
    if (failure.failed === "no-node") return t("world.no-node")
    if (failure.failed === "unmade") return t(`passkey.${failure.why}`)
    if (failure.failed === "unsigned") return t(`sign.${failure.why}`)
    const { refusal: code, details } = failure.problem
    // the number under which the node's log has the place, for whoever looks there.
    return code === "failed" && details.number !== undefined ? `${refusal(code)} ${details.number}` : refusal(code)
  }
}
