// Alarms that stay, on every screen, until somebody has acknowledged them by name; and afterwards still, in one line (page:
// protocol/security.md, A-40 to A-42). What it means, what to do in order, whom to ring.
import { useState } from "react"
import type { AlarmView } from "../../api/alarm.ts"
import { acknowledgeAlarm, isFailure } from "../ask.ts"
import { useAsking } from "../asking.ts"
import { useFailure } from "../failure.ts"
import { CheckMark, RefusedMark } from "../icons.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { Code } from "../pieces.tsx"
import { saveProof } from "../save.ts"
import { mayAcknowledge, standingAlarms } from "../staying.ts"
import { dtg } from "../time.ts"
import { useReader } from "../words.tsx"

const useFacts = (alarm: AlarmView) => {
  const { line } = useKnowledge()
  const { name } = useReader()
  const party = [line.us, ...line.them].find(it => it.party === alarm.party)
  const place = `${party?.code ?? alarm.party}.${alarm.generation}.${alarm.seq}`
  return { them: party ? name(party.names) : "", place, officer: alarm.officer ?? "" }
}

const Save = ({ alarm }: { readonly alarm: AlarmView }) => {
  const { t } = useReader()
  const say = useFailure()
  const [saved, setSaved] = useState<string | null>(null)
  const { isBusy, failure, ask } = useAsking()
  const save = async (): Promise<void> => {
    const answer = await ask(saveProof(alarm.id))
    if (!isFailure(answer)) setSaved(answer.sha256)
  }
  return (
    <>
      <button type="button" className="button small" disabled={isBusy} onClick={() => void save()}>
        {t("staying.save")}
      </button>
      {saved && (
        <span role="status" className="staying-saved">
          {t("staying.saved")} <Code>{saved}</Code>
        </span>
      )}
      {failure && <span role="alert">{say(failure)}</span>}
    </>
  )
}

const Acknowledge = ({ alarm }: { readonly alarm: AlarmView }) => {
  const { t } = useReader()
  const say = useFailure()
  const { isBusy, failure, ask } = useAsking()
  const acknowledge = (): Promise<object> => ask(acknowledgeAlarm(alarm.id))
  return (
    <>
      <button type="button" className="button acknowledge" disabled={isBusy} onClick={() => void acknowledge()}>
        <CheckMark />
        {t("staying.acknowledge")}
      </button>
      <span className="quiet">{t("staying.kept")}</span>
      {failure && <span role="alert">{say(failure)}</span>}
    </>
  )
}

const ofEntries = { what: "staying.fork.what", rely: "staying.fork.rely" } as const
const ofRoots = { what: "staying.fork.roots.what", rely: "staying.fork.roots.rely" } as const

const One = ({ alarm, more }: { readonly alarm: AlarmView; readonly more: number }) => {
  const { line } = useKnowledge()
  const { t } = useReader()
  const facts = useFacts(alarm)
  const isFork = alarm.what === "two-histories"
  const forkWords = alarm.ofRoots ? ofRoots : ofEntries
  return (
    <section className="refused-band break-band staying-band" role="alert" data-staying={alarm.what}>
      <RefusedMark />
      <strong>{t(isFork ? "staying.fork" : "staying.break-glass")}</strong>
      <Code>{dtg(alarm.at)}</Code>
      <span className="refused-sentence">{t(isFork ? forkWords.what : "staying.break-glass.what", facts)}</span>
      {isFork ? (
        <ol>
          <li>{t(forkWords.rely, facts)}</li>
          <li>{t("staying.fork.ring", facts)}</li>
          <li>
            {t("staying.fork.tell")} <Save alarm={alarm} />
          </li>
        </ol>
      ) : (
        <ol>
          <li>{t("staying.break-glass.ask")}</li>
          <li>{t("staying.break-glass.anew")}</li>
        </ol>
      )}
      {mayAcknowledge(alarm, line.officer.role) && <Acknowledge alarm={alarm} />}
      {more > 0 && <span className="quiet">{t("staying.more", { count: more })}</span>}
    </section>
  )
}

const Done = ({ alarm }: { readonly alarm: AlarmView }) => {
  const { t } = useReader()
  const facts = useFacts(alarm)
  const isFork = alarm.what === "two-histories"
  const { by = "", at = 0 } = alarm.acknowledged ?? {}
  return (
    <p className="refused-band staying-done" data-acknowledged={alarm.what}>
      <RefusedMark />
      <span>{t(isFork ? "staying.done.fork" : "staying.done.break-glass", { ...facts, by, time: dtg(at) })}</span>
      {isFork && <Save alarm={alarm} />}
    </p>
  )
}

const doneShown = 3

export const StayingBand = () => {
  const { line } = useKnowledge()
  const all = line.alarms ?? []
  const standing = standingAlarms(all)
  const done = all.filter(alarm => alarm.acknowledged !== undefined)
  const [first] = standing
  return (
    <>
      {first && <One key={first.id} alarm={first} more={standing.length - 1} />}
      {done.slice(0, doneShown).map(alarm => (
        <Done key={alarm.id} alarm={alarm} />
      ))}
    </>
  )
}
