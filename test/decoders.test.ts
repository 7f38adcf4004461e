// A new decoder is tried by the fuzzer, or somebody has said why it is no door (fixtures/decoders.ts).
import assert from "node:assert/strict"
import { test } from "node:test"
import { decoders, insideOnly } from "./fixtures/decoders.ts"
import { isTree, named, program, roomOf, type Tree } from "./fixtures/sources.ts"

const listed = new Set([...decoders.flatMap(({ covers }) => covers.split(" ")), ...Object.keys(insideOnly)])
const isReader = (name: unknown): name is string =>
  typeof name === "string" && /^(decode|parse|read)([A-Z]|$)/.test(name)

/** Names of the functions that a file exports and that read. */
const readersIn = (trees: readonly Tree[]): string[] =>
  trees.flatMap(({ type, declaration }) => {
    if (type !== "ExportNamedDeclaration" || !isTree(declaration)) return []
    if (isReader(named(declaration.id) && isTree(declaration.id) ? declaration.id.name : undefined))
      return [String((declaration.id as Tree).name)]
    const { declarations } = declaration
    if (!Array.isArray(declarations)) return []
    return declarations.flatMap(({ id, init }) =>
      isTree(id) && isReader(id.name) && isTree(init) && !/Literal$/.test(init.type) ? [id.name] : [],
    )
  })

test("C-1: every exported function that reads what comes from outside is tried by the fuzzer", () => {
  const found = program
    .filter(source => !["console", "sim"].includes(roomOf(source.path)))
    .flatMap(({ path, trees }) => readersIn(trees).map(name => [name, path] as const))
  assert.ok(found.length > 30)
  assert.deepEqual(
    found.filter(([name]) => !listed.has(name)),
    [],
  )
  // What is gone is on no list.
  const names = new Set(found.map(([name]) => name))
  const gone = [...Object.keys(insideOnly), ...listed].filter(name => isReader(name) && !names.has(name))
  assert.deepEqual(gone, [])
})

test("C-1: every decoder on the list takes its own good cases without a throw", () => {
  for (const { covers, seeds, read } of decoders) {
    assert.ok(seeds.length > 0, covers)
    for (const seed of seeds) read(seed)
  }
})
