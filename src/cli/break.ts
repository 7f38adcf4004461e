import { Command } from "commander"
import { nodeOf } from "./ask.ts"
import { sayer } from "./say.ts"

type Options = { readonly confirm?: string; readonly setAside?: string; readonly json?: true }

export const breakOff = (): Command =>
  new Command("break")
    .description("Begins sealing anew, after a side has lost what it rests on: ring them first, by another way.")
    .argument("<home>")
    .option("--confirm <number>", "their request is genuine: the number that they read out")
    .option("--set-aside <number>", "they know of no loss: the number of the request, as somebody claimed it")
    .action(async (home: string, { confirm, setAside, json }: Options) => {
      const say = sayer(json === true)
      const node = nodeOf(home)
      const line = await node.line()
      const code = confirm ?? setAside
      const wanted = line.breaks[0]
      if (code !== undefined) {
        const party = wanted?.party ?? line.them[0]?.party ?? 0
        await node.decideBreak({ party, code, confirmed: confirm !== undefined })
        return say.result(
          { decided: true, confirmed: confirm !== undefined },
          confirm === undefined
            ? "Set aside."
            : "Confirmed here. It takes effect once their officer has confirmed too.",
        )
      }
      if (!wanted) return say.result({ breaks: [] }, "Nothing is to begin anew.")
      say.result(
        { breaks: line.breaks },
        "One side has lost what sealing rests on. Nothing new is read until both sides' officers have done this:",
        "1. Ring the other side by a way that is not this line.",
        `2. Read out our number: ${wanted.read ?? "(not made yet)"}`,
        wanted.waits
          ? "3. Done here; it waits for their officer."
          : `3. Hear theirs, and run: parley break HOME --confirm NUMBER${wanted.held ? "" : " (their request has not come yet)"}`,
        "If they know of no loss, somebody may have their keys: do not confirm.",
      )
    })
