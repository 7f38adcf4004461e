// The record of the line: both sides' messages in the joint order, by day, newest first.
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import type { MessageView } from "../../api/shapes.ts"
import { EvidenceMark } from "../icons.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { inOrder, isSaid } from "../state.ts"
import { dayHeading, utcDay } from "../time.ts"
import { useReader } from "../words.tsx"
import { Row } from "./row.tsx"

/** Days in the joint order: a clock that is off by years may open the same day twice, and then it stands twice. */
const byDay = (messages: readonly MessageView[]): readonly { day: string; messages: MessageView[] }[] => {
  const days: { day: string; messages: MessageView[] }[] = []
  for (const message of messages) {
    const day = utcDay(message.written)
    const last = days.at(-1)
    if (last?.day === day) last.messages.push(message)
    else days.push({ day, messages: [message] })
  }
  return days
}

type RecordProps = {
  readonly selected: string | null
  readonly open: (hash: string) => void
  /** Null for who may take no evidence out of the house. */
  readonly exporting: (() => void) | null
}

export const Record = ({ selected, open, exporting }: RecordProps) => {
  const { state, said, earlier } = useKnowledge()
  const { t, language } = useReader()
  const [reading, setReading] = useState(false)
  const ordered = inOrder(state.messages).filter(isSaid)
  const more = async (): Promise<void> => {
    setReading(true)
    await earlier()
    setReading(false)
  }
  return (
    <section className="record" aria-labelledby="record-title" id="record">
      <header className="pane-head">
        <h2 id="record-title">{t("record.title")}</h2>
        <span className="quiet">
          {t("record.order")} · {t("record.held", { count: said.length })}
        </span>
        {exporting !== null && (
          <Button className="button small" onPress={exporting}>
            <EvidenceMark />
            {t("nav.export")}
          </Button>
        )}
      </header>
      {!state.read && <p className="empty">{t("record.loading")}</p>}
      {state.read && ordered.length === 0 && <p className="empty">{t("watch.empty")}</p>}
      {byDay(ordered).map(({ day, messages }) => (
        <section key={`${day} ${messages[0]?.hash}`} className="day">
          <h3>
            <span>{dayHeading(day, language)}</span> <span className="quiet">{t("clock.utc")}</span>
          </h3>
          <ol className="rows">
            {messages.map(message => (
              <Row key={message.hash} message={message} selected={message.hash === selected} open={open} />
            ))}
          </ol>
        </section>
      ))}
      {state.before > 0 && (
        <Button className="button" isDisabled={reading} onPress={() => void more()}>
          {t(reading ? "record.loading" : "record.earlier")}
        </Button>
      )}
    </section>
  )
}
