import { readFileSync, statSync, writeFileSync } from "node:fs"
import { Command, InvalidArgumentError } from "commander"
import type { ParcelRequest, ParcelTaken } from "../api/parcels.ts"
import { parcelBytesMax } from "../core/limits.ts"
import { type Refusal, refusals, refuse } from "../core/refusal.ts"
import { type CarriedOut, carryIn, carryOut, openCharter } from "../node/main.ts"
import { type Node, nodeOf } from "./ask.ts"
import { noProof, showCodes } from "./parcel-codes.ts"
import { exits, granted, Refused, type Say, sayer, shownLine, Usage } from "./say.ts"

const whats = ["out", "in", "qr", "list"] as const
type What = (typeof whats)[number]
type Options = { readonly output?: string; readonly tidy?: true; readonly after?: number; readonly json?: true }

export const parcel = (): Command =>
  new Command("parcel")
    .description(
      "What is carried by hand when no path is left: out FOLDER seals what the other side is not proven to hold into as many parcels as it takes, and may be called again at any time; out -o FILE seals the first of it into one file; in reads a parcel that was brought, or all in a folder that are for this side, and read twice, or after a later one, it does no harm; qr shows a small parcel as QR codes in this terminal, round and round, or with -o FOLDER writes them as pictures, and the console of the other side reads them; list shows those that were made here, and what is known of them. The node must run.",
    )
    .argument("<home>")
    .argument("<what>", "out, in, qr or list", readWhat)
    .argument("[place]", "out: a folder or disk; in: the same, or one parcel")
    .option("-o, --output <file>", "out: one file; qr: a folder for pictures; what exists is not written over")
    .option("--tidy", "out: removes parcels of ours from the folder that the other side is proven to hold all of")
    .option("--after <place>", "qr: begins behind this entry, where the last codes ended", readPlace)
    .action(async (home: string, what: What, place: string | undefined, options: Options) => {
      const say = sayer(options.json === true)
      const node = nodeOf(home)
      if (what === "list") return list(node, say)
      if (what === "qr") return showCodes(node, options, say)
      if (what === "out" && place !== undefined) {
        if (options.output !== undefined) throw new Usage("Either a folder or -o FILE.")
        return outFolder(home, node, place, options.tidy === true, say)
      }
      if (what === "out") return outFile(node, options.output, say)
      if (place === undefined) throw new Usage("The parcel, or a folder of them, is named after in.")
      return statSync(place).isDirectory() ? takeFolder(home, node, place, say) : takeFile(node, place, say)
    })

const outFile = async (node: Node, output: string | undefined, say: Say): Promise<void> => {
  if (output === undefined) throw new Usage("A folder is named after out, or -o says into which file.")
  const { bytes, ...made } = await node.makeParcel()
  writeFileSync(output, Buffer.from(bytes, "base64"), { flag: "wx", mode: 0o600 })
  const count = made.to - made.from + 1
  say.result(
    { ...made, file: output },
    count === 0
      ? "They are proven to hold all that this side has said: the parcel has no entry in it."
      : `${count} of our entries, ${made.from} to ${made.to}, are in ${output}.`,
    ...(made.isWhole ? [] : ["More is waiting than one parcel holds: parley parcel HOME out FOLDER writes all of it."]),
    noProof,
  )
}

const outFolder = async (home: string, node: Node, folder: string, tidy: boolean, say: Say): Promise<void> => {
  const means = {
    waiting: () => node.parcelsWaiting(),
    parcels: () => node.parcels(),
    make: (request: ParcelRequest) => node.makeParcel(request),
  }
  const out = granted(await carryOut({ folder, ...openCharter(home) }, means, { tidy, now: Date.now() }))
  say.result(out, ...outLines(folder, out))
}

const outLines = (folder: string, { waiting, written, documents, kept, removed }: CarriedOut): string[] => {
  const lines = written.map(({ file, from, to }) => `Entries ${from} to ${to} are in ${file}.`)
  const all =
    waiting.from > waiting.to
      ? "They are proven to hold all that this side has said."
      : written.length === 0
        ? `All that waits, entries ${waiting.from} to ${waiting.to}, lies in ${folder} already.`
        : `All that waits, entries ${waiting.from} to ${waiting.to}, is in ${folder}; ${kept} parcels lay there whole.`
  const gone = removed.length === 0 ? [] : [`${removed.length} parcels that they are proven to hold were removed.`]
  const beside = documents.map(file => `Parts of a document are in ${file}.`)
  return [...lines, all, ...beside, ...gone, noProof]
}

const takeFile = async (node: Node, file: string, say: Say): Promise<void> => {
  const { size } = statSync(file)
  if (size > parcelBytesMax) throw new Refused(refuse("too-large", { bytes: size, most: parcelBytesMax }))
  const taken = await node.takeParcel(readFileSync(file).toString("base64"))
  say.result(taken, takenLine(taken), ...(taken.isOpen ? [noReceiptYet] : []))
}

const noReceiptYet = "The receipt goes by the next path, or in a parcel of ours."

const takenLine = ({ isOpen, entries, fresh, chunks }: Omit<ParcelTaken, "name">): string =>
  isOpen
    ? `${entries} entries were in it, ${fresh} of them new in turn${chunks > 0 ? `; ${chunks} parts of documents` : ""}.`
    : "The key that it was sealed to is not held here any more. Our log says so, and they seal what is in it again."

/** Each for itself: one that is refused says so by its name, and the exit code tells; the others are read. */
const takeFolder = async (home: string, node: Node, folder: string, say: Say): Promise<void> => {
  const take = async (bytes: Uint8Array) => {
    try {
      return await node.takeParcel(Buffer.from(bytes).toString("base64"))
    } catch (error) {
      if (error instanceof Refused) return error.refusal
      throw error
    }
  }
  const came = granted(await carryIn({ folder, ...openCharter(home) }, take))
  const { read, refused, failed, others, ours } = came
  say.result(
    came,
    ...read.map(row => `${shownLine(row.file)}: ${takenLine(row)}`),
    ...refused.map(({ file, refusal }) => `${shownLine(file)}: ${reason(refusal)}`),
    ...failed.map(({ file, why }) => `${shownLine(file)} cannot be read from this disk (${why}).`),
    ...(others.length > 0 ? [`Of another line, and not read: ${others.map(shownLine).join(", ")}`] : []),
    ...(ours.length > 0 ? [`For the other side, and not read: ${ours.map(shownLine).join(", ")}`] : []),
    read.length === 0 ? `Nothing in ${folder} was for this side.` : noReceiptYet,
  )
  if (refused.length > 0) process.exitCode = exits.refused
  if (failed.length > 0) process.exitCode = exits.failed
}

const reason = ({ refusal }: Refusal): string => `${refusal}: ${refusals[refusal][2]}`

const list = async (node: Node, say: Say): Promise<void> => {
  const parcels = await node.parcels()
  const lines = parcels.map(
    ({ name, at, from, to, unopened }) =>
      `${name.slice(0, 16)}  ${new Date(at).toISOString()}  entries ${from} to ${to}${unopened ? "  could not be opened there" : ""}`,
  )
  say.result({ parcels }, ...(lines.length > 0 ? lines : ["None was made here."]))
}

const readWhat = (value: string): What => {
  const found = whats.find(each => each === value)
  if (found === undefined) throw new InvalidArgumentError("After HOME it is out, in, qr or list.")
  return found
}

const readPlace = (value: string): number => {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError("It is the number of an entry.")
  return Number(value)
}
