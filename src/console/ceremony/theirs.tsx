// Their card: pasted, opened as a file, or gathered part by part from a camera and from pictures. Parts of two cards never mix. (CH-9)
import { useCallback, useState } from "react"
import { Button } from "react-aria-components/Button"
import { cardSequence, isPart } from "../../core/parts.ts"
import { type Failure, isFailure } from "../ask.ts"
import { Camera, textIn } from "../codes/camera.tsx"
import { Parts, useParts } from "../codes/parts.tsx"
import { useFailure } from "../failure.ts"
import { useReader } from "../words.tsx"
import { readCard } from "./ask.ts"
import { Fingerprint, Onward, Title } from "./pieces.tsx"
import { useSaying } from "./say.ts"
import type { StepProps } from "./step.ts"

/** What was gathered so far, and what to do with one text more. */
const useGathering = (heard: StepProps["heard"]) => {
  const [failure, setFailure] = useState<Failure | null>(null)
  const [note, setNote] = useState("")
  const send = useCallback(
    async (text: string): Promise<void> => {
      const answer = await readCard(text)
      setFailure(isFailure(answer) ? answer : null)
      if (!isFailure(answer)) heard(answer)
    },
    [heard],
  )
  const whole = useCallback(
    (texts: readonly string[]) => {
      void send(texts.join("\n"))
      return null
    },
    [send],
  )
  const { held, add, forget } = useParts(cardSequence, whole)
  const read = useCallback(
    (text: string): void => {
      if (isPart(cardSequence, text)) return setFailure(add(text))
      forget()
      void send(text)
    },
    [add, forget, send],
  )
  return { held, failure, note, setNote, read, forget, setFailure }
}

export const TheirCard = ({ view, heard, go }: StepProps) => {
  const { say } = useSaying()
  const { name } = useReader()
  const why = useFailure()
  const { held, failure, note, setNote, read, forget, setFailure } = useGathering(heard)
  const [pasted, setPasted] = useState("")
  const [camera, setCamera] = useState(false)
  const begin = (): void => {
    forget()
    setFailure(null)
    setPasted("")
    setNote("")
  }
  const take = (text: string): void => {
    for (const line of isPart(cardSequence, text) ? text.split(/[\r\n]+/).filter(each => each.trim() !== "") : [text])
      read(line)
  }
  const open = async (files: readonly File[]): Promise<void> => {
    setNote("")
    for (const file of files) {
      const text = await textIn(file)
      if (text === undefined) setNote(say("codes.no-code", { file: file.name }))
      else take(text)
    }
  }
  return (
    <>
      <Title>{say("step.theirs")}</Title>
      <p className="lead">{say("theirs.lead")}</p>
      {view.them && (
        <div className="read-card">
          <p role="status">
            <strong>{say("theirs.read-done", { name: name(view.them.names) })}</strong>
          </p>
          <Fingerprint label={say("theirs.fingerprint")} hash={view.them.hash} />
        </div>
      )}
      {held && <Parts held={held} />}
      {failure && (
        <p className="notice" role="alert">
          {why(failure)}
        </p>
      )}
      {note && (
        <p className="notice" role="alert">
          {note}
        </p>
      )}
      <div className="card-ways">
        <section className="card-other">
          <label className="field">
            <span>{say("theirs.paste")}</span>
            <textarea
              className="card-text code"
              spellCheck={false}
              value={pasted}
              onChange={event => setPasted(event.target.value)}
            />
          </label>
          <div className="buttons">
            <Button className="button" isDisabled={pasted.trim() === ""} onPress={() => take(pasted)}>
              {say("theirs.read")}
            </Button>
            {(held || failure || view.them) && (
              <Button className="button" onPress={begin}>
                {say("theirs.forget")}
              </Button>
            )}
          </div>
        </section>
        <section className="card-other">
          <div className="buttons">
            <label className="button file-button">
              {say("theirs.file")}
              <input
                className="visually-hidden"
                type="file"
                multiple
                accept=".card,.txt,text/plain,image/*"
                onChange={event => void open([...(event.target.files ?? [])])}
              />
            </label>
            <Button className="button" onPress={() => setCamera(isOn => !isOn)}>
              {camera ? say("codes.camera-stop") : say("codes.camera")}
            </Button>
          </div>
          {camera && <Camera read={read} />}
        </section>
      </div>
      <Onward next={() => go("differ")} back={() => go("ours")} isDisabled={view.them === null} />
    </>
  )
}
