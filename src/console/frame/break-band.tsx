// One side has lost what sealing rests on: what happened, and what an officer here must do, in order. (EP-10)
import { useId, useState } from "react"
import type { BreakView } from "../../api/shapes.ts"
import { decideBreak } from "../ask.ts"
import { useAsking } from "../asking.ts"
import { useFailure } from "../failure.ts"
import { RefusedMark } from "../icons.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { Code } from "../pieces.tsx"
import { useReader } from "../words.tsx"

const mayDecide = ["watch", "releaser", "administrator"]

const Decide = ({ party }: { readonly party: number }) => {
  const { t } = useReader()
  const say = useFailure()
  const field = useId()
  const [code, setCode] = useState("")
  const { isBusy, failure, ask } = useAsking()
  const decide = (confirmed: boolean): Promise<object> => ask(decideBreak({ party, code, confirmed }))
  const ready = code.replaceAll(/\D/g, "").length === 16 && !isBusy
  return (
    <form
      className="break-decide"
      onSubmit={event => {
        event.preventDefault()
        if (ready) void decide(true)
      }}
    >
      <label htmlFor={field}>{t("break.theirs")}</label>
      <input
        id={field}
        className="code"
        inputMode="numeric"
        autoComplete="off"
        maxLength={24}
        value={code}
        onChange={event => setCode(event.target.value)}
      />
      <button type="submit" className="button small" disabled={!ready}>
        {t("break.confirm")}
      </button>
      <button type="button" className="button small" disabled={!ready} onClick={() => void decide(false)}>
        {t("break.set-aside")}
      </button>
      {failure && <span role="alert">{say(failure)}</span>}
    </form>
  )
}

const One = ({ wanted }: { readonly wanted: BreakView }) => {
  const { line } = useKnowledge()
  const { t, name } = useReader()
  const them = line.them.find(it => it.party === wanted.party)
  const decides = mayDecide.includes(line.officer.role)
  return (
    <section className="refused-band break-band" aria-label={t("break.band")}>
      <RefusedMark />
      <strong>{t("break.band")}</strong>
      <span className="refused-sentence">{t("break.what", { them: them ? name(them.names) : "" })}</span>
      <ol>
        <li>{t("break.ring")}</li>
        <li>
          {t("break.ours")} {wanted.read && <Code className="break-number">{wanted.read}</Code>}
        </li>
        <li>
          {wanted.waits && t("break.waits")}
          {!wanted.waits && !wanted.held && t("break.not-come")}
          {!wanted.waits && wanted.held && (decides ? <Decide party={wanted.party} /> : t("break.officer"))}
        </li>
      </ol>
      <span className="refused-sentence">{t("break.doubt")}</span>
    </section>
  )
}

export const BreakBand = () => {
  const { line } = useKnowledge()
  return line.breaks.map(wanted => <One key={wanted.party} wanted={wanted} />)
}
