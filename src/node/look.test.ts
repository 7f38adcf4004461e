// The command that looks at what has come, as an operator has set it.
import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { until } from "../../test/fixtures/pair.ts"
import { lookBy } from "./look.ts"

const hasShell = process.platform === "linux"
const chunk = new Uint8Array(65_536)
const yes = ["/bin/sh", "-c", "cat >/dev/null; exit 0"]

test("D-9: a document that could not be read whole has not passed, whatever the command says of what it got", async t => {
  if (!hasShell) return t.skip("no shell as Linux has it")
  const broken = function* (): Generator<Uint8Array> {
    yield chunk
    throw new Error("a part cannot be read")
  }
  assert.equal(await lookBy(yes)([chunk]), true)
  assert.equal(await lookBy(yes)(broken()), false)
  assert.equal(await lookBy(["/bin/sh", "-c", "exit 1"])([chunk]), false)
  await assert.rejects(lookBy(["/nowhere/at/all"])([chunk]))
})

test("D-9: what the command has started neither holds the look up nor outlives it", async t => {
  if (!hasShell) return t.skip("no shell as Linux has it")
  const folder = mkdtempSync(join(tmpdir(), "parley-look-"))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, "pid")
  const look = lookBy(["/bin/sh", "-c", `sleep 60 <&0 & echo $! >${file}; exit 0`])
  assert.equal(await look(Array.from({ length: 16 }, () => chunk)), true)
  const command = (): string => {
    try {
      return readFileSync(`/proc/${readFileSync(file, "utf8").trim()}/cmdline`, "utf8")
    } catch {
      return ""
    }
  }
  await until("its end", () => command() === "")
})
