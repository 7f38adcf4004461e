// The paths between the two nodes, each with how it stands. Read every two seconds while the page is open; what is old is NOT KNOWN.
import { useCallback, useEffect, useRef, useState } from "react"
import type { PathView } from "../../api/paths.ts"
import { type Failure, isFailure } from "../ask.ts"
import { useAsking } from "../asking.ts"
import { useFailure } from "../failure.ts"
import { Sure } from "../keep/sure.tsx"
import { useKnowledge, useMoment } from "../knowledge.tsx"
import { useReader } from "../words.tsx"
import { AddPath } from "./add.tsx"
import { askPaths, removePath } from "./ask.ts"
import { Path } from "./path.tsx"
import { standingOf } from "./standing.ts"

const lookEveryMs = 2_000

type Heard = { readonly paths: readonly PathView[]; readonly at: number }

const usePaths = () => {
  const [heard, setHeard] = useState<Heard | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const look = useCallback(async () => {
    const answer = await askPaths()
    setFailure(isFailure(answer) ? answer : null)
    if (!isFailure(answer)) setHeard({ paths: answer, at: performance.now() })
  }, [])
  useEffect(() => {
    void look()
    const looking = setInterval(() => void look(), lookEveryMs)
    return () => clearInterval(looking)
  }, [look])
  return { heard, failure, look }
}

type RemovingProps = {
  readonly path: PathView
  readonly isLast: boolean
  readonly done: (removed: boolean) => void
}

const Removing = ({ path: { name }, isLast, done }: RemovingProps) => {
  const { t } = useReader()
  const say = useFailure()
  const { isBusy, failure, ask } = useAsking()
  const remove = async (): Promise<void> => {
    if (!isFailure(await ask(removePath(name)))) done(true)
  }
  return (
    <Sure
      title={t("paths.remove-title", { name })}
      act={t("paths.remove-do", { name })}
      isBusy={isBusy}
      problem={failure && say(failure)}
      done={() => done(false)}
      sure={() => void remove()}
    >
      <ul className="follows" aria-label={t("change.follows")}>
        <li>{t(isLast ? "paths.remove-last" : "paths.remove-moves")}</li>
        <li>{t("paths.remove-stays")}</li>
      </ul>
    </Sure>
  )
}

export const Paths = () => {
  const { line, state } = useKnowledge()
  // Ages count, and what is told grows old, once a second.
  useMoment()
  const { t } = useReader()
  const say = useFailure()
  const { heard, failure, look } = usePaths()
  const [removing, setRemoving] = useState<PathView | null>(null)
  const [removed, setRemoved] = useState<string | null>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  const isKeeper = line.officer.role === "administrator"
  const ageMs = heard === null ? 0 : performance.now() - heard.at
  const ask = (path: PathView): void => {
    setRemoved(null)
    setRemoving(path)
  }
  const done = (path: PathView, isRemoved: boolean): void => {
    setRemoving(null)
    if (!isRemoved) return
    setRemoved(path.name)
    void look()
  }
  return (
    <article className="keep">
      <header className="pane-head">
        <h2 tabIndex={-1} ref={heading}>
          {t("paths.title")}
        </h2>
      </header>
      <p className="keep-about">{t("paths.about")}</p>
      <p>{t("watch.queued", { count: state.queued })}</p>
      {failure !== null && <p role="alert">{say(failure)}</p>}
      {heard === null && failure === null && <p className="empty">{t("paths.reading")}</p>}
      {heard !== null && heard.paths.length === 0 && <p className="empty">{t("paths.none")}</p>}
      <ul className="paths" aria-label={t("paths.title")}>
        {heard?.paths.map(path => (
          <Path
            key={path.name}
            path={path}
            standing={standingOf(path, ageMs)}
            remove={isKeeper ? () => ask(path) : null}
          />
        ))}
      </ul>
      <p role="status">{removed !== null && t("paths.removed", { name: removed })}</p>
      {isKeeper ? (
        <section>
          <h3>{t("paths.add")}</h3>
          <AddPath look={look} />
        </section>
      ) : (
        <p className="quiet">{t("paths.read-only")}</p>
      )}
      {removing !== null && (
        <Removing path={removing} isLast={heard?.paths.length === 1} done={isRemoved => done(removing, isRemoved)} />
      )}
    </article>
  )
}
