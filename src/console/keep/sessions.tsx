// Who is signed in to our node. An auditor sees it, an administrator ends it.
import { useCallback, useEffect, useRef, useState } from "react"
import { Button } from "react-aria-components/Button"
import type { SessionView } from "../../api/shapes.ts"
import { type Failure, isFailure } from "../ask.ts"
import { useFailure } from "../failure.ts"
import { useKnowledge, useMoment } from "../knowledge.tsx"
import { Dtg, PersonName, useAge } from "../pieces.tsx"
import { dtg } from "../time.ts"
import { useReader } from "../words.tsx"
import { askSessions, endOthers, endSession } from "./ask.ts"
import { Sure } from "./sure.tsx"

const lookEveryMs = 5_000

const useSessions = () => {
  const [sessions, setSessions] = useState<readonly SessionView[] | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const look = useCallback(async () => {
    const answer = await askSessions()
    setFailure(isFailure(answer) ? answer : null)
    if (!isFailure(answer)) setSessions([...answer].sort((a, b) => a.since - b.since))
  }, [])
  useEffect(() => {
    void look()
    const looking = setInterval(() => void look(), lookEveryMs)
    return () => clearInterval(looking)
  }, [look])
  return { sessions, failure, look }
}

const Row = ({ session, end }: { readonly session: SessionView; readonly end: (() => void) | null }) => {
  const { line } = useKnowledge()
  const { now } = useMoment()
  const { t } = useReader()
  const sayAge = useAge()
  const { officer, since, usedAt, consoles, isOwn } = session
  return (
    <tr>
      <th scope="row">
        <PersonName name={officer.name} party={line.us.party} />{" "}
        {isOwn && <span className="chip">{t("sessions.own")}</span>}
      </th>
      <td>{t(`role.${officer.role}`)}</td>
      <td>
        <Dtg ms={since} />
      </td>
      <td className="code">{t("lamp.heard", { age: sayAge(Math.max(0, now - usedAt)) })}</td>
      <td>{t("sessions.open", { count: consoles })}</td>
      <td>
        {end !== null && !isOwn && (
          <Button
            className="button small"
            onPress={end}
            aria-label={t("sessions.end-named", { officer: officer.name, dtg: dtg(since) })}
          >
            {t("sessions.end")}
          </Button>
        )}
      </td>
    </tr>
  )
}

/** The sessions that somebody asked to end. */
type Ending = { readonly ids: readonly string[]; readonly all: boolean }

export const Sessions = () => {
  const { line } = useKnowledge()
  const { t } = useReader()
  const say = useFailure()
  const { sessions, failure, look } = useSessions()
  const [ending, setEnding] = useState<Ending | null>(null)
  const [problem, setProblem] = useState<Failure | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [ended, setEnded] = useState(false)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  const mayEnd = line.officer.role === "administrator"
  const others = sessions?.filter(({ isOwn }) => !isOwn) ?? []
  const ask = (next: Ending | null): void => {
    setEnding(next)
    setProblem(null)
    setEnded(false)
  }
  const end = async (): Promise<void> => {
    setBusy(true)
    const answer = ending?.all ? await endOthers() : await endSession(ending?.ids[0] ?? "")
    setBusy(false)
    if (isFailure(answer)) return setProblem(answer)
    ask(null)
    setEnded(true)
    await look()
  }
  return (
    <article className="keep">
      <header className="pane-head">
        <h2 tabIndex={-1} ref={heading}>
          {t("sessions.title")}
        </h2>
        {mayEnd && others.length > 0 && (
          <Button className="button small" onPress={() => ask({ ids: others.map(({ id }) => id), all: true })}>
            {t("sessions.end-others")}
          </Button>
        )}
      </header>
      <p className="keep-about">{t("sessions.about")}</p>
      {failure !== null && <p role="alert">{say(failure)}</p>}
      {sessions === null && failure === null && <p className="empty">{t("sessions.reading")}</p>}
      {sessions !== null && (
        <div className="keep-table">
          <table>
            <thead>
              <tr>
                <th scope="col">{t("sessions.officer")}</th>
                <th scope="col">{t("keys.roles")}</th>
                <th scope="col">{t("sessions.since")}</th>
                <th scope="col">{t("sessions.used")}</th>
                <th scope="col">{t("sessions.consoles")}</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {sessions.map(session => (
                <Row
                  key={session.id}
                  session={session}
                  end={mayEnd ? () => ask({ ids: [session.id], all: false }) : null}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {sessions !== null && others.length === 0 && <p className="empty">{t("sessions.alone")}</p>}
      {!mayEnd && <p className="quiet">{t("sessions.read-only")}</p>}
      <p role="status">{ended && t("sessions.ended")}</p>
      {ending !== null && (
        <Sure
          title={t("sessions.title")}
          act={t("sessions.end-do", { count: ending.ids.length })}
          isBusy={isBusy}
          problem={problem && say(problem)}
          done={() => ask(null)}
          sure={() => void end()}
        >
          <p>{t("sessions.sure", { count: ending.ids.length })}</p>
        </Sure>
      )}
    </article>
  )
}
