import { Command, InvalidArgumentError, Option } from "commander"
import type { KeyView } from "../api/shapes.ts"
import { nodeOf } from "./ask.ts"
import { sayer } from "./say.ts"

export const key = (): Command =>
  new Command("key")
    .description(
      "The node keys of a home, which sign what it says: list shows those of both sides, rotate gives this home new ones and erases the old. The node must run.",
    )
    .argument("<home>")
    .argument("<what>", "list or rotate", readWhat)
    .addOption(
      new Option("--algorithm <name>", "rotate: of the new key; the same as the old by default").choices([
        "Ed25519",
        "P-256",
        "P-384",
      ]),
    )
    .action(async (home: string, what: What, options: { readonly algorithm?: string; readonly json?: true }) => {
      const say = sayer(options.json === true)
      const node = nodeOf(home)
      if (what === "list") {
        const { us, them } = await node.line()
        const codes = new Map([us, ...them].map(({ party, code }) => [party, code]))
        for (const each of await node.keys()) say.result(each, lineOf(each, codes.get(each.party) ?? ""))
        return
      }
      const reply = await node.rotateKeys(options.algorithm)
      say.result(
        { ...reply, kind: "key" },
        `The new keys are in force from entry ${reply.seq} on, and the old ones are erased. A backup of keys.json from before is worth nothing now: make one.`,
        reply.hash,
      )
    })

type What = "list" | "rotate"

const readWhat = (value: string): What => {
  if (value === "list" || value === "rotate") return value
  throw new InvalidArgumentError("It is list or rotate.")
}

const lineOf = ({ generation, after, algorithm, kid, inForce }: KeyView, code: string): string =>
  `${code}: ${kid} ${algorithm}, after ${after} entries of generation ${generation}${inForce ? ", in force" : ""}`
