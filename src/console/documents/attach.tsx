// In the composer: files that are attached, by a button or dropped, what of them is under way, and why one was not taken. (D-1, D-2)
import { useId } from "react"
import { Button } from "react-aria-components/Button"
import { documentBytesMax, documentsMax } from "../../core/limits.ts"
import type { Draft } from "../draft.ts"
import { useFailure } from "../failure.ts"
import { percentText, sizeText } from "../figures.ts"
import { DocumentMark } from "../icons.tsx"
import { Words } from "../pieces.tsx"
import { Slotted, slot } from "../slots.tsx"
import { useReader } from "../words.tsx"
import type { Attaching, NotAttached, UnderWay } from "./attaching.ts"
import { Named } from "./named.tsx"

const Coming = ({ of: { id, name, size, sent }, cancel }: { of: UnderWay; cancel: Attaching["cancel"] }) => {
  const { t, language } = useReader()
  const said = { name, percent: percentText(sent / size, language) }
  return (
    <li>
      <span className="document-named">
        <DocumentMark />
        <Slotted
          text={t("attach.under-way", { name: slot(0) })}
          parts={[<Words key="name" text={name} language={undefined} isLine />]}
        />
      </span>
      <progress max={size} value={sent} aria-label={t("document.progress", said)} />
      <span className="quiet code">
        {t("attach.so-far", { sent: sizeText(sent, language), size: sizeText(size, language) })}
      </span>
      <Button className="button small" aria-label={t("attach.cancel-named", { name })} onPress={() => cancel(id)}>
        {t("attach.cancel")}
      </Button>
    </li>
  )
}

const Fault = ({ name, why }: NotAttached) => {
  const { t, language } = useReader()
  const say = useFailure()
  const given = { name: slot(0), size: sizeText(documentBytesMax, language), most: documentsMax }
  const text = typeof why === "string" ? t(why, given) : t("attach.failed", { name: slot(0), why: say(why) })
  return (
    <p className="notice" role="alert">
      <Slotted text={text} parts={[<Words key="name" text={name} language={undefined} isLine />]} />
    </p>
  )
}

type AttachProps = {
  readonly draft: Draft
  readonly change: (draft: Draft) => void
  readonly attaching: Attaching
}

export const Attach = ({ draft, change, attaching }: AttachProps) => {
  const { t, language } = useReader()
  const field = useId()
  const { underWay, faults, attach, cancel } = attaching
  const takeOff = (root: string): void =>
    change({ ...draft, documents: draft.documents.filter(document => document.root !== root) })
  return (
    <section className="attach" aria-label={t("attach.title")}>
      {draft.documents.length + underWay.length > 0 && (
        <ul className="documents">
          {draft.documents.map(document => (
            <li key={document.root}>
              <Named document={document} />
              <Button
                className="button small"
                aria-label={t("attach.remove-named", { name: document.name })}
                onPress={() => takeOff(document.root)}
              >
                {t("attach.remove")}
              </Button>
            </li>
          ))}
          {underWay.map(each => (
            <Coming key={each.id} of={each} cancel={cancel} />
          ))}
        </ul>
      )}
      {faults.map(each => (
        <Fault key={each.id} {...each} />
      ))}
      {underWay.length > 0 && <p className="quiet">{t("attach.wait")}</p>}
      <p className="keep-file attach-choice">
        <label className="button small" htmlFor={field}>
          {t("attach.choose")}
        </label>
        <input
          id={field}
          className="visually-hidden"
          type="file"
          multiple
          onChange={({ target }) => {
            attach([...(target.files ?? [])])
            // The same file may be chosen again, when it was taken off or its name mended.
            target.value = ""
          }}
        />
        <span className="quiet">
          {t("attach.drop", { most: documentsMax, size: sizeText(documentBytesMax, language) })}
        </span>
      </p>
    </section>
  )
}
