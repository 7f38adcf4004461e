// Sheets for paper. One of them is printed at a time; on the screen none is seen.
import type { ReactNode } from "react"
import { Button } from "react-aria-components/Button"
import { createPortal } from "react-dom"

export type SheetName = "codes" | "record" | "fallback"

/** Stands beside the page, so that nothing of the page prints with it. */
export const Sheet = ({ name, children }: { readonly name: SheetName; readonly children: ReactNode }) =>
  createPortal(<article className={`sheet sheet-${name}`}>{children}</article>, document.body)

export const choosePrint = (sheet: SheetName): void => {
  document.documentElement.dataset.print = sheet
}

export const PrintButton = ({ sheet, children }: { readonly sheet: SheetName; readonly children: ReactNode }) => (
  <Button
    className="button"
    onPress={() => {
      choosePrint(sheet)
      window.print()
    }}
  >
    {children}
  </Button>
)
