// One predicate for every field: does this key belong to the input method or to us? A Japanese or Chinese officer ends a word with
// Enter; that Enter must never do anything else. Browsers differ in the order of the events, so three signs are read together.

export type KeyFacts = {
  readonly key: string
  readonly keyCode: number
  readonly isComposing: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  readonly timeStamp: number
}

/** Some browsers end the composition first and then send its Enter as a plain one; a person cannot press two keys within this. */
export const justEndedMs = 80

/** Remembers when a composition last ended. One for the whole console, fed by listeners on the document. */
export type Composition = { running: boolean; endedAt: number }
export const noComposition = (): Composition => ({ running: false, endedAt: Number.NEGATIVE_INFINITY })

export const belongsToInputMethod = (event: KeyFacts, composition: Composition): boolean =>
  event.isComposing ||
  event.keyCode === 229 ||
  event.key === "Process" ||
  composition.running ||
  event.timeStamp - composition.endedAt < justEndedMs

/** Ctrl+Enter or ⌘+Enter asks for the review; plain Enter never does anything but a new line. */
export const asksForReview = (event: KeyFacts, composition: Composition): boolean =>
  event.key === "Enter" &&
  (event.ctrlKey || event.metaKey) &&
  !event.altKey &&
  !event.shiftKey &&
  !belongsToInputMethod(event, composition)

export type Shortcut = "acknowledge" | "write" | "up" | "down"
const shortcuts: ReadonlyMap<string, Shortcut> = new Map([
  ["a", "acknowledge"],
  ["w", "write"],
  ["ArrowUp", "up"],
  ["ArrowDown", "down"],
])

/** Single keys act only outside fields and dialogs, never with a modifier, and can be turned off. (WCAG 2.1.4) */
export const shortcutOf = (event: KeyFacts, composition: Composition): Shortcut | null => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return null
  if (belongsToInputMethod(event, composition)) return null
  return shortcuts.get(event.key.length === 1 ? event.key.toLowerCase() : event.key) ?? null
}
