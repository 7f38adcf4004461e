// One path: how it stands, what was measured on it, and what waits there and why. A figure that is not known says so.
import type { ReactNode } from "react"
import { Button } from "react-aria-components/Button"
import { type PathView, pathFields } from "../../api/paths.ts"
import type { Word } from "../../words/en.ts"
import { percentText, rateText, sizeText } from "../figures.ts"
import { PathMark } from "../icons.tsx"
import { useMoment } from "../knowledge.tsx"
import { Code, PrecedenceTag, useAge } from "../pieces.tsx"
import { useReader } from "../words.tsx"
import { inTurn, type PathStanding, whyOf } from "./standing.ts"

type Kind = keyof typeof pathFields
export const isKind = (kind: string): kind is Kind => Object.hasOwn(pathFields, kind)

/** Fields that say where a path goes, in the order in which people look for them. */
const wayFields = ["device", "connect", "listen", "proxy", "cert", "ca"] as const

const Figure = ({ name, children }: { readonly name: Word; readonly children: ReactNode }) => {
  const { t } = useReader()
  return (
    <div className="figure">
      <dt>{t(name)}</dt>
      <dd>{children}</dd>
    </div>
  )
}

const Rate = ({ rate, believed }: Pick<PathView, "rate" | "believed">) => {
  const { t, language } = useReader()
  const says = rateText(rate, language)
  if (believed === null) return <>{t("paths.says", { rate: says })}</>
  return <strong>{t("paths.brings", { rate: says, believed: rateText(believed, language) })}</strong>
}

const Figures = ({ path, isKnown }: { readonly path: PathView; readonly isKnown: boolean }) => {
  const { t, language } = useReader()
  const known = (value: number | null, say: (value: number) => string): ReactNode =>
    value === null || !isKnown ? <span className="quiet">{t("paths.not-known")}</span> : say(value)
  const cost = (value: number): string => (value === 0 ? t("paths.cost-none") : t("paths.cost-each", { cost: value }))
  return (
    <dl className="figures">
      <Figure name="paths.round-trip">
        {known(path.roundTripMs, ms => t("paths.ms", { ms: ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms) }))}
      </Figure>
      <Figure name="paths.loss">{known(path.loss, loss => percentText(loss, language))}</Figure>
      <Figure name="paths.rate">
        <Rate rate={path.rate} believed={isKnown ? path.believed : null} />
      </Figure>
      <Figure name="paths.throughput">{known(path.throughput, rate => rateText(rate, language))}</Figure>
      <Figure name="paths.cost">{cost(path.cost)}</Figure>
    </dl>
  )
}

/** What waits, the most urgent first, and why it has not gone. */
const Waiting = ({ path }: { readonly path: PathView }) => {
  const { t, both, language } = useReader()
  const [first, ...others] = inTurn(path.waiting)
  const why = whyOf(path)
  const named = others.map(({ precedence, parts }) =>
    t("paths.parts", { count: parts, precedence: t(`precedence.${precedence}`) }),
  )
  return (
    <div className="path-waits">
      {first === undefined ? (
        why === null && <p className="quiet">{t("paths.nothing")}</p>
      ) : (
        <ul aria-label={t("paths.waiting")}>
          {[first, ...others].map(({ precedence, parts, bytes }) => (
            <li key={precedence}>
              <PrecedenceTag precedence={precedence} />
              <span className="code">{t("paths.held", { count: parts, size: sizeText(bytes, language) })}</span>
            </li>
          ))}
        </ul>
      )}
      {first !== undefined && others.length > 0 && (
        <p>{t("paths.first", { first: t(`precedence.${first.precedence}`), others: both(named) })}</p>
      )}
      {why !== null && <p>{t(why)}</p>}
      {path.inFlight > 0 && (
        <p className="quiet">{t("paths.in-flight", { size: sizeText(path.inFlight, language) })}</p>
      )}
    </div>
  )
}

type PathProps = {
  readonly path: PathView
  readonly standing: PathStanding
  readonly remove: (() => void) | null
}

export const Path = ({ path, standing, remove }: PathProps) => {
  const { t } = useReader()
  const { now } = useMoment()
  const sayAge = useAge()
  const isKnown = standing !== "unknown"
  const { name, kind, fields, since, heardAt, reason, isFixed } = path
  return (
    <li className={`path ${standing}`} data-path={name}>
      <header className="path-head">
        <h3>
          <Code>{name}</Code>
        </h3>
        <span className="quiet">{isKind(kind) ? t(`paths.kind-${kind}`) : <Code>{kind}</Code>}</span>
        <span className="path-state">
          <PathMark state={standing} />
          <strong>{t(`paths.${standing}`)}</strong>
          {isKnown && <span className="quiet">{t("paths.since", { age: sayAge(Math.max(0, now - since)) })}</span>}
        </span>
        <span className="quiet">
          {heardAt === null ? t("lamp.never") : t("paths.heard", { age: sayAge(Math.max(0, now - heardAt)) })}
        </span>
      </header>
      <p className="path-way quiet">
        {wayFields.flatMap(field => {
          const value = fields[field]
          return value === undefined
            ? []
            : [
                <span key={field}>
                  {t(`paths.field-${field}`)} <Code>{value}</Code>
                </span>,
              ]
        })}
      </p>
      {standing === "down" && reason !== "" && (
        <p>
          {t("paths.reason")} <Code>{reason}</Code>
        </p>
      )}
      {standing === "quiet" && <p>{t("paths.quiet-why")}</p>}
      <Figures path={path} isKnown={isKnown} />
      {isKnown && <Waiting path={path} />}
      {remove !== null && !isFixed && (
        <Button className="button small" onPress={remove} aria-label={t("paths.remove-named", { name })}>
          {t("paths.remove")}
        </Button>
      )}
      {remove !== null && isFixed && <p className="quiet">{t("paths.fixed")}</p>}
    </li>
  )
}
