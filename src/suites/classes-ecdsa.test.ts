// As classes.test.ts, of ECDSA: signatures, keys, and the DER in which authenticators give theirs.
import assert from "node:assert/strict"
import { test } from "node:test"
import { p256, p384 } from "@noble/curves/nist.js"
import { sha256, sha384 } from "@noble/hashes/sha2.js"
import { bigint, flip, join, judged, message, number, suites } from "../../test/fixtures/judged.ts"
import { lowSigned } from "../core/release.ts"
import { algorithms, type PublicKey } from "../core/suite.ts"

const curves = [
  { alg: algorithms.esp256, curve: p256, bytes: 32, other: p384 },
  { alg: algorithms.esp384, curve: p384, bytes: 48, other: p256 },
] as const

/** A signature whose R has an x not below the group's order: r is x − n. The key is made to fit it. */
const wrapped = ({
  curve,
  bytes,
}: (typeof curves)[number]): { key: Uint8Array; good: Uint8Array; bare: Uint8Array } => {
  const { Point } = curve
  const { ORDER } = Point.Fn
  for (let r = 1n; ; r++) {
    const compressed = join(Uint8Array.of(2), number(ORDER + r, bytes))
    if (!curve.utils.isValidPublicKey(compressed, true)) continue
    const digest = digestOf(bytes)
    const [e, s] = [bigint(digest) % ORDER, 5n]
    const inverse = Point.Fn.inv(r)
    const point = Point.fromBytes(compressed)
      .multiply(Point.Fn.create(inverse * s))
      .subtract(Point.BASE.multiply(Point.Fn.create(inverse * e)))
    const good = join(number(r, bytes), number(s, bytes))
    return { key: point.toBytes(false), good, bare: join(number(ORDER + r, bytes), number(s, bytes)) }
  }
}
const digestOf = (bytes: number): Uint8Array => (bytes === 32 ? sha256 : sha384)(message)

test("E-15: ECDSA: r and s of 0, of the order and beyond, high s, DER, exchanged halves and other lengths are false", () => {
  for (const { alg, curve, bytes } of curves) {
    const secret = new Uint8Array(bytes).fill(3)
    const key: PublicKey = { alg, public: curve.getPublicKey(secret, false) }
    const good = curve.sign(message, secret, { lowS: true, prehash: true })
    const [r, s] = [good.slice(0, bytes), good.slice(bytes)]
    const { ORDER } = curve.Point.Fn
    const edges = {
      0: 0n,
      1: 1n,
      "n − 1": ORDER - 1n,
      n: ORDER,
      "n + 1": ORDER + 1n,
      most: 2n ** BigInt(8 * bytes) - 1n,
    }
    const pairs = Object.entries(edges).flatMap(([rName, rEdge]) =>
      Object.entries(edges).map(([sName, sEdge]) => [
        `r = ${rName}, s = ${sName}`,
        join(number(rEdge, bytes), number(sEdge, bytes)),
      ]),
    )
    judged(key, { "as signed": good }, true)
    judged(
      key,
      {
        ...Object.fromEntries(pairs),
        ...Object.fromEntries(
          Object.entries(edges).map(([name, edge]) => [`r = ${name}`, join(number(edge, bytes), s)]),
        ),
        ...Object.fromEntries(
          Object.entries(edges).map(([name, edge]) => [`s = ${name}`, join(r, number(edge, bytes))]),
        ),
        "n − s": join(r, number(ORDER - bigint(s), bytes)),
        "−r": join(number(ORDER - bigint(r), bytes), s),
        exchanged: join(s, r),
        DER: curve.sign(message, secret, { lowS: true, prehash: true, format: "der" }),
        empty: new Uint8Array(0),
        "a byte less": good.subarray(0, -1),
        "a byte more": join(good, new Uint8Array(1)),
        "a leading zero": join(new Uint8Array(1), good.subarray(0, -1)),
      },
      false,
    )
    judged({ ...key, public: curve.getPublicKey(new Uint8Array(bytes).fill(4), false) }, { "another key": good }, false)
  }
})

test("E-15: ECDSA: x of R beyond the order is true as r = x − n, and false as x itself", () => {
  for (const each of curves) {
    const { key, good, bare } = wrapped(each)
    judged({ alg: each.alg, public: key }, { "x − n": good }, true)
    judged({ alg: each.alg, public: key }, { x: bare }, false)
  }
})

test("E-15: ECDSA: a key that is at infinity, off the curve, compressed, hybrid or of another curve is no key", () => {
  for (const { alg, curve, bytes, other } of curves) {
    const good = curve.getPublicKey(new Uint8Array(bytes).fill(3), false)
    const { p } = curve.Point.CURVE()
    const cases = {
      infinity: Uint8Array.of(0),
      "0, 0": join(Uint8Array.of(4), new Uint8Array(2 * bytes)),
      compressed: curve.getPublicKey(new Uint8Array(bytes).fill(3), true),
      "hybrid, even": join(Uint8Array.of(6), good.subarray(1)),
      "hybrid, odd": join(Uint8Array.of(7), good.subarray(1)),
      "y changed": flip(good, -1),
      "x = p": join(Uint8Array.of(4), number(p, bytes), good.subarray(1 + bytes)),
      "another curve": other.getPublicKey(new Uint8Array(bytes === 32 ? 48 : 32).fill(3), false),
      "its twist": join(Uint8Array.of(4), number(2n, bytes), number(1n, bytes)),
    }
    for (const [what, bad] of Object.entries(cases))
      for (const [name, suite] of suites) assert.equal(suite.sound({ alg, public: bad }), false, `${name}: ${what}`)
  }
})

test("OF-7: DER of ECDSA: BER lengths, leading zeros, negative numbers, 0, the order and what follows are refused", () => {
  const secret = new Uint8Array(32).fill(3)
  const raw = p256.sign(message, secret, { lowS: true, prehash: true })
  const der = p256.sign(message, secret, { lowS: true, prehash: true, format: "der" })
  assert.deepEqual(lowSigned(der), raw)
  const integer = (bytes: Uint8Array): Uint8Array => join(Uint8Array.of(2, bytes.length), bytes)
  const sequence = (...parts: Uint8Array[]): Uint8Array =>
    join(
      Uint8Array.of(
        0x30,
        parts.reduce((sum, part) => sum + part.length, 0),
      ),
      ...parts,
    )
  const positive = (bytes: Uint8Array): Uint8Array => (bytes[0]! > 127 ? join(Uint8Array.of(0), bytes) : bytes)
  const [r, s] = [positive(raw.slice(0, 32)), positive(raw.slice(32))]
  const { ORDER } = p256.Point.Fn
  assert.deepEqual(
    lowSigned(sequence(integer(r), integer(positive(number(ORDER - bigint(s), 32))))),
    raw,
    "high s is made low",
  )
  const cases = {
    "a length in two bytes": join(Uint8Array.of(0x30, 0x81, der.length - 2), der.subarray(2)),
    "an indefinite length": join(Uint8Array.of(0x30, 0x80), der.subarray(2), Uint8Array.of(0, 0)),
    "a leading zero more": sequence(integer(join(Uint8Array.of(0), r)), integer(s)),
    "no leading zero where it is needed": sequence(integer(raw.slice(0, 32).with(0, 0x80)), integer(s)),
    "r of no bytes": sequence(integer(new Uint8Array(0)), integer(s)),
    "s = 0": sequence(integer(r), integer(Uint8Array.of(0))),
    "s = n": sequence(integer(r), integer(positive(number(ORDER, 32)))),
    "s = −1": sequence(integer(r), integer(Uint8Array.of(0xff))),
    "r alone": sequence(integer(r)),
    "a third number": sequence(integer(r), integer(s), integer(Uint8Array.of(1))),
    "what follows": join(der, Uint8Array.of(0)),
    "cut short": der.subarray(0, -1),
    "a set": join(Uint8Array.of(0x31), der.subarray(1)),
    "a bit string": sequence(join(Uint8Array.of(3, r.length), r), integer(s)),
    "33 bytes": sequence(integer(join(Uint8Array.of(1), raw.slice(0, 32))), integer(s)),
    empty: new Uint8Array(0),
    "a sequence of nothing": Uint8Array.of(0x30, 0),
  }
  for (const [what, bad] of Object.entries(cases)) assert.equal(lowSigned(bad), undefined, what)
})
