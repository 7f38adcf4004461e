// A passkey is made on this device and laid before the roots: by who is signed in, or by who was invited.
import { type ReactNode, useEffect, useRef, useState } from "react"
import { Button } from "react-aria-components/Button"
import { Dialog } from "react-aria-components/Dialog"
import { Heading } from "react-aria-components/Heading"
import { Modal, ModalOverlay } from "react-aria-components/Modal"
import { officerCode } from "../../core/officer.ts"
import { askOfficers, type Failure, isFailure } from "../ask.ts"
import { useFailure } from "../failure.ts"
import { useKnowledge } from "../knowledge.tsx"
import { Code } from "../pieces.tsx"
import { inGroups } from "../release.ts"
import { useReader } from "../words.tsx"
import { type Enrolled, type Enrolling, enrolPasskey } from "./ask.ts"
import { Fits } from "./place.tsx"

type MakeProps = {
  readonly by: Enrolling
  readonly isReady?: boolean
  readonly made: (enrolled: Enrolled) => void
  readonly children?: ReactNode
}

const isDead = (failure: Failure, { invitation }: Enrolling): boolean =>
  invitation !== undefined && failure.failed === "refused" && failure.problem.refusal === "not-signed-in"

/** What is asked of the device, and the one button. */
export const Make = ({ by, isReady = true, made, children }: MakeProps) => {
  const { t } = useReader()
  const say = useFailure()
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const make = async (): Promise<void> => {
    setBusy(true)
    setFailure(null)
    const answer = await enrolPasskey(by)
    setBusy(false)
    if (isFailure(answer)) return setFailure(answer)
    made(answer)
  }
  return (
    <Fits>
      <form
        className="enrol-form"
        onSubmit={event => {
          event.preventDefault()
          if (isReady && !isBusy) void make()
        }}
      >
        {children}
        <button type="submit" className="button strong" disabled={!isReady || isBusy}>
          {t(isBusy ? "passkey.asking" : "enrol.make")}
        </button>
        {failure !== null && (
          <p className="notice" role="alert">
            {isDead(failure, by) ? t("enrol.dead") : say(failure)}
          </p>
        )}
      </form>
    </Fits>
  )
}

/** Said aloud, and first under the eye and the keyboard. `enrolled`: what its holder reads out to whoever signs. */
export const Made = ({ enrolled, children }: { readonly enrolled?: Enrolled; readonly children: ReactNode }) => {
  const { t } = useReader()
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => place.current?.focus(), [])
  return (
    <div className="enrol-made" role="status" tabIndex={-1} ref={place}>
      {children}
      {enrolled !== undefined && (
        <p>
          {t("pending.key")} <Code className="release">{inGroups(enrolled.key)}</Code>
        </p>
      )}
    </div>
  )
}

const lookEveryMs = 1_000

/** Whether the roots have signed this passkey and it is in office. */
const useInOffice = (enrolled: Enrolled | null): boolean => {
  const { line } = useKnowledge()
  const [isIn, setIn] = useState(false)
  const us = line.us.party
  useEffect(() => {
    if (enrolled === null || isIn) return
    const { code, credentialId } = enrolled
    const look = async (): Promise<void> => {
      const views = await askOfficers()
      if (isFailure(views)) return
      const officer = views.find(({ party }) => party === us)?.officers.find(each => each.code === code)
      setIn(officer?.keys.some(key => key.credentialId === credentialId) === true)
    }
    const looking = setInterval(() => void look(), lookEveryMs)
    return () => clearInterval(looking)
  }, [enrolled, isIn, us])
  return isIn
}

const Came = ({ enrolled }: { readonly enrolled: Enrolled }) => {
  const { line } = useKnowledge()
  const { t } = useReader()
  const isIn = useInOffice(enrolled)
  const { code } = enrolled
  return (
    <Made {...(!isIn && !line.example && { enrolled })}>
      {isIn ? (
        <p>
          <strong>{t("enrol.in-office", { code })}</strong>
        </p>
      ) : (
        <>
          <p>
            <strong>{t("enrol.made", { code })}</strong>
          </p>
          <p>{t(line.example ? "enrol.made-example" : "enrol.made-next")}</p>
        </>
      )}
    </Made>
  )
}

/** The code is a person's own where the session does not bring it. */
const Form = ({ made }: { readonly made: (enrolled: Enrolled) => void }) => {
  const { line } = useKnowledge()
  const { t } = useReader()
  const own = line.officer.code
  const [typed, setTyped] = useState("")
  const code = typed.trim().toLowerCase()
  return (
    <Make by={own === undefined ? { code } : {}} isReady={own !== undefined || officerCode.test(code)} made={made}>
      {own === undefined ? (
        <label className="field">
          <span>{t("enrol.code")}</span>
          <input
            value={typed}
            maxLength={16}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            lang="en"
            onChange={event => setTyped(event.target.value)}
          />
          <span className="quiet">{t("enrol.code-form")}</span>
        </label>
      ) : (
        <p>{t("enrol.as", { name: line.officer.name, code: own })}</p>
      )}
    </Make>
  )
}

/** For whoever is signed in. */
export const EnrolOwn = () => {
  const { t } = useReader()
  const [isOpen, setOpen] = useState(false)
  const [enrolled, setEnrolled] = useState<Enrolled | null>(null)
  const open = (next: boolean): void => {
    setOpen(next)
    setEnrolled(null)
  }
  return (
    <section>
      <h3>{t("enrol.own")}</h3>
      <p className="keep-about">{t("enrol.about")}</p>
      <div className="buttons">
        <Button className="button" onPress={() => open(true)}>
          {t("enrol.open")}
        </Button>
      </div>
      <ModalOverlay className="overlay" isOpen={isOpen} isDismissable onOpenChange={open}>
        <Modal className="modal">
          <Dialog className="dialog enrol">
            <Heading slot="title">{t("enrol.title")}</Heading>
            {enrolled === null ? (
              <>
                <p>{t("enrol.needs")}</p>
                <Form made={setEnrolled} />
              </>
            ) : (
              <Came enrolled={enrolled} />
            )}
            <div className="buttons">
              <Button className="button" onPress={() => open(false)}>
                {t("enrol.close")}
              </Button>
            </div>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </section>
  )
}
