// A side with its own country's suite, as an operator makes and runs it: every step a command. The other side never hears of the suite, and
// its record is whole. Whatever a home's lock does to its keys, the national one goes with them.
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { text as readAll } from "node:stream/consumers"
import { after, test } from "node:test"
import { parseCardText } from "../src/core/charter.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { createKeys, openKeys, relockKeys } from "../src/keys/file.ts"
import { keyring, newKek } from "../src/keys/lock.ts"
import { openCharter } from "../src/node/home.ts"
import { nationalSuites } from "../src/suites/national.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { sm } from "../src/suites/sm.ts"
import { xwingNode } from "../src/suites/xwing-node.ts"

const command = join(import.meta.dirname, "..", "bin", "parley")
const folder = mkdtempSync(join(tmpdir(), "parley-national-slow-"))
const home = (code: string): string => join(folder, code)
const nodes: ChildProcess[] = []
after(async () => {
  for (const node of nodes) {
    node.kill()
    if (node.exitCode === null && node.signalCode === null) await once(node, "close")
  }
  rmSync(folder, { recursive: true })
})

const parley = async (...args: readonly string[]): Promise<string> => {
  const ran = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "pipe", "pipe"] })
  const [out, err] = await Promise.all([readAll(ran.stdout), readAll(ran.stderr), once(ran, "close")])
  assert.equal(ran.exitCode, 0, err)
  return out
}
const started = async (code: string, ...args: string[]): Promise<{ peerPort: number | null }> => {
  const options = ["run", home(code), "--json", "--log-level", "error", ...args]
  const node = spawn(process.execPath, [command, ...options], { stdio: ["ignore", "pipe", "inherit"] })
  nodes.push(node)
  const [line] = await once(createInterface(node.stdout), "line")
  return JSON.parse(line)
}
const made = async (code: string, ...more: string[]): Promise<void> => {
  const names = ["--name-en", "A", "--name-ja", "甲", "--name-zh", "甲", "--zone", "Asia/Tokyo", "--language", "zh"]
  await parley("init", home(code), "--code", code, ...names, "--api", "127.0.0.1:0", "--example", ...more)
}
type Proof = {
  readonly faults: number
  readonly entries: number
  readonly secondSignatures: number
  readonly secondSignaturesUnknown: number
  readonly logs: readonly { readonly author: number; readonly size: number }[]
}
const proof = async (code: string): Promise<Proof> => JSON.parse(await parley("verify", home(code), "--json"))

test("CH-13, E-21: a home made with --national signs by it as well, before and after its terms change, and both records are whole", async () => {
  await Promise.all([made("aland", "--listen", "127.0.0.1:0", "--national", "sm"), made("bland")])
  await parley("terms", home("aland"), "--set", "retentionYears=10")
  await parley("terms", home("bland"), "--set", "retentionYears=10")
  for (const code of ["aland", "bland"]) writeFileSync(join(folder, `${code}.card`), await parley("card", home(code)))
  const card = parseCardText(await parley("card", home("aland")), nodeSuite)
  assert.ok(!isRefusal(card))
  assert.deepEqual([card.national?.own?.suite, card.national?.opens], [sm.number, [sm.number]])
  const pair = (code: string, other: string): readonly string[] => [
    "pair",
    home(code),
    "--card",
    join(folder, `${other}.card`),
  ]
  const { numbers } = JSON.parse(await parley(...pair("aland", "bland"), "--show-words", "--json"))
  for (const [code, other] of [
    ["aland", "bland"],
    ["bland", "aland"],
  ] as const)
    await parley(...pair(code, other), "--words", numbers.join(" "))
  const { peerPort } = await started("aland")
  await started("bland", "--peer", `127.0.0.1:${peerPort}`)
  for (const code of ["aland", "bland"])
    await parley("send", home(code), "word", "--traffic", "drill", "--language", "en")
  const isEven = async (): Promise<boolean> => {
    const [a, b] = await Promise.all([proof("aland"), proof("bland")])
    return a.entries === b.entries && a.entries >= 8 && a.secondSignatures === b.secondSignatures
  }
  for (let times = 0; !(await isEven()); times++) assert.ok(times < 20, "both hold the same record")
  const { us: first } = openCharter(home("aland"))
  for (const code of ["aland", "bland"]) {
    const { faults, secondSignatures, secondSignaturesUnknown, logs } = await proof(code)
    const own = logs.find(({ author }) => author === first)
    assert.deepEqual([faults, secondSignaturesUnknown, secondSignatures], [0, 0, own?.size])
    assert.ok(secondSignatures >= 3)
    assert.match(await parley("verify", home(code)), /second signatures by their authors' national suites are true/)
  }
})

test("CH-13, A-5: the national key is sealed under the home's passphrase with the others, and opens under the next", () => {
  const path = join(folder, "locked", "keys.json")
  const keys = createKeys(path, xwingNode, { kek: newKek("the first of two passphrases"), national: sm })
  const ring = keyring("the first of two passphrases")
  assert.deepEqual(openKeys(path, xwingNode, ring, { nationals: nationalSuites }).second?.public, keys.second?.public)
  relockKeys(path, ring, newKek("the second of two passphrases"))
  const { second } = openKeys(path, xwingNode, keyring("the second of two passphrases"), { nationals: nationalSuites })
  assert.ok(second && sm.verify(keys.second!.public, new Uint8Array(3), second.sign(new Uint8Array(3))))
  assert.equal(openKeys(path, xwingNode, keyring("the second of two passphrases")).second, undefined)
})
