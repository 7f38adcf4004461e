// Writes the vectors and the examples of the pages: `node protocol/vectors/make.ts`. Everything follows from seeds and the code.
// `--check` writes nothing and fails when a file is not what it would be; it takes the roots' slow signatures as they are, verified.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { hex } from "../../src/core/hash.ts"
import { bodyCases } from "./cases-body.ts"
import { type Case, cborCases } from "./cases-cbor.ts"
import { charterCases } from "./cases-charter.ts"
import { entryCases } from "./cases-entry.ts"
import { epochCases } from "./cases-epoch.ts"
import { evidenceCases } from "./cases-evidence.ts"
import { frameCases } from "./cases-frame.ts"
import { keyCases } from "./cases-key.ts"
import { headCases, orderCases, proofCases, sceneCases } from "./cases-log.ts"
import { officerCases } from "./cases-officer.ts"
import { type ExampleLine, exampleLine, type Made, nothingMade, Pen, saidOf } from "./line.ts"
import { examples, fill } from "./pages.ts"

const folder = import.meta.dirname
const pages = join(folder, "..")

/** Cards and charter bodies as the vectors hold them. */
export const madeBefore = (): Made => {
  const [file, officersFile] = [join(folder, "charter.json"), join(folder, "officer.json")]
  if (!existsSync(file) || !existsSync(officersFile)) return nothingMade
  const { cards, signatures } = JSON.parse(readFileSync(file, "utf8")) as { cards: Case[]; signatures: Case[] }
  const { officers } = JSON.parse(readFileSync(officersFile, "utf8")) as { officers: Case[] }
  const made: Record<string, { card: string; charterBody: string }> = {}
  for (const [at, { name, card }] of cards.slice(0, 2).entries())
    made[name] = { card: String(card), charterBody: String(signatures[at]?.body) }
  return { sides: made, officers: Object.fromEntries(officers.map(({ name, body }) => [name, String(body)])) }
}

/** By file name. A list stands with one case a line, so that a change of one is a change of one line. */
export const vectors = async (line: ExampleLine): Promise<Record<string, object>> => ({
  "cbor.json": { page: "entry.md", cases: cborCases() },
  "entry.json": {
    page: "entry.md",
    line: hex(line.charter.line),
    key: hex(line.parties[0].card.nodeKeys[0]!.public),
    cases: entryCases(line),
  },
  "body.json": { page: "registry.md", cases: bodyCases() },
  "log.json": { page: "log.md", first: saidOf(new Pen(line, 0).charter()), cases: sceneCases(line) },
  "key.json": { page: "key.md", first: saidOf(new Pen(line, 0).charter()), cases: keyCases(line) },
  "head.json": {
    page: "log.md",
    line: hex(line.charter.line),
    keys: line.parties[0].card.nodeKeys.map(key => hex(key.public)),
    cases: headCases(line),
  },
  "proof.json": { page: "log.md", cases: proofCases() },
  "order.json": { page: "log.md", cases: orderCases() },
  "frame.json": { page: "frame.md", ...frameCases(line) },
  "epoch.json": {
    page: "epoch.md",
    line: hex(line.charter.line),
    charterHash: hex(line.charter.hash),
    ...epochCases(line),
  },
  "officer.json": { page: "officer.md", line: hex(line.charter.line), ...officerCases(line) },
  "evidence.json": { page: "evidence.md", ...evidenceCases(line) },
  "charter.json": { page: "charter.md", ...(await charterCases(line)) },
})

const written = (vector: object): string => {
  const lines = Object.entries(vector).map(([name, value]) =>
    Array.isArray(value) && value.length > 0 && typeof value[0] === "object"
      ? `${JSON.stringify(name)}:[\n${value.map(it => JSON.stringify(it)).join(",\n")}\n]`
      : `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  )
  return `{\n${lines.join(",\n")}\n}\n`
}

/** Path and text of every file, pages included. */
export const files = async (made: Made): Promise<Map<string, string>> => {
  const line = await exampleLine(made)
  const all = new Map<string, string>()
  for (const [name, vector] of Object.entries(await vectors(line))) all.set(join(folder, name), written(vector))
  const shown = await examples(line, orderCases())
  for (const name of readdirSync(pages).filter(each => each.endsWith(".md"))) {
    const path = join(pages, name)
    all.set(path, fill(readFileSync(path, "utf8"), shown))
  }
  return all
}

/** Files that are not what they would be. */
export const stale = async (): Promise<string[]> => {
  const differ: string[] = []
  for (const [path, text] of await files(madeBefore()))
    if (!existsSync(path) || readFileSync(path, "utf8") !== text) differ.push(path)
  return differ
}

if (import.meta.main) {
  if (process.argv.includes("--check")) {
    const differ = await stale()
    for (const path of differ) console.error(`${path} is not what the code gives; run: node protocol/vectors/make.ts`)
    process.exitCode = differ.length > 0 ? 1 : 0
  } else {
    for (const [path, text] of await files(nothingMade)) writeFileSync(path, text)
  }
}
