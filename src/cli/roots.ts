// The roots, where they are kept: they sign a sheet that was carried to them, after it has said what it means. No node, no home and no
// network is needed; a file goes in and a file comes out.
import { writeFileSync } from "node:fs"
import { Command, InvalidArgumentError } from "commander"
import { kidOf } from "../core/charter.ts"
import { hex } from "../core/hash.ts"
import type { NodeKeys } from "../core/key.ts"
import type { Officer, OfficerKey } from "../core/officer.ts"
import type { Sheet } from "../core/sheet.ts"
import { algorithmName } from "../core/suite.ts"
import { rootsAt } from "../node/main.ts"
import { nodeSuite } from "../suites/node.ts"
import { opened, signaturesFile } from "./by-roots.ts"
import { inGroups, sayer, shown } from "./say.ts"
import { sheetAt } from "./sheets.ts"
import { type PassphraseOptions, passphraseFileHelp, ringForRoots } from "./unlock.ts"

type Options = PassphraseOptions & {
  readonly root: string
  readonly output?: string
  readonly json?: true
}

export const roots = (): Command =>
  new Command("roots")
    .description(
      "The root keys, away from the node: show says what a sheet asks them to sign, as read from what is signed; sign says it too, and writes their signatures, which the console or the node takes.",
    )
    .argument("<what>", "show or sign", readWhat)
    .argument("<sheet>", "the file that the console or a command wrote")
    .option("--root <file>", "the file of the root keys", "root.json")
    .option("--passphrase-file <file>", passphraseFileHelp)
    .option("-o, --output <file>", "a new file for the signatures; standard output where it is left out")
    .action(async (what: What, path: string, options: Options) => {
      const { prefix, message, name, sheet } = opened(sheetAt(path))
      const say = sayer(options.json === true, text => void process.stderr.write(text))
      if (what === "show") return sayer(options.json === true).result(factsOf(sheet, name), ...linesOf(sheet, name))
      if (options.json !== true) say.result({}, ...linesOf(sheet, name))
      const signer = rootsAt("", options.root, await ringForRoots(options.root, options))
      const signed = `${JSON.stringify(signaturesFile(name, await signer.rootSign(message, prefix)))}\n`
      if (options.output === undefined) process.stdout.write(signed)
      else writeFileSync(options.output, signed, { flag: "wx", mode: 0o600 })
    })

type What = "show" | "sign"
const readWhat = (value: string): What => {
  if (value === "show" || value === "sign") return value
  throw new InvalidArgumentError("It is show or sign.")
}

const factsOf = (sheet: Sheet, name: string): object => ({
  ...{ sheet: name, what: sheet.what, line: hex(sheet.line), party: sheet.author },
  ...meantBy(sheet),
})

const meantBy = (sheet: Sheet): object => {
  switch (sheet.what) {
    case "officer":
      return { officer: { ...sheet.officer, keys: sheet.officer.keys.map(keyFacts) } }
    case "revocation":
      return { replaces: hex(sheet.replaces), trusted: sheet.trusted, keys: kidsOf(sheet.keys) }
    case "generation": {
      const { generation, size, root, why, keys } = sheet
      return { generation, size, root: hex(root), why, ...(keys && { keys: kidsOf(keys) }) }
    }
  }
}

const kidsOf = (keys: NodeKeys): string[] => keys.map(key => hex(kidOf(key, nodeSuite)))
const keyFacts = (key: OfficerKey) => ({
  ...{ type: key.type, algorithm: algorithmName(key.alg), public: hex(key.public) },
  ...(key.type === "passkey" && { origin: key.origin }),
})

const linesOf = (sheet: Sheet, name: string): string[] => [
  `Sheet ${inGroups(name)}`,
  `  of line ${hex(sheet.line)}, party ${sheet.author}`,
  ...meaning(sheet).map(line => `  ${line}`),
]

const meaning = (sheet: Sheet): string[] => {
  switch (sheet.what) {
    case "officer":
      return officerLines(sheet.officer)
    case "revocation":
      return [
        `REVOKES the node key ${hex(sheet.replaces)}; its log is trusted up to generation ${sheet.trusted.generation}, entry ${sheet.trusted.seq}, and no further`,
        `new node keys: ${kidsOf(sheet.keys).join(", ")}`,
      ]
    case "generation":
      return [
        `BEGINS ITS LOG ANEW as generation ${sheet.generation}, after entry ${sheet.size}, whose root is ${hex(sheet.root)}`,
        `why: ${shown(sheet.why)}`,
        sheet.keys ? `new node keys: ${kidsOf(sheet.keys).join(", ")}` : "the node keys stay as they are",
      ]
  }
}

const officerLines = ({ code, inOffice, name, office, roles, keys, issue }: Officer): string[] => [
  inOffice
    ? `PUTS IN OFFICE ${code}${name === undefined ? "" : `, ${shown(name)}`}${office === undefined ? "" : `, ${shown(office.en)}`} as ${roles.join(", ")}, and nobody else under this code`
    : `RETIRES ${code}`,
  ...keys
    .map(keyFacts)
    .map(
      key => `${key.type} ${key.algorithm} ${key.public}${"origin" in key ? ` for ${shown(String(key.origin))}` : ""}`,
    ),
  `officers' entry ${issue} of this party`,
]
