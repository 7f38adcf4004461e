// One message in the record: what it is, when by every clock, its text, how far it came.
import { useRef, useState } from "react"
import type { MessageView } from "../../api/shapes.ts"
import { beginningOf } from "../cut.ts"
import { ClockMark, DocumentMark, GapMark, KeyMark, OrderMark, ReceivedMark, SentMark } from "../icons.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { numberOf } from "../number.ts"
import { Body, Code, Dtg, Due, LocalTimes, PrecedenceTag, TrafficTag, useAge, Words } from "../pieces.tsx"
import { useSeen } from "../seen.ts"
import { aheadBy, lateBy } from "../time.ts"
import { useReader } from "../words.tsx"
import { Ladder } from "./ladder.tsx"

export const Chips = ({ message }: { readonly message: MessageView }) => {
  const { line, state } = useKnowledge()
  const { t } = useReader()
  const sayAge = useAge()
  const isTheirs = message.author !== line.us.party
  const late = isTheirs ? lateBy(message.written, message.received) : null
  const ahead = isTheirs ? aheadBy(message.written, message.received) : null
  const asked = message.kind === "answer" ? state.messages.get(message.refs[0] ?? "") : undefined
  return (
    <>
      {asked && <span className="chip plain-chip">{t("message.answers", { number: numberOf(line, asked) })}</span>}
      {message.documents !== undefined && message.documents.length > 0 && (
        <span className="chip plain-chip">
          <DocumentMark />
          {t("document.count", { count: message.documents.length })}
        </span>
      )}
      {late !== null && (
        <span className="chip">
          <ClockMark />
          {t("message.late", { age: sayAge(late) })}
        </span>
      )}
      {ahead !== null && (
        <span className="chip">
          <ClockMark />
          {t("message.ahead", { age: sayAge(ahead) })}
        </span>
      )}
      {message.second && (
        <span className="chip">
          <KeyMark />
          {t(`chip.${message.second}`)}
        </span>
      )}
      {message.breakGlass && (
        <span className="chip">
          <KeyMark />
          {t("chip.break-glass")}
        </span>
      )}
      {message.duress && <span className="chip duress-chip">{t("duress.mark")}</span>}
      {message.concurrent && (
        <span className="chip">
          <OrderMark />
          {t("message.concurrent")}
        </span>
      )}
    </>
  )
}

type RowProps = {
  readonly message: MessageView
  readonly selected: boolean
  readonly open: (hash: string) => void
}

export const Row = ({ message, selected, open }: RowProps) => {
  const { line } = useKnowledge()
  const { t } = useReader()
  const body = useRef<HTMLDivElement>(null)
  const [isOpen, setOpen] = useState(false)
  const beginning = isOpen ? null : beginningOf(message.text ?? "")
  useSeen(body, message, line, beginning === null)
  const ours = message.author === line.us.party
  const waits = message.waits?.who === line.us.party ? message.waits : undefined
  return (
    <li className="row-place">
      {message.gapBefore && (
        <p className="gap">
          <GapMark />
          {t("message.gap")}
        </p>
      )}
      <article className={`row ${message.traffic} ${selected ? "selected" : ""} ${message.rings ? "rings" : ""}`}>
        <header className="row-head">
          <PrecedenceTag precedence={message.precedence} />
          <h4>
            <button type="button" className="row-open" data-row={message.hash} onClick={() => open(message.hash)}>
              <Code>{numberOf(line, message)}</Code>
            </button>
          </h4>
          <TrafficTag traffic={message.traffic} />
          <span className="row-time">
            <Dtg ms={message.written} />
          </span>
        </header>
        <div ref={body} className="row-body">
          {message.subject && (
            <p className="subject">
              <Words text={message.subject} language={message.language} isLine />
            </p>
          )}
          <Body message={message} beginning={beginning} />
        </div>
        {beginning !== null && message.text !== undefined && message.mark === undefined && (
          <button type="button" className="link" onClick={() => setOpen(true)}>
            {t("message.show-all", { characters: message.text.length })}
          </button>
        )}
        <p className="row-meta">
          <span className="direction">
            {ours ? <SentMark /> : <ReceivedMark />}
            {t(ours ? "message.sent" : "message.received")}
          </span>
          <LocalTimes ms={message.written} />
          <Chips message={message} />
          {waits && <Due due={waits.due} />}
        </p>
        <Ladder message={message} />
      </article>
    </li>
  )
}
