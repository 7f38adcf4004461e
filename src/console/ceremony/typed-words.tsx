// Ten places for ten words. A space goes to the next place; what is pasted spreads over them; what is in no list is marked at once, and
// what the home calls wrong is marked by its place. (CH-6)
import { type ClipboardEvent, type KeyboardEvent, useId, useRef, useState } from "react"
import { completions, isKnown, split } from "./lists.ts"
import { useSaying } from "./say.ts"

type Props = {
  readonly words: readonly string[]
  /** Place of the word that the home called wrong, from 1; 0 for none. */
  readonly wrong: number
  readonly change: (words: readonly string[]) => void
}

export const TypedWords = ({ words, wrong, change }: Props) => {
  const { say } = useSaying()
  const list = useId()
  const places = useRef<(HTMLInputElement | null)[]>([])
  const [focused, setFocused] = useState(-1)
  const put = (at: number, text: string): void => {
    const several = split(text)
    // A word is one place; more than one came from a paste, or from Chinese written without spaces.
    const next = [...words]
    if (several.length > 1) {
      for (const [by, word] of several.entries()) if (at + by < next.length) next[at + by] = word
      places.current[Math.min(at + several.length, next.length - 1)]?.focus()
    } else next[at] = text.replace(/[\s\u3000]+/g, "")
    change(next)
  }
  const press = (event: KeyboardEvent, at: number): void => {
    // An input method uses the space to choose a character.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault()
      places.current[at + 1]?.focus()
    }
    if (event.key === "Backspace" && words[at] === "" && at > 0) places.current[at - 1]?.focus()
  }
  const paste = (event: ClipboardEvent, at: number): void => {
    event.preventDefault()
    put(at, event.clipboardData.getData("text"))
  }
  const offered = focused < 0 ? [] : completions(words[focused] ?? "")
  return (
    <fieldset className="typed-words">
      <legend>{say("words.heard")}</legend>
      <p className="quiet">{say("words.hint")}</p>
      <ol>
        {words.map((word, at) => {
          const unknown = word !== "" && at !== focused && !isKnown(word)
          const isWrong = at + 1 === wrong
          const said = isWrong ? say("words.is-wrong") : unknown ? say("words.unknown") : ""
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a place is its number.
            <li key={at} className={isWrong || unknown ? "wrong" : word === "" ? "" : "known"}>
              <span className="place code" aria-hidden="true">
                {at + 1}
              </span>
              <input
                ref={element => {
                  places.current[at] = element
                }}
                aria-label={say("words.word", { n: at + 1 })}
                aria-invalid={isWrong || unknown}
                aria-describedby={said ? `${list}-${at}` : undefined}
                list={at === focused && offered.length > 0 ? list : undefined}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                value={word}
                onFocus={() => setFocused(at)}
                onBlur={() => setFocused(-1)}
                onKeyDown={event => press(event, at)}
                onPaste={event => paste(event, at)}
                onChange={event =>
                  composing(event.nativeEvent) ? keep(at, event.target.value) : put(at, event.target.value)
                }
              />
              <span id={`${list}-${at}`} className="word-said">
                {said}
              </span>
            </li>
          )
        })}
      </ol>
      <datalist id={list}>
        {offered.map(each => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </fieldset>
  )

  /** What an input method has not finished is not split. */
  function keep(at: number, text: string): void {
    change(words.with(at, text))
  }
}

const composing = (event: Event): boolean => event instanceof InputEvent && event.isComposing
