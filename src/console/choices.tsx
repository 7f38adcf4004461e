// A group of choices under one heading: one of them, or any number.
import { type ReactNode, useId } from "react"

type ChoicesProps<Choice extends string> = {
  readonly legend: string
  /** Round marks: of these one is chosen at a time. */
  readonly isOne?: boolean
  readonly of: readonly Choice[]
  readonly chosen: readonly string[]
  /** This one was pressed. */
  readonly choose: (choice: Choice) => void
  readonly label: (choice: Choice) => ReactNode
  readonly children?: ReactNode
}

export const Choices = <Choice extends string>(props: ChoicesProps<Choice>) => {
  const { legend, isOne = false, of, chosen, choose, label, children } = props
  const name = useId()
  return (
    <fieldset className="keep-choice">
      <legend>{legend}</legend>
      {of.map(each => (
        <label key={each} className="keep-check">
          <input
            type={isOne ? "radio" : "checkbox"}
            name={name}
            value={each}
            checked={chosen.includes(each)}
            onChange={() => choose(each)}
          />
          <span>{label(each)}</span>
        </label>
      ))}
      {children}
    </fieldset>
  )
}
