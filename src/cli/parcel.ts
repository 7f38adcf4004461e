import { readFileSync, writeFileSync } from "node:fs"
import { Command } from "commander"
import { nodeOf } from "./ask.ts"
import { sayer } from "./say.ts"

type Json = { readonly json?: true }

export const parcel = (): Command => {
  const parcels = new Command("parcel").description(
    "What is carried by hand when no path is left: entries sealed into a file for the other side alone.",
  )
  parcels.addCommand(
    new Command("out")
      .description("Seals into a file what the other side is not proven to hold. May be made again at any time.")
      .argument("<home>")
      .requiredOption("-o, --output <file>", "the file; one that exists is not written over")
      .action(async (home: string, options: Json & { readonly output: string }) => {
        const { bytes, ...made } = await nodeOf(home).makeParcel()
        writeFileSync(options.output, Buffer.from(bytes, "base64"), { flag: "wx", mode: 0o600 })
        const count = made.to - made.from + 1
        sayer(options.json === true).result(
          { ...made, file: options.output },
          count === 0
            ? "They are proven to hold all that this side has said: the parcel has no entry in it."
            : `${count} of our entries, ${made.from} to ${made.to}, are in ${options.output}.`,
          ...(made.isWhole
            ? []
            : ["More is waiting than one parcel holds; what follows goes into the next, once these are receipted."]),
          "Nothing counts as stored there before a receipt has come back, by whatever way.",
        )
      }),
  )
  parcels.addCommand(
    new Command("in")
      .description("Reads a parcel that was brought. Read twice, or after a later one, it does no harm.")
      .argument("<home>")
      .argument("<file>")
      .action(async (home: string, file: string, options: Json) => {
        const taken = await nodeOf(home).takeParcel(readFileSync(file).toString("base64"))
        sayer(options.json === true).result(
          taken,
          taken.isOpen
            ? `${taken.entries} entries were in it, ${taken.fresh} of them new in turn. The receipt goes by the next path, or in a parcel of ours.`
            : "The key that it was sealed to is not held here any more. Our log says so, and they seal what is in it again.",
        )
      }),
  )
  parcels.addCommand(
    new Command("list")
      .description("The parcels that were made here, and what is known of them.")
      .argument("<home>")
      .action(async (home: string, options: Json) => {
        const list = await nodeOf(home).parcels()
        const lines = list.map(
          ({ name, at, from, to, unopened }) =>
            `${name.slice(0, 16)}  ${new Date(at).toISOString()}  entries ${from} to ${to}${unopened ? "  could not be opened there" : ""}`,
        )
        sayer(options.json === true).result({ parcels: list }, ...(lines.length > 0 ? lines : ["None was made here."]))
      }),
  )
  return parcels
}
