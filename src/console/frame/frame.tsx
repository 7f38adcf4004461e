// The frame on every screen: who we are, what kind of traffic is in hand, the line, the clocks, who is on watch, what alarms.
import type { ReactNode } from "react"
import { useState } from "react"
import type { Officer, Problem } from "../../api/shapes.ts"
import type { Traffic } from "../../core/registry.ts"
import { graded } from "../gravity.ts"
import {
  BoardMark,
  CodeMark,
  EvidenceMark,
  KeyMark,
  PagesMark,
  PathsMark,
  PersonsMark,
  RefusedMark,
  WriteMark,
} from "../icons.tsx"
import { useKnowledge, useMoment } from "../knowledge.tsx"
import { Code, PersonName, TrafficTag, useThem } from "../pieces.tsx"
import { isOnWatch } from "../seen.ts"
import { dtg, zulu } from "../time.ts"
import { FaultBand, useVerified } from "../verify/verified.tsx"
import { useReader } from "../words.tsx"
import { AlarmStrip } from "./alarm-strip.tsx"
import { Announcer } from "./announce.tsx"
import { BreakBand } from "./break-band.tsx"
import { Chain } from "./chain.tsx"
import { ClockBand } from "./clock-band.tsx"
import { Clocks } from "./clocks.tsx"
import { RestoreBand } from "./restore-band.tsx"
import { Settings } from "./settings.tsx"
import { SoundGate, SoundLamp } from "./sound.tsx"
import { StayingBand } from "./staying-band.tsx"

export type View = "watch" | "write" | "talks" | "paths" | "keys" | "sessions" | "export" | "screen"
const views = [
  ["watch", BoardMark],
  ["write", WriteMark],
  ["talks", PagesMark],
  ["paths", PathsMark],
  ["keys", KeyMark],
  ["sessions", PersonsMark],
  ["export", EvidenceMark],
  ["screen", CodeMark],
] as const

/** Whoever sees who is signed in, and may take evidence out of the house. */
export const supervises = ({ role }: Officer): boolean => role === "auditor" || role === "administrator"

const Nav = ({ view, show }: { readonly view: View; readonly show: (view: View) => void }) => {
  const { t } = useReader()
  const { state, line } = useKnowledge()
  // What the role may not do is not offered.
  const maySpeak = isOnWatch(line.officer)
  const waiting = state.waiting.length
  return (
    <nav className="nav" aria-label={t("nav.label")}>
      {views
        .filter(([name]) => (name !== "talks" || state.reported.length > 0) && (name !== "write" || maySpeak))
        .filter(([name]) => name !== "screen" || line.officer.role === "administrator")
        .filter(([name]) => (name !== "sessions" && name !== "export") || supervises(line.officer))
        .map(([name, Mark]) => (
          <button type="button" key={name} aria-current={view === name ? "page" : undefined} onClick={() => show(name)}>
            <Mark />
            {t(`nav.${name}`)}
            {name === "watch" && waiting > 0 && (
              <strong className="nav-waits">{t("waiting.count", { count: waiting })}</strong>
            )}
          </button>
        ))}
    </nav>
  )
}

const keyOf = ({ at, refusal, details }: Problem): string => `${at} ${refusal} ${JSON.stringify(details)}`

/** All refusals that nobody has noted stand here, counted, the gravest first: a forged record is a thing that a person must know of, and
 *  what it brings in its train must not hide it. Noted are those that stood here, not one that came meanwhile. */
const RefusedBand = () => {
  const { state } = useKnowledge()
  const { t, refusal } = useReader()
  const [noted, setNoted] = useState<ReadonlySet<string>>(() => new Set(state.refusals.map(keyOf)))
  const due = state.refusals.filter(problem => !noted.has(keyOf(problem)))
  const [gravest, ...others] = graded(due)
  if (!gravest) return null
  const note = (): void => setNoted(new Set([...noted, ...due.map(keyOf)]))
  return (
    <div className="refused-band">
      <RefusedMark />
      <strong>
        {t("refused.band")} {due.length}
      </strong>
      <Code>{zulu(gravest.at)}</Code>
      <span className="refused-sentence">
        {refusal(gravest.refusal)} <Code className="quiet">{`${gravest.refusal} ×${gravest.count}`}</Code>
      </span>
      {others.length > 0 && (
        <span className="quiet">
          {t("refused.also")} <Code>{others.map(({ refusal, count }) => `${refusal} ×${count}`).join(" · ")}</Code>
        </span>
      )}
      <button type="button" className="button small" onClick={note}>
        {t("refused.noted")}
      </button>
    </div>
  )
}

/** Stale is said, and of when: what stands on the screen may no longer be so. */
const StaleBand = () => {
  const { deaf } = useKnowledge()
  const { now, chain } = useMoment()
  const { t } = useReader()
  if (!deaf) return null
  return (
    <p className="refused-band">
      <strong>{t("live.lost")}</strong>
      <span>{t("record.stale", { dtg: dtg(now - (chain[0]?.ageMs ?? 0)) })}</span>
    </p>
  )
}

const Identity = ({ traffic }: { readonly traffic: Traffic }) => {
  const { line } = useKnowledge()
  const { t, name } = useReader()
  const them = useThem()
  return (
    <div className="identity">
      <div>
        <h1 className="own-name">{name(line.us.names)}</h1>
        <p className="line-to">{t("frame.line-to", { them })}</p>
      </div>
      <div className="in-hand">
        <span className="visually-hidden">{t("mark.in-hand")}</span>
        <TrafficTag traffic={traffic} />
      </div>
    </div>
  )
}

const Person = () => {
  const { line } = useKnowledge()
  const { t } = useReader()
  return (
    <div className="person">
      <p className="officer">
        <span className="quiet">{t(`role.${line.officer.role}`)}</span>{" "}
        <PersonName name={line.officer.name} party={line.us.party} />
      </p>
      <SoundLamp />
    </div>
  )
}

type FrameProps = {
  readonly view: View
  readonly show: (view: View) => void
  readonly open: (hash: string) => void
  readonly inHand: Traffic
  readonly keys: readonly [boolean, (on: boolean) => void]
  readonly leave: () => void
  readonly children: ReactNode
}

export const Frame = ({ view, show, open, inHand, keys, leave, children }: FrameProps) => {
  const { line, deaf } = useKnowledge()
  const { t } = useReader()
  const verified = useVerified()
  return (
    <div className={`frame ${inHand} ${deaf ? "deaf" : ""}`}>
      <header className="head">
        {line.example && <p className="example">{t("example.band")}</p>}
        <div className="bar">
          <Identity traffic={inHand} />
          <Clocks />
          <Chain openPaths={() => show("paths")} />
        </div>
        <SoundGate />
        <AlarmStrip open={open} />
        <FaultBand verified={verified} />
        <ClockBand />
        <StaleBand />
        <StayingBand />
        <RestoreBand openKeys={() => show("keys")} />
        <BreakBand />
        <RefusedBand />
        <div className="nav-row">
          <Nav view={view} show={show} />
          <Person />
        </div>
        <Announcer />
      </header>
      <main className="screen" data-view={view}>
        {children}
      </main>
      <Settings keys={keys} leave={leave} verified={verified} openKeys={() => show("keys")} />
    </div>
  )
}
