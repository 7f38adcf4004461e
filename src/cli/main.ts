// The command line: one file a command.
import { statSync } from "node:fs"
import { Command, CommanderError } from "commander"
import { packageVersion, releaseHash, requireHome } from "../node/main.ts"
import { acknowledge } from "./acknowledge.ts"
import { breakOff } from "./break.ts"
import { card } from "./card.ts"
import { ceremony } from "./ceremony.ts"
import { document } from "./document.ts"
import { duress } from "./duress.ts"
import { exporting } from "./export.ts"
import { fork } from "./fork.ts"
import { generation } from "./generation.ts"
import { init } from "./init.ts"
import { key } from "./key.ts"
import { lock } from "./lock.ts"
import { log } from "./log.ts"
import { officer } from "./officer.ts"
import { pair } from "./pair.ts"
import { parcel } from "./parcel.ts"
import { passphrase } from "./passphrase.ts"
import { path } from "./path.ts"
import { restore } from "./restore.ts"
import { roots } from "./roots.ts"
import { run } from "./run.ts"
import { exits, explain, sayer } from "./say.ts"
import { second } from "./second.ts"
import { send } from "./send.ts"
import { signIn } from "./sign-in.ts"
import { status } from "./status.ts"
import { terms } from "./terms.ts"
import { verify } from "./verify.ts"
import { waiting } from "./waiting.ts"

/** Every command names its home first, and is told alike when it is none. The roots may lie in a folder that is no home. */
const checkHome = (asked: Command): void => {
  const [home] = asked.args
  const takesHome = asked.registeredArguments[0]?.name() === "home" && asked.name() !== "init"
  if (!takesHome || home === undefined || (asked.name() === "passphrase" && asked.opts().roots === true)) return
  const isBundle = asked.name() === "verify" && (home.endsWith(".zip") || isFile(home))
  if (!isBundle) return requireHome(home)
  if (!isFile(home)) throw new Error(`There is no file ${home}.`)
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true

export const program = (): Command => {
  const parley = new Command("parley")
    .description("A direct line between two authorities that share no server and do not trust each other.")
    .option("-V, --version", "says which program this is; with --json its release hash, by which two sides compare")
    .showHelpAfterError("(parley COMMAND --help says more)")
    .hook("preAction", (_parley, asked) => checkHome(asked))
    .addHelpText(
      "after",
      "\nEvery command but roots names the home first: parley officer HOME list, parley parcel HOME out.\n\nExit codes: 0 done, 1 refused (its code and sentence on standard error), 2 usage, 3 the world failed.",
    )
  const commands = [
    init,
    terms,
    card,
    pair,
    ceremony,
    run,
    send,
    log,
    acknowledge,
    second,
    waiting,
    officer,
    status,
    key,
    generation,
    roots,
    restore,
    verify,
    exporting,
    fork,
    signIn,
    lock,
    passphrase,
    breakOff,
    parcel,
    path,
    document,
    duress,
  ]
  for (const command of commands)
    parley.addCommand(command().option("--json", "one JSON object a line").copyInheritedSettings(parley))
  return parley
}

/** Not the parser's own: the hash takes a moment, which no other command should wait for. */
const sayVersion = (json: boolean): void => {
  const [version, release] = [packageVersion(), releaseHash()]
  sayer(json).result(
    { version, release, node: process.versions.node, platform: `${process.platform}-${process.arch}` },
    version,
  )
}

/** The exit code. */
export const main = async (argv: readonly string[]): Promise<number> => {
  const parley = program()
  if (argv[0] === "--version" || argv[0] === "-V") {
    sayVersion(argv.includes("--json"))
    return exits.done
  }
  for (const command of [parley, ...parley.commands]) command.exitOverride()
  try {
    await parley.parseAsync(argv, { from: "user" })
    return Number(process.exitCode ?? exits.done)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exits.done : exits.usage
    return explain(error)
  }
}

// Reading ahead: `parley log | head` closes the pipe, and that is no failure.
process.stdout.on("error", error => {
  if ("code" in error && error.code === "EPIPE") process.exit(exits.done)
  throw error
})

// Started by another process that holds a channel to it, as by bin/parley under an older Node: it ends when that one is gone.
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"))
process.channel?.unref()

process.exitCode = await main(process.argv.slice(2))
