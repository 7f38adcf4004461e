// Text of the other side is shown as it is and never obeyed: what cannot be seen (controls, direction marks, joiners, fillers) stands as
// its code point in brackets. An ideographic variation selector after its character is the spelling of a name, and stays.

export type Piece = { readonly text: string; readonly hidden: boolean }

const cannotBeSeen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Cn}\p{Default_Ignorable_Code_Point}\u2800]/u
const layout = new Set(["\n", "\t"])
const spellsName = /^\p{Script=Han}$/u
const isSelector = (point: number): boolean => point >= 0xe0100 && point <= 0xe01ef

const codePoint = (character: string): string =>
  `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`

/** Runs of what can be seen and what cannot, in order. */
export const pieces = (text: string): readonly Piece[] => {
  const found: { text: string; hidden: boolean }[] = []
  let before = ""
  for (const character of text) {
    const isHidden =
      cannotBeSeen.test(character) &&
      !layout.has(character) &&
      !(isSelector(character.codePointAt(0) ?? 0) && spellsName.test(before))
    const last = found.at(-1)
    const shown = isHidden ? codePoint(character) : character
    if (last && last.hidden === isHidden) last.text += shown
    else found.push({ text: shown, hidden: isHidden })
    before = character
  }
  return found
}

/** The first thing that cannot be seen, as it is shown; null when all can be. */
export const firstHidden = (text: string): string | null => pieces(text).find(piece => piece.hidden)?.text ?? null
