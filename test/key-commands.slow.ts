// The life of keys by the command line, and every way in which it is refused: other roots, an older signature, a wrong place, a peer that
// was never heard, a home that is being made whole. Each command is a process; the nodes run here.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { text as readAll } from "node:stream/consumers"
import { after, before, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import type { SheetFile } from "../src/api/keys.ts"
import { nodeOf } from "../src/cli/ask.ts"
import { opened, signaturesFile } from "../src/cli/by-roots.ts"
import { Refused } from "../src/cli/say.ts"
import { keyring } from "../src/keys/lock.ts"
import { rootsAt, type Side } from "../src/node/home.ts"
import { openLog } from "../src/node/log.ts"
import { type StartedNode, startNode } from "../src/node/main.ts"
import { pairedHomes } from "./fixtures/homes.ts"

const cli = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url))
const log = openLog("test", "silent")
let folder = ""
let sides: readonly [Side, Side]
let [east, west] = ["", ""]
const nodes: (StartedNode | undefined)[] = []

before(async () => {
  const made = await pairedHomes()
  folder = made.folder
  sides = made.sides
  ;[east, west] = [sides[0].path, sides[1].path]
})
after(async () => {
  for (const node of nodes) await node?.stop()
  rmSync(folder, { recursive: true })
})

let peerPort = 0
const start = async (at: 0 | 1): Promise<void> => {
  const [home] = [sides[at].path]
  const given = at === 0 ? { listen: `127.0.0.1:${peerPort}` } : { peer: `127.0.0.1:${peerPort}` }
  nodes[at] = await startNode(home, { log, ...given })
  if (at === 0) peerPort = nodes[0]?.peerPort ?? 0
}
const stop = async (at: 0 | 1): Promise<void> => {
  await nodes[at]?.stop()
  nodes[at] = undefined
}

type Ran = { readonly code: number | null; readonly out: string; readonly err: string }
const parley = async (...args: readonly string[]): Promise<Ran> => {
  const ran = spawn(process.execPath, [cli, ...args], { stdio: ["ignore", "pipe", "pipe"] })
  const [out, err] = await Promise.all([readAll(ran.stdout), readAll(ran.stderr), once(ran, "close")])
  return { code: ran.exitCode, out, err }
}
const done = async (...args: readonly string[]): Promise<Record<string, unknown>[]> => {
  const { code, out, err } = await parley(...args, "--json")
  assert.equal(code, 0, `${args.join(" ")}: ${err}`)
  return out
    .trim()
    .split("\n")
    .map(line => JSON.parse(line))
}
const refused = async (as: string, ...args: readonly string[]): Promise<string> => {
  const { code, err } = await parley(...args)
  assert.deepEqual([code, err.split(":")[0]], [1, as], err)
  return err
}
const until = async (what: string, holds: () => boolean | undefined): Promise<void> => {
  for (const end = Date.now() + 30_000; !holds(); ) {
    assert.ok(Date.now() < end, what)
    await setTimeout(50)
  }
}
const even = (): boolean => {
  const [a, b] = nodes.map(node =>
    JSON.stringify(node?.status().logs.map(({ generation, size }) => [generation, size])),
  )
  return a === b && nodes.every(node => (node?.status().peers[0]?.confirmed ?? 0) > 0)
}
/** The place of the first home in the charter, which follows from the hashes of the cards. */
const us = (): number => nodes[0]?.home.us ?? 0
/** The node keys of the first home, as a home tells them. */
const keysOf = async (home: string): Promise<Record<string, unknown>[]> =>
  (await done("key", home, "list")).filter(each => each.party === us())

test("K-2, K-5: key list and rotate: refused before the other side was heard, done without it later, and it follows when it is back", async () => {
  assert.equal((await parley("key", east, "list")).code, 3, "a node that does not run")
  assert.equal((await parley("key", east, "turn")).code, 2)
  await start(0)
  assert.match(await refused("bad-key-change", "key", east, "rotate"), /nothing is receipted yet/)
  await start(1)
  await until("even", even)
  const [first] = await keysOf(east)
  assert.deepEqual([first!.inForce, first!.held, first!.after], [true, true, 0])
  const [turned] = await done("key", east, "rotate", "--algorithm", "P-256")
  await stop(1)
  const [again] = await done("key", east, "rotate")
  await start(1)
  await until("it follows", even)
  for (const home of [east, west])
    assert.deepEqual(
      (await keysOf(home)).map(({ after, algorithm, inForce }) => [after, algorithm, inForce]),
      [
        [0, "Ed25519", false],
        [turned!.seq, "P-256", false],
        [again!.seq, "P-256", true],
      ],
    )
  const { out } = await parley("key", west, "list")
  assert.match(out, /aland: [0-9a-f]{16} P-256, after \d+ entries of generation 1, in force\n/)
})

test("K-8, A-47: key revoke: other roots, a place that is not yet, no roots at hand and an older signature are refused; then it is done", async () => {
  const revoke = (...more: readonly string[]): readonly string[] => ["key", east, "revoke", ...more]
  const before = await keysOf(west)
  await refused("wrong-roots", ...revoke("--root", join(west, "root.json")))
  assert.match(await refused("bad-key-change", ...revoke("--up-to", "1.999999")), /field=trusted/)
  assert.match(await refused("bad-key-change", ...revoke("--up-to", "7.1")), /field=trusted/)
  assert.equal((await parley(...revoke("--up-to", "entry 3"))).code, 2)
  assert.equal((await parley(...revoke("--root", join(folder, "nothing.json")))).code, 3)
  const node = nodeOf(east)
  const older = opened(await node.prepareKeys({ what: "revocation", generation: 1, seq: 2 }))
  const newer = opened(await node.prepareKeys({ what: "revocation" }))
  assert.notEqual(older.name, newer.name)
  const signatures = await rootsAt(east, undefined, keyring()).rootSign(older.message, older.prefix)
  for (const [sheet, why] of [
    [older.name, "wrong-sheet"],
    [newer.name, "wrong-roots"],
  ] as const)
    await assert.rejects(
      node.commitKeys(signaturesFile(sheet, signatures)),
      error => error instanceof Refused && error.refusal.refusal === why,
    )
  await until("even", even)
  assert.deepEqual(await keysOf(west), before, "nothing of it was said")
  const trusted = nodes[0]!.status().logs[us()]!.size
  const [said] = await done(...revoke("--up-to", `1.${trusted}`))
  await until("it follows", even)
  assert.equal((await keysOf(west)).at(-1)!.after, said!.seq)
  for (const home of [east, west]) assert.equal((await parley("verify", home)).code, 0)
})

test("A-47: roots show and sign: a sheet altered in any digit is not signed, nor is a file written over", async () => {
  const file: SheetFile = await nodeOf(east).prepareKeys({ what: "generation", why: "A drill.", language: "en" })
  const [path, out] = [join(folder, "sheet.json"), join(folder, "signed.json")]
  const root = join(east, "root.json")
  writeFileSync(path, JSON.stringify(file))
  const [shown] = await done("roots", "show", path)
  assert.deepEqual(
    [shown!.what, shown!.generation, shown!.why, shown!.sheet],
    ["generation", 2, "A drill.", file.sheet],
  )
  assert.match((await parley("roots", "show", path)).out, /BEGINS ITS LOG ANEW as generation 2[\s\S]*why: A drill\./)
  assert.equal((await parley("roots", "sign", path, "--root", root, "-o", out)).code, 0)
  const signed = JSON.parse(readFileSync(out, "utf8"))
  assert.deepEqual([signed.parley, signed.sheet, signed.signatures.length], ["signatures/1", file.sheet, 2])
  assert.equal((await parley("roots", "sign", path, "--root", root, "-o", out)).code, 3, "it is there already")
  const turned = (hex: string): string => hex.replace(/.$/, last => (last === "0" ? "1" : "0"))
  for (const wrong of [
    { ...file, message: turned(file.message) },
    { ...file, sheet: turned(file.sheet) },
    { ...file, prefix: "7061726c65792f312063617264" },
    { ...file, parley: "sheet/2" },
    [],
  ]) {
    writeFileSync(path, JSON.stringify(wrong))
    await refused("wrong-sheet", "roots", "sign", path, "--root", root)
  }
  writeFileSync(path, "x".repeat(100_000))
  await refused("wrong-sheet", "roots", "show", path)
})

test("K-9: generation: other roots and a place beyond the log are refused; then both sides go on in the new one", async () => {
  const anew = (...more: readonly string[]): readonly string[] => ["generation", east, ...more]
  assert.equal((await parley(...anew())).code, 2, "nobody begins anew without saying why")
  await refused("wrong-roots", ...anew("--why", "A drill.", "--root", join(west, "root.json")))
  await refused("bad-request", ...anew("--why", "A drill.", "--up-to", "999999"))
  await refused("bad-request", ...anew("--why", " "))
  const [said] = await done(...anew("--why", "A drill, invented for practice.", "--new-keys"))
  assert.equal(said!.seq, 1)
  await until("it follows", () => nodes[1]?.status().logs[us()]?.generation === 2 && even())
  assert.equal((await keysOf(west)).at(-1)!.generation, 2)
  await done("send", east, "After it.", "--traffic", "test")
  await until("even", even)
  for (const home of [east, west]) assert.equal((await parley("verify", home)).code, 0)
})

test("L-11: restore: refused beside a running node; then nothing is signed until the other side has answered", async () => {
  await refused("late-writer", "restore", east)
  assert.equal((await parley("restore", join(folder, "nowhere"))).code, 3)
  await stop(0)
  await stop(1)
  const [marked] = await done("restore", east)
  assert.equal(marked!.restored, true)
  assert.deepEqual(await done("restore", east), [marked], "twice is once")
  await start(0)
  await refused("restored", "key", east, "rotate")
  await refused("restored", "send", east, "Too early.", "--traffic", "test")
  await start(1)
  await until("whole again", () => nodes[0]?.status().restored === false && even())
  await done("key", east, "rotate")
  await until("even", even)
})
