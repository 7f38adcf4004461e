// Three clocks: UTC with its date-time group, ours, theirs. The node's clock is shown; while it is not heard, the screen says whose it is.
import { useKnowledge, useMoment } from "../knowledge.tsx"
import { partiesOf } from "../number.ts"
import { dtg, inZone, zulu } from "../time.ts"
import { useReader } from "../words.tsx"

export const Clocks = () => {
  const { line, deaf } = useKnowledge()
  const { now } = useMoment()
  const { t, language, name } = useReader()
  return (
    <ul className="clocks">
      <li className="clock">
        <span className="clock-name">{t("clock.utc")}</span>
        <time className="clock-time" lang="en">
          {zulu(now)}
        </time>
        <span className="clock-date" lang={deaf ? undefined : "en"}>
          {deaf ? t("clock.estimated") : dtg(now)}
        </span>
      </li>
      {partiesOf(line).map(party => {
        const { date, time } = inZone(now, party.zone, language)
        return (
          <li className="clock" key={party.party}>
            <span className="clock-name">{name(party.names)}</span>
            <time className="clock-time">{time}</time>
            <span className="clock-date">{date}</span>
          </li>
        )
      })}
    </ul>
  )
}
