import { randomBytes } from "node:crypto"
import { Command, Option } from "commander"
import type { Language } from "../api/shapes.ts"
import { encodeDeclinedBody } from "../core/body.ts"
import { openCharter } from "../node/main.ts"
import { nodeOf } from "./ask.ts"
import { begun, type ReleaseOptions, releaseOptions, releasesOf, replying } from "./release.ts"
import { sayer } from "./say.ts"

type Options = ReleaseOptions & {
  readonly object?: string
  readonly language: Language
  readonly json?: true
}

export const second = (): Command =>
  releaseOptions(
    new Command("second")
      .description(
        "The second officer signs afterwards what one released alone, or objects to it with --object. It is shown to both sides; an objection takes nothing back.",
      )
      .argument("<home>")
      .argument("<hash>", "the message of this side, by its hash")
      .option("--object <reason>", "objects, and says why")
      .addOption(
        new Option("--language <language>", "the language of the reason").choices(["en", "ja", "zh"]).default("en"),
      ),
  ).action(async (home: string, hash: string, options: Options) => {
    const { charter, us } = openCharter(home)
    const node = nodeOf(home)
    const act = randomBytes(16).toString("hex")
    const { object: reason, language } = options
    const kind = reason === undefined ? "seconded" : "objected"
    const body = reason === undefined ? undefined : () => encodeDeclinedBody({ reason, language })
    const said = { ...begun(charter, us, act), ...replying(kind, await node.entry(hash)) }
    const released = await releasesOf(said, body, options)
    const refs = [hash] as const
    const reply = await node.order(
      reason === undefined
        ? { kind: "seconded", act, refs, ...released }
        : { kind: "objected", act, refs, reason, language, ...released },
    )
    sayer(options.json === true).result(
      { ...reply, kind, refs },
      `${reason === undefined ? "Signed by the second officer" : "The objection is recorded"}, as entry ${reply.seq}.`,
      reply.hash,
    )
  })
