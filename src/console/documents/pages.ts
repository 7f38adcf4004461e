// Pages of a PDF, asked of the worker that draws them and of nobody else; it is ended when it is done, or takes too long. (D-8)
import type { PagesAsked, PagesTold } from "./pages.worker.ts"

const pagesMs = 60_000

/** `told` hears each page; what is returned ends the worker. */
export const drawPages = (bytes: Uint8Array<ArrayBuffer>, told: (told: PagesTold) => void): (() => void) => {
  const worker = new Worker(new URL("./pages.worker.ts", import.meta.url), { type: "module", name: "pages" })
  const end = (): void => {
    clearTimeout(late)
    worker.terminate()
  }
  const over = (what: PagesTold): void => {
    end()
    told(what)
  }
  const late = setTimeout(() => over({ pages: "too-much" }), pagesMs)
  worker.onerror = () => over({ pages: "undecoded" })
  worker.onmessage = ({ data }: MessageEvent<Partial<PagesTold>>): void => {
    // Its reader says that it is ready, in words of its own.
    if (!isTold(data)) return
    if (data.pages === "page") told(data)
    else over(data)
  }
  worker.postMessage({ pages: "draw", bytes } satisfies PagesAsked, [bytes.buffer])
  return end
}

const isTold = (data: Partial<PagesTold>): data is PagesTold => typeof data.pages === "string"
