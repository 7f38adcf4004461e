// The command line as a person uses it: every command as a process, through bin/parley.
import assert from "node:assert/strict"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { after, before, test } from "node:test"

const command = join(import.meta.dirname, "..", "..", "bin", "parley")
const folder = mkdtempSync(join(tmpdir(), "parley-cli-"))
const home = (code: string): string => join(folder, code)
const nodes: ChildProcess[] = []

type Ran = { readonly code: number | null; readonly out: string; readonly err: string }
const parley = (args: readonly string[], input = ""): Ran => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: "utf8", input })
  return { code: status, out: stdout, err: stderr }
}
const json = (args: readonly string[], input = ""): Record<string, unknown>[] => {
  const { code, out, err } = parley([...args, "--json"], input)
  assert.equal(code, 0, err)
  return out.trim().split("\n").map(line => JSON.parse(line))
}

const started = async (code: string, ...args: string[]): Promise<{ apiPort: number; peerPort: number | null }> => {
  const node = spawn(process.execPath, [command, "run", home(code), "--json", "--log-level", "error", ...args], { stdio: ["ignore", "pipe", "inherit"] })
  nodes.push(node)
  const [line] = await once(createInterface(node.stdout), "line")
  return JSON.parse(line)
}

before(() => {
  for (const [code, listen] of [["aland", "127.0.0.1:0"], ["bland", ""]] as const) {
    const names = ["--name-en", "A", "--name-ja", "甲", "--name-zh", "甲", "--zone", "Asia/Tokyo", "--language", "ja"]
    const listens = listen === "" ? [] : ["--listen", listen]
    const made = parley(["init", home(code), "--code", code, ...names, ...listens, "--api", "127.0.0.1:0", "--example"])
    assert.equal(made.code, 0, made.err)
    writeFileSync(join(folder, `${code}.card`), parley(["card", home(code)]).out)
  }
})

after(async () => {
  for (const node of nodes) if (node.exitCode === null) node.kill("SIGKILL")
  rmSync(folder, { recursive: true })
})

test("CH-6: pairing shows ten words in three languages, refuses others, and takes any form of the right ones", () => {
  const card = (code: string): string => join(folder, `${code}.card`)
  assert.equal(parley(["status", home("aland")]).code, 1, "unpaired")
  const [shown] = json(["pair", home("aland"), "--card", card("bland"), "--show-words"])
  const { words, numbers } = shown as { words: Record<"en" | "ja" | "zh", string[]>; numbers: string[] }
  for (const list of [words.en, words.ja, words.zh, numbers]) assert.equal(list.length, 10)
  const wrong = parley(["pair", home("aland"), "--card", card("bland"), "--words", words.en.toReversed().join(" ")])
  assert.deepEqual([wrong.code, wrong.err.split(":")[0]], [1, "wrong-words"])
  assert.equal(parley(["pair", home("aland"), "--card", card("bland"), "--words", words.zh.join("")]).code, 0)
  assert.equal(parley(["pair", home("bland"), "--card", card("aland")], `${numbers.join(" ")}\n`).code, 0, "typed when asked")
  assert.equal(parley(["pair", home("bland"), "--card", card("bland"), "--words", "x"]).code, 1)
  assert.equal(statSync(join(home("aland"), "keys.json")).mode & 0o777, 0o600)
})

test("exit codes: 2 for usage, 3 when the world failed, 1 with code and sentence when refused", () => {
  assert.equal(parley(["init"]).code, 2)
  assert.equal(parley(["nothing"]).code, 2)
  assert.equal(parley(["send", home("aland"), "x", "--precedence", "loud"]).code, 2)
  assert.equal(parley(["--help"]).code, 0)
  assert.equal(parley(["log", home("nowhere")]).code, 3)
  assert.equal(parley(["send", home("aland"), "x"]).code, 3, "the node does not run")
  assert.match(parley(["log", home("aland")]).err, /has never run/)
})

test("R-1, R-5: what one sends the other logs, acknowledges and answers, and both records are verified offline", async () => {
  const { peerPort } = await started("aland")
  await started("bland", "--peer", `127.0.0.1:${peerPort}`)
  const [sent] = json(["send", home("aland"), "-", "--precedence", "flash", "--traffic", "drill", "--language", "en"], "one\n\u001b[31mtwo\n")
  assert.equal(sent!.number, 1)
  const refused = parley(["send", home("aland"), " "])
  assert.deepEqual([refused.code, refused.err.split(":")[0]], [1, "empty-text"])
  const follower = spawn(process.execPath, [command, "log", home("bland"), "--follow", "--json"], { stdio: ["ignore", "pipe", "inherit"] })
  nodes.push(follower)
  for await (const line of createInterface(follower.stdout)) if (JSON.parse(line).hash === sent!.hash) break
  follower.kill()
  assert.match(parley(["log", home("bland")]).out, /DRILL FLASH stored \[RINGS\]\n {4}one\n {4}<U\+001B>\[31mtwo\n/)
  json(["acknowledge", home("bland"), String(sent!.hash)])
  const [answer] = json(["send", home("bland"), "noted", "--answer", String(sent!.hash)])
  assert.equal(answer!.traffic, "drill", "an answer is of the traffic of what it answers")
  const own = parley(["acknowledge", home("aland"), String(sent!.hash)])
  assert.deepEqual([own.code, own.err.split(":")[0]], [1, "bad-request"])
  assert.equal(json(["status", home("aland")])[0]!.running, true)
  const second = parley(["run", home("aland"), "--api-port", "0"])
  assert.deepEqual([second.code, second.err.split(":")[0]], [1, "late-writer"])
  const ended = nodes.slice(0, 2).map(node => once(node, "exit"))
  for (const node of nodes.slice(0, 2)) node.kill("SIGTERM")
  assert.deepEqual((await Promise.all(ended)).map(([code]) => code), [0, 0])
  const [logged] = json(["log", home("aland")])
  assert.deepEqual([logged!.author, logged!.rung, logged!.precedence, logged!.traffic], ["aland", "answered", "FLASH", "drill"])
  for (const code of ["aland", "bland"]) assert.equal(json(["verify", home(code)])[0]!.faults, 0)
  assert.equal(json(["status", home("aland")])[0]!.running, false)
})
