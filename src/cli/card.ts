import { Command } from "commander"
import { cardText } from "../core/charter.ts"
import { hex } from "../core/hash.ts"
import { cardSequence, partsOf } from "../core/parts.ts"
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
    .option("--parts", "as parts for QR codes, one a line, instead of one text")
    .action((home: string, options: { readonly parts?: true; readonly fingerprint?: true; readonly json?: true }) => {
      const { card } = openSide(home)
      const print = fingerprint(card, nodeSuite)
      if (options.parts === true) {
        const parts = partsOf(cardSequence, card.bytes, nodeSuite)
        return sayer(options.json === true).result({ code: card.code, hash: hex(card.hash), parts }, ...parts)
      }
      sayer(options.json === true).result(
        { code: card.code, hash: hex(card.hash), fingerprint: print, card: cardText(card) },
        options.fingerprint === true ? print : cardText(card),
      )
    })
