// The facts of the record that an auditor asks for: hash, place, size, both times.
import type { ReactNode } from "react"
import type { MessageView, NamedOfficer } from "../../api/shapes.ts"
import type { Word } from "../../words/en.ts"
import { useKnowledge } from "../knowledge.tsx"
import { partyOf } from "../number.ts"
import { Code, Dtg, PersonName } from "../pieces.tsx"
import { OfficerNames, Slotted, slot } from "../slots.tsx"
import { zulu } from "../time.ts"
import { useReader } from "../words.tsx"

type FactProps = { readonly name: Word; readonly children: ReactNode; readonly wide?: boolean }

export const Fact = ({ name, children, wide = false }: FactProps) => {
  const { t } = useReader()
  return (
    <div className={wide ? "fact wide" : "fact"}>
      <dt>{t(name)}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** By their codes alone where the node says no more. */
export const signersOf = ({ signers, officer }: MessageView): readonly NamedOfficer[] =>
  signers ?? (officer ?? "").split(", ").map(code => ({ code }))

/** Who signed, or who the node says it was. (OF-13) */
export const Releasers = ({ message }: { readonly message: MessageView }) => {
  const { t } = useReader()
  if (!message.officer) return <>{t("field.none")}</>
  const signers = signersOf(message)
  const isProven = message.rungs.some(({ rung, proof }) => rung === "released" && proof === "officer")
  if (!isProven)
    return (
      <>
        <PersonName name={message.officer} party={message.author} />{" "}
        <span className="quiet">{t("ladder.proof-node")}</span>
      </>
    )
  return (
    <Slotted
      text={t("released.by", { officers: slot(0), count: signers.length })}
      parts={[<OfficerNames key="officers" officers={signers} party={message.author} />]}
    />
  )
}

export const Facts = ({ message }: { readonly message: MessageView }) => {
  const { line } = useKnowledge()
  const { t, name } = useReader()
  const author = partyOf(line, message.author)
  const { generation, seq, kind } = message
  return (
    <section className="facts">
      <h3>{t("facts.title")}</h3>
      <dl>
        <Fact name="field.hash">
          <Code className="hash">{message.hash}</Code>
        </Fact>
        <Fact name="field.entry">{t("field.entry-value", { generation, seq })}</Fact>
        <Fact name="field.position">
          <span className="code">{message.position}</span>
        </Fact>
        <div className="fact">
          <dt>{t("field.written", { party: author ? name(author.names) : "" })}</dt>
          <dd>
            <Dtg ms={message.written} /> <Code>{zulu(message.written)}</Code>
          </dd>
        </div>
        <Fact name="field.received">
          <Dtg ms={message.received} /> <Code>{zulu(message.received)}</Code>
        </Fact>
        <Fact name="field.bytes">{t("field.bytes-value", { bytes: message.bytes })}</Fact>
        <Fact name="field.kind">
          {kind === "message" || kind === "answer" ? t(`kind.${kind}`) : <Code>{String(kind)}</Code>}
        </Fact>
        {message.second && (
          <Fact name="field.second">
            <Slotted
              text={t(`second.${message.second}`, { officer: slot(0) })}
              parts={[<OfficerNames key="officers" officers={signersOf(message)} party={message.author} />]}
            />
          </Fact>
        )}
        {message.breakGlass && <Fact name="field.break-glass">{t("break-glass.used")}</Fact>}
      </dl>
    </section>
  )
}
