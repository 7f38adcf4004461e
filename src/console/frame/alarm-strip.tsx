// The alarm strip: at most three lines, the one to act on first on top, one button each. It stays while the screens below scroll.
import { useRef } from "react"
import { Button } from "react-aria-components/Button"
import type { MessageView } from "../../api/shapes.ts"
import { alarmsShown } from "../alarms.ts"
import { useFailure } from "../failure.ts"
import { CheckMark } from "../icons.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { numberOf } from "../number.ts"
import { acknowledgement, isBusy, useOrder } from "../orders.ts"
import { Code, Due, PrecedenceTag, TrafficTag, Words } from "../pieces.tsx"
import { Need, Touch } from "../proof/need.tsx"
import { isOnWatch, useSeen } from "../seen.ts"
import { useReader } from "../words.tsx"

/** The subject, or the beginning of the text; `isWhole` when that is all that the message says. */
const shortOf = ({ subject, text = "" }: MessageView): { readonly words: string; readonly isWhole: boolean } => {
  if (subject !== undefined) return { words: subject, isWhole: false }
  const [first = "", ...more] = text.split("\n")
  return { words: first, isWhole: more.length === 0 }
}

const AlarmLine = ({
  message,
  first,
  open,
}: {
  readonly message: MessageView
  readonly first: boolean
  readonly open: (hash: string) => void
}) => {
  const { line } = useKnowledge()
  const { t } = useReader()
  const { ordering, give } = useOrder()
  const say = useFailure()
  const text = useRef<HTMLSpanElement>(null)
  const { words, isWhole } = shortOf(message)
  useSeen(text, message, line, isWhole)
  const urgent = message.precedence === "FLASH" || message.precedence === "IMMEDIATE"
  const busy = isBusy(ordering) || ordering.at === "done"
  const request = acknowledgement(message.hash)
  return (
    <li className={`alarm ${urgent ? "urgent" : "prompt"} ${message.traffic} ${first ? "first" : ""}`}>
      <PrecedenceTag precedence={message.precedence} />
      <TrafficTag traffic={message.traffic} />
      <button type="button" className="alarm-open" onClick={() => open(message.hash)}>
        <Code className="alarm-number">{numberOf(line, message)}</Code>
        <span className="alarm-text" ref={text}>
          <Words text={words} language={message.language} isLine />
        </span>
      </button>
      {message.waits && <Due due={message.waits.due} />}
      {isOnWatch(line.officer) && (
        <Button
          className="button acknowledge"
          isDisabled={busy}
          data-acknowledge={message.hash}
          onPress={() => void give(request, message)}
        >
          <CheckMark />
          <Touch ordering={ordering}>{t(busy ? "alarm.acknowledging" : "alarm.acknowledge")}</Touch>
        </Button>
      )}
      {isOnWatch(line.officer) && <Need request={request} about={message} />}
      {ordering.at === "failed" && (
        <span className="alarm-failed">{t("act.failed", { why: say(ordering.failure) })}</span>
      )}
    </li>
  )
}

export const AlarmStrip = ({ open }: { readonly open: (hash: string) => void }) => {
  const { ringing } = useKnowledge()
  const { t } = useReader()
  if (ringing.length === 0) return null
  const hidden = ringing.length - alarmsShown
  return (
    <section className="alarms" aria-label={t("alarm.strip")}>
      <ul>
        {ringing.slice(0, alarmsShown).map((message, at) => (
          <AlarmLine key={message.hash} message={message} first={at === 0} open={open} />
        ))}
      </ul>
      {hidden > 0 && <p className="alarms-more">{t("alarm.more", { count: hidden })}</p>}
    </section>
  )
}
