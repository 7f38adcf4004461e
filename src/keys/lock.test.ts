// Private files under a passphrase. Locks are made cheap here; the real cost is asked once.
import assert from "node:assert/strict"
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { xwingNode } from "../suites/xwing-node.ts"
import { createKeys, type FileKeys, openKeys, relockKeys, relockRoots } from "./file.ts"
import { type Kek, KeysRefused, keyring, newKek, openUnder, sealUnder } from "./lock.ts"
import { lockOf } from "./private-file.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-lock-"))
after(() => rmSync(folder, { recursive: true }))
const fresh = (): string => join(mkdtempSync(join(folder, "side-")), "keys.json")
const cheap = (passphrase: string): Kek => newKek(passphrase, 16)
const passphrase = "north wind and the 太陽"
const refusedAs = (code: string) => (error: unknown) =>
  error instanceof KeysRefused && error.refusal.refusal === code && !error.message.includes(passphrase)
const facts = (keys: FileKeys) => [keys.keys, keys.roots(), keys.tls, keys.base]

test("A-5: of a locked side nothing private can be read in its files, whatever was changed since", () => {
  const path = fresh()
  const twin = fresh()
  createKeys(twin, xwingNode)
  const kek = cheap(passphrase)
  const keys = createKeys(path, xwingNode, { kek })
  keys.makeEpochKey(1)
  keys.eraseEpochKey(0)
  const names = ["keys.json", "root.json"]
  for (const name of names) {
    const file = JSON.parse(readFileSync(join(path, "..", name), "utf8"))
    assert.deepEqual([file.version, file.secret, file.lock.kdf], [2, undefined, "scrypt"])
    const { secret, sealed } = JSON.parse(readFileSync(join(twin, "..", name), "utf8"))
    assert.ok(secret && sealed === undefined, "in the clear without a passphrase, and plainly so")
  }
  assert.deepEqual(readdirSync(join(path, "..")).sort(), names)
})

test("A-6: a locked side opens with its passphrase, is refused by name without or with another, and nothing is changed", () => {
  const path = fresh()
  const keys = createKeys(path, xwingNode, { kek: cheap(passphrase) })
  const before = readFileSync(path)
  assert.throws(() => openKeys(path, xwingNode), refusedAs("locked"))
  for (const wrong of ["", `${passphrase} `, "North wind and the 太陽"])
    assert.throws(() => openKeys(path, xwingNode, keyring(wrong)), refusedAs("wrong-passphrase"))
  assert.deepEqual(readFileSync(path), before)
  const again = openKeys(path, xwingNode, keyring(passphrase.normalize("NFD")))
  assert.deepEqual(facts(again), facts(keys))
  const [classical, post] = again.rootSign(new Uint8Array(3), new Uint8Array(2)) as Uint8Array[]
  assert.deepEqual([classical!.length, post!.length], [64, 7_856])
})

test("A-6: keys that are made and erased later are sealed again without the passphrase being asked for", () => {
  const path = fresh()
  createKeys(path, xwingNode, { kek: cheap(passphrase) })
  const keys = openKeys(path, xwingNode, keyring(passphrase))
  const made = keys.makeEpochKey(5)
  assert.deepEqual(JSON.parse(readFileSync(path, "utf8")).public.epochs, [0, 5])
  assert.deepEqual(openKeys(path, xwingNode, keyring(passphrase)).makeEpochKey(5), made)
})

test("A-7: any change of what is sealed, or of what stands beside it, is found before a key is used", () => {
  const path = fresh()
  createKeys(path, xwingNode, { kek: cheap(passphrase) })
  const text = readFileSync(path, "utf8")
  const file = JSON.parse(text)
  const flipped = (hex: string, at: number): string =>
    hex.slice(0, at) + (hex[at] === "0" ? "1" : "0") + hex.slice(at + 1)
  const changes: readonly (readonly [string, RegExp])[] = [
    [text.replace(file.sealed, flipped(file.sealed, 30)), /sealed part/],
    [text.replace(file.sealed, flipped(file.sealed, file.sealed.length - 1)), /sealed part/],
    [text.replace(file.sealed, ""), /sealed part/],
    [text.replace(file.public.tls, flipped(file.public.tls, 3)), /sealed part/],
    [text.replace(file.lock.salt, flipped(file.lock.salt, 3)), /does not open/],
    [text.replace(file.lock.check, flipped(file.lock.check, 3)), /does not open/],
    [text.replace('"n": 16', '"n": 17'), /at lock/],
    [text.replace('"n": 16', '"n": 1073741824'), /at lock/],
    [text.replace('"scrypt"', '"other"'), /at lock/],
    [text.replace('"node-keys"', '"root-keys"'), /at holds/],
  ]
  for (const [content, message] of changes) {
    assert.notEqual(content, text)
    writeFileSync(path, content)
    assert.throws(() => openKeys(path, xwingNode, keyring(passphrase)), message)
  }
  // A sealed part cannot be moved to another file of the same lock.
  const roots = join(path, "..", "root.json")
  writeFileSync(path, text)
  writeFileSync(path, text.replace(file.sealed, JSON.parse(readFileSync(roots, "utf8")).sealed))
  assert.throws(() => openKeys(path, xwingNode, keyring(passphrase)), /sealed part/)
})

test("A-7: the lock is scrypt with N = 2^17, r = 8, p = 1, and one derivation opens every file of a side", () => {
  const kek = newKek(passphrase)
  assert.deepEqual([kek.lock.n, kek.lock.r, kek.lock.p, kek.lock.salt.length], [131_072, 8, 1, 32])
  const ring = keyring(passphrase)
  assert.deepEqual(ring(kek.lock, "a").key, kek.key)
  assert.equal(ring(kek.lock, "b"), ring(kek.lock, "a"), "held, and not derived again")
  const sealed = sealUnder(kek, new Uint8Array(1), new Uint8Array(9))
  assert.notDeepEqual(sealUnder(kek, new Uint8Array(1), new Uint8Array(9)), sealed)
  assert.deepEqual(openUnder(kek, new Uint8Array(1), sealed), new Uint8Array(9))
  assert.equal(openUnder(kek, new Uint8Array(2), sealed), undefined)
})

test("A-6: another passphrase takes the place of the old one; what a crash left half done is completed by the same again", () => {
  const path = fresh()
  const keys = createKeys(path, xwingNode, { kek: cheap(passphrase) })
  const [old, roots] = [`${path}.old`, join(path, "..", "root.json")]
  copyFileSync(path, old)
  const chosen = "a quite different sentence"
  relockKeys(path, keyring(passphrase, chosen), cheap(chosen))
  assert.throws(() => openKeys(path, xwingNode, keyring(passphrase)), refusedAs("wrong-passphrase"))
  assert.deepEqual(facts(openKeys(path, xwingNode, keyring(chosen))), facts(keys))
  // As if the power had failed between the two files.
  copyFileSync(old, path)
  relockKeys(path, keyring(passphrase, chosen), cheap(chosen))
  openKeys(path, xwingNode, keyring(chosen)).rootSign(new Uint8Array(1), new Uint8Array(1))
  // The roots alone, as where they are kept apart.
  relockRoots(path, keyring(chosen), cheap(passphrase))
  const mixed = openKeys(path, xwingNode, keyring(chosen))
  assert.throws(() => mixed.rootSign(new Uint8Array(1), new Uint8Array(1)), refusedAs("wrong-passphrase"))
  assert.ok(existsSync(roots))
})

test("A-8: a key file of version 1 opens, its roots in a file of their own, and can be locked", () => {
  const path = fresh()
  const old = join(import.meta.dirname, "..", "..", "test", "fixtures", "home-version-1", "keys.json")
  const { node, root } = JSON.parse(readFileSync(old, "utf8"))
  const put = (place: string): void => {
    copyFileSync(old, place)
    chmodSync(place, 0o600)
  }
  put(path)
  const keys = openKeys(path, xwingNode)
  assert.equal(keys.roots()[0].public.length, 32)
  assert.equal(lockOf(path), null)
  const roots = join(path, "..", "root.json")
  assert.equal(JSON.parse(readFileSync(roots, "utf8")).secret.slhDsa128s, root.slhDsa128s)
  assert.ok(!readFileSync(path, "utf8").includes(root.ed25519))
  // Again, with the crash before the roots were taken out of the old file; and straight to a lock.
  put(path)
  relockKeys(path, keyring(), cheap(passphrase))
  for (const file of [path, roots])
    for (const secret of [node.ed25519, node.mlDsa65, root.ed25519, root.slhDsa128s])
      assert.ok(!readFileSync(file, "utf8").includes(secret))
  assert.deepEqual(facts(openKeys(path, xwingNode, keyring(passphrase))), facts(keys))
  // Roots of another side beside an old file are not taken for its own.
  const other = fresh()
  createKeys(other, xwingNode)
  mkdirSync(join(folder, "mixed"), { mode: 0o700 })
  put(join(folder, "mixed", "keys.json"))
  copyFileSync(join(other, "..", "root.json"), join(folder, "mixed", "root.json"))
  assert.throws(() => openKeys(join(folder, "mixed", "keys.json"), xwingNode), /other root keys/)
})
