// X-Wing twice, by the platform and by noble, against the draft's vector and a third implementation.
import assert from "node:assert/strict"
import { test } from "node:test"
import { XWing } from "@hpke/hybridkem-x-wing"
import { xwingDraft } from "../../test/fixtures/vectors.ts"
import { isXwingPublic } from "../core/hpke.ts"
import { xwingNoble } from "./xwing-noble.ts"
import { xwingNode } from "./xwing-node.ts"

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text)
const seed = hex(xwingDraft.seed)
const fixed = xwingNoble(() => hex(xwingDraft.eseed))
const buffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer

test("EP-1: both X-Wings give the draft's public key, and noble's the draft's ciphertext and secret", () => {
  const key = xwingNode.publicKey(seed)
  assert.deepEqual(fixed.publicKey(seed), key)
  assert.equal(key.length, 1_216)
  assert.ok(key.toHex().startsWith(xwingDraft.publicStart) && key.toHex().endsWith(xwingDraft.publicEnd))
  const made = fixed.encapsulate(key)
  assert.ok(made)
  assert.equal(made.enc.length, 1_120)
  assert.ok(made.enc.toHex().startsWith(xwingDraft.encStart) && made.enc.toHex().endsWith(xwingDraft.encEnd))
  assert.equal(made.secret.toHex(), xwingDraft.secret)
  assert.equal(xwingNode.decapsulate(seed, made.enc)?.toHex(), xwingDraft.secret)
  assert.equal(fixed.decapsulate(seed, made.enc)?.toHex(), xwingDraft.secret)
})

test("EP-1: what one X-Wing seals to a key, the other and a third implementation open", async () => {
  const third = new XWing()
  const key = xwingNode.publicKey(seed)
  const pair = {
    privateKey: await third.deserializePrivateKey(buffer(seed)),
    publicKey: await third.deserializePublicKey(buffer(key)),
  }
  const theirPair = await third.generateKeyPairDerand(seed)
  assert.deepEqual(new Uint8Array(await third.serializePublicKey(theirPair.publicKey)), key)
  for (const kem of [xwingNode, fixed]) {
    const made = kem.encapsulate(key)
    assert.ok(made)
    assert.deepEqual(xwingNode.decapsulate(seed, made.enc), made.secret)
    assert.deepEqual(fixed.decapsulate(seed, made.enc), made.secret)
    const opened = await third.decap({ recipientKey: pair, enc: buffer(made.enc) })
    assert.deepEqual(new Uint8Array(opened), made.secret)
  }
  const theirs = await third.encap({ recipientPublicKey: pair.publicKey })
  const expected = new Uint8Array(theirs.sharedSecret)
  assert.deepEqual(xwingNode.decapsulate(seed, new Uint8Array(theirs.enc)), expected)
  assert.deepEqual(fixed.decapsulate(seed, new Uint8Array(theirs.enc)), expected)
})

test("EP-2: a malformed key or ciphertext is undefined, never a throw, and the core knows such a key beforehand", () => {
  const key = xwingNode.publicKey(seed)
  const overflowing = key.with(0, 0xff).with(1, key[1]! | 0x0f)
  assert.equal(isXwingPublic(key), true)
  assert.equal(isXwingPublic(overflowing), false)
  assert.equal(isXwingPublic(key.subarray(1)), false)
  for (const kem of [xwingNode, fixed]) {
    assert.equal(kem.encapsulate(key.subarray(1)), undefined)
    assert.equal(kem.encapsulate(overflowing), undefined)
    assert.equal(kem.decapsulate(seed, new Uint8Array(1_119)), undefined)
  }
})

test("EP-2: a false ciphertext, or one whose X25519 part has small order, gives both X-Wings one and the same useless secret", () => {
  const key = xwingNode.publicKey(seed)
  const made = xwingNode.encapsulate(key)
  assert.ok(made)
  const altered = made.enc.with(5, made.enc[5]! ^ 1)
  assert.notDeepEqual(xwingNode.decapsulate(seed, altered), made.secret)
  assert.deepEqual(xwingNode.decapsulate(seed, altered), fixed.decapsulate(seed, altered))
  const small = Uint8Array.from(made.enc).fill(0, 1_088)
  assert.deepEqual(xwingNode.decapsulate(seed, small), fixed.decapsulate(seed, small))
  const toSmall = Uint8Array.from(key).fill(0, 1_184)
  assert.ok(xwingNode.encapsulate(toSmall) && fixed.encapsulate(toSmall))
})
