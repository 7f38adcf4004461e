// The roots, where they are kept: they sign a sheet that was carried to them, after it has said what it means. No node, no home and no
// network is needed; a file goes in and a file comes out.
import { readFileSync, writeFileSync } from "node:fs"
import { Command, InvalidArgumentError } from "commander"
import type { SheetFile } from "../api/keys.ts"
import { kidOf } from "../core/charter.ts"
import { hex } from "../core/hash.ts"
import { refuse } from "../core/refusal.ts"
import type { Sheet } from "../core/sheet.ts"
import { rootsAt } from "../node/main.ts"
import { nodeSuite } from "../suites/node.ts"
import { opened, signaturesFile } from "./by-roots.ts"
import { Refused, sayer, shown } from "./say.ts"
import { type PassphraseOptions, passphraseFileHelp, ringForRoots } from "./unlock.ts"

type Options = PassphraseOptions & {
  readonly root: string
  readonly output?: string
  readonly json?: true
}

/** Two signatures, keys and a reason at the most are below 16 kB; what is larger is something else. */
const sheetBytesMax = 64 * 1_024

export const roots = (): Command =>
  new Command("roots")
    .description(
      "The root keys, away from the node: show says what a sheet asks them to sign, as read from what is signed; sign says it too, and writes their signatures, which the console or the node takes.",
    )
    .argument("<what>", "show or sign", readWhat)
    .argument("<sheet>", "the file that the console wrote")
    .option("--root <file>", "the file of the root keys", "root.json")
    .option("--passphrase-file <file>", passphraseFileHelp)
    .option("-o, --output <file>", "a new file for the signatures; standard output where it is left out")
    .action(async (what: What, path: string, options: Options) => {
      const { prefix, message, name, sheet } = opened(readSheetFile(path))
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

const readSheetFile = (path: string): Omit<SheetFile, "code" | "parley"> => {
  const bytes = readFileSync(path)
  const wrong = new Refused(refuse("wrong-sheet", { field: "file" }))
  if (bytes.length > sheetBytesMax) throw wrong
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"))
    if (typeof value === "object" && value !== null && "parley" in value && value.parley === "sheet/1") {
      const { sheet, prefix, message }: Record<string, unknown> = { ...value }
      if (typeof sheet === "string" && typeof prefix === "string" && typeof message === "string")
        return { sheet, prefix, message }
    }
  } catch {
    // Not JSON: refused like any other file.
  }
  throw wrong
}

const factsOf = (sheet: Sheet, name: string): object => ({
  ...{ sheet: name, what: sheet.what, line: hex(sheet.line), party: sheet.author },
  ...(sheet.what === "revocation"
    ? { replaces: hex(sheet.replaces), trusted: sheet.trusted }
    : { generation: sheet.generation, size: sheet.size, root: hex(sheet.root), why: sheet.why }),
  ...(sheet.keys && { keys: sheet.keys.map(key => hex(kidOf(key, nodeSuite))) }),
})

const linesOf = (sheet: Sheet, name: string): string[] => [
  `Sheet ${name.match(/.{1,4}/g)?.join(" ")}`,
  `  of line ${hex(sheet.line)}, party ${sheet.author}`,
  ...(sheet.what === "revocation"
    ? [
        `  REVOKES the node key ${hex(sheet.replaces)}; its log is trusted up to generation ${sheet.trusted.generation}, entry ${sheet.trusted.seq}, and no further`,
      ]
    : [
        `  BEGINS ITS LOG ANEW as generation ${sheet.generation}, after entry ${sheet.size}, whose root is ${hex(sheet.root)}`,
        `  why: ${shown(sheet.why)}`,
      ]),
  sheet.keys
    ? `  new node keys: ${sheet.keys.map(key => hex(kidOf(key, nodeSuite))).join(", ")}`
    : "  the node keys stay as they are",
]
