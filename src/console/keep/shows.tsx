// What a bundle of evidence will show and what not, the download, and what to tell the outsider. (EV-18, EV-11)
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import type { ExportRequest, ExportView } from "../../api/export.ts"
import { isRefusal } from "../../core/refusal.ts"
import { pageFile } from "../../evidence/files.ts"
import { readZip } from "../../evidence/zip.ts"
import { en, type Word } from "../../words/en.ts"
import { isFailure } from "../ask.ts"
import { useAsking } from "../asking.ts"
import { Failed } from "../failed.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { numberOf } from "../number.ts"
import { Code, Words } from "../pieces.tsx"
import { inGroups } from "../release.ts"
import { useReader } from "../words.tsx"
import { takeExport } from "./ask.ts"
import { saveFile, sha256Of } from "./files.ts"
import { useKeys } from "./keys.tsx"

const excerptChars = 60

const Said = ({ hash }: { readonly hash: string }) => {
  const { line, state } = useKnowledge()
  const message = state.messages.get(hash)
  if (!message) return null
  const text = message.subject || message.text || ""
  const letters = [...text]
  return (
    <>
      <Code>{numberOf(line, message)}</Code>{" "}
      <span className="quiet">
        <Words
          text={letters.length > excerptChars ? `${letters.slice(0, excerptChars).join("")}…` : text}
          language={message.language}
          isLine
        />
      </span>
    </>
  )
}

type EntriesProps = {
  readonly view: ExportView
  readonly shown: ReadonlySet<string> | null
  readonly toggle: (hash: string) => void
}

/** Kinds as people say them; a kind of a later version, by its number. */
const useKind = (): ((kind: string) => string) => {
  const { t } = useReader()
  return kind => {
    const word = [`kind.${kind}`, `rung.${kind}`].find(isWord)
    return word !== undefined && isWord(word) ? t(word) : kind
  }
}

const isWord = (key: string): key is Word => key in en

const Entries = ({ view, shown, toggle }: EntriesProps) => {
  const { t } = useReader()
  return (
    <div className="keep-table">
      <table>
        <caption>{t("export.shows")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("export.entry")}</th>
            <th scope="col">{t("export.message")}</th>
            <th scope="col">{t("export.text")}</th>
          </tr>
        </thead>
        <tbody>
          {view.entries.map(({ hash, place, text }) => (
            <tr key={hash}>
              <th scope="row">
                <Code>{place}</Code>
              </th>
              <td>
                <Said hash={hash} />
              </td>
              <td>
                {shown !== null && text !== "none" ? (
                  <label className="keep-check">
                    <input
                      type="checkbox"
                      checked={shown.has(hash)}
                      aria-label={t("export.show-this", { place })}
                      onChange={() => toggle(hash)}
                    />
                    <span>{t(shown.has(hash) ? "export.shown" : "export.withheld")}</span>
                  </label>
                ) : (
                  <span className={text === "withheld" ? "withheld" : undefined}>{t(`export.${text}`)}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const Fact = ({ word, value }: { readonly word: Parameters<ReturnType<typeof useReader>["t"]>[0]; value: string }) => {
  const { t } = useReader()
  return (
    <p className="keep-fact">
      <span className="quiet">{t(word)}</span>
      <Code className="hash">{value}</Code>
    </p>
  )
}

const Outsider = ({ view, page }: { readonly view: ExportView; readonly page: Uint8Array | undefined }) => {
  const { line } = useKnowledge()
  const { t } = useReader()
  const { view: keys } = useKeys()
  const ours = keys?.parties.find(({ party }) => party === line.us.party)?.fingerprint
  return (
    <section>
      <h3>{t("export.outsider")}</h3>
      <ol className="keep-steps">
        <li>{t("export.out-1")}</li>
        <li>
          {t("export.out-2")}
          {ours !== undefined && <Fact word="export.our-fingerprint" value={inGroups(ours)} />}
          <Fact word="export.page" value={inGroups(view.page)} />
        </li>
        <li>
          {t("export.out-3")}
          {page !== undefined && (
            <Button
              className="button small"
              onPress={() => saveFile(pageFile, Uint8Array.from(page), "text/html;charset=utf-8")}
            >
              {t("export.take-page")}
            </Button>
          )}
        </li>
        <li>
          {t("export.out-4")}
          <Code className="command">{`parley verify ${view.name} --trust ${ours ?? "FINGERPRINT"}`}</Code>
        </li>
      </ol>
    </section>
  )
}

type ShowsProps = EntriesProps & { readonly request: ExportRequest; readonly isChosen: boolean }
type Taken = { readonly sha256: string; readonly page: Uint8Array | undefined }

export const Shows = ({ view, request, isChosen, shown, toggle }: ShowsProps) => {
  const { t } = useReader()
  const kindOf = useKind()
  const [taken, setTaken] = useState<Taken | null>(null)
  const { isBusy, failure, ask } = useAsking()
  const { name } = view
  const take = async (): Promise<void> => {
    const bytes = await ask(takeExport(request))
    if (isFailure(bytes)) return
    saveFile(name, bytes, "application/zip")
    const files = readZip(bytes)
    setTaken({ sha256: await sha256Of(bytes), page: isRefusal(files) ? undefined : files.get(pageFile) })
  }
  return (
    <section className="keep-shows">
      <Entries view={view} shown={shown} toggle={toggle} />
      <p>
        {t("export.others")}{" "}
        <span>{view.others.map(({ kind, count }) => t("export.kind", { kind: kindOf(kind), count })).join(" · ")}</span>
      </p>
      <p>{t("export.not")}</p>
      {view.uncovered.length > 0 && (
        <p className="notice" role="alert">
          {t("export.uncovered", { places: view.uncovered.join(" ") })}
        </p>
      )}
      <Fact word="export.size" value={t("export.bytes", { bytes: view.bytes })} />
      <Fact word="export.sha" value={inGroups(view.sha256)} />
      <Fact word="export.page" value={inGroups(view.page)} />
      {!isChosen && <p className="notice">{t("export.changed")}</p>}
      <div className="buttons">
        <Button className="button strong" isDisabled={!isChosen || isBusy} onPress={() => void take()}>
          {t(isBusy ? "export.taking" : "export.take", { name })}
        </Button>
      </div>
      <Failed failure={failure} />
      <p role="status">
        {taken !== null && t(taken.sha256 === view.sha256 ? "export.taken" : "export.grown", { name })}{" "}
        {taken !== null && taken.sha256 !== view.sha256 && <Code className="hash">{inGroups(taken.sha256)}</Code>}
      </p>
      <Outsider view={view} page={taken?.page} />
    </section>
  )
}
