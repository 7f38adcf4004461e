// The watch board: what waits for us, what waits for them, what was refused. Empty is said, with the last thing that happened.
import { useRef, useSyncExternalStore } from "react"
import type { MessageView } from "../../api/shapes.ts"
import { waiting, waitingElsewhere } from "../alarms.ts"
import { useKnowledge } from "../knowledge.tsx"
import { ladder, reached } from "../ladder.ts"
import { numberOf } from "../number.ts"
import { Code, Dtg, Due, PrecedenceTag, TrafficTag, useThem, Words } from "../pieces.tsx"
import { useSeen } from "../seen.ts"
import { inOrder, isSaid } from "../state.ts"
import { dtg } from "../time.ts"
import { useReader } from "../words.tsx"
import { type TakeBack, WaitingBoard } from "./waiting.tsx"

/** Two lines are shown of it: what is surely beyond them is not drawn at all. */
const cardCharsMax = 600
const beginning = ({ text = "" }: MessageView): string =>
  text.length > cardCharsMax ? text.slice(0, cardCharsMax) : text

type BoardProps = { readonly open: (hash: string) => void; readonly takeBack: TakeBack }
type Opens = { readonly open: (hash: string) => void }

const Card = ({ message, open, ours }: Opens & { readonly message: MessageView; readonly ours: boolean }) => {
  const { line, up } = useKnowledge()
  const { t } = useReader()
  const steps = ladder(message, line.us.party, up, line.withheld)
  const step = reached(steps)
  const text = useRef<HTMLSpanElement>(null)
  useSeen(text, message, line, message.subject === undefined && beginning(message) === message.text)
  const isQueued = steps.some(({ state }) => state === "queued")
  return (
    <li className={`card ${message.traffic} ${ours ? "for-us" : ""}`}>
      <button type="button" className="card-open" onClick={() => open(message.hash)}>
        <span className="card-head">
          <PrecedenceTag precedence={message.precedence} />
          <Code>{numberOf(line, message)}</Code>
          {message.traffic !== "real" && <TrafficTag traffic={message.traffic} />}
          {message.waits && <Due due={message.waits.due} />}
        </span>
        <span className="card-text" ref={text}>
          <Words
            text={message.subject ?? beginning(message)}
            language={message.language}
            isLine={message.subject !== undefined}
          />
        </span>
        {!ours && isQueued && <strong>{t("message.queued")}</strong>}
        {!ours && !isQueued && step && (
          <span className="quiet">{t("watch.reached", { rung: t(`rung.${step.name}`) })}</span>
        )}
      </button>
    </li>
  )
}

const Waiting = ({
  title,
  messages,
  ours,
  open,
}: Opens & { readonly title: string; readonly messages: readonly MessageView[]; readonly ours: boolean }) => {
  const { t } = useReader()
  return (
    <section className="waiting">
      <h2>
        {title} <span className="count">{messages.length}</span>
      </h2>
      {messages.length === 0 ? (
        <p className="empty">{t("watch.nothing")}</p>
      ) : (
        <ul className="cards">
          {messages.map(message => (
            <Card key={message.hash} message={message} open={open} ours={ours} />
          ))}
        </ul>
      )}
    </section>
  )
}

const Refusals = () => {
  const { state } = useKnowledge()
  const { t, refusal } = useReader()
  return (
    <section className="refusals">
      <h2>
        {t("watch.refused")} <span className="count">{state.refusals.length}</span>
      </h2>
      {state.refusals.length === 0 ? (
        <p className="empty">{t("watch.none-refused")}</p>
      ) : (
        <ul>
          {state.refusals.slice(0, 8).map(problem => (
            <li key={`${problem.at} ${problem.refusal}`}>
              <Dtg ms={problem.at} />
              <span>
                {refusal(problem.refusal)} <Code className="quiet">{problem.refusal}</Code>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

const narrow = "(max-width: 900px)"
const watchWidth = (changed: () => void): (() => void) => {
  const query = window.matchMedia(narrow)
  query.addEventListener("change", changed)
  return () => query.removeEventListener("change", changed)
}

/** Beside the record where there is room; else folded above it to one line of counts, so that what was said last is in sight. */
export const Board = ({ open, takeBack }: BoardProps) => {
  const isNarrow = useSyncExternalStore(watchWidth, () => window.matchMedia(narrow).matches)
  return (
    <>
      <WaitingBoard takeBack={takeBack} />
      {isNarrow ? <FoldedBoard open={open} /> : <WholeBoard open={open} />}
    </>
  )
}

const FoldedBoard = ({ open }: Opens) => {
  const { line, said, state } = useKnowledge()
  const { t } = useReader()
  const us = line.us.party
  const them = useThem()
  const counts = [
    [t("watch.for-us"), waiting(said, us).length],
    [t("watch.for-them", { them }), waitingElsewhere(said, us).length],
    [t("watch.refused"), state.refusals.length],
  ] as const
  return (
    <details className="board-fold">
      <summary>
        {counts.map(([words, count], place) => (
          <span key={words} className={place === 0 && count > 0 ? "needed" : ""}>
            {words} {count}
          </span>
        ))}
      </summary>
      <WholeBoard open={open} />
    </details>
  )
}

const WholeBoard = ({ open }: Opens) => {
  const { line, said, state } = useKnowledge()
  const { t } = useReader()
  const us = line.us.party
  const them = useThem()
  const last = inOrder(state.messages).find(isSaid)
  return (
    <div className="board">
      <div className="waitings">
        <Waiting title={t("watch.for-us")} messages={waiting(said, us)} ours open={open} />
        <Waiting title={t("watch.for-them", { them })} messages={waitingElsewhere(said, us)} ours={false} open={open} />
      </div>
      <p className="board-foot">
        {last && <span>{t("watch.last", { number: numberOf(line, last), dtg: dtg(last.written) })}</span>}{" "}
        <span>{t("watch.queued", { count: state.queued })}</span>
      </p>
      <Refusals />
    </div>
  )
}
