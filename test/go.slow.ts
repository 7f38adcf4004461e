// A bundle checked unaided by Go's own packages: archive/zip, sumdb/note, sumdb/tlog. Debian has them as golang-go and
// golang-golang-x-mod-dev; where they are not, the check is left out and says so.
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { exampleBundle, filesOf, packed } from "../protocol/vectors/cases-evidence.ts"
import { type ExampleLine, exampleLine } from "../protocol/vectors/line.ts"
import { madeBefore } from "../protocol/vectors/make.ts"
import { decodeEntry } from "../src/core/entry.ts"
import { base64 } from "../src/core/hash.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { stemOf } from "../src/evidence/files.ts"
import { nodeSuite } from "../src/suites/node.ts"

const packages = "/usr/share/gocode"
const isHere =
  existsSync(join(packages, "src/golang.org/x/mod/sumdb/tlog")) && spawnSync("go", ["version"]).status === 0
const skip = !isHere && "THE GO CHECK IS LEFT OUT: golang-go and golang-golang-x-mod-dev are not on this machine"

const folder = mkdtempSync(join(tmpdir(), "parley-go-"))
after(() => rmSync(folder, { recursive: true }))
const program = join(folder, "check-bundle")
const go = (...args: string[]) =>
  spawnSync("go", args, {
    encoding: "utf8",
    env: {
      ...process.env,
      GO111MODULE: "off",
      GOPATH: packages,
      GOCACHE: join(folder, "cache"),
      GOFLAGS: "",
      CGO_ENABLED: "0",
    },
  })

let line: ExampleLine
let whole: Uint8Array
before(async () => {
  if (!isHere) return
  line = await exampleLine(madeBefore())
  whole = exampleBundle(line)
  const built = go("build", "-o", program, join(import.meta.dirname, "check-bundle.go"))
  assert.equal(built.status, 0, built.stderr)
})

/** Roots that entries of the bundle have seen, for each consistency proof in it. */
const seenRoots = (files: ReadonlyMap<string, Uint8Array>): string[] => {
  const given: string[] = []
  for (const [name, bytes] of files) {
    const entry = /\.cose$/.test(name) ? decodeEntry(bytes, nodeSuite) : undefined
    for (const row of entry === undefined || isRefusal(entry) ? [] : entry.seen) {
      const proof = `consistency/${stemOf(line.charter, { ...row, seq: row.size })}.txt`
      if (files.has(proof)) given.push(`${proof}=${base64(row.root)}`)
    }
  }
  return given
}

const check = (bundle: Uint8Array, roots: readonly string[]) => {
  const path = join(folder, "bundle.parley.zip")
  writeFileSync(path, bundle)
  return spawnSync(program, [path, ...roots], { encoding: "utf8" })
}

test("EV-1, EV-6, EV-7: Go's archive/zip, sumdb/note and sumdb/tlog read a bundle and hold its heads and proofs true", {
  skip,
}, () => {
  const files = filesOf(whole)
  const count = (start: string): number => [...files.keys()].filter(name => name.startsWith(start)).length
  const { stdout, stderr } = check(whole, seenRoots(files))
  assert.equal(
    stdout,
    `${count("heads/")} heads, ${count("proofs/")} proofs, ${count("consistency/")} continued\n`,
    stderr,
  )
  assert.ok(count("proofs/") > 5 && count("consistency/") > 0)
})

test("EV-6, EV-7: what our judge refuses Go's packages refuse", { skip }, () => {
  const roots = seenRoots(filesOf(whole))
  const changed = (name: RegExp, at: number): Uint8Array => {
    const files = filesOf(whole)
    const [found, bytes] = [...files].find(([each]) => name.test(each))!
    const place = at < 0 ? bytes.length + at : at
    files.set(found, bytes.with(place, bytes[place]! ^ 3))
    return packed(files)
  }
  assert.notEqual(check(changed(/^chosen/, -1), roots).status, 0, "an entry")
  assert.notEqual(check(changed(/^heads/, 60), roots).status, 0, "a head")
  assert.notEqual(check(changed(/^proofs/, 45), roots).status, 0, "a proof")
  assert.notEqual(check(changed(/^consistency/, 10), roots).status, 0, "a consistency proof")
  const other = `${roots[0]!.split("=")[0]}=${base64(new Uint8Array(32))}`
  assert.notEqual(check(whole, [other]).status, 0, "another root that was seen")
})
