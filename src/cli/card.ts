import { Command } from "commander"
import { cardText } from "../core/charter.ts"
import { hex } from "../core/hash.ts"
import { fingerprint } from "../evidence/trust.ts"
import { openSide } from "../node/main.ts"
import { nodeSuite } from "../suites/node.ts"
import { sayer } from "./say.ts"

export const card = (): Command =>
  new Command("card")
    .description("Prints the public card of a home: one line, for the other side. It holds nothing secret.")
    .argument("<home>")
    .option(
      "--fingerprint",
      "prints the hash of the root keys instead: what a stranger needs to trust this side's word",
    )
    .action((home: string, options: { readonly fingerprint?: true; readonly json?: true }) => {
      const { card } = openSide(home)
      const print = fingerprint(card, nodeSuite)
      sayer(options.json === true).result(
        { code: card.code, hash: hex(card.hash), fingerprint: print, card: cardText(card) },
        options.fingerprint === true ? print : cardText(card),
      )
    })
