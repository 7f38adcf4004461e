// The house's rules, kept by a machine: who may import whom, what may not be written, how long a thing may be, and that law and tests
// name the same clauses.
import assert from "node:assert/strict"
import { test } from "node:test"
import { en } from "../src/words/en.ts"
import { ja } from "../src/words/ja.ts"
import { zh } from "../src/words/zh.ts"
import { all, asked, isTree, named, program, roomOf, sources, text } from "./fixtures/sources.ts"

/** Rooms and single files behind the door of each room; [] is nothing. Its own files are always open to it. */
const may: Record<string, readonly string[]> = {
  core: [],
  words: [],
  suites: ["core"],
  forms: ["core"],
  store: ["core"],
  transport: ["core"],
  keys: ["core"],
  record: ["core", "forms"],
  evidence: ["core", "suites", "forms", "words"],
  api: ["core", "forms"],
  console: ["api", "core", "suites/noble", "forms", "record", "evidence", "words"],
  cli: ["api", "core", "suites", "forms", "record", "evidence", "store", "words", "node/main"],
  node: ["core", "words", "suites", "forms", "store", "transport", "keys", "record", "evidence", "api"],
  sim: [
    "core",
    "suites",
    "forms",
    "record",
    "store",
    "node/document-states",
    "node/key-office",
    "node/run",
    "node/world",
    "keys/seeded",
    "keys/signer",
    "transport/transport",
  ],
}
const withoutNode = ["core", "words", "forms", "record", "evidence", "api", "console"]
const withoutPackages = ["core", "words", "forms", "record", "evidence", "api", "transport", "store", "sim"]
/** What a room without packages has after all, in one file. */
const packageIn: Readonly<Record<string, string>> = {
  "src/transport/websocket.ts": "ws",
  "src/transport/serial-port.ts": "serialport",
}

test("house: every room keeps to its door, and what runs is among the dependencies", () => {
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(text("package.json"))
  const wrong = program.flatMap(source => {
    const room = roomOf(source.path)
    return asked(source).flatMap(([what, typesOnly]) => {
      if (what.startsWith("src/") || what.startsWith("sim/"))
        return roomOf(what) === room || may[room]?.some(open => what.startsWith(`src/${open}`))
          ? []
          : [`${source.path} → ${what}`]
      if (/vite\.config\.ts$/.test(source.path)) return []
      if (what.startsWith("node:")) return withoutNode.includes(room) ? [`${source.path} → ${what}`] : []
      const [scope = "", name = ""] = what.split("/")
      const isHeld =
        room === "console" || typesOnly || (scope.startsWith("@") ? `${scope}/${name}` : scope) in dependencies
      const isClosed = withoutPackages.includes(room) && packageIn[source.path] !== what
      return isClosed || !isHeld ? [`${source.path} → ${what}`] : []
    })
  })
  assert.deepEqual(wrong, [])
})

test("house: no imports go round, and no file is dead", () => {
  const edges = new Map(sources.map(source => [source.path, asked(source).map(([what]) => what)]))
  const done = new Set<string>()
  const visit = (path: string, above: readonly string[]): void => {
    assert.ok(!above.includes(path), `${[...above, path].join(" → ")} goes round`)
    if (!done.has(path)) for (const next of edges.get(path) ?? []) visit(next, [...above, path])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  // Started by a command or as a child: named in a text, not imported.
  const scripts = ["package.json", ".ci/run", "src/console/index.html", "bin/parley", ...all("docs/*.md")]
    .map(text)
    .join("\n")
  const spoken = (path: string): boolean => {
    const file = path.slice(path.lastIndexOf("/") + 1)
    return (
      sources.some(
        ({ path: other, code }) => other !== path && (code.includes(`"${file}"`) || code.includes(`/${file}"`)),
      ) || scripts.includes(file)
    )
  }
  const dead = [...edges.keys()].filter(path => !/\.(test|slow)\.ts$/.test(path) && !spoken(path))
  assert.deepEqual(
    dead.filter(path => ![...edges.values()].some(asks => asks.includes(path))),
    [],
  )
})

const span = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at)

test("house: files, functions and lines keep their length; no drawers, no barrels", () => {
  const wrong = sources.flatMap(({ path, code, trees }) => {
    const lineOf = (at: number): number => code.slice(0, at).split("\n").length
    const lines = code.split("\n")
    const spans = trees
      .filter(({ type }) => /Function(Expression|Declaration)$/.test(type))
      .map(({ start, end }) => [lineOf(start), lineOf(end)] as const)
    // Without the functions inside it, which have names and lengths of their own.
    const own = ([from, to]: readonly [number, number]): number => {
      const inner = new Set(
        spans
          .filter(span => span[0] >= from && span[1] <= to && span[1] - span[0] < to - from)
          .flatMap(([a, b]) => span(a, b)),
      )
      return to - from + 1 - inner.size
    }
    const long = spans.filter(span => own(span) > 70)
    const isBarrel = trees.some(({ type }) => type === "ExportAllDeclaration")
    // A text or a number without a break is as long as it is; prose in a comment may go a little further than code.
    const inText = new Set(
      trees
        .filter(({ type }) => type === "TemplateLiteral")
        .flatMap(({ start, end }) => span(lineOf(start), lineOf(end))),
    )
    const wide = lines.findIndex(
      (line, at) =>
        line.length > (/^\s*(\/\/|\/?\*)/.test(line) ? 140 : 120) && !line.includes('"') && !inText.has(at + 1),
    )
    return [
      ...(lines.length > 401 ? [`${path} has ${lines.length - 1} lines`] : []),
      ...long.map(span => `${path}:${span[0]} a function of ${own(span)} lines of its own`),
      ...(wide < 0 ? [] : [`${path}:${wide + 1} is too wide`]),
      ...(isBarrel || /\b(utils?|helpers?|common|types)\b/.test(path) ? [`${path} is a drawer or a barrel`] : []),
    ]
  })
  assert.deepEqual(wrong, [])
})

test("house: no clock, chance or process in the pure rooms; no escape from the types; nothing left open", () => {
  const impure = /^(setTimeout|setInterval|setImmediate|queueMicrotask|process|performance|crypto|fetch)$/
  const wrong = sources.flatMap(source => {
    const isPure = program.includes(source) && ["core", "forms", "record"].includes(roomOf(source.path))
    const found = source.trees.filter(({ type, name, object, property, callee, arguments: given, expression }) => {
      if (type === "TSAnyKeyword") return true
      if (type === "TSAsExpression" && isTree(expression) && expression.type === "TSAsExpression") return true
      if (!isPure) return false
      if (type === "NewExpression" && named(callee, "Date")) return Array.isArray(given) && given.length === 0
      if (type === "MemberExpression" && named(object, "Date") && named(property, "now")) return true
      if (type === "MemberExpression" && named(object, "Math") && named(property, "random")) return true
      return type === "Identifier" && typeof name === "string" && impure.test(name)
    })
    const open = /\b(TODO|FIXME|XXX|HACK)\b/.test(source.comments) ? [`${source.path} leaves something open`] : []
    return [...open, ...found.map(({ start, end }) => `${source.path} ${source.code.slice(start, end)}`)]
  })
  assert.deepEqual(wrong, [])
})

test("house: nothing takes a side, and the three languages are whole", () => {
  const sided =
    /\bdisput|\bsp(y|ies|ying)\b|provocat|(?<!alleged )violation|aggress|senkaku|diaoyu|争端|争议|间谍|挑衅|侵犯|侵略|紛争|係争|スパイ|挑発/i
  const pages = [...all("{docs,protocol}/**/*.md"), "README.md", ...all("src/**/*.{css,html}")].map(path => [
    path,
    text(path),
  ])
  const spoken = [...program.map(({ path, code }) => [path, code]), ...pages]
  assert.deepEqual(
    spoken.flatMap(([path, said]) => (sided.exec(said ?? "") ? [`${path}: ${sided.exec(said ?? "")?.[0]}`] : [])),
    [],
  )
  for (const words of [ja, zh]) assert.deepEqual(Object.keys(words).sort(), Object.keys(en).sort())
})
