// An administrator changes our keys: at once by the node itself, or by the roots, whose sheet is carried to them and back.
import { type ReactNode, useState } from "react"
import { Button } from "react-aria-components/Button"
import type { KeysView } from "../../api/keys.ts"
import type { PrepareRequest } from "../../api/shapes.ts"
import { checkText } from "../../core/body.ts"
import { reasonBytesMax } from "../../core/limits.ts"
import { classical } from "../../core/suite.ts"
import { isFailure } from "../ask.ts"
import { useAsking } from "../asking.ts"
import { Failed } from "../failed.tsx"
import { useFailure } from "../failure.ts"
import { useKnowledge } from "../knowledge.tsx"
import { useReader } from "../words.tsx"
import { prepareSheet, rotateKeys } from "./ask.ts"
import { Sheet } from "./sheet.tsx"
import { Follows, Sure } from "./sure.tsx"

type Look = () => Promise<void>

const Rotate = ({ look }: { readonly look: Look }) => {
  const { t } = useReader()
  const say = useFailure()
  const [isOpen, setOpen] = useState(false)
  const { isBusy, failure, ask, forget } = useAsking()
  const [algorithm, setAlgorithm] = useState("")
  const [seq, setSeq] = useState<number | null>(null)
  const rotate = async (): Promise<void> => {
    const answer = await ask(rotateKeys(algorithm === "" ? null : algorithm))
    if (isFailure(answer)) return
    setSeq(answer.seq)
    setOpen(false)
    await look()
  }
  return (
    <div className="keep-act">
      <h4>{t("change.rotate")}</h4>
      <p>{t("change.rotate-when")}</p>
      <Button
        className="button"
        onPress={() => {
          forget()
          setOpen(true)
        }}
      >
        {t("change.rotate")}
      </Button>
      <p role="status">{seq !== null && t("change.rotated", { seq })}</p>
      {isOpen && (
        <Sure
          title={t("change.rotate")}
          act={t(isBusy ? "change.preparing" : "change.rotate-do")}
          isBusy={isBusy}
          problem={failure && say(failure)}
          done={() => setOpen(false)}
          sure={() => void rotate()}
        >
          <Follows words={["change.rotate-1", "change.rotate-2", "change.rotate-3", "change.rotate-4"]} />
          <label className="field">
            <span>{t("change.algorithm")}</span>
            <select value={algorithm} onChange={event => setAlgorithm(event.target.value)}>
              <option value="">{t("change.as-now")}</option>
              {Object.keys(classical).map(each => (
                <option key={each} value={each}>
                  {each}
                </option>
              ))}
            </select>
          </label>
        </Sure>
      )}
    </div>
  )
}

/** One way by the roots: when it is for, what follows, and what the sheet is to say. */
type FormProps = {
  readonly name: "revoke" | "anew"
  readonly fits: boolean
  readonly request: () => PrepareRequest
  readonly look: Look
  readonly children: ReactNode
}

const Prepare = ({ name, fits, request, look, children }: FormProps) => {
  const { t } = useReader()
  const [isOpen, setOpen] = useState(false)
  const { isBusy, failure, ask } = useAsking()
  const prepare = async (): Promise<void> => {
    if (isFailure(await ask(prepareSheet(request())))) return
    setOpen(false)
    await look()
  }
  const follows =
    name === "revoke"
      ? (["change.revoke-1", "change.revoke-2", "change.revoke-3", "change.revoke-4"] as const)
      : (["change.anew-1", "change.anew-2", "change.anew-3"] as const)
  return (
    <div className="keep-act">
      <h4>{t(`change.${name}`)}</h4>
      <p>{t(`change.${name}-when`)}</p>
      {!isOpen && (
        <Button className="button" onPress={() => setOpen(true)}>
          {t(`change.${name}`)}
        </Button>
      )}
      {isOpen && (
        <form
          className={`keep-form ${name}`}
          onSubmit={event => {
            event.preventDefault()
            if (fits && !isBusy) void prepare()
          }}
        >
          <Follows words={follows} />
          {children}
          <Failed failure={failure} />
          <div className="buttons">
            <button type="submit" className="button strong" disabled={!fits || isBusy}>
              {t(isBusy ? "change.preparing" : "change.prepare")}
            </button>
            <Button className="button" isDisabled={isBusy} onPress={() => setOpen(false)}>
              {t("act.cancel")}
            </Button>
          </div>
        </form>
      )}
    </div>
  )
}

type CountProps = { readonly word: "generation" | "seq" | "up-to"; readonly most: number }
const Count = ({ word, most, value, change }: CountProps & { value: number; change: (next: number) => void }) => {
  const { t } = useReader()
  return (
    <label className="field count-field">
      <span>{t(`change.${word}`)}</span>
      <input
        type="number"
        min={word === "generation" ? 1 : 0}
        max={most}
        value={Number.isNaN(value) ? "" : value}
        onChange={event => change(event.target.valueAsNumber)}
      />
    </label>
  )
}

const isCount = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most

const Revoke = ({ look }: { readonly look: Look }) => {
  const { line } = useKnowledge()
  const own = line.sizes.find(({ party }) => party === line.us.party)
  const [generation, setGeneration] = useState(own?.generation ?? 1)
  const [seq, setSeq] = useState(own?.size ?? 0)
  const most = generation === own?.generation ? Number.MAX_SAFE_INTEGER : 1e15
  const fits = isCount(generation, 1, own?.generation ?? 1) && isCount(seq, 0, most)
  return (
    <Prepare name="revoke" fits={fits} request={() => ({ what: "revocation", generation, seq })} look={look}>
      <div className="keep-fields">
        <Count word="generation" most={own?.generation ?? 1} value={generation} change={setGeneration} />
        <Count word="seq" most={most} value={seq} change={setSeq} />
      </div>
    </Prepare>
  )
}

const Anew = ({ look }: { readonly look: Look }) => {
  const { line } = useKnowledge()
  const { t, language } = useReader()
  const size = line.sizes.find(({ party }) => party === line.us.party)?.size ?? 0
  const [why, setWhy] = useState("")
  const [upTo, setUpTo] = useState(Number.NaN)
  const [newKeys, setNewKeys] = useState(false)
  const text = why.trim()
  const fits = text !== "" && checkText(text, reasonBytesMax) === true && (Number.isNaN(upTo) || isCount(upTo, 0, 1e15))
  const request = (): PrepareRequest => ({
    ...{ what: "generation", why: text, language, newKeys },
    ...(Number.isNaN(upTo) ? {} : { seq: upTo }),
  })
  return (
    <Prepare name="anew" fits={fits} request={request} look={look}>
      <label className="field">
        <span>{t("change.why")}</span>
        <textarea rows={2} value={why} onChange={event => setWhy(event.target.value)} />
      </label>
      <div className="keep-fields">
        <Count word="up-to" most={Math.max(size, 0)} value={upTo} change={setUpTo} />
        <label className="keep-check">
          <input type="checkbox" checked={newKeys} onChange={event => setNewKeys(event.target.checked)} />
          <span>{t("change.new-keys")}</span>
        </label>
      </div>
    </Prepare>
  )
}

export const Change = ({ view, look }: { readonly view: KeysView; readonly look: Look }) => {
  const { t } = useReader()
  return (
    <section className="keep-change">
      <h3>{t("change.title")}</h3>
      <Sheet sheet={view.sheet} look={look} />
      <div className="keep-acts">
        <Rotate look={look} />
        <Revoke look={look} />
        <Anew look={look} />
      </div>
    </section>
  )
}
