// What lies on the disk of a locked side, as it runs and afterwards: nothing of what was said, and no secret. Two nodes in this process.
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { after, before, test } from "node:test"
import { nodeOf } from "../src/cli/ask.ts"
import { charterOf } from "../src/core/charter.ts"
import { newLine } from "../src/core/line.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { verify } from "../src/evidence/verify.ts"
import { keyring } from "../src/keys/lock.ts"
import { openPrivate } from "../src/keys/private-file.ts"
import { cipherOf, initHome, openCharter, openHome, pair, recordPath, type Side } from "../src/node/home.ts"
import { openLog } from "../src/node/log.ts"
import { type StartedNode, startNode } from "../src/node/main.ts"
import type { Cipher } from "../src/store/sealed.ts"
import { openSqlite, openSqliteReader } from "../src/store/sqlite.ts"
import { nodeSuite } from "../src/suites/node.ts"

const passphrase = "tin whistle 河口 forty"
const ring = keyring(passphrase)
const said = "Nine lanterns over the strait, 海峡上空有九盏灯。"
const folder = mkdtempSync(join(tmpdir(), "parley-atrest-"))
const homes = ["aland", "bland"].map(code => join(folder, code))
const nodes: StartedNode[] = []
const logged: string[] = []

const made = (code: string, listen: string): Promise<Side> =>
  initHome(join(folder, code), {
    code,
    names: { en: code, ja: "甲", zh: "甲" },
    zone: "Asia/Tokyo",
    language: "ja",
    listen,
    api: { host: "127.0.0.1", port: 0 },
    example: true,
    passphrase,
  })

before(async () => {
  const sides = [await made("aland", "127.0.0.1:0"), await made("bland", "")] as const
  const charter = charterOf(sides[0].card, sides[1].card, nodeSuite)
  if (isRefusal(charter)) throw new Error(`the test's own cards were refused: ${charter.refusal}`)
  for (const side of sides) assert.equal(await pair(side, { charter, words: [] }, []), true)
  const log = openLog("test", "debug", { write: line => void logged.push(line) })
  nodes.push(await startNode(homes[0]!, { log, ring }))
  nodes.push(await startNode(homes[1]!, { log, ring, peer: `127.0.0.1:${nodes[0]!.peerPort}` }))
})

after(async () => {
  for (const node of nodes) await node.stop()
  rmSync(folder, { recursive: true })
})

const secretsOf = (home: string): Uint8Array[] => {
  const files = (["node-keys", "root-keys", "record-key"] as const).map((holds, at) =>
    openPrivate(join(home, ["keys.json", "root.json", "record-key.json"][at]!), holds, ring),
  )
  const hex = files.flatMap(({ secret }) => JSON.stringify(secret).match(/[0-9a-f]{64,}/g) ?? [])
  assert.ok(hex.length >= 6)
  const bytes = [...hex.map(Uint8Array.fromHex), ...files.map(({ kek }) => kek!.key), ...secretsOfEpochs(home)]
  return bytes.flatMap(secret => [secret, ...[secret.toHex(), secret.toBase64(), base64url(secret)].map(utf8)])
}
const base64url = (bytes: Uint8Array): string => bytes.toBase64({ alphabet: "base64url", omitPadding: true })
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

const secretsOfEpochs = (home: string): Uint8Array[] => {
  const { charter, us, charterBody, cipher } = openHome(home, ring)
  const store = openSqliteReader(recordPath(home), cipher)
  const snapshot = store.state()!
  store.close()
  const line = newLine(
    { charter, us, suite: nodeSuite, charterBody },
    { snapshot, unconfirmed: [], recent: [], changes: [] },
  )
  const secrets = [...line.state.peers.values()].flatMap(peer => [
    ...peer.secrets.map(({ secret }) => secret),
    ...[peer.pairingOurs, peer.pairingTheirs].filter(secret => secret !== null),
  ])
  assert.ok(secrets.length >= 2)
  return secrets
}

/** Every file that holds one of them. */
const found = (home: string, wanted: readonly Uint8Array[]): string[] =>
  readdirSync(home, { recursive: true, encoding: "utf8" }).filter(name => {
    const path = join(home, name)
    if (!statSync(path).isFile()) return false
    const bytes = readFileSync(path)
    return wanted.some(each => bytes.includes(each))
  })

const proved = async (home: string, cipher?: Cipher) => {
  const { charter } = openCharter(home)
  const store = openSqliteReader(recordPath(home), cipher)
  const rows = store.since(0, 1_000).map(({ row }) => row)
  const heads = [0, 1].flatMap(author => store.heads(author, 1))
  store.close()
  return verify({ charter, suite: nodeSuite, rows, heads, depth: "signatures" })
}

test("A-5, A-9: no secret, passphrase or text stands in any file of a locked home, in its log, or in what it says of errors", async () => {
  const node = nodeOf(homes[0]!)
  const message = { kind: "message", language: "en", precedence: "ROUTINE", traffic: "real", refs: [] } as const
  const { hash } = await node.order({ ...message, act: "01".repeat(16), subject: "lanterns", text: said })
  const there = nodeOf(homes[1]!)
  while ((await there.entry(hash).catch(() => undefined)) === undefined) await new Promise(setImmediate)
  assert.equal((await there.entry(hash)).hash, hash)
  await there.order({ kind: "acknowledged", act: "02".repeat(16), refs: [hash] })
  while (!(await node.entry(hash)).rungs.some(({ rung }) => rung === "acknowledged")) await new Promise(setImmediate)
  // K-2: what a rotation says stays readable, or nobody could prove what comes after it.
  await node.rotateKeys()
  const texts = [passphrase, passphrase.normalize("NFD"), "Nine lanterns", "九盏灯", "lanterns"].map(utf8)
  for (const home of homes) {
    const secrets = secretsOf(home)
    assert.deepEqual(found(home, [...secrets, ...texts]), [], "while the node runs")
    assert.deepEqual(found(home, [utf8('"holds": "root-keys"')]), ["root.json"], "what is there is found")
    assert.ok(!secrets.some(secret => Buffer.from(logged.join("")).includes(secret)))
  }
  for (const node of nodes.splice(0)) await node.stop()
  for (const home of homes) assert.deepEqual(found(home, [...secretsOf(home), ...texts]), [], "when it has stopped")
  assert.ok(logged.length > 2)
  for (const text of [passphrase, "lanterns", "九盏灯"]) assert.ok(!logged.join("").includes(text), text)
  for (const refused of [() => openHome(homes[0]!), () => openHome(homes[0]!, keyring("tin whistle 河口 fifty"))])
    assert.throws(refused, (error: Error) => "refusal" in error && !/whistle|[0-9a-f]{32}/.test(String(error.stack)))
})

test("A-9: without the passphrase every entry, root and signature is proven, and the texts are said to be locked", async () => {
  const home = homes[0]!
  const blind = await proved(home)
  assert.deepEqual([blind.faults, blind.bodiesMissing], [0, 0])
  assert.ok(blind.bodiesLocked > 0 && blind.bodies >= 3, "charters and keys are read, and texts are not")
  const whole = await proved(home, cipherOf(home, ring))
  assert.deepEqual([whole.faults, whole.bodiesLocked, whole.bodies], [0, 0, blind.bodies + blind.bodiesLocked])
  assert.throws(
    () => openSqlite(recordPath(home), { now: Date.now }),
    (error: Error) => "refusal" in error && isRefusal(error.refusal) && error.refusal.refusal === "locked",
  )
})

test("A-9: a text that was altered on the disk of a locked home is named", async () => {
  const home = homes[1]!
  const cipher = cipherOf(home, ring)
  {
    using db = new DatabaseSync(recordPath(home))
    db.exec(
      "UPDATE entry SET box = CAST(substr(box, 1, 30) || x'01234567' || substr(box, 35) AS BLOB) WHERE position = (SELECT max(position) FROM entry WHERE box NOT NULL)",
    )
  }
  const { faults, first } = await proved(home, cipher)
  assert.deepEqual([faults, first[0]?.refusal], [1, "wrong-body"])
  assert.equal((await proved(home)).faults, 0, "who has no key cannot know")
})
