// Text of the other side is shown as it is and never obeyed: what cannot be seen stands as its code point in brackets. What counts as such
// is the law's own rule (core/text.ts, `visible`); this is only how a screen writes it. (E-13)
import { visible } from "../core/text.ts"

export type Piece = { readonly text: string; readonly hidden: boolean }

const codePoint = (point: number): string => `[U+${point.toString(16).toUpperCase().padStart(4, "0")}]`

/** Runs of what can be seen and what cannot, in order. */
export const pieces = (text: string): readonly Piece[] =>
  visible(text).map(segment =>
    "text" in segment ? { text: segment.text, hidden: false } : { text: codePoint(segment.codepoint), hidden: true },
  )

/** The same of what stands on one line: a break or a tab within it would draw as if the next line were somebody else's. */
export const linePieces = (text: string): readonly Piece[] =>
  pieces(text).flatMap(piece =>
    piece.hidden
      ? [piece]
      : piece.text
          .split(/([\n\t])/)
          .filter(part => part !== "")
          .map(part =>
            /^[\n\t]$/.test(part)
              ? { text: codePoint(part.charCodeAt(0)), hidden: true }
              : { text: part, hidden: false },
          ),
  )

/** The first thing that cannot be seen, as it is shown; null when all can be. */
export const firstHidden = (text: string): string | null => pieces(text).find(piece => piece.hidden)?.text ?? null
