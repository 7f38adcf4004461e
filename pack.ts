// Makes JavaScript of src/ for the package: Node runs our TypeScript as it is, but refuses it under node_modules. Types are blanked and
// not compiled, so that every line and column stays where it is; then every relative import names a .js file. The console is Vite's.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { dirname, join } from "node:path"

const source = new URL("src/", import.meta.url).pathname
const target = new URL("dist/", import.meta.url).pathname
/** Built by Vite, or for tests alone. */
const left = (path: string): boolean =>
  path.startsWith("console/") ||
  path.startsWith("evidence/page/") ||
  !path.endsWith(".ts") ||
  path.endsWith(".test.ts") ||
  path.endsWith(".child.ts")

const relative = /(["'])(\.{1,2}\/[^"'\n]+)\.ts\1/g

mkdirSync(target, { recursive: true })
for (const room of readdirSync(target, { withFileTypes: true }).filter(room => room.name !== "console"))
  rmSync(join(target, room.name), { recursive: true })

const paths = readdirSync(source, { recursive: true, encoding: "utf8" }).map(path => path.replaceAll("\\", "/"))
for (const path of paths.filter(path => !left(path))) {
  const typed = readFileSync(join(source, path), "utf8")
  const plain = stripTypeScriptTypes(typed, { mode: "strip" }).replace(relative, "$1$2.js$1")
  const to = join(target, path.replace(/\.ts$/, ".js"))
  mkdirSync(dirname(to), { recursive: true })
  writeFileSync(to, plain)
}
