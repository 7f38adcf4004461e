// Small pieces that several screens show alike: a moment, an age, a precedence, a traffic mark, a run of somebody's text.
import { Fragment } from "react"
import type { MessageView } from "../api/shapes.ts"
import type { Precedence, Traffic } from "../core/registry.ts"
import { PrecedenceMark } from "./icons.tsx"
import { useKnowledge, useMoment } from "./knowledge.tsx"
import { codeOf, partiesOf, partyOf } from "./number.ts"
import { age, countdown, dtg, inZone } from "./time.ts"
import { linePieces, type Piece, pieces } from "./visible.ts"
import { tagOf, useReader } from "./words.tsx"

/** Codes, groups and hashes are read letter by letter in every language. */
export const Code = ({ children, className = "" }: { readonly children: string; readonly className?: string }) => (
  <span lang="en" translate="no" className={`code ${className}`}>
    {children}
  </span>
)

export const Dtg = ({ ms }: { readonly ms: number }) => (
  <time dateTime={new Date(ms).toISOString()} lang="en" className="code">
    {dtg(ms)}
  </time>
)

/** The same moment in every capital, our own first, each with its date. */
export const LocalTimes = ({ ms }: { readonly ms: number }) => {
  const { line, state } = useKnowledge()
  const { language, name } = useReader()
  const now = state.offset + (state.heardAt ?? 0)
  return (
    <span className="locals">
      {partiesOf(line).map(party => {
        const { date, time } = inZone(ms, party.zone, language, now)
        return (
          <span key={party.party} className="local">
            {name(party.names)} <span className="code">{`${date} ${time}`}</span>
          </span>
        )
      })}
    </span>
  )
}

export const useAge = (): ((ms: number) => string) => {
  const { t } = useReader()
  return ms => {
    const { word, parts } = age(ms)
    return t(word, parts)
  }
}

export const Due = ({ due }: { readonly due: number }) => {
  const { now } = useMoment()
  const { t } = useReader()
  const left = due - now
  return (
    <span className={left < 0 ? "due over" : "due"}>
      {t(left < 0 ? "due.over" : "due.in", { time: countdown(left) })}
    </span>
  )
}

export const PrecedenceTag = ({ precedence }: { readonly precedence: Precedence }) => {
  const { t } = useReader()
  return (
    <span className="precedence">
      <PrecedenceMark precedence={precedence} />
      <span>{t(`precedence.${precedence}`)}</span>
    </span>
  )
}

/** REAL is solid, EXERCISE is hatched, TEST is ruled: a grey photograph tells them apart. */
export const TrafficTag = ({ traffic }: { readonly traffic: Traffic }) => {
  const { t } = useReader()
  return (
    <span className={`traffic ${traffic}`}>
      <span>{t(`traffic.${traffic}`)}</span>
    </span>
  )
}

type WordsProps = {
  readonly text: string
  readonly language: string | undefined
  /** Of what stands on one line, such as a subject, a break is one more thing that is shown and not obeyed. */
  readonly isLine?: boolean
}

const Pieces = ({ of }: { readonly of: readonly Piece[] }) =>
  of.map((piece, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move.
    <Fragment key={at}>{piece.hidden ? <span className="hidden-char">{piece.text}</span> : piece.text}</Fragment>
  ))

/** Somebody's own words: plain text, in their language, with what cannot be seen made visible and never obeyed. */
export const Words = ({ text, language, isLine = false }: WordsProps) => (
  <bdi lang={tagOf(language)} className="words">
    <Pieces of={isLine ? linePieces(text) : pieces(text)} />
  </bdi>
)

/** A party by its name in the reader's language; its code stands only in numbers, where both sides read the same. */
export const PartyName = ({ party, className }: { readonly party: number; readonly className?: string }) => {
  const { line } = useKnowledge()
  const { name } = useReader()
  const side = partyOf(line, party)
  return <span className={className}>{side ? name(side.names) : codeOf(line, party)}</span>
}

/** The other parties, by name. */
export const useThem = (): string => {
  const { line } = useKnowledge()
  const { name } = useReader()
  return line.them.map(party => name(party.names)).join(" · ")
}

/** A person's name in the writing of their own side, whatever the reader's language. */
export const PersonName = ({ name, party }: { readonly name: string; readonly party: number }) => {
  const { line } = useKnowledge()
  return (
    <bdi lang={tagOf(partyOf(line, party)?.language)}>
      <Pieces of={linePieces(name)} />
    </bdi>
  )
}

type BodyProps = {
  readonly message: MessageView
  /** What is shown of the text instead of the whole. */
  readonly beginning?: string | null
}

/** What may be shown of a message as said: nothing when its signature is false. */
export const Body = ({ message, beginning = null }: BodyProps) => {
  const { t, refusal } = useReader()
  if (message.mark)
    return (
      <p className="not-said">
        {t("message.not-as-said")} {refusal(message.mark)} <Code>{message.mark}</Code>
      </p>
    )
  if (typeof message.kind === "number") return <p className="not-said">{t("message.data", { kind: message.kind })}</p>
  if (message.text === undefined) return <p className="not-said">{t("message.no-body")}</p>
  return (
    <div className="body">
      {message.doubt && (
        <p className="not-said">
          {refusal(message.doubt)} <Code>{message.doubt}</Code>
        </p>
      )}
      <Words text={beginning ?? message.text} language={message.language} />
    </div>
  )
}
