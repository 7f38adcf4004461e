import { Command } from "commander"
import { restoreHome } from "../node/main.ts"
import { sayer } from "./say.ts"
import { type PassphraseOptions, passphraseFileHelp, ringFor } from "./unlock.ts"

type Options = PassphraseOptions & { readonly json?: true }

export const restore = (): Command =>
  new Command("restore")
    .description(
      "Marks a home as put back from a backup, before its node first starts. The node then signs nothing until the other side has answered what it holds of this home's log, and all of it is here again. The node must be stopped.",
    )
    .argument("<home>")
    .option("--passphrase-file <file>", passphraseFileHelp)
    .action(async (home: string, options: Options) => {
      const { sizes } = restoreHome(home, await ringFor(home, options))
      sayer(options.json === true).result(
        { home, restored: true, sizes },
        `${home} is marked as restored. Start its node: it goes on by itself once the other side has given back what this copy lacks.`,
        ...sizes.map(({ party, size }) => `  ${party}: this copy holds ${size} entries`),
      )
    })
