import { randomBytes } from "node:crypto"
import { Command } from "commander"
import { openCharter } from "../node/main.ts"
import { nodeOf } from "./ask.ts"
import { begun, type ReleaseOptions, releaseOptions, releasesOf, replying } from "./release.ts"
import { sayer } from "./say.ts"

export const acknowledge = (): Command =>
  releaseOptions(
    new Command("acknowledge")
      .description("Acknowledges a message of the other side: somebody here has taken notice.")
      .argument("<home>")
      .argument("<hash>", "the message, by its hash"),
  ).action(async (home: string, hash: string, options: ReleaseOptions & { readonly json?: true }) => {
    const act = randomBytes(16).toString("hex")
    const node = nodeOf(home)
    const signs = async () => {
      const { charter, us } = openCharter(home)
      const said = { ...begun(charter, us, act), ...replying("acknowledged", await node.entry(hash)) }
      return releasesOf(said, undefined, options)
    }
    const released = options.release.length + options.officer.length > 0 ? await signs() : {}
    const reply = await node.order({ kind: "acknowledged", act, refs: [hash], ...released })
    sayer(options.json === true).result(
      { ...reply, kind: "acknowledged", refs: [hash] },
      `Acknowledged, as entry ${reply.seq}.`,
      reply.hash,
    )
  })
