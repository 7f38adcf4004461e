// A locked home as its owner meets it: every command as a process, on a terminal and without one.
import assert from "node:assert/strict"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { text as readAll } from "node:stream/consumers"
import { after, before, test } from "node:test"

const command = join(import.meta.dirname, "..", "bin", "parley")
const folder = mkdtempSync(join(tmpdir(), "parley-atrest-"))
const children: ChildProcess[] = []
const passphrase = "kitten ladder 山川 quartz"
const file = (name: string, content: string): string => {
  const path = join(folder, name)
  writeFileSync(path, content, { mode: 0o600 })
  return path
}
const right = file("right", `${passphrase}\n`)
const wrong = file("wrong", "kitten ladder quartz no\n")

type Ran = { readonly code: number | null; readonly out: string; readonly err: string }
const parley = async (args: readonly string[], env: Record<string, string> = {}): Promise<Ran> => {
  const ran = spawn(process.execPath, [command, ...args], { env: { ...process.env, ...env } })
  children.push(ran)
  ran.stdin.end()
  const [out, err] = await Promise.all([readAll(ran.stdout), readAll(ran.stderr), once(ran, "close")])
  return { code: ran.exitCode, out, err }
}
const initOf = (code: string, ...more: string[]): string[] => {
  const names = ["--name-en", "A", "--name-ja", "甲", "--name-zh", "甲", "--zone", "Asia/Tokyo", "--language", "ja"]
  return [
    "init",
    join(folder, code),
    "--code",
    code,
    ...names,
    "--listen",
    "127.0.0.1:0",
    "--api",
    "127.0.0.1:0",
    ...more,
  ]
}
const refused = ({ code, err }: Ran): [number | null, string | undefined] => [code, err.split(":")[0]]

before(async () => {
  const made = await parley(initOf("aland", "--passphrase-file", right))
  assert.deepEqual([made.code, made.err], [0, ""])
  assert.match(made.out, /locked/)
})
after(() => {
  for (const child of children) if (child.exitCode === null) child.kill("SIGKILL")
  rmSync(folder, { recursive: true })
})

test("A-5: a home that is no example is locked, or said twice to lie in the clear", async () => {
  const [asked, half, open, short, loose] = await Promise.all([
    parley(initOf("bland")),
    parley(initOf("bland", "--no-passphrase")),
    parley(initOf("cland", "--no-passphrase", "--stored-in-the-clear")),
    parley(initOf("bland", "--passphrase-file", file("short", "eleven char"))),
    (async () => {
      const path = file("loose", passphrase)
      chmodSync(path, 0o644)
      return parley(initOf("bland", "--passphrase-file", path))
    })(),
  ])
  assert.deepEqual([asked.code, half.code, open.code, short.code, loose.code], [2, 2, 0, 2, 3])
  assert.match(asked.err, /--passphrase-file/)
  assert.match(half.err, /--stored-in-the-clear/)
  assert.match(open.out, /in the clear/)
  assert.match(short.err, /at least 12/)
  assert.match(loose.err, /open to others/)
  for (const { out, err } of [asked, half, short, loose]) assert.ok(!`${out}${err}`.includes(passphrase))
})

test("A-6: a locked home says its card to anybody, and its keys to the passphrase alone", async () => {
  const home = join(folder, "aland")
  const [card] = await Promise.all([parley(["card", home])])
  assert.equal(card.code, 0)
  const other = file("aland.card", card.out)
  const before = readFileSync(join(home, "keys.json"))
  const chosen = file("chosen", "another long sentence")
  const change = ["passphrase", home, "--passphrase-file", wrong, "--new-passphrase-file", chosen]
  const [none, ownCard] = await Promise.all([parley(change), parley(["pair", home, "--card", other, "--show-words"])])
  assert.deepEqual(refused(none), [1, "wrong-passphrase"])
  assert.equal(refused(ownCard)[0], 1, "refused for its card, and not for a key")
  assert.deepEqual(refused(await parley(["lock", home, "--passphrase-file", wrong])), [1, "wrong-passphrase"])
  assert.deepEqual(readFileSync(join(home, "keys.json")), before)
})

/** The command on a terminal of its own; each answer is typed when its question has come. */
const onTerminal = async (args: readonly string[], answers: readonly string[]): Promise<Ran> => {
  const line = [process.execPath, command, ...args].map(word => `'${word}'`).join(" ")
  const ran = spawn("script", ["--quiet", "--return", "--echo", "never", "--command", line, "/dev/null"])
  children.push(ran)
  let out = ""
  let asked = 0
  ran.stdout.setEncoding("utf8").on("data", (said: string) => {
    out += said
    // Every question ends in a colon and a space.
    while (asked < answers.length && out.split(/: (?!\/)/).length - 1 > asked) ran.stdin.write(`${answers[asked++]}\r`)
  })
  await once(ran, "close")
  return { code: ran.exitCode, out, err: "" }
}
const hasTerminal = spawnSync("script", ["--version"]).stdout?.toString().includes("util-linux") === true

test("A-6: on a terminal the passphrase is asked for, twice where it is new, and never shown", {
  skip: !hasTerminal && "no script of util-linux here",
}, async () => {
  const home = join(folder, "dland")
  const made = await onTerminal(initOf("dland"), [`${passphrase}x\u007f`, passphrase])
  assert.equal(made.code, 0, made.out)
  const changed = await onTerminal(["passphrase", home], [passphrase, "another sentence", "another sentence"])
  assert.equal(changed.code, 0, changed.out)
  const differs = await onTerminal(["passphrase", home], ["another sentence", "a third sentence", "a third sentense"])
  assert.equal(differs.code, 2, differs.out)
  const bad = await onTerminal(["passphrase", home], [passphrase, "a third sentence", "a third sentence"])
  assert.equal(bad.code, 1, bad.out)
  assert.match(bad.out, /wrong-passphrase/)
  for (const { out } of [made, changed, differs, bad])
    for (const secret of [passphrase, "another sentence", "a third sentence"]) assert.ok(!out.includes(secret), out)
})

const started = async (
  home: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<ChildProcess> => {
  const given = ["run", home, "--json", "--log-level", "error", "--listen", "127.0.0.1:0", "--api-port", "0", ...args]
  const node = spawn(process.execPath, [command, ...given], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  })
  children.push(node)
  await once(createInterface(node.stdout), "line")
  return node
}
const killed = async (node: ChildProcess): Promise<void> => {
  const gone = once(node, "exit")
  node.kill("SIGKILL")
  await gone
}

test("A-6, A-8, A-10: a home of version 1 is opened, locked, killed, opened by a credential, read and proven", async () => {
  const home = join(folder, "old")
  cpSync(join(import.meta.dirname, "fixtures", "home-version-1"), home, { recursive: true })
  chmodSync(home, 0o700)
  for (const name of readdirSync(home)) chmodSync(join(home, name), 0o600)
  await killed(await started(home, []))
  const roots = readFileSync(join(home, "root.json"), "utf8")
  assert.match(roots, /"lock": null/)
  const readable = await parley(["log", home])
  assert.match(readable.out, /The old text of version one/)
  assert.equal((await parley(["lock", home, "--passphrase-file", right])).code, 0)
  const files = readdirSync(home).map(name => readFileSync(join(home, name)))
  assert.ok(!files.some(bytes => bytes.includes("The old text of version one")))
  assert.ok(!files.some(bytes => bytes.includes(JSON.parse(roots).secret.ed25519)))

  assert.deepEqual(refused(await parley(["run", home, "--api-port", "0"])), [1, "locked"])
  assert.deepEqual(refused(await parley(["run", home, "--passphrase-file", wrong])), [1, "wrong-passphrase"])
  assert.deepEqual(refused(await parley(["log", home])), [1, "locked"])
  const credentials = join(folder, "credentials")
  mkdirSync(credentials, { mode: 0o700 })
  copyFileSync(right, join(credentials, "parley-passphrase"))
  await killed(await started(home, [], { CREDENTIALS_DIRECTORY: credentials }))
  await killed(await started(home, ["--passphrase-file", right]))

  assert.equal((await parley(["log", home, "--passphrase-file", right])).out, readable.out)
  const status = await parley(["status", home])
  assert.match(status.out, /2 messages/)
  const [blind, whole] = await Promise.all([
    parley(["verify", home, "--json"]),
    parley(["verify", home, "--json", "--passphrase-file", right]),
  ])
  const [one, two] = [JSON.parse(blind.out), JSON.parse(whole.out)]
  assert.deepEqual([blind.code, one.faults, two.faults, two.bodiesLocked], [0, 0, 0, 0])
  assert.ok(one.bodiesLocked > 0 && one.bodies + one.bodiesLocked === two.bodies)
  assert.match((await parley(["verify", home])).out, /are locked and were not read/)
})
