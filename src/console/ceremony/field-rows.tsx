// Controls of what comes in rows: handling labels, desks, and the disclosure of persons.
import { Button } from "react-aria-components/Button"
import { disclosedItems, levelsOf } from "../../core/disclosure.ts"
import { type EditorProps, Entry, Few } from "./editor.tsx"
import { Clocks } from "./field-clocks.tsx"
import { useSaying } from "./say.ts"

/** A line is a row, cells stand between bars; a bar or a semicolon inside a name would end it, so none can be typed. */
const rowsOf = (value: string): string[][] =>
  value === "" ? [] : value.split("\n").map(row => row.split("|").map(cell => cell.trim()))
const textOf = (rows: readonly (readonly string[])[]): string => rows.map(row => row.join(" | ")).join("\n")
const plain = (text: string): string => text.replace(/[|;\n]/g, "")

type RowsProps = EditorProps & {
  readonly heads: readonly string[]
  readonly label: string
  /** Cells of a new row. */
  readonly fresh: readonly string[]
  readonly clocked?: true
}

const Rows = ({ value, change, heads, label, fresh, clocked }: RowsProps) => {
  const { say } = useSaying()
  const rows = rowsOf(value)
  const cell = (row: number, column: number, text: string): void =>
    change(textOf(rows.map((cells, at) => (at === row ? cells.with(column, plain(text)) : cells))))
  const clocks = (row: number, text: string): void =>
    change(
      textOf(
        rows.map((cells, at) =>
          at === row ? [...cells.slice(0, heads.length), ...(text === "" ? [] : [text])] : cells,
        ),
      ),
    )
  return (
    <div className="term-rows">
      {rows.map((cells, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are told apart by their place alone.
        <div className="term-cells" key={row}>
          {heads.map((head, column) => (
            <Entry key={head} label={head} value={cells[column] ?? ""} change={text => cell(row, column, text)} />
          ))}
          {clocked && (
            <details open={cells.length > heads.length}>
              <summary>{say("terms.own-clocks")}</summary>
              <Clocks value={cells[heads.length] ?? ""} change={text => clocks(row, text)} />
            </details>
          )}
          <Button
            className="button small"
            aria-label={`${say("terms.remove")}: ${cells[0] || `${label} ${row + 1}`}`}
            onPress={() => change(textOf(rows.filter((_, at) => at !== row)))}
          >
            {say("terms.remove")}
          </Button>
        </div>
      ))}
      <div className="buttons">
        <Button className="button small" onPress={() => change(textOf([...rows, fresh]))}>
          {say("terms.add")}
        </Button>
      </div>
    </div>
  )
}

export const Labels = (props: EditorProps) => {
  const { say } = useSaying()
  const heads = [say("terms.name-en"), say("terms.name-ja"), say("terms.name-zh")]
  return <Rows {...props} heads={heads} label={say("term.labels")} fresh={["", "", ""]} />
}

export const Desks = (props: EditorProps) => {
  const { say } = useSaying()
  const heads = [say("terms.code"), say("terms.name-en"), say("terms.name-ja"), say("terms.name-zh")]
  return <Rows {...props} heads={heads} label={say("term.desks")} fresh={["", "", "", ""]} clocked />
}

export const DisclosureField = ({ value, change }: EditorProps) => {
  const { say } = useSaying()
  const rows = new Map(
    value
      .split(",")
      .filter(row => row !== "")
      .map((row): [string, string] => [row.split(":")[0] ?? "", row.split(":")[1] ?? ""]),
  )
  const put = (item: string, level: string): void => {
    const next = new Map(rows).set(item, level)
    change(
      disclosedItems
        .flatMap(each => {
          const held = next.get(each)
          return held !== undefined && held !== "name" ? [`${each}:${held}`] : []
        })
        .join(","),
    )
  }
  return (
    <div className="by-item">
      {disclosedItems.toReversed().map(item => (
        <div className="labelled" key={item}>
          <span>{say(`item.${item}`)}</span>
          <Few
            label={say(`item.${item}`)}
            options={levelsOf(item)}
            chosen={levelsOf(item).filter(level => level === (rows.get(item) ?? "name"))}
            word={level => (item === "ring" && level === "name" ? say("preview.nobody") : say(`level.${level}`))}
            press={level => put(item, level)}
          />
        </div>
      ))}
    </div>
  )
}
