// Keys in a hardware module, on SoftHSM (Debian: softhsm2), which is a whole PKCS#11 module without the hardware.
import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { createPrivateKey } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text as readAll } from "node:stream/consumers"
import { after, before, test } from "node:test"
import { nodeOf } from "../src/cli/ask.ts"
import { charterOf } from "../src/core/charter.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { algorithms, type Classical } from "../src/core/suite.ts"
import { verify } from "../src/evidence/verify.ts"
import { KeysRefused } from "../src/keys/lock.ts"
import { openToken, type Token } from "../src/keys/pkcs11.ts"
import { initHome, openCharter, openHome, pair, recordPath, type Side } from "../src/node/home.ts"
import { openLog } from "../src/node/log.ts"
import { type StartedNode, startNode } from "../src/node/main.ts"
import { openSqliteReader } from "../src/store/sqlite.ts"
import { nobleSuite } from "../src/suites/noble.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { rfc8032 } from "./fixtures/vectors.ts"

const modules = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib64/libsofthsm2.so",
  "/usr/local/lib/softhsm/libsofthsm2.so",
]
const module = modules.find(existsSync) ?? ""
const hasBinding = (): boolean => {
  try {
    return createRequire(import.meta.url)("pkcs11js") !== undefined
  } catch {
    return false
  }
}
const skip =
  module === ""
    ? "SoftHSM is not installed here (Debian: softhsm2)"
    : !hasBinding() && "pkcs11js is not installed here: it wants a compiler when packages are installed"

const command = join(import.meta.dirname, "..", "src", "cli", "main.ts")
const folder = mkdtempSync(join(tmpdir(), "parley-pkcs11-"))
const pin = "314159"
const pinFile = join(folder, "pin")
const nodes: StartedNode[] = []
const algs: readonly Classical[] = [algorithms.esp256, algorithms.esp384, algorithms.ed25519]
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
let token: Token

const softhsm = (...args: string[]): void => {
  const ran = spawnSync("softhsm2-util", args)
  assert.equal(ran.status, 0, String(ran.stderr))
}

before(async () => {
  if (skip) return
  mkdirSync(join(folder, "tokens"))
  writeFileSync(join(folder, "softhsm2.conf"), `directories.tokendir = ${join(folder, "tokens")}\n`)
  writeFileSync(pinFile, `${pin}\n`, { mode: 0o600 })
  process.env.SOFTHSM2_CONF = join(folder, "softhsm2.conf")
  softhsm("--init-token", "--free", "--label", "parley", "--pin", pin, "--so-pin", "271828")
  token = await openToken({ module, token: "parley" }, pin)
})

after(async () => {
  for (const node of nodes) await node.stop()
  await token?.close()
  rmSync(folder, { recursive: true })
})

test("A-11: what the module signs is good for both suites, low s and all, with each algorithm", { skip }, async () => {
  for (const alg of algs) {
    const key = await token.generate(`all of ${alg}`, alg)
    assert.deepEqual((await token.find(`all of ${alg}`, alg)).public, key.public)
    // Every second ECDSA signature of a module has a high s: 32 of them leave no doubt.
    const messages = Array.from({ length: alg === algorithms.esp384 ? 16 : 32 }, (_, at) => utf8(`message ${at}`))
    const signatures = await key.sign(messages)
    assert.deepEqual(await key.sign([]), [])
    for (const suite of [nodeSuite, nobleSuite()]) {
      assert.ok(suite.sound(key.public))
      for (const [at, message] of messages.entries()) assert.ok(suite.verify(key.public, message, signatures[at]!))
    }
  }
})

test("A-11: Ed25519 in the module signs the message itself, as the vector of RFC 8032 has it", { skip }, async () => {
  const { secret, public: point, message, signature } = rfc8032[1]!
  const key = createPrivateKey({ key: Buffer.from(secret, "hex"), format: "raw-private", asymmetricKeyType: "ed25519" })
  const file = join(folder, "rfc8032.pem")
  writeFileSync(file, key.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 })
  softhsm("--import", file, "--token", "parley", "--pin", pin, "--label", "rfc8032", "--id", "a1")
  const found = await token.find("rfc8032", algorithms.ed25519)
  assert.equal(found.public.public.toHex(), point)
  assert.equal((await found.sign([Uint8Array.fromHex(message)]))[0]?.toHex(), signature)
})

test("A-12: a wrong PIN, a token that is not there, and a key that is not there are told apart", { skip }, async () => {
  // In a process of its own, since a login holds for a whole process.
  const tried = (...args: string[]) => {
    const place = JSON.stringify({ module: args[0], token: args[1] })
    const file = join(folder, "tried.mjs")
    const code = `import { openToken } from ${JSON.stringify(join(import.meta.dirname, "../src/keys/pkcs11.ts"))}
      const token = await openToken(${place}, ${JSON.stringify(args[2])}).catch(error => { console.log(error.refusal?.refusal, error.message, error.cause?.message); process.exit() })
      await token.find("nothing", -9).catch(error => console.log(error.cause?.message))
      process.exit()`
    writeFileSync(file, code)
    return String(spawnSync(process.execPath, [file]).stdout)
  }
  assert.match(tried(module, "parley", "000000"), /^wrong-pin (?!.*000000)/)
  assert.match(tried(module, "nobody", pin), /undefined .*0 tokens with the label nobody/)
  assert.match(tried(join(folder, "none.so"), "parley", pin), /^undefined .*none\.so/)
  assert.match(tried(module, "parley", pin), /no key with the label nothing/)
})

const made = (code: string, listen: string, alg?: Classical): Promise<Side> =>
  initHome(join(folder, code), {
    code,
    names: { en: code, ja: "甲", zh: "甲" },
    zone: "Asia/Tokyo",
    language: "en",
    listen,
    api: { host: "127.0.0.1", port: 0 },
    example: true,
    ...(alg && { hardware: { module, token: "parley", pinFile, alg } }),
  })

const proved = async (home: string) => {
  const { charter } = openCharter(home)
  const store = openSqliteReader(recordPath(home))
  const rows = store.since(0, 1_000).map(({ row }) => row)
  const heads = [0, 1].flatMap(author => store.heads(author, 1))
  store.close()
  return verify({ charter, suite: nodeSuite, rows, heads, depth: "signatures" })
}

/** What the home's file says of its one key: a label, and nothing private of it. */
const moduleOf = (home: string): { readonly label: string } => {
  const [pair, other] = JSON.parse(readFileSync(join(home, "keys.json"), "utf8")).secret.node
  assert.deepEqual([Object.keys(pair), other], [["alg", "module", "mlDsa65"], undefined])
  return pair.module
}

/** Resolves when each side holds a head of each. */
const headed = async (...homes: readonly string[]): Promise<void> => {
  for (const store of homes.map(home => openSqliteReader(recordPath(home)))) {
    while ([0, 1].some(author => store.heads(author, 1).length === 0)) await new Promise(setImmediate)
    store.close()
  }
}

for (const alg of algs) {
  test(`A-11: a line on which one side signs in its module, by algorithm ${alg}; both records are whole`, {
    skip,
  }, async () => {
    const [hard, soft] = [`hard${alg}`, `soft${alg}`]
    const sides = [await made(hard, "127.0.0.1:0", alg), await made(soft, "")] as const
    const charter = charterOf(sides[0].card, sides[1].card, nodeSuite)
    if (isRefusal(charter)) throw new Error(`the test's own cards were refused: ${charter.refusal}`)
    for (const side of sides) assert.equal(await pair(side, { charter, words: [] }, []), true)
    const log = openLog("test", "silent")
    const [here, there] = [join(folder, hard), join(folder, soft)]
    const started = async (): Promise<StartedNode[]> => {
      const first = await startNode(here, { log })
      return [first, await startNode(there, { log, peer: `127.0.0.1:${first.peerPort}` })]
    }
    const say = async (text: string, act: string): Promise<void> => {
      const message = { kind: "message", language: "en", precedence: "FLASH", traffic: "test", refs: [] } as const
      const { hash } = await nodeOf(here).order({ ...message, text, act: act.repeat(16) })
      while (
        (await nodeOf(there)
          .entry(hash)
          .catch(() => undefined)) === undefined
      )
        await new Promise(setImmediate)
      await nodeOf(there).order({ kind: "acknowledged", act: act.repeat(16), refs: [hash] })
      const isTold = async () => (await nodeOf(here).entry(hash)).rungs.some(({ rung }) => rung === "acknowledged")
      while (!(await isTold())) await new Promise(setImmediate)
    }
    const before = moduleOf(here)
    for (const act of ["01", "02"]) {
      nodes.push(...(await started()))
      await say(`signed in a module, ${act}`, act)
      if (act === "02") {
        await nodeOf(here).rotateKeys(alg === algorithms.esp256 ? "P-384" : "P-256")
        await say("signed by its next key", "03")
      }
      await headed(here, there)
      for (const node of nodes.splice(0)) await node.stop()
    }
    for (const home of [here, there]) {
      const result = await proved(home)
      assert.deepEqual([result.faults, result.bodiesMissing], [0, 0])
      assert.ok(result.logs.every(log => log.heads > 0 && log.underHead > 0))
    }
    // K-6: the new key is in the module as well, and the old one is gone from it.
    const after = moduleOf(here)
    assert.notEqual(after.label, before.label)
    await token.find(after.label, alg === algorithms.esp256 ? algorithms.esp384 : algorithms.esp256)
    await assert.rejects(token.find(before.label, alg), (error: Error) => /no key/.test(String(error.cause)))
  })
}

test("A-12: a module that holds another key under the home's label is refused before anything is signed", {
  skip,
}, async () => {
  const home = join(folder, "hard-9")
  const path = join(home, "keys.json")
  const text = readFileSync(path, "utf8")
  const { label } = JSON.parse(text).secret.node[0].module
  writeFileSync(path, text.replace(label, "all of -51"))
  const refused = (error: unknown) => error instanceof KeysRefused && error.refusal.refusal === "wrong-token"
  await assert.rejects(startNode(home, { log: openLog("test", "silent") }), refused)
  writeFileSync(path, text)
})

test("A-11: no private key of the module can be read from it, nor stands in a file of the home", { skip }, async () => {
  const { PKCS11 } = createRequire(import.meta.url)("pkcs11js")
  const cryptoki = new PKCS11()
  cryptoki.load(module)
  const [slot] = cryptoki.C_GetSlotList(true)
  const session = cryptoki.C_OpenSession(slot, 4)
  cryptoki.C_FindObjectsInit(session, [{ type: 0, value: 3 }])
  const keys: unknown[] = cryptoki.C_FindObjects(session, 100)
  cryptoki.C_FindObjectsFinal(session)
  assert.ok(keys.length >= 6)
  for (const key of keys) assert.throws(() => cryptoki.C_GetAttributeValue(session, key, [{ type: 0x11 }]), /SENSITIVE/)
  assert.equal(openHome(join(folder, "hard-9")).keys.keys[0].alg, -51)
  for (const name of readdirSync(join(folder, "hard-9"), { recursive: true, encoding: "utf8" }).filter(name =>
    name.includes("."),
  ))
    assert.ok(!readFileSync(join(folder, "hard-9", name)).includes(pin), name)
})

/** The command itself, while the nodes run here. */
const parley = async (...args: string[]): Promise<string> => {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", command, ...args, "--json"])
  const [said, wrong] = await Promise.all([readAll(child.stdout), readAll(child.stderr)])
  assert.equal(wrong, "", args.join(" "))
  return said
}

test("A-11, OF-5: an officer's key is made in a module by command, and releases from there; its file holds nothing secret", {
  skip,
}, async () => {
  const sides = [await made("officers", "127.0.0.1:0"), await made("others", "")] as const
  const charter = charterOf(sides[0].card, sides[1].card, nodeSuite)
  if (isRefusal(charter)) throw new Error(`the test's own cards were refused: ${charter.refusal}`)
  for (const side of sides) assert.equal(await pair(side, { charter, words: [] }, []), true)
  const log = openLog("test", "silent")
  const [here, there] = [join(folder, "officers"), join(folder, "others")]
  const first = await startNode(here, { log })
  nodes.push(first, await startNode(there, { log, peer: `127.0.0.1:${first.peerPort}` }))
  const place = ["--pkcs11", module, "--token", "parley", "--pin-file", pinFile]
  for (const algorithm of ["P-256", "P-384", "Ed25519"]) {
    const code = `duty-${algorithm.toLowerCase()}`
    const file = join(folder, `${code}.key`)
    const given = ["--code", code, "--role", "watch", "--new-key", file, "--algorithm", algorithm]
    await parley("officer", here, "enrol", ...given, ...place)
    assert.deepEqual(Object.keys(JSON.parse(readFileSync(file, "utf8"))), [
      ...["version", "holds", "module", "token", "label", "algorithm", "public"],
    ])
    assert.match(
      await parley("officer", here, "try", "--code", code, "--key", file, "--pin-file", pinFile),
      /"opens":true/,
    )
    const sent = ["--traffic", "test", "--release", file, "--officer", code, "--pin-file", pinFile]
    const { hash } = JSON.parse(await parley("send", here, `released by ${algorithm}`, ...sent))
    const seen = () =>
      nodeOf(there)
        .entry(hash)
        .catch(() => undefined)
    let entry = await seen()
    for (; entry === undefined; entry = await seen()) await new Promise(setImmediate)
    assert.deepEqual([entry.officer, entry.rungs[0]?.proof], [code, "officer"])
  }
  for (const node of nodes.splice(0)) await node.stop()
})
