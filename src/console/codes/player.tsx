// Codes that are shown one after the other, round and round: for a camera before the screen.
import { useEffect, useState } from "react"
import { Button } from "react-aria-components/Button"
import { useReader } from "../words.tsx"
import { QrCode } from "./qr.tsx"

type PlayerProps = {
  readonly label: string
  readonly texts: readonly string[]
  /** How long each stands: never less than a third of a second. (EP-22) */
  readonly eachMs: number
  readonly plays?: boolean
}

export const Player = ({ label, texts, eachMs, plays: atFirst = false }: PlayerProps) => {
  const { t } = useReader()
  const [place, setPlace] = useState(0)
  const [plays, setPlays] = useState(atFirst)
  useEffect(() => {
    if (!plays) return
    const next = setInterval(() => setPlace(held => (held + 1) % texts.length), eachMs)
    return () => clearInterval(next)
  }, [plays, texts.length, eachMs])
  const step = (by: number): void => {
    setPlays(false)
    setPlace(held => (held + by + texts.length) % texts.length)
  }
  const at = Math.min(place, texts.length - 1)
  const part = t("codes.part", { part: at + 1, count: texts.length })
  return (
    <section className="codes" aria-label={label}>
      <QrCode text={texts[at] ?? ""} label={part} />
      <p className="code" aria-live={plays ? "off" : "polite"}>
        {part}
      </p>
      <div className="buttons">
        <Button className="button" onPress={() => step(-1)}>
          {t("codes.previous")}
        </Button>
        <Button className="button strong" onPress={() => setPlays(held => !held)}>
          {t(plays ? "codes.pause" : "codes.play")}
        </Button>
        <Button className="button" onPress={() => step(1)}>
          {t("codes.following")}
        </Button>
      </div>
    </section>
  )
}
