// The command line as a person uses it, and mistypes it: every command as a process, through bin/parley.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { after, before, test } from "node:test"
import { command, json, parley, type Ran, refusedBy, twoHomes } from "./fixtures/command-line.ts"

let homes: Awaited<ReturnType<typeof twoHomes>>
before(async () => {
  homes = await twoHomes()
})
after(() => homes.end())

test("CH-6: pairing shows ten words in three languages, refuses others, and takes any form of the right ones", async () => {
  const { home, pair } = homes
  const [shown] = await json(pair("aland", "bland", "--show-words"))
  const { words, numbers } = shown as { words: Record<"en" | "ja" | "zh", string[]>; numbers: string[] }
  for (const list of [words.en, words.ja, words.zh, numbers]) assert.equal(list.length, 10)
  const wrong = await parley(pair("aland", "bland", "--words", words.en.toReversed().join(" ")))
  assert.deepEqual(refusedBy(wrong), [1, "wrong-words"])
  const unpaired = await parley(["status", home("aland")])
  assert.deepEqual(refusedBy(unpaired), [1, "unpaired"])
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
  const { folder } = homes
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
    assert.deepEqual(refusedBy(refused), [1, "bad-card"])
  }
  assert.equal((await init(join(folder, "new"), "A")).code, 0, "a second try finds nothing of the first")
  if (existsSync("/proc/self")) assert.equal((await init("/proc/parley", "A")).code, 3)
})

test("exit codes: 2 for usage, 3 when the world failed", async () => {
  const { folder, home } = homes
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
  const { home, nodes, started } = homes
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
    assert.deepEqual(refusedBy(reused), [1, "act-reused"], "E-14: nothing was said in its place")
  }
  const latin = await parley(["send", home("aland")], Buffer.from("caf\xe9", "latin1"))
  assert.deepEqual(refusedBy(latin), [1, "bad-text"])
  const twoLines = await parley(["send", home("aland"), "x", "--subject", "a\nb"])
  assert.deepEqual(refusedBy(twoLines), [1, "bad-request"])
  const refused = await parley(["send", home("aland"), " "])
  assert.deepEqual(refusedBy(refused), [1, "empty-text"])
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
  assert.deepEqual(refusedBy(own), [1, "bad-request"])
  assert.equal((await json(["status", home("aland")]))[0]!.running, true)
  const second = await parley(["run", home("aland"), "--api-port", "0"])
  assert.deepEqual(refusedBy(second), [1, "late-writer"])
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
