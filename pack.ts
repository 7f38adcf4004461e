// Makes JavaScript of src/ for the package: Node runs our TypeScript as it is, but refuses it under node_modules. Types are blanked and
// not compiled, so that every line and column stays where it is; then every relative import names a .js file. The console is Vite's.
// Beside it lie the bill of materials, and the lock of what a node runs with: whoever installs the package gets those very contents.
import { chmodSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { dirname, join } from "node:path"
import { shrinkwrap } from "./supply/lock.ts"
import { sbom } from "./supply/sbom.ts"

const source = new URL("src/", import.meta.url).pathname
const target = new URL("dist/", import.meta.url).pathname
/** Built by Vite, or for tests alone. */
const left = (path: string): boolean =>
  path.startsWith("console/") ||
  path.startsWith("evidence/page/") ||
  !path.endsWith(".ts") ||
  /(\.test|\.child|\/contract)\.ts$/.test(path)

const relative = /(["'])(\.{1,2}\/[^"'\n]+)\.ts\1/g

mkdirSync(target, { recursive: true })
for (const room of readdirSync(target, { withFileTypes: true }).filter(room => room.isDirectory()))
  if (room.name !== "console") rmSync(join(target, room.name), { recursive: true })

const paths = readdirSync(source, { recursive: true, encoding: "utf8" }).map(path => path.replaceAll("\\", "/"))
for (const path of paths.filter(path => !left(path))) {
  const typed = readFileSync(join(source, path), "utf8")
  const plain = stripTypeScriptTypes(typed, { mode: "strip" }).replace(relative, "$1$2.js$1")
  const to = join(target, path.replace(/\.ts$/, ".js"))
  mkdirSync(dirname(to), { recursive: true })
  writeFileSync(to, plain)
}

writeFileSync(join(target, "sbom.cdx.json"), sbom())
writeFileSync(
  new URL("npm-shrinkwrap.json", import.meta.url),
  shrinkwrap(new URL("package-lock.json", import.meta.url)),
)

// Modes are those of the checkout, which are its owner's; in a package they are the same everywhere, or its bytes would not be.
const { files }: { files: string[] } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"))
const base = new URL(".", import.meta.url).pathname
for (const path of globSync(["package.json", ...files.flatMap(each => [each, `${each}/**/*`])], { cwd: base }))
  if (statSync(join(base, path)).isFile()) chmodSync(join(base, path), path.startsWith("bin") ? 0o755 : 0o644)
