// Five lamps from this console to theirs, each with an age that counts. Quiet while all is well.
import { LampMark } from "../icons.tsx"
import { useMoment } from "../knowledge.tsx"
import type { Shown } from "../lamps.ts"
import { useAge } from "../pieces.tsx"
import { aboutAge } from "../time.ts"
import { useReader } from "../words.tsx"

/** `open`: what stands behind the lamp. */
const Lamp = ({ lamp, open }: { readonly lamp: Shown; readonly open?: () => void }) => {
  const { t } = useReader()
  const { now } = useMoment()
  const sayAge = useAge()
  const { name, state, ageMs, detail } = lamp
  const heard =
    ageMs === null ? t("lamp.never") : t(state === "unknown" ? "lamp.last-heard" : "lamp.heard", { age: sayAge(ageMs) })
  const seen = (at: number) => aboutAge(now - at)
  const more = (): string | null => {
    if (state !== "up") return null
    if (name === "link" && detail !== null) return t("lamp.round", { ms: Math.round(detail) })
    if (name === "their-console")
      return detail === null ? t("lamp.no-person") : t("lamp.person", { age: t(seen(detail).word, seen(detail).parts) })
    return null
  }
  const extra = more()
  return (
    <li className={`lamp ${state}`}>
      <span className="lamp-mark">
        <LampMark state={state} />
      </span>
      {open === undefined ? (
        <span className="lamp-name">{t(`lamp.${name}`)}</span>
      ) : (
        <button
          type="button"
          className="lamp-name lamp-open"
          onClick={open}
          aria-label={t("lamp.paths", { lamp: t(`lamp.${name}`) })}
        >
          {t(`lamp.${name}`)}
        </button>
      )}
      <strong className="lamp-state">{t(`lamp.${state}`)}</strong>
      <span className="lamp-age">{heard}</span>
      {extra && <span className="lamp-more">{extra}</span>}
    </li>
  )
}

/** The link is made of paths, and opens on them. */
export const Chain = ({ openPaths }: { readonly openPaths: () => void }) => {
  const { t } = useReader()
  const { chain } = useMoment()
  return (
    <ol className="chain" aria-label={t("chain.label")}>
      {chain.map(lamp => (
        <Lamp key={lamp.name} lamp={lamp} {...(lamp.name === "link" && { open: openPaths })} />
      ))}
    </ol>
  )
}
