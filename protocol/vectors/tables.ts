// The tables of the pages, from the source that every node runs: bounds, numbers, refusals.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as limits from "../../src/core/limits.ts"
import { refusals } from "../../src/core/refusal.ts"
import { field, kinds, precedences, traffics } from "../../src/core/registry.ts"

/** A block of lines as a page shows it. */
export const fence = (...lines: string[]): string => ["```", ...lines, "```"].join("\n")

const table = (head: readonly string[], lines: readonly (readonly (string | number)[])[]): string =>
  [
    `| ${head.join(" | ")} |`,
    `| ${head.map(() => "---").join(" | ")} |`,
    ...lines.map(cells => `| ${cells.join(" | ")} |`),
  ].join("\n")

const root = join(import.meta.dirname, "../..")

/** Name, value and reason of every bound, as they stand in the source. */
export const limitsTable = (): string => {
  const source = readFileSync(join(root, "src/core/limits.ts"), "utf8").split("\n")
  const found: string[][] = []
  const named = new Map<string, number>(Object.entries(limits))
  let why = ""
  for (const text of source) {
    const comment = /^\/\*\* (.*) \*\/$/.exec(text)
    if (comment) why = comment[1]!
    const constant = /^export const (\w+) = (.*)$/.exec(text)
    const value = named.get(constant?.[1] ?? "")
    if (value !== undefined) found.push([`\`${constant?.[1]}\``, value.toLocaleString("en-US"), why])
  }
  return table(["name", "value", "what it bounds, and why so"], found)
}

export const registryTables = (): Record<string, string> => ({
  fields: table(
    ["key", "field"],
    Object.entries(field).map(([name, key]) => [key, name]),
  ),
  kinds: table(
    ["number", "kind"],
    Object.entries(kinds).map(([name, number]) => [number, `\`${name}\``]),
  ),
  traffic: table(
    ["number", "traffic"],
    traffics.map((name, number) => [number, name]),
  ),
  precedence: table(
    ["number", "precedence"],
    precedences.map((name, number) => [number, name]),
  ),
  refusals: table(
    ["number", "code", "clause", "sentence"],
    Object.entries(refusals).map(([code, [number, clause, sentence]]) => [number, `\`${code}\``, clause, sentence]),
  ),
})
