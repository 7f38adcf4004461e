import { Command } from "commander"
import { isLocked, keyring, readSecret, relock } from "../node/main.ts"
import { sayer, Usage } from "./say.ts"
import { hidden, newPassphrase, type PassphraseOptions, passphraseFileHelp } from "./unlock.ts"

type Options = PassphraseOptions & { readonly newPassphraseFile?: string; readonly roots?: true; readonly json?: true }

export const passphrase = (): Command =>
  new Command("passphrase")
    .description("Changes the passphrase of a locked home. Its node must be stopped.")
    .argument("<home>")
    .option("--passphrase-file <file>", passphraseFileHelp)
    .option("--new-passphrase-file <file>", "holds the new one; left out, it is asked for")
    .option("--roots", "of root.json alone, e.g. where the roots are kept")
    .action(async (home: string, options: Options) => {
      const which = options.roots === true ? "roots" : "all"
      if (which === "all" && !isLocked(home))
        throw new Error(`${home} lies in the clear; lock it with: parley lock ${home}`)
      const old = await oldPassphrase(home, options)
      const { newPassphraseFile } = options
      const chosen = await newPassphrase(
        newPassphraseFile === undefined ? {} : { passphraseFile: newPassphraseFile },
        `New passphrase of ${home}`,
      )
      if (old === undefined || chosen === undefined)
        throw new Usage("There is no terminal to ask at; give --passphrase-file and --new-passphrase-file.")
      // With both, the same again completes a change that a crash has interrupted.
      relock(home, keyring(old, chosen), chosen, which)
      sayer(options.json === true).result(
        { home, changed: which },
        `${which === "roots" ? "The roots open" : `${home} opens`} with the new passphrase alone. Copies made before open with the old one.`,
      )
    })

const oldPassphrase = async (home: string, { passphraseFile }: PassphraseOptions): Promise<string | undefined> => {
  if (passphraseFile !== undefined) return readSecret(passphraseFile)
  return process.stdin.isTTY ? await hidden(`Passphrase of ${home} until now: `) : undefined
}
