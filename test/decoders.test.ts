// A new decoder is tried by the fuzzer, or somebody has said why it is no door.
import assert from "node:assert/strict"
import { test } from "node:test"
import { decoders } from "./fixtures/decoders.ts"
import { isTree, named, program, roomOf, type Tree } from "./fixtures/sources.ts"

/** Exported functions that read and are not doors, and why. */
const insideOnly: Readonly<Record<string, string>> = {
  readUint: "of one value, inside readTerms",
  readText: "of one value, inside readTerms",
  readName: "of one value, inside readTerms",
  readList: "of one value, inside readTerms",
  readByPrecedence: "of one value, inside readTerms",
  readRelyingParty: "of one value, inside decodeCard",
  readKeys: "of one value, inside decodeKeyBody and readSheet",
  readLanguage: "of one value, inside readOrder",
  readPayload: "inside step heard",
  readPsk: "inside step heard",
  decodeTenures: "of our own snapshot",
  decodeFrontier: "of our own snapshot",
  readCard: "parseCardText or joinParts, with a file written after",
  readCeremony: "a file of our own home",
  readSettings: "a file of our own home",
  readApiDoor: "a file of our own home",
  readSecret: "a file of our own home",
  readPrivate: "a file of our own home",
  readerOf: "a language that the operator names",
  readAddress: "an argument that the operator types: answered by the command line's own error",
  readTime: "an argument that the operator types: answered by the command line's own error",
  readSealedWords: "typed from our own sheet: typedWords, as parseWords, and a sum",
  reading: "rows of our own disk",
}

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
