// The package as a stranger gets it: packed, installed from the tarball into an empty folder, and started with whatever older Node is on
// the machine.
import assert from "node:assert/strict"
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { after, test } from "node:test"

const root = join(import.meta.dirname, "..")
const folder = mkdtempSync(join(tmpdir(), "parley-pack-"))
after(() => rmSync(folder, { recursive: true }))

/** The first Node on the path that did not come with our own packages; else the one that runs this test. */
const systemNode = (): string => {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(each => !each.includes("node_modules"))
  return folders.map(each => join(each, "node")).find(path => existsSync(path)) ?? process.execPath
}

test("the packed package installs into an empty folder, and its command runs when started with the machine's own Node", () => {
  execFileSync("npm", ["pack", "--pack-destination", folder], { cwd: root, stdio: "ignore" })
  const tarball = readdirSync(folder).find(name => name.endsWith(".tgz"))
  assert.ok(tarball !== undefined)
  const home = join(folder, "stranger")
  mkdirSync(home)
  writeFileSync(join(home, "package.json"), `{ "name": "stranger", "private": true }`)
  const install = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--omit=dev", join(folder, tarball)]
  execFileSync("npm", install, { cwd: home, stdio: "ignore" })

  const command = join(home, "node_modules", "parley", "bin", "parley")
  const parley = (...args: string[]) => spawnSync(systemNode(), [command, ...args], { encoding: "utf8", cwd: home })
  const help = parley("--help")
  assert.equal(help.status, 0, help.stderr)
  assert.match(help.stdout, /acknowledge/)
  assert.equal(help.stderr, "")
  assert.ok(!existsSync(join(home, "node_modules", "parley", "src")), "no source under node_modules is needed")

  const names = ["--name-en", "A", "--name-ja", "甲", "--name-zh", "甲", "--zone", "UTC", "--language", "en"]
  const made = parley("init", join(home, "side"), "--code", "a", ...names, "--json")
  assert.equal(made.status, 0, made.stderr)
  assert.equal(parley("init").status, 2)
  assert.equal(parley("status", join(home, "side")).status, 1)
})
