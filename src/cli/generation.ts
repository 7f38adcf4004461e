import { Command, InvalidArgumentError, Option } from "commander"
import { nodeOf } from "./ask.ts"
import { rootFileHelp, saidByRoots } from "./by-roots.ts"
import { sayer } from "./say.ts"
import { requireNew, sheetHelp, takeCommand, writeSheet } from "./sheets.ts"
import { type PassphraseOptions, passphraseFileHelp, ringForRootsOf } from "./unlock.ts"

type Options = PassphraseOptions & {
  readonly why: string
  readonly language: "en" | "ja" | "zh"
  readonly upTo?: number
  readonly newKeys?: true
  readonly root?: string
  readonly sheet?: string
  readonly json?: true
}

export const generation = (): Command =>
  new Command("generation")
    .description(
      "Begins this home's log anew, signed by the roots: for a home that was put back from a copy where the other side cannot give back what is missing, and after two histories. What the other side holds of the old log beyond this home's is kept there, and marked as not this side's word. The node must run.",
    )
    .argument("<home>")
    .requiredOption("--why <text>", "why, for the people of both sides and for whoever reads the record later")
    .addOption(new Option("--language <tag>", "of that text").choices(["en", "ja", "zh"]).default("en"))
    .option("--up-to <seq>", "the last entry of the old log that stands; all of it by default", readSeq)
    .option("--new-keys", "with new node keys as well; always so where those in force are not here")
    .option("--root <file>", rootFileHelp)
    .option("--sheet <file>", sheetHelp)
    .option("--passphrase-file <file>", passphraseFileHelp)
    .action(async (home: string, options: Options) => {
      const { why, language, upTo, newKeys, root } = options
      const say = sayer(options.json === true)
      const request = {
        what: "generation" as const,
        why,
        language,
        ...(upTo !== undefined && { seq: upTo }),
        ...(newKeys && { newKeys }),
      }
      if (options.sheet !== undefined) {
        requireNew(options.sheet)
        return writeSheet(options.sheet, await nodeOf(home).prepareKeys(request), takeCommand(home), say)
      }
      const reply = await saidByRoots(home, request, { roots: root, ring: await ringForRootsOf(home, root, options) })
      say.result(
        { ...reply, kind: "generation" },
        `The log of ${home} begins anew. The old one stays in the record of both sides. Make a backup now.`,
        reply.hash,
      )
    })

const readSeq = (value: string): number => {
  if (/^\d{1,15}$/.test(value)) return Number(value)
  throw new InvalidArgumentError("It is the number of an entry of this home's own log, or 0.")
}
