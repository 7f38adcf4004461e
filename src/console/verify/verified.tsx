// What this console has proven of the record by itself, and how long ago it last looked. A record that does not verify is an alarm.
import { useCallback, useEffect, useRef, useState } from "react"
import { Button } from "react-aria-components/Button"
import { RefusedMark } from "../icons.tsx"
import { useKnowledge, useMoment } from "../knowledge.tsx"
import { codeOf, partyOf } from "../number.ts"
import { Code, PartyName, useAge } from "../pieces.tsx"
import { useReader } from "../words.tsx"
import type { Asked, Told } from "./worker.ts"

/** Receipts arrive without a message: looked for even when nothing is told. */
const lookEveryMs = 20_000
/** The first drawing and the first alarm come before. */
const startAfterMs = 500

export type Verified = {
  readonly told: Told | null
  /** When a look last came to the end of the record, by the node's clock. */
  readonly at: number | null
  /** This browser runs no worker of ours. */
  readonly off: boolean
  readonly again: () => void
}

export const useVerified = (): Verified => {
  const { line, state } = useKnowledge()
  const { now } = useMoment()
  const [told, setTold] = useState<Told | null>(null)
  const [at, setAt] = useState<number | null>(null)
  const [off, setOff] = useState(false)
  const worker = useRef<Worker | null>(null)
  const clock = useRef(now)
  clock.current = now
  const look = useCallback(
    (again: boolean): void => worker.current?.postMessage({ look: line.line, again } satisfies Asked),
    [line.line],
  )
  useEffect(() => {
    const start = (): void => {
      const made = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "verify" })
      worker.current = made
      made.onerror = () => setOff(true)
      made.onmessage = ({ data }: MessageEvent<Told>): void => {
        setTold(data)
        if (data.done) setAt(clock.current)
      }
      look(false)
    }
    const starting = setTimeout(start, startAfterMs)
    const looking = setInterval(() => look(false), lookEveryMs)
    return () => {
      clearTimeout(starting)
      clearInterval(looking)
      worker.current?.terminate()
      worker.current = null
    }
  }, [look])
  const { messages } = state
  useEffect(() => {
    if (messages.size > 0) look(false)
  }, [messages, look])
  return { told, at, off, again: () => look(true) }
}

export const VerifiedMark = ({ verified: { told, at, off, again } }: { readonly verified: Verified }) => {
  const { line } = useKnowledge()
  const { now } = useMoment()
  const { t, name } = useReader()
  const sayAge = useAge()
  if (off) return <span className="verified">{t("verify.off")}</span>
  // Our own side first, as on every screen of ours.
  const logs = (told?.logs ?? []).toSorted(
    (a, b) => Number(b.author === line.us.party) - Number(a.author === line.us.party),
  )
  const called = (author: number): string => {
    const side = partyOf(line, author)
    return side ? name(side.names) : codeOf(line, author)
  }
  const sizes = logs.map(({ author, size }) => `${called(author)} ${size}`).join(" · ")
  if (sizes === "") return <span className="verified">{t("verify.busy")}</span>
  return (
    <Button className="plain verified" onPress={again}>
      {t("verify.to")} <span className="code">{sizes}</span>
      {at !== null && <span>{t("lamp.heard", { age: sayAge(now - at) })}</span>}
      <span className="visually-hidden">{t("verify.again")}</span>
    </Button>
  )
}

export const FaultBand = ({ verified: { told } }: { readonly verified: Verified }) => {
  const { t, refusal } = useReader()
  const faults = told?.faults ?? []
  const [first] = faults
  if (!first) return null
  return (
    <div className="fault-band" role="alert">
      <RefusedMark />
      <strong>{t("verify.fault", { count: faults.length })}</strong>
      <span>
        <PartyName party={first.author} /> <Code>{String(first.seq)}</Code>
      </span>
      <span className="refused-sentence">{refusal(first.refusal)}</span>
      <Code>{first.refusal}</Code>
    </div>
  )
}
