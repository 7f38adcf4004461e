// The console: the door, and behind it one screen at a time within the frame.
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useState } from "react"
import { I18nProvider } from "react-aria-components/I18nProvider"
import type { DocumentRequest } from "../api/documents.ts"
import type { Traffic } from "../core/registry.ts"
import { apart, viewAsked } from "./apart.ts"
import { useAttaching } from "./documents/attaching.ts"
import { Door, useStanding } from "./door/door.tsx"
import { type Draft, keepDraft, keptDraft } from "./draft.ts"
import { KeptPage } from "./fallen.tsx"
import { Frame, supervises, type View } from "./frame/frame.tsx"
import type { Shortcut } from "./ime.ts"
import { useKeysSetting, useShortcuts } from "./keys.ts"
import { KnowledgeProvider, useKnowledge } from "./knowledge.tsx"
import { Message } from "./message/view.tsx"
import { Talks } from "./reported/page.tsx"
import { isOnWatch } from "./seen.ts"
import { Board } from "./watch/board.tsx"
import { Record } from "./watch/record.tsx"
import { asLanguage, langTag, useReader } from "./words.tsx"
import { Compose } from "./write/compose.tsx"

const acknowledgeFirst = (): void => document.querySelector<HTMLElement>("[data-acknowledge]")?.click()

/** Arrows walk the rows that are on the screen, from the one that has the focus. */
const walk = (by: 1 | -1): void => {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")]
  const at = rows.findIndex(row => row.matches(":focus"))
  const next = rows[at === -1 ? 0 : at + by]
  next?.focus()
  next?.closest("article")?.scrollIntoView({ block: "nearest" })
}

type Change = Draft | ((held: Draft) => Draft)

/** With whether it is kept on this machine. */
const useDraft = (): readonly [Draft, (draft: Change) => void, boolean] => {
  const { line } = useKnowledge()
  const { language } = useReader()
  const [draft, setDraft] = useState<Draft>(() => keptDraft(line.line, language))
  // An empty draft follows the reader's language; a begun one keeps its own.
  useEffect(() => setDraft(held => (held.text === "" ? { ...held, language } : held)), [language])
  const [isKept, setKept] = useState(false)
  useEffect(() => setKept(keepDraft(line.line, draft)), [line.line, draft])
  return [draft, setDraft, isKept]
}

/** Each screen begins at its top; what was just sent comes into sight and has the focus, as soon as the record holds it. */
const useArrival = (view: View, selected: string | null): ((hash: string | null) => void) => {
  const { state } = useKnowledge()
  const [sent, setSent] = useState<string | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another screen is what makes it run.
  useEffect(() => {
    for (const pane of document.querySelectorAll(".screen, .desk")) pane.scrollTop = 0
  }, [view, selected])
  useEffect(() => {
    if (sent === null || view !== "watch" || !state.messages.has(sent)) return
    const row = document.querySelector<HTMLElement>(`[data-row="${sent}"]`)
    row?.focus({ preventScroll: true })
    row?.closest("article")?.scrollIntoView({ block: "nearest" })
    setSent(null)
  }, [sent, view, state.messages])
  return setSent
}

/** Loaded only where they are needed: by whoever keeps the node, now and then. */
const Keys = lazy(() => import("./keep/keys.tsx").then(({ Keys }) => ({ default: Keys })))
const Sessions = lazy(() => import("./keep/sessions.tsx").then(({ Sessions }) => ({ default: Sessions })))
const Paths = lazy(() => import("./paths/page.tsx").then(({ Paths }) => ({ default: Paths })))
const ByScreen = lazy(() => import("./screen/page.tsx").then(({ ByScreen }) => ({ default: ByScreen })))
const Export = lazy(() => import("./keep/export.tsx").then(({ Export }) => ({ default: Export })))

/** A page that takes the whole screen; undefined where the desk and the record stand side by side. */
const Whole = ({ view, evidence }: { readonly view: View; readonly evidence: string | null }): ReactNode => {
  if (view === "talks") return <Talks />
  return (
    <Suspense fallback={null}>
      {view === "paths" && <Paths />}
      {view === "keys" && <Keys />}
      {view === "sessions" && <Sessions />}
      {view === "screen" && <ByScreen />}
      {view === "export" && <Export key={evidence} hash={evidence} />}
    </Suspense>
  )
}

const Desk = ({ leave }: { readonly leave: () => void }) => {
  const { line, state } = useKnowledge()
  const { suggest } = useReader()
  const [view, setView] = useState<View>(viewAsked)
  const [selected, setSelected] = useState<string | null>(null)
  const [evidence, setEvidence] = useState<string | null>(null)
  const [draft, setDraft, isKept] = useDraft()
  const attaching = useAttaching(draft, (document: DocumentRequest) => {
    if (draft.documents.some(({ root }) => root === document.root)) return false
    setDraft(held => ({ ...held, documents: [...held.documents, document] }))
    return true
  })
  const keys = useKeysSetting()
  const setSent = useArrival(view, selected)
  const message = selected === null ? undefined : state.messages.get(selected)
  useEffect(() => suggest(asLanguage(line.us.language) ?? "en"), [suggest, line.us.language])

  const maySpeak = isOnWatch(line.officer)
  const show = (next: View): void => {
    if (apart(next)) return
    setView(next)
    setSelected(null)
    setEvidence(null)
  }
  const exporting = (hash: string): void => {
    show("export")
    setEvidence(hash)
  }
  const sent = (hash: string | null): void => {
    show("watch")
    setSent(hash)
  }
  const open = (hash: string): void => {
    if (apart("watch")) return
    setView("watch")
    setSelected(hash)
  }
  const close = (): void => {
    const row = selected
    setSelected(null)
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-row="${row}"]`)?.focus())
  }
  // A draft that was begun is not written over.
  const takeBack = (back: Draft): void => {
    setDraft(back)
    show("write")
  }
  const answer = (hash: string): void => {
    const asked = state.messages.get(hash)
    if (!asked || asked.traffic === "service") return
    setDraft({ ...draft, answers: hash, traffic: asked.traffic, precedence: asked.precedence })
    setSelected(null)
    setView("write")
  }
  const act = (shortcut: Shortcut): void => {
    if (shortcut === "acknowledge") acknowledgeFirst()
    else if (shortcut === "write") maySpeak && show("write")
    else walk(shortcut === "down" ? 1 : -1)
  }
  useShortcuts(keys[0], act)

  const inHand: Traffic = view === "write" ? draft.traffic : (message?.traffic ?? "real")
  return (
    <Frame view={view} show={show} open={open} inHand={inHand} keys={keys} leave={leave}>
      <KeptPage place={`${view} ${selected}`}>
        {view !== "watch" && view !== "write" ? (
          <Whole view={view} evidence={evidence} />
        ) : (
          <>
            <div className="desk" data-open={view === "write" || message !== undefined}>
              {view === "write" && (
                <Compose draft={draft} isKept={isKept} attaching={attaching} change={setDraft} close={sent} />
              )}
              {view === "watch" && message && (
                <Message message={message} open={open} close={close} answer={answer} exporting={exporting} />
              )}
              {view === "watch" && !message && (
                <Board
                  open={open}
                  takeBack={draft.text.trim() === "" && draft.documents.length === 0 ? takeBack : null}
                />
              )}
            </div>
            <Record
              selected={selected}
              open={open}
              exporting={supervises(line.officer) ? () => show("export") : null}
            />
          </>
        )}
      </KeptPage>
    </Frame>
  )
}

/** Loaded only where it is needed: a home is paired once. */
const Ceremony = lazy(() => import("./ceremony/wizard.tsx").then(({ Ceremony }) => ({ default: Ceremony })))

export const App = () => {
  const { language } = useReader()
  const [standing, setStanding] = useStanding()
  const leave = useCallback(() => apart("watch") || setStanding("out"), [setStanding])
  return (
    <I18nProvider locale={langTag[language]}>
      {standing === "unpaired" ? (
        <Suspense fallback={<Door standing="in" />}>
          <Ceremony />
        </Suspense>
      ) : standing === "in" ? (
        <KnowledgeProvider waiting={<Door standing="in" />} signedOut={leave}>
          <Desk leave={leave} />
        </KnowledgeProvider>
      ) : (
        <Door standing={standing} stand={setStanding} />
      )}
    </I18nProvider>
  )
}
