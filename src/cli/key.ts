import { Command, InvalidArgumentError, Option } from "commander"
import type { KeyView } from "../api/shapes.ts"
import { classical } from "../core/suite.ts"
import { nodeOf } from "./ask.ts"
import { rootFileHelp, saidByRoots } from "./by-roots.ts"
import { sayer, Usage } from "./say.ts"
import { requireNew, sheetHelp, signaturesAt, takeCommand, writeSheet } from "./sheets.ts"
import { type PassphraseOptions, passphraseFileHelp, ringForRootsOf } from "./unlock.ts"

export const key = (): Command =>
  new Command("key")
    .description(
      "The node keys of a home, which sign what it says: list shows those of both sides, rotate gives this home new ones and erases the old, revoke does the same by the roots where the old ones are in other hands or lost, take says what the roots have signed elsewhere on the last sheet of this node, of keys or of a log begun anew. The node must run.",
    )
    .argument("<home>")
    .argument("<what>", "list, rotate, revoke or take", readWhat)
    .argument("[signed]", "take: the file that the roots have signed")
    .addOption(
      new Option("--algorithm <name>", "of the new key; the same as the old by default").choices(
        Object.keys(classical),
      ),
    )
    .option(
      "--up-to <place>",
      "revoke: the last entry that is trusted, as generation.seq; all that is held by default",
      readPlace,
    )
    .option("--root <file>", rootFileHelp)
    .option("--sheet <file>", `revoke: ${sheetHelp}`)
    .option("--passphrase-file <file>", passphraseFileHelp)
    .action(async (home: string, what: What, signed: string | undefined, options: Options) => {
      const say = sayer(options.json === true)
      const node = nodeOf(home)
      if (what === "list") {
        const { us, them } = await node.line()
        const codes = new Map([us, ...them].map(({ party, code }) => [party, code]))
        for (const each of await node.keys()) say.result(each, lineOf(each, codes.get(each.party) ?? ""))
        return
      }
      if (what === "revoke") {
        const { upTo, algorithm, root } = options
        const request = { what: "revocation", ...upTo, ...(algorithm !== undefined && { algorithm }) } as const
        if (options.sheet !== undefined) {
          requireNew(options.sheet)
          return writeSheet(options.sheet, await node.prepareKeys(request), takeCommand(home), say)
        }
        const reply = await saidByRoots(home, request, { roots: root, ring: await ringForRootsOf(home, root, options) })
        say.result(
          { ...reply, kind: "key" },
          `The old keys are revoked, as entry ${reply.seq}, and new ones are in force. Make a backup of keys.json now.`,
          reply.hash,
        )
        return
      }
      if (what === "take") {
        if (signed === undefined) throw new Usage(`The file is named after take: ${takeCommand(home)}.`)
        const reply = await node.commitKeys(signaturesAt(signed))
        const said = `What the roots have signed is said, as entry ${reply.seq}. Make a backup of keys.json now.`
        return say.result({ ...reply, kind: "key" }, said, reply.hash)
      }
      const reply = await node.rotateKeys(options.algorithm)
      say.result(
        { ...reply, kind: "key" },
        `The new keys are in force from entry ${reply.seq} on, and the old ones are erased. A backup of keys.json from before is worth nothing now: make one.`,
        reply.hash,
      )
    })

type What = "list" | "rotate" | "revoke" | "take"
type Place = { readonly generation: number; readonly seq: number }
type Options = PassphraseOptions & {
  readonly algorithm?: string
  readonly upTo?: Place
  readonly root?: string
  readonly sheet?: string
  readonly json?: true
}

const readWhat = (value: string): What => {
  if (value === "list" || value === "rotate" || value === "revoke" || value === "take") return value
  throw new InvalidArgumentError("After HOME it is list, rotate, revoke or take.")
}

const readPlace = (value: string): Place => {
  const [, generation, seq] = /^([1-9]\d{0,8})\.(\d{1,15})$/.exec(value) ?? []
  if (generation === undefined) throw new InvalidArgumentError("It is a generation and a number in it, as 1.250.")
  return { generation: Number(generation), seq: Number(seq) }
}

const lineOf = ({ generation, after, algorithm, kid, inForce }: KeyView, code: string): string =>
  `${code}: ${kid} ${algorithm}, after ${after} entries of generation ${generation}${inForce ? ", in force" : ""}`
