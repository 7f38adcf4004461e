// Text as it is shown: what a screen would obey, and what nobody would see, stands apart (page: protocol/entry.md, C-2).

/** A run of text, or one character that is to be shown as its code point. */
export type Segment = { readonly text: string } | { readonly codepoint: number }

// Controls (but new line and tab), format and direction marks, line separators, all that Unicode lets a font leave out, and the blanks
// that are letters by name. Whatever the version of Unicode leaves unassigned counts as invisible too.
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Default_Ignorable_Code_Point}\u2800]/u
const ideograph = /^\p{Script=Han}$/u
const isIdeographicSelector = (point: number): boolean => point >= 0xe0100 && point <= 0xe01ef

/** Text for a screen or a page: what would be obeyed or not be seen stands apart, to be shown as such. One selector after an
 *  ideograph stays, for it is part of how a name is written. (C-2, E-13) */
export const visible = (text: string): Segment[] => {
  const segments: Segment[] = []
  let run = ""
  let before = ""
  for (const character of text) {
    const point = character.codePointAt(0)!
    const isSpelling = isIdeographicSelector(point) && ideograph.test(before)
    const isPlain =
      isSpelling || character === "\n" || character === "\t" || (isWhole(point) && !unseen.test(character))
    before = character
    if (isPlain) {
      run += character
      continue
    }
    if (run !== "") segments.push({ text: run })
    run = ""
    segments.push({ codepoint: point })
  }
  if (run !== "") segments.push({ text: run })
  return segments
}

/** Half of a surrogate pair is no character: it comes from a broken input, never from a body. */
const isWhole = (point: number): boolean => point < 0xd800 || point > 0xdfff

/** Whether a heading or a name may be shown as it is: one line, and nothing in it that is obeyed or not seen. (CH-3) */
export const isPlainLine = (text: string): boolean =>
  !/[\n\t]/.test(text) && visible(text).every(segment => "text" in segment)
