// Our card, for the other side: as QR codes in sequence, as text, as a file, on paper.
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import { Player } from "../codes/player.tsx"
import { QrCode } from "../codes/qr.tsx"
import { Fingerprint, Onward, Title } from "./pieces.tsx"
import { useSaying } from "./say.ts"
import { PrintButton, Sheet } from "./sheet.tsx"
import type { StepProps } from "./step.ts"

const eachMs = 900

const saveAs = (file: string, text: string): void => {
  const url = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/plain" }))
  const link = document.createElement("a")
  link.href = url
  link.download = file
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

export const OurCard = ({ view, go }: StepProps) => {
  const { say } = useSaying()
  const [copied, setCopied] = useState(false)
  const { us } = view
  const file = `${us.code}.card`
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(us.card).then(
      () => setCopied(true),
      () => document.querySelector<HTMLTextAreaElement>(".card-text")?.select(),
    )
  }
  return (
    <>
      <Title>{say("step.ours")}</Title>
      <p className="lead">{say("ours.lead")}</p>
      <div className="card-ways">
        <Player label={say("ours.codes")} texts={us.parts} eachMs={eachMs} />
        <section className="card-other">
          <Fingerprint label={say("ours.fingerprint")} hash={us.hash} />
          <textarea
            className="card-text code"
            readOnly
            aria-label={say("theirs.paste")}
            value={us.card}
            onFocus={event => event.target.select()}
          />
          <div className="buttons">
            <Button className="button" onPress={() => void copy()}>
              {say("ours.copy")}
            </Button>
            <Button className="button" onPress={() => saveAs(file, us.card)}>
              {say("ours.save", { file })}
            </Button>
            <PrintButton sheet="codes">{say("ours.print-codes")}</PrintButton>
          </div>
          <p className="quiet" role="status">
            {copied ? say("ours.copied") : ""}
          </p>
        </section>
      </div>
      <Onward next={() => go("theirs")} back={() => go("terms")} />
      <Sheet name="codes">
        <h1>
          {say("step.ours")} · {us.code}
        </h1>
        <Fingerprint label={say("ours.fingerprint")} hash={us.hash} />
        <div className="code-grid">
          {us.parts.map((part, place) => {
            const label = say("codes.part", { part: place + 1, count: us.parts.length })
            return (
              <figure key={part}>
                <QrCode text={part} label={label} />
                <figcaption>{label}</figcaption>
              </figure>
            )
          })}
        </div>
      </Sheet>
    </>
  )
}
