// Parcels from one screen to another, for administrators (page: protocol/epoch.md, EP-22). Codes are shown here, and those of the other
// side are read here; what comes of them the node judges, as of any parcel that was brought.
import { useCallback, useEffect, useRef, useState } from "react"
import { Button } from "react-aria-components/Button"
import type { ParcelFile, ParcelTaken, ParcelWaiting } from "../../api/parcels.ts"
import { fromBase64 } from "../../core/hash.ts"
import { joinParts, parcelSequence, partsOf } from "../../core/parts.ts"
import { isRefusal } from "../../core/refusal.ts"
import { nobleSuite } from "../../suites/noble.ts"
import { type Failure, isFailure } from "../ask.ts"
import { useAsking } from "../asking.ts"
import { Camera, textIn } from "../codes/camera.tsx"
import { failureOfPart, Parts, useParts } from "../codes/parts.tsx"
import { Player } from "../codes/player.tsx"
import { useFailure } from "../failure.ts"
import { useReader } from "../words.tsx"
import { askWaiting, makeParcel, takeParcel } from "./ask.ts"

/** Two and a half a second: a camera has some looks at each, and nothing flashes oftener than three times a second. (EP-22) */
const eachMs = 400
const suite = nobleSuite()

type Made = { readonly file: ParcelFile; readonly texts: readonly string[] }

const isTooLarge = (failure: Failure): boolean =>
  failure.failed === "refused" && failure.problem.refusal === "too-large"

const Shown = ({ made: { file, texts }, left }: { readonly made: Made; readonly left: number }) => {
  const { t } = useReader()
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches
  const codes = useRef<HTMLDivElement>(null)
  // Newer browsers answer with a promise, which is no clean-up.
  // biome-ignore lint/correctness/useExhaustiveDependencies: other codes are what makes it run.
  useEffect(() => void codes.current?.scrollIntoView({ block: "center" }), [file.name])
  return (
    <>
      <p role="status">
        {t("screen.made", { from: file.from, to: file.to })} {left > 0 && t("screen.left", { count: left })}
      </p>
      <div ref={codes}>
        <Player key={file.name} label={t("screen.codes")} texts={texts} eachMs={eachMs} plays={!isStill} />
      </div>
      <p className="quiet">{t("screen.no-proof")}</p>
    </>
  )
}

const Show = () => {
  const { t } = useReader()
  const say = useFailure()
  const { isBusy, failure, ask } = useAsking()
  const [waiting, setWaiting] = useState<ParcelWaiting | null>(null)
  const [made, setMade] = useState<Made | null>(null)
  useEffect(() => {
    void ask(askWaiting()).then(answer => isFailure(answer) || setWaiting(answer))
  }, [ask])
  const make = async (after: number): Promise<void> => {
    const file = await ask(makeParcel(after))
    if (isFailure(file)) return
    const now = await ask(askWaiting())
    if (!isFailure(now)) setWaiting(now)
    const texts = partsOf(parcelSequence, fromBase64(file.bytes) ?? new Uint8Array(0), suite)
    setMade(file.from > file.to ? null : { file, texts })
  }
  const isNothing = made === null && waiting !== null && waiting.from > waiting.to
  const left = made === null || waiting === null ? 0 : Math.max(0, waiting.to - made.file.to)
  return (
    <section aria-label={t("screen.show")}>
      <h3>{t("screen.show")}</h3>
      <p className="quiet">{t("screen.secret")}</p>
      {isNothing && <p role="status">{t("screen.nothing")}</p>}
      {!isNothing && made === null && waiting !== null && (
        <p>{t("screen.waiting", { from: waiting.from, to: waiting.to })}</p>
      )}
      {made !== null && <Shown made={made} left={left} />}
      {failure !== null && (
        <p role="alert">
          {say(failure)} {isTooLarge(failure) && t("screen.too-large")}
        </p>
      )}
      <div className="buttons">
        <Button className="button strong" isDisabled={isBusy || isNothing} onPress={() => void make(0)}>
          {t(isBusy ? "screen.making" : "screen.make")}
        </Button>
        {made !== null && left > 0 && (
          <Button className="button" isDisabled={isBusy} onPress={() => void make(made.file.to)}>
            {t("screen.next")}
          </Button>
        )}
      </div>
    </section>
  )
}

const Taken = ({ taken: { isOpen, entries, fresh, chunks } }: { readonly taken: ParcelTaken }) => {
  const { t } = useReader()
  if (!isOpen) return <p role="status">{t("screen.unopened")}</p>
  return (
    <p role="status">
      {t("screen.taken", { entries, fresh })} {chunks > 0 && t("screen.chunks", { count: chunks })}{" "}
      {t("screen.receipt")}
    </p>
  )
}

/** More than these are counted, and not named. */
const namedMost = 12

type Unread = { readonly file: string; readonly why: Failure | null }

/** Parts of one parcel, and what became of it. */
const useParcel = () => {
  const [failure, setFailure] = useState<Failure | null>(null)
  const [unread, setUnread] = useState<readonly Unread[]>([])
  const [taken, setTaken] = useState<ParcelTaken | null>(null)
  const [isTaking, setTaking] = useState(false)
  const [camera, setCamera] = useState(false)
  const take = useCallback(async (bytes: Uint8Array): Promise<void> => {
    setTaking(true)
    const answer = await takeParcel(bytes)
    setTaking(false)
    if (isFailure(answer)) setFailure(answer)
    else setTaken(answer)
  }, [])
  const whole = useCallback(
    (texts: readonly string[]): Failure | null => {
      // Else it would be read again at once, and again.
      setCamera(false)
      const bytes = joinParts(parcelSequence, texts.join("\n"), suite)
      if (isRefusal(bytes)) return failureOfPart(bytes)
      void take(bytes)
      return null
    },
    [take],
  )
  const { held, add, forget } = useParts(parcelSequence, whole)
  const begin = (): void => {
    setTaken(null)
    setFailure(null)
    setUnread([])
  }
  const see = useCallback((text: string) => setFailure(add(text)), [add])
  const open = async (files: readonly File[]): Promise<void> => {
    begin()
    for (const file of files) {
      const text = await textIn(file)
      const why = text === undefined ? null : add(text)
      if (text === undefined || why !== null) setUnread(all => [...all, { file: file.name, why }])
    }
  }
  const anew = (): void => {
    begin()
    forget()
  }
  return { held, failure, unread, taken, isTaking, camera, see, open, begin, anew, setCamera }
}

const Read = () => {
  const { t } = useReader()
  const say = useFailure()
  const { held, failure, unread, taken, isTaking, camera, see, open, begin, anew, setCamera } = useParcel()
  const missing = Array.from({ length: held?.count ?? 0 }, (_, at) => at + 1).filter(part => !held?.parts.has(part))
  return (
    <section aria-label={t("screen.read")}>
      <h3>{t("screen.read")}</h3>
      <p className="quiet">{t("screen.read-about")}</p>
      {held && <Parts held={held} />}
      {held && !camera && missing.length <= namedMost && (
        <p role="status">{t("screen.missing", { parts: missing.join(", ") })}</p>
      )}
      {isTaking && <p role="status">{t("screen.taking")}</p>}
      {taken && <Taken taken={taken} />}
      {failure && <p role="alert">{say(failure)}</p>}
      {unread.map(({ file, why }) => (
        <p role="alert" key={file}>
          {why === null ? t("codes.no-code", { file }) : `${file}: ${say(why)}`}
        </p>
      ))}
      <div className="buttons">
        <label className="button file-button">
          {t("screen.files")}
          <input
            className="visually-hidden"
            type="file"
            multiple
            accept="image/*"
            onChange={({ target }) => {
              const files = [...(target.files ?? [])]
              // The same files may be given again.
              target.value = ""
              void open(files)
            }}
          />
        </label>
        <Button
          className="button"
          onPress={() => {
            if (!camera) begin()
            setCamera(!camera)
          }}
        >
          {t(camera ? "codes.camera-stop" : "codes.camera")}
        </Button>
        {(held || failure || unread.length > 0) && (
          <Button className="button" onPress={anew}>
            {t("screen.forget")}
          </Button>
        )}
      </div>
      {camera && <Camera read={see} />}
    </section>
  )
}

export const ByScreen = () => {
  const { t } = useReader()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <article className="keep screen-page">
      <header className="pane-head">
        <h2 tabIndex={-1} ref={heading}>
          {t("screen.title")}
        </h2>
      </header>
      <p className="keep-about">{t("screen.about")}</p>
      <Show />
      <Read />
    </article>
  )
}
