// docs/THREATS.md promises nothing that no test shows: each row of its table names tests by file and the beginning of a title, or says that
// it is not shown; and every file that the page names is there.
import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { isTree, sources, text } from "./fixtures/sources.ts"

const page = text("docs/THREATS.md")
const rows = page
  .split("\n")
  .filter(line => line.startsWith("| ") && !/^\| (somebody|---)/.test(line))
  .map(line => line.slice(2, -2).split(" | "))

/** Every text of a file, as far as it is written out. */
const textsOf = (path: string): string[] =>
  sources
    .filter(source => source.path === path)
    .flatMap(({ trees }) =>
      trees.flatMap(({ type, value, quasis }) => {
        const [first] = Array.isArray(quasis) ? quasis : []
        const said = type === "TemplateLiteral" && isTree(first) ? first.value : value
        const title = typeof said === "object" && said !== null && "cooked" in said ? said.cooked : said
        return typeof title === "string" ? [title] : []
      }),
    )

test("house: every claim of the page on threats cites tests that there are, or says that it is not shown", () => {
  assert.ok(rows.length > 30)
  const wrong = rows.flatMap(([who = "", tries = "", happens = "", shown = "", ...more]) => {
    if (more.length > 0 || happens === "") return [`${who}, ${tries}: not four columns`]
    const cited = [...shown.matchAll(/`([\w./-]+)` "([^"]+)"/g)]
    if (cited.length === 0) return shown === "not shown" ? [] : [`${who}, ${tries}: cites nothing`]
    return cited.flatMap(([, path = "", title = ""]) =>
      textsOf(path).some(each => each.startsWith(title)) ? [] : [`${who}, ${tries}: ${path} has no test "${title}"`],
    )
  })
  assert.deepEqual(wrong, [])
})

test("house: every file that the page on threats names is there", () => {
  const named = [...page.matchAll(/`((?:src|test|protocol|docs|sim|supply|examples|bench)\/[\w./-]+)`/g)]
  assert.ok(named.length > 30)
  const isThere = (path: string): boolean => existsSync(join(import.meta.dirname, "..", path))
  assert.deepEqual(
    named.flatMap(([, path = ""]) => (isThere(path) ? [] : [path])),
    [],
  )
})
