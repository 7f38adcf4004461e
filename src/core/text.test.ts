import { equal, ok } from "node:assert/strict"
import { test } from "node:test"
import { fc } from "../../test/fixtures/property.ts"
import { isPlainLine, visible } from "./text.ts"

test("C-2: controls, direction marks and invisible characters stand apart, to be shown as such", () => {
  const shown = (it: string): string =>
    visible(it)
      .map(part => ("text" in part ? part.text : `<${part.codepoint.toString(16)}>`))
      .join("")
  equal(shown("line 1\n\tline 2"), "line 1\n\tline 2")
  equal(shown("a\u202eb\u2066c\u200bd\u200de\ufefff\u00adg"), "a<202e>b<2066>c<200b>d<200d>e<feff>f<ad>g")
  equal(shown("\u0007\r\u001b[2J\u007f\u0085"), "<7><d><1b>[2J<7f><85>")
  equal(shown("a\u{e0041}\u2028\u3164\u061c\u034f\u2800\u180e"), "a<e0041><2028><3164><61c><34f><2800><180e>")
  equal(shown("\ud800x"), "<d800>x")
  equal(shown("気球（無人）　観測"), "気球（無人）　観測")
  // A selector is part of a name after an ideograph, once; anywhere else it could carry what nobody sees.
  equal(shown("辻\u{e0100}\u{e0101}a\u{e0100}"), "辻\u{e0100}<e0101>a<e0100>")
})

test("C-2: the segments of any text are the text, and nothing hidden is left in a run", () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are exactly what is looked for.
  const hidden = /[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(..."aб気\n\u202e\u200b\ufeff\u0001\u{e0020}\u{e0100}辻".match(/./gsu)!) }),
      it => {
        const parts = visible(it)
        equal(parts.map(part => ("text" in part ? part.text : String.fromCodePoint(part.codepoint))).join(""), it)
        for (const part of parts) if ("text" in part) ok(!hidden.test(part.text) && part.text !== "")
      },
    ),
  )
})

test("CH-3: a name is one line, and nothing in it is obeyed or not seen", () => {
  for (const name of ["Tokyo", "東京", "辻\u{e0100}", "a b"]) ok(isPlainLine(name), name)
  for (const name of ["a\nb", "a\tb", "a\u202eb", "a\u200bb", "a\u0007", "\u{e0100}a"]) ok(!isPlainLine(name), name)
})
