// What every control of a proposal is given, and two that several of them use.
export type EditorProps = { readonly value: string; readonly change: (text: string) => void }

/** A few to choose from, all in sight. */
export const Few = <T extends string>(props: {
  readonly options: readonly T[]
  readonly chosen: readonly T[]
  readonly word: (option: T) => string
  readonly press: (option: T) => void
  readonly label: string
}) => (
  <fieldset className="few" aria-label={props.label}>
    {props.options.map(option => (
      <button
        type="button"
        key={option}
        className="few-one"
        aria-pressed={props.chosen.includes(option)}
        onClick={() => props.press(option)}
      >
        {props.word(option)}
      </button>
    ))}
  </fieldset>
)

type EntryProps = EditorProps & { readonly label: string; readonly isNumber?: true; readonly isCode?: true }

export const Entry = ({ label, value, change, isNumber, isCode }: EntryProps) => (
  <label className="labelled">
    <span>{label}</span>
    <input
      className={isNumber ? "short code" : isCode ? "code" : ""}
      inputMode={isNumber ? "numeric" : "text"}
      value={value}
      onChange={event => change(isNumber || isCode ? event.target.value.trim() : event.target.value)}
    />
  </label>
)
