// Review and release: the whole act once more, large, as they will read it; the button says all of it. No key that opened this sends.
import { Button } from "react-aria-components/Button"
import { Dialog } from "react-aria-components/Dialog"
import { Heading } from "react-aria-components/Heading"
import { Modal, ModalOverlay } from "react-aria-components/Modal"
import { NamedWith } from "../documents/named.tsx"
import { type Draft, orderOf } from "../draft.ts"
import { useFailure } from "../failure.ts"
import { useKnowledge } from "../knowledge.tsx"
import { codeOf, numberOf } from "../number.ts"
import { type Given, isBusy, useOrder } from "../orders.ts"
import { Code, PrecedenceTag, TrafficTag, useThem, Words } from "../pieces.tsx"
import { personsOf } from "../proof/act.ts"
import { Need, Touch } from "../proof/need.tsx"
import { useReader } from "../words.tsx"

type ReviewProps = { readonly draft: Draft; readonly finished: (given: Given | null) => void }

export const Review = ({ draft, finished }: ReviewProps) => {
  const { line, up, state } = useKnowledge()
  const { t } = useReader()
  const { ordering, give } = useOrder()
  const failure = useFailure()
  const them = useThem()
  const asked = draft.answers === null ? undefined : state.messages.get(draft.answers)
  const act = {
    traffic: t(`traffic.act.${draft.traffic}`),
    precedence: t(`precedence.${draft.precedence}`),
    // Capitals where a script has them: the addressee must stand out in the act.
    them: them.toLocaleUpperCase(),
  }
  const request = orderOf(draft, draft.act?.id ?? "")
  const persons = personsOf(line, request)
  const unsigned = asked ? t("review.answer", { ...act, number: numberOf(line, asked) }) : t("review.send", act)
  const send = async (): Promise<void> => {
    const given = draft.act && (await give(request))
    if (given) finished(given)
  }
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable={!isBusy(ordering)}
      onOpenChange={open => !open && finished(null)}
    >
      <Modal className={`modal ${draft.traffic}`}>
        <Dialog className="dialog">
          <Heading slot="title">{t("review.title")}</Heading>
          <p className="recap">
            <TrafficTag traffic={draft.traffic} />
            <PrecedenceTag precedence={draft.precedence} />
            <Code>{`${codeOf(line, line.us.party)}→${line.them.map(({ party }) => codeOf(line, party)).join("·")}`}</Code>
            {asked && <span className="quiet">{t("message.answers", { number: numberOf(line, asked) })}</span>}
          </p>
          <p className="quiet">{t("review.as-read", { them })}</p>
          <div className="as-read">
            {draft.subject.trim() !== "" && (
              <p className="subject">
                <Words text={draft.subject.trim()} language={draft.language} isLine />
              </p>
            )}
            <div className="body">
              <Words text={draft.text} language={draft.language} />
            </div>
          </div>
          <NamedWith documents={draft.documents} />
          <Need request={request} />
          {!up && <p className="notice">{t("write.link-down")}</p>}
          {ordering.at === "failed" && (
            <p className="notice" role="alert">
              {failure(ordering.failure)} {t("review.failed")}
            </p>
          )}
          <div className="buttons">
            <Button className="button strong send" isDisabled={isBusy(ordering)} onPress={() => void send()}>
              <Touch ordering={ordering}>
                {ordering.at === "under-way"
                  ? t("review.sending")
                  : persons === 0
                    ? unsigned
                    : t(persons === 1 ? "sign.send" : "sign.lay", act)}
              </Touch>
            </Button>
            <Button className="button" isDisabled={isBusy(ordering)} onPress={() => finished(null)}>
              {t("review.back")}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
