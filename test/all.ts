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
// Half of what a short-lived process does is to read its own program; kept beside the packages, where only this checkout's owner writes.
const env = { ...process.env, NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "parley-compiled") }
const options = ["--disable-warning=ExperimentalWarning", "--test", "--test-concurrency=3", "--test-timeout=90000"]
const { status, error } = spawnSync(
  process.execPath,
  [...options, ...given.filter(each => each.startsWith("-")), ...files],
  { cwd: root, stdio: "inherit", env },
)
if (error) throw error
process.exitCode = status ?? 1
