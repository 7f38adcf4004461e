// A small parcel as QR codes: in the terminal, for a camera before it, or as pictures (page: protocol/epoch.md, EP-22). The console reads
// them: a picture of a camera is decoded there, and by no further package here.
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import encodeQR from "qr"
import type { ParcelFile } from "../api/parcels.ts"
import { codesBytesMax } from "../core/limits.ts"
import { parcelSequence, partsOf } from "../core/parts.ts"
import { nodeSuite } from "../suites/node.ts"
import type { Node } from "./ask.ts"
import { type Say, Usage } from "./say.ts"

export const noProof = "Nothing counts as stored there before a receipt has come back, by whatever way."

/** Two and a half a second, as on the page of the console. */
const eachMs = 400
/** Pixels of one square in a picture, and squares that stay white around a code. */
const scale = 4
const quiet = 4
const drawn = { ecc: "low", encoding: "alphanumeric", border: quiet } as const

type Options = { readonly output?: string; readonly after?: number; readonly json?: true }

export const showCodes = async (node: Node, { output, after = 0, json }: Options, say: Say): Promise<void> => {
  const { bytes, ...made } = await node.makeParcel({ after, bytesMax: codesBytesMax })
  if (made.from > made.to)
    return say.result(made, "They are proven to hold all that this side has said: there is nothing to show.")
  const texts = partsOf(parcelSequence, Buffer.from(bytes, "base64"), nodeSuite)
  const files = output === undefined ? [] : writePictures(output, made, texts)
  const lines = [
    `${made.to - made.from + 1} of our entries, ${made.from} to ${made.to}, are in ${texts.length} codes.`,
    ...(output === undefined ? [] : [`They are in ${output}, for the console of the other side.`]),
    ...(made.isWhole ? [] : [`More is waiting than they hold: --after ${made.to} goes on from there.`]),
    noProof,
  ]
  if (json === true || output !== undefined)
    return say.result({ ...made, ...(output ? { files } : { texts }) }, ...lines)
  await roundAndRound(texts, lines)
}

const writePictures = (folder: string, { name }: Pick<ParcelFile, "name">, texts: readonly string[]): string[] => {
  mkdirSync(folder, { recursive: true })
  return texts.map((text, at) => {
    const place = String(at + 1).padStart(2, "0")
    const file = join(folder, `parley-${name.slice(0, 12)}-${place}-of-${String(texts.length).padStart(2, "0")}.gif`)
    writeFileSync(file, encodeQR(text, "gif", { ...drawn, scale }), { flag: "wx", mode: 0o600 })
    return file
  })
}

/** Until whoever reads has them all and the key for the end is pressed here. */
const roundAndRound = async (texts: readonly string[], lines: readonly string[]): Promise<void> => {
  const codes = texts.map(text => encodeQR(text, "ascii", drawn))
  const { isTTY, columns, rows } = process.stdout
  const [wide, high] = [codes[0]?.split("\n")[0]?.length ?? 0, (codes[0]?.split("\n").length ?? 0) + lines.length + 1]
  if (!isTTY) throw new Usage("Codes are shown in a terminal; -o FOLDER writes them as pictures, --json as texts.")
  if (columns < wide || rows < high)
    throw new Usage(
      `A code is ${wide} wide and ${high} high, this terminal ${columns} and ${rows}: make its letters smaller.`,
    )
  for (let at = 0; ; at = (at + 1) % codes.length) {
    const place = `${at + 1} of ${codes.length}. Ctrl-C ends it.`
    // Black on white, whatever the terminal's own colours are: a camera reads no other.
    process.stdout.write(`\x1b[H\x1b[2J\x1b[97;40m${codes[at]}\x1b[0m\n${[...lines, place].join("\n")}`)
    await setTimeout(eachMs)
  }
}
