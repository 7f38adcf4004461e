import { readFileSync, statSync, writeFileSync } from "node:fs"
import { Command, InvalidArgumentError } from "commander"
import { parcelBytesMax } from "../core/limits.ts"
import { refuse } from "../core/refusal.ts"
import { type Node, nodeOf } from "./ask.ts"
import { Refused, type Say, sayer, Usage } from "./say.ts"

const whats = ["out", "in", "list"] as const
type What = (typeof whats)[number]
type Options = { readonly output?: string; readonly json?: true }

export const parcel = (): Command =>
  new Command("parcel")
    .description(
      "What is carried by hand when no path is left: out seals into a file what the other side is not proven to hold, and may be made again at any time; in reads a parcel that was brought, and read twice, or after a later one, it does no harm; list shows those that were made here, and what is known of them. The node must run.",
    )
    .argument("<home>")
    .argument("<what>", "out, in or list", readWhat)
    .argument("[file]", "in: the parcel that was brought")
    .option("-o, --output <file>", "out: the file; one that exists is not written over")
    .action(async (home: string, what: What, file: string | undefined, options: Options) => {
      const say = sayer(options.json === true)
      const node = nodeOf(home)
      if (what === "list") return list(node, say)
      if (what === "out") return out(node, options.output, say)
      if (file === undefined) throw new Usage("The parcel is named after in: parley parcel HOME in FILE.")
      return take(node, file, say)
    })

const out = async (node: Node, output: string | undefined, say: Say): Promise<void> => {
  if (output === undefined) throw new Usage("-o says into which file.")
  const { bytes, ...made } = await node.makeParcel()
  writeFileSync(output, Buffer.from(bytes, "base64"), { flag: "wx", mode: 0o600 })
  const count = made.to - made.from + 1
  say.result(
    { ...made, file: output },
    count === 0
      ? "They are proven to hold all that this side has said: the parcel has no entry in it."
      : `${count} of our entries, ${made.from} to ${made.to}, are in ${output}.`,
    ...(made.isWhole
      ? []
      : ["More is waiting than one parcel holds; what follows goes into the next, once these are receipted."]),
    "Nothing counts as stored there before a receipt has come back, by whatever way.",
  )
}

const take = async (node: Node, file: string, say: Say): Promise<void> => {
  const { size } = statSync(file)
  if (size > parcelBytesMax) throw new Refused(refuse("too-large", { bytes: size, most: parcelBytesMax }))
  const taken = await node.takeParcel(readFileSync(file).toString("base64"))
  say.result(
    taken,
    taken.isOpen
      ? `${taken.entries} entries were in it, ${taken.fresh} of them new in turn. The receipt goes by the next path, or in a parcel of ours.`
      : "The key that it was sealed to is not held here any more. Our log says so, and they seal what is in it again.",
  )
}

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
  if (found === undefined) throw new InvalidArgumentError("After HOME it is out, in or list.")
  return found
}
