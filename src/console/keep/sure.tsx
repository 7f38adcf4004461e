// One more look before what cannot be taken back: what follows, each in a line, and a button that says the whole act.
import type { ReactNode } from "react"
import { Button } from "react-aria-components/Button"
import { Dialog } from "react-aria-components/Dialog"
import { Heading } from "react-aria-components/Heading"
import { Modal, ModalOverlay } from "react-aria-components/Modal"
import type { Word } from "../../words/en.ts"
import { useReader } from "../words.tsx"

export const Follows = ({ words }: { readonly words: readonly Word[] }) => {
  const { t } = useReader()
  return (
    <ul className="follows" aria-label={t("change.follows")}>
      {words.map(word => (
        <li key={word}>{t(word)}</li>
      ))}
    </ul>
  )
}

type SureProps = {
  readonly title: string
  readonly act: string
  readonly isBusy: boolean
  readonly problem: string | null
  readonly done: () => void
  readonly sure: () => void
  readonly children: ReactNode
}

export const Sure = ({ title, act, isBusy, problem, done, sure, children }: SureProps) => {
  const { t } = useReader()
  return (
    <ModalOverlay className="overlay" isOpen isDismissable={!isBusy} onOpenChange={open => !open && done()}>
      <Modal className="modal">
        <Dialog className="dialog sure">
          <Heading slot="title">{title}</Heading>
          {children}
          {problem !== null && (
            <p className="notice" role="alert">
              {t("act.failed", { why: problem })}
            </p>
          )}
          <div className="buttons">
            <Button className="button strong" isDisabled={isBusy} onPress={sure}>
              {act}
            </Button>
            <Button className="button" isDisabled={isBusy} onPress={done}>
              {t("act.cancel")}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
