import { randomBytes } from "node:crypto"
import { Command } from "commander"
import { nodeOf } from "./ask.ts"
import { sayer } from "./say.ts"

export const acknowledge = (): Command =>
  new Command("acknowledge")
    .description("Acknowledges a message of the other side: somebody here has taken notice.")
    .argument("<home>")
    .argument("<hash>", "the message, by its hash")
    .action(async (home: string, hash: string, options: { readonly json?: true }) => {
      const act = randomBytes(16).toString("hex")
      const reply = await nodeOf(home).order({ kind: "acknowledged", act, refs: [hash] })
      sayer(options.json === true).result(
        { ...reply, kind: "acknowledged", refs: [hash] },
        `Acknowledged, as entry ${reply.seq}.`,
        reply.hash,
      )
    })
