// The package as a stranger gets it: packed, installed from the tarball into an empty folder, and started with whatever older Node is on
// the machine.
import assert from "node:assert/strict"
import { execFileSync, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
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

test("every npm script runs with Node 26, whatever Node npm was started with and whatever it links", () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  for (const [name, line] of Object.entries(scripts))
    assert.ok(!/\bnode (?!bin\/runtime\.mjs|--eval)/.test(line), `${name} takes the Node that npm finds`)
  const file = join(folder, "version.ts")
  writeFileSync(
    file,
    "const said: string = process.version + process.execArgv\nconsole.log(said)\nprocess.exitCode = 4\n",
  )
  const given = [join(root, "bin", "runtime.mjs"), "--no-warnings", file]
  const ran = spawnSync(systemNode(), given, { encoding: "utf8", env: { ...process.env, PATH: "/nowhere" } })
  assert.deepEqual([ran.status, ran.stdout, ran.stderr], [4, `${process.version}--no-warnings\n`, ""])
})

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
  const inside = join(home, "node_modules", "parley")
  assert.ok(!existsSync(join(inside, "src")), "no source under node_modules is needed")
  assert.ok(existsSync(join(inside, "dist", "verify.html")), "the page of every bundle is in it (EV-11)")
  // What was locked is what was installed, below the first rank too.
  const { packages }: { packages: Record<string, { version: string; optional?: boolean }> } = JSON.parse(
    readFileSync(join(inside, "npm-shrinkwrap.json"), "utf8"),
  )
  const places = Object.entries(packages).filter(([place, { optional }]) => place !== "" && optional !== true)
  assert.ok(places.length > 50)
  for (const [place, { version }] of places) {
    const found = [inside, home].map(at => join(at, place, "package.json")).find(file => existsSync(file))
    assert.ok(found, place)
    assert.equal(JSON.parse(readFileSync(found, "utf8")).version, version, place)
  }
  // As anybody would compute it.
  const sums = `cd '${inside}' && find * -name node_modules -prune -o -type f -print | LC_ALL=C sort | xargs sha256sum | sha256sum`
  const [hash] = execFileSync("bash", ["-c", sums], { encoding: "utf8" }).split(" ")
  assert.equal(JSON.parse(parley("--version", "--json").stdout).release, hash)
  assert.equal(JSON.parse(readFileSync(join(inside, "dist", "sbom.cdx.json"), "utf8")).bomFormat, "CycloneDX")

  const names = [
    "--name-en",
    "A",
    "--name-ja",
    "甲",
    "--name-zh",
    "甲",
    "--zone",
    "UTC",
    "--language",
    "en",
    "--example",
  ]
  const made = parley("init", join(home, "side"), "--code", "a", ...names, "--json")
  assert.equal(made.status, 0, made.stderr)
  assert.equal(parley("init").status, 2)
  assert.equal(parley("status", join(home, "side")).status, 1)
})

/** As links to the same files where the system can. */
const copied = (from: string, to: string): void => {
  if (spawnSync("cp", ["-al", from, to], { stdio: "ignore" }).status === 0) return
  cpSync(from, to, { recursive: true, verbatimSymlinks: true })
}
const isCheckout = existsSync(join(root, ".git"))

test("two packs of one commit, made in different folders, at different times, by people with different masks and zones, are the same to the byte", {
  skip: !isCheckout && "this is no checkout of git",
}, () => {
  const made = [
    { place: "one", mask: 0o022, zone: "UTC", at: Date.UTC(2027, 0, 1) },
    { place: "deeper/still/two", mask: 0o077, zone: "Asia/Tokyo", at: Date.UTC(2001, 0, 1) },
  ].map(({ place, mask, zone, at }) => {
    const clone = join(folder, place)
    const before = process.umask(mask)
    try {
      execFileSync("git", ["clone", "--quiet", root, clone])
      copied(join(root, "node_modules"), join(clone, "node_modules"))
      for (const file of globSync("{src,docs,protocol,bin,LICENSE,README.md,package.json}/**", { cwd: clone }))
        utimesSync(join(clone, file), at / 1_000, at / 1_000)
      execFileSync("npm", ["pack", "--silent", "--pack-destination", clone], {
        cwd: clone,
        stdio: "ignore",
        env: { ...process.env, TZ: zone },
      })
    } finally {
      process.umask(before)
    }
    const tarball = readdirSync(clone).find(name => name.endsWith(".tgz")) ?? ""
    return createHash("sha256")
      .update(readFileSync(join(clone, tarball)))
      .digest("hex")
  })
  assert.equal(made[0], made[1])
})
