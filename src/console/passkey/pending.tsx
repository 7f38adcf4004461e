// For administrators: passkeys that wait for the roots, and links by which officers enrol theirs.
import { useCallback, useEffect, useState } from "react"
import { Button } from "react-aria-components/Button"
import type { Invitation, PendingPasskey } from "../../api/passkeys.ts"
import { breakGlass, officerCode, roles } from "../../core/officer.ts"
import { type Failure, isFailure } from "../ask.ts"
import { Choices } from "../choices.tsx"
import { Failed } from "../failed.tsx"
import { useFailure } from "../failure.ts"
import { Sure } from "../keep/sure.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { Code, Dtg, PersonName } from "../pieces.tsx"
import { inGroups } from "../release.ts"
import { dtg } from "../time.ts"
import { useReader } from "../words.tsx"
import { askPending, beginningOf, dropPending, type Inviting, inviteOfficer } from "./ask.ts"

const lookEveryMs = 5_000

const usePending = () => {
  const [pending, setPending] = useState<readonly PendingPasskey[]>([])
  const [failure, setFailure] = useState<Failure | null>(null)
  const look = useCallback(async () => {
    const answer = await askPending()
    setFailure(isFailure(answer) ? answer : null)
    if (!isFailure(answer)) setPending(answer)
  }, [])
  useEffect(() => {
    void look()
    const looking = setInterval(() => void look(), lookEveryMs)
    return () => clearInterval(looking)
  }, [look])
  return { pending, failure, look }
}

/** What lies behind the glass is enrolled by command, where its envelope is sealed. */
const offered = roles.filter(role => role !== breakGlass)
type Offered = Exclude<(typeof roles)[number], "break-glass">
const isOffered = (role: string): role is Offered => role !== breakGlass

const Waiting = ({ one, drop }: { readonly one: PendingPasskey; readonly drop: () => void }) => {
  const { line } = useKnowledge()
  const { t, language } = useReader()
  const held = one.roles.map(role => (isOffered(role) ? t(`role.${role}`) : t("keys.break-glass")))
  return (
    <tr>
      <th scope="row">
        <Code>{one.code}</Code> <PersonName name={one.name} party={line.us.party} />
      </th>
      <td>{held.join(language === "en" ? ", " : "、")}</td>
      <td>
        <Dtg ms={one.at} />
      </td>
      <td>
        <Code>{inGroups(beginningOf(one))}</Code>
      </td>
      <td>
        {t("pending.command")}
        <code
          className="command"
          lang="en"
          translate="no"
        >{`parley officer HOME enrol --code ${one.code} --pending`}</code>
      </td>
      <td>
        <Button className="button small" onPress={drop} aria-label={t("pending.drop-named", { code: one.code })}>
          {t("pending.drop")}
        </Button>
      </td>
    </tr>
  )
}

const Table = ({ pending, drop }: { readonly pending: readonly PendingPasskey[]; drop: (code: string) => void }) => {
  const { t } = useReader()
  if (pending.length === 0) return <p className="empty">{t("pending.none")}</p>
  return (
    <div className="keep-table pending">
      <table>
        <thead>
          <tr>
            <th scope="col">{t("pending.code")}</th>
            <th scope="col">{t("keys.roles")}</th>
            <th scope="col">{t("pending.made")}</th>
            <th scope="col">{t("pending.key")}</th>
            <td />
            <td />
          </tr>
        </thead>
        <tbody>
          {pending.map(one => (
            <Waiting key={one.code} one={one} drop={() => drop(one.code)} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

const Invite = () => {
  const { t } = useReader()
  const [asked, setAsked] = useState<Inviting>({ code: "", name: "", roles: ["watch"] })
  const [given, setGiven] = useState<(Invitation & { readonly code: string }) | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const fits = officerCode.test(asked.code) && asked.name.trim() !== "" && asked.roles.length > 0
  const invite = async (): Promise<void> => {
    const answer = await inviteOfficer({ ...asked, name: asked.name.trim() })
    setFailure(isFailure(answer) ? answer : null)
    if (isFailure(answer)) return
    setGiven({ ...answer, code: asked.code })
    setAsked({ code: "", name: "", roles: ["watch"] })
  }
  const field = (name: "name" | "code") => (
    <label className="field">
      <span>{t(`invite.${name}`)}</span>
      <input
        value={asked[name]}
        maxLength={name === "code" ? 16 : 64}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) =>
          setAsked({ ...asked, [name]: name === "code" ? target.value.toLowerCase() : target.value })
        }
      />
      {name === "code" && <span className="quiet">{t("enrol.code-form")}</span>}
    </label>
  )
  return (
    <form
      className="keep-act keep-form invite"
      onSubmit={event => {
        event.preventDefault()
        if (fits) void invite()
      }}
    >
      <h4>{t("invite.title")}</h4>
      <p>{t("invite.about")}</p>
      <div className="keep-fields">
        {field("name")}
        {field("code")}
      </div>
      <Choices
        legend={t("invite.roles")}
        of={offered}
        chosen={asked.roles}
        choose={role =>
          setAsked({ ...asked, roles: roles.filter(each => asked.roles.includes(each) !== (each === role)) })
        }
        label={role => t(`role.${role}`)}
      />
      <button type="submit" className="button" disabled={!fits}>
        {t("invite.make")}
      </button>
      <Failed failure={failure} />
      {given !== null && (
        <p role="status" className="notice">
          {t("invite.link", { code: given.code, dtg: dtg(given.expires) })}
          <code className="command" lang="en" translate="no">{`${location.origin}/#invite=${given.secret}`}</code>
        </p>
      )}
    </form>
  )
}

export const Pending = () => {
  const { t } = useReader()
  const say = useFailure()
  const { pending, failure, look } = usePending()
  const [dropping, setDropping] = useState<string | null>(null)
  const [problem, setProblem] = useState<Failure | null>(null)
  const drop = async (code: string): Promise<void> => {
    const answer = await dropPending(code)
    setProblem(isFailure(answer) ? answer : null)
    if (isFailure(answer)) return
    setDropping(null)
    await look()
  }
  return (
    <section>
      <h3>{t("pending.title")}</h3>
      <p className="keep-about">{t("pending.about")}</p>
      {failure !== null && <p role="alert">{say(failure)}</p>}
      <Table
        pending={pending}
        drop={code => {
          setProblem(null)
          setDropping(code)
        }}
      />
      <Invite />
      {dropping !== null && (
        <Sure
          title={t("pending.title")}
          act={t("pending.drop-named", { code: dropping })}
          isBusy={false}
          problem={problem && say(problem)}
          done={() => setDropping(null)}
          sure={() => void drop(dropping)}
        >
          <p>{t("pending.drop-sure", { code: dropping })}</p>
        </Sure>
      )}
    </section>
  )
}
