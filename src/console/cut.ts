// A list shows a long text by its beginning: many large ones drawn whole make a page that takes seconds to open. Pure.
const charsMax = 1_500
const linesMax = 24

/** The beginning, cut at a line or between characters; null when the text is short enough to be shown whole. */
export const beginningOf = (text: string): string | null => {
  const lines = text.split("\n", linesMax + 1)
  const first = lines.length > linesMax ? lines.slice(0, linesMax).join("\n") : text
  const cut = first.length > charsMax ? whole(first.slice(0, charsMax)) : first
  return cut.length < text.length ? cut : null
}

/** Without half of a character at its end. */
const whole = (text: string): string => (text.isWellFormed() ? text : text.slice(0, -1))
