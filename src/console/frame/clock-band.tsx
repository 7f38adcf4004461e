// A clock of the other side that differs from ours by more than a minute: said calmly, for nothing is refused for it. (E-9)
import { ClockMark } from "../icons.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { partyOf } from "../number.ts"
import { useAge } from "../pieces.tsx"
import { useReader } from "../words.tsx"

export const ClockBand = () => {
  const { state, line } = useKnowledge()
  const { t, name } = useReader()
  const sayAge = useAge()
  return state.clocks.map(({ party, offsetMs, isDoubted }) => {
    const side = partyOf(line, party)
    if (!isDoubted || offsetMs === null || side === undefined) return null
    const given = { them: name(side.names), age: sayAge(Math.abs(offsetMs)) }
    return (
      <p key={party} className="clock-band" role="status">
        <ClockMark />
        <span>{t(offsetMs > 0 ? "clock.ahead" : "clock.behind", given)}</span>
      </p>
    )
  })
}
