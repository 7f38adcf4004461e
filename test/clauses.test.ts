// Law and tests name the same clauses: a MUST that no test cites is a promise, and a cited clause that does not exist is a slip.
import assert from "node:assert/strict"
import { test } from "node:test"
import { all, asked, isTree, program, sources, text } from "./fixtures/sources.ts"

const clause = /(?<![\w-])(A|C|CH|E|EP|EV|F|K|L|LI|O|OF|R|S)-(\d+)(?![\w.]|-\d)/g
const namesIn = (said: string): string[] => {
  const names = [...said.matchAll(clause)].map(([name]) => name)
  // "F-2 to F-7" cites those between as well.
  const ranges = [...said.matchAll(/([A-Z]{1,2})-(\d+) to \1-(\d+)/g)].flatMap(([, letters, from, to]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, at) => `${letters}-${Number(from) + at}`),
  )
  return [...names, ...ranges]
}

/** The law's clauses: each begins a line, in bold or as a heading or an item, and reads until the next. */
const law = new Map<string, string>()
for (const page of all("protocol/*.md")) {
  let name = ""
  for (const line of text(page).split("\n")) {
    const start = /^[\s#>*|-]*\**\[?((?:A|C|CH|E|EP|EV|F|K|L|LI|O|OF|R|S)-\d+)\b/.exec(line)
    if (start?.[1]) name = start[1]
    else if (/^#/.test(line)) name = ""
    if (name) law.set(name, `${law.get(name) ?? ""}${line}\n`)
  }
}

/** The titles of all tests, contract suites and tables of cases included: every text in a test that begins with its clause. */
const titles = sources
  .filter(({ path }) => /(\.test|\.slow|contract)\.ts$/.test(path))
  .flatMap(({ trees }) =>
    trees.flatMap(({ type, value, quasis }) => {
      const [first] = Array.isArray(quasis) ? quasis : []
      const said = type === "TemplateLiteral" && isTree(first) ? first.value : value
      const title = typeof said === "object" && said !== null && "cooked" in said ? said.cooked : said
      return typeof title === "string" && /^[A-Z]{1,2}-\d+\b/.test(title) ? [title] : []
    }),
  )
const cited = new Set(titles.flatMap(namesIn))
const pages = [
  "README",
  "entry",
  "registry",
  "log",
  "receipt",
  "sync",
  "frame",
  "epoch",
  "document",
  "charter",
  "key",
  "officer",
  "limits",
  "evidence",
  "security",
]
const missing = pages.filter(page => !all("protocol/*.md").includes(`protocol/${page}.md`))
const skip = missing.length > 0 && `pages of law that are not there: ${missing.join(", ")}`

test("house: every clause of the law is cited by a test", { skip }, () => {
  assert.ok(law.size > 50, "the pages have their clauses")
  assert.deepEqual(
    // What is only kept free for later has nothing to prove.
    [...law].filter(([name, said]) => !cited.has(name) && !/\bis reserved\b/.test(said)).map(([name]) => name),
    [],
  )
})

test("house: every clause that code and tests cite is in the law", { skip }, () => {
  const said = [
    ...program.map(({ path, comments }) => [path, comments]),
    ["titles of tests", titles.join("\n")],
  ] as const
  const wrong = said.flatMap(([path, words]) =>
    namesIn(words ?? "")
      .filter(name => !law.has(name))
      .map(name => `${path} cites ${name}`),
  )
  assert.deepEqual([...new Set(wrong)], [])
})

/** At the start of a line, or inside another. */
const commands = /(?:^|[(=] *|\/)((npm run|npm|parley) ([a-z][a-z-]*)[^\n|)]*)/gm

test("house: every command that a page gives exists, with its options", () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(text("package.json"))
  const wrong: string[] = []
  for (const page of ["README.md", ...all("docs/*.md")]) {
    const codes = [...text(page).matchAll(/```\w*\n([^`]*)```|`([^`\n]+)`/g)].map(
      ([, block, span]) => block ?? span ?? "",
    )
    for (const [, command = "", tool, name = ""] of codes.join("\n").matchAll(commands)) {
      const [source] = sources.filter(({ path }) => path === `src/cli/${name}.ts`)
      const options = [...command.matchAll(/ (--[a-z-]+)/g)].map(([, option]) => option ?? "")
      // Options that several commands have in common stand in a file that they share.
      const shared = source === undefined ? [] : asked(source).map(([what]) => what)
      const read = sources.filter(
        ({ path }) => path === source?.path || (path.startsWith("src/cli/") && shared.includes(path)),
      )
      const known = (option: string): boolean =>
        /--(help|json)/.test(option) || read.some(({ code }) => code.includes(`"${option}`))
      const exists =
        tool === "parley" ? source && options.every(known) : name in scripts || /^(ci|pack|install)$/.test(name)
      if (!exists) wrong.push(`${page}: ${command}`)
    }
  }
  assert.deepEqual(wrong, [])
})
