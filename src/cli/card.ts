import { Command } from "commander"
import { cardText } from "../core/charter.ts"
import { hex } from "../core/hash.ts"
import { openSide } from "../node/main.ts"
import { sayer } from "./say.ts"

export const card = (): Command =>
  new Command("card")
    .description("Prints the public card of a home: one line, for the other side. It holds nothing secret.")
    .argument("<home>")
    .action((home: string, options: { readonly json?: true }) => {
      const { card } = openSide(home)
      sayer(options.json === true).result(
        { code: card.code, hash: hex(card.hash), card: cardText(card) },
        cardText(card),
      )
    })
