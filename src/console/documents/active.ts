// What in a PDF could act by itself, as far as its bytes say it outside of what is packed; the rest is asked of its reader. (D-8)

/** Names of the format under which something is run, opened, filled in or brought along. */
const long = ["JavaScript", "OpenAction", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA"] as const
/** Two letters come by chance in what is packed: they are looked for outside of it alone. */
const short = ["JS", "AA"] as const

const names = (words: readonly string[]): RegExp => new RegExp(`/(?:${words.join("|")})(?![A-Za-z0-9])`)
const [longNames, shortNames] = [names(long), names(short)]

/** A letter of a name may be written as its number. */
const plain = (text: string): string =>
  text.replace(/#([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

export const isActive = (bytes: Uint8Array): boolean => {
  const text = new TextDecoder("latin1").decode(bytes)
  if (longNames.test(text)) return true
  const outside = plain(text.replace(/\bstream\r?\n[\s\S]*?\bendstream\b/g, " "))
  return longNames.test(outside) || shortNames.test(outside)
}
