// The command line as a person uses it: every command as a process, through bin/parley.
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { text as readAll } from "node:stream/consumers"
import { after, before, test } from "node:test"
import { apart } from "./status.ts"

const command = join(import.meta.dirname, "..", "..", "bin", "parley")
const folder = mkdtempSync(join(tmpdir(), "parley-cli-"))
const home = (code: string): string => join(folder, code)
const nodes: ChildProcess[] = []

type Ran = { readonly code: number | null; readonly out: string; readonly err: string }
const parley = async (args: readonly string[], input: string | Buffer = ""): Promise<Ran> => {
  const ran = spawn(process.execPath, [command, ...args])
  ran.stdin.on("error", () => undefined) // a command that ends without reading
  ran.stdin.end(input)
  const [out, err] = await Promise.all([readAll(ran.stdout), readAll(ran.stderr), once(ran, "close")])
  return { code: ran.exitCode, out, err }
}
const json = async (args: readonly string[], input = ""): Promise<Record<string, unknown>[]> => {
  const { code, out, err } = await parley([...args, "--json"], input)
  assert.equal(code, 0, err)
  return out
    .trim()
    .split("\n")
    .map(line => JSON.parse(line))
}

const started = async (code: string, ...args: string[]): Promise<{ apiPort: number; peerPort: number | null }> => {
  const node = spawn(process.execPath, [command, "run", home(code), "--json", "--log-level", "error", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  nodes.push(node)
  const [line] = await once(createInterface(node.stdout), "line")
  return JSON.parse(line)
}

const made = async (code: string, listen: readonly string[]): Promise<void> => {
  const names = ["--name-en", "A", "--name-ja", "甲", "--name-zh", "甲", "--zone", "Asia/Tokyo", "--language", "ja"]
  const { code: exit, err } = await parley([
    "init",
    home(code),
    "--code",
    code,
    ...names,
    ...listen,
    "--api",
    "127.0.0.1:0",
    "--example",
  ])
  assert.equal(exit, 0, err)
  writeFileSync(join(folder, `${code}.card`), (await parley(["card", home(code)])).out)
}
before(() => Promise.all([made("aland", ["--listen", "127.0.0.1:0"]), made("bland", [])]))

after(async () => {
  for (const node of nodes) if (node.exitCode === null) node.kill("SIGKILL")
  rmSync(folder, { recursive: true })
})

test("CH-6: pairing shows ten words in three languages, refuses others, and takes any form of the right ones", async () => {
  const pair = (code: string, other: string, ...more: string[]): string[] => [
    "pair",
    home(code),
    "--card",
    join(folder, `${other}.card`),
    ...more,
  ]
  const [shown] = await json(pair("aland", "bland", "--show-words"))
  const { words, numbers } = shown as { words: Record<"en" | "ja" | "zh", string[]>; numbers: string[] }
  for (const list of [words.en, words.ja, words.zh, numbers]) assert.equal(list.length, 10)
  const wrong = await parley(pair("aland", "bland", "--words", words.en.toReversed().join(" ")))
  assert.deepEqual([wrong.code, wrong.err.split(":")[0]], [1, "wrong-words"])
  const unpaired = await parley(["status", home("aland")])
  assert.deepEqual([unpaired.code, unpaired.err.split(":")[0]], [1, "unpaired"])
  const both = await Promise.all([
    parley(pair("aland", "bland", "--words", words.zh.join(""))),
    parley(pair("bland", "aland"), `${numbers.join(" ")}\n`), // typed when asked
  ])
  assert.deepEqual(
    both.map(({ code }) => code),
    [0, 0],
  )
  assert.equal(statSync(join(home("aland"), "keys.json")).mode & 0o777, 0o600)
})

test("init: what is there is left as it is, what makes no card leaves nothing, and nothing hangs", async () => {
  const names = ["--name-ja", "甲", "--name-zh", "甲", "--zone", "Asia/Tokyo", "--language", "ja", "--code", "x"]
  const init = (path: string, name: string): Promise<Ran> =>
    parley(["init", path, "--name-en", name, ...names, "--example"])
  const full = join(folder, "full")
  mkdirSync(full, { mode: 0o755 })
  writeFileSync(join(full, "card"), "theirs")
  const taken = await init(full, "A")
  assert.deepEqual([taken.code, readFileSync(join(full, "card"), "utf8")], [3, "theirs"])
  assert.match(taken.err, /is not empty/)
  for (const name of ["a\u202eb", "x".repeat(201)]) {
    const refused = await init(join(folder, "new"), name)
    assert.deepEqual([refused.code, refused.err.split(":")[0]], [1, "bad-card"])
  }
  assert.equal((await init(join(folder, "new"), "A")).code, 0, "a second try finds nothing of the first")
  if (existsSync("/proc/self")) assert.equal((await init("/proc/parley", "A")).code, 3)
})

test("exit codes: 2 for usage, 3 when the world failed", async () => {
  const codes = async (...commands: string[][]): Promise<(number | null)[]> =>
    (await Promise.all(commands.map(each => parley(each)))).map(({ code }) => code)
  assert.deepEqual(
    await codes(["init"], ["nothing"], ["send", home("aland"), "x", "--precedence", "loud"], ["--help"]),
    [2, 2, 2, 0],
  )
  assert.deepEqual(
    await codes(["run", home("aland"), "--listen", "nonsense"], ["run", home("aland"), "--peer", "x"]),
    [2, 2],
  )
  // Nobody at the keyboard: a sentence, not a trace.
  const silent = await parley(["pair", home("aland"), "--card", join(folder, "bland.card")])
  assert.deepEqual([silent.code, /--words/.test(silent.err), /await/.test(silent.err)], [3, true, false])
  // No such home, a node that has never run, and a node that does not run.
  assert.deepEqual(
    await codes(["log", home("nowhere")], ["log", home("aland")], ["send", home("aland"), "x"]),
    [3, 3, 3],
  )
})

test("R-1, R-5: what one sends the other logs, acknowledges and answers, and both records are verified offline", async () => {
  const { peerPort } = await started("aland")
  await started("bland", "--peer", `127.0.0.1:${peerPort}`)
  const [sent] = await json(
    ["send", home("aland"), "-", "--precedence", "flash", "--traffic", "drill", "--language", "en"],
    "one\n\u001b[31mtwo\n",
  )
  assert.equal(sent!.number, 1)
  const act = "000102030405060708090a0b0c0d0e0f"
  const first = await json(["send", home("aland"), "act", "--act", act, "--traffic", "test"])
  assert.deepEqual(await json(["send", home("aland"), "act", "--act", act, "--traffic", "test"]), first)
  for (const other of [
    ["another", "--traffic", "test"],
    ["act", "--traffic", "drill"],
  ]) {
    const reused = await parley(["send", home("aland"), ...other, "--act", act])
    assert.deepEqual([reused.code, reused.err.split(":")[0]], [1, "act-reused"], "E-14: nothing was said in its place")
  }
  const latin = await parley(["send", home("aland")], Buffer.from("caf\xe9", "latin1"))
  assert.deepEqual([latin.code, latin.err.split(":")[0]], [1, "bad-text"])
  const twoLines = await parley(["send", home("aland"), "x", "--subject", "a\nb"])
  assert.deepEqual([twoLines.code, twoLines.err.split(":")[0]], [1, "bad-request"])
  const refused = await parley(["send", home("aland"), " "])
  assert.deepEqual([refused.code, refused.err.split(":")[0]], [1, "empty-text"])
  const follower = spawn(process.execPath, [command, "log", home("bland"), "--follow", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  nodes.push(follower)
  for await (const line of createInterface(follower.stdout)) if (JSON.parse(line).hash === sent!.hash) break
  follower.kill()
  assert.match(
    (await parley(["log", home("bland")])).out,
    /DRILL FLASH stored \[by cli, said by the node\] \[RINGS\]\n {4}one\n {4}<U\+001B>\[31mtwo\n/,
  )
  await json(["acknowledge", home("bland"), String(sent!.hash)])
  const [answer] = await json(["send", home("bland"), "noted", "--answer", String(sent!.hash)])
  assert.equal(answer!.traffic, "drill", "an answer is of the traffic of what it answers")
  const own = await parley(["acknowledge", home("aland"), String(sent!.hash)])
  assert.deepEqual([own.code, own.err.split(":")[0]], [1, "bad-request"])
  assert.equal((await json(["status", home("aland")]))[0]!.running, true)
  const second = await parley(["run", home("aland"), "--api-port", "0"])
  assert.deepEqual([second.code, second.err.split(":")[0]], [1, "late-writer"])
  const ended = nodes.slice(0, 2).map(node => once(node, "exit"))
  for (const node of nodes.slice(0, 2)) node.kill("SIGTERM")
  assert.deepEqual(
    (await Promise.all(ended)).map(([code]) => code),
    [0, 0],
  )
  const logged = (await json(["log", home("aland")])).find(({ hash }) => hash === sent!.hash)
  assert.deepEqual(
    [logged!.author, logged!.rung, logged!.precedence, logged!.traffic],
    ["aland", "answered", "FLASH", "drill"],
  )
  for (const code of ["aland", "bland"]) assert.equal((await json(["verify", home(code)]))[0]!.faults, 0)
  assert.equal((await json(["status", home("aland")]))[0]!.running, false)
})

test("E-9: status says how far their clock stands from ours, in the unit that matters", () => {
  assert.equal(apart(3_652 * 86_400_000), "about 10 years ahead of")
  assert.equal(apart(-86_400_000), "about 1 day behind")
  assert.equal(apart(-150_000), "about 3 minutes behind")
})
