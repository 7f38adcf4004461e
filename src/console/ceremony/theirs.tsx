// Their card: pasted, opened as a file, or gathered part by part from a camera and from pictures. Parts of two cards never mix. (CH-9)
import { useCallback, useEffect, useRef, useState } from "react"
import { Button } from "react-aria-components/Button"
import { addPart, cardSequence, type Held, isPart } from "../../core/parts.ts"
import { isRefusal } from "../../core/refusal.ts"
import { type Failure, isFailure } from "../ask.ts"
import { useFailure } from "../failure.ts"
import { useReader } from "../words.tsx"
import { readCard } from "./ask.ts"
import { Fingerprint, Onward, Title } from "./pieces.tsx"
import { readCode } from "./qr.tsx"
import { useSaying } from "./say.ts"
import type { StepProps } from "./step.ts"

/** The parts as they are held, and their texts for the home, which checks the whole. */
type Gathered = { readonly held: Held; readonly texts: ReadonlyMap<number, string> }

const fileBytesMax = 32 * 1_048_576

const Camera = ({ read }: { readonly read: (text: string) => void }) => {
  const { say } = useSaying()
  const video = useRef<HTMLVideoElement>(null)
  const [fails, setFails] = useState(false)
  useEffect(() => {
    let stream: MediaStream | undefined
    let stopped = false
    let next = 0
    const look = (): void => {
      const seen = video.current
      const text = seen && seen.readyState >= 2 ? readCode(seen, seen.videoWidth, seen.videoHeight) : undefined
      if (text !== undefined) read(text)
      if (!stopped) next = requestAnimationFrame(look)
    }
    const open = async (): Promise<void> => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: 1_280 } })
      if (stopped || !video.current) return stream.getTracks().forEach(track => void track.stop())
      video.current.srcObject = stream
      await video.current.play()
      look()
    }
    open().catch(() => setFails(true))
    return () => {
      stopped = true
      cancelAnimationFrame(next)
      stream?.getTracks().forEach(track => void track.stop())
    }
  }, [read])
  if (fails)
    return (
      <p className="notice" role="alert">
        {say("theirs.no-camera")}
      </p>
    )
  return (
    <figure className="camera">
      <video ref={video} muted playsInline aria-label={say("theirs.camera")} />
      <figcaption className="quiet">{say("theirs.looking")}</figcaption>
    </figure>
  )
}

const Parts = ({ held }: { readonly held: Held }) => {
  const { say } = useSaying()
  return (
    <div className="parts">
      <p role="status">{say("theirs.parts", { held: held.parts.size, count: held.count })}</p>
      <ol aria-hidden="true">
        {Array.from({ length: held.count }, (_, at) => at + 1).map(part => (
          <li key={part} className={held.parts.has(part) ? "code held" : "code"}>
            {part}
          </li>
        ))}
      </ol>
    </div>
  )
}

/** What was gathered so far, and what to do with one text more. */
const useGathering = (heard: StepProps["heard"]) => {
  const [gathered, setGathered] = useState<Gathered | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [note, setNote] = useState("")
  const latest = useRef<Gathered | null>(null)
  const keep = useCallback((next: Gathered | null): void => {
    latest.current = next
    setGathered(next)
  }, [])
  const send = useCallback(
    async (text: string): Promise<void> => {
      const answer = await readCard(text)
      setFailure(isFailure(answer) ? answer : null)
      keep(null)
      if (!isFailure(answer)) heard(answer)
    },
    [heard, keep],
  )
  const read = useCallback(
    (text: string): void => {
      if (!isPart(cardSequence, text)) return void send(text)
      const before = latest.current
      const held = addPart(cardSequence, before?.held, text)
      if (isRefusal(held)) return setFailure({ failed: "refused", problem: { ...held, sentence: "", at: Date.now() } })
      if (held.parts.size === before?.held.parts.size) return
      const place = [...held.parts.keys()].find(part => before?.held.parts.has(part) !== true) ?? 0
      const texts = new Map(before?.texts).set(place, text)
      setFailure(null)
      keep({ held, texts })
      if (held.parts.size === held.count) void send([...texts.values()].join("\n"))
    },
    [keep, send],
  )
  return { gathered, failure, note, setNote, read, forget: () => keep(null), setFailure }
}

const readFile = async (file: File): Promise<string | undefined> => {
  if (!file.type.startsWith("image/")) return file.text()
  const picture = await createImageBitmap(file).catch(() => undefined)
  if (picture === undefined) return undefined
  const text = readCode(picture, picture.width, picture.height)
  picture.close()
  return text
}

export const TheirCard = ({ view, heard, go }: StepProps) => {
  const { say } = useSaying()
  const { name } = useReader()
  const why = useFailure()
  const { gathered, failure, note, setNote, read, forget, setFailure } = useGathering(heard)
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
      const text = file.size > fileBytesMax ? undefined : await readFile(file)
      if (text === undefined) setNote(say("theirs.no-code", { file: file.name }))
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
      {gathered && <Parts held={gathered.held} />}
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
            {(gathered || failure || view.them) && (
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
            <Button className="button" onPress={() => setCamera(held => !held)}>
              {camera ? say("theirs.camera-stop") : say("theirs.camera")}
            </Button>
          </div>
          {camera && <Camera read={read} />}
        </section>
      </div>
      <Onward next={() => go("differ")} back={() => go("ours")} isDisabled={view.them === null} />
    </>
  )
}
