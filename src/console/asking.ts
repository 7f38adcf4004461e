// One question at a time to our node: whether its answer is waited for, and why the last one was none.
import { useCallback, useState } from "react"
import { type Failure, isFailure } from "./ask.ts"

export const useAsking = () => {
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const ask = useCallback(async <Answer extends object>(question: Promise<Answer | Failure>) => {
    setBusy(true)
    const answer = await question
    setBusy(false)
    setFailure(isFailure(answer) ? answer : null)
    return answer
  }, [])
  const forget = useCallback(() => setFailure(null), [])
  return { isBusy, failure, ask, forget }
}
