// "Displayed" is said only of what truly was on a visible screen: the whole text, in a visible page, for a second.
import { type RefObject, useEffect } from "react"
import type { LineView, MessageView } from "../api/shapes.ts"
import { reportDisplayed } from "./ask.ts"

const dwellMs = 1_000
const told = new Set<string>()

const owed = (message: MessageView, { us, officer }: LineView): boolean =>
  isOnWatch(officer) &&
  message.author !== us.party &&
  message.text !== undefined &&
  message.mark === undefined &&
  !message.rungs.some(({ rung, party }) => rung === "displayed" && party === us.party)

/** Others read; that nobody on watch was shown it is then true. */
export const isOnWatch = ({ role }: LineView["officer"]): boolean => role === "watch" || role === "releaser"

/** A piece that cuts its text off at its edge shows the whole only while nothing overflows it. */
const isCut = ({ scrollWidth, clientWidth, scrollHeight, clientHeight }: HTMLElement): boolean =>
  scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1

/** `element` holds the whole text of the message, unless `isWhole` says that it holds a part. */
export const useSeen = (
  element: RefObject<HTMLElement | null>,
  message: MessageView,
  line: LineView,
  isWhole = true,
): void => {
  const due = owed(message, line) && isWhole
  const { hash } = message
  useEffect(() => {
    const watched = element.current
    if (!due || told.has(hash) || !watched) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let within = false
    // An element in a line of its own has no width that could be compared; only what clips can cut.
    const clips = getComputedStyle(watched).overflowX !== "visible"
    const settle = (): void => {
      clearTimeout(timer)
      if (within && document.visibilityState === "visible") timer = setTimeout(() => void tell(), dwellMs)
    }
    const tell = async (): Promise<void> => {
      if (told.has(hash)) return
      told.add(hash)
      const answer = await reportDisplayed(hash)
      // A report that did not arrive is owed again when the text is next seen.
      if ("failed" in answer) told.delete(hash)
    }
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry) return
        // What is not drawn at all has no root either: nothing of nothing is not the whole of it.
        const tall =
          entry.isIntersecting &&
          entry.intersectionRect.height >= (entry.rootBounds?.height ?? Number.POSITIVE_INFINITY) * 0.8
        within = (entry.intersectionRatio >= 0.95 || tall) && !(clips && isCut(watched))
        settle()
      },
      { threshold: [0, 0.25, 0.5, 0.75, 0.95, 1] },
    )
    observer.observe(watched)
    document.addEventListener("visibilitychange", settle)
    return () => {
      clearTimeout(timer)
      observer.disconnect()
      document.removeEventListener("visibilitychange", settle)
    }
  }, [due, hash, element])
}
