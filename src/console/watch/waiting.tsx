// What waits here for a second officer (page: protocol/security.md, A-34 to A-37): the whole of it as it will be sent, who has signed, and
// what is still to be done; for the second, and for the first whom nobody answers.
import { useMemo, useState } from "react"
import { Button } from "react-aria-components/Button"
import { aloneOrder } from "../../api/act.ts"
import type { WaitingRelease, WaitingView } from "../../api/shapes.ts"
import { checkText } from "../../core/body.ts"
import { hex } from "../../core/hash.ts"
import { reasonBytesMax } from "../../core/limits.ts"
import { isFailure, releaseWaiting, setAside } from "../ask.ts"
import { NamedWith } from "../documents/named.tsx"
import { type Draft, emptyDraft } from "../draft.ts"
import { Failed } from "../failed.tsx"
import { BackMark, CheckMark, KeyMark, RefusedMark } from "../icons.tsx"
import { useKnowledge, useMoment } from "../knowledge.tsx"
import { codeOf, numberOf } from "../number.ts"
import { failureOf, isBusy, useSteps } from "../orders.ts"
import { Code, PersonName, PrecedenceTag, TrafficTag, Words } from "../pieces.tsx"
import { digestOf } from "../proof/act.ts"
import { Touch } from "../proof/need.tsx"
import { isOver, type Standing, standingOf } from "../proof/standing.ts"
import { OfficerNames, Slotted, slot } from "../slots.tsx"
import { countdown, dtg } from "../time.ts"
import { useReader } from "../words.tsx"

/** What was written goes back to where it was written; null where another draft is in the way. */
export type TakeBack = ((draft: Draft) => void) | null

const useStanding = (waiting: WaitingView): Standing => standingOf(waiting, useKnowledge().line.officer)

const useRelease = ({ order, at }: WaitingView) => {
  const { line, ordering, begin, sign, ended } = useSteps()
  const release = async (alone: boolean): Promise<void> => {
    begin()
    const proof = await sign(digestOf(alone ? aloneOrder(order, at) : order, line))
    if (isFailure(proof)) return void ended(proof)
    begin()
    const request: WaitingRelease = { act: order.act, release: proof, ...(alone && { alone }) }
    ended(await releaseWaiting(request))
  }
  const off = async (word?: Pick<WaitingView["order"], "language"> & { readonly word: string }): Promise<boolean> => {
    begin()
    return ended(await setAside({ act: order.act, ...word })) !== null
  }
  return { ordering, release, off }
}

type Releasing = ReturnType<typeof useRelease>

const useAct = ({ order }: WaitingView) => {
  const { line } = useKnowledge()
  const { t, name } = useReader()
  return {
    traffic: t(`traffic.act.${order.traffic}`),
    precedence: t(`precedence.${order.precedence}`),
    them: line.them.map(party => name(party.names).toLocaleUpperCase()).join(" · "),
  }
}

const Text = ({ waiting: { order } }: { readonly waiting: WaitingView }) => {
  const { line, state } = useKnowledge()
  const { t } = useReader()
  const asked = order.refs[0] === undefined ? undefined : state.messages.get(order.refs[0])
  return (
    <>
      <p className="card-head">
        <PrecedenceTag precedence={order.precedence} />
        <TrafficTag traffic={order.traffic} />
        <Code>{`${codeOf(line, line.us.party)}→${order.action.map(({ party }) => codeOf(line, party)).join("·")}`}</Code>
        {asked && <span className="quiet">{t("message.answers", { number: numberOf(line, asked) })}</span>}
        {order.notAfter !== undefined && (
          <span className="quiet">{t("waiting.not-after", { dtg: dtg(order.notAfter) })}</span>
        )}
      </p>
      <div className="as-read">
        {order.subject !== undefined && (
          <p className="subject">
            <Words text={order.subject} language={order.language} isLine />
          </p>
        )}
        <div className="body">
          <Words text={order.text} language={order.language} />
        </div>
      </div>
      <NamedWith documents={order.documents ?? []} />
    </>
  )
}

const AsideForm = ({ off, done }: Pick<Releasing, "off"> & { readonly done: () => void }) => {
  const { t, language } = useReader()
  const [word, setWord] = useState("")
  const fits = word.trim() !== "" && checkText(word.trim(), reasonBytesMax) === true
  return (
    <div className="act-form">
      <label className="field">
        <span>{t("waiting.word")}</span>
        <textarea rows={2} value={word} onChange={event => setWord(event.target.value)} />
      </label>
      <div className="buttons">
        <Button
          className="button strong"
          isDisabled={!fits}
          onPress={() => void off({ word: word.trim(), language }).then(isDone => isDone && done())}
        >
          {t("waiting.set-aside-send")}
        </Button>
        <Button className="button" onPress={done}>
          {t("act.cancel")}
        </Button>
      </div>
    </div>
  )
}

/** Only the countdown is drawn anew each second. */
const Alone = ({ waiting, ordering, release }: Omit<Releasing, "off"> & { readonly waiting: WaitingView }) => {
  const { now } = useMoment()
  const { t } = useReader()
  const act = useAct(waiting)
  if (waiting.aloneFrom === null) return null
  const left = waiting.aloneFrom - now
  if (left > 0) return <p>{t("waiting.alone-in", { time: countdown(left) })}</p>
  return (
    <>
      <p className="notice">{t("waiting.alone-now")}</p>
      <div className="buttons">
        <Button className="button strong" isDisabled={isBusy(ordering)} onPress={() => void release(true)}>
          <KeyMark />
          <Touch ordering={ordering}>{t("waiting.alone", act)}</Touch>
        </Button>
      </div>
    </>
  )
}

const draftOf = ({ order }: WaitingView): Draft => ({
  ...emptyDraft(order.language),
  text: order.text,
  subject: order.subject ?? "",
  documents: order.documents ?? [],
  precedence: order.precedence,
  traffic: order.traffic,
  answers: order.refs[0] ?? null,
})

const Off = ({ waiting, off, takeBack }: Pick<Releasing, "off"> & CardProps) => {
  const { t } = useReader()
  const { isFirst } = useStanding(waiting)
  const back = async (): Promise<void> => {
    // Kept as a draft before it is gone from here: what was written is always somewhere.
    takeBack?.(draftOf(waiting))
    await off()
  }
  if (!isFirst)
    return (
      <Button className="button" onPress={() => void off()}>
        {t("waiting.take-off")}
      </Button>
    )
  return (
    <>
      <Button className="button" isDisabled={takeBack === null} onPress={() => void back()}>
        <BackMark />
        {t("waiting.take-back")}
      </Button>
      {takeBack === null && <span className="quiet">{t("waiting.draft-full")}</span>}
    </>
  )
}

type CardProps = { readonly waiting: WaitingView; readonly takeBack: TakeBack }

const Open = ({ waiting, takeBack, ...releasing }: CardProps & Releasing) => {
  const { line } = useKnowledge()
  const { t } = useReader()
  const { isFirst, mayBeSecond } = useStanding(waiting)
  const act = useAct(waiting)
  const [form, setForm] = useState(false)
  const { ordering, release, off } = releasing
  const { persons, given } = waiting
  // what is signed is what is read here.
  const digest = useMemo(() => hex(digestOf(waiting.order, line)), [waiting.order, line])
  if (digest !== waiting.digest) return <p role="alert">{t("waiting.differs")}</p>
  return (
    <>
      <p>
        {t("waiting.needs", { count: persons - given.length })} {waiting.lacksReleaser && t("waiting.releaser")}{" "}
        {isFirst && !mayBeSecond && t("waiting.own")}
      </p>
      {persons > 2 && <p>{t("waiting.all", { persons })}</p>}
      {isFirst && <Alone waiting={waiting} ordering={ordering} release={release} />}
      <div className="buttons">
        {mayBeSecond && (
          <Button className="button strong" isDisabled={isBusy(ordering)} onPress={() => void release(false)}>
            <CheckMark />
            <Touch ordering={ordering}>
              {t(persons > 2 ? "waiting.sign-one" : "waiting.sign", { ...act, persons })}
            </Touch>
          </Button>
        )}
        {isFirst ? (
          <Off waiting={waiting} takeBack={takeBack} off={off} />
        ) : (
          <Button className="button" onPress={() => setForm(true)} aria-expanded={form}>
            <RefusedMark />
            {t("waiting.set-aside")}
          </Button>
        )}
      </div>
      {form && <AsideForm off={off} done={() => setForm(false)} />}
    </>
  )
}

const WaitingCard = ({ waiting, takeBack }: CardProps) => {
  const { line } = useKnowledge()
  const { now } = useMoment()
  const { t } = useReader()
  const releasing = useRelease(waiting)
  const { ordering, off } = releasing
  const { aside, given, name, at } = waiting
  const over = isOver(waiting, now)
  return (
    <li className={`card waiting-card for-us ${waiting.order.traffic}`}>
      <Text waiting={waiting} />
      <p className="quiet">
        <Slotted
          text={t("waiting.by", { name: slot(0), dtg: dtg(at), officers: slot(1) })}
          parts={[
            <PersonName key="name" name={name} party={line.us.party} />,
            <OfficerNames key="officers" officers={given} party={line.us.party} />,
          ]}
        />
      </p>
      {aside && (
        <div className="notice">
          <p>{t("waiting.aside", { by: aside.by, dtg: dtg(aside.at) })}</p>
          <Words text={aside.word} language={aside.language} />
        </div>
      )}
      {!aside && over && <p className="notice">{t("waiting.over")}</p>}
      {over ? (
        <div className="buttons">
          <Off waiting={waiting} takeBack={takeBack} off={off} />
        </div>
      ) : (
        <Open waiting={waiting} takeBack={takeBack} {...releasing} />
      )}
      <Failed failure={failureOf(ordering)} />
    </li>
  )
}

/** Not drawn while nothing waits: on most lines, most of the time. */
export const WaitingBoard = ({ takeBack }: { readonly takeBack: TakeBack }) => {
  const { state } = useKnowledge()
  const { t } = useReader()
  if (state.waiting.length === 0) return null
  return (
    <section className="waiting seconds">
      <h2>
        {t("waiting.title")} <span className="count">{state.waiting.length}</span>
      </h2>
      <ul className="cards">
        {state.waiting.map(waiting => (
          <WaitingCard key={waiting.order.act} waiting={waiting} takeBack={takeBack} />
        ))}
      </ul>
    </section>
  )
}
