// A document, shown: its text as text, its picture or its pages as pixels on a canvas of this page. The file itself is never given to
// the browser to open, and nothing in it can act. (D-8)
import { useEffect, useRef, useState } from "react"
import { Button } from "react-aria-components/Button"
import { Dialog } from "react-aria-components/Dialog"
import { Heading } from "react-aria-components/Heading"
import { Modal, ModalOverlay } from "react-aria-components/Modal"
import type { DocumentView } from "../../api/documents.ts"
import type { RefusalCode } from "../../core/refusal.ts"
import { type Failure, isFailure } from "../ask.ts"
import { useFailure } from "../failure.ts"
import { sizeText } from "../figures.ts"
import { RefusedMark } from "../icons.tsx"
import { Code, Words } from "../pieces.tsx"
import { useReader } from "../words.tsx"
import { askContent } from "./ask.ts"
import { Pages } from "./pages.tsx"
import { bytesToShow, isPages, isTooLarge, pictureOf, refusalOf, textOf } from "./shown.ts"

/** A picture is drawn no larger than this in any direction. */
const sideMax = 2_000

type Shown =
  | { readonly at: "reading" }
  | { readonly at: "text"; readonly text: string; readonly isCut: boolean }
  | { readonly at: "picture"; readonly picture: ImageBitmap; readonly width: number; readonly height: number }
  | { readonly at: "pages"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly at: "refused"; readonly refusal: RefusalCode }
  | { readonly at: "undecoded" }
  | { readonly at: "failed"; readonly failure: Failure }

const shownOf = async ({ root, mediaType, size }: DocumentView): Promise<Shown> => {
  if (isTooLarge({ mediaType, size })) return { at: "refused", refusal: "too-much-unpacked" }
  const most = bytesToShow({ mediaType, size })
  const bytes = await askContent(root, most)
  if (isFailure(bytes)) return { at: "failed", failure: bytes }
  const refusal = refusalOf(mediaType, bytes)
  if (refusal !== null) return { at: "refused", refusal }
  if (mediaType === "text/plain") return { at: "text", text: textOf(bytes), isCut: most < size }
  if (isPages(mediaType)) return { at: "pages", bytes }
  const picture = await pictureOf(mediaType, bytes)
  if (picture === undefined) return { at: "undecoded" }
  if (typeof picture === "string") return { at: "refused", refusal: picture }
  const { width, height } = picture
  return { at: "picture", picture, width, height }
}

const Picture = ({ of, name }: { readonly of: Extract<Shown, { at: "picture" }>; readonly name: string }) => {
  const { t } = useReader()
  const canvas = useRef<HTMLCanvasElement>(null)
  const { picture, width, height } = of
  const scale = Math.min(1, sideMax / Math.max(width, height))
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
  useEffect(() => {
    canvas.current?.getContext("2d")?.drawImage(picture, 0, 0, size.width, size.height)
  }, [picture, size.width, size.height])
  return (
    <>
      <canvas ref={canvas} role="img" aria-label={name} {...size} />
      <p className="quiet">{t("preview.made-anew", { width, height })}</p>
    </>
  )
}

type ContentProps = {
  readonly shown: Shown
  readonly document: DocumentView
  readonly refused: (refusal: RefusalCode | "undecoded") => void
}

const Content = ({ shown, document: { name, size }, refused }: ContentProps) => {
  const { t, refusal, language } = useReader()
  const say = useFailure()
  const said = {
    size: sizeText(bytesToShow({ mediaType: "text/plain", size }), language),
    whole: sizeText(size, language),
  }
  switch (shown.at) {
    case "reading":
      return <p className="quiet">{t("preview.reading")}</p>
    case "text":
      return (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it by the arrows. */}
          <section className="as-read" aria-label={name} tabIndex={0}>
            <Words text={shown.text} language={undefined} />
          </section>
          {shown.isCut && <p className="notice">{t("preview.cut", said)}</p>}
          <p className="quiet">{t("preview.as-text")}</p>
        </>
      )
    case "picture":
      return <Picture of={shown} name={name} />
    case "pages":
      return <Pages name={name} bytes={shown.bytes} refused={refused} />
    case "refused":
      return (
        <p className="notice" role="alert">
          <RefusedMark /> <strong>{t("preview.not-shown")}</strong> {refusal(shown.refusal)}{" "}
          <Code className="quiet">{shown.refusal}</Code>
        </p>
      )
    case "undecoded":
      return (
        <p className="notice" role="alert">
          <strong>{t("preview.not-shown")}</strong> {t("preview.undecoded")}
        </p>
      )
    case "failed":
      return (
        <p className="notice" role="alert">
          {say(shown.failure)}
        </p>
      )
  }
}

export const Preview = ({ document, done }: { readonly document: DocumentView; readonly done: () => void }) => {
  const { t } = useReader()
  const [shown, setShown] = useState<Shown>({ at: "reading" })
  const { root } = document
  // biome-ignore lint/correctness/useExhaustiveDependencies: a document is known by its root; its progress changes nothing of it.
  useEffect(() => {
    let isOpen = true
    let picture: ImageBitmap | undefined
    void shownOf(document).then(next => {
      if (next.at === "picture") picture = next.picture
      if (isOpen) setShown(next)
      else picture?.close()
    })
    return () => {
      isOpen = false
      picture?.close()
    }
  }, [root])
  return (
    <ModalOverlay className="overlay" isOpen isDismissable onOpenChange={open => !open && done()}>
      <Modal className="modal preview">
        <Dialog className="dialog">
          <Heading slot="title">
            <Words text={document.name} language={undefined} isLine />
          </Heading>
          <div className="preview-content" data-at={shown.at}>
            <Content
              shown={shown}
              document={document}
              refused={refusal => setShown(refusal === "undecoded" ? { at: refusal } : { at: "refused", refusal })}
            />
          </div>
          <div className="buttons">
            <Button className="button" onPress={done}>
              {t("preview.close")}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
