// The command line as a person uses it, from two homes to an answered word and a verified record; what else may be typed is in
// test/command-line.slow.ts.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { after, before, test } from "node:test"
import { command, json, parley, refusedBy, twoHomes } from "../../test/fixtures/command-line.ts"
import { apart } from "./status.ts"

let homes: Awaited<ReturnType<typeof twoHomes>>
before(async () => {
  homes = await twoHomes()
})
after(() => homes.end())

test("CH-6: two homes are paired by ten numbers typed when asked, or by words", async () => {
  const [shown] = await json(homes.pair("aland", "bland", "--show-words"))
  const { words, numbers } = shown as { words: Record<"en" | "ja" | "zh", string[]>; numbers: string[] }
  const both = await Promise.all([
    parley(homes.pair("aland", "bland", "--words", words.zh.join(""))),
    parley(homes.pair("bland", "aland"), `${numbers.join(" ")}\n`),
  ])
  assert.deepEqual(
    both.map(({ code }) => code),
    [0, 0],
  )
})

test("R-1, R-5: what one sends the other logs and acknowledges, and the record is verified offline", async () => {
  const { home, nodes, started } = homes
  const { peerPort } = await started("aland")
  await started("bland", "--peer", `127.0.0.1:${peerPort}`)
  const [sent] = await json(["send", home("aland"), "-", "--precedence", "flash", "--traffic", "drill"], "one\ntwo\n")
  assert.equal(sent!.number, 1)
  assert.deepEqual(refusedBy(await parley(["send", home("aland"), " "])), [1, "empty-text"])
  const follower = spawn(process.execPath, [command, "log", home("bland"), "--follow", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  nodes.push(follower)
  for await (const line of createInterface(follower.stdout)) if (JSON.parse(line).hash === sent!.hash) break
  follower.kill()
  await json(["acknowledge", home("bland"), String(sent!.hash)])
  const ended = nodes.slice(0, 2).map(node => once(node, "exit"))
  // The receipt is on its way: its author has it before either is told to stop.
  for (let tries = 0; ; tries++) {
    const logged = (await json(["log", home("aland")])).find(({ hash }) => hash === sent!.hash)
    if (logged!.rung === "acknowledged") break
    assert.ok(tries < 20, "no receipt has come")
  }
  for (const node of nodes.slice(0, 2)) node.kill("SIGTERM")
  assert.deepEqual(
    (await Promise.all(ended)).map(([code]) => code),
    [0, 0],
  )
  assert.equal((await json(["verify", home("aland")]))[0]!.faults, 0)
})

test("E-9: status says how far their clock stands from ours, in the unit that matters", () => {
  assert.equal(apart(3_652 * 86_400_000), "about 10 years ahead of")
  assert.equal(apart(-86_400_000), "about 1 day behind")
  assert.equal(apart(-150_000), "about 3 minutes behind")
})
