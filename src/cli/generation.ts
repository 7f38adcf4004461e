import { Command, InvalidArgumentError, Option } from "commander"
import { rootFileHelp, saidByRoots } from "./by-roots.ts"
import { sayer } from "./say.ts"
import { type PassphraseOptions, passphraseFileHelp, ringFor } from "./unlock.ts"

type Options = PassphraseOptions & {
  readonly why: string
  readonly language: "en" | "ja" | "zh"
  readonly upTo?: number
  readonly newKeys?: true
  readonly root?: string
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
    .option("--passphrase-file <file>", passphraseFileHelp)
    .action(async (home: string, options: Options) => {
      const { why, language, upTo, newKeys, root } = options
      const reply = await saidByRoots(
        home,
        {
          what: "generation",
          why,
          language,
          ...(upTo !== undefined && { seq: upTo }),
          ...(newKeys && { newKeys }),
        },
        { roots: root, ring: await ringFor(home, options) },
      )
      sayer(options.json === true).result(
        { ...reply, kind: "generation" },
        `The log of ${home} begins anew. The old one stays in the record of both sides. Make a backup now.`,
        reply.hash,
      )
    })

const readSeq = (value: string): number => {
  if (/^\d{1,15}$/.test(value)) return Number(value)
  throw new InvalidArgumentError("It is the number of an entry of this home's own log, or 0.")
}
