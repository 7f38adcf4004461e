import { randomBytes } from "node:crypto"
import { Command, Option } from "commander"
import type { Language } from "../api/shapes.ts"
import { encodeMessageBody } from "../core/body.ts"
import { openCharter } from "../node/main.ts"
import { nodeOf } from "./ask.ts"
import { begun, type ReleaseOptions, releaseOptions, releasesOf, replying } from "./release.ts"
import { sayer } from "./say.ts"

type Options = ReleaseOptions & { readonly readBack?: string; readonly language: Language; readonly json?: true }

export const acknowledge = (): Command =>
  releaseOptions(
    new Command("acknowledge")
      .description(
        "Acknowledges a message of the other side: somebody here has taken notice. With --read-back, says instead what was understood.",
      )
      .argument("<home>")
      .argument("<hash>", "the message, by its hash")
      .option("--read-back <text>", "restates the message, in the words of who read it")
      .addOption(
        new Option("--language <language>", "the language of what is read back")
          .choices(["en", "ja", "zh"])
          .default("en"),
      ),
  ).action(async (home: string, hash: string, options: Options) => {
    const act = randomBytes(16).toString("hex")
    const node = nodeOf(home)
    const { readBack: text, language } = options
    const kind = text === undefined ? "acknowledged" : "read-back"
    const signs = async () => {
      const { charter, us } = openCharter(home)
      const said = { ...begun(charter, us, act), ...replying(kind, await node.entry(hash)) }
      return releasesOf(said, text === undefined ? undefined : () => encodeMessageBody({ language, text }), options)
    }
    const released = options.release.length + options.officer.length > 0 ? await signs() : {}
    const refs = [hash] as const
    const reply = await node.order(
      text === undefined
        ? { kind: "acknowledged", act, refs, ...released }
        : { kind: "read-back", act, refs, text, language, ...released },
    )
    sayer(options.json === true).result(
      { ...reply, kind, refs },
      `${text === undefined ? "Acknowledged" : "Read back"}, as entry ${reply.seq}.`,
      reply.hash,
    )
  })
