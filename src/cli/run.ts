import { Command, InvalidArgumentError, Option } from "commander"
import { runUntilSignal } from "../node/main.ts"
import { readAddress } from "./init.ts"
import { sayer } from "./say.ts"
import { type PassphraseOptions, passphraseFileHelp, ringFor } from "./unlock.ts"

type Options = PassphraseOptions & {
  readonly apiPort?: number
  readonly listen?: string
  readonly peer?: string
  readonly frameOrigin: readonly string[]
  readonly logLevel: string
  readonly json?: true
}

export const run = (): Command =>
  new Command("run")
    .description(
      "Runs the node of a home until it is told to stop; of a home that is not paired yet, first the pairing ceremony. Its log goes to standard error, one JSON object a line.",
    )
    .argument("<home>")
    .option("--api-port <port>", "instead of the home's own", readPort)
    .option("--listen <address>", "instead of the home's own", readAddress)
    .option("--peer <address>", "instead of the home's own", readAddress)
    .option(
      "--frame-origin <origin>",
      "an origin that may show the console in a frame; may be given several times",
      gather,
      [],
    )
    .addOption(
      new Option("--log-level <level>").choices(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
    )
    .option("--passphrase-file <file>", passphraseFileHelp)
    .action(async (home: string, options: Options) => {
      const { apiPort, listen, peer, frameOrigin, logLevel } = options
      const given = {
        ring: await ringFor(home, options),
        ...(apiPort !== undefined && { apiPort }),
        ...(listen !== undefined && { listen }),
        ...(peer !== undefined && { peer }),
      }
      const say = sayer(options.json === true)
      process.exitCode = await runUntilSignal(
        home,
        { ...given, frames: frameOrigin, logLevel },
        node =>
          say.result(
            { url: node.url, apiPort: node.apiPort, peerPort: node.peerPort ?? null, pid: process.pid },
            `The console is at ${node.url} (or http://127.0.0.1:${node.apiPort}/). For a sign-in link: parley sign-in ${home}`,
          ),
        ceremony =>
          say.result(
            { unpaired: true, link: ceremony.link, apiPort: ceremony.port, pid: process.pid },
            "This home is not paired yet. The ceremony is at this link, which works once, within an hour, on this machine:",
            `  ${ceremony.link}`,
            `Without a browser: parley pair ${home} --card FILE`,
          ),
      )
    })

const readPort = (value: string): number => {
  const port = Number(value)
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port
  throw new InvalidArgumentError("It is a number from 0 to 65535.")
}

const gather = (value: string, before: readonly string[]): readonly string[] => {
  if (!URL.canParse(value) || new URL(value).origin !== value)
    throw new InvalidArgumentError("It has the form http://host:port.")
  return [...before, value]
}
