// One message with everything that is known of it, in the fixed order of a message header. Prints as one sheet.
import { useEffect, useRef } from "react"
import { Button } from "react-aria-components/Button"
import type { MessageView } from "../../api/shapes.ts"
import { Documents } from "../documents/list.tsx"
import { supervises } from "../frame/frame.tsx"
import { BackMark, EvidenceMark, PrintMark } from "../icons.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { codeOf, numberOf, partyOf } from "../number.ts"
import { Body, Code, Dtg, Due, LocalTimes, PrecedenceTag, TrafficTag, Words } from "../pieces.tsx"
import { isOnWatch, useSeen } from "../seen.ts"
import { Chips } from "../watch/row.tsx"
import { asLanguage, useReader } from "../words.tsx"
import { Actions } from "./actions.tsx"
import { Fact, Facts, Releasers } from "./facts.tsx"
import { Proofs } from "./proofs.tsx"
import { Second } from "./second.tsx"

const Addressees = ({ desks }: { readonly desks: MessageView["action"] }) => {
  const { line } = useKnowledge()
  const { t, name } = useReader()
  if (desks.length === 0) return <>{t("field.none")}</>
  return (
    <>
      {desks
        .map(({ party, desk }) => {
          const side = partyOf(line, party)
          const named = side?.desks.find(held => held.desk === desk)
          const who = side ? name(side.names) : codeOf(line, party)
          return named ? t("field.party-desk", { party: who, desk: name(named.names) }) : who
        })
        .join(" · ")}
    </>
  )
}

const Header = ({ message, open }: { readonly message: MessageView; readonly open: (hash: string) => void }) => {
  const { line, state } = useKnowledge()
  const { t, name } = useReader()
  const author = partyOf(line, message.author)
  const spoken = asLanguage(message.language)
  return (
    <dl className="header-block">
      <Fact name="field.precedence" wide>
        <PrecedenceTag precedence={message.precedence} />
      </Fact>
      <Fact name="field.dtg" wide>
        <Dtg ms={message.written} /> <LocalTimes ms={message.written} />
      </Fact>
      <Fact name="field.from">
        <strong>{author ? name(author.names) : codeOf(line, message.author)}</strong>
      </Fact>
      <Fact name="field.officer" wide>
        <Releasers message={message} />
      </Fact>
      <Fact name="field.action">
        <Addressees desks={message.action} />
      </Fact>
      <Fact name="field.info">
        <Addressees desks={message.info} />
      </Fact>
      <Fact name="field.number">
        <Code>{numberOf(line, message)}</Code>
      </Fact>
      <Fact name="field.refs">
        {message.refs.length === 0
          ? t("field.none")
          : message.refs.map(hash => {
              const held = state.messages.get(hash)
              return held ? (
                <button type="button" key={hash} className="link" onClick={() => open(hash)}>
                  <Code>{numberOf(line, held)}</Code>
                </button>
              ) : (
                <Code key={hash} className="hash">
                  {hash}
                </Code>
              )
            })}
      </Fact>
      <Fact name="field.traffic">
        <TrafficTag traffic={message.traffic} />
      </Fact>
      <Fact name="field.language" wide>
        {spoken ? t(`language.${spoken}`) : (message.language ?? t("field.none"))}
      </Fact>
      {message.notAfter !== undefined && (
        <Fact name="field.not-after">
          <Dtg ms={message.notAfter} />
        </Fact>
      )}
      <Fact name="field.subject" wide>
        {message.subject ? <Words text={message.subject} language={message.language} isLine /> : t("field.none")}
      </Fact>
    </dl>
  )
}

type ViewProps = {
  readonly message: MessageView
  readonly open: (hash: string) => void
  readonly close: () => void
  readonly answer: (hash: string) => void
  readonly exporting: (hash: string) => void
}

export const Message = ({ message, open, close, answer, exporting }: ViewProps) => {
  const { line } = useKnowledge()
  const { t } = useReader()
  const body = useRef<HTMLDivElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  useSeen(body, message, line)
  const { hash } = message
  useEffect(() => {
    if (hash) heading.current?.focus({ preventScroll: true })
  }, [hash])
  return (
    <article className={`message ${message.traffic}`}>
      <header className="pane-head">
        <Button className="button small" onPress={close}>
          <BackMark />
          {t("message.back")}
        </Button>
        <h2 tabIndex={-1} ref={heading}>
          {t(message.kind === "answer" ? "message.answer-title" : "message.title", { number: numberOf(line, message) })}
        </h2>
        {supervises(line.officer) && (
          <Button className="button small" onPress={() => exporting(message.hash)}>
            <EvidenceMark />
            {t("nav.export")}
          </Button>
        )}
        <Button className="button small" onPress={() => window.print()}>
          <PrintMark />
          {t("message.print")}
        </Button>
      </header>
      <p className="print-only print-band">
        <TrafficTag traffic={message.traffic} /> {line.example && t("example.band")}
      </p>
      <Header message={message} open={open} />
      <div ref={body} className="message-text">
        <Body message={message} />
      </div>
      <Documents key={`documents ${hash}`} message={message} />
      <p className="row-meta">
        <Chips message={message} />
        {message.waits?.who === line.us.party && <Due due={message.waits.due} />}
      </p>
      {message.author !== line.us.party && isOnWatch(line.officer) && (
        <Actions key={hash} message={message} answer={answer} />
      )}
      {message.author === line.us.party && message.second === "notified" && isOnWatch(line.officer) && (
        <Second key={`second ${hash}`} message={message} />
      )}
      <Proofs message={message} />
      <Facts message={message} />
    </article>
  )
}
