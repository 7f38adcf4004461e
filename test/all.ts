// All tests, as `npm test` runs them. `npm test -- FILE… [options of node --test]` runs some. What takes minutes is in *.slow.ts,
// which only .ci/run asks for. The last lines are the runner's own counts.
import { spawnSync } from "node:child_process"
import { globSync } from "node:fs"
import { join } from "node:path"
import { buildConsole } from "./fixtures/console.ts"

const root = join(import.meta.dirname, "..")
const given = process.argv.slice(2)
const named = given.filter(each => !each.startsWith("-"))
// Those of the whole program take longest, so they come first.
const found = globSync("{test,examples,sim,bench,protocol,src}/**/*.test.ts", { cwd: root })
const files =
  named.length > 0 ? named : found.sort((a, b) => Number(b.startsWith("test")) - Number(a.startsWith("test")))

// Before any test starts: two that built it at once would take it from under each other.
await buildConsole()
// The same cases for the same sources: a run that fails, fails again (fixtures/property.ts). Without git there is no tree to ask.
const tree = spawnSync("git", ["rev-parse", "--short=7", "HEAD:src"], { cwd: root, encoding: "utf8" }).stdout?.trim()
const seed = process.env.PARLEY_SEED ?? String(Number.parseInt(tree || "1", 16))
console.log(`seed of the properties: ${seed}`)
// Half of what a short-lived process does is to read its own program; kept beside the packages, where only this checkout's owner writes.
const compiled = join(root, "node_modules", ".cache", "parley-compiled")
const env = { ...process.env, NODE_COMPILE_CACHE: compiled, PARLEY_SEED: seed }
const options = ["--disable-warning=ExperimentalWarning", "--test", "--test-concurrency=3", "--test-timeout=90000"]
const { status, error } = spawnSync(
  process.execPath,
  [...options, ...given.filter(each => each.startsWith("-")), ...files],
  { cwd: root, stdio: "inherit", env },
)
if (error) throw error
process.exitCode = status ?? 1
