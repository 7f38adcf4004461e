// The documents that a message names, each with what it is, how far it has come, and what may be done with it here. (D-1, D-7)
import { lazy, Suspense, useState } from "react"
import { Button } from "react-aria-components/Button"
import type { DocumentState, DocumentView } from "../../api/documents.ts"
import type { MessageView } from "../../api/shapes.ts"
import { isShownType } from "../../core/media.ts"
import type { Word } from "../../words/en.ts"
import { type Failure, isFailure } from "../ask.ts"
import { useAsking } from "../asking.ts"
import { Failed } from "../failed.tsx"
import { useFailure } from "../failure.ts"
import { percentText, sizeText } from "../figures.ts"
import { saveFile } from "../keep/files.ts"
import { Follows, Sure } from "../keep/sure.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { Code, useAge, Words } from "../pieces.tsx"
import { isOnWatch } from "../seen.ts"
import { useReader } from "../words.tsx"
import { askContent, change } from "./ask.ts"
import { Named } from "./named.tsx"

/** Loaded only when somebody asks to see something. */
const Preview = lazy(() => import("./preview.tsx").then(({ Preview }) => ({ default: Preview })))

/** What a state means, where its name does not say it. */
const about: Partial<Record<DocumentState, Word>> = {
  withdrawn: "document.about-withdrawn",
  "not-asked": "document.about-not-asked",
  gone: "document.about-gone",
  wrong: "document.about-wrong",
  "held-back": "document.about-held-back",
}
const isMoving = (state: DocumentState): boolean => state === "coming" || state === "offered"
const mayFetch = (state: DocumentState): boolean => ["not-asked", "gone", "wrong", "stopped"].includes(state)

const Standing = ({ document, isOurs }: { readonly document: DocumentView; readonly isOurs: boolean }) => {
  const { t, language, refusal } = useReader()
  const sayAge = useAge()
  const { name, size, state, held = 0, bytesPerSecond, proof, reason, doubt } = document
  if (state === undefined) return null
  const word = about[state]
  const left = bytesPerSecond === undefined ? null : ((size - held) / bytesPerSecond) * 1_000
  const percent = percentText(held / size, language)
  return (
    <div className="document-standing">
      <p>
        <strong className="document-state">{t(`document.${state}`)}</strong>
        {isMoving(state) && (isOurs || held > 0) && (
          <span className="code">
            {isOurs
              ? t("document.claimed", { percent })
              : t("document.held", { held: sizeText(held, language), size: sizeText(size, language) })}
          </span>
        )}
        {state === "coming" && bytesPerSecond !== undefined && left !== null && (
          <span className="quiet code">
            {t("document.speed", { rate: sizeText(bytesPerSecond, language), left: sayAge(left) })}
          </span>
        )}
      </p>
      {isMoving(state) && <progress max={size} value={held} aria-label={t("document.progress", { name, percent })} />}
      {word !== undefined && <p className="quiet">{t(word)}</p>}
      {[reason, doubt].map(
        code =>
          code !== undefined && (
            <p key={code} className="not-said">
              {refusal(code)} <Code>{code}</Code>
            </p>
          ),
      )}
      {proof !== undefined && (
        <p className="document-root">
          <span className="quiet">{t("document.proof")}</span> <Code className="hash">{proof}</Code>
        </p>
      )}
    </div>
  )
}

type Lost = "drop" | "withdraw"
const follows: Record<Lost, readonly Word[]> = {
  drop: ["document.drop-1", "document.drop-2"],
  withdraw: ["document.withdraw-1", "document.withdraw-2"],
}

/** One more look before something is lost. */
const Losing = ({ what, document, done }: { what: Lost; document: DocumentView; done: () => void }) => {
  const { t } = useReader()
  const say = useFailure()
  const { isBusy, failure, ask } = useAsking()
  const lose = async (): Promise<void> => {
    if (!isFailure(await ask(change(what, document.root)))) done()
  }
  return (
    <Sure
      title={t(`document.${what}-title`)}
      act={t(`document.${what}-do`)}
      isBusy={isBusy}
      problem={failure && say(failure)}
      done={done}
      sure={() => void lose()}
    >
      <p className="subject">
        <Words text={document.name} language={undefined} isLine />
      </p>
      <Follows words={follows[what]} />
    </Sure>
  )
}

type Deed = "show" | "save" | "fetch" | "drop" | "withdraw"
type ActProps = { readonly what: Deed; readonly name: string; readonly isBusy?: boolean; readonly press: () => void }

/** Said with the document's name to whoever hears it away from its block. */
const Act = ({ what, name, isBusy = false, press }: ActProps) => {
  const { t } = useReader()
  return (
    <Button
      className="button small"
      isDisabled={isBusy}
      aria-label={t(`document.${what}-named`, { name })}
      onPress={press}
    >
      {t(isBusy && what === "save" ? "document.saving" : `document.${what}`)}
    </Button>
  )
}

type ActsProps = { readonly document: DocumentView; readonly isOurs: boolean; readonly maySpeak: boolean }

/** Reading needs nobody on watch; what changes something for both sides does. */
const Acts = ({ document, isOurs, maySpeak }: ActsProps) => {
  const { t } = useReader()
  const saving = useAsking()
  const fetching = useAsking()
  const [isShown, setShown] = useState(false)
  const [losing, setLosing] = useState<Lost | null>(null)
  const { name, root, size, mediaType, state, held = 0, doubt } = document
  if (state === undefined) return null
  const isHere = isOurs ? state !== "withdrawn" && state !== "stopped" : state === "here"
  const mayChange = maySpeak && !isOurs
  const save = async (): Promise<void> => {
    const bytes = await saving.ask(askContent(root, size))
    // Of no type that a browser would open: it is put where the browser puts what is saved, and that is all.
    if (!isFailure(bytes)) saveFile(name, bytes, "application/octet-stream")
  }
  const again = (): void => void fetching.ask(change("fetch", root))
  // What has not begun to come is stopped without a question: nothing is lost by it.
  const stop = (): void => (held > 0 ? setLosing("drop") : void fetching.ask(change("drop", root)))
  const failure: Failure | null = saving.failure ?? fetching.failure
  return (
    <>
      <div className="buttons">
        {isHere && isShownType(mediaType) && doubt === undefined && (
          <Act what="show" name={name} press={() => setShown(true)} />
        )}
        {isHere && <Act what="save" name={name} isBusy={saving.isBusy} press={() => void save()} />}
        {mayChange && mayFetch(state) && <Act what="fetch" name={name} isBusy={fetching.isBusy} press={again} />}
        {mayChange && state === "coming" && (
          <Button className="button small" onPress={stop}>
            {t("document.stop")}
          </Button>
        )}
        {mayChange && (state === "here" || state === "held-back") && (
          <Act what="drop" name={name} press={() => setLosing("drop")} />
        )}
        {maySpeak && isOurs && state !== "withdrawn" && (
          <Act what="withdraw" name={name} press={() => setLosing("withdraw")} />
        )}
      </div>
      {isHere && !isShownType(mediaType) && <p className="quiet">{t("document.not-shown")}</p>}
      <Failed failure={failure} />
      {isShown && (
        <Suspense fallback={null}>
          <Preview document={document} done={() => setShown(false)} />
        </Suspense>
      )}
      {losing !== null && <Losing what={losing} document={document} done={() => setLosing(null)} />}
    </>
  )
}

export const Documents = ({ message }: { readonly message: MessageView }) => {
  const { line } = useKnowledge()
  const { t } = useReader()
  const { documents = [], author, mark } = message
  // Of what was not said nothing is offered.
  if (documents.length === 0 || mark) return null
  const isOurs = author === line.us.party
  return (
    <section className="message-documents">
      <h3>{t("document.title")}</h3>
      <ul className="documents">
        {documents.map(document => (
          <li key={`${document.root} ${document.name}`} data-document={document.name} data-state={document.state}>
            <Named document={document} />
            <Standing document={document} isOurs={isOurs} />
            <Acts document={document} isOurs={isOurs} maySpeak={isOnWatch(line.officer)} />
            <p className="document-root print-only">
              <span className="quiet">{t("document.root")}</span> <Code className="hash">{document.root}</Code>
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
