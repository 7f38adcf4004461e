import assert from "node:assert/strict"
import { X509Certificate } from "node:crypto"
import { once } from "node:events"
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { after, test } from "node:test"
import { connect, createServer, type TLSSocket } from "node:tls"
import { cardOf } from "../../test/fixtures/cards.ts"
import type { Card } from "../core/charter.ts"
import { algorithms } from "../core/suite.ts"
import { nobleSuite } from "../suites/noble.ts"
import { nodeSuite } from "../suites/node.ts"
import { xwingNoble } from "../suites/xwing-noble.ts"
import { xwingNode } from "../suites/xwing-node.ts"
import { drawSecret, fallbackOf } from "./fallback.ts"
import { createKeys, type FileKeys, openKeys } from "./file.ts"
import { pairingWords } from "./pairing-words.ts"
import { seededKeys } from "./seeded.ts"
import type { Signer } from "./signer.ts"

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const context = utf8("parley/1 head")
const folder = mkdtempSync(join(tmpdir(), "parley-keys-"))
after(() => rmSync(folder, { recursive: true }))
const fresh = (): string => join(mkdtempSync(join(folder, "side-")), "keys.json")
const path = fresh()
const keys: FileKeys = createKeys(path, xwingNode)
const seeded = seededKeys(new Uint8Array(32).fill(1), xwingNoble)

const signers: readonly (readonly [string, () => Signer])[] = [
  ["file", () => keys],
  ["seeded", () => seeded],
]

for (const [name, open] of signers) {
  test(`E-15: the ${name} signer signs a batch in order, and heads with ML-DSA-65 under their context`, async () => {
    const signer = open()
    const messages = [utf8("one"), utf8("two"), utf8("")]
    const signatures = await signer.sign(messages)
    for (const suite of [nodeSuite, nobleSuite()]) {
      for (const [at, message] of messages.entries()) assert.ok(suite.verify(signer.keys[0], message, signatures[at]!))
      const post = await signer.signPost(utf8("head"), context)
      assert.ok(suite.verify(signer.keys[1], utf8("head"), post, context))
      assert.ok(suite.sound(signer.keys[0]) && suite.sound(signer.keys[1]))
    }
    assert.deepEqual(await signer.sign([]), [])
  })

  test(`EP-6: the ${name} signer opens what was sealed to an epoch key, until that key is erased for good`, async () => {
    const signer = open()
    const key = await signer.makeEpochKey(7)
    assert.deepEqual(await signer.makeEpochKey(7), key, "asked again after a crash")
    const { enc, secret } = await signer.encapsulate(key)
    assert.deepEqual(await signer.decapsulate(7, enc), secret)
    assert.equal(await signer.decapsulate(8, enc), undefined)
    assert.equal(await signer.decapsulate(7, enc.subarray(1)), undefined)
    await signer.eraseEpochKey(7)
    await signer.eraseEpochKey(7)
    assert.equal(await signer.decapsulate(7, enc), undefined)
    assert.notDeepEqual(await signer.makeEpochKey(7), key)
  })
}

test("CH-3: keys opened again are the keys that were created, roots, certificate and epochs with them", async () => {
  const made = keys.makeEpochKey(3)
  const again = openKeys(path, xwingNode)
  assert.deepEqual([again.keys, again.roots(), again.tls, again.base], [keys.keys, keys.roots(), keys.tls, keys.base])
  assert.deepEqual(again.makeEpochKey(3), made)
  assert.equal(keys.base?.length, 1_216)
  const prefix = utf8("parley/1 card")
  const [classical, post] = await again.rootSign(utf8("card"), prefix)
  assert.ok(nodeSuite.verify(again.roots()[0], utf8("parley/1 cardcard"), classical!))
  assert.ok(nodeSuite.verify(again.roots()[1], utf8("parley/1 cardcard"), post!, prefix))
  assert.throws(() => createKeys(path, xwingNode), /never overwritten/)
})

test("EP-6: an erased epoch key is overwritten on disk, not only unlinked", () => {
  const here = fresh()
  const side = createKeys(here, xwingNode)
  side.makeEpochKey(1)
  const before = readFileSync(here)
  const old = openSync(here, "r") // keeps the old file readable after it was replaced
  side.eraseEpochKey(1)
  const left = Buffer.alloc(before.length)
  readSync(old, left, 0, left.length, 0)
  assert.deepEqual(left, Buffer.alloc(before.length), "zeros")
  assert.equal(JSON.parse(readFileSync(here, "utf8")).secret.epochs["1"], undefined)
})

test("CH-3: a key file that others may read is refused with its mode", { skip: process.platform === "win32" }, () => {
  const here = fresh()
  createKeys(here, xwingNode)
  assert.equal(statSync(here).mode & 0o777, 0o600)
  for (const [mode, shown] of [
    [0o644, "0644"],
    [0o620, "0620"],
    [0o601, "0601"],
  ] as const) {
    chmodSync(here, mode)
    assert.throws(() => openKeys(here, xwingNode), new RegExp(`open to others \\(mode ${shown}\\)`))
  }
  chmodSync(here, 0o600)
  chmodSync(dirname(here), 0o755)
  assert.throws(() => openKeys(here, xwingNode), /open to others \(mode 0755\)/)
  assert.throws(() => createKeys(join(dirname(here), "more.json"), xwingNode), /open to others/)
})

test("CH-3: a damaged key file is an Error that names the place and none of the secrets", () => {
  const here = fresh()
  createKeys(here, xwingNode)
  const text = readFileSync(here, "utf8")
  const { node } = JSON.parse(text).secret
  const broken: readonly (readonly [string, RegExp])[] = [
    [text.slice(0, -9), /its JSON/],
    [text.replace('"version": 2', '"version": 3'), /version 3/],
    [text.replace(node.ed25519, node.ed25519.slice(2)), /node\.ed25519/],
    [text.replace('"tls": {', '"tsl": {'), /at tls/],
  ]
  for (const [content, message] of broken) {
    writeFileSync(here, content)
    assert.throws(
      () => openKeys(here, xwingNode),
      (error: Error) => message.test(error.message) && !error.message.includes(node.ed25519.slice(4, 20)),
    )
  }
})

test("CH-3: with the roots moved offline the node opens, signs, and says which file is wanting", () => {
  const here = fresh()
  const roots = join(dirname(here), "root.json")
  createKeys(here, xwingNode)
  const away = `${roots}.away`
  renameSync(roots, away)
  const side = openKeys(here, xwingNode)
  assert.throws(() => side.roots(), /root\.json is not here/)
  assert.throws(() => side.rootSign(utf8("x"), utf8("y")), /root\.json is not here/)
  side.makeEpochKey(1)
  assert.equal(existsSync(roots), false, "and they do not come back")
  renameSync(away, roots)
  assert.equal(side.roots().length, 2, "put back, they are found again")
})

test("CH-2: the certificate is self-signed, valid from 1970 to 9999, and its key is the one in the card", () => {
  const certificate = new X509Certificate(keys.tls.cert)
  assert.equal(certificate.subject, "CN=parley")
  assert.equal(certificate.issuer, "CN=parley")
  assert.equal(certificate.ca, false)
  assert.equal(certificate.validFromDate.getTime(), 0)
  assert.equal(certificate.validToDate.toISOString(), "9999-12-31T23:59:59.000Z")
  assert.ok(certificate.verify(certificate.publicKey))
  const spki = certificate.publicKey.export({ type: "spki", format: "der" })
  assert.deepEqual(nodeSuite.sha256(spki), keys.tls.spki)
})

test("CH-2: two sides pin each other's certificate in a mutual, hybrid TLS 1.3 handshake", async () => {
  const { tls: ours } = keys
  const { tls: theirs } = seeded
  const server = createServer(
    {
      key: theirs.key,
      cert: theirs.cert,
      ca: [ours.cert],
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: "TLSv1.3",
    },
    socket => socket.end(),
  )
  await once(server.listen(0, "127.0.0.1"), "listening")
  const { port } = server.address() as AddressInfo
  const options = {
    host: "127.0.0.1",
    port,
    key: ours.key,
    cert: ours.cert,
    servername: "parley",
    minVersion: "TLSv1.3",
  } as const
  const socket: TLSSocket = connect({ ...options, ca: [theirs.cert] })
  await once(socket, "secureConnect")
  assert.equal(socket.authorized, true)
  assert.match(JSON.stringify(socket.getEphemeralKeyInfo()), /X25519MLKEM768/)
  await once(socket.resume(), "close")
  const stranger = connect({ ...options, ca: [ours.cert] })
  const [error] = await once(stranger, "error")
  assert.match(String(error), /self-signed|certificate/)
  server.close()
})

test("O-1: one seed gives the same keys, signatures and encapsulations to the byte, another seed others", async () => {
  const run = async (first: number) => {
    const side = seededKeys(new Uint8Array(32).fill(first), xwingNoble)
    const made = await side.makeEpochKey(1)
    const sealed = await side.encapsulate(made)
    return JSON.stringify([
      side.keys.map(key => key.public.toHex()),
      (await side.sign([utf8("a")]))[0]?.toHex(),
      (await side.signPost(utf8("a"), context)).toHex(),
      made.toHex(),
      sealed.enc.toHex(),
      (await side.encapsulate(made)).enc.toHex() === sealed.enc.toHex(),
      side.base.toHex(),
      side.tls.cert,
    ])
  }
  assert.equal(await run(1), await run(1))
  assert.notEqual(await run(1), await run(2))
  assert.ok((await run(1)).includes("false"), "no encapsulation repeats another")
})

test("CH-3: the seeded roots sign deterministically", { skip: !process.env.SLOW }, async () => {
  const [prefix, message] = [utf8("parley/1 card"), utf8("card")]
  const [classical, post] = await seeded.rootSign(message, prefix)
  const signed = utf8("parley/1 cardcard")
  assert.ok(nodeSuite.verify(seeded.roots()[0], signed, classical!))
  assert.ok(nodeSuite.verify(seeded.roots()[1], signed, post!, prefix))
  assert.deepEqual((await seeded.rootSign(message, prefix))[1], post)
  assert.equal(seeded.roots()[1].alg, algorithms.slhDsa128s)
})

test("CH-6: both sides derive the same ten numbers, and another card gives others", async () => {
  const card = (fill: number): Card => ({ ...base, hash: new Uint8Array(32).fill(fill) })
  const base = await cardOf("north", keys, nodeSuite)
  const words = await pairingWords(card(1), card(2))
  // Computed apart from this program: scrypt(01…01 ‖ 02…02, "parley/1 words", 2^17, 8, 1, 16).
  assert.deepEqual(words, [1600, 518, 651, 1521, 1192, 1795, 549, 1081, 1834, 1507])
  assert.deepEqual(await pairingWords(card(2), card(1)), words)
  assert.notDeepEqual(await pairingWords(card(1), card(3)), words)
})

test("CH-3: a crash between writing and renaming leaves the old keys in force", () => {
  const here = fresh()
  const side = createKeys(here, xwingNode)
  copyFileSync(here, `${here}.new`)
  writeFileSync(`${here}.new`, "half a fi")
  assert.deepEqual(openKeys(here, xwingNode).keys, side.keys)
  side.makeEpochKey(1)
  assert.equal(openKeys(here, xwingNode).makeEpochKey(1).toString(), side.makeEpochKey(1).toString())
})

test("CH-11: a fallback card is the same on both sides, follows from the secret and the charter, and tells its cells by party", async () => {
  const secret = drawSecret()
  assert.equal(secret.length, 10)
  assert.ok(secret.every(number => number >= 0 && number < 2_048))
  const charter = new Uint8Array(32).fill(7)
  const known = await fallbackOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 2_047], charter)
  const [same, other, elsewhere] = await Promise.all([
    fallbackOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 2_047], charter),
    fallbackOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 2_046], charter),
    fallbackOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 2_047], charter.with(0, 8)),
  ])
  assert.deepEqual(same, known)
  assert.notDeepEqual(other.tables, known.tables)
  assert.notDeepEqual(elsewhere.tables, known.tables)
  assert.notDeepEqual(known.tables[0], known.tables[1])
  assert.equal(known.tables.flat().length, 2 * 10)
  for (const cell of known.tables.flat(2)) assert.match(cell, /^\d{4}$/)
  assert.deepEqual([known.check, known.tables[0]?.[0]?.[0], known.tables[1]?.[9]?.[7]], ["6201", "4632", "7607"])
})
