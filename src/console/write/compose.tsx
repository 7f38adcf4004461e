// Writing: form fields first, text last. Plain Enter is a new line and never sends; the review is opened with Ctrl or ⌘ and Enter.
import { type KeyboardEvent, useEffect, useRef, useState } from "react"
import { Button } from "react-aria-components/Button"
import { Attach } from "../documents/attach.tsx"
import type { Attaching } from "../documents/attaching.ts"
import { useDropped } from "../documents/drop.ts"
import { type Draft, emptyDraft, measure, withAct } from "../draft.ts"
import { WriteMark } from "../icons.tsx"
import { asksForReview } from "../ime.ts"
import { composition } from "../keys.ts"
import { useKnowledge } from "../knowledge.tsx"
import { numberOf } from "../number.ts"
import type { Given } from "../orders.ts"
import { useThem, Words } from "../pieces.tsx"
import { firstHidden } from "../visible.ts"
import { langTag, languages, useReader } from "../words.tsx"
import { Choice } from "./choice.tsx"
import { Review } from "./review.tsx"

const traffics = ["real", "drill", "test"] as const
const precedences = ["ROUTINE", "PRIORITY", "IMMEDIATE", "FLASH", "BULK"] as const

const Counters = ({ draft }: { readonly draft: Draft }) => {
  const { t } = useReader()
  const { words, wordsMax, bytes, bytesMax, subjectFits } = measure(draft)
  return (
    <p className="counters">
      <span className={wordsMax !== null && words > wordsMax ? "over" : ""}>
        {wordsMax === null ? t("write.words-free", { words }) : t("write.words", { words, max: wordsMax })}
      </span>
      <span className={bytes > bytesMax ? "over" : ""}>{t("write.bytes", { bytes, max: bytesMax })}</span>
      {wordsMax !== null && words > wordsMax && <strong role="alert">{t("write.too-many-words")}</strong>}
      {!subjectFits && <strong role="alert">{t("write.subject-long")}</strong>}
      {bytes > bytesMax && <strong role="alert">{t("write.too-many-bytes")}</strong>}
    </p>
  )
}

type ComposeProps = {
  readonly draft: Draft
  /** On this machine. */
  readonly isKept: boolean
  readonly attaching: Attaching
  readonly change: (draft: Draft) => void
  /** With the hash of what was sent; null when it waits for a second officer. */
  readonly close: (sent: string | null) => void
}

const Fields = ({
  draft,
  change,
  review,
}: Pick<ComposeProps, "draft" | "change"> & { readonly review: () => void }) => {
  const { t } = useReader()
  const keyed = (event: KeyboardEvent): void => {
    if (!asksForReview(event.nativeEvent, composition)) return
    event.preventDefault()
    review()
  }
  // The answered message decides the kind of traffic: a drill is never answered for real, nor the other way round.
  const bound = draft.answers !== null
  return (
    <>
      <Choice
        label={t("write.traffic")}
        options={bound ? [draft.traffic] : traffics}
        value={draft.traffic}
        word={option => t(`traffic.${option}`)}
        choose={traffic => change({ ...draft, traffic })}
        className="traffic-choice"
      />
      <Choice
        label={t("write.precedence")}
        options={precedences}
        value={draft.precedence}
        word={option => t(`precedence.${option}`)}
        choose={precedence => change({ ...draft, precedence })}
        precedence
      />
      <Choice
        label={t("write.language")}
        options={languages}
        value={draft.language}
        word={option => t(`language.${option}`)}
        choose={language => change({ ...draft, language })}
      />
      <label className="field">
        <span>{t("write.subject")}</span>
        <input
          type="text"
          lang={langTag[draft.language]}
          value={draft.subject}
          autoComplete="off"
          onKeyDown={keyed}
          onChange={event => change({ ...draft, subject: event.target.value })}
        />
      </label>
      <label className="field">
        <span>{t("write.text")}</span>
        <textarea
          rows={4}
          lang={langTag[draft.language]}
          value={draft.text}
          aria-describedby="write-help"
          onKeyDown={keyed}
          onChange={event => change({ ...draft, text: event.target.value })}
        />
      </label>
    </>
  )
}

export const Compose = ({ draft, isKept, attaching, change, close }: ComposeProps) => {
  const { line, up, state } = useKnowledge()
  const { t, language } = useReader()
  const [reviewing, setReviewing] = useState(false)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  const isOver = useDropped(reviewing ? null : attaching.attach)
  const them = useThem()
  const asked = draft.answers === null ? undefined : state.messages.get(draft.answers)
  const hidden = firstHidden(draft.text)
  const ready = draft.text.trim() !== "" && measure(draft).fits && attaching.underWay.length === 0
  const review = (): void => {
    if (!ready) return
    change(withAct(draft))
    setReviewing(true)
  }
  const finished = (given: Given | null): void => {
    setReviewing(false)
    if (given === null) return
    change(emptyDraft(language))
    close("hash" in given ? given.hash : null)
  }
  const discard = (): void => {
    attaching.stop()
    change(emptyDraft(language))
  }
  return (
    <section className={`write ${draft.traffic}`}>
      <header className="pane-head">
        <h2 tabIndex={-1} ref={heading}>
          {asked ? t("write.answer-title", { number: numberOf(line, asked) }) : t("write.title", { them })}
        </h2>
        {isKept && <span className="quiet">{t("write.kept")}</span>}
      </header>
      {asked?.text !== undefined && (
        <blockquote className="asked">
          <Words text={asked.text} language={asked.language} />
        </blockquote>
      )}
      <Fields draft={draft} change={change} review={review} />
      <Attach draft={draft} change={change} attaching={attaching} />
      <p role="status" className="attach-over">
        {isOver && t("attach.over")}
      </p>
      <Counters draft={draft} />
      {hidden && <p className="notice">{t("write.hidden", { sample: hidden })}</p>}
      {!up && <p className="notice">{t("write.link-down")}</p>}
      <div className="buttons">
        <Button className="button strong" isDisabled={!ready} onPress={review}>
          <WriteMark />
          {t("write.review")}
        </Button>
        <Button className="button" onPress={discard}>
          {t("write.discard")}
        </Button>
        <span id="write-help" className="quiet">
          {t("write.review-key")}
        </span>
      </div>
      {reviewing && <Review draft={draft} finished={finished} />}
    </section>
  )
}
