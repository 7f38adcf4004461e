// Pages of a PDF, drawn where nothing else is: in a worker of its own, without the page's document and, by the policy that our node sends
// with this file, without any network. What comes out is pixels. It has no other way to say anything. (D-8)
import { AnnotationMode, getDocument, type PDFDocumentProxy, VerbosityLevel } from "pdfjs-dist"
// Its reader runs in this same worker, not in one more.
import "pdfjs-dist/build/pdf.worker.mjs"
import { isActive } from "./active.ts"

export type PagesAsked = { readonly pages: "draw"; readonly bytes: Uint8Array<ArrayBuffer> }
export type PagesTold =
  | { readonly pages: "page"; readonly page: number; readonly count: number; readonly picture: ImageBitmap }
  /** `isPartial`: its reader had something to say of what it could not draw. */
  | { readonly pages: "done"; readonly isPartial: boolean }
  | { readonly pages: "active" }
  | { readonly pages: "too-much" }
  | { readonly pages: "undecoded" }

/** Of a page, as it is drawn; and of what it may be said to measure. */
const widthMax = 1_000
const pixelsMax = 4_000_000
const imagePixelsMax = 40_000_000
const pagesMax = 20

class Canvases {
  create(width: number, height: number) {
    const canvas = new OffscreenCanvas(Math.max(1, width), Math.max(1, height))
    return { canvas, context: canvas.getContext("2d", { willReadFrequently: true }) }
  }
  reset(held: { readonly canvas: OffscreenCanvas }, width: number, height: number): void {
    held.canvas.width = Math.max(1, width)
    held.canvas.height = Math.max(1, height)
  }
  destroy(held: { readonly canvas: OffscreenCanvas }): void {
    held.canvas.width = 0
    held.canvas.height = 0
  }
  getNoAlphaContext(canvas: OffscreenCanvas) {
    return canvas.getContext("2d", { alpha: false, willReadFrequently: true })
  }
}

/** Filters are made of a document's own elements, which are not here. */
class NoFilters {
  addFilter = (): string => "none"
  addHCMFilter = (): string => "none"
  addAlphaFilter = (): string => "none"
  addLuminosityFilter = (): string => "none"
  addKnockoutFilter = (): string => "none"
  addHighlightHCMFilter = (): string => "none"
  addSelectionHCMFilter = (): string => "none"
  addSelectionFilter = (): string => "none"
  createSelectionStyle = (): null => null
  destroy = (): void => undefined
}

const tell = (told: PagesTold, transfer: Transferable[] = []): void => self.postMessage(told, { transfer })

let isPartial = false
console.warn = () => {
  isPartial = true
}

/** Whether this worker is as cut off as it must be: where a browser does not keep the policy, nothing is drawn. What needs no network is
 *  tried as well, which nothing but the policy can stop. */
const isAlone = async (): Promise<boolean> => {
  const tried = await Promise.allSettled(["/api/line", "data:,x"].map(place => fetch(place)))
  return tried.every(({ status }) => status === "rejected")
}

/** As its reader understands it, within what is packed too. */
const acts = async (document: PDFDocumentProxy): Promise<boolean> => {
  const [scripts, action, attached, { info }] = await Promise.all([
    document.getJSActions(),
    document.getOpenAction(),
    document.getAttachments(),
    document.getMetadata(),
  ])
  const isForm = Reflect.get(info, "IsXFAPresent") === true
  return scripts !== null || action !== null || attached !== null || isForm || (await document.hasJSActions())
}

const kindsThatAct = ["Screen", "RichMedia", "FileAttachment", "Movie", "Sound", "3D"]
const pageActs = async (document: PDFDocumentProxy, number: number): Promise<boolean> => {
  const page = await document.getPage(number)
  const [scripts, annotations] = await Promise.all([page.getJSActions(), page.getAnnotations()])
  const isActing = (annotation: object): boolean =>
    Boolean(Reflect.get(annotation, "actions")) ||
    Boolean(Reflect.get(annotation, "attachment")) ||
    kindsThatAct.includes(String(Reflect.get(annotation, "subtype")))
  return scripts !== null || annotations.some(isActing)
}

const drawPage = async (document: PDFDocumentProxy, number: number): Promise<ImageBitmap> => {
  const page = await document.getPage(number)
  const { width, height } = page.getViewport({ scale: 1 })
  const scale = Math.min(widthMax / width, Math.sqrt(pixelsMax / (width * height)))
  const viewport = page.getViewport({ scale })
  const canvas = new OffscreenCanvas(Math.max(1, Math.floor(viewport.width)), Math.max(1, Math.floor(viewport.height)))
  const context = canvas.getContext("2d", { alpha: false })
  // The library draws on either kind of canvas; its types know one.
  const drawn: object = { canvas: null, canvasContext: context, viewport, annotationMode: AnnotationMode.ENABLE }
  await page.render(drawn as Parameters<typeof page.render>[0]).promise
  page.cleanup()
  return canvas.transferToImageBitmap()
}

const draw = async (bytes: Uint8Array<ArrayBuffer>): Promise<PagesTold> => {
  if (isActive(bytes)) return { pages: "active" }
  const document = await getDocument({
    data: bytes,
    verbosity: VerbosityLevel.WARNINGS,
    CanvasFactory: Canvases,
    FilterFactory: NoFilters,
    disableFontFace: true,
    useSystemFonts: false,
    useWasm: false,
    useWorkerFetch: false,
    enableXfa: false,
    stopAtErrors: true,
    maxImageSize: imagePixelsMax,
    canvasMaxAreaInBytes: pixelsMax * 4,
  }).promise
  if (await acts(document)) return { pages: "active" }
  const count = document.numPages
  // All pages are asked before one is shown.
  for (let page = 1; page <= count; page++) if (await pageActs(document, page)) return { pages: "active" }
  for (let page = 1; page <= Math.min(count, pagesMax); page++) {
    const picture = await drawPage(document, page)
    tell({ pages: "page", page, count, picture }, [picture])
  }
  return { pages: "done", isPartial }
}

self.onmessage = ({ data }: MessageEvent<PagesAsked>): void => {
  if (data.pages !== "draw") return
  void isAlone()
    .then(alone => (alone ? draw(data.bytes) : ({ pages: "undecoded" } as const)))
    .then(tell, () => tell({ pages: "undecoded" }))
}
