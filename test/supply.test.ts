// What is shipped, and that it can be known: licences, hashes, scripts, the bill of materials.
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { after, test } from "node:test"
import { hashOfFiles, releaseHash } from "../src/node/release.ts"
import { answerOf, faults } from "../supply/audit.ts"
import { bundled, readLock } from "../supply/lock.ts"
import { sbom } from "../supply/sbom.ts"
import { tarOf } from "../supply/tar.ts"
import { asked, roomOf, sources, text } from "./fixtures/sources.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-supply-"))
after(() => rmSync(folder, { recursive: true }))
const lock = readLock(new URL("../package-lock.json", import.meta.url))

test("supply: every package is locked by its hash, has a licence that may be shipped, and runs nothing when it is installed", () => {
  assert.deepEqual(faults(lock), [])
  assert.ok(lock.parts.filter(({ where }) => where === "node").length > 50)
})

test("supply: a package without hash, with another licence or with a script is named", () => {
  const good = { version: "1.0.0", license: "MIT", integrity: `sha512-${"A".repeat(86)}==` }
  const packages = {
    "": { dependencies: { a: "1", b: "1", c: "1", d: "1" } },
    "node_modules/a": { ...good, integrity: "sha1-AAAA" },
    "node_modules/b": { ...good, license: "SSPL-1.0" },
    "node_modules/c": { ...good, hasInstallScript: true },
    "node_modules/d": good,
    "node_modules/tool": { ...good, dev: true, license: "SSPL-1.0", hasInstallScript: true },
  }
  const file = join(folder, "lock.json")
  writeFileSync(file, JSON.stringify({ lockfileVersion: 3, packages }))
  assert.deepEqual(
    faults(readLock(file)).map(fault => fault.split(" ", 2).join(" ")),
    ["node_modules/a is", "node_modules/b has", "node_modules/c runs"],
  )
  assert.equal(answerOf(`{"error":{"code":"ENOAUDIT"}}`), undefined)
  assert.equal(answerOf(`{"metadata":{"vulnerabilities":{"high":0}}}`), `{"high":0}`)
})

test("supply: what the console's build takes into itself is known by name", () => {
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(text("package.json"))
  const names = sources
    .filter(({ path }) => roomOf(path) === "console" && !/\.test\.tsx?$|vite\.config\.ts$/.test(path))
    .flatMap(source => asked(source).filter(([, typesOnly]) => !typesOnly))
    .map(([what]) =>
      what
        .split("/")
        .slice(0, what.startsWith("@") ? 2 : 1)
        .join("/"),
    )
    .filter(name => !name.startsWith("src") && !(name in dependencies))
  assert.deepEqual([...new Set(names)].sort(), [...bundled])
})

test("A-27: the release hash is over every file of the package, its name too, and not over what lies inside it of others", () => {
  const place = `${join(folder, "package")}/`
  for (const path of ["dist/a/b.js", "dist/a.js", "bin/x", "package.json", "node_modules/other/index.js"]) {
    mkdirSync(dirname(join(place, path)), { recursive: true })
    writeFileSync(join(place, path), path)
  }
  const sum = (said: string): string => createHash("sha256").update(said).digest("hex")
  const lines = ["bin/x", "dist/a.js", "dist/a/b.js", "package.json"].map(path => `${sum(path)}  ${path}\n`)
  const before = hashOfFiles(place)
  assert.equal(before, sum(lines.join("")))
  writeFileSync(join(place, "node_modules/other/index.js"), "changed")
  assert.equal(hashOfFiles(place), before)
  renameSync(join(place, "bin/x"), join(place, "bin/y"))
  assert.notEqual(hashOfFiles(place), before)
  assert.equal(releaseHash(), null, "a checkout is no release")
})

test("supply: an archive's bytes follow from names and contents alone, and other tools read it", () => {
  const made = [0o644, 0o600].map((mode, at) => {
    const place = join(folder, `tar-${at}`)
    const deep = `${"d".repeat(90)}/${"e".repeat(90)}`
    mkdirSync(join(place, deep), { recursive: true })
    for (const path of at === 0 ? ["b", "a", `${deep}/f`] : [`${deep}/f`, "a", "b"])
      writeFileSync(join(place, path), path.repeat(70), { mode })
    utimesSync(join(place, "a"), at, at)
    const bytes = Buffer.concat([...tarOf(place, "x")])
    const read = execFileSync("tar", ["-xOf", "-", `x/${deep}/f`], { input: bytes, encoding: "utf8" })
    assert.equal(read, `${deep}/f`.repeat(70))
    return bytes.toString("base64")
  })
  assert.equal(made[0], made[1])
})

test("supply: the bill of materials names everything that is shipped, with hash and licence, and is the same each time", () => {
  const made = sbom()
  assert.equal(made, sbom())
  const bom = JSON.parse(made)
  assert.deepEqual(
    [bom.bomFormat, bom.specVersion, bom.serialNumber, bom.metadata.timestamp],
    ["CycloneDX", "1.6", undefined, undefined],
  )
  const refs = new Set<string>([
    bom.metadata.component["bom-ref"],
    ...bom.components.map((part: { "bom-ref": string }) => part["bom-ref"]),
  ])
  assert.equal(refs.size, 1 + bom.components.length)
  for (const { ref, dependsOn } of bom.dependencies)
    for (const each of [ref, ...dependsOn]) assert.ok(refs.has(each), each)
  const named = new Set(bom.components.map(({ name }: { name: string }) => name))
  const { dependencies, optionalDependencies } = JSON.parse(text("package.json"))
  for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...bundled])
    assert.ok(named.has(name), name)
  for (const name of ["typescript", "vite", "playwright-core"]) assert.ok(!named.has(name), name)
  for (const { hashes, licenses } of bom.components) {
    assert.match(hashes[0].content, /^[0-9a-f]{128}$/)
    assert.ok(licenses[0].expression ?? licenses[0].license.id)
  }
})
