// What the README says can be typed, typed: its blocks of commands in a shell, in an empty folder.
import assert from "node:assert/strict"
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { text } from "./fixtures/sources.ts"

const root = join(import.meta.dirname, "..")
const folder = mkdtempSync(join(tmpdir(), "parley-readme-"))
const nodes: ChildProcess[] = []
after(() => {
  for (const node of nodes) node.kill("SIGKILL")
  rmSync(folder, { recursive: true })
})

const blocks = [...text("README.md").matchAll(/```sh\n([^`]*)```/g)].map(([, block]) => block ?? "")
const typed = (block: string): string =>
  execFileSync("bash", ["--norc", "-euo", "pipefail", "-c", block], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, PATH: `${join(root, "bin")}:${process.env.PATH}` },
  })

test("readme: two sides are made, paired, run and asked as it says", async () => {
  symlinkSync(join(root, "bin"), join(folder, "bin"))
  const making = blocks.find(block => block.includes("parley init"))
  const asking = blocks.find(block => block.includes("parley send"))
  assert.ok(making && asking)
  assert.equal(typed(making).match(/Paired\./g)?.length, 2)
  for (const side of ["./east", "./west"]) {
    const node = spawn(join(root, "bin", "parley"), ["run", side], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] })
    nodes.push(node)
    await once(node.stdout, "data")
  }
  const said = typed(asking.replace("parley log", "sleep 3; parley log"))
  assert.match(said, /Good morning\./)
  assert.match(said, /#token=/)
  assert.match(said, /WHOLE: /)
})
