// Pages of a PDF as pixels, one under the other, as they come. (D-8)
import { useEffect, useRef, useState } from "react"
import type { RefusalCode } from "../../core/refusal.ts"
import { useReader } from "../words.tsx"
import { drawPages } from "./pages.ts"
import type { PagesTold } from "./pages.worker.ts"

type Page = Extract<PagesTold, { pages: "page" }>
type Drawn = { readonly pages: readonly Page[]; readonly done: Extract<PagesTold, { pages: "done" }> | null }

const PageOf = ({ page: { page, picture }, name }: { readonly page: Page; readonly name: string }) => {
  const { t } = useReader()
  const canvas = useRef<HTMLCanvasElement>(null)
  const { width, height } = picture
  useEffect(() => {
    canvas.current?.getContext("2d")?.drawImage(picture, 0, 0)
  }, [picture])
  return <canvas ref={canvas} role="img" aria-label={t("preview.page", { name, page })} width={width} height={height} />
}

type PagesProps = {
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly refused: (refusal: RefusalCode | "undecoded") => void
}

export const Pages = ({ name, bytes, refused }: PagesProps) => {
  const { t } = useReader()
  const [{ pages, done }, setDrawn] = useState<Drawn>({ pages: [], done: null })
  const saying = useRef(refused)
  saying.current = refused
  useEffect(() => {
    const pictures: ImageBitmap[] = []
    const end = drawPages(bytes, told => {
      if (told.pages === "page") {
        pictures.push(told.picture)
        setDrawn(held => ({ ...held, pages: [...held.pages, told] }))
      } else if (told.pages === "done") setDrawn(held => ({ ...held, done: told }))
      else saying.current(refusals[told.pages])
    })
    return () => {
      end()
      for (const picture of pictures) picture.close()
    }
  }, [bytes])
  const count = pages[0]?.count ?? 0
  return (
    <>
      {done === null && <p className="quiet">{t("preview.drawing")}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it by the arrows. */}
      <section className="preview-pages" aria-label={name} tabIndex={0}>
        {pages.map(page => (
          <PageOf key={page.page} page={page} name={name} />
        ))}
      </section>
      {done?.isPartial && <p className="notice">{t("preview.partial")}</p>}
      {done !== null && <p className="quiet">{t("preview.pages", { shown: pages.length, count })}</p>}
    </>
  )
}

const refusals = {
  active: "active-content",
  "too-much": "too-much-unpacked",
  undecoded: "undecoded",
} as const
