import assert from "node:assert/strict"
import { createHmac, createPublicKey, diffieHellman, generateKeyPairSync, hash, hkdfSync, sign } from "node:crypto"
import { test } from "node:test"
import { tlsIdentity } from "../keys/certificate.ts"
import { answerTo, type Greeter, greeterOf, greetingBytes, greetingKinds, hello, helloFault, nonceOf } from "./greet.ts"

const [a, b, c] = Array.from({ length: 3 }, () => tlsIdentity(generateKeyPairSync("ed25519").privateKey))
assert(a && b && c)
const greeter = (me: typeof a, peer: typeof a): Greeter => greeterOf(me.key, me.cert, peer.spki)
const [dials, answers] = [greeter(a, b), greeter(b, a)]

const greeting = (from = dials, to = answers) => {
  const first = hello(from)
  const second = answerTo(first.bytes, to)
  return { first, second, third: first.answered(second.bytes) }
}
const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))

test("F-18: three messages give both sides one session, with a key for each direction", () => {
  const { first, second, third } = greeting()
  assert(typeof third !== "string")
  assert.equal(helloFault(first.bytes, answers), undefined)
  assert.equal(nonceOf(third.proof), second.nonce)
  const theirs = second.proven(third.proof)
  assert(typeof theirs !== "string")
  const { session: ours } = third
  assert.deepEqual(ours.id, theirs.id)
  assert.equal(ours.id.length, 8)
  const said = Buffer.from("said")
  assert.ok(theirs.isTrue(said, ours.tag(said)) && ours.isTrue(said, theirs.tag(said)))
  assert.ok(!ours.isTrue(said, ours.tag(said)), "what we said ourselves is not the peer's")
  assert.ok(!theirs.isTrue(Buffer.from("other"), ours.tag(said)))
  const again = greeting().third
  assert.ok(typeof again !== "string" && !Buffer.from(again.session.id).equals(ours.id))
})

test("F-18: no answer is longer than what it answers, and hello may be said again", () => {
  const { first, second, third } = greeting()
  assert(typeof third !== "string")
  assert.deepEqual([first.bytes.length, second.bytes.length], [greetingBytes, greetingBytes])
  assert.ok(third.proof.length < greetingBytes)
  assert.notEqual(typeof second.proven(third.proof), "string")
  assert.notEqual(typeof second.proven(third.proof), "string", "a proof that comes twice proves the same")
})

test("F-18: our own hello that comes back, and one of who does not know both cards, is not answered", () => {
  assert.equal(helloFault(hello(dials).bytes, dials), "reflected")
  assert.equal(helloFault(hello(greeter(c, b)).bytes, answers), "other-key")
  assert.equal(helloFault(hello(greeter(a, c)).bytes, answers), "other-key")
  for (const at of [1, 40, 100, greetingBytes - 1])
    assert.equal(helloFault(flipped(hello(dials).bytes, at), answers), "other-key", String(at))
  for (const said of [
    Buffer.alloc(0),
    hello(dials).bytes.subarray(1),
    Buffer.alloc(greetingBytes),
    Buffer.alloc(2_000),
  ])
    assert.equal(helloFault(said, answers), "no-greeting")
})

test("F-18: an answer or proof by another key, altered, or of another greeting is turned away", () => {
  const { first, second, third } = greeting()
  assert(typeof third !== "string")
  // Who knows both cards but holds another key.
  const impostor = { ...greeter(c, a), pins: answers.pins }
  assert.equal(first.answered(answerTo(first.bytes, impostor).bytes), "other-key")
  const lying = { ...impostor, spki: answers.spki }
  assert.equal(first.answered(answerTo(first.bytes, lying).bytes), "bad-greeting")
  const old = greeting()
  assert(typeof old.third !== "string")
  assert.equal(first.answered(old.second.bytes), "bad-greeting", "a recorded answer")
  assert.equal(second.proven(old.third.proof), "no-greeting", "a recorded proof")
  const renamed = Buffer.concat([third.proof.subarray(0, 17), old.third.proof.subarray(17)])
  assert.equal(second.proven(renamed), "bad-greeting", "a recorded proof under a new name")
  for (let at = 1; at < greetingBytes; at += 7)
    assert.match(String(first.answered(flipped(second.bytes, at))), /^(bad-greeting|other-key)$/)
  for (let at = 17; at < third.proof.length; at += 7)
    assert.match(String(second.proven(flipped(third.proof, at))), /^(bad-greeting|other-key)$/)
  for (const bytes of [first.bytes, third.proof, second.bytes.subarray(1), Buffer.alloc(0)])
    assert.equal(first.answered(bytes), "no-greeting")
})

test("F-18: what the one side signs is no use to it in the other's place", () => {
  const { first, second } = greeting()
  // The answerer's own signature, sent back to it as the proof.
  const back = Buffer.concat([Buffer.of(greetingKinds.proof), second.bytes.subarray(33, 49), second.bytes.subarray(49)])
  assert.equal(nonceOf(back), second.nonce)
  assert.equal(second.proven(back), "other-key")
  assert.equal(typeof first.answered(second.bytes), "object")
})

/** A dialler written down from the page alone: its proof, over a key that it chooses. */
const proofByThePage = (point: Buffer, answered: Buffer): Buffer => {
  const label = "parley/1 greeting"
  const [diallerPin, answererPin] = dials.pins
  const drawn = Buffer.concat([point, Buffer.alloc(16, 7)])
  const all = Buffer.concat([Buffer.from(label), diallerPin, answererPin, drawn, answered.subarray(1, 49)])
  const what = Buffer.concat([Buffer.from(`${label} proof`), hash("sha256", all, "buffer")])
  const spki = createPublicKey(a.key).export({ type: "spki", format: "der" })
  return Buffer.concat([Buffer.of(0x23), answered.subarray(33, 49), spki, sign(null, what, a.key)])
}
const helloByThePage = (point: Buffer): Buffer => {
  const first = Buffer.concat([Buffer.of(0x21), point, Buffer.alloc(16, 7), Buffer.alloc(92)])
  const knock = createHmac("sha256", Buffer.concat([Buffer.from("parley/1 greeting hello"), ...dials.pins]))
  return Buffer.concat([first, knock.update(first).digest().subarray(0, 16)])
}

test("F-18: a greeting made from the page alone is taken, and with a point of low order it makes no session", () => {
  const { privateKey, publicKey } = generateKeyPairSync("x25519")
  const good = publicKey.export({ type: "spki", format: "der" }).subarray(12)
  for (const point of [good, Buffer.alloc(32)]) {
    const first = helloByThePage(point)
    assert.equal(helloFault(first, answers), undefined)
    const answer = answerTo(first, answers)
    const bytes = Buffer.from(answer.bytes)
    const session = answer.proven(proofByThePage(point, bytes))
    if (point !== good) return assert.equal(session, "bad-greeting")
    assert(typeof session !== "string")
    const theirs = Buffer.concat([Buffer.from("302a300506032b656e032100", "hex"), bytes.subarray(1, 33)])
    const key = createPublicKey({ key: theirs, type: "spki", format: "der" })
    const all = Buffer.concat([
      Buffer.from("parley/1 greeting"),
      ...dials.pins,
      first.subarray(1, 49),
      bytes.subarray(1, 49),
    ])
    const [secret, salt] = [diffieHellman({ privateKey, publicKey: key }), hash("sha256", all, "buffer")]
    const drawn = (what: string, length: number): Buffer =>
      Buffer.from(hkdfSync("sha256", secret, salt, `parley/1 greeting ${what}`, length))
    assert.deepEqual(Buffer.from(session.id), drawn("session", 8))
    const tag = createHmac("sha256", drawn("dialler", 32)).update("said").digest().subarray(0, 16)
    assert.ok(session.isTrue(Buffer.from("said"), tag))
  }
})
