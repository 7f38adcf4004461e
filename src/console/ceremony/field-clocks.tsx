// Controls of what goes by precedence: reply clocks, persons who release, proofs; and a duration.
import { precedences } from "../../core/registry.ts"
import type { EditorProps } from "./editor.tsx"
import { useSaying } from "./say.ts"

const highestFirst = precedences.toReversed()
const units = ["m", "h", "d"] as const

/** "PRIORITY:12h,FLASH:5m" as a map, and back, lowest first. */
const rowsOf = (value: string): Map<string, string> =>
  new Map(
    value
      .split(",")
      .filter(row => row !== "")
      .map((row): [string, string] => [row.split(":")[0] ?? "", row.split(":")[1] ?? ""]),
  )

const textOf = (rows: ReadonlyMap<string, string>, order: readonly string[]): string =>
  order.flatMap(name => (rows.get(name) ? [`${name}:${rows.get(name)}`] : [])).join(",")

const put = (value: string, name: string, text: string, order: readonly string[]): string =>
  textOf(rowsOf(value).set(name, text), order)

type DurationProps = EditorProps & { readonly label: string }

export const Duration = ({ label, value, change }: DurationProps) => {
  const { say } = useSaying()
  const [, amount = "", unit = "m"] = /^(\D*\d*)([a-z]*)$/.exec(value) ?? []
  const known = units.find(each => each === unit)
  const give = (count: string, of: string): void => change(count === "" ? "" : `${count}${of || "m"}`)
  return (
    <div className="labelled">
      <span>{label}</span>
      <div className="duration">
        <input
          className="short code"
          inputMode="numeric"
          aria-label={`${label}: ${say("terms.amount")}`}
          placeholder={say("term.none")}
          value={amount}
          onChange={event => give(event.target.value.trim(), unit)}
        />
        <select
          aria-label={`${label}: ${say("terms.unit")}`}
          value={unit || "m"}
          onChange={event => give(amount, event.target.value)}
        >
          {units.map(each => (
            <option key={each} value={each}>
              {say(`terms.unit-${each}`)}
            </option>
          ))}
          {known === undefined && unit !== "" && <option value={unit}>{unit}</option>}
        </select>
      </div>
    </div>
  )
}

export const Clocks = ({ value, change }: EditorProps) => {
  const { say } = useSaying()
  const rows = rowsOf(value)
  return (
    <div className="by-precedence">
      {highestFirst.map(precedence => (
        <Duration
          key={precedence}
          label={say(`precedence.${precedence}`)}
          value={rows.get(precedence) ?? ""}
          change={text => change(put(value, precedence, text, precedences))}
        />
      ))}
    </div>
  )
}

export const Releases = ({ value, change }: EditorProps) => {
  const { say } = useSaying()
  const rows = rowsOf(value)
  return (
    <div className="by-precedence">
      {highestFirst.map(precedence => (
        <label className="labelled" key={precedence}>
          <span>{say(`precedence.${precedence}`)}</span>
          <select
            value={rows.get(precedence) ?? ""}
            onChange={event => change(put(value, precedence, event.target.value, precedences))}
          >
            <option value="">{say("terms.one-person")}</option>
            {/* A row of one is lawful and says the same; it is shown as it stands. */}
            {rows.get(precedence) === "1" && <option value="1">{say("terms.one-person")}</option>}
            {["2", "3", "4"].map(persons => (
              <option key={persons} value={persons}>
                {say("terms.n-persons", { n: persons })}
              </option>
            ))}
          </select>
        </label>
      ))}
    </div>
  )
}

const provable = [
  "acknowledged",
  "read-back",
  "passed-up",
  "deferred",
  "declined",
  "refused",
  "message",
  "answer",
] as const

export const Proofs = ({ value, change }: EditorProps) => {
  const { say } = useSaying()
  const rows = rowsOf(value)
  const order = [...provable, ...[...rows.keys()].filter(name => !provable.some(each => each === name))]
  return (
    <div className="by-precedence">
      {provable.map(kind => (
        <label className="labelled" key={kind}>
          <span>{say(`item.${kind}`)}</span>
          <select value={rows.get(kind) ?? ""} onChange={event => change(put(value, kind, event.target.value, order))}>
            <option value="">{say("terms.from-none")}</option>
            {precedences.map(precedence => (
              <option key={precedence} value={precedence}>
                {say("terms.from-level", { precedence: say(`precedence.${precedence}`) })}
              </option>
            ))}
          </select>
        </label>
      ))}
    </div>
  )
}
