// How the keys of both sides stand: node keys by place, roots, officers, the program. Whoever is no administrator only reads.
import { useCallback, useEffect, useRef, useState } from "react"
import type { KeysView, PartyKeysView, TenureView } from "../../api/keys.ts"
import type { Role } from "../../core/officer.ts"
import { type Failure, isFailure } from "../ask.ts"
import { useFailure } from "../failure.ts"
import { Release } from "../frame/about.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { EnrolOwn } from "../passkey/enrol.tsx"
import { Pending } from "../passkey/pending.tsx"
import { Code, Dtg, PartyName } from "../pieces.tsx"
import { inGroups } from "../release.ts"
import { OfficerName } from "../slots.tsx"
import { dtg } from "../time.ts"
import { useReader } from "../words.tsx"
import { askKeys } from "./ask.ts"
import { Change } from "./change.tsx"

export const useKeys = () => {
  const [view, setView] = useState<KeysView | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const look = useCallback(async () => {
    const answer = await askKeys()
    setFailure(isFailure(answer) ? answer : null)
    if (!isFailure(answer)) setView(answer)
  }, [])
  useEffect(() => void look(), [look])
  return { view, failure, look }
}

const Where = ({ tenure, isOurs }: { readonly tenure: TenureView; readonly isOurs: boolean }) => {
  const { t } = useReader()
  if (!isOurs) return <>{t("keys.here-theirs")}</>
  if (tenure.held) return <>{t("keys.here-yes")}</>
  if (tenure.standing === "in-force") return <strong className="keep-missing">{t("keys.here-missing")}</strong>
  return <>{t("keys.here-erased")}</>
}

const TenureRow = ({ tenure, isOurs }: { readonly tenure: TenureView; readonly isOurs: boolean }) => {
  const { t } = useReader()
  const { standing, kid, post, algorithm, generation, after, by, written } = tenure
  return (
    <tr className={standing}>
      <th scope="row">
        <span className={standing === "in-force" ? "standing now" : "standing"}>{t(`keys.${standing}`)}</span>
      </th>
      <td>
        <Code>{`${kid.slice(0, 8)} ${kid.slice(8)}`}</Code>
        <br />
        <Code className="quiet">{`${post.slice(0, 8)} ${post.slice(8)}`}</Code>
      </td>
      <td>
        <Code>{algorithm}</Code>
        <br />
        <Code className="quiet">ML-DSA-65</Code>
      </td>
      <td>{after === 0 ? t("keys.from-card") : t("keys.from-place", { generation, seq: after })}</td>
      <td>
        {t(`keys.by-${by}`)}
        {written !== null && (
          <span className="quiet">
            {" "}
            <Dtg ms={written} />
          </span>
        )}
      </td>
      <td>
        <Where tenure={tenure} isOurs={isOurs} />
      </td>
    </tr>
  )
}

const NodeKeys = ({ party, isOurs }: { readonly party: PartyKeysView; readonly isOurs: boolean }) => {
  const { t } = useReader()
  return (
    <div className="keep-table">
      <table>
        <caption>{t("keys.node")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("keys.standing")}</th>
            <th scope="col">{t("keys.key")}</th>
            <th scope="col">{t("keys.algorithm")}</th>
            <th scope="col">{t("keys.from")}</th>
            <th scope="col">{t("keys.brought")}</th>
            <th scope="col">{t("keys.here")}</th>
          </tr>
        </thead>
        <tbody>
          {party.keys.toReversed().map(tenure => (
            <TenureRow key={`${tenure.generation}.${tenure.after}`} tenure={tenure} isOurs={isOurs} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

const useRole = (): ((role: Role) => string) => {
  const { t } = useReader()
  return role => (role === "break-glass" ? t("keys.break-glass") : t(`role.${role}`))
}

const Officers = ({ party }: { readonly party: PartyKeysView }) => {
  const { t, language } = useReader()
  const role = useRole()
  return (
    <>
      {party.officers.length === 0 ? (
        <p className="empty">{t("keys.no-officers")}</p>
      ) : (
        <div className="keep-table">
          <table>
            <caption>{t("keys.officers")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("keys.officer")}</th>
                <th scope="col">{t("keys.roles")}</th>
                <th scope="col">{t("keys.officer-keys")}</th>
              </tr>
            </thead>
            <tbody>
              {party.officers.map(officer => (
                <tr key={officer.code}>
                  <th scope="row">
                    <OfficerName officer={officer} party={party.party} />
                  </th>
                  <td>{officer.roles.map(role).join(language === "en" ? ", " : "、")}</td>
                  <td>
                    {officer.keys.length === 0 && t("keys.no-keys")}
                    <ul>
                      {officer.keys.map(key => (
                        <li key={key.public}>
                          {key.type === "key" ? t("keys.type-key") : t("keys.type-passkey", { rp: key.rpId ?? "" })}{" "}
                          <Code>{key.algorithm}</Code> <Code className="quiet">{key.public.slice(0, 16)}</Code>
                        </li>
                      ))}
                    </ul>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {party.retired.length > 0 && (
        <>
          <h4>{t("keys.retired")}</h4>
          <ul className="keep-retired">
            {party.retired.map(officer => (
              <li key={officer.code}>
                <OfficerName officer={officer} party={party.party} />{" "}
                <span className="quiet">
                  {t("keys.retired-by", { generation: officer.generation, seq: officer.seq })}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

const Party = ({ party }: { readonly party: PartyKeysView }) => {
  const { line } = useKnowledge()
  const { t } = useReader()
  const isOurs = party.party === line.us.party
  return (
    <section>
      <h3>
        <PartyName party={party.party} /> <span className="quiet">{t(isOurs ? "keys.ours" : "keys.theirs")}</span>
      </h3>
      <p className="keep-fact">
        <span className="quiet">{t("keys.roots")}</span>
        <Code className="hash">{inGroups(party.fingerprint)}</Code>
      </p>
      <NodeKeys party={party} isOurs={isOurs} />
      <Officers party={party} />
    </section>
  )
}

const Yearly = ({ view: { yearly } }: { readonly view: KeysView }) => {
  const { t } = useReader()
  if (yearly.since === null) return null
  return (
    <p className={yearly.state === "fresh" ? "quiet" : "notice keep-due"}>
      {t(`yearly.${yearly.state}`, { dtg: dtg(yearly.since) })}
    </p>
  )
}

export const Keys = () => {
  const { line } = useKnowledge()
  const { t } = useReader()
  const say = useFailure()
  const { view, failure, look } = useKeys()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  const mayChange = line.officer.role === "administrator"
  // Our own side first, as on every screen of ours.
  const parties = view?.parties.toSorted(
    (a, b) => Number(b.party === line.us.party) - Number(a.party === line.us.party),
  )
  return (
    <article className="keep">
      <header className="pane-head">
        <h2 tabIndex={-1} ref={heading}>
          {t("keys.title")}
        </h2>
      </header>
      <p className="keep-about">{t("keys.about")}</p>
      {failure !== null && <p role="alert">{say(failure)}</p>}
      {view === null && failure === null && <p className="empty">{t("keys.reading")}</p>}
      {view !== null && <Yearly view={view} />}
      {view !== null && mayChange && <Change view={view} look={look} />}
      {view !== null && !mayChange && <p className="quiet">{t("keys.read-only")}</p>}
      <EnrolOwn />
      {mayChange && <Pending />}
      {parties?.map(party => (
        <Party key={party.party} party={party} />
      ))}
      {view !== null && (
        <section>
          <h3>{t("keys.program")}</h3>
          <Release />
        </section>
      )}
    </article>
  )
}
