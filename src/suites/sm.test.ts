// National suite 1 against what its standards publish, and against SM2's equation written down a second time here.
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"
import { weierstrass } from "@noble/curves/abstract/weierstrass.js"
import { bigint, flip, hex, join, message, number, utf8 } from "../../test/fixtures/judged.ts"
import { sm } from "./sm.ts"

const sm3 = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(
    createHash("sm3")
      .update(join(...parts))
      .digest(),
  )

/** GB/T 32918.5: the recommended curve. */
const curve = {
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  h: 1n,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
}
const Point = weierstrass(curve)
const { n } = curve

/** e of GB/T 32918.2, sections 5.5 and 6.1: SM3 of Z, which names the signer and the key, and of the message. */
const digest = (identifier: string, key: Uint8Array, said: Uint8Array): bigint => {
  const id = utf8(identifier)
  const parameters = [curve.a, curve.b, curve.Gx, curve.Gy].map(each => number(each, 32))
  const z = sm3(Uint8Array.of(id.length >> 5, (id.length * 8) & 255), id, ...parameters, key.subarray(1))
  return bigint(sm3(z, said)) % n
}
const isSigned = (key: Uint8Array, e: bigint, r: bigint, s: bigint): boolean => {
  const t = (r + s) % n
  const point = Point.BASE.multiply(s).add(Point.fromBytes(key).multiply(t))
  return (e + point.toAffine().x) % n === r
}
const signed = (d: bigint, k: bigint, e: bigint): Uint8Array => {
  const r = (e + Point.BASE.multiply(k).toAffine().x) % n
  const s = Point.Fn.mul(Point.Fn.inv(1n + d), Point.Fn.create(k - r * d))
  return join(number(r, 32), number(s, 32))
}

/** GB/T 32918.5, annex A.2. */
const published = {
  identifier: "1234567812345678",
  d: 0x3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8n,
  k: 0x59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21n,
  said: utf8("message digest"),
  x: "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020",
  y: "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
  r: "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3",
  s: "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
}
const key = hex(`04${published.x}${published.y}`)

test("E-21: SM3 and the equation of SM2 give what GB/T 32905 and GB/T 32918.5 publish", () => {
  assert.equal(sm3(utf8("abc")).toHex(), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")
  assert.deepEqual(Point.BASE.multiply(published.d).toBytes(false), key)
  const e = digest(published.identifier, key, published.said)
  assert.equal(signed(published.d, published.k, e).toHex(), published.r + published.s)
  assert.ok(isSigned(key, e, bigint(hex(published.r)), bigint(hex(published.s))))
})

test("E-21: what the platform signs by SM2 the equation takes, and the other way, with an empty identifier and no other", () => {
  const secret = sm.make()
  const own = sm.publicOf(secret)
  for (let times = 0; times < 16; times++) {
    const signature = sm.sign(secret, message)
    assert.equal(signature.length, sm.signatureBytes)
    assert.equal(sm.verify(own, message, signature), true)
    assert.ok(isSigned(own, digest("", own, message), bigint(signature.slice(0, 32)), bigint(signature.slice(32))))
  }
  const ours = signed(published.d, published.k, digest("", key, message))
  assert.equal(sm.verify(key, message, ours), true)
  assert.equal(
    sm.verify(key, message, signed(published.d, published.k, digest(published.identifier, key, message))),
    false,
  )
  assert.equal(sm.verify(own, message, ours), false)
  assert.equal(sm.verify(key, utf8("altered"), ours), false)
})

test("E-22: SM2: r, s and r + s of 0 and of the order, other halves and lengths are false, and bad keys are none; nothing throws", () => {
  const good = signed(published.d, published.k, digest("", key, message))
  const [r, s] = [good.slice(0, 32), good.slice(32)]
  const edges = [0n, 1n, n - 1n, n, n + 1n, 2n ** 256n - 1n].map(edge => number(edge, 32))
  const bad = [
    ...edges.flatMap(edge => [join(edge, s), join(r, edge), ...edges.map(other => join(edge, other))]),
    join(r, number(n - bigint(r), 32)),
    join(r, number(n - bigint(s), 32)),
    join(s, r),
    good.subarray(1),
    join(good, new Uint8Array(1)),
    new Uint8Array(0),
    new Uint8Array(64),
    ...Array.from({ length: 64 }, (_, at) => flip(good, at)),
  ]
  for (const signature of bad) assert.equal(sm.verify(key, message, signature), false, signature.toHex())
  assert.equal(sm.sound(key), true)
  for (const other of [
    flip(key, 64),
    key.subarray(1),
    join(Uint8Array.of(2), key.subarray(1, 33)),
    join(Uint8Array.of(6), key.subarray(1)),
    join(Uint8Array.of(4), new Uint8Array(64)),
    join(Uint8Array.of(4), number(curve.p, 32), key.subarray(33)),
    Uint8Array.of(0),
    new Uint8Array(0),
  ]) {
    assert.equal(sm.sound(other), false, other.toHex())
    assert.equal(sm.verify(other, message, good), false)
  }
})

/** RFC 8998, appendix A.1. */
const rfc8998 = {
  key: "0123456789abcdeffedcba9876543210",
  iv: "00001234567800000000abcd",
  aad: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
  plain:
    "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
  sealed:
    "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
  tag: "83de3541e4c2b58177e065a9bf7b62ec",
}

test("F-14: SM4-GCM gives what RFC 8998 publishes; each bit of the tag and every shorter one counts", () => {
  const given = [hex(rfc8998.key), hex(rfc8998.iv), hex(rfc8998.aad)] as const
  const whole = hex(rfc8998.sealed + rfc8998.tag)
  assert.deepEqual(sm.seal(...given, hex(rfc8998.plain)), whole)
  assert.equal(sm.open(...given, whole)?.toHex(), rfc8998.plain)
  for (let bit = 0; bit < 128; bit++) {
    const at = whole.length - 16 + (bit >> 3)
    assert.equal(sm.open(...given, whole.with(at, whole[at]! ^ (1 << (bit & 7)))), undefined)
  }
  for (let bytes = 0; bytes < 16; bytes++)
    assert.equal(sm.open(...given, whole.subarray(whole.length - 16, whole.length - 16 + bytes)), undefined)
  assert.equal(sm.open(given[0], given[1], new Uint8Array(0), whole), undefined)
})
