import { Command } from "commander"
import { keyring, relock } from "../node/main.ts"
import { sayer, Usage } from "./say.ts"
import { newPassphrase, type PassphraseOptions, passphraseFileHelp } from "./unlock.ts"

type Options = PassphraseOptions & { readonly json?: true }

export const lock = (): Command =>
  new Command("lock")
    .description(
      "Locks a home that lies in the clear: from then on it opens with the passphrase alone. Its node must be stopped.",
    )
    .argument("<home>")
    .option("--passphrase-file <file>", passphraseFileHelp)
    .action(async (home: string, options: Options) => {
      const passphrase = await newPassphrase(options, `New passphrase of ${home}`)
      if (passphrase === undefined) throw new Usage("There is no terminal to ask at; give --passphrase-file.")
      // The same passphrase also completes a lock that a crash has interrupted.
      relock(home, keyring(passphrase), passphrase)
      sayer(options.json === true).result(
        { home, locked: true },
        `${home} is locked. Without this passphrase nobody can open it, and nobody can give it back to you.`,
        "Copies made before, and what the disk keeps of old blocks, are still in the clear.",
      )
    })
