// Keyboard of the whole console: one composition, one place where single keys are read. (WCAG 2.1.4: they can be turned off.)
import { useEffect, useRef, useState } from "react"
import { noComposition, type Shortcut, shortcutOf } from "./ime.ts"

export const composition = noComposition()

export const watchComposition = (): void => {
  document.addEventListener("compositionstart", () => {
    composition.running = true
  })
  document.addEventListener("compositionend", event => {
    composition.running = false
    composition.endedAt = event.timeStamp
  })
}

const inField = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest("input, textarea, select, [contenteditable], [role=dialog], [role=radiogroup]") !== null

const place = "parley.keys"

export const useKeysSetting = (): readonly [boolean, (on: boolean) => void] => {
  const [on, setOn] = useState(() => {
    try {
      return localStorage.getItem(place) !== "off"
    } catch {
      return true
    }
  })
  const set = (next: boolean): void => {
    setOn(next)
    try {
      localStorage.setItem(place, next ? "on" : "off")
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  }
  return [on, set]
}

export const useShortcuts = (on: boolean, act: (shortcut: Shortcut) => void): void => {
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    if (!on) return
    const pressed = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.repeat || inField(event.target)) return
      const shortcut = shortcutOf(event, composition)
      if (!shortcut) return
      event.preventDefault()
      latest.current(shortcut)
    }
    document.addEventListener("keydown", pressed)
    return () => document.removeEventListener("keydown", pressed)
  }, [on])
}
