// Parts that were read so far: of a card or of a parcel, in any order, never of two. (CH-9, EP-22)
import { useCallback, useRef, useState } from "react"
import { addPart, type Held, type Sequence } from "../../core/parts.ts"
import { isRefusal, type Refusal } from "../../core/refusal.ts"
import type { Failure } from "../ask.ts"
import { useReader } from "../words.tsx"

export const failureOfPart = (refusal: Refusal): Failure => ({
  failed: "refused",
  problem: { ...refusal, sentence: "", at: Date.now() },
})

/** The parts as they are held, and their texts for whoever checks the whole. */
type Gathered = { readonly held: Held; readonly texts: ReadonlyMap<number, string> }

/** `whole` is given the texts once all are here, and they are forgotten. */
export const useParts = (sequence: Sequence, whole: (texts: readonly string[]) => Failure | null) => {
  const [held, setHeld] = useState<Held | null>(null)
  // A camera brings the next before the last one is drawn.
  const latest = useRef<Gathered | null>(null)
  const keep = useCallback((next: Gathered | null): void => {
    latest.current = next
    setHeld(next?.held ?? null)
  }, [])
  /** Why it was refused; what was held before stays. */
  const add = useCallback(
    (text: string): Failure | null => {
      const before = latest.current
      const next = addPart(sequence, before?.held, text)
      if (isRefusal(next)) return failureOfPart(next)
      if (next.parts.size === before?.held.parts.size) return null
      const place = [...next.parts.keys()].find(part => before?.held.parts.has(part) !== true) ?? 0
      const texts = new Map(before?.texts).set(place, text)
      const isWhole = next.parts.size === next.count
      keep(isWhole ? null : { held: next, texts })
      return isWhole ? whole([...texts.values()]) : null
    },
    [sequence, keep, whole],
  )
  const forget = useCallback(() => keep(null), [keep])
  return { held, add, forget }
}

export const Parts = ({ held }: { readonly held: Held }) => {
  const { t } = useReader()
  return (
    <div className="parts">
      <p role="status">{t("codes.read", { held: held.parts.size, count: held.count })}</p>
      <ol aria-hidden="true">
        {Array.from({ length: held.count }, (_, at) => at + 1).map(part => (
          <li key={part} className={held.parts.has(part) ? "code held" : "code"}>
            {part}
          </li>
        ))}
      </ol>
    </div>
  )
}
