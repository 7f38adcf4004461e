// A sheet that waits for the roots: what it says, as this console reads it from the bytes that are signed, the way there and back, and the
// act of saying it.
import { type ReactNode, useId, useState } from "react"
import { Button } from "react-aria-components/Button"
import type { SheetFile, SheetView, SignaturesFile } from "../../api/keys.ts"
import { fromHex } from "../../core/hash.ts"
import { isRefusal } from "../../core/refusal.ts"
import { readSheet } from "../../core/sheet.ts"
import { type Failure, isFailure } from "../ask.ts"
import { Failed } from "../failed.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { Code, PersonName, Words } from "../pieces.tsx"
import { inGroups } from "../release.ts"
import { dtg } from "../time.ts"
import { useReader } from "../words.tsx"
import { commitSheet } from "./ask.ts"
import { readSigned, saveFile } from "./files.ts"

const Meaning = ({ sheet: { prefix, message } }: { readonly sheet: SheetView }) => {
  const { t } = useReader()
  const read = readSheet(fromHex(prefix) ?? new Uint8Array(0), fromHex(message) ?? new Uint8Array(0))
  // What is said of officers is not prepared by a node.
  if (isRefusal(read) || read.what === "officer") return <p role="alert">{t("sheet.unread")}</p>
  if (read.what === "revocation") return <p>{t("sheet.revocation", read.trusted)}</p>
  const { generation, size, why, language } = read
  return (
    <>
      <p>{t("sheet.generation", { generation, size })}</p>
      <p>
        {t("sheet.why")} <Words text={why} language={language} />
      </p>
    </>
  )
}

type Chosen = { readonly name: string; readonly signed: SignaturesFile | null }

/** The file that came back, checked as far as a console can; the node checks the signatures. */
const useSigned = (sheet: SheetView | null, look: () => Promise<void>) => {
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [seq, setSeq] = useState<number | null>(null)
  const choose = async (file: File | undefined): Promise<void> => {
    setFailure(null)
    setChosen(file === undefined ? null : { name: file.name, signed: await readSigned(file) })
  }
  const fits = chosen?.signed != null && chosen.signed.sheet === sheet?.sheet
  const commit = async (): Promise<void> => {
    if (!chosen?.signed) return
    setBusy(true)
    const answer = await commitSheet(chosen.signed)
    setBusy(false)
    if (isFailure(answer)) return setFailure(answer)
    setSeq(answer.seq)
    setChosen(null)
    await look()
  }
  return { chosen, choose, fits, commit, failure, isBusy, seq }
}

const Step = ({ children }: { readonly children: ReactNode }) => <li>{children}</li>

const fileOf = ({ parley, sheet, code, prefix, message }: SheetView): SheetFile => ({
  ...{ parley, sheet, code, prefix, message },
})

export const Sheet = ({ sheet, look }: { readonly sheet: SheetView | null; readonly look: () => Promise<void> }) => {
  const { line } = useKnowledge()
  const { t } = useReader()
  const field = useId()
  const { chosen, choose, fits, commit, failure, isBusy, seq } = useSigned(sheet, look)
  if (sheet === null) return <p role="status">{seq !== null && t("sheet.said", { seq })}</p>
  const name = `${sheet.code}-sheet-${sheet.sheet.slice(0, 8)}.json`
  return (
    <div className="keep-sheet">
      <h4>{t("sheet.title")}</h4>
      <Meaning sheet={sheet} />
      <p className="keep-fact">
        <span className="quiet">{t("sheet.name")}</span>
        <Code className="hash">{inGroups(sheet.sheet)}</Code>
      </p>
      <p className="quiet">
        {t("sheet.by", { dtg: dtg(sheet.at) })} <PersonName name={sheet.by} party={line.us.party} />
      </p>
      <ol className="keep-steps">
        <Step>
          {t("sheet.step-1")}
          <Button
            className="button small"
            onPress={() => saveFile(name, `${JSON.stringify(fileOf(sheet), null, 1)}\n`, "application/json")}
          >
            {t("sheet.download")}
          </Button>
        </Step>
        <Step>
          {t("sheet.step-2")}
          <Code className="command">{`parley roots show ${name}`}</Code>
          {t("sheet.then")}
          <Code className="command">{`parley roots sign ${name} --root root.json -o signed.json`}</Code>
        </Step>
        <Step>
          {t("sheet.step-3")}
          <span className="keep-file">
            <label className="button small" htmlFor={field}>
              {t("sheet.choose")}
            </label>
            <input
              id={field}
              className="visually-hidden"
              type="file"
              accept=".json,application/json"
              onChange={event => void choose(event.target.files?.[0])}
            />
          </span>
          <span role="status">
            {chosen !== null &&
              t(fits ? "sheet.chosen" : chosen.signed === null ? "sheet.no-file" : "sheet.other", {
                name: chosen.name,
              })}
          </span>
        </Step>
      </ol>
      <Failed failure={failure} />
      <div className="buttons">
        <Button className="button strong" isDisabled={!fits || isBusy} onPress={() => void commit()}>
          {t(isBusy ? "sheet.saying" : "sheet.say")}
        </Button>
      </div>
      <p className="quiet">{t("sheet.kept")}</p>
    </div>
  )
}
