// Every rung with its proof: who signed it, where, when by their clock, and when we knew.
import type { MessageView } from "../../api/shapes.ts"
import { useKnowledge } from "../knowledge.tsx"
import { ladder, type Step } from "../ladder.ts"
import { Code, Dtg, PartyName, PersonName, Words } from "../pieces.tsx"
import { dtg, zulu } from "../time.ts"
import { Ladder } from "../watch/ladder.tsx"
import { useReader } from "../words.tsx"

const Proof = ({ step: { rung, state } }: { readonly step: Step }) => {
  const { t } = useReader()
  if (state === "queued") return <>{t("message.queued-why")}</>
  if (!rung) return <>{t("ladder.pending")}</>
  if (state === "claimed") return <>{t("ladder.proof-none")}</>
  const by = rung.officer
  if (rung.proof === "officer")
    return <>{by ? t("ladder.proof-officer", { officer: by }) : t("ladder.proof-officer-unnamed")}</>
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

const ProofRow = ({ step }: { readonly step: Step }) => {
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
        <Proof step={step} />
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
            <ProofRow key={`${step.name} ${step.rung?.party ?? ""}`} step={step} />
          ))}
        </tbody>
      </table>
    </section>
  )
}
