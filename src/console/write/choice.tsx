// One of a few, all of them in sight: a release must not hide what it does behind a menu.
import { Label } from "react-aria-components/Label"
import { Radio, RadioGroup } from "react-aria-components/RadioGroup"
import { precedences } from "../../core/registry.ts"
import { PrecedenceMark } from "../icons.tsx"

type ChoiceProps<T extends string> = {
  readonly label: string
  readonly options: readonly T[]
  readonly value: T
  readonly word: (option: T) => string
  readonly choose: (option: T) => void
  readonly precedence?: boolean
  readonly className?: string
}

const Shape = ({ option }: { readonly option: string }) => {
  const precedence = precedences.find(name => name === option)
  return precedence ? <PrecedenceMark precedence={precedence} size={18} /> : null
}

export const Choice = <T extends string>(props: ChoiceProps<T>) => {
  const { label, options, value, word, choose, precedence = false, className = "" } = props
  const chosen = (next: string): void => {
    const option = options.find(option => option === next)
    if (option) choose(option)
  }
  return (
    <RadioGroup className={`radio-group ${className}`} value={value} onChange={chosen} orientation="horizontal">
      <Label>{label}</Label>
      <div className="radios">
        {options.map(option => (
          <Radio key={option} value={option} className={`radio ${option}`}>
            {precedence && <Shape option={option} />}
            <span>{word(option)}</span>
          </Radio>
        ))}
      </div>
    </RadioGroup>
  )
}
