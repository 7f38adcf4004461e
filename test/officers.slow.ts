// A real line by the command line alone: officers are enrolled by the roots, FLASH needs two of them, one may release alone in time, the
// second speaks afterwards, and a retired one releases nothing. Each command is a process, through bin/parley.
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { text as readAll } from "node:stream/consumers"
import { after, before, test } from "node:test"

const command = join(import.meta.dirname, "..", "bin", "parley")
const folder = mkdtempSync(join(tmpdir(), "parley-officers-"))
const home = (code: string): string => join(folder, code)
const keyFile = (code: string): string => join(folder, "keys", `${code}.pem`)
const nodes: ChildProcess[] = []
let port: number | null = null

type Ran = { readonly code: number | null; readonly out: string; readonly err: string }
const parley = async (...args: string[]): Promise<Ran> => {
  const ran = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "pipe", "pipe"] })
  const [out, err] = await Promise.all([readAll(ran.stdout!), readAll(ran.stderr!), once(ran, "close")])
  return { code: ran.exitCode, out, err }
}
const done = async (...args: string[]): Promise<Record<string, unknown>[]> => {
  const { code, out, err } = await parley(...args, "--json")
  assert.equal(code, 0, `${args.join(" ")}: ${err}`)
  const lines = out.trim()
  return lines === "" ? [] : lines.split("\n").map(line => JSON.parse(line))
}
const refusedAs = async (refusal: string, ...args: string[]): Promise<string> => {
  const { code, err } = await parley(...args)
  assert.deepEqual([code, err.split(":")[0]], [1, refusal], err)
  return err
}

const started = async (code: string, ...args: string[]): Promise<number | null> => {
  const node = spawn(process.execPath, [command, "run", home(code), "--json", "--log-level", "error", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  nodes.push(node)
  const [line] = await once(createInterface(node.stdout!), "line")
  return JSON.parse(line).peerPort
}

before(async () => {
  mkdirSync(join(folder, "keys"), { mode: 0o700 })
  const names = ["--name-en", "A", "--name-ja", "甲", "--name-zh", "甲", "--zone", "Asia/Tokyo", "--language", "ja"]
  const clear = ["--no-passphrase", "--stored-in-the-clear"]
  for (const [code, listen] of [
    ["aland", "127.0.0.1:0"],
    ["bland", ""],
  ] as const) {
    await done(
      "init",
      home(code),
      "--code",
      code,
      ...names,
      ...clear,
      "--api",
      "127.0.0.1:0",
      ...(listen ? ["--listen", listen] : []),
    )
    writeFileSync(join(folder, `${code}.card`), (await parley("card", home(code))).out)
  }
  const card = (code: string): string => join(folder, `${code}.card`)
  const [shown] = await done("pair", home("aland"), "--card", card("bland"), "--show-words")
  const words = (shown as { words: { en: string[] } }).words.en.join(" ")
  const said = ["Sato", "Wang"].flatMap(person => ["--person", person, "--words", words])
  await done("pair", home("aland"), "--card", card("bland"), ...said)
  await done("pair", home("bland"), "--card", card("aland"), ...said)
  port = await started("aland")
  await started("bland", "--peer", `127.0.0.1:${port}`)
})

after(async () => {
  for (const node of nodes) if (node.exitCode === null) node.kill("SIGKILL")
  rmSync(folder, { recursive: true })
})

const enrol = (side: string, code: string, algorithm: string, ...roles: string[]): Promise<unknown> =>
  done(
    ...["officer", home(side), "enrol", "--code", code, "--new-key", keyFile(code), "--algorithm", algorithm],
    ...roles.flatMap(role => ["--role", role]),
  )
const by = (...codes: string[]): string[] =>
  codes.flatMap(code => ["--release", keyFile(code), "--officer", code.replace(/^x-/, "")])
const send = (text: string, precedence: string, ...more: string[]): string[] => [
  ...["send", home("aland"), text, "--precedence", precedence, "--traffic", "drill"],
  ...more,
]
type Message = Record<string, unknown> & {
  text: string
  hash: string
  mark?: string
  second?: string
  rungs: { rung: string; proof: string; officer?: string; party: number; reason?: string }[]
}
/** The log of the other side is read by a process of its own: that takes time enough between two looks. */
const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (let looks = 0; !(await holds()); looks++) assert.ok(looks < 40, what)
}
/** Of what waits, as the command line tells it. */
const actOf = (view: Record<string, unknown> | undefined): string => {
  const order = view?.order
  assert.ok(typeof order === "object" && order !== null && "act" in order)
  return String(order.act)
}
const messageOf = async (side: string, text: string): Promise<Message | undefined> =>
  (await done("log", home(side))).find(it => it.text === text) as Message | undefined

/** Laid down by the first, signed by the second; and set aside. */
const whatWaits = async (): Promise<void> => {
  const [laid] = await done(...send("waits", "FLASH", ...by("duty-1"), "--wait"))
  const act = actOf(laid)
  // A kill loses nothing of it.
  const gone = once(nodes[0]!, "exit")
  nodes[0]!.kill("SIGKILL")
  await gone
  await started("aland", "--listen", `127.0.0.1:${port}`)
  assert.deepEqual((await done("waiting", home("aland"))).length, 1)
  assert.match(
    (await parley("waiting", home("aland"))).out,
    /DRILL FLASH[\s\S]*signed by duty-1; a releaser must sign[\s\S]*waits/,
  )
  const waiting = (...more: string[]): string[] => ["waiting", home("aland"), act, ...more]
  await refusedAs("same-officer", ...waiting(...by("duty-1")))
  await refusedAs("release-missing", ...waiting("--alone", ...by("duty-1")))
  await done(...waiting(...by("chief")))
  await refusedAs("not-waiting", ...waiting(...by("chief")))
  await until("it crosses", async () => (await messageOf("bland", "waits")) !== undefined)
  const [off] = await done(...send("not sent", "FLASH", ...by("chief"), "--wait"))
  const aside = actOf(off)
  await done("waiting", home("aland"), aside, "--set-aside", "Not now.")
  await refusedAs("set-aside", "waiting", home("aland"), aside, ...by("duty-1"))
  await done("waiting", home("aland"), aside, "--set-aside")
  assert.deepEqual(await done("waiting", home("aland")), [{ waiting: 0 }])
}

test("OF-2, OF-8 to OF-11, OF-13, A-34, A-36: officers, two-person FLASH, what waits, alone in time, the second afterwards, and retired", async () => {
  await refusedAs("release-missing", ...send("nobody", "ROUTINE"))
  await enrol("aland", "duty-1", "Ed25519", "watch")
  await enrol("aland", "chief", "P-256", "releaser")
  await enrol("bland", "duty-9", "P-384", "watch")
  const listed = await done("officer", home("bland"), "list")
  assert.deepEqual(listed.map(it => [it.party, it.code]).sort(), [
    ["aland", "chief"],
    ["aland", "duty-1"],
    ["bland", "duty-9"],
  ])

  await done(...send("one for all others", "ROUTINE", ...by("duty-1")))
  const missing = await refusedAs("release-missing", ...send("one", "FLASH", ...by("duty-1")))
  assert.match(missing, /persons=2 given=1 digest=[0-9a-f]{64}/)
  await refusedAs("bad-release", ...send("false", "FLASH", "--release", keyFile("chief"), "--officer", "duty-1"))
  await done(...send("two", "FLASH", ...by("duty-1", "chief")))
  await until("it crosses", async () => (await messageOf("bland", "two")) !== undefined)
  const two = (await messageOf("bland", "two"))!
  const released = two.rungs.find(it => it.rung === "released")
  assert.deepEqual([released?.proof, released?.officer, two.second], ["officer", "duty-1, chief", undefined])

  await refusedAs("release-missing", "acknowledge", home("bland"), two.hash)
  await done("acknowledge", home("bland"), two.hash, ...by("duty-9"))
  const acknowledged = (it: Message | undefined) => it?.rungs.find(each => each.rung === "acknowledged")
  await until("it comes back", async () => acknowledged(await messageOf("aland", "two")) !== undefined)
  assert.equal(acknowledged(await messageOf("aland", "two"))?.proof, "officer")

  await whatWaits()

  const ago = (ms: number): string => new Date(Date.now() - ms).toISOString()
  await refusedAs("release-missing", ...send("soon", "FLASH", ...by("duty-1"), "--sole", ago(60_000)))
  const [sole] = await done(...send("alone", "FLASH", ...by("duty-1"), "--sole", ago(301_000)))
  assert.equal((await messageOf("aland", "alone"))?.second, "notified")
  await done("second", home("aland"), String(sole!.hash), "--object", "Not yet confirmed.", ...by("chief"))
  await until("it is objected to there", async () => (await messageOf("bland", "alone"))?.second === "objected")
  const objected = (await messageOf("bland", "alone"))!.rungs.find(it => it.rung === "objected")
  assert.deepEqual([objected?.proof, objected?.officer, objected?.reason], ["officer", "chief", "Not yet confirmed."])

  await done("officer", home("aland"), "retire", "--code", "duty-1")
  const left = await done("officer", home("aland"), "list")
  assert.deepEqual(left.map(it => it.code).sort(), ["chief", "duty-9"])
  await refusedAs("bad-release", ...send("retired", "ROUTINE", ...by("duty-1")))
  // What she released before stays as it was.
  assert.equal((await messageOf("bland", "two"))?.mark, undefined)
  for (const side of ["aland", "bland"]) assert.equal((await parley("verify", home(side))).code, 0)
})

test("A-42, OF-4, OF-13: a sealed key is made, tried and used; both sides see it, and on ours an alarm stays", async () => {
  const file = keyFile("sealed")
  const enrols = ["officer", home("bland"), "enrol", "--break-glass", "--code", "break-glass-1", "--new-key", file]
  const [, sheet] = await done(...enrols)
  const words = join(folder, "keys", "words")
  writeFileSync(words, (sheet as { words: string[] }).words.join(" "), { mode: 0o600 })
  const tries = ["officer", home("bland"), "try", "--code", "break-glass-1", "--key", file]
  assert.equal((await parley(...tries)).code, 2, "nobody can be asked")
  assert.deepEqual(await done(...tries, "--words-file", words), [{ code: "break-glass-1", opens: true }])
  const signs = ["--release", file, "--officer", "break-glass-1", "--words-file", words]
  await done("send", home("bland"), "by the sealed key", "--traffic", "drill", ...signs)
  await until("it crosses", async () => (await messageOf("aland", "by the sealed key")) !== undefined)
  assert.equal((await messageOf("aland", "by the sealed key"))?.breakGlass, true)
  const alarms = async (side: string) =>
    (await done("status", home(side)))[0]?.alarms as { what: string; officer: string }[]
  assert.deepEqual(await alarms("aland"), [])
  assert.deepEqual(
    (await alarms("bland")).map(({ what, officer }) => [what, officer]),
    [["break-glass", "break-glass-1"]],
  )
  assert.match((await parley("status", home("bland"))).out, /SEALED KEY USED \(break-glass-1\).*NOT ACKNOWLEDGED/)
})

test("A-43: the word is taken twice from standard input, a slip or a short one is refused, and nothing says it", async () => {
  const duress = async (...lines: string[]): Promise<Ran> => {
    const ran = spawn(process.execPath, [command, "duress", home("aland"), "set"], { stdio: ["pipe", "pipe", "pipe"] })
    ran.stdin!.end(lines.map(line => `${line}\n`).join(""))
    const [out, err] = await Promise.all([readAll(ran.stdout!), readAll(ran.stderr!), once(ran, "close")])
    return { code: ran.exitCode, out, err }
  }
  const said = [
    await duress("blue heron", "blue heron"),
    await duress("blue heron", "blue herring"),
    await duress("cat", "cat"),
  ]
  assert.deepEqual(
    said.map(({ code }) => code),
    [0, 2, 1],
  )
  assert.match(said[2]!.err, /^bad-duress-word/)
  for (const { out, err } of said) assert.doesNotMatch(out + err, /heron|herring|\bcat\b/)
  await done("duress", home("aland"), "clear")
})
