// What a person finds who works by commands alone: one order of arguments, one word for a folder that is no home, --json everywhere,
// sheets for roots that are kept elsewhere, and refusals that say what to do. Each command is a process; the nodes run here.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { text as readAll } from "node:stream/consumers"
import { after, before, test } from "node:test"
import { fileURLToPath } from "node:url"
import { openLog } from "../src/node/log.ts"
import { keyring, relock, type StartedNode, startNode } from "../src/node/main.ts"
import { pairedHomes } from "./fixtures/homes.ts"
import { until } from "./fixtures/pair.ts"

const cli = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url))
const log = openLog("test", "silent")
let folder = ""
let [east, west] = ["", ""]
const nodes: StartedNode[] = []
const at = (name: string): string => join(folder, "desk", name)

before(async () => {
  const made = await pairedHomes()
  folder = made.folder
  mkdirSync(at(""), { mode: 0o700 })
  ;[east, west] = [made.sides[0].path, made.sides[1].path]
  const first = await startNode(east, { log, listen: "127.0.0.1:0" })
  nodes.push(first, await startNode(west, { log, peer: `127.0.0.1:${first.peerPort}` }))
  await until("both talk", () => nodes.every(node => (node.status().peers[0]?.confirmed ?? 0) > 0), 30_000)
})
after(async () => {
  for (const node of nodes) await node.stop()
  rmSync(folder, { recursive: true })
})

type Ran = { readonly code: number | null; readonly out: string; readonly err: string }
const parley = async (...args: readonly string[]): Promise<Ran> => {
  const ran = spawn(process.execPath, [cli, ...args], { stdio: ["ignore", "pipe", "pipe"] })
  const [out, err] = await Promise.all([readAll(ran.stdout), readAll(ran.stderr), once(ran, "close")])
  return { code: ran.exitCode, out, err }
}
const done = async (...args: readonly string[]): Promise<string> => {
  const { code, out, err } = await parley(...args)
  assert.equal(code, 0, `${args.join(" ")}: ${err}`)
  return out
}

test("cli: a folder that is no home is told alike by every command that takes one, and the order of arguments is said", async () => {
  const nowhere = at("nowhere")
  const all: readonly (readonly string[])[] = [
    ...["terms", "card", "ceremony", "run", "send", "log", "status", "verify", "fork", "sign-in"].map(name => [name]),
    ...["lock", "passphrase", "break", "restore", "waiting"].map(name => [name]),
    ...[
      ["parcel", "list"],
      ["officer", "list"],
      ["key", "list"],
      ["duress", "clear"],
    ],
  ]
  await Promise.all(
    all.map(async ([name = "", ...rest]) => {
      const { code, err } = await parley(name, nowhere, ...rest)
      assert.deepEqual([code, err.includes("is not a home of Parley")], [3, true], `${name}: ${err}`)
      if (rest.length === 0) return
      const turned = await parley(name, ...rest, east)
      assert.deepEqual([turned.code, turned.err.includes("After HOME it is")], [2, true], turned.err)
    }),
  )
  assert.match((await parley("verify", at("gone.parley.zip"))).err, /There is no file .*gone\.parley\.zip/)
})

test("cli: --json is heard by every command; a parcel that is too large is not read", async () => {
  assert.deepEqual(JSON.parse(await done("parcel", east, "list", "--json")), { parcels: [] })
  assert.deepEqual(JSON.parse(await done("officer", east, "list", "--json")), { officers: 0 })
  writeFileSync(at("large"), "")
  truncateSync(at("large"), 64 * 1_048_576)
  const { code, err } = await parley("parcel", east, "in", at("large"))
  assert.deepEqual([code, err.split(":")[0]], [1, "too-large"])
})

test("A-47, OF-2: an officer is put in office by roots that are kept elsewhere, and what they have not signed is not said", async () => {
  const elsewhere = at("root.json")
  renameSync(join(east, "root.json"), elsewhere)
  const enrol = ["officer", east, "enrol", "--code", "duty-1", "--role", "watch", "--new-key", at("duty-1.pem")]
  const lacking = await parley(...enrol)
  assert.deepEqual([lacking.code, existsSync(at("duty-1.pem"))], [3, false], "the same again must find no key there")
  assert.match(await done(...enrol, "--sheet", at("sheet.json")), /parley roots sign/)
  assert.match(
    await done("roots", "show", at("sheet.json")),
    /PUTS IN OFFICE duty-1 as watch.*\n +key Ed25519 [0-9a-f]{64}\n/,
  )
  const take = (signed: string, sheet = "sheet.json"): Promise<Ran> =>
    parley("officer", east, "take", at(signed), "--sheet", at(sheet))
  await done("roots", "sign", at("sheet.json"), "--root", join(west, "root.json"), "-o", at("foreign.json"))
  assert.equal((await take("foreign.json")).err.split(":")[0], "wrong-roots")
  assert.equal((await take("sheet.json")).err.split(":")[0], "wrong-sheet")
  await done("roots", "sign", at("sheet.json"), "--root", elsewhere, "-o", at("signed.json"))
  assert.match((await take("signed.json")).out, /duty-1 is in office/)
  assert.match((await take("signed.json")).err, /^bad-officer: .*why=issue/, "once")
  await done("send", east, "Hers.", "--traffic", "test", "--release", at("duty-1.pem"), "--officer", "duty-1")
  assert.match(await done("log", east), /TEST ROUTINE \w+ \[by duty-1, own key\]\n {4}Hers\.\n/)
  await done("officer", east, "retire", "--code", "duty-1", "--sheet", at("retire.json"))
  assert.equal((await take("signed.json", "retire.json")).err.split(":")[0], "wrong-sheet")
  const other = await parley("officer", west, "take", at("signed.json"), "--sheet", at("sheet.json"))
  assert.equal(other.err.split(":")[0], "wrong-sheet")
  // Kept elsewhere, the roots may have a passphrase that the home has not.
  for (const name of ["pass", "other"]) writeFileSync(at(name), `a long ${name} phrase`, { mode: 0o600 })
  relock(at(""), keyring("a long pass phrase"), "a long pass phrase", "roots")
  const retire = ["officer", east, "retire", "--code", "duty-1", "--root", elsewhere, "--passphrase-file"]
  assert.equal((await parley(...retire, at("other"))).err.split(":")[0], "wrong-passphrase")
  await done(...retire, at("pass"))
  assert.doesNotMatch(await done("officer", east, "list"), /duty-1/)
})

test("A-47, K-8, K-9: keys are revoked and a log begins anew by sheets, written and taken back by command", async () => {
  const roots = ["--root", at("root.json"), "--passphrase-file", at("pass")]
  const orders = [
    [
      ["key", east, "revoke", "--up-to", "1.1"],
      ["key", east, "revoke"],
    ],
    ["First.", "A drill, invented for practice."].map(why => ["generation", east, "--why", why]),
  ]
  for (const [index, [first, last]] of orders.entries()) {
    const name = (which: string): string => at(`order-${index}-${which}.json`)
    await done(...first!, "--sheet", name("first"))
    await done(...last!, "--sheet", name("last"))
    assert.match((await parley(...first!, "--sheet", name("last"))).err, /is there already/)
    for (const each of ["first", "last"])
      await done("roots", "sign", name(each), ...roots, "-o", name(`${each}-signed`))
    assert.equal((await parley("key", east, "take", name("first-signed"))).err.split(":")[0], "wrong-sheet")
    assert.match(await done("key", east, "take", name("last-signed")), /is said, as entry \d+/)
  }
  assert.match(await done("roots", "show", at("order-1-last.json")), /BEGINS ITS LOG ANEW as generation 2/)
  assert.equal((await parley("roots", "show", join(east, "card"))).err.includes("is no sheet for the roots"), true)
  assert.ok(JSON.parse(readFileSync(at("order-0-last.json"), "utf8")).parley === "sheet/1")
})
