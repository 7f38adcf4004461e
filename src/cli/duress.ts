import { Command, InvalidArgumentError } from "commander"
import { readDuressWord } from "../core/duress.ts"
import { isRefusal } from "../core/refusal.ts"
import { nodeOf } from "./ask.ts"
import { Refused, sayer, Usage } from "./say.ts"
import { hidden } from "./unlock.ts"

type What = "set" | "clear"
type Options = { readonly json?: true }

export const duress = (): Command =>
  new Command("duress")
    .description(
      "Keeps the other side's word for duress, told by voice alone: where it stands in a message of theirs, the consoles on watch show a quiet mark. Our own word is told to them and kept nowhere here. set asks for it twice without showing it, or takes two lines from standard input; clear forgets it. Nothing ever shows the word. The node must run.",
    )
    .argument("<home>")
    .argument("<what>", "set or clear", readWhat)
    .action(async (home: string, what: What, { json }: Options) => {
      const node = nodeOf(home)
      const word = what === "clear" ? "" : await typedTwice()
      const read = word === "" ? "" : readDuressWord(word)
      if (isRefusal(read)) throw new Refused(read)
      await node.duress(word)
      const said = what === "set" ? "Kept. Nothing shows it again." : "Forgotten, if there was one."
      sayer(json === true).result({ duress: what }, said)
    })

const linesMax = 4_096

const typedTwice = async (): Promise<string> => {
  const [first, second] = process.stdin.isTTY
    ? [await hidden("The other side's word for duress: "), await hidden("The same again: ")]
    : await fromInput()
  if (first === undefined || first === "") throw new Usage("No word was given.")
  if (first !== second) throw new Usage("The two were not the same; nothing was done.")
  return first
}

const fromInput = async (): Promise<string[]> => {
  let given = ""
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    given += chunk
    if (given.length > linesMax) throw new Usage("That is more than a word.")
  }
  return given.split(/\r?\n/)
}

const readWhat = (value: string): What => {
  if (value === "set" || value === "clear") return value
  throw new InvalidArgumentError("After HOME it is set or clear.")
}
