// What is said aloud, once and in words: new messages, refusals, the loss of our node. Clocks and ages are never read out.
import { useEffect, useRef, useState } from "react"
import type { MessageView } from "../../api/shapes.ts"
import { useKnowledge } from "../knowledge.tsx"
import { partyOf, serial } from "../number.ts"
import { useReader } from "../words.tsx"

export const Announcer = () => {
  const { said, ringing, state, line, deaf } = useKnowledge()
  const { t, refusal, name } = useReader()
  const known = useRef<Set<string> | null>(null)
  const lastRefusal = useRef(state.refusals[0]?.at ?? 0)
  const wasDeaf = useRef(deaf)
  const waited = useRef(0)
  const [polite, setPolite] = useState("")
  const [urgent, setUrgent] = useState("")

  useEffect(() => {
    const before = known.current
    known.current = new Set(said.map(({ hash }) => hash))
    // The first reading of the record is not news.
    if (!before || before.size === 0) return
    // What was stored here before this connection began is read, not announced.
    const isNews = ({ hash, author, received }: MessageView): boolean =>
      author !== line.us.party && !before.has(hash) && received >= line.now
    const news = said.findLast(isNews)
    if (!news) return
    const given = {
      them: name(partyOf(line, news.author)?.names ?? line.us.names),
      precedence: t(`precedence.${news.precedence}`),
      number: serial(news.traffic, news.number),
      traffic: t(`traffic.${news.traffic}`),
    }
    if (news.rings) setUrgent(t("alarm.say", given))
    else setPolite(t("live.message", given))
  }, [said, line, t, name])
  useEffect(() => {
    const latest = state.refusals[0]
    if (!latest || latest.at <= lastRefusal.current) return
    lastRefusal.current = latest.at
    setPolite(t("live.refused", { sentence: refusal(latest.refusal) }))
  }, [state.refusals, t, refusal])
  useEffect(() => {
    if (wasDeaf.current === deaf) return
    wasDeaf.current = deaf
    setUrgent(t(deaf ? "live.lost" : "live.found"))
  }, [deaf, t])
  const waiting = state.waiting.length
  useEffect(() => {
    const more = waiting > waited.current
    waited.current = waiting
    if (more) setUrgent(t("waiting.count", { count: waiting }))
  }, [waiting, t])
  useEffect(() => {
    const us = line.us.names.en
    const due = ringing.length + waiting
    const mark = due > 0 ? `(${due}) ` : ""
    document.title = `${mark}${us} · Parley`
  }, [ringing.length, waiting, line])
  return (
    <div className="visually-hidden">
      <div role="status" aria-live="polite">
        {polite}
      </div>
      <div role="alert" aria-live="assertive">
        {urgent}
      </div>
    </div>
  )
}
