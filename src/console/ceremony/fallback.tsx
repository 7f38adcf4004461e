// The fallback card: whom to ring and how to prove each other when Parley is dead. The tables follow from a secret carried by hand, and
// are kept nowhere. (CH-11)
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import type { CeremonyRecord, FallbackView } from "../../api/ceremony.ts"
import { type Failure, isFailure } from "../ask.ts"
import { useFailure } from "../failure.ts"
import { useReader } from "../words.tsx"
import { drawSecret, makeFallback } from "./ask.ts"
import { shownAs } from "./lists.ts"
import { useSaying } from "./say.ts"
import { PrintButton, Sheet } from "./sheet.tsx"

const letters = "ABCDEFGHJK"

export const Fallback = ({ record }: { readonly record: CeremonyRecord }) => {
  const { say, language } = useSaying()
  const { name } = useReader()
  const why = useFailure()
  const [secret, setSecret] = useState("")
  const [card, setCard] = useState<FallbackView | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [busy, setBusy] = useState(false)
  const [numbers, setNumbers] = useState<readonly [string, string]>(["", ""])
  const draw = async (): Promise<void> => {
    const drawn = await drawSecret()
    if (isFailure(drawn)) return setFailure(drawn)
    setSecret(drawn.numbers.map(number => shownAs(number, language)).join(" "))
    setCard(null)
  }
  const make = async (): Promise<void> => {
    setBusy(true)
    const made = await makeFallback(secret)
    setBusy(false)
    setFailure(isFailure(made) ? made : null)
    setCard(isFailure(made) ? null : made)
  }
  const parties = record.parties.map(({ names }) => name(names))
  const field = (party: number, label: string) => (
    <label className="field">
      <span>{label}</span>
      <textarea
        rows={3}
        value={numbers[party === record.us ? 0 : 1]}
        placeholder={say("fallback.numbers-hint")}
        onChange={event =>
          setNumbers(held => (party === record.us ? [event.target.value, held[1]] : [held[0], event.target.value]))
        }
      />
    </label>
  )
  return (
    <section className="fallback">
      <h2>{say("fallback.title")}</h2>
      <p>{say("fallback.lead")}</p>
      <label className="field">
        <span>{say("fallback.secret")}</span>
        <textarea
          rows={2}
          spellCheck={false}
          autoComplete="off"
          value={secret}
          onChange={event => {
            setSecret(event.target.value)
            setCard(null)
          }}
        />
      </label>
      <div className="buttons">
        <Button className="button" onPress={() => void draw()}>
          {say("fallback.draw")}
        </Button>
        <Button className="button" isDisabled={busy || secret.trim() === ""} onPress={() => void make()}>
          {busy ? say("fallback.making") : say("fallback.make")}
        </Button>
      </div>
      {failure && (
        <p className="notice" role="alert">
          {why(failure)}
        </p>
      )}
      {card && (
        <>
          <p>
            {say("fallback.check")} <strong className="code check-number">{card.check}</strong>
          </p>
          <div className="card-ways">
            {field(1 - record.us, say("fallback.numbers-theirs", { name: parties[1 - record.us] ?? "" }))}
            {field(record.us, say("fallback.numbers-ours"))}
          </div>
          <div className="buttons">
            <PrintButton sheet="fallback">{say("fallback.print")}</PrintButton>
          </div>
          <FallbackSheet record={record} card={card} parties={parties} numbers={numbers} />
        </>
      )}
    </section>
  )
}

type SheetProps = {
  readonly record: CeremonyRecord
  readonly card: FallbackView
  readonly parties: readonly string[]
  /** Ours, theirs. */
  readonly numbers: readonly [string, string]
}

const FallbackSheet = ({ record, card, parties, numbers }: SheetProps) => {
  const { say } = useSaying()
  const us = record.us
  return (
    <Sheet name="fallback">
      <header className="fallback-head">
        <h1>{say("fallback.title")}</h1>
        <p>
          {parties[us]} · {parties[1 - us]}
        </p>
        <p>
          {say("record.line")} <span className="code">{record.line}</span>
        </p>
        <p>
          {say("fallback.check")} <strong className="code">{card.check}</strong>
        </p>
      </header>
      <div className="fallback-numbers">
        <section>
          <h2>{say("fallback.numbers-theirs", { name: parties[1 - us] ?? "" })}</h2>
          <p className="lines">{numbers[1]}</p>
        </section>
        <section>
          <h2>{say("fallback.numbers-ours")}</h2>
          <p className="lines">{numbers[0]}</p>
        </section>
      </div>
      <p>{say("fallback.how")}</p>
      <div className="fallback-tables">
        {[us, 1 - us].map(party => (
          <table key={party}>
            <caption>{say("fallback.table", { name: parties[party] ?? "" })}</caption>
            <thead>
              <tr>
                <td />
                {(card.tables[party]?.[0] ?? []).map((_, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a column is its number.
                  <th scope="col" key={column}>
                    {column + 1}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {(card.tables[party] ?? []).map((cells, row) => (
                <tr key={letters[row]}>
                  <th scope="row">{letters[row]}</th>
                  {cells.map((cell, column) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place.
                    <td key={column} className="code">
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </div>
      <section className="fallback-dead">
        <h2>{say("fallback.dead-title")}</h2>
        <ol>
          {(["fallback.dead-1", "fallback.dead-2", "fallback.dead-3", "fallback.dead-4"] as const).map(word => (
            <li key={word}>{say(word)}</li>
          ))}
        </ol>
      </section>
      <p className="fallback-keep">
        {say("fallback.duress")} {say("fallback.keep")}
      </p>
    </Sheet>
  )
}
