// Every rung with its proof: who signed it, where, when by their clock, and when we knew.
import type { MessageView } from "../../api/shapes.ts"
import { useKnowledge } from "../knowledge.tsx"
import { ladder, type Step } from "../ladder.ts"
import { Code, Dtg, PartyName, PersonName, Words } from "../pieces.tsx"
import { OfficerNames, Slotted, slot } from "../slots.tsx"
import { dtg, zulu } from "../time.ts"
import { Ladder } from "../watch/ladder.tsx"
import { useReader } from "../words.tsx"
import { signersOf } from "./facts.tsx"

type ProofProps = { readonly step: Step; readonly message: MessageView }

const Proof = ({ step: { rung, state }, message }: ProofProps) => {
  const { t } = useReader()
  if (state === "queued") return <>{t("message.queued-why")}</>
  if (!rung) return <>{t("ladder.pending")}</>
  if (state === "claimed") return <>{t("ladder.proof-none")}</>
  const by = rung.officer
  const signers = rung.rung === "released" ? signersOf(message) : undefined
  if (rung.proof === "officer")
    return by ? (
      <Slotted
        text={t("ladder.proof-officer", { officer: slot(0) })}
        parts={[<OfficerNames key="officers" officers={signers ?? [rung.signer ?? { code: by }]} party={rung.party} />]}
      />
    ) : (
      t("ladder.proof-officer-unnamed")
    )
  return (
    <>
      {t("ladder.proof-node")}
      {by && (
        <>
          {" "}
          <PersonName name={by} party={rung.party} />
        </>
      )}
    </>
  )
}

const ProofRow = ({ step, message }: ProofProps) => {
  const { t } = useReader()
  const { rung, name, state } = step
  return (
    <tr className={state}>
      <th scope="row">{state === "queued" ? t("message.queued") : t(`rung.${name}`)}</th>
      <td>{rung ? <PartyName party={rung.party} /> : null}</td>
      <td>
        {rung && (
          <>
            <Dtg ms={rung.at} /> <Code className="quiet">{zulu(rung.at)}</Code>
          </>
        )}
      </td>
      <td>{rung ? <Code>{zulu(rung.heardAt)}</Code> : null}</td>
      <td>
        <Proof step={step} message={message} />
        {rung?.until !== undefined && <p>{t("ladder.until", { dtg: dtg(rung.until) })}</p>}
        {rung?.reason && (
          <p className="reason">
            <Words text={rung.reason} language={rung.language} />
          </p>
        )}
        {rung?.hash && <Code className="hash quiet">{rung.hash}</Code>}
      </td>
    </tr>
  )
}

export const Proofs = ({ message }: { readonly message: MessageView }) => {
  const { line, up } = useKnowledge()
  const { t } = useReader()
  return (
    <section className="proofs">
      <h3>{t("ladder.title")}</h3>
      <Ladder message={message} />
      <table>
        <thead>
          <tr>
            <th scope="col">{t("ladder.step")}</th>
            <th scope="col">{t("ladder.where")}</th>
            <th scope="col">{t("ladder.when")}</th>
            <th scope="col">{t("ladder.heard")}</th>
            <th scope="col">{t("ladder.proof")}</th>
          </tr>
        </thead>
        <tbody>
          {ladder(message, line.us.party, up, line.withheld).map(step => (
            <ProofRow key={`${step.name} ${step.rung?.party ?? ""}`} step={step} message={message} />
          ))}
        </tbody>
      </table>
    </section>
  )
}
