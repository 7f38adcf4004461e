// What the console knows, kept current: one live connection, one clock, one sounder. Screens read it here and nowhere else.
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "react"
import type { LineView, LiveEvent, MessageView } from "../api/shapes.ts"
import { alarms } from "./alarms.ts"
import { askLatest, askLine, askMessages, askReported, isFailure, reportHuman } from "./ask.ts"
import { chain, deafAfterMs, lineUp, type Shown } from "./lamps.ts"
import { listen } from "./live.ts"
import { callOf } from "./proof/standing.ts"
import { isOnWatch } from "./seen.ts"
import { Sounder } from "./sound.ts"
import { isSaid, nothing, reduce, type State } from "./state.ts"
import { soundingOf } from "./staying.ts"

export const pageSize = 200
const humanEveryMs = 20_000

type Knowledge = {
  readonly state: State
  readonly line: LineView
  readonly said: readonly MessageView[]
  readonly ringing: readonly MessageView[]
  readonly up: boolean
  readonly deaf: boolean
  readonly sounder: Sounder
  readonly earlier: () => Promise<void>
}
type Moment = { readonly now: number; readonly chain: readonly Shown[] }

const KnowledgeContext = createContext<Knowledge | null>(null)
const MomentContext = createContext<Moment>({ now: 0, chain: [] })

export const useKnowledge = (): Knowledge => {
  const knowledge = useContext(KnowledgeContext)
  if (!knowledge) throw new Error("No line: a screen stands outside its provider.")
  return knowledge
}
/** The time by the node's clock and the lamps, once a second: for the smallest pieces only, for it draws them anew. */
export const useMoment = (): Moment => useContext(MomentContext)

/** Somebody on watch is here: told to the node at most every 20 s, and only of what a hand did. */
const useHuman = (onWatch: boolean): void => {
  const last = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    if (!onWatch) return
    const touched = (event: Event): void => {
      if (!event.isTrusted || performance.now() - last.current < humanEveryMs) return
      last.current = performance.now()
      void reportHuman()
    }
    const kinds = ["pointerdown", "pointermove", "keydown", "wheel"] as const
    for (const kind of kinds) document.addEventListener(kind, touched, { passive: true })
    return () => {
      for (const kind of kinds) document.removeEventListener(kind, touched)
    }
  }, [onWatch])
}

const useLive = (signedOut: () => void) => {
  const [state, tell] = useReducer(reduce, nothing)
  const reading = useRef(0)
  const readAgain = useCallback(async () => {
    const mine = ++reading.current
    tell({ type: "asking" })
    const latest = await askLatest(pageSize)
    // A later reading has begun meanwhile: it will know more.
    if (isFailure(latest) || mine !== reading.current) return
    tell({ type: "latest", ...latest })
    const reported = await askReported()
    if (!isFailure(reported) && mine === reading.current) tell({ type: "reported", reported })
  }, [])
  useEffect(() => {
    const hear = (event: LiveEvent, first: boolean): void => {
      tell({ type: "heard", event, at: performance.now() })
      if (first || event.type === "reordered") void readAgain()
    }
    const closed = async (): Promise<void> => {
      // A closed connection does not say why: the question over HTTP does.
      const answer = await askLine()
      if (isFailure(answer) && answer.failed === "refused" && answer.problem.refusal === "not-signed-in") signedOut()
    }
    return listen(hear, () => void closed()).stop
  }, [readAgain, signedOut])
  const { before } = state
  const earlier = useCallback(async () => {
    const after = Math.max(0, before - pageSize)
    const page = await askMessages(after, before - after)
    if (!isFailure(page)) tell({ type: "earlier", page, after })
  }, [before])
  return { state, earlier }
}

const useSecond = (): number => {
  const [at, setAt] = useState(() => performance.now())
  useEffect(() => {
    const timer = setInterval(() => setAt(performance.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return at
}

export const KnowledgeProvider = ({
  children,
  waiting,
  signedOut,
}: {
  readonly children: ReactNode
  readonly waiting: ReactNode
  readonly signedOut: () => void
}) => {
  const { state, earlier } = useLive(signedOut)
  const sounder = useRef<Sounder>(undefined)
  sounder.current ??= new Sounder()
  const second = useSecond()
  useHuman(state.line !== null && isOnWatch(state.line.officer))
  useEffect(() => {
    const wake = (): void => sounder.current?.wake()
    document.addEventListener("pointerdown", wake, { once: true })
    document.addEventListener("keydown", wake, { once: true })
  }, [])

  const at = Math.max(second, state.heardAt ?? 0)
  const silenceMs = state.heardAt === null ? null : at - state.heardAt
  const now = state.heardAt === null ? Date.now() : at + state.offset
  const lamps = chain({ lamps: state.lamps, silenceMs, now })
  const up = lineUp(lamps)
  const deaf = silenceMs === null || silenceMs > deafAfterMs
  const said = useMemo(() => [...state.messages.values()].filter(isSaid), [state.messages])
  const ringing = useMemo(() => alarms(said), [said])
  const { line, waiting: acts } = state
  // What comes from the other side sounds before what waits at ours.
  const stays = line ? soundingOf(line.alarms ?? [], line.officer.role) : undefined
  const call = line && isOnWatch(line.officer) ? callOf(acts, line.officer, now) : undefined
  const sounding = ringing[0] ?? stays ?? call
  useEffect(() => sounder.current?.tick(sounding, at))

  const knowledge = useMemo<Knowledge | null>(
    () => line && { state, line, said, ringing, up, deaf, sounder: sounder.current ?? new Sounder(), earlier },
    [state, line, said, ringing, up, deaf, earlier],
  )
  if (!knowledge) return waiting
  return (
    <KnowledgeContext value={knowledge}>
      <MomentContext value={{ now, chain: lamps }}>{children}</MomentContext>
    </KnowledgeContext>
  )
}
